"""A file of the module as it is read, part by part."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Self

from simcom_async.sessions.file_part import PART, read_part
from simcom_async.sessions.file_visit import failing
from simcom_async.sessions.whole import gathered_whole
from simcom_async.sessions.witness import witnessed

if TYPE_CHECKING:
    from simcom_async.link.claims import Claim
    from simcom_async.link.link import Link
    from simcom_async.sessions.module_path import ModulePath
    from simcom_async.sessions.progress import Meter

__all__ = ["FileStream"]


@witnessed("_link")
class FileStream:
    """The bytes of a file: ``async for piece in stream``, inside ``async with`` where the reader may stop half way.

    Nothing is fetched that was not asked for, so a reader may take its time. ``size`` is that of the whole file, known
    when the first piece has come. ``begin`` claims the file system and tells the size, ``end`` gives it back.
    """

    def __init__(
        self,
        link: Link,
        file: ModulePath,
        offset: int,
        meter: Meter,
        *,
        begin: Callable[[], Awaitable[tuple[Claim, int]]],
        end: Callable[[Claim], Awaitable[None]],
    ) -> None:
        self.size: int | None = None
        self._link = link
        self._file = file
        self._position = offset
        self._meter = meter
        self._begin = begin
        self._end = end
        self._claim: Claim | None = None
        self._over = False

    async def __aenter__(self) -> Self:
        await self._start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._over:
            raise StopAsyncIteration
        try:
            piece = await self._next()
        except BaseException:
            await self.aclose()
            raise
        if not piece:
            await self.aclose()
            raise StopAsyncIteration
        self._meter.add(len(piece), self.size)
        return piece

    async def read(self) -> bytes:
        """The rest of it. Raises ProtocolError when it is more than WHOLE_MAXIMUM bytes."""
        return await gathered_whole(self, "the file")

    async def aclose(self) -> None:
        """Read no more; again is harmless."""
        self._over = True
        claim, self._claim = self._claim, None
        if claim is not None:
            await self._end(claim)

    async def _start(self) -> None:
        if self._claim is None and not self._over:
            self._claim, self.size = await self._begin()

    async def _next(self) -> bytes:
        await self._start()
        left = min(PART, (self.size or 0) - self._position)
        if left <= 0:
            return b""
        with failing(f"{self._file} cannot be read", "look whether it is still there"):
            piece = await read_part(self._link, str(self._file), self._position, left)
        self._position += len(piece)
        return piece
