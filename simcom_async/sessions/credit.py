"""Entries in blocks, each of which the module allows by a credit (AT+FTPPUT, AT+SMTPFT)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self

from simcom_async.at.command import Command
from simcom_async.at.event import UrcLine
from simcom_async.at.message import Message

if TYPE_CHECKING:
    from simcom_async.link.link import Link
    from simcom_async.sessions.undertaking import Undertaking

__all__ = ["Credits"]


class _Block(Protocol):
    """The class of the command that enters a block of ``length`` bytes."""

    def __call__(self, *, length: int) -> Command[None]: ...


class Credits:
    """Listens inside ``with`` for credits, lines of the declaration ``credit`` with the field ``maximum``, in bytes.

    A credit is mostly the same as the last: its fields are looked at when it is another.
    """

    def __init__(self, link: Link, credit: type[Message], block: _Block, limit: int) -> None:
        self._link = link
        self._declared = credit
        self._block = block
        self._limit = limit
        self._left = self._maximum = self._length = 0
        self._line = b""
        self._command: Command[None] | None = None
        self._work: Undertaking[Any] | None = None

    def __enter__(self) -> Self:
        self._watch = self._link.bus.on(UrcLine, self._heard)
        return self

    def __exit__(self, *_: object) -> None:
        self._watch.close()

    async def take(self, work: Undertaking[Any]) -> int:
        """Wait for the next credit: how many bytes may be entered now; 0 when the work has ended before."""
        self._work = work
        while not self._left:
            if work.done:
                return 0
            work.changed.clear()
            await work.changed.wait()
        left, self._left = self._left, 0
        return 0 if work.done else min(left, self._limit)

    async def enter(self, block: bytes) -> int:
        """Enter a block; how many bytes of it the module has taken. Raises CommandFailed."""
        length = len(block)
        command = self._command
        if command is None or self._length != length:
            command, self._length = self._block(length=length), length
            self._command = command
        exchange = await self._link.exchange(command, entry=block)
        exchange.answer()
        return length if exchange.granted is None else min(exchange.granted, length)

    def _heard(self, line: UrcLine) -> None:
        if line.declaration is not self._declared:
            return
        if line.text != self._line:
            self._line, self._maximum = line.text, int(getattr(line.message, "maximum", 0))
        self._left = self._maximum
        if self._work is not None:
            self._work.changed.set()
