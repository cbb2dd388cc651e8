"""What an SMTP server says, in any pieces: a mail is taken, or a failure by stage and reason, and in time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from simcom_async.ports.clock import ManualClock
from simcom_async.virtual.mail_failure import MailReason, SmtpFailure, SmtpStage
from simcom_async.virtual.smtp_client import SmtpClient
from simcom_async.virtual.smtp_engine import SmtpEngine
from tests.fuzz.loop import run
from tests.fuzz.server import OneServer
from tests.fuzz.supply import Supply, bytewise, cut_by, packed
from tests.fuzz.vocabulary import NASTY

MODULES = ("simcom_async.virtual.smtp_client", "simcom_async.virtual.smtp_engine")
LONGEST = 512

_IDLE = 5.0
_HELLO = (b"220 x", b"250-x\r\n250-AUTH LOGIN PLAIN\r\n250 OK")
_LOGIN = (b"334 VXNlcm5hbWU6", b"334 UGFzc3dvcmQ6", b"235 in")
_MAIL = (b"250 OK", b"250 OK", b"354 go on", b"250 taken")
_SECURE = (b"220 go on", b"250-AUTH CRAM-MD5\r\n250 OK")
_LINE = b"z" * 998 + b"\r\n"
_ANSWERS = 13
_SAID = (
    b"250 OK\r\n", b"250-a\r\n250 b\r\n", b"250-AUTH CRAM-MD5\r\n250 x\r\n", b"250-AUTH PLAIN\r\n250 x\r\n",
    b"334 VXNlcg==\r\n", b"334 \xff\r\n", b"235 in\r\n", b"535 no\r\n", b"530 login\r\n", b"421 bye\r\n", b"550 no\r\n",
    b"354 go\r\n", b"220 x\r\n", b"999 x\r\n", b"-25 x\r\n", b"2 0 x\r\n", b"250", b"250\r\n", b"xyz\r\n", b"\r\n",
    b"250-" + b"x" * 9_000 + b"\r\n", b"250-x\r\n" * 9_000, b"334 " + b"a" * 9 + b"\r\n", b"250 \xc3\xa4\xff\r\n", b"",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ways:
    """How a mail is sent: with a login, with TLS, a ``long`` one."""

    login: bool
    secure: bool
    long: bool

    @property
    def lines(self) -> int:
        """Lines of it that say nothing."""
        return 70 if self.long else 0


def check(data: bytes) -> None:
    """The same session with the server's words in one piece and in several."""
    supply = Supply(data)
    cuts = supply.byte()
    choices = supply.byte()
    ways = Ways(login=choices % 3 == 0, secure=choices & 0x30 == 0x30, long=choices & 0xC0 == 0xC0)
    good = [*_HELLO, *(_SECURE if ways.secure else ()), *(_LOGIN if ways.login else ()), *_MAIL, b"221 bye"]
    answers = [_answer(supply, good, number) for number in range(_ANSWERS)]
    gone = supply.byte() % 16 if supply.byte() > 0xC0 else len(answers)
    whole = run(_session(answers[:gone], None, ways))
    cut = run(_session(answers[:gone], cuts, ways))
    assert cut == whole, "the cuts decide what it is"


def _answer(supply: Supply, good: Sequence[bytes], number: int) -> bytes:
    """What the server says to one line; nothing: it is silent."""
    kind = supply.byte()
    if kind < 0xA0:
        return good[min(number, len(good) - 1)] + b"\r\n" if kind < 0x80 else supply.pick(good) + b"\r\n"
    said = supply.some() if kind > 0xF0 else supply.pick(NASTY) if kind > 0xE8 else supply.pick(_SAID)
    return re.sub(rb"(?s)(\n[0-9]{3}[^-].*?\n).*", rb"\1", said)  # one reply, for more are not heard


async def _session(answers: Sequence[bytes], cuts: int | None, ways: Ways) -> tuple[object, ...]:
    clock = ManualClock()
    server = OneServer(clock)
    client = SmtpClient(server, clock, bearer=1, idle=_IDLE)
    assert isinstance(client._engine, SmtpEngine)
    begun = clock.time()
    told = await _told(_mail(client, ways), server, clock, iter(answers), cuts)
    if isinstance(told, str):
        assert told.startswith("250"), "it is not taken"
        mail = server.heard.partition(b"DATA\r\n")[2].rpartition(b"QUIT\r\n")[0]
        assert mail == b"Subject: x\r\n\r\n..y\r\n" + _LINE * ways.lines + b".\r\n", "the mail is another one"
    assert clock.time() - begun <= _IDLE * (len(answers) + 2), "it waits longer than it may"
    client.cut()
    await clock.settle()
    assert server.count == 0
    return told, server.heard, client.stage


async def _told(
    work: Coroutine[Any, Any, str], server: OneServer, clock: ManualClock, left: Iterator[bytes], cuts: int | None
) -> object:
    """Let the server answer each time the client has said something; what came of it."""
    going = asyncio.ensure_future(work)
    await clock.settle()
    answer = next(left, None)
    if answer is None:
        await server.hang_up()
    while not going.done() and answer is not None:
        heard = len(server.heard)
        pieces = [answer] if cuts is None else bytewise(answer) if cuts % 2 else cut_by(cuts, answer)
        await server.say([piece for piece in pieces if piece])
        if len(server.heard) > heard:
            answer = next(left, None)
            if answer is None:
                await server.hang_up()
        else:
            answer = None
    try:
        return await clock.run_until(going, 20 * _IDLE)
    except SmtpFailure as failure:
        assert isinstance(failure.stage, SmtpStage)
        assert isinstance(failure.reason, MailReason)
        assert 0 <= failure.code <= 999
        return failure.stage, failure.reason, failure.reply, failure.recipient


async def _mail(client: SmtpClient, ways: Ways) -> str:
    await client.reach("smtp.example.com", 25)
    await client.hello()
    if ways.secure:
        await client.secure("smtp.example.com")
    if ways.login:
        await client.login("user", "secret")
    mail = b"Subject: x\r\n\r\n.y\r\n" + _LINE * ways.lines
    answer = await client.send("a@x.y", ["b@x.y"], mail)
    await client.bye()
    return answer


def seeds() -> Iterator[bytes]:
    """Each of what a server may say, in the place of each answer."""
    for number in range(len(_SAID)):
        for place in range(7):
            for choices in (0, 1, 0x31, 0xC1):
                yield bytes([number, choices]) + bytes(place) + bytes([0xB0, number]) + bytes(13)
    for gone in range(_ANSWERS):
        for choices in range(4):
            yield bytes([gone, choices]) + bytes(_ANSWERS) + bytes([0xFF, gone])
    for said in (2, 3):
        yield bytes([0, 0, 0, 0xB0, said]) + bytes(13)
    yield bytes([1, 1, 0xFF]) + packed(b"220 x\r\n") + bytes(9)
