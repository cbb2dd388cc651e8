"""The time of one port, which stands still while it is not read, and timers that cost nothing per command."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from simcom_async.ports.clock import LoopClock

if TYPE_CHECKING:
    from simcom_async.ports.clock import Clock, Timer

__all__ = ["LazyTimer", "WireTime"]

_INEXACT = 1e-6


class WireTime:
    """The seconds of a clock without those during which the port was paused. ``read`` reads the clock itself."""

    __slots__ = ("_clock", "_skipped", "_stopped_at", "read")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.read = clock.time
        self._skipped = 0.0
        self._stopped_at: float | None = None

    @property
    def stopped(self) -> bool:
        """Whether it stands still."""
        return self._stopped_at is not None

    def bind(self) -> None:
        """Reads the running loop's clock directly from here on, where the clock is that: it is read twice a command."""
        if type(self._clock) is LoopClock:
            self.read = asyncio.get_running_loop().time

    def now(self) -> float:
        """The seconds now."""
        return (self.read() if self._stopped_at is None else self._stopped_at) - self._skipped

    def at(self, time: float) -> float:
        """The seconds when the clock, whose present ``time`` this is, shows it."""
        return (time if self._stopped_at is None else self._stopped_at) - self._skipped

    def reached(self, when: float) -> bool:
        """Whether it is ``when`` by now; sums of seconds are not exact."""
        return self.now() >= when - _INEXACT

    def stop(self) -> None:
        """Stands still from here on; again is harmless."""
        if self._stopped_at is None:
            self._stopped_at = self.read()

    def go_on(self) -> None:
        """Runs again; again is harmless."""
        if self._stopped_at is not None:
            self._skipped += self.read() - self._stopped_at
            self._stopped_at = None

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Calls back at ``when``, or earlier where the time has stood still."""
        return self._clock.call_at(when + self._skipped, callback)

    async def wait(self, waiter: asyncio.Future[None], when: float, callback: Callable[[], None]) -> None:
        """Waits for ``waiter``, and calls back at ``when``; while the time stands still it does not."""
        timer = None if self.stopped else self.call_at(when, callback)
        try:
            await waiter
        finally:
            if timer is not None:
                timer.cancel()


class LazyTimer:
    """One timer for many deadlines: set anew only for an earlier one, and when it fires it asks when to fire next.

    ``due`` does what is due and returns the next moment at which something may be, None for never.
    """

    __slots__ = ("_due", "_time", "_timer", "_when")

    def __init__(self, time: WireTime, due: Callable[[], float | None]) -> None:
        self._time = time
        self._due = due
        self._timer: Timer | None = None
        self._when = 0.0

    def arm(self, when: float) -> None:
        """Sees to it that ``due`` is called at ``when`` at the latest."""
        if self._timer is not None:
            if self._when <= when:
                return
            self._timer.cancel()
        self._when = when
        self._timer = self._time.call_at(when, self.look)

    def covers(self, when: float) -> bool:
        """Whether ``due`` will be called at ``when`` or before."""
        return self._timer is not None and self._when <= when

    def look(self) -> None:
        """Does what is due. While the time stands still nothing is."""
        self.cancel()
        if self._time.stopped:
            return
        when = self._due()
        if when is not None:
            self.arm(when)

    def cancel(self) -> None:
        """Does not fire."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
