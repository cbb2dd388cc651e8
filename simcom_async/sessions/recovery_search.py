"""Looking for a module again and again, in the background, until it is found."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from simcom_async.errors import PortLost, SimcomError

if TYPE_CHECKING:
    from simcom_async.ports.clock import Clock, Timer
    from simcom_async.ports.owner import Owner
    from simcom_async.sessions.recovery_pause import BackOff

__all__ = ["Search"]

_log = logging.getLogger(__name__)

_SHORTEST = 1.0  # seconds from one attempt to the next that nobody waits for


class Search:
    """One attempt at a time, with pauses between those that fail, in a task of the modem's owner.

    ``attempt`` finds the module, or raises; ``failed`` is told each error. An attempt that somebody waits for goes on
    when that one is cancelled.
    """

    def __init__(
        self,
        owner: Owner,
        clock: Clock,
        back_off: BackOff,
        attempt: Callable[[], Coroutine[Any, Any, None]],
        failed: Callable[[Exception], None],
    ) -> None:
        self._owner = owner
        self._clock = clock
        self._back_off = back_off
        self._attempt = attempt
        self._failed = failed
        self._task: asyncio.Task[None] | None = None
        self._outcome: asyncio.Future[None]
        self._pause: asyncio.Future[None] | None = None
        self._paused_at = self._due = 0.0
        self._began = -math.inf
        self._urgent = False
        self._timer: Timer | None = None
        self._told = ""
        self._found = False

    @property
    def under_way(self) -> bool:
        """Whether the module is being looked for at this moment, not in a pause."""
        return self._task is not None and not self._task.done() and (self._pause is None or self._pause.done())

    def begin(self) -> None:
        """Look for the module from now on; harmless when that goes on already."""
        if self._task is None or self._task.done():
            self._outcome = asyncio.get_running_loop().create_future()
            self._task = self._owner.spawn(self._run, name=f"search of {self._owner.name}")
            self._task.add_done_callback(self._over)

    def hurry(self) -> None:
        """There is a reason to look again soon: a pause between two attempts ends when a second of it is over.

        Not at once, or a module that says without end that it restarts would keep its host at work without a pause.
        """
        if self._pause is not None:
            self._wake_at(min(self._due, self._paused_at + _SHORTEST))

    async def join(self) -> None:
        """Wait for the attempt under way, or for one that begins now. Raises what it does."""
        self.begin()
        self._urgent = True
        if self._pause is not None:
            self._back_off.reset()
            _wake(self._pause)
        await asyncio.shield(self._outcome)

    async def _run(self) -> None:
        early = self._began + _SHORTEST - self._clock.time()
        if early > 0 and not self._urgent:
            await self._wait(early)
        while True:
            self._began, self._urgent = self._clock.time(), False
            try:
                await self._attempt()
            except Exception as error:
                self._note(error)
                self._failed(error)
                outcome, self._outcome = self._outcome, asyncio.get_running_loop().create_future()
                outcome.set_exception(error)
                outcome.exception()  # it was told already, whether somebody waits or not
                self._urgent = False
                await self._wait(self._back_off.next())
            else:
                break
        if self._told:
            _log.info("%s: found again", self._owner.name)
        self._told, self._found = "", True
        self._back_off.reset()
        self._outcome.set_result(None)

    async def _wait(self, seconds: float) -> None:
        """Wait so long, or until somebody wants an attempt at once."""
        pause = self._pause = asyncio.get_running_loop().create_future()
        self._paused_at = self._clock.time()
        self._wake_at(self._paused_at + seconds)
        try:
            await pause
        finally:
            self._pause = None
            self._wake_at(None)

    def _wake_at(self, due: float | None) -> None:
        """End the pause then; None: by no timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if due is not None and self._pause is not None:
            self._due, self._timer = due, self._clock.call_at(due, partial(_wake, self._pause))

    def _note(self, error: Exception) -> None:
        """Log a failure, once for each reason. Who opens a modem is told of it, and need not read it twice."""
        said = str(error)
        if not self._found:
            return
        if not isinstance(error, SimcomError):
            _log.error("%s: the search itself has failed", self._owner.name, exc_info=error)
        elif said != self._told:
            _log.warning("%s: not found, it is looked for again and again: %s", self._owner.name, said)
        self._told = said

    def _over(self, task: asyncio.Task[None]) -> None:
        """The task has ended, perhaps before it began: the modem was closed."""
        if task is self._task and not self._outcome.done():
            self._outcome.set_exception(PortLost(f"{self._owner.name} was closed meanwhile"))
            self._outcome.exception()


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
