"""A single mail: AT+POP3HDR, AT+POP3GET, AT+POP3DEL and AT+POP3READ."""

from __future__ import annotations

from simcom_async.at.message import Message
from simcom_async.commands import pop3_mail as messages
from simcom_async.commands.pop3 import Pop3Done
from simcom_async.commands.pop3_mail import Pop3Location, Pop3Saving
from simcom_async.virtual.file_place import DRIVES, FileProblem, Place
from simcom_async.virtual.mail_failure import Pop3Negative
from simcom_async.virtual.mail_file import MAIL_FOLDER
from simcom_async.virtual.pop3_client import Pop3Answer, Pop3Client
from simcom_async.virtual.pop3_work import Fetching
from simcom_async.virtual.turn import Answers, Refused, Turn

__all__ = ["ANSWERS", "HEAD_LIMIT"]

ANSWERS = Answers()
#: Bytes of the head of a mail that are looked at.
HEAD_LIMIT = 65536
#: What AT+POP3HDR prints, in this order.
_SHOWN = ((b"from", messages.Pop3From), (b"date", messages.Pop3Date), (b"subject", messages.Pop3Subject))


@ANSWERS.to(messages.Pop3Header)
async def _header(turn: Turn[messages.Pop3Header]) -> list[Message]:
    number = turn.command.number
    found = await turn.modem.pop3.ask(lambda client: _head(client, number))
    return [line(text=found.get(name, b"").decode("latin-1")) for name, line in _SHOWN]


async def _head(client: Pop3Client, number: int) -> dict[bytes, bytes]:
    """The headers of a mail by their name in lower case, unfolded; of several of a name the first."""
    try:
        answer = await client.top(number, 0)
    except Pop3Negative:  # no such mail, or a server without TOP, which is optional (RFC 1939 7)
        answer = await client.retrieve(number)
    return await _headers(answer)


async def _headers(answer: Pop3Answer) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    name = b""
    left = HEAD_LIMIT
    async for line in answer.lines():
        left -= len(line)
        if not line or left < 0:
            break
        if line[:1] in b" \t":
            if name:
                found[name] += line
            continue
        name, _, value = line.partition(b":")
        name = name.strip().lower()
        if name in found:
            name = b""
        else:
            found[name] = value.strip()
    return found


@ANSWERS.to(messages.Pop3Get)
async def _get(turn: Turn[messages.Pop3Get]) -> None:
    service = turn.modem.pop3
    client = service.session()
    service.work = work = Fetching(service, client, turn.command.number, turn.command.saving or Pop3Saving.PARTS)
    turn.operate(work.run)


@ANSWERS.to(messages.Pop3Delete)
async def _delete(turn: Turn[messages.Pop3Delete]) -> Message:
    await turn.modem.pop3.ask(lambda client: client.delete(turn.command.number))
    return Pop3Done()


@ANSWERS.to(messages.Pop3Read)
async def _read_last(turn: Turn[messages.Pop3Read]) -> list[bytes]:
    if turn.modem.pop3.last is None:
        raise Refused
    return _read(turn, turn.modem.pop3.last)


@ANSWERS.to(messages.Pop3ReadFile)
async def _read_file(turn: Turn[messages.Pop3ReadFile]) -> list[bytes]:
    drive = DRIVES[0] if turn.command.location is Pop3Location.LOCAL else DRIVES[1]
    folder = Place(drive, (MAIL_FOLDER,))
    try:
        place = turn.modem.file_system.place(f"{folder}/{turn.command.file}")
    except FileProblem as problem:
        raise Refused from problem
    if place.names[:1] != folder.names:
        raise Refused
    return _read(turn, place)


def _read(turn: Turn[messages.Pop3Read] | Turn[messages.Pop3ReadFile], place: Place) -> list[bytes]:
    if turn.modem.pop3.work is not None:
        raise Refused
    try:
        return [turn.modem.file_system.read(place)]
    except FileProblem as problem:
        raise Refused from problem
