"""A dialogue as it is written by hand over and over: write the command, read until what should come."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from typing import Self

LIMIT = 10.0


class HandLoop:
    """One module on a terminal, spoken to with asyncio's streams and a limit for each read."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, path: str, settings: Iterable[bytes], *, bearer: bool = True) -> Self:
        """Open the line and, where the module has one, the bearer of AT+SAPBR, and send the settings."""
        import serial_asyncio

        loop = cls(*await serial_asyncio.open_serial_connection(url=path, baudrate=115200))
        opening = (b'AT+SAPBR=3,1,"APN","x"', b"AT+SAPBR=1,1") if bearer else ()
        for line in (b"ATE0", *opening, *settings):
            await loop.command(line)
        return loop

    async def aclose(self) -> None:
        """Close the line."""
        self._writer.close()
        await self._writer.wait_closed()

    async def command(self, line: bytes) -> None:
        """Write a command, and read until its final result."""
        await self.write(line + b"\r")
        await self.until(b"OK\r\n")

    async def write(self, data: bytes) -> None:
        """Write, and let it go out."""
        self._writer.write(data)
        await self._writer.drain()

    async def find(self, pattern: re.Pattern[bytes]) -> re.Match[bytes]:
        """Read lines until one that has this in it."""
        while (found := pattern.search(await self.until(b"\r\n"))) is None:
            pass
        return found

    async def until(self, mark: bytes) -> bytes:
        """Read up to this."""
        return await asyncio.wait_for(self._reader.readuntil(mark), LIMIT)

    async def exactly(self, size: int) -> bytes:
        """Read so many bytes."""
        return await asyncio.wait_for(self._reader.readexactly(size), LIMIT)
