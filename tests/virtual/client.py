"""A foreign client: it knows bytes, and nothing of this package's host side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from simcom_async.errors import PortLost
from simcom_async.ports.port import Port

#: Seconds that whatever has to come may take: a machine that is busy, or stops for a while, is none that is silent.
PATIENCE = 60.0
#: Turns of the event loop after which nothing in this process still wants to run.
IDLE_TURNS = 30


async def until(condition: Callable[[], object], timeout: float = PATIENCE) -> None:
    """Wait for what no event tells: something that the kernel, or another process, brings about."""
    async with asyncio.timeout(timeout):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0)


class Client:
    """Writes bytes to a port and compares what comes back with exact expectations."""

    def __init__(self, port: Port) -> None:
        self.port = port
        self.received = bytearray()
        self.reads: list[bytes] = []
        self.lost: PortLost | None = None
        self._news = asyncio.Event()

    async def open(self) -> Client:
        """Open the port."""
        await self.port.open(self._sink, self._gone)
        return self

    async def aclose(self) -> None:
        """Close the port."""
        await self.port.aclose()

    def send(self, data: bytes) -> None:
        """Write in one piece."""
        self.port.write(data)

    def type(self, data: bytes) -> None:
        """Write byte by byte."""
        for byte in data:
            self.port.write(bytes([byte]))

    async def hear(self, expected: bytes, timeout: float = PATIENCE) -> None:
        """Wait for exactly these bytes."""
        async with asyncio.timeout(timeout):
            while len(self.received) < len(expected) and expected.startswith(bytes(self.received)):
                await self._wait()
        heard = bytes(self.received[: len(expected)])
        assert heard == expected
        del self.received[: len(expected)]

    async def hear_until(self, end: bytes, timeout: float = PATIENCE) -> bytes:
        """Wait for these bytes; all that came up to them."""
        async with asyncio.timeout(timeout):
            while end not in self.received:
                await self._wait()
        place = self.received.index(end) + len(end)
        heard = bytes(self.received[:place])
        del self.received[:place]
        return heard

    async def ask(self, line: bytes, answer: bytes, timeout: float = PATIENCE) -> None:
        """Send a command line, with CR, and wait for exactly this answer; echo is off."""
        self.send(line + b"\r")
        await self.hear(answer, timeout)

    async def ok(self, *lines: bytes) -> None:
        """Send command lines that are answered with nothing but OK; echo is off."""
        for line in lines:
            await self.ask(line, b"\r\nOK\r\n")

    async def error(self, *lines: bytes) -> None:
        """Send command lines that are answered with nothing but ERROR; echo is off."""
        for line in lines:
            await self.ask(line, b"\r\nERROR\r\n")

    async def silent(self) -> None:
        """Nothing more has come, and nothing comes without an event from outside."""
        for _ in range(IDLE_TURNS):
            await asyncio.sleep(0)
        assert bytes(self.received) == b""

    async def gone(self, timeout: float = PATIENCE) -> PortLost:
        """Wait for the loss of the port."""
        async with asyncio.timeout(timeout):
            while self.lost is None:
                await self._wait()
        return self.lost

    async def _wait(self) -> None:
        self._news.clear()
        await self._news.wait()

    def _sink(self, data: bytes) -> None:
        self.received += data
        self.reads.append(data)
        self._news.set()

    def _gone(self, error: PortLost) -> None:
        self.lost = error
        self._news.set()
