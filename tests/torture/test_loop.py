"""Waiting costs nothing, and skips nothing that happens."""

from __future__ import annotations

import asyncio
import time
from asyncio import to_thread

from tests.torture.loop import run


async def slept(seconds: float) -> float:
    loop = asyncio.get_running_loop()
    started = loop.time()
    await asyncio.sleep(seconds)
    return loop.time() - started


def test_a_long_wait_is_short() -> None:
    started = time.monotonic()
    assert 1_000 <= run(slept(1_000)) < 1_100
    assert time.monotonic() - started < 15


def test_what_a_thread_does_is_waited_for() -> None:
    async def work() -> str:
        async with asyncio.timeout(5):
            return await to_thread(lambda: (time.sleep(0.05), "done")[1])

    assert run(work()) == "done"


def test_a_connection_is_faster_than_any_timer() -> None:
    async def work() -> bytes:
        gone = asyncio.Event()

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while data := await reader.readline():
                writer.write(data)
            writer.close()
            await writer.wait_closed()
            gone.set()

        async with asyncio.timeout(5), await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            for _ in range(100):
                writer.write(b"line\n")
                assert await reader.readline() == b"line\n"
            writer.close()
            await writer.wait_closed()
            await gone.wait()
            return b"all"

    assert run(work()) == b"all"
