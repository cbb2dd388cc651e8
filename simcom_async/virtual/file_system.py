"""The file system of a module: a folder of this machine for each drive, which outlives the power.

``DIR/C`` and ``DIR/D`` are the drives ``C:`` and ``D:``. Nothing outside these folders can be reached: names are
checked, and what leads out of them by a symbolic link does not exist.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from simcom_async.virtual.file_place import DRIVES, ENTRIES, FileProblem, Found, Place, Problem, Space, nameable, walk
from simcom_async.virtual.file_writer import FileWriter

__all__ = ["FileSystem"]

_DRIVE = re.compile(r"([A-Za-z]):")
_COPY = 65536
_PATH_LIMIT = 4000  # bytes of a path on this machine


class FileSystem:
    """The files of one module: every drive has ``total`` bytes. Paths are absolute (``D:/x``) or begin in ``current``.

    ``folder`` is where the drives are; without one they are in a temporary folder that ``close`` removes. Everything
    raises FileProblem. ``card`` says whether the drive D is plugged in; ``location`` is what AT+FSLOCA has chosen.
    """

    def __init__(self, folder: str | Path | None = None, *, total: int) -> None:
        self.total = total
        self.card = True
        self._given = None if folder is None else Path(folder)
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._writing: set[FileWriter] = set()
        self.restart()

    def restart(self) -> None:
        """The power was off: what was being written is closed as it is, the current directory is the first again."""
        for writer in tuple(self._writing):
            writer.close()
        self.current = Place(DRIVES[0])
        self.location = 0

    def close(self) -> None:
        """Done with it: a temporary folder is removed, a given one stays."""
        for writer in tuple(self._writing):
            writer.close()
        temporary, self._temporary = self._temporary, None
        if temporary is not None:
            temporary.cleanup()

    # Paths

    def place(self, path: str) -> Place:
        """The place of a path; whether there is anything is not asked. Raises FileProblem for what is no path."""
        start, rest = self.current, path
        found = _DRIVE.match(path)
        if found is not None:
            drive = found[1].upper()
            if drive not in DRIVES or (drive != DRIVES[0] and not self.card):
                raise FileProblem(Problem.NO_DRIVE, path)
            start, rest = Place(drive), path[found.end() :]
        elif path.startswith("/"):
            start = Place(self.current.drive)
        return walk(start, rest, path)

    def enter(self, path: str) -> Place:
        """AT+FSCD: make this folder the current one."""
        place = self.place(path)
        if not self._disk(place).is_dir():
            raise FileProblem(Problem.NO_FOLDER, path)
        self.current = place
        return place

    def _disk(self, place: Place) -> Path:
        """Where it is on this machine. Raises FileProblem when that is outside the drive's folder."""
        if place.drive != DRIVES[0] and not self.card:
            raise FileProblem(Problem.NO_DRIVE, str(place))
        root = self._root(place.drive)
        path = root.joinpath(*place.names)
        try:
            inside = path.resolve().is_relative_to(root.resolve())
        except (OSError, ValueError) as error:
            raise FileProblem(Problem.BAD_NAME, str(place)) from error
        if not inside:
            raise FileProblem(Problem.NO_FILE, str(place))
        if len(bytes(path)) > _PATH_LIMIT:
            raise FileProblem(Problem.BAD_PATH, str(place))
        return path

    def _root(self, drive: str) -> Path:
        if self._given is None and self._temporary is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="simcom-files-")
        base = self._given if self._temporary is None else Path(self._temporary.name)
        root = Path(base or "", drive)
        root.mkdir(parents=True, exist_ok=True)
        return root

    # Questions

    def find(self, path: str | Place) -> Found:
        """The file or folder of a path."""
        place = self._place(path)
        disk = self._disk(place)
        try:
            facts = disk.stat()
        except OSError as error:
            raise FileProblem(Problem.NO_FILE, str(path)) from error
        is_folder = disk.is_dir()
        return Found(place.name, is_folder, 0 if is_folder else facts.st_size, facts.st_mtime)

    def exists(self, path: str | Place) -> bool:
        """Whether there is a file or a folder."""
        try:
            self.find(path)
        except FileProblem:
            return False
        return True

    def size(self, path: str | Place) -> int:
        """Bytes of a file."""
        found = self.find(path)
        if found.is_folder:
            raise FileProblem(Problem.NO_FILE, str(path))
        return found.size

    def list(self, path: str | Place = "") -> list[Found]:
        """What is in a folder, by name. What a module could not name is left out."""
        place = self._place(path)
        disk = self._disk(place)
        if not disk.is_dir():
            raise FileProblem(Problem.NO_FOLDER, str(path))
        names = sorted(entry.name for entry in disk.iterdir())
        return [self.find(place / name) for name in names if nameable(name) and self.exists(place / name)]

    def space(self, drive: str = DRIVES[0]) -> Space:
        """The space of a drive."""
        return Space(self.total, _used(self._disk(Place(drive))))

    # Reading and writing

    def read(self, path: str | Place, start: int = 0, size: int | None = None) -> bytes:
        """Bytes of a file from ``start`` on: all, or at most ``size``."""
        with self.open(path) as file:
            file.seek(start)
            return file.read() if size is None else file.read(size)

    def open(self, path: str | Place) -> IO[bytes]:
        """A file for reading; the caller closes it."""
        place = self._place(path)
        if self.find(place).is_folder:
            raise FileProblem(Problem.NO_FILE, str(path))
        try:
            return self._disk(place).open("rb")
        except OSError as error:
            raise FileProblem(Problem.READ, str(path)) from error

    def create(self, path: str | Place, *, size: int = 0, append: bool = False) -> FileWriter:
        """A file to be written, in the place of one that is there, or (``append``) behind its end.

        ``size``: bytes that will come, if that is known: when they do not fit nothing is created.
        """
        place = self._place(path)
        disk = self._disk(place)
        if not place.names or disk.is_dir():
            raise FileProblem(Problem.BAD_NAME if not place.names else Problem.FOLDER_EXISTS, str(path))
        if not disk.parent.is_dir():
            raise FileProblem(Problem.NO_FOLDER, str(path))
        replaced = 0 if append or not disk.is_file() else disk.stat().st_size
        room = self.space(place.drive).free + replaced
        if size > room:
            raise FileProblem(Problem.FULL, str(path))
        _check_entries(self._root(place.drive), place, disk)
        try:
            file = disk.open("ab" if append else "wb")
        except OSError as error:
            raise FileProblem(Problem.CREATE, str(path)) from error
        return FileWriter(file, disk, place, room=room, fresh=not append, writing=self._writing)

    def write(self, path: str | Place, data: bytes, *, append: bool = False) -> Place:
        """Write a whole file, or behind its end; when it does not fit nothing is written."""
        with self.create(path, size=len(data), append=append) as writer:
            writer.write(data)
        return writer.place

    def free_name(self, folder: str | Place, pattern: str) -> Place:
        """The first place of a numbered name that is free: ``EMAIL{:03}.TXT``."""
        place = self._place(folder)
        for number in range(1000):
            candidate = place / pattern.format(number)
            if not self.exists(candidate):
                return candidate
        raise FileProblem(Problem.FILE_EXISTS, f"{place}/{pattern}")

    # Changes

    def make_folder(self, path: str | Place, *, parents: bool = False) -> Place:
        """A new folder; with ``parents`` also those above it, and no harm when it is there."""
        place = self._place(path)
        disk = self._disk(place)
        if disk.is_dir() and parents:
            return place
        if disk.exists():
            raise FileProblem(Problem.FOLDER_EXISTS, str(path))
        if not parents and not disk.parent.is_dir():
            raise FileProblem(Problem.NO_FOLDER, str(path))
        _check_entries(self._root(place.drive), place, disk)
        try:
            disk.mkdir(parents=parents)
        except OSError as error:
            raise FileProblem(Problem.BAD_NAME, str(path)) from error
        return place

    def remove_folder(self, path: str | Place) -> None:
        """Remove an empty folder that is not the current one, nor above it."""
        place = self._place(path)
        disk = self._disk(place)
        if not place.names or not disk.is_dir():
            raise FileProblem(Problem.NO_FOLDER, str(path))
        here = self.current.drive == place.drive and self.current.names[: len(place.names)] == place.names
        if here or any(disk.iterdir()):
            raise FileProblem(Problem.NOT_EMPTY, str(path))
        disk.rmdir()

    def remove(self, path: str | Place) -> None:
        """Remove a file."""
        place = self._place(path)
        self.size(place)
        self._disk(place).unlink()

    def rename(self, old: str | Place, new: str | Place) -> None:
        """Give a file or a folder another name, or another folder of its drive."""
        source, target = self._place(old), self._place(new)
        self.find(source)
        if self.exists(target):
            raise FileProblem(Problem.FILE_EXISTS, str(new))
        inside = target.names[: len(source.names)] == source.names
        if source.drive != target.drive or not source.names or inside:
            raise FileProblem(Problem.BAD_PATH, str(new))
        disk = self._disk(target)
        if not disk.parent.is_dir():
            raise FileProblem(Problem.NO_FOLDER, str(new))
        try:
            self._disk(source).rename(disk)
        except OSError as error:
            raise FileProblem(Problem.BAD_NAME, str(new)) from error

    def copy(self, source: str | Place, target: str | Place) -> Iterator[float]:
        """Copy a file, piece by piece; how much of it there is, from 0 to 1."""
        size = self.size(source)
        if self.exists(target):
            raise FileProblem(Problem.FILE_EXISTS, str(target))
        with self.open(source) as file, self.create(target, size=size) as writer:
            while piece := file.read(_COPY):
                writer.write(piece)
                yield writer.size / size
        if not size:
            yield 1.0

    def clear(self, drive: str = DRIVES[0]) -> None:
        """Remove everything from a drive, as formatting it does."""
        for path in self._disk(Place(drive)).iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        if self.current.drive == drive:
            self.current = Place(drive)

    def _place(self, path: str | Place) -> Place:
        return path if isinstance(path, Place) else self.place(path)


def _used(root: Path) -> int:
    """Bytes of all files of a drive."""
    files = (path for path in root.rglob("*") if not path.is_symlink() and path.is_file())
    return sum(path.stat().st_size for path in files)


def _check_entries(root: Path, place: Place, disk: Path) -> None:
    """Raise FileProblem when a drive has too many files for another one."""
    if not disk.exists() and sum(1 for _ in root.rglob("*")) >= ENTRIES:
        raise FileProblem(Problem.FULL, str(place))
