"""A deadline around one wait that is met at once, against the same wait without one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from benchmarks.measure import Benchmark, Goal, Ratio, Rounds, cpu, interleave_async, ratio

COUNT = 2000
SECONDS = 5.0
GOAL = "one wait"

#: Waits for a future, at most so many seconds.
Wait = Callable[["asyncio.Future[None]", float], Awaitable[None]]


def our_deadline() -> Callable[[], Wait]:
    """Our side, made inside the running loop: the one lazy timer of a port, used as its link does."""
    from simcom_async.link.timer import LazyTimer, WireTime
    from simcom_async.ports.clock import LoopClock

    class Ours:
        def __init__(self) -> None:
            self._time = WireTime(LoopClock())
            self._timer = LazyTimer(self._time, self._due)
            self._deadline: float | None = None
            self._waiting: asyncio.Future[None] | None = None

        async def wait(self, future: asyncio.Future[None], seconds: float) -> None:
            self._waiting = future
            self._deadline = self._time.now() + seconds
            self._timer.arm(self._deadline)
            try:
                await future
            finally:
                self._deadline = None

        def _due(self) -> float | None:
            if self._deadline is None or self._waiting is None or self._deadline > self._time.now():
                return self._deadline
            self._waiting.set_exception(TimeoutError())
            return None

    return lambda: Ours().wait


async def _none(future: asyncio.Future[None], seconds: float) -> None:
    await future


async def _timeout(future: asyncio.Future[None], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        await future


def _side(wait: Wait) -> Callable[[], Awaitable[float]]:
    async def work() -> float:
        loop = asyncio.get_running_loop()
        before = cpu()
        for _ in range(COUNT):
            future: asyncio.Future[None] = loop.create_future()
            loop.call_soon(future.set_result, None)
            await wait(future, SECONDS)
        return cpu() - before

    return work


async def _run(make: Callable[[], Wait]) -> Rounds:
    sides = {"none": _side(_none), "asyncio": _side(_timeout), "ours": _side(make())}
    return await interleave_async(sides, rounds=11)


def _measure(make: Callable[[], Wait]) -> Mapping[str, Ratio]:
    rounds = asyncio.run(_run(make))
    added = (min(rounds["ours"]) - min(rounds["none"])) / COUNT * 1e9
    note = f"[{added:.0f} ns added, asyncio.timeout {ratio(rounds, 'asyncio', 'none'):.2f} x]"
    return {GOAL: Ratio(ratio(rounds, "ours", "none"), note)}


BENCHMARKS = (Benchmark("deadline", (Goal(GOAL, 1.15, "x no deadline", at_most=True),), our_deadline, _measure),)
