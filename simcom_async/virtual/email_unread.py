"""An answer of several lines that waits to be read: in chunks, with a reminder, and not for ever.

Where the documents are silent: the reminder comes every REPEAT seconds, the session is given up after UNREAD; a chunk
may be shorter than asked for when nothing more comes within SETTLING seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from simcom_async.commands.email_pop3_fetch import EmailPop3Unread
from simcom_async.virtual.ftp_download import REPEAT, SETTLING, UNREAD, WAITING
from simcom_async.virtual.ftp_work import alongside
from simcom_async.virtual.internet import NetworkFailure, within

if TYPE_CHECKING:
    from simcom_async.virtual.modem import VirtualModem
    from simcom_async.virtual.pop3_client import Pop3Answer
    from simcom_async.virtual.turn import Operation

__all__ = ["NotRead", "Unread"]


class NotRead(NetworkFailure):
    """The host has not read what waits."""


class Unread:
    """What has come of an answer and waits. ``done`` is called when its last byte has been read."""

    def __init__(self, modem: VirtualModem, answer: Pop3Answer, done: Callable[[], None]) -> None:
        options = modem.options
        self._modem = modem
        self._clock = modem.clock
        self._answer = answer
        self._done = done
        self._repeat = options.repeat or REPEAT
        self._patience = options.unread_timeout or UNREAD
        self._buffer = bytearray()
        self._complete = self._over = self._starved = False
        self._since = self._told_at = self._read_at = self._clock.time()
        self._changed = asyncio.Event()
        self._came = asyncio.Event()
        self._room = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many bytes have come and wait to be read."""
        return len(self._buffer)

    @property
    def complete(self) -> bool:
        """Whether all of it has come, or nobody reads it any more."""
        return self._complete

    async def read(self, size: int) -> tuple[bytes, bool]:
        """The next bytes, perhaps fewer or none, and whether they were the last."""
        if len(self._buffer) <= size and not self._complete:
            await self._wait_for_more(size)
        taken = self._modem.faults.short_read(min(size, len(self._buffer)))
        chunk = bytes(self._buffer[:taken])
        del self._buffer[:taken]
        last = self._complete and not self._buffer
        self._starved = not last and taken < size
        self._read_at = self._clock.time()
        self._room.set()
        if last:
            self._over = True
            self._done()
        self._changed.set()
        return chunk, last

    def stop(self) -> None:
        """Nobody reads it any more."""
        self._over = True
        self._room.set()
        self._changed.set()

    async def attend(self, operation: Operation) -> None:
        """Take what comes, and remind the host of it, until all is read or nobody reads. Raises NetworkFailure."""
        await alongside(self._remind(operation), self._fill())

    async def _fill(self) -> None:
        while not self._over:
            data = await self._answer.read(WAITING)
            if not self._buffer:
                self._since = self._clock.time()
            self._buffer += data
            self._complete = not data
            self._came.set()
            self._changed.set()
            if self._complete:
                return
            while len(self._buffer) >= WAITING and not self._over:
                self._room.clear()
                await self._room.wait()
        self._complete = True
        self._changed.set()

    async def _remind(self, operation: Operation) -> None:
        while not self._over or not self._complete:
            due = self._due()
            if due is None or due > self._clock.time():
                await self._until(due)
            elif self._clock.time() >= self._expiry:
                raise NotRead("the host does not read")
            else:
                await operation.urc(EmailPop3Unread(length=self.waiting), just_before=self._told)

    @property
    def _expiry(self) -> float:
        return max(self._since, self._read_at) + self._patience

    def _due(self) -> float | None:
        """When to say something next; None: not before something happens."""
        if self._over or not (self._buffer or self._complete):
            return None
        if self._starved:
            return self._clock.time()
        return min(max(self._since, self._told_at, self._read_at) + self._repeat, self._expiry)

    def _told(self) -> None:
        self._told_at = self._clock.time()
        self._starved = False

    async def _wait_for_more(self, size: int) -> None:
        """Wait a moment for more than so many bytes, or the end: without it nobody knows which chunk is the last."""

        async def enough() -> None:
            while len(self._buffer) <= size and not self._complete:
                self._came.clear()
                await self._came.wait()

        try:
            await within(self._clock, SETTLING, enough())
        except TimeoutError:
            return

    async def _until(self, when: float | None) -> None:
        self._changed.clear()
        timer = None if when is None else self._clock.call_at(when, self._changed.set)
        try:
            await self._changed.wait()
        finally:
            if timer is not None:
                timer.cancel()
