"""What a host enters for a server, held back in bounds."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from simcom_async.virtual.ftp_passage import HIGH, LOW, Intake
from simcom_async.virtual.internet import ConnectFailed


class Sink:
    """Takes what is written, when it is told to; looks like a connection."""

    def __init__(self) -> None:
        self.written = bytearray()
        self.open = asyncio.Event()
        self.failure: Exception | None = None

    async def write(self, data: bytes) -> None:
        await self.open.wait()
        if self.failure is not None:
            raise self.failure
        self.written += data

    async def flush(self) -> None:
        return None


class Line:
    """A port that counts how often it was stopped and started."""

    def __init__(self) -> None:
        self.paused = 0
        self.resumed = 0

    def pause(self) -> None:
        self.paused += 1

    def resume(self) -> None:
        self.resumed += 1


def pouring(intake: Intake, sink: Any) -> asyncio.Task[None]:
    return asyncio.create_task(intake.pour(sink))


async def test_all_of_it_arrives_in_order() -> None:
    intake, sink = Intake(), Sink()
    sink.open.set()
    task = pouring(intake, sink)
    for piece in (b"a", b"bc", b"def"):
        intake.take(piece)
        await asyncio.sleep(0)
    intake.finish()
    await task
    assert bytes(sink.written) == b"abcdef"
    assert intake.size == 0


async def test_the_line_waits_while_there_is_too_much() -> None:
    intake, sink, line = Intake(), Sink(), Line()
    task = pouring(intake, sink)
    block = bytes(LOW)
    while intake.size <= HIGH:
        assert line.paused == 0
        intake.take(block, line)  # type: ignore[arg-type]
        await asyncio.sleep(0)
    intake.take(block, line)  # type: ignore[arg-type]
    assert (line.paused, line.resumed) == (1, 0)
    sink.open.set()
    await intake.until(LOW)
    assert line.resumed == 1
    intake.finish()
    await task


async def test_what_comes_after_a_failure_goes_nowhere() -> None:
    intake, sink, line = Intake(), Sink(), Line()
    task = pouring(intake, sink)
    intake.take(bytes(HIGH + 1), line)  # type: ignore[arg-type]
    sink.failure = ConnectFailed("gone")
    sink.open.set()
    with pytest.raises(ConnectFailed):
        await task
    assert (line.paused, line.resumed, intake.size) == (1, 1, 0)
    intake.take(b"more", line)  # type: ignore[arg-type]
    assert intake.size == 0
    await intake.until(0)
