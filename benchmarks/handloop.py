"""FTP as it is written by hand over and over: write the command, read until what should come, in blocks."""

from __future__ import annotations

import asyncio
import re
from typing import Self

BLOCK = 1460
LIMIT = 10.0
_HEADER = re.compile(rb"\+FTPGET: 2,(\d+)\r\n")
_CREDIT = re.compile(rb"\+FTPPUT: 1,1,(\d+)\r\n")


class HandLoop:
    """One module on a terminal, spoken to with asyncio's streams and a limit for each read."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, path: str, port: int) -> Self:
        """Open the line, the bearer, and the session's parameters."""
        import serial_asyncio

        loop = cls(*await serial_asyncio.open_serial_connection(url=path, baudrate=115200))
        await loop.command(b"ATE0")
        for line in (b'AT+SAPBR=3,1,"APN","x"', b"AT+SAPBR=1,1"):
            await loop.command(line, accept_error=True)
        for line in (
            b"AT+FTPCID=1",
            b'AT+FTPSERV="127.0.0.1"',
            b"AT+FTPPORT=%d" % port,
            b'AT+FTPUN="user"',
            b'AT+FTPPW="secret"',
            b"AT+FTPMODE=1",
            b'AT+FTPGETPATH="/"',
            b'AT+FTPPUTPATH="/"',
        ):
            await loop.command(line)
        return loop

    async def aclose(self) -> None:
        """Close the line."""
        self._writer.close()
        await self._writer.wait_closed()

    async def command(self, line: bytes, *, accept_error: bool = False) -> bytes:
        """Write a command, and read until its final result."""
        self._writer.write(line + b"\r")
        await self._writer.drain()
        if not accept_error:
            return await self._until(b"OK\r\n")
        while True:
            text = await self._until(b"\r\n")
            if text in (b"OK\r\n", b"ERROR\r\n"):
                return text

    async def download(self, name: bytes) -> int:
        """Read a file; its size."""
        await self.command(b'AT+FTPGETNAME="%b"' % name)
        await self.command(b"AT+FTPGET=1")
        await self._until(b"+FTPGET: 1,1\r\n")
        body = bytearray()
        while True:
            self._writer.write(b"AT+FTPGET=2,%d\r" % BLOCK)
            await self._writer.drain()
            while (header := _HEADER.search(await self._until(b"\r\n"))) is None:
                pass
            size = int(header[1])
            body += await self._exactly(size)
            await self._until(b"OK\r\n")
            if not size and b"+FTPGET: 1,0" in await self._until_event():
                return len(body)

    async def upload(self, name: bytes, body: bytes) -> None:
        """Write a file."""
        await self.command(b'AT+FTPPUTNAME="%b"' % name)
        await self.command(b"AT+FTPPUT=1")
        place = 0
        while place < len(body):
            while (credit := _CREDIT.search(await self._until(b"\r\n"))) is None:
                pass
            block = body[place : place + int(credit[1])]
            self._writer.write(b"AT+FTPPUT=2,%d\r" % len(block))
            await self._writer.drain()
            await self._until(b"+FTPPUT: 2,%d\r\n" % len(block))
            self._writer.write(block)
            await self._writer.drain()
            await self._until(b"OK\r\n")
            place += len(block)
        while _CREDIT.search(await self._until(b"\r\n")) is None:
            pass
        await self.command(b"AT+FTPPUT=2,0")
        await self._until(b"+FTPPUT: 1,0\r\n")

    async def _until_event(self) -> bytes:
        while not (line := await self._until(b"\r\n")).startswith(b"+FTPGET: 1,"):
            pass
        return line

    async def _until(self, mark: bytes) -> bytes:
        return await asyncio.wait_for(self._reader.readuntil(mark), LIMIT)

    async def _exactly(self, size: int) -> bytes:
        return await asyncio.wait_for(self._reader.readexactly(size), LIMIT)
