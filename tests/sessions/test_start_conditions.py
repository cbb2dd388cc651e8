"""Whatever a host that died has left, the next one finds the module, or is told why not, within the deadline."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest

from simcom_async.modem import Modem, connect
from simcom_async.ports.clock import ManualClock
from simcom_async.virtual import VirtualModem
from tests.virtual.client import Client

FAMILIES = ("sim800", "sim900", "sim7000", "sim7100")
#: Seconds until open_modem is ready, or has said why not: what its docstring promises.
DEADLINE = 75
T = TypeVar("T")

OK = b"\r\nOK\r\n"
Condition = Callable[[Client], Awaitable[None]]


async def nothing(host: Client) -> None:
    """As the factory has it."""


def said(*lines: bytes, end: bytes = b"OK\r\n") -> Condition:
    """The host has sent these command lines; the last was answered up to ``end``."""

    async def leave(host: Client) -> None:
        for line in lines[:-1]:
            host.send(line + b"\r")
            await host.hear_until(b"OK\r\n")
        host.send(lines[-1] + b"\r")
        await host.hear_until(end)

    return leave


def entered(*lines: bytes, end: bytes = b">", data: bytes = b"the beginning") -> Condition:
    """The same, and has then begun an entry."""

    async def leave(host: Client) -> None:
        await said(*lines, end=end)(host)
        host.send(data)

    return leave


EVERYWHERE: dict[str, Condition] = {
    "ready": nothing,
    "echo off": said(b"ATE0"),
    "numeric": said(b"ATV0", end=b"0\r"),
    "numeric without echo": said(b"ATE0", b"ATV0", end=b"0\r"),
    "half a line": entered(b"AT", end=b"OK\r\n", data=b"AT+CSQ"),
    "quiet": said(b"AT", b"ATQ1", end=b"ATQ1\r"),
    "data mode": entered(b"AT&D0", b"ATD*99#", end=b"CONNECT\r\n", data=b"~\xff}#\xc0!"),
    "message": entered(b"AT+CMGF=1", b'AT+CMGS="+4912345"'),
}
SOMEWHERE: dict[tuple[str, str], Condition] = {
    ("sim7100", "a file"): entered(b'AT+CFTRANRX="C:/a",1200'),
    ("sim7100", "a long file"): entered(b'AT+CFTRANRX="C:/a",4000'),
    ("sim800", "a body of HTTP"): entered(b"AT+HTTPINIT", b"AT+HTTPDATA=1000,120000", end=b"DOWNLOAD\r\n"),
    ("sim900", "a body of HTTP"): entered(b"AT+HTTPINIT", b"AT+HTTPDATA=1000,120000", end=b"DOWNLOAD\r\n"),
}


@asynccontextmanager
async def left(
    dialect: str, condition: Condition, clock: ManualClock, **options: Any
) -> AsyncIterator[tuple[VirtualModem, Client]]:
    """A module that a host has left so."""
    async with VirtualModem(dialect, clock=clock, urc_delay=0, **options) as virtual:
        host = Client(virtual.port())
        await host.open()
        await condition(host)
        await clock.settle()
        await host.aclose()
        yield virtual, host


async def within(clock: ManualClock, work: Awaitable[T], seconds: float = DEADLINE) -> T:
    return await clock.run_until(work, seconds)


async def works(clock: ManualClock, modem: Modem) -> None:
    assert (await within(clock, modem.at("+CSQ"), 10))[0].startswith("+CSQ: 21")
    assert modem.link.state.echo is False
    await within(clock, modem.aclose(), 10)


@pytest.mark.parametrize("condition", EVERYWHERE)
@pytest.mark.parametrize("dialect", FAMILIES)
async def test_conditions_of_all_families(dialect: str, condition: str) -> None:
    clock = ManualClock()
    async with left(dialect, EVERYWHERE[condition], clock) as (virtual, _):
        modem = await within(clock, connect(virtual.port(), clock=clock))
        assert modem.dialect.name == dialect
        await works(clock, modem)


@pytest.mark.parametrize(("dialect", "condition"), SOMEWHERE)
async def test_conditions_of_some_families(dialect: str, condition: str) -> None:
    clock = ManualClock()
    async with left(dialect, SOMEWHERE[dialect, condition], clock) as (virtual, _):
        await works(clock, await within(clock, connect(virtual.port(), clock=clock)))
