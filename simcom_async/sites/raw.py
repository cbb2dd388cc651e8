"""A server that says exactly the bytes it was given, HTTP or not."""

from __future__ import annotations

import asyncio
import ssl

from simcom_async.sites.gate import Gate
from simcom_async.sites.route import ServerFault
from simcom_async.sites.site import StreamSite, reset

__all__ = ["RawSite"]

RECEIVED_LIMIT = 1024 * 1024
"""Bytes of what the peers said that are kept."""

READ_SIZE = 4096


class RawSite(StreamSite):
    """Waits until a peer has sent ``wait_for`` (empty: speaks at once), sends ``answer``, then does ``then``.

    Each byte of the answer passes ``gate``. ``received`` holds what all peers said, its first RECEIVED_LIMIT
    bytes. GARBAGE as ``then`` is the same as CLOSE: garbage is the answer's business here.
    """

    def __init__(
        self,
        answer: bytes = b"",
        *,
        wait_for: bytes = b"\r\n\r\n",
        then: ServerFault = ServerFault.CLOSE,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(host, port, tls=tls)
        self.answer = answer
        self.wait_for = wait_for
        self.then = then
        self.gate = Gate()
        self.received = bytearray()
        self._heard = asyncio.Event()

    async def heard(self, words: bytes, timeout: float = 10.0) -> None:
        """Return as soon as ``received`` holds these bytes; TimeoutError after ``timeout`` seconds."""
        async with asyncio.timeout(timeout):
            while words not in self.received:
                self._heard.clear()
                await self._heard.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await self._asked(reader):
            await self._speak(writer)
            await self._end(reader, writer)

    async def _asked(self, reader: asyncio.StreamReader) -> bool:
        tail = b""
        while self.wait_for not in tail:
            data = await reader.read(READ_SIZE)
            if not data:
                return False
            self._keep(data)
            tail = (tail + data)[-len(self.wait_for) - len(data) :]
        return True

    async def _speak(self, writer: asyncio.StreamWriter) -> None:
        start = 0
        while start < len(self.answer):
            taken = await self.gate.take(len(self.answer) - start)
            writer.write(self.answer[start : start + taken])
            await writer.drain()
            start += taken

    async def _end(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.then is ServerFault.RESET:
            reset(writer.transport)
        while self.then is ServerFault.HANG and (data := await reader.read(READ_SIZE)):
            self._keep(data)

    def _keep(self, data: bytes) -> None:
        self.received += data[: RECEIVED_LIMIT - len(self.received)]
        self._heard.set()
