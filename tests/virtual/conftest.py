from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TypeAlias

import pytest

from simcom_async.ports.clock import ManualClock
from simcom_async.virtual import VirtualModem
from tests.virtual.client import Client

#: Starts a virtual modem with these options.
Start: TypeAlias = Callable[..., Awaitable[VirtualModem]]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Virtual modems without a delay of URCs, ended with the test."""
    async with AsyncExitStack() as stack:

        async def begin(**options: object) -> VirtualModem:
            modem = VirtualModem("sim800", **{"urc_delay": 0, **options})  # type: ignore[arg-type]
            return await stack.enter_async_context(modem)

        yield begin


@pytest.fixture
async def virtual(start: Start) -> VirtualModem:
    return await start()


@pytest.fixture
async def client(virtual: VirtualModem) -> AsyncIterator[Client]:
    """A client on the virtual modem, its echo off."""
    visitor = await attach(virtual)
    yield visitor
    await visitor.aclose()


async def attach(virtual: VirtualModem, *, echo: bool = False) -> Client:
    """A client on a line in memory, with echo on or off."""
    visitor = await Client(virtual.port()).open()
    if not echo:
        visitor.send(b"ATE0\r")
        await visitor.hear(b"ATE0\r\r\nOK\r\n")
    return visitor
