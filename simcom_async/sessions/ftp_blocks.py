"""FTP in blocks: the host asks for each block of a download, and is granted each block of an upload.

Blocks are read after the module's word, never after a time: until one is empty, then after the next word. Only the
completion is the end (device-facts 9, numbers 9 to 14).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simcom_async.at.command import Command
from simcom_async.commands.ftp import (
    FTP_BLOCK_MAXIMUM,
    FtpCode,
    FtpEvent,
    FtpPut,
    FtpPutBlock,
    FtpPutCredit,
    FtpPutEvent,
    FtpPutFinish,
)
from simcom_async.errors import CommandFailed
from simcom_async.sessions.counted import Counted, read_counted
from simcom_async.sessions.credit import Credits
from simcom_async.sessions.ftp_flow import GRACE, Download, Upload
from simcom_async.sessions.undertaking import Undertaking

if TYPE_CHECKING:
    from simcom_async.link.claims import Claim
    from simcom_async.sessions.ftp_operation import FtpOperation
    from simcom_async.sessions.source import ByteSource

__all__ = ["BlockDownload", "BlockUpload"]


class BlockDownload(Download):
    """A file, or a list, in blocks. While nobody reads, the module keeps what it has and the server waits.

    ``command`` begins it, ``block`` reads one block, ``event`` is what the module says of it.
    """

    def __init__(
        self, operation: FtpOperation, command: Command[FtpEvent], block: Counted, event: type[FtpEvent]
    ) -> None:
        self._operation = operation
        self._command = command
        self._block = block
        self._event = event
        self._ready = self._over = False
        self._work: Undertaking[FtpEvent] | None = None
        self._claim: Claim | None = None

    async def begin(self, claim: Claim) -> None:
        """Ask, and wait until data are there, or the end is."""
        await self._operation.ready()
        self._claim = claim
        self._watch = self._operation.link.bus.on(self._event, self._heard)
        self._work = work = Undertaking(self._operation.service.attachment, self._command)
        await work.until(lambda: self._ready)
        if work.done:
            self._check(work)

    async def read(self) -> bytes:
        """The next block."""
        work, claim = self._work, self._claim
        assert work is not None and claim is not None  # noqa: S101, PT018 - begin comes first
        claim.waiting = False
        while not work.done:
            if not self._ready:
                await work.until(lambda: self._ready)
                continue
            block = await self._read(work)
            if block:
                claim.waiting = True
                return block
        self._check(work)
        return b""

    async def end(self) -> None:
        """Give up what has not ended."""
        work, self._work = self._work, None
        if work is not None:
            await work.give_up()
            self._watch.close()

    async def _read(self, work: Undertaking[FtpEvent]) -> bytes:
        """One block; empty where the module has none at present."""
        self._ready = False
        try:
            reading = await read_counted(self._operation.link, self._block)
        except CommandFailed:
            if await work.ends_within(GRACE):
                return b""  # it ended before it was asked, and says so itself
            raise
        if len(reading.data) != reading.told or reading.bare:
            raise self._operation.broken(f"bytes of a block of {reading.told} were lost on the line; use flow control")
        self._ready = not self._over and (self._ready or bool(reading.data))
        return reading.data

    def _heard(self, event: FtpEvent) -> None:
        self._ready = event.code is FtpCode.READY
        self._over = self._over or not self._ready
        if self._work is not None:
            self._work.changed.set()

    def _check(self, work: Undertaking[FtpEvent]) -> None:
        self._operation.check(work.answer(), self._command)


class BlockUpload(Upload):
    """A file in blocks, each no longer than the module's last credit."""

    def __init__(self, operation: FtpOperation) -> None:
        self._operation = operation
        self._rest = b""
        self._work: Undertaking[FtpPutEvent] | None = None

    async def prepare(self, source: ByteSource) -> None:
        """Nothing needs to be known before."""

    async def send(self, source: ByteSource, claim: Claim, sent: Callable[[int], None]) -> None:
        """Begin, write block after block, and finish."""
        operation, command = self._operation, FtpPut()
        await operation.ready()
        with Credits(operation.link, FtpPutCredit, FtpPutBlock, FTP_BLOCK_MAXIMUM) as credits:
            self._work = work = Undertaking(operation.service.attachment, command)
            while (maximum := await credits.take(work)) and await self._block(credits, source, claim, sent, maximum):
                pass
            finished = not work.done and await self._finish(work)
            operation.check(await work.ended(), command)
        if not finished:
            raise operation.broken(f"the module ended it after {source.done} bytes")

    async def end(self) -> None:
        """Give up what has not ended."""
        work, self._work = self._work, None
        if work is not None:
            await work.give_up()

    async def _block(
        self, credits: Credits, source: ByteSource, claim: Claim, sent: Callable[[int], None], maximum: int
    ) -> bool:
        """Write the next block; False when there is none, or the upload has ended."""
        work = self._work
        assert work is not None  # noqa: S101 - it has begun
        claim.waiting = True  # a source may take its time
        block = self._rest[:maximum] or await source.read(maximum)
        claim.waiting = False
        if not block or work.done:
            return False
        try:
            taken = await credits.enter(block)
        except CommandFailed:
            if not await work.ends_within(GRACE):
                raise
            return False  # the upload ended before, and says so itself
        self._rest = block[taken:] + self._rest[len(block) :]
        sent(taken)
        return True

    async def _finish(self, work: Undertaking[FtpPutEvent]) -> bool:
        """Say that it is complete; whether that was heard."""
        try:
            await self._operation.link.send(FtpPutFinish())
        except CommandFailed:
            if await work.ends_within(GRACE):
                return False
            raise
        return True
