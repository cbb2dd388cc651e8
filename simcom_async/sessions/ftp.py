"""FTP: files to and from a server, by whichever way the dialect can carry."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self, TypeVar

from simcom_async.at.fields import Range
from simcom_async.errors import FtpError, UnsupportedService, UsageError
from simcom_async.sessions.deadline import Deadline
from simcom_async.sessions.ftp_application import ApplicationFlow
from simcom_async.sessions.ftp_cftp import CftpFlow
from simcom_async.sessions.ftp_cftps import CftpsFlow
from simcom_async.sessions.ftp_fetch import Fetch, FtpTransfer, WriterGoal, Writes
from simcom_async.sessions.ftp_flow import FtpFlow, FtpStore, FtpWay, chosen_way
from simcom_async.sessions.ftp_listing import FtpEntry, listed_size, parsed_listing
from simcom_async.sessions.ftp_path import RemoteFile, resolved
from simcom_async.sessions.ftp_stream import FtpStream
from simcom_async.sessions.local_file import LocalFile
from simcom_async.sessions.progress import Direction, Meter, Progress
from simcom_async.sessions.source import ByteSource, Given
from simcom_async.sessions.witness import witnessed

if TYPE_CHECKING:
    from simcom_async.ports.clock import Clock
    from simcom_async.sessions.ftp_login import FtpLogin
    from simcom_async.sessions.ftp_service import FtpService

__all__ = ["FtpSession"]

T = TypeVar("T")

#: The ways to talk to a server; the first that the dialect has is taken.
FLOWS: tuple[type[FtpFlow], ...] = (ApplicationFlow, CftpFlow, CftpsFlow)
_OFFSET = Range(0, 2**31 - 1)  # as far as a signed 32-bit number of a module counts


@witnessed("_service.link")
class FtpSession:
    """FTP with one server, inside ``async with modem.ftp(...)``.

    Paths are absolute; relative ones are in the directory of ``cwd``, at first ``/``. Operations of a modem wait for
    each other; while a stream of ``open`` is read they get ServiceBusy. ``via`` names the way of the bytes, see FtpWay;
    ``timeout`` is in seconds, for the whole verb; ``progress`` is called with bytes done and in all (None: not known).

    Raises UsageError before a byte is sent, UnsupportedService for what the module has no command for, FtpError with
    the module's code for what server or network refuse.
    """

    def __init__(self, service: FtpService, login: FtpLogin) -> None:
        self.login = login
        self.flow = _flow(service, login)
        self._service = service
        self._directory = "/"
        self._inside = False
        self._streams: list[FtpStream] = []

    async def __aenter__(self) -> Self:
        if self._inside:
            raise UsageError("the FTP session is open already: make another one with modem.ftp(...)")
        self._inside = True
        self._service.come()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._inside = False
        streams, self._streams = self._streams, []
        try:
            for stream in streams:
                await stream.aclose()
        finally:
            await self._service.go()

    @property
    def clock(self) -> Clock:
        """The time."""
        return self._service.clock

    @property
    def binary(self) -> bool:
        """Whether bytes arrive as they are."""
        return self.login.binary

    @property
    def tells_time(self) -> bool:
        """Whether the module has a command for ``mtime``."""
        return self.flow.tells_time

    async def download(
        self,
        remote: str,
        local: str | os.PathLike[str] | Writes,
        *,
        offset: int = 0,
        resume: bool = False,
        progress: Progress | None = None,
        via: FtpWay | str | None = None,
        timeout: float | None = None,
    ) -> FtpTransfer:
        """Fetch a file, of any size: to a path, where it appears when all of it is there, or to a writer.

        ``offset``: the bytes from there on. ``resume``: go on with the part that an earlier try has left beside the
        path as ``NAME.part``, or with the file at the path, if size and (where the module tells it) time still fit; and
        go on after failures that may pass, a lost bearer or a restart among them. Raises OSError as writing does.
        """
        file, way = self._file(remote), chosen_way(via)
        _OFFSET.check("offset", offset)
        self.flow.download(file, offset, way)
        if resume and (offset or not self.binary):
            raise UsageError("resume: not with an offset, and not with binary=False", field="resume", value=resume)
        goal = LocalFile(local, resume=resume) if isinstance(local, str | os.PathLike) else WriterGoal(_writer(local))
        fetch = Fetch(session=self, file=file, goal=goal, offset=offset, resume=resume, progress=progress, way=way)
        async with Deadline(self.clock, timeout, f"download of {file}"):
            return await fetch.run()

    def open(
        self, remote: str, offset: int = 0, *, progress: Progress | None = None, via: FtpWay | str | None = None
    ) -> FtpStream:
        """A file as it comes, from ``offset`` on: ``async for piece in ftp.open(...)``."""
        file, way = self._file(remote), chosen_way(via)
        _OFFSET.check("offset", offset)
        stream = self.stream(file, offset, way, progress, None, held=True)
        self._streams = [*(one for one in self._streams if not one.closed), stream]
        return stream

    async def upload(
        self,
        source: Given,
        remote: str,
        *,
        append: bool = False,
        unique: bool = False,
        progress: Progress | None = None,
        via: FtpWay | str | None = None,
        timeout: float | None = None,
    ) -> FtpTransfer:
        """Store bytes, a local file, or what an async iterable yields.

        ``append``: behind what is there. ``unique``: under a name that the server chooses, and does not tell. What ends
        half way leaves at the server what it has got.
        """
        file, way = self._file(remote), chosen_way(via)
        if append and unique:
            raise UsageError("append and unique exclude each other", field="unique", value=unique)
        store = FtpStore.APPEND if append else FtpStore.UNIQUE if unique else FtpStore.STORE
        service = self._service
        meter = Meter(service.link.bus, service.service, Direction.SEND, progress)
        async with Deadline(self.clock, timeout, f"upload of {file}"), ByteSource(source) as given:
            upload = self.flow.upload(file, store, way, given.size)
            await upload.prepare(given)
            claim = await service.enter(held=False)
            try:
                with service.watching():
                    await upload.send(given, claim, lambda count: meter.add(count, given.size))
            finally:
                await service.leave(claim, upload.end)
            return FtpTransfer(file.path, 0, given.done, given.checksum)

    async def append(self, source: Given, remote: str, *, timeout: float | None = None) -> FtpTransfer:
        """``upload`` behind what is there."""
        return await self.upload(source, remote, append=True, timeout=timeout)

    async def store_unique(self, source: Given, remote: str, *, timeout: float | None = None) -> FtpTransfer:
        """``upload`` under a name that the server chooses."""
        return await self.upload(source, remote, unique=True, timeout=timeout)

    async def list(self, path: str = ".", *, timeout: float | None = None) -> list[FtpEntry]:
        """The entries of a directory, or of one file."""
        return parsed_listing(await self.listing(path, timeout=timeout), datetime.now(UTC))

    async def listing(self, path: str = ".", *, timeout: float | None = None) -> bytes:
        """The same as the server writes it."""
        self._check_inside()
        download, service = self.flow.listing(resolved(self._directory, path)), self._service
        meter = Meter(service.link.bus, service.service, Direction.RECEIVE, None)
        stream = FtpStream(service, download, meter, held=False)
        async with Deadline(self.clock, timeout, f"list of {path}"), stream:
            return await stream.read()

    async def size(self, remote: str, *, timeout: float | None = None) -> int:
        """The size of a file in bytes; where the module has no command for it, as the listing of its directory says."""
        file = self._file(remote)
        if not self.flow.tells_size:
            return await self._listed_size(file, timeout)
        return await self._perform(lambda: self.flow.size(file), timeout, f"size of {file}")

    async def mtime(self, remote: str, *, timeout: float | None = None) -> datetime:
        """When a file was last modified, in UTC."""
        file = self._file(remote)
        return await self._perform(lambda: self.flow.mtime(file), timeout, f"time of {file}")

    async def delete(self, remote: str, *, timeout: float | None = None) -> None:
        """Delete a file."""
        file = self._file(remote)
        await self._perform(lambda: self.flow.delete(file), timeout, f"deletion of {file}")

    async def mkdir(self, path: str, *, timeout: float | None = None) -> None:
        """Make a directory."""
        directory = resolved(self._directory, path)
        await self._perform(lambda: self.flow.mkdir(directory), timeout, f"making of {directory}")

    async def rmdir(self, path: str, *, timeout: float | None = None) -> None:
        """Remove a directory, which must be empty."""
        directory = resolved(self._directory, path)
        await self._perform(lambda: self.flow.rmdir(directory), timeout, f"removal of {directory}")

    async def rename(self, old: str, new: str, *, timeout: float | None = None) -> None:
        """Rename a file; moving it to another directory raises UnsupportedService where the module cannot."""
        source, goal = self._file(old, "old"), self._file(new, "new")
        await self._perform(lambda: self.flow.rename(source, goal), timeout, f"renaming of {source}")

    async def cwd(self, path: str) -> None:
        """From here on relative paths are in this directory. Nothing is sent: the server is not asked for it."""
        self._directory = resolved(self._directory, path)

    async def pwd(self) -> str:
        """The directory of relative paths."""
        return self._directory

    async def quit(self) -> None:
        """End what is under way, which then fails; harmless when nothing is."""
        self._check_inside()
        await self.flow.quit()

    def stream(
        self,
        file: RemoteFile,
        offset: int,
        way: FtpWay | None,
        progress: Progress | None,
        total: int | None,
        *,
        held: bool = False,
    ) -> FtpStream:
        """A download that has not begun; ``held``: its reader decides when it ends."""
        service = self._service
        meter = Meter(service.link.bus, service.service, Direction.RECEIVE, progress)
        meter.done = offset
        return FtpStream(service, self.flow.download(file, offset, way), meter, total=total, held=held)

    async def _listed_size(self, file: RemoteFile, timeout: float | None) -> int:
        size = listed_size(await self.list(file.directory, timeout=timeout), file.name)
        if size is None:
            why = "the listing of its directory has no size of such a file"
            raise FtpError(f"size of {file} at {self.login}: {why}", meaning=why, remedy="list the directory")
        return size

    def _file(self, remote: str, field: str = "remote") -> RemoteFile:
        self._check_inside()
        return RemoteFile.of(self._directory, remote, field)

    def _check_inside(self) -> None:
        if not self._inside:
            raise UsageError("the FTP session is not open: use it inside its async with block")

    async def _perform(self, work: Callable[[], Awaitable[T]], timeout: float | None, what: str) -> T:
        """Do something when it is one's turn."""
        self._check_inside()
        async with Deadline(self.clock, timeout, what):
            claim = await self._service.enter(held=False)
            try:
                with self._service.watching():
                    return await work()
            finally:
                await self._service.leave(claim, _nothing)


async def _nothing() -> None:
    """There is nothing to clean up."""


def _flow(service: FtpService, login: FtpLogin) -> FtpFlow:
    for flow in FLOWS:
        if flow.carries(service.dialect, login):
            return flow(service, login)
    raise UnsupportedService(
        f"the {service.dialect.name} dialect has no commands for {'FTPS' if login.tls else 'FTP'}",
        field="tls" if login.tls else "service",
        value=login.tls if login.tls else "FTP",
    )


def _writer(local: object) -> Writes:
    if not callable(getattr(local, "write", None)):
        raise UsageError(
            f"local: a {type(local).__name__} cannot be written to",
            field="local",
            allowed="a path, or an object whose write() takes bytes",
        )
    return local  # type: ignore[return-value]  # it has just been looked at
