"""One visit to the module's file system: commands that work in the current directory, which is set back at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from simcom_async.commands.files import (
    DirectoryChange,
    DirectoryCountRead,
    DirectoryListAll,
    DirectoryRead,
    FileAttributes,
    FileAttributesRead,
    FileDelete,
    FileName,
    FilesHeading,
    FileSpaceOfBoth,
    FileSpaceRead,
    FolderHeading,
)
from simcom_async.errors import CommandFailed, ProtocolError, ServiceFailed, UsageError
from simcom_async.sessions.parameter import composed

if TYPE_CHECKING:
    from simcom_async.link.link import Link
    from simcom_async.ports.clock import Clock
    from simcom_async.sessions.module_path import ModulePath

__all__ = ["DriveSpace", "FileEntry", "FileVisit", "failing", "moment"]

_STRAY = 0.5  # seconds for which the rest of a listing may still come
_DATE = "%Y/%m/%d %H:%M:%S"
_DATE_LENGTH = 19


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file or a folder. ``size`` in bytes and ``modified``, in the module's own time: None where not asked for."""

    path: str
    name: str
    is_folder: bool
    size: int | None = None
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class DriveSpace:
    """Bytes of a drive, and how many of them are taken."""

    total: int
    used: int

    @property
    def free(self) -> int:
        """Bytes that are left."""
        return max(0, self.total - self.used)


class FileVisit:
    """Goes about in the file system of a module whose service is claimed; ``back`` is the end of it.

    ``leftover`` is the name of a file in the current directory that must not stay.
    """

    def __init__(self, link: Link, clock: Clock) -> None:
        self._link = link
        self._clock = clock
        self.leftover: str | None = None
        self._home: DirectoryChange | None = None
        self._here = ""

    async def go(self, folder: ModulePath) -> None:
        """Have this folder as the current directory. Raises ServiceFailed when there is none."""
        change = composed(self._link.dialect, {"path": "path"}, DirectoryChange, path=str(folder))
        if self._home is None:
            self._here = (await self._link.send(DirectoryRead())).path
            self._home = _way_to(self._here)
        if _bare(self._here) == _bare(str(folder)):
            return
        with failing(f"no folder {folder}", "make it first, or list the one above"):
            self._here = (await self._link.send(change)).path

    async def back(self) -> None:
        """What must not stay is removed, and the current directory is again what it was."""
        leftover, self.leftover = self.leftover, None
        if leftover is not None:
            with suppress(CommandFailed):  # there is nothing of it
                await self._link.send(FileDelete(name=leftover))
        home, self._home = self._home, None
        if home is not None and _bare(home.path) != _bare(self._here):
            await self._link.send(home)

    async def entries(self, folder: ModulePath) -> list[FileEntry]:
        """What is in a folder: folders, then files."""
        await self.go(folder)
        count = await self._link.send(DirectoryCountRead())
        listed = await self._link.send(DirectoryListAll())
        found: list[FileEntry] = []
        is_folder = True
        for part in listed:
            if isinstance(part, FolderHeading | FilesHeading):
                is_folder = isinstance(part, FolderHeading)
            elif isinstance(part, FileName):
                found.append(FileEntry(str(folder / part.name), part.name, is_folder))
        folders = sum(entry.is_folder for entry in found)
        if (folders, len(found) - folders) != (count.folders, count.files):
            await self._clock.sleep(_STRAY)  # behind a file called OK the list goes on
            raise ProtocolError(
                f"{folder}: {len(found)} names came, the module counts {count.folders} folders and {count.files} files:"
                " one of them looks like a result of AT, or bytes were lost on the line"
            )
        return found

    async def attributes(self, file: ModulePath) -> FileAttributes | None:
        """Size and date of a file; None when there is none."""
        ask = composed(self._link.dialect, {"name": "path"}, FileAttributesRead, name=file.name)
        await self.go(file.folder)
        try:
            return await self._link.send(ask)
        except CommandFailed:
            return None

    async def space(self, drive: str) -> DriveSpace | None:
        """The space of a drive; None when the module does not tell."""
        for space in await self._link.send(FileSpaceRead()):
            if space.drive == drive:
                return DriveSpace(space.total, space.used)
            if isinstance(space, FileSpaceOfBoth) and space.card == drive:
                return DriveSpace(space.card_total, space.card_used)
        return None


def _way_to(told: str) -> DirectoryChange:
    """The command that leads to where a module says that it is. Raises ProtocolError."""
    try:
        return DirectoryChange(path=told)
    except UsageError as error:
        raise ProtocolError(f"{told!r} is no directory; bytes were lost or changed on the line") from error


@contextmanager
def failing(what: str, remedy: str) -> Iterator[None]:
    """A command that fails means this: ServiceFailed, with what may help."""
    try:
        yield
    except CommandFailed as error:
        raise ServiceFailed(
            f"{what}: {error}; {remedy}", command=error.command, code=error.code, meaning=what, remedy=remedy
        ) from error


def moment(text: str | None) -> datetime | None:
    """The time of ``2008/04/28 10:24:46 Tue``, None where it is none."""
    try:
        return None if text is None else datetime.strptime(text[:_DATE_LENGTH], _DATE)
    except ValueError:
        return None


def _bare(path: str) -> str:
    return path.rstrip("/").upper() if path.endswith(":/") else path.rstrip("/")
