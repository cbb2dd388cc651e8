"""FTP as one stream that ends with ETX: the fastest way on a line, which carries nothing else meanwhile.

The module pushes a download. Where the port has flow control a slow reader makes it wait, elsewhere what waits unread
is bounded (law 7).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simcom_async.at.command import Service
from simcom_async.commands.ftp import FtpCode
from simcom_async.commands.ftp_extended import (
    FtpEtGet,
    FtpEtGetEvent,
    FtpEtGetStream,
    FtpEtPut,
    FtpEtPutEvent,
    FtpEtPutInput,
)
from simcom_async.errors import CommandFailed
from simcom_async.sessions.ftp_flow import GRACE, Download, Upload
from simcom_async.sessions.pushed import Pushed
from simcom_async.sessions.undertaking import Undertaking

if TYPE_CHECKING:
    from simcom_async.link.claims import Claim
    from simcom_async.link.subscription import Listener
    from simcom_async.sessions.ftp_operation import FtpOperation
    from simcom_async.sessions.source import ByteSource

__all__ = ["EtxDownload", "EtxUpload"]

_PIECE = 4_096
_UNREAD = 600.0  # seconds for what is left of a stream that nobody wants any more
_TAIL = 1_024  # bytes behind which the stream may break off: the lines of a module that starts again look like its data


class EtxDownload(Download):
    """A file that the module pushes. What came last before it broke off is not believed."""

    def __init__(self, operation: FtpOperation) -> None:
        self._operation = operation
        self._command = FtpEtGet()
        self._pushed = Pushed(operation.link, operation.broken)
        self._work: Undertaking[FtpEtGetEvent] | None = None
        self._begun = False
        self._watch: Listener[FtpEtGetStream] | None = None

    async def begin(self, claim: Claim) -> None:
        """Ask, and wait until data are there, or the end is."""
        await self._operation.ready()
        self._watch = self._operation.link.bus.on(FtpEtGetStream, self._opened)
        self._work = work = Undertaking(self._operation.service.attachment, self._command, sink=self._came)
        await work.until(lambda: bool(self._pushed.size))
        if work.done and not self._pushed.size:
            self._check(work)

    async def read(self) -> bytes:
        """All that has come, but for the tail while the end has not."""
        work, pushed = self._work, self._pushed
        assert work is not None  # noqa: S101 - begin comes first
        await work.until(lambda: pushed.size > _TAIL)
        if work.done:
            work.answer()  # raises what has broken it off
            keep = 0
        else:
            keep = _TAIL
        if not pushed.size:
            self._check(work)
            return b""
        return pushed.take(keep)

    async def end(self) -> None:
        """Wait no more; what still comes of it goes nowhere."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.close()
        work, self._work = self._work, None
        if work is not None:
            self._pushed.close()
            await work.give_up()
            await self._operation.link.settled(Service.FTP, _UNREAD)

    def _came(self, data: bytes) -> None:
        self._pushed.put(data)
        if self._work is not None:
            self._work.changed.set()

    def _opened(self, _: FtpEtGetStream) -> None:
        self._begun = True

    def _check(self, work: Undertaking[FtpEtGetEvent]) -> None:
        self._operation.check(work.answer(), self._command)
        if not self._begun:  # an empty file has a stream, too
            raise self._operation.broken("a stream has ended that had not begun: its first line was lost on the line")


class EtxUpload(Upload):
    """A file that the host pushes. One whose source fails half way ends there, and the server keeps that part."""

    def __init__(self, operation: FtpOperation) -> None:
        self._operation = operation
        self._ready = False
        self._work: Undertaking[FtpEtPutEvent] | None = None

    async def prepare(self, source: ByteSource) -> None:
        """Nothing needs to be known before."""

    async def send(self, source: ByteSource, claim: Claim, sent: Callable[[int], None]) -> None:
        """Begin, enter all of it, and wait for the end."""
        operation, command = self._operation, FtpEtPut()
        await operation.ready()
        with operation.link.bus.on(FtpEtPutEvent, self._heard):
            self._work = work = Undertaking(operation.service.attachment, command)
            await work.until(lambda: self._ready)
            if not work.done:
                await self._enter(work, source, sent)
            operation.check(await work.ended(), command)

    async def end(self) -> None:
        """Give up what has not ended."""
        work, self._work = self._work, None
        if work is not None:
            await work.give_up()

    async def _enter(self, work: Undertaking[FtpEtPutEvent], source: ByteSource, sent: Callable[[int], None]) -> None:
        try:
            await self._operation.link.send(FtpEtPutInput(), entry=source.pieces(_PIECE, sent))
        except CommandFailed:
            if not await work.ends_within(GRACE):
                raise

    def _heard(self, event: FtpEtPutEvent) -> None:
        if event.code is FtpCode.READY and self._work is not None:
            self._ready = True
            self._work.changed.set()
