"""A hostile server, a virtual module in front of it, and a modem that drives the module: what must hold in the end.

All runs in a loop in which silence costs nothing, so the real limits of module and host hold.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from simcom_async.commands.network import SignalQualityRead
from simcom_async.errors import SimcomError
from simcom_async.modem import Modem, open_modem
from simcom_async.ports.clock import LoopClock
from simcom_async.virtual import VirtualModem
from tests.hostile.measure import MEGABYTE, resident
from tests.hostile.servers import Villain
from tests.torture.loop import run
from tests.virtual.client import until

__all__ = ["Act", "play"]

V = TypeVar("V", bound=Villain)
Act = Callable[[Modem, V], Awaitable[object]]

#: Seconds of the loop for a verb: more than the longest patience of a declaration.
LIMIT = 2_000.0
#: Bytes that a server can get rid of while a module or a host still listens, and memory that they cost.
SWALLOWED, KEPT = 40 * MEGABYTE, 64 * MEGABYTE
#: Characters of an error.
LONGEST = 3_000
#: Seconds after which a module gives up a silent server, and bytes of each of its drives.
MODULE: dict[str, Any] = {
    "urc_delay": 0,
    "network_timeout": 8.0,
    "repeat": 10.0,
    "unread_timeout": 40.0,
    "space": 2 * MEGABYTE,
}
#: Seconds of the loop between two looks at the memory.
LOOK = 1.0


def play(dialect: str, villain: V, act: Act[V], *, power: bool = False) -> BaseException | object:
    """Do it: an answer or a named error in time, bounded, nothing left, and a modem that goes on. How it ended.

    ``power``: the modem can switch the module's supply.
    """
    before = descriptors()
    ended = run(behind(dialect, villain, act, power=power))
    assert descriptors() <= before
    return ended


async def behind(dialect: str, villain: V, act: Act[V], *, power: bool) -> BaseException | object:
    """The same, inside the loop."""
    clock = LoopClock()
    async with (
        VirtualModem(dialect, clock=clock, **MODULE) as virtual,
        open_modem(virtual.port(), apn="internet", clock=clock, power=_hook(virtual) if power else None) as modem,
    ):
        await modem.network.up()
        async with villain, bounded(), asyncio.timeout(LIMIT):
            (ended,) = await asyncio.gather(act(modem, villain), return_exceptions=True)
        assert not isinstance(ended, BaseException) or isinstance(ended, SimcomError), repr(ended)
        assert len(str(ended)) < LONGEST
        assert villain.said < SWALLOWED
        await asyncio.sleep(60)
        assert (await modem.send(SignalQualityRead())).rssi is not None
        await until(lambda: virtual.internet.count == 0)
        return ended


def _hook(virtual: VirtualModem) -> Callable[[], Awaitable[None]]:
    """The module's supply, off and on."""

    async def power() -> None:
        virtual.power_off()
        await asyncio.sleep(1.0)
        virtual.power_on()

    return power


@asynccontextmanager
async def bounded() -> AsyncIterator[None]:
    """Within it no more memory may come into use than KEPT bytes, at any time."""
    before = most = resident()

    async def look() -> None:
        nonlocal most
        while True:
            most = max(most, resident(collect=False))
            await asyncio.sleep(LOOK)

    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        looking.cancel()
    assert max(most, resident()) - before < KEPT


def descriptors() -> int:
    """How many files and sockets are open."""
    return len(os.listdir("/proc/self/fd"))
