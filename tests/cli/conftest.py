"""The command line, run in this process or as one of its own."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from simcom_async.cli.program import run
from simcom_async.sites import HttpSite

VIRTUAL = "virtual:sim800?urc_delay=0"
LIMIT = 100.0


@dataclass(frozen=True)
class Ran:
    """What a call of the command line came to."""

    status: int
    data: bytes
    errors: str

    @property
    def text(self) -> str:
        return self.data.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.data)


Simcom = Callable[..., Awaitable[Ran]]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SIMCOM_")]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _quiet_again() -> Iterator[None]:
    logger = logging.getLogger("simcom_async")
    level = logger.level
    yield
    logger.handlers.clear()
    logger.setLevel(level)


@pytest.fixture
def simcom(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Simcom:
    """Runs a command line in a thread of this process, beside the loop of the test."""

    async def call(*words: str, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capfdbinary.readouterr()
        status = await asyncio.to_thread(run, words)
        out, err = capfdbinary.readouterr()
        return Ran(status, out, err.decode())

    return call


@asynccontextmanager
async def running(*words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of its own: ``simcom`` with these words, killed at the end if it still runs."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simcom_async", *words),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def first_line(process: asyncio.subprocess.Process) -> Any:
    """The JSON object with which a serving command begins."""
    assert process.stdout is not None
    async with asyncio.timeout(LIMIT):
        line = await process.stdout.readline()
    return json.loads(line)


async def finished(process: asyncio.subprocess.Process, told: signal.Signals | None = None) -> tuple[int | None, str]:
    """Exit status and stderr of a process, after the signal that it is sent."""
    if told is not None:
        process.send_signal(told)
    async with asyncio.timeout(LIMIT):
        _, errors = await process.communicate()
    return process.returncode, errors.decode()


@pytest.fixture
async def site() -> AsyncIterator[HttpSite]:
    async with HttpSite() as opened:
        yield opened
