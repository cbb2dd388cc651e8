"""A dumb terminal: bytes out, bytes in, every wait with a deadline. It knows nothing of AT."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from simcom_async.errors import PortLost
from simcom_async.ports.port import Port

__all__ = ["Console"]

#: Seconds that the other side has for anything; a test fails then, it never hangs.
DEADLINE = 60.0


class Console:
    """One end of a line, as a program sees it that reads what it expects."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self._buffer = bytearray()
        self._arrived = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self._port.open(self._receive, self._lost)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._port.aclose()

    @property
    def unread(self) -> bytes:
        """What has come and was not read."""
        return bytes(self._buffer)

    def write(self, data: bytes) -> None:
        """Send bytes."""
        self._port.write(data)

    async def read(self, count: int) -> bytes:
        """Exactly so many bytes."""
        return await self._until(lambda: count if len(self._buffer) >= count else None, f"{count} bytes")

    async def read_past(self, mark: bytes) -> bytes:
        """Everything up to a mark, which is included."""

        def reached() -> int | None:
            place = self._buffer.find(mark)
            return None if place < 0 else place + len(mark)

        return await self._until(reached, repr(mark))

    async def read_line(self) -> str:
        """The next line that is not empty, without line ends; it has to begin behind one."""
        while not (line := (await self.read_past(b"\r\n")).removesuffix(b"\r\n")):
            pass
        return line.decode("latin-1")

    async def peek(self, count: int) -> bytes:
        """The next so many bytes; they stay."""
        data = await self.read(count)
        self._buffer[:0] = data
        return data

    async def _until(self, reached: object, what: str) -> bytes:
        assert callable(reached)
        try:
            async with asyncio.timeout(DEADLINE):
                while (count := reached()) is None:
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError as error:
            raise AssertionError(f"waited for {what}, have {self.unread!r}") from error
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def _receive(self, data: bytes) -> None:
        self._buffer += data
        self._arrived.set()

    def _lost(self, error: PortLost) -> None:
        raise AssertionError(f"the line was lost: {error}") from error
