"""The module's file system: listed, read, written, whatever its current directory is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from simcom_async.at.command import Command, Service
from simcom_async.at.fields import Range
from simcom_async.commands.file_transfer import FileReceive, FileSend
from simcom_async.commands.files import DirectoryMake, DirectoryRead, DirectoryRemove, FileDelete, FileRename
from simcom_async.errors import ServiceFailed, UnsupportedService, UsageError
from simcom_async.sessions.deadline import Deadline
from simcom_async.sessions.file_stream import FileStream
from simcom_async.sessions.file_visit import DriveSpace, FileEntry, FileVisit, failing, moment
from simcom_async.sessions.module_path import ModulePath
from simcom_async.sessions.parameter import composed
from simcom_async.sessions.progress import Direction, Meter, Progress
from simcom_async.sessions.session import Session
from simcom_async.sessions.source import ByteSource, Given
from simcom_async.sessions.witness import witnessed

if TYPE_CHECKING:
    from simcom_async.at.dialect import Dialect
    from simcom_async.link.claims import Claim

__all__ = ["FilesSession"]

_NEEDS = (DirectoryRead, FileReceive, FileSend, FileDelete)
_SIZE = Range(0, 2**31 - 1)
_PIECE = 4096
_THERE = "look what is there with list"
#: The caller's words for the parameters of the commands.
_WORDS = {"name": "path", "path": "path", "old": "old", "new": "new"}


@witnessed("_link")
class FilesSession(Session):
    """Files and folders of the module. Paths are absolute, ``D:/a/b.txt``; without a drive they are on ``C:``.

    Its current directory (AT+FSCD) is after each verb what it was before. Verbs wait for each other; while a stream of
    ``open`` is read they get ServiceBusy. ``timeout`` is in seconds, for the whole verb; ``progress`` is called with
    bytes done and in all. Raises UsageError and LimitExceeded before a byte is sent, UnsupportedService for a module
    without files, ServiceFailed for what it refuses.
    """

    service = Service.FILES

    @staticmethod
    def carried_by(dialect: Dialect) -> bool:
        """Whether a series has the commands."""
        return all(dialect.speaks(command) for command in _NEEDS)

    def _require(self) -> None:
        dialect = self._link.dialect
        if not self.carried_by(dialect):
            raise UnsupportedService(f"the {dialect.name} dialect has no commands for files", field="service")

    async def list(self, path: str = "C:/", *, details: bool = False, timeout: float | None = None) -> list[FileEntry]:
        """What is in a folder: folders, then files. ``details``: with size and date, a command for each file."""
        folder = ModulePath.of(path)
        async with self._visit(f"list of {folder}", timeout) as visit:
            found = await visit.entries(folder)
            if details:
                found = [await self._detailed(visit, folder, entry) for entry in found]
            return found

    async def walk(self, path: str = "C:/", *, details: bool = False) -> AsyncIterator[FileEntry]:
        """All that is in a folder and in those below it: each folder in front of what is in it."""
        for entry in await self.list(path, details=details):
            yield entry
            if entry.is_folder:
                async for below in self.walk(entry.path, details=details):
                    yield below

    async def size(self, path: str, *, timeout: float | None = None) -> int:
        """The size of a file in bytes."""
        file = ModulePath.file(path)
        async with self._visit(f"size of {file}", timeout) as visit:
            return await self._size(visit, file)

    async def exists(self, path: str, *, timeout: float | None = None) -> bool:
        """Whether there is a file or a folder."""
        place = ModulePath.of(path)
        async with self._visit(f"look for {place}", timeout) as visit:
            try:
                if place.names and await visit.attributes(place) is not None:
                    return True
                await visit.go(place)
            except ServiceFailed:
                return False
            return True

    async def space(self, drive: str = "C", *, timeout: float | None = None) -> DriveSpace:
        """The space of a drive."""
        wanted = ModulePath.of(f"{drive.rstrip(':/')}:/", "drive").drive
        async with self._visit(f"space of {wanted}", timeout) as visit:
            found = await visit.space(wanted)
        if found is None:
            raise ServiceFailed(
                f"the module has no drive {wanted}", meaning="no such drive", remedy="use another drive"
            )
        return found

    async def read(
        self, path: str, *, offset: int = 0, progress: Progress | None = None, timeout: float | None = None
    ) -> bytes:
        """The bytes of a file, from ``offset`` on."""
        stream = self._stream(path, offset, progress, held=False)
        async with Deadline(self._clock, timeout, f"read of {path}"), stream:
            return await stream.read()

    def open(self, path: str, *, offset: int = 0, progress: Progress | None = None) -> FileStream:
        """A file as it is read, from ``offset`` on: ``async for piece in modem.files.open(path)``."""
        return self._stream(path, offset, progress, held=True)

    async def write(
        self,
        path: str,
        data: Given,
        *,
        size: int | None = None,
        overwrite: bool = True,
        progress: Progress | None = None,
        timeout: float | None = None,
    ) -> int:
        """Write bytes, a local file, or what an async iterable yields (``size`` bytes); how many they are.

        With ``overwrite`` a file that is there is removed first. When it fails, or is cancelled, nothing is left.
        """
        file = ModulePath.file(path)
        self._require()
        async with Deadline(self._clock, timeout, f"write of {file}"), ByteSource(data, "data") as source:
            length = _length(source, size)
            command = composed(self._link.dialect, _WORDS, FileReceive, path=str(file), length=length)
            meter = Meter(self._link.bus, self.service, Direction.SEND, progress)
            async with self._visit(f"write of {file}", None) as visit:
                await self._make_room(visit, file, length, overwrite=overwrite)
                await self._hand_over(visit, command, source, meter)
            return length

    async def delete(self, path: str, *, timeout: float | None = None) -> None:
        """Remove a file."""
        file = ModulePath.file(path)
        await self._change(file, FileDelete, {"name": file.name}, f"{file} cannot be removed", timeout)

    async def rename(self, old: str, new: str, *, timeout: float | None = None) -> None:
        """Give a file or a folder another name, in the same folder."""
        source, target = ModulePath.named(old, "old"), ModulePath.named(new, "new")
        if source.folder != target.folder:
            raise UsageError(
                f"new: {new!r} is in another folder than {old!r}: a module renames within one",
                field="new",
                value=new,
                allowed=f"a name in {source.folder}",
            )
        names = {"old": source.name, "new": target.name}
        await self._change(source, FileRename, names, f"{source} cannot be renamed to {target.name}", timeout)

    async def mkdir(self, path: str, *, timeout: float | None = None) -> None:
        """Make a folder; the one above it must be there."""
        folder = ModulePath.named(path)
        await self._change(folder, DirectoryMake, {"name": folder.name}, f"{folder} cannot be made", timeout)

    async def rmdir(self, path: str, *, timeout: float | None = None) -> None:
        """Remove an empty folder."""
        folder = ModulePath.named(path)
        await self._change(folder, DirectoryRemove, {"name": folder.name}, f"{folder} cannot be removed", timeout)

    @asynccontextmanager
    async def entered(
        self, path: str, *, timeout: float | None = None, ended: Callable[[], Awaitable[None]] | None = None
    ) -> AsyncIterator[None]:
        """Have a folder as the module's current directory, for commands that look for files only there.

        It is set back when ``ended`` has been awaited: work that was given up may look for its file still.
        """
        folder = ModulePath.of(path)
        async with self._visit(f"visit of {folder}", timeout, ended) as visit:
            await visit.go(folder)
            yield

    # Steps

    @asynccontextmanager
    async def _visit(
        self, what: str, timeout: float | None, ended: Callable[[], Awaitable[None]] | None = None
    ) -> AsyncIterator[FileVisit]:
        """Go about in the file system when it is one's turn; the current directory is set back behind it."""
        visit = FileVisit(self._link, self._clock)

        async def back() -> None:
            if ended is not None:
                await ended()
            await visit.back()

        async with Deadline(self._clock, timeout, what):
            claim = await self._claimed(held=False)
            try:
                yield visit
            finally:
                await self.leave(claim, back)

    async def _claimed(self, *, held: bool) -> Claim:
        await self._attachment.ready()
        self._require()
        return await self.enter(held=held)

    def _stream(self, path: str, offset: int, progress: Progress | None, *, held: bool) -> FileStream:
        file = ModulePath.file(path)
        _SIZE.check("offset", offset)
        self._require()
        composed(self._link.dialect, _WORDS, FileSend, path=str(file), position=2**31 - 1, size=2**31 - 1)
        meter = Meter(self._link.bus, self.service, Direction.RECEIVE, progress)
        meter.done = offset

        async def begin() -> tuple[Claim, int]:
            claim, visit = await self._claimed(held=held), FileVisit(self._link, self._clock)
            try:
                size = await self._size(visit, file)
                await visit.back()
            except BaseException:
                await self.leave(claim, visit.back)
                raise
            return claim, size

        return FileStream(self._link, file, offset, meter, begin=begin, end=lambda claim: self.leave(claim, _nothing))

    async def _size(self, visit: FileVisit, file: ModulePath) -> int:
        found = await visit.attributes(file)
        if found is None:
            raise ServiceFailed(f"there is no file {file}; {_THERE}", meaning="no such file", remedy=_THERE)
        return found.size

    async def _detailed(self, visit: FileVisit, folder: ModulePath, entry: FileEntry) -> FileEntry:
        found = None if entry.is_folder else await visit.attributes(folder / entry.name)
        return entry if found is None else replace(entry, size=found.size, modified=moment(found.modified))

    async def _change(
        self, place: ModulePath, kind: type[Command[None]], names: dict[str, str], what: str, timeout: float | None
    ) -> None:
        self._require()
        command = composed(self._link.dialect, _WORDS, kind, **names)
        async with self._visit(what, timeout) as visit:
            await visit.go(place.folder)
            with failing(what, _THERE):
                await self._link.send(command)

    async def _make_room(self, visit: FileVisit, file: ModulePath, length: int, *, overwrite: bool) -> None:
        """Have no file of this name, and space for the new one."""
        before = await visit.attributes(file)
        if before is not None and not overwrite:
            raise ServiceFailed(
                f"{file} is there already; remove it, or write with overwrite",
                meaning="there is a file of that name",
                remedy="remove it, or write with overwrite",
            )
        space = await visit.space(file.drive)
        if space is not None and length > space.free + (0 if before is None else before.size):
            raise ServiceFailed(
                f"{file}: {length} bytes do not fit, {space.free} are free on {file.drive}:; remove files",
                meaning="the drive is full",
                remedy="remove files",
            )
        if before is not None:
            await self._link.send(FileDelete(name=file.name))

    async def _hand_over(self, visit: FileVisit, command: FileReceive, source: ByteSource, meter: Meter) -> None:
        """Write the file; what there is of it goes when that fails."""
        visit.leftover = command.path.rpartition("/")[2]
        with failing(f"{command.path} cannot be written", "look for the space that is left"):
            await self._link.send(command, entry=_pieces(source, command.length, meter) if command.length else b"")
        visit.leftover = None


async def _pieces(source: ByteSource, length: int, meter: Meter) -> AsyncIterator[bytes]:
    while piece := await source.read(_PIECE):
        yield piece
        meter.add(len(piece), length)


def _length(source: ByteSource, size: int | None) -> int:
    """How many bytes will come. Raises UsageError where that is not known, or not true."""
    known = source.size if size is None else size
    if known is None:
        raise UsageError(
            "size: the module wants to know before how many bytes an async iterable yields",
            field="size",
            allowed="the number of bytes",
        )
    if source.size not in (None, known):
        raise UsageError(
            f"size: {known} bytes, but there are {source.size}", field="size", value=size, allowed=str(source.size)
        )
    _SIZE.check("size", known)
    return known


async def _nothing() -> None:
    """There is nothing to clean up."""
