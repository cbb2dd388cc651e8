"""A local file that is there whole, or not at all: written beside its place, and moved there when it is complete."""

from __future__ import annotations

import hashlib
import os
import shutil
from asyncio import to_thread
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from simcom_async.errors import UsageError

__all__ = ["LocalFile"]

_PIECE = 1 << 18


class LocalFile:
    """``open``, ``write``, then ``commit`` or ``discard``. What is no ordinary file is written directly.

    With ``resume`` the part that has come is kept beside the place, as ``NAME.part``, when the rest does not come, and
    ``open`` goes on behind it. ``size`` in bytes and ``checksum``, SHA-256 in hex, are of all that is there.
    """

    def __init__(self, path: str | os.PathLike[str], *, resume: bool = False) -> None:
        self.path, ordinary = _found(Path(path))
        self.resume = resume
        self.size = 0
        self._digest = hashlib.sha256()
        self._file: BinaryIO | None = None
        self._stands = True  # what stands in the place may be a part of it
        self._taken: tuple[Path, float] | None = None  # where what was there at the opening stood, and its time
        self._aside = self.path.with_name(f"{self.path.name}.part") if ordinary else self.path

    @property
    def checksum(self) -> str:
        """SHA-256 in hex."""
        return self._digest.hexdigest()

    async def open(self, size: int | None = None, time: datetime | None = None) -> int:
        """Open it; the bytes that are there already. ``size`` and ``time`` are the original's, None: not known.

        A part of another version is dropped: one that is longer, or of another time. Raises UsageError for what cannot
        be written, and for a file in the place itself that is longer than the original.
        """
        await to_thread(self._open, size, time)
        return self.size

    def write(self, data: bytes) -> None:
        """Write behind what is there. Raises OSError with the file's name."""
        assert self._file is not None  # noqa: S101 - open comes first
        try:
            self._file.write(data)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from error
        self._digest.update(data)
        self.size += len(data)

    async def commit(self, time: datetime | None = None) -> None:
        """It is complete: it stands in its place, with ``time`` as its own where that is known."""
        await to_thread(self._close, time)
        if self._aside != self.path:
            await to_thread(os.replace, self._aside, self.path)

    async def keep(self, time: datetime | None = None) -> None:
        """It is not complete: what there is stays beside the place with ``resume``, and goes without."""
        try:
            await to_thread(self._close, time)
        finally:
            if self._aside != self.path and not (self.resume and self.size):
                self._aside.unlink(missing_ok=True)

    async def drop(self) -> bool:
        """What there is belongs to another version: it is begun anew; whether that can be."""
        if self._aside == self.path:
            return False
        await to_thread(self._aside.unlink, missing_ok=True)
        self.size, self._stands = 0, False
        return True

    def fits(self, size: int | None, time: datetime | None) -> bool:
        """Whether what was there at the opening may be a part of this original, whose size and time are known only now.

        It is asked before anything is written.
        """
        if self._taken is None:
            return True
        place, since = self._taken
        return (size is None or self.size <= size) and (time is None or self._as_old(place, since, time))

    def tail(self, count: int) -> bytes:
        """The last ``count`` bytes of what was there at the opening, or all; asked before anything is written."""
        if not self.size:
            return b""
        with self._aside.open("rb") as file:
            file.seek(max(self.size - count, 0))
            return file.read()

    def forget(self) -> bool:
        """What is there is not to be gone on with; whether that can be."""
        self.size = 0
        return True

    def _open(self, size: int | None, time: datetime | None) -> None:
        self.size, self._digest, self._taken = 0, hashlib.sha256(), None
        if self.resume and self._aside != self.path:
            self._find_part(size, time)
        try:
            self._file = self._aside.open("ab" if self.size else "wb", buffering=_PIECE)
        except OSError as error:
            raise _unwritable(self.path, str(error.strerror)) from error

    def _find_part(self, size: int | None, time: datetime | None) -> None:
        """Take over what an earlier try has left, or what stands in the place itself."""
        aside, path = self._aside, self.path
        if aside.is_file():
            place, since = aside, aside.stat().st_mtime
            stale = size is not None and aside.stat().st_size > size
            if stale or (time is not None and not self._as_old(aside, since, time)):
                return
        elif path.is_file() and self._stands:
            if size is not None and path.stat().st_size > size:
                raise UsageError(
                    f"local: {path} has {path.stat().st_size} bytes, the original {size}: it is no part of it; "
                    "remove it, or fetch without resume",
                    field="local",
                    value=str(path),
                    allowed=f"a file of at most {size} bytes",
                )
            place, since = path, path.stat().st_mtime
            if time is not None and not self._as_old(path, since, time):
                return
            shutil.copyfile(path, aside)
        else:
            return
        with aside.open("rb") as file:
            while piece := file.read(_PIECE):
                self._digest.update(piece)
                self.size += len(piece)
        self._taken = (place, since)

    def _as_old(self, place: Path, since: float, time: datetime) -> bool:
        """Whether a file of the time ``since`` may be of an original of this time; a part beside has that very time."""
        return int(since) == int(time.timestamp()) if place == self._aside else since >= time.timestamp()

    def _close(self, time: datetime | None) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        try:
            with file:
                file.flush()
                if self._aside != self.path:
                    os.fsync(file.fileno())
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from error
        if time is not None and self._aside != self.path:
            os.utime(self._aside, (time.timestamp(), time.timestamp()))


def _found(path: Path) -> tuple[Path, bool]:
    """Where a path leads to, and whether that is an ordinary file, or none yet. Raises UsageError for a directory."""
    try:
        found = path.resolve()
        ordinary = found.is_file() or not found.exists()
        why = "it is a directory" if found.is_dir() else "" if found.parent.is_dir() else "there is no such directory"
    except (OSError, ValueError, RuntimeError) as error:
        raise _unwritable(path, str(error)) from error
    if why:
        raise _unwritable(found, why)
    return found, ordinary


def _unwritable(path: Path, why: str) -> UsageError:
    return UsageError(f"local: {path} cannot be written: {why}", field="local", value=str(path), allowed="a file")
