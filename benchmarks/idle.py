"""Open and idle ports and links against a loop without any: nothing of ours may wake up when nothing happens.

The loops have a heartbeat, so that the reference is not nothing, and slow enough that ten polls a second would show.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from benchmarks.farend import FarEnd
from benchmarks.measure import Benchmark, Goal, Ratio, cpu, interleave, ratio
from benchmarks.stack import OpenStack, our_stack
from benchmarks.transport import our_port

if TYPE_CHECKING:
    from simcom_async.ports.port import Port

T = TypeVar("T")

#: Seconds between two heartbeats, and heartbeats of one round; polls at round figures do not fall together with them.
HEARTBEAT = 0.037
BEATS = 8
ROUND = BEATS * HEARTBEAT

PORTS = {"1 port": 1, "512 ports": 512}
LINKS = {"1 link": 1, "64 links": 64}


class Closable(Protocol):
    """A port or a link."""

    async def aclose(self) -> None:
        """Close it."""


Open = Callable[[str], Awaitable[Closable]]


async def _beat() -> float:
    """Seconds of processor time of one round."""
    before = cpu()
    for _ in range(BEATS):
        await asyncio.sleep(HEARTBEAT)
    return cpu() - before


async def _open_all(open_one: Open, paths: list[str]) -> list[Closable]:
    return [await open_one(path) for path in paths]


async def _close_all(opened: list[Closable]) -> None:
    await asyncio.gather(*(one.aclose() for one in opened))


def _run(runner: asyncio.Runner, work: Callable[[], Coroutine[None, None, T]]) -> T:
    return runner.run(work())


def _idle(open_one: Open, counts: Mapping[str, int]) -> Mapping[str, Ratio]:
    """A loop for each side, of which one runs at a time."""
    with ExitStack() as stack:
        far = stack.enter_context(FarEnd(lines=sum(counts.values())))
        paths = iter(far.paths)
        idle = stack.enter_context(asyncio.Runner())
        sides: dict[str, Callable[[], float]] = {"idle": partial(_run, idle, _beat)}
        for name, count in counts.items():
            runner = stack.enter_context(asyncio.Runner())
            opened = runner.run(_open_all(open_one, [next(paths) for _ in range(count)]))
            stack.callback(_run, runner, partial(_close_all, opened))
            sides[name] = partial(_run, runner, _beat)
        rounds = interleave(sides, rounds=7)
    note = f"idle loop {min(rounds['idle']) / ROUND * 1e3:.2f} ms/s"
    return {
        name: Ratio(ratio(rounds, name, "idle"), f"[{min(rounds[name]) / ROUND * 1e3:.2f} ms/s, {note}]")
        for name in counts
    }


def _measure_ports(make: Callable[[str], Port]) -> Mapping[str, Ratio]:
    async def open_port(path: str) -> Closable:
        port = make(path)
        await port.open(lambda data: None, _lost)
        return port

    return _idle(open_port, PORTS)


def _lost(error: Exception) -> None:
    raise error


def _measure_links(open_stack: OpenStack) -> Mapping[str, Ratio]:
    return _idle(open_stack, LINKS)


def _goals(counts: Mapping[str, int]) -> tuple[Goal, ...]:
    return tuple(Goal(name, 1.2, "x idle loop", at_most=True) for name in counts)


BENCHMARKS = (
    Benchmark("idle", _goals(PORTS), our_port, _measure_ports),
    Benchmark("idle", _goals(LINKS), our_stack, _measure_links),
)
