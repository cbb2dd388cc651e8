"""An answer of several lines that a numeric module holds: read piece by piece, until its last byte."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from simcom_async.commands.email_pop3_fetch import (
    EMAIL_CHUNK_MAXIMUM,
    EmailPop3Progress,
    EmailPop3Read,
    EmailPop3Unread,
)
from simcom_async.commands.topics import ModuleBooted
from simcom_async.errors import CommandFailed, CommandTimeout, ModemRestarted, ProtocolError
from simcom_async.sessions.counted import Reading, read_counted
from simcom_async.sessions.multiline import MultiLine
from simcom_async.sessions.whole import Whole

if TYPE_CHECKING:
    from simcom_async.sessions.attach import Attachment

__all__ = ["HeldAnswer"]

_MORE_LIMIT = 150.0  # seconds until the module says that more has come, or that the server is silent
_DRAIN_LIMIT = 120.0  # seconds for reading away what nobody wants
_END_LIMIT = 2.0  # seconds until a module that reads no more says that the session has ended

_LIST_MAXIMUM = 4_194_304  # bytes of a list, or of the head of a mail
_PORTION = 8_192  # bytes that are read in one step, or a chunk more: a step has a price of its own
_READ = EmailPop3Read()


class HeldAnswer:
    """The answers of one session. ``unread``: the module has something of one, and takes nothing else until it is read.

    ``ended`` raises why the session is over, if it is; ``what`` is the mailbox, for errors.
    """

    def __init__(self, attachment: Attachment, what: str, ended: Callable[[], None]) -> None:
        self.unread = False
        self._attachment = attachment
        self._what = what
        self._ended = ended
        self._lines = MultiLine()
        self._arrived = asyncio.Event()
        self._short = self._gone = False
        self._restarted = False
        bus = attachment.link.bus
        self._watches = (bus.on(EmailPop3Unread, self._more_came), bus.on(ModuleBooted, self._restart))

    def begin(self) -> None:
        """The module has one."""
        self._lines = MultiLine()
        self.unread, self._short, self._restarted = True, False, False

    async def read(self) -> bytes:
        """What it means next: some chunks, as far as the module has them; empty at its end.

        Raises Pop3Error when the session has ended before, ModemRestarted when the module has forgotten it.
        """
        found = b""
        while self.unread and (not found or (self._waits and len(found) < _PORTION)):
            found += self._lines.feed(await self._chunk())
            if self._over:
                found += self._lines.finish()
        if found:
            return found
        if not self._lines.ended:
            self._ended()
        return b""

    async def whole(self) -> bytes:
        """The rest of it. Raises ProtocolError when it is more than a list can be."""
        whole = Whole(self._what, _LIST_MAXIMUM)
        while piece := await self.read():
            whole.add(piece)
        return whole.data

    async def discard(self) -> None:
        """Read it away: nothing else ends it and keeps the session."""
        clock = self._attachment.clock
        until = clock.time() + _DRAIN_LIMIT
        while self.unread:
            if clock.time() > until:
                raise CommandTimeout(f"{self._what}: it does not end", state="reading", waited=_DRAIN_LIMIT)
            await self._chunk()

    def end(self) -> None:
        """The session has ended: nothing more can be read."""
        self.unread = False
        self._gone = True
        self._arrived.set()

    def expect_end(self) -> None:
        """From now on ``ended_within`` waits for the next end."""
        self._gone = False

    async def ended_within(self, limit: float) -> bool:
        """Wait until the session has ended, at most ``limit`` seconds; whether it has."""
        if not self._gone:
            self._arrived.clear()
            await self._until_arrived(limit)
        return self._gone

    def close(self) -> None:
        """Listen no more."""
        for watch in self._watches:
            watch.close()

    @property
    def _waits(self) -> bool:
        """Whether the module has more at hand, as far as it has said."""
        return not self._short or self._arrived.is_set()

    @property
    def _over(self) -> bool:
        return not self.unread

    async def _chunk(self) -> bytes:
        """What the module has, at most a piece; waits where it had nothing more."""
        if self._short and not self._arrived.is_set():
            await self._until_arrived(_MORE_LIMIT)
            if not self.unread:
                return b""
        if self._restarted:
            self.unread = False
            raise ModemRestarted(f"{self._what}: the module has restarted", port=self._attachment.url)
        self._arrived.clear()
        try:
            reading = await read_counted(self._attachment.link, _READ)
        except CommandFailed:
            self.unread = False
            if self._lines.ended:
                return b""
            await self.ended_within(_END_LIMIT)
            self._ended()
            raise
        self.unread = self.unread and not _last(reading)
        self._short = reading.told < (1 if self._lines.ended else EMAIL_CHUNK_MAXIMUM)
        if len(reading.data) != reading.told or reading.bare:
            url = self._attachment.url
            raise ProtocolError(f"{self._what}: bytes were lost on the line; use flow control", port=url)
        return reading.data

    async def _until_arrived(self, limit: float) -> None:
        """Wait until more has come or the session has ended, at most ``limit`` seconds."""
        clock = self._attachment.clock
        timer = clock.call_at(clock.time() + limit, self._arrived.set)
        try:
            await self._arrived.wait()
        finally:
            timer.cancel()

    def _more_came(self, _: EmailPop3Unread) -> None:
        self._arrived.set()

    def _restart(self, _: ModuleBooted) -> None:
        self._restarted = True
        self._arrived.set()


def _last(reading: Reading) -> bool:
    """Whether the header said that nothing follows."""
    line = reading.header
    if line is None or line.compiled is None or line.match is None:
        return False
    return line.compiled.value(line.match, "progress") is EmailPop3Progress.LAST
