"""A whole download: its size and time asked first where they matter, and gone on with after a failure."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from simcom_async.errors import (
    CommandTimeout,
    FtpError,
    LimitExceeded,
    LinkError,
    ModemError,
    ProtocolError,
    ServiceFailed,
    SimcomError,
)
from simcom_async.sessions.ftp_flow import FtpWay
from simcom_async.sessions.ftp_path import RemoteFile

if TYPE_CHECKING:
    from simcom_async.sessions.ftp import FtpSession
    from simcom_async.sessions.local_file import LocalFile
    from simcom_async.sessions.progress import Progress

__all__ = ["Fetch", "FtpTransfer", "WriterGoal", "Writes"]

_FAILURES = 5  # in a row, without a byte in between
_PAUSE, _LONGEST = 0.5, 30.0  # seconds before the next try; it doubles


@dataclass(frozen=True, slots=True)
class FtpTransfer:
    """What was moved: ``moved`` bytes, those from ``offset`` on, and SHA-256 (hex) of all that is there now.

    For an upload ``sha256`` is of what was sent; for a download to a file, of the whole file.
    """

    remote: str
    offset: int
    moved: int
    sha256: str


class Writes(Protocol):
    """What a download can be written to: a binary file, or anything whose ``write`` takes bytes, awaited or not."""

    def write(self, data: bytes, /) -> object:
        """Take these bytes."""


class WriterGoal:
    """A writer of the caller's, as the goal of a download. See LocalFile for its methods."""

    def __init__(self, writer: Writes) -> None:
        self.size = 0
        self._writer = writer
        self._digest = hashlib.sha256()

    @property
    def checksum(self) -> str:
        """SHA-256, in hex, of what was written."""
        return self._digest.hexdigest()

    async def open(self, size: int | None = None, time: datetime | None = None) -> int:
        """What has been written stays."""
        return self.size

    def write(self, data: bytes) -> Awaitable[object] | None:
        """Hand it on; what has to be awaited before the next piece, None: nothing."""
        given = self._writer.write(data)
        self._digest.update(data)
        self.size += len(data)
        return given if given is not None and inspect.isawaitable(given) else None

    async def commit(self, time: datetime | None = None) -> None:
        """The writer is the caller's to close."""

    async def keep(self, time: datetime | None = None) -> None:
        """What has been written stays."""

    def forget(self) -> bool:
        """It cannot be taken back."""
        return False


@dataclass(kw_only=True)
class Fetch:
    """One download. With ``resume`` it goes on after every failure that may pass, as long as bytes come in between."""

    session: FtpSession
    file: RemoteFile
    goal: LocalFile | WriterGoal
    offset: int = 0
    resume: bool = False
    progress: Progress | None = None
    way: FtpWay | None = None

    async def run(self) -> FtpTransfer:
        """Do it. Raises FtpError, LinkError and so on, as the last try did."""
        failures = 0
        while True:
            before = self.goal.size
            try:
                return await self._attempt()
            except (ModemError, CommandTimeout, LinkError) as error:
                if not self.resume or not _may_pass(error):
                    raise
                failures = 1 if self.goal.size > before else failures + 1
                if failures > _FAILURES:
                    raise
            await self.session.clock.sleep(min(_PAUSE * 2 ** (failures - 1), _LONGEST))

    async def _attempt(self) -> FtpTransfer:
        size = await self._size()
        time = await self.session.mtime(self.file.path) if self.resume and self.session.tells_time else None
        goal = self.goal
        start = self.offset + await goal.open(size, time)
        moved = 0
        try:
            if size is None or start < size or not self.resume:
                moved = await self._receive(start, size)
            self._check(start + moved, size)
        except BaseException:
            await goal.keep(time)
            raise
        await goal.commit(time)
        return FtpTransfer(self.file.path, start, moved, goal.checksum)

    async def _receive(self, start: int, size: int | None) -> int:
        moved = 0
        stream = self.session.stream(self.file, start, self.way, self.progress, size)
        async with stream:
            async for piece in stream:
                waiting = self.goal.write(piece)
                if waiting is not None:
                    await waiting
                moved += len(piece)
        return moved

    async def _size(self) -> int | None:
        """How long it is, asked where that matters. Raises LimitExceeded for an offset behind its end."""
        needed = self.resume or self.offset or self.way is FtpWay.MEMORY
        flow = self.session.flow
        uncounted = (
            self.way is FtpWay.ETX and not flow.service.link.flow_control
        )  # bytes may be lost, and none is missed
        told = (self.progress is not None or uncounted) and self.session.binary and flow.tells_size
        if not needed and not told:
            return None
        try:
            size = await self.session.size(self.file.path)
        except FtpError:
            if needed:
                raise
            return None  # not every server tells
        if self.offset > size:
            raise LimitExceeded(
                f"offset: {self.file} has {size} bytes, none from {self.offset} on",
                field="offset",
                value=self.offset,
                allowed=f"0 to {size}",
            )
        self.session.flow.check_download(self.way, size - self.offset)
        return size

    def _check(self, end: int, size: int | None) -> None:
        if size is not None and end != size and self.session.binary:
            self.resume = self.resume and self.goal.forget()  # nobody knows where bytes are missing
            raise ProtocolError(
                f"download of {self.file}: it ended well after {end} bytes, but its size is {size}; fetch it again"
            )


def _may_pass(error: SimcomError) -> bool:
    """Whether a download may go on after it: not where the server or the manual says that nothing will change."""
    return error.retry if isinstance(error, ServiceFailed) else True
