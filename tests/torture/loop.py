"""An event loop in which waiting costs nothing: while nothing happens it goes on to what is due next.

All of a case lives in one loop: the modem, the module, the servers, the connections between them. What can come does
so without a pause; when nothing has come for some milliseconds of this machine, nothing will before the next timer, and
the loop's time jumps there. Only threads can be slower than that, so it has more patience while there are any.
"""

from __future__ import annotations

import asyncio
import selectors
import threading
from asyncio.events import TimerHandle
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

__all__ = ["Loop", "run"]

T = TypeVar("T")

#: Seconds of this machine for one look, and how many in vain are enough, without threads and with them.
LOOK, LOOKS, LOOKS_WITH_THREADS = 0.001, 2, 10
#: Seconds that are left out at once.
LEAP = 5.0


class Leaping(selectors.DefaultSelector):
    """A selector that does not wait for long; ``left_out`` counts the seconds that nobody had to wait for."""

    def __init__(self) -> None:
        super().__init__()
        self.left_out = 0.0
        self.threads = 0
        self._vain = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready; nothing, and another time, when nothing comes."""
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        found = super().select(min(timeout, LOOK))
        if found or self.threads:
            self._vain = 0
            return found
        self._vain += 1
        if self._vain >= (LOOKS if threading.active_count() == 1 else LOOKS_WITH_THREADS):
            self._vain = 0
            self.left_out += min(timeout, LEAP)
        return found


class Loop(asyncio.SelectorEventLoop):
    """A loop whose time leaps over silence."""

    def __init__(self) -> None:
        self._leaping = Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        """Seconds, with those that were left out."""
        return super().time() + self._leaping.left_out

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:
        """As every loop does it; no leap before it is done."""
        future = super().run_in_executor(executor, func, *args)
        self._leaping.threads += 1
        future.add_done_callback(self._returned)
        return future

    def _returned(self, _: object) -> None:
        self._leaping.threads -= 1

    def timers(self) -> list[TimerHandle]:
        """What is due later."""
        return [timer for timer in self._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]


def run(work: Coroutine[Any, Any, T]) -> T:
    """As ``asyncio.run``, in such a loop."""
    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(work)
