"""A limit for all that happens in a block."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from simcom_async.errors import CommandTimeout

if TYPE_CHECKING:
    from simcom_async.ports.clock import Clock, Timer

__all__ = ["Deadline"]


class Deadline:
    """``async with Deadline(clock, seconds, what)``: after the seconds what is awaited inside is cancelled.

    The block then raises CommandTimeout. None as seconds: there is no limit.
    """

    def __init__(self, clock: Clock, seconds: float | None, what: str) -> None:
        self._clock = clock
        self._seconds = seconds
        self._what = what
        self._passed = False
        self._timer: Timer | None = None
        self._task: asyncio.Task[object] | None = None

    async def __aenter__(self) -> Self:
        if self._seconds is not None:
            self._task = asyncio.current_task()
            self._timer = self._clock.call_at(self._clock.time() + self._seconds, self._pass)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if not self._passed or self._task is None:
            return
        others = self._task.uncancel()
        if kind is asyncio.CancelledError and not others and self._seconds is not None:
            raise CommandTimeout(
                f"{self._what}: total limit after {self._seconds:.3g} s", waited=self._seconds, limit="total"
            ) from error

    def _pass(self) -> None:
        assert self._task is not None  # noqa: S101 - it was entered
        self._passed = True
        self._task.cancel()
