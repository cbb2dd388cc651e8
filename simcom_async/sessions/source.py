"""Where the bytes to be sent come from: read in pieces of the size that the module takes."""

from __future__ import annotations

import hashlib
import os
from asyncio import to_thread
from collections.abc import AsyncIterable, AsyncIterator, Callable
from pathlib import Path
from typing import BinaryIO

from simcom_async.errors import UsageError

__all__ = ["ByteSource", "Given"]

Given = bytes | bytearray | memoryview | str | os.PathLike[str] | AsyncIterable[bytes]
"""What can be sent: bytes, the path of a file, or an async iterable of bytes."""

_READ = 65_536


class ByteSource:
    """Bytes, a file, or an async iterable, read once from start to end, inside ``async with``.

    ``size`` in bytes, None where it is not known before; ``checksum`` is the SHA-256, in hex, of what was read so far.
    Entering it raises UsageError for what cannot be read, in terms of ``field``, and what the iterable raises at once.
    """

    def __init__(self, given: Given, field: str = "source") -> None:
        self.field = field
        self.size: int | None = None
        self.done = 0
        self._digest = hashlib.sha256()
        self._buffer = bytearray()
        self._over = False
        self._path: Path | None = None
        self._file: BinaryIO | None = None
        self._items: AsyncIterator[bytes] | None = None
        if isinstance(given, bytes | bytearray | memoryview):
            self._buffer += given
            self.size, self._over = len(self._buffer), True
        elif isinstance(given, str | os.PathLike):
            self._path = Path(given)
        elif isinstance(given, AsyncIterable):
            self._items = aiter(given)
        else:
            raise UsageError(
                f"{field}: a {type(given).__name__} cannot be sent",
                field=field,
                allowed="bytes, the path of a file, or an async iterable of bytes",
            )

    @property
    def checksum(self) -> str:
        """SHA-256 in hex of the bytes that were read."""
        return self._digest.hexdigest()

    @property
    def over(self) -> bool:
        """Whether it is known that nothing more comes."""
        return self._over and not self._buffer

    async def __aenter__(self) -> ByteSource:
        if self._path is not None:
            self._file, self.size = await to_thread(_opened, self._path, self.field)
        elif self._items is not None:
            self._buffer += await self._more()
            self._over = not self._buffer
        return self

    async def __aexit__(self, *_: object) -> None:
        file, self._file = self._file, None
        if file is not None:
            await to_thread(file.close)

    async def read(self, size: int) -> bytes:
        """The next ``size`` bytes, fewer only at the end."""
        buffer = self._buffer
        while len(buffer) < size and not self._over:
            more = await self._more()
            buffer += more
            self._over = not more
        piece = bytes(memoryview(buffer)[:size])
        del buffer[:size]
        self._digest.update(piece)
        self.done += len(piece)
        return piece

    async def pieces(self, size: int, taken: Callable[[int], None]) -> AsyncIterator[bytes]:
        """The rest, ``size`` bytes at a time; ``taken`` hears of each piece when the next one is asked for."""
        while piece := await self.read(size):
            yield piece
            taken(len(piece))

    async def _more(self) -> bytes:
        """Some more bytes, empty at the end."""
        if self._file is not None:
            return await to_thread(self._file.read, _READ)
        assert self._items is not None  # noqa: S101 - the source was entered, or there is nothing more to read
        async for item in self._items:
            if not isinstance(item, bytes | bytearray | memoryview):
                raise UsageError(
                    f"{self.field}: a {type(item).__name__} came out of the iterable, allowed is bytes",
                    field=self.field,
                    value=type(item).__name__,
                    allowed="bytes",
                )
            if item:
                return bytes(item)
        return b""


def _opened(path: Path, field: str) -> tuple[BinaryIO, int]:
    try:
        file = path.open("rb")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        sentence = f"{field}: {path} cannot be read: {why}"
        raise UsageError(sentence, field=field, value=str(path), allowed="a readable file") from error
    return file, os.fstat(file.fileno()).st_size
