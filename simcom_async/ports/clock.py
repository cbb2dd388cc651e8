"""Time, asked of a clock: the event loop's, or one that a test turns by hand."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from simcom_async.errors import UsageError

__all__ = ["Clock", "LoopClock", "ManualClock", "Timer"]

T = TypeVar("T")

_IDLE_TURNS = 3  # data on a socket or a PTY of this process needs a look of the selector of its own
_MOST_TURNS = 1_000
_BLIND_TURNS = 50  # where the loop does not show whether something is ready


class Timer(Protocol):
    """A callback that is due later."""

    def cancel(self) -> None:
        """The callback will not run; harmless when it has run, or again."""


class Clock(Protocol):
    """Seconds since some fixed moment, and callbacks and sleepers at theirs."""

    def time(self) -> float:
        """The seconds now; never falls."""

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Runs ``callback`` in the event loop when ``time()`` has reached ``when``; never from inside this call."""

    async def sleep(self, seconds: float) -> None:
        """Waits; with 0 or less for one turn of the loop."""


class LoopClock:
    """The running event loop's clock."""

    def time(self) -> float:
        """The loop's monotonic seconds."""
        return asyncio.get_running_loop().time()

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        """As ``loop.call_at``."""
        return asyncio.get_running_loop().call_at(when, callback)

    async def sleep(self, seconds: float) -> None:
        """As ``asyncio.sleep``."""
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that stands still until a test turns it.

    Turning runs the callbacks that fall due, in the order of their due times (equal ones in the order in which they
    were set), each with ``time()`` at its own due time; those that they set themselves run too when they fall due
    within the same turn. At the end ``time()`` is exactly as much later as was asked. A callback set for the past is
    due at the next turn, ``run(0)`` included. A callback's exception comes out of the turn and leaves the clock at
    that callback's due time.

    ``advance`` gives the event loop no turn, so a task that waits goes on only afterwards. ``run`` and ``run_until``
    let everything settle first and after each due time, so tasks act between the callbacks as they would in real time
    on an infinitely fast machine. Settling sees the event loop only: work in threads and other processes goes on in
    real time and has to be awaited.
    """

    def __init__(self, start: float = 0.0) -> None:
        self._now = start
        self._order = itertools.count()
        self._timers: list[tuple[float, int, _ManualTimer]] = []

    def time(self) -> float:
        """The seconds that the clock shows."""
        return self._now

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Runs ``callback`` when the clock is turned to ``when`` or past it."""
        timer = _ManualTimer(callback)
        heapq.heappush(self._timers, (when, next(self._order), timer))
        return timer

    async def sleep(self, seconds: float) -> None:
        """Waits until the clock has been turned that far."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        timer = self.call_at(self.time() + seconds, lambda: _wake(woken))
        try:
            await woken
        finally:
            timer.cancel()

    @property
    def next_due(self) -> float | None:
        """When the next callback is due, None when nothing is."""
        while self._timers and self._timers[0][2].callback is None:
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def advance(self, seconds: float) -> None:
        """Turns the clock without giving the event loop a turn."""
        end = self._end(seconds)
        while self._fire(end):
            pass
        self._now = max(self._now, end)

    async def run(self, seconds: float) -> None:
        """Turns the clock and lets all tasks settle before, in between and after."""
        end = self._end(seconds)
        await self.settle()
        while self._fire(end):
            await self.settle()
        self._now = max(self._now, end)

    async def run_until(self, done: Awaitable[T], limit: float) -> T:
        """Turns the clock from one due time to the next until ``done`` is; returns or raises what it does.

        Raises ``TimeoutError`` when ``limit`` seconds of this clock were not enough, or nothing more is due.
        """
        end = self._end(limit)
        future = asyncio.ensure_future(done)
        await self.settle()
        while not future.done():
            if not self._fire(end):
                if future is not done:
                    future.cancel()
                    await self.settle()
                raise TimeoutError(f"not done within {limit} seconds of the manual clock; it shows {self._now}")
            await self.settle()
        return await future

    async def settle(self) -> None:
        """Gives the loop turns until nothing is ready to run, at most 1,000 (50 on a loop that does not show it)."""
        ready = getattr(asyncio.get_running_loop(), "_ready", None)
        idle = 0
        for _ in range(_BLIND_TURNS if ready is None else _MOST_TURNS):
            await asyncio.sleep(0)
            idle = idle + 1 if ready is not None and not ready else 0
            if idle == _IDLE_TURNS:
                return

    def _end(self, seconds: float) -> float:
        if seconds < 0:
            raise UsageError(f"a clock does not go back: {seconds} seconds", field="seconds", value=seconds)
        return self._now + seconds

    def _fire(self, end: float) -> bool:
        """Runs the callbacks of the next due time, unless that is behind ``end``."""
        due = self.next_due
        if due is None or due > end:
            return False
        self._now = max(self._now, due)
        last = next(self._order)
        while (head := self.next_due) is not None and head <= due and self._timers[0][1] < last:
            heapq.heappop(self._timers)[2].fire()
        return True


class _ManualTimer:
    __slots__ = ("callback",)

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None

    def fire(self) -> None:
        callback, self.callback = self.callback, None
        if callback is not None:
            callback()


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
