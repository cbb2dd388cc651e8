"""What we measure ourselves against: the raw loop, and the loop that people write with streams."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
import tty
from collections.abc import Awaitable, Callable
from contextlib import suppress

from benchmarks.measure import cpu

AT = b"AT\r"
_FINALS = frozenset({b"OK", b"ERROR", b"NO CARRIER"})


class RawPort:
    """A descriptor in the event loop and nothing else: the least that asyncio can do."""

    def __init__(self, path: str) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self._fd)

    def open(self, sink: Callable[[bytes], None]) -> None:
        fd, read = self._fd, os.read
        asyncio.get_running_loop().add_reader(fd, lambda: sink(read(fd, 65536)))

    def write(self, data: bytes) -> None:
        os.write(self._fd, data)

    def write_all(self, data: bytes) -> None:
        """Write as the terminal takes it; this blocks."""
        os.set_blocking(self._fd, True)
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view[:4096]) :]
        os.set_blocking(self._fd, False)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._fd)
        os.close(self._fd)


class Waiter:
    """The tiny protocol on top of a port: wait for a final result, or for a number of bytes."""

    def __init__(self) -> None:
        self._buffer = b""
        self._left = 0
        self._done: asyncio.Future[None] | None = None

    def received(self, data: bytes) -> None:
        if self._left:
            self._left -= len(data)
            if self._left <= 0:
                self._finish()
            return
        self._buffer += data
        if self._buffer.endswith(b"\r\nOK\r\n"):
            self._buffer = b""
            self._finish()

    def final(self) -> asyncio.Future[None]:
        self._done = asyncio.get_running_loop().create_future()
        return self._done

    def count(self, size: int) -> asyncio.Future[None]:
        self._left = size
        return self.final()

    def _finish(self) -> None:
        if self._done is not None:
            self._done.set_result(None)
            self._done = None


class StreamsLoop:
    """The loop that is written by hand over and over: readline in a task, a queue, a lock, wait_for."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._lock = asyncio.Lock()
        self._replies: asyncio.Queue[bytes] = asyncio.Queue()
        self.urcs: asyncio.Queue[bytes] = asyncio.Queue()
        self._pending = False
        self._task = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, path: str) -> StreamsLoop:
        import serial_asyncio

        return cls(*await serial_asyncio.open_serial_connection(url=path, baudrate=115200))

    async def send(self) -> None:
        async with self._lock:
            self._pending = True
            self._writer.write(AT)
            await self._writer.drain()
            while await asyncio.wait_for(self._replies.get(), 5) not in _FINALS:
                pass
            self._pending = False

    async def _read(self) -> None:
        while line := await self._reader.readline():
            text = line.strip()
            if not text:
                continue
            if self._pending and not text.startswith(b"+"):
                self._replies.put_nowait(text)
            else:
                self.urcs.put_nowait(text)

    async def aclose(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._writer.close()
        await asyncio.sleep(0)


async def round_trips(send: Callable[[], Awaitable[None]], count: int) -> tuple[float, float]:
    """Seconds of processor time for each round trip, and the median of the seconds that they took."""
    took = []
    now = time.perf_counter
    before = cpu()
    for _ in range(count):
        start = now()
        await send()
        took.append(now() - start)
    return (cpu() - before) / count, statistics.median(took)
