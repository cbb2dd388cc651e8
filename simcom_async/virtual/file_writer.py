"""A file of a module that is being written."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import IO, Self

from simcom_async.virtual.file_place import FileProblem, Place, Problem

__all__ = ["FileWriter"]


class FileWriter:
    """A file that is being written, as long as there is ``room``: behind that FileProblem, and nothing more of it.

    ``size`` counts the bytes written. With an error inside a ``with`` block a file that is new (``fresh``) is removed.
    """

    def __init__(
        self, file: IO[bytes], disk: Path, place: Place, *, room: int, fresh: bool, writing: set[FileWriter]
    ) -> None:
        self.place = place
        self.size = 0
        self._file = file
        self._disk = disk
        self._room = room
        self._fresh = fresh
        self._writing = writing
        writing.add(self)

    def write(self, data: bytes) -> None:
        """Write more. Raises FileProblem when the drive is full, or the file is closed."""
        if len(data) > self._room:
            raise FileProblem(Problem.FULL, str(self.place))
        try:
            self._file.write(data)
        except (OSError, ValueError) as error:
            raise FileProblem(Problem.WRITE, str(self.place)) from error
        self._room -= len(data)
        self.size += len(data)

    def close(self) -> None:
        """That was all."""
        self._writing.discard(self)
        self._file.close()

    def discard(self) -> None:
        """Close it and remove what there is."""
        self.close()
        self._disk.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and self._fresh:
            self.discard()
        else:
            self.close()
