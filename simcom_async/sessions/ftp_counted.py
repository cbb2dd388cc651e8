"""An upload in counted blocks, while the module says how much of them waits unsent: AT+CFTPSPUT.

A module takes no more when 10 KB wait, and goes on at 3 KB (device-facts 1.8); some lose what is entered beyond that.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from simcom_async.commands.cftps_transfer import (
    CFTPS_PUT_MAXIMUM,
    CftpsPut,
    CftpsPutFinish,
    CftpsPutMore,
    CftpsPutRead,
)
from simcom_async.errors import CommandTimeout, FtpError
from simcom_async.sessions.ftp_flow import Upload

if TYPE_CHECKING:
    from simcom_async.link.claims import Claim
    from simcom_async.sessions.ftp_operation import FtpOperation
    from simcom_async.sessions.source import ByteSource

__all__ = ["CountedUpload"]

_HELD, _RESUMED = 10_240, 3_072  # bytes unsent at which it waits, and goes on
_PAUSE, _LONGEST = 0.1, 2.0  # seconds between two looks while it waits; they double
_SILENCE = 130.0  # seconds without a byte sent, after which nothing more is expected


class CountedUpload(Upload):
    """A file in blocks. ``begin`` makes the command for the first one; a file without bytes goes by ``empty``."""

    def __init__(self, operation: FtpOperation, begin: Callable[[int], CftpsPut], empty: Callable[[], Upload]) -> None:
        self._operation = operation
        self._begin = begin
        self._empty = empty
        self._instead: Upload | None = None
        self._first = b""
        self._begun = False

    async def prepare(self, source: ByteSource) -> None:
        """Take the first block: a module has no command for a file without one."""
        self._first = await source.read(CFTPS_PUT_MAXIMUM)
        if not self._first:
            self._instead = self._empty()
            await self._instead.prepare(source)

    async def send(self, source: ByteSource, claim: Claim, sent: Callable[[int], None]) -> None:
        """Enter block after block, and finish."""
        if self._instead is not None:
            await self._instead.send(source, claim, sent)
            return
        operation, block = self._operation, self._first
        await self._enter(operation.perform(self._begin(len(block)), entry=block))
        sent(len(block))
        room = _HELD - len(block)
        while block := await source.read(CFTPS_PUT_MAXIMUM):
            if room < len(block):
                room = _HELD - await self._unsent()
            await self._enter(operation.send(CftpsPutMore(length=len(block)), entry=block))
            sent(len(block))
            room -= len(block)
        self._begun = False
        await operation.send(CftpsPutFinish())

    async def end(self) -> None:
        """Finish what has been begun: the server keeps that part."""
        if self._instead is not None:
            await self._instead.end()
        begun, self._begun = self._begun, False
        if begun:
            with suppress(FtpError):
                await self._operation.send(CftpsPutFinish())

    async def _enter(self, entering: Awaitable[None]) -> None:
        self._begun = True
        try:
            await entering
        except FtpError:
            self._begun = False  # a module that refuses a block has ended it
            raise

    async def _unsent(self) -> int:
        """How much is unsent, when there is room for a block; CommandTimeout when nothing of it goes on its way."""
        link, clock = self._operation.link, self._operation.service.clock
        unsent = (await link.send(CftpsPutRead())).unsent
        if unsent + CFTPS_PUT_MAXIMUM <= _HELD:
            return unsent
        pause, since = _PAUSE, clock.time()
        while unsent > _RESUMED:
            if clock.time() - since > _SILENCE:
                raise CommandTimeout(
                    f"{self._operation.what}: {unsent} bytes wait in the module and nothing of them is sent",
                    state="unsent",
                    waited=clock.time() - since,
                    limit="idle",
                )
            await clock.sleep(pause)
            before, unsent = unsent, (await link.send(CftpsPutRead())).unsent
            pause = min(2 * pause, _LONGEST)
            if unsent < before:
                pause, since = _PAUSE, clock.time()
        return unsent
