"""A whole download: its size and time asked first where they matter, and gone on with after a failure."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from simcom_async.errors import FtpError, LimitExceeded, ProtocolError
from simcom_async.sessions.ftp_flow import FtpWay
from simcom_async.sessions.ftp_path import RemoteFile
from simcom_async.sessions.resumption import INTERRUPTIONS, Resumption

if TYPE_CHECKING:
    from simcom_async.sessions.ftp import FtpSession
    from simcom_async.sessions.local_file import LocalFile
    from simcom_async.sessions.progress import Progress

__all__ = ["Fetch", "FtpTransfer", "WriterGoal", "Writes"]


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

    async def drop(self) -> bool:
        """It cannot be taken back."""
        return False

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
    _version: tuple[int | None, datetime | None] | None = field(default=None, init=False)

    async def run(self) -> FtpTransfer:
        """Do it. Raises FtpError, LinkError and so on, as the last try did."""
        resumption = Resumption(self.session.flow.service.attachment, self.session.flow.service.service)
        while True:
            try:
                return await self._attempt()
            except INTERRUPTIONS as error:
                if not self.resume:
                    raise
                await resumption.after(error, self.goal.size)

    async def _attempt(self) -> FtpTransfer:
        size = await self._size()
        time = await self.session.mtime(self.file.path) if self.resume and self.session.tells_time else None
        goal = self.goal
        await self._check_same(size, time)
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

    async def _check_same(self, size: int | None, time: datetime | None) -> None:
        """See that what came before a failure is of the same file: of another one nothing is kept.

        Raises FtpError where what was written cannot be taken back.
        """
        before, self._version = self._version, (size, time)
        if before in (None, self._version) or not self.goal.size or await self.goal.drop():
            return
        self.resume = False
        why = f"it changed while it was fetched, after {self.goal.size} bytes"
        raise FtpError(f"download of {self.file}: {why}", meaning=why, retry=True, remedy="fetch it again")
