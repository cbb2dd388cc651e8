"""AT+CFTRANRX and AT+CFTRANTX: files between the host and the file system of the virtual modem."""

from __future__ import annotations

from simcom_async.commands import file_transfer as messages
from simcom_async.virtual.file_place import FileProblem
from simcom_async.virtual.turn import Answered, Answers, Refused, Turn

__all__ = ["ANSWERS", "PACKET"]

ANSWERS = Answers()
#: Bytes of a packet of AT+CFTRANTX; the manual has no number.
PACKET = 1024


@ANSWERS.to(messages.FileReceive)
async def _receive(turn: Turn[messages.FileReceive]) -> None:
    """A file that does not fit is refused before the prompt; what the power breaks off stays as far as it is."""
    command = turn.command
    problems: list[FileProblem] = []
    try:
        writer = turn.modem.file_system.create(command.path, size=command.length)
    except FileProblem as problem:
        raise Refused from problem

    def take(data: bytes) -> None:
        try:
            writer.write(data)
        except FileProblem as problem:
            problems.append(problem)  # the rest of the entry is still to be swallowed

    try:
        await turn.entry(messages.FilePrompt(), sink=take)
    finally:
        writer.close()
    if problems:
        writer.discard()
        raise Refused from problems[0]


@ANSWERS.to(messages.FileSend)
async def _send(turn: Turn[messages.FileSend]) -> Answered:
    command, files = turn.command, turn.modem.file_system
    try:
        file = files.open(command.path)
        left = max(0, files.size(command.path) - (command.position or 0))
    except FileProblem as problem:
        raise Refused from problem
    with file:
        file.seek(command.position or 0)
        left = left if command.size is None else min(left, command.size)
        while left and (data := file.read(min(PACKET, left))):
            left -= len(data)
            await turn.say([messages.FilePacket(length=len(data)), data])
    return messages.FileSent()
