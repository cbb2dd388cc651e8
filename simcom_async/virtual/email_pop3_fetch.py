"""AT+POP3CMD and AT+POP3READ: answers of several lines, as the server said them, in chunks."""

from __future__ import annotations

from simcom_async.commands import email_pop3_fetch as messages
from simcom_async.commands.email_pop3_fetch import EmailPop3Progress
from simcom_async.virtual.email_pop3 import box_of
from simcom_async.virtual.turn import Answered, Answers, Refused, Turn

__all__ = ["ANSWERS"]

ANSWERS = Answers()


@ANSWERS.to(messages.EmailPop3List)
async def _list(turn: Turn[messages.EmailPop3List]) -> None:
    box_of(turn).fetch(turn, "LIST")


@ANSWERS.to(messages.EmailPop3UidList)
async def _uids(turn: Turn[messages.EmailPop3UidList]) -> None:
    box_of(turn).fetch(turn, "UIDL")


@ANSWERS.to(messages.EmailPop3Top)
async def _top(turn: Turn[messages.EmailPop3Top]) -> None:
    box_of(turn).fetch(turn, f"TOP {turn.command.number} {turn.command.lines}")


@ANSWERS.to(messages.EmailPop3Retrieve)
async def _retrieve(turn: Turn[messages.EmailPop3Retrieve]) -> None:
    box_of(turn).fetch(turn, f"RETR {turn.command.number}")


@ANSWERS.to(messages.EmailPop3Read)
async def _read(turn: Turn[messages.EmailPop3Read]) -> Answered:
    box = box_of(turn)
    unread = box.unread
    if unread is None:
        raise Refused
    chunk, last = await unread.read(turn.command.length)
    if box.over:
        raise Refused
    progress = EmailPop3Progress.LAST if last else EmailPop3Progress.MORE
    return [messages.EmailPop3Chunk(progress=progress, length=len(chunk)), chunk]
