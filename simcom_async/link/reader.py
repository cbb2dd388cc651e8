"""Whoever gets events from the bus: asked for by type, woken through at most one future."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast

from simcom_async.at.event import Event, LineEvent
from simcom_async.errors import CommandTimeout, UsageError

if TYPE_CHECKING:
    from simcom_async.ports.clock import Clock

__all__ = ["Expectation", "Reader"]

T = TypeVar("T")

_log = logging.getLogger("simcom_async.link")


class Reader(ABC, Generic[T]):
    """Somebody who gets the events of some kinds.

    Asked for by an event class the event itself arrives, by a message class its message. ``faults`` counts the
    exceptions of the user's own functions: they are logged, and go no further.
    """

    def __init__(self, kinds: tuple[type[T], ...], clock: Clock, detach: Callable[[Reader[Any]], None]) -> None:
        self.kinds = kinds
        self.closed = False
        self.faults = 0
        self.waiter: asyncio.Future[None] | None = None
        #: Gives a time-out the traffic before it; None: nobody knows of any.
        self.attest: Callable[[BaseException], None] | None = None
        self._clock = clock
        self._detach = detach
        self._error: BaseException | None = None
        self._events: tuple[type, ...] = tuple(kind for kind in kinds if issubclass(kind, Event))
        self._messages = len(self._events) < len(kinds)

    @abstractmethod
    def put(self, event: Event) -> None:
        """Takes one event, in the turn of the port's reader: never waits, never raises."""

    def close(self) -> None:
        """Ends it and wakes who waits; what has come may still be read. Harmless when it has ended."""
        self.end(None)

    def end(self, error: BaseException | None) -> None:
        """Ends it; ``error`` is raised to the reader behind what has come."""
        if not self.closed:
            self.closed = True
            self._error = error
            self._detach(self)
            self.wake()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def item(self, event: Event) -> T:
        """What the reader gets for an event: the event, or its message."""
        if self._messages and isinstance(event, LineEvent) and not isinstance(event, self._events):
            return cast("T", event.message)
        return cast("T", event)

    def raise_error(self) -> None:
        """Raises what ended it, if anything did."""
        if self._error is not None:
            raise self._error

    def report(self, what: str) -> None:
        """Logs and counts the exception of a function of the user's."""
        self.faults += 1
        _log.exception("%s for %s raised", what, self._names())

    def wake(self) -> None:
        """Lets who waits go on."""
        waiter, self.waiter = self.waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def waiting(self) -> asyncio.Future[None]:
        """A future that ``wake`` resolves; raises UsageError when a task waits already."""
        if self.waiter is not None:
            raise UsageError(f"one task waits for {self._names()} here already, there can be no second one")
        self.waiter = waiter = asyncio.get_running_loop().create_future()
        return waiter

    def waited(self, waiter: asyncio.Future[None]) -> None:
        """Nobody waits on ``waiter`` any more."""
        if self.waiter is waiter:
            self.waiter = None

    async def arrival(self, timeout: float | None) -> None:
        """Waits for ``wake``; raises CommandTimeout after ``timeout`` seconds."""
        waiter = self.waiting()
        timer = None
        if timeout is not None:
            timer = self._clock.call_at(self._clock.time() + timeout, lambda: self._expire(waiter, timeout))
        try:
            await waiter
        finally:
            if timer is not None:
                timer.cancel()
            self.waited(waiter)

    def _expire(self, waiter: asyncio.Future[None], timeout: float) -> None:
        if waiter.done():
            return
        late = CommandTimeout(f"no {self._names()} within {timeout} s", waited=timeout)
        if self.attest is not None:
            self.attest(late)
        waiter.set_exception(late)

    def _names(self) -> str:
        return " or ".join(kind.__name__ for kind in self.kinds)


class Expectation(Reader[T]):
    """One event that is waited for. It is armed when it is made: what comes before ``get`` is called counts."""

    def __init__(
        self,
        kinds: tuple[type[T], ...],
        clock: Clock,
        detach: Callable[[Reader[Any]], None],
        where: Callable[[T], bool] | None,
    ) -> None:
        super().__init__(kinds, clock, detach)
        self._where = where
        self._found: list[T] = []

    @property
    def met(self) -> bool:
        """Whether it has come."""
        return bool(self._found)

    async def get(self, timeout: float | None) -> T:
        """What was expected. Raises CommandTimeout after ``timeout`` seconds, UsageError when it was closed before."""
        try:
            while not self._found:
                if self.closed:
                    self.raise_error()
                    raise UsageError(f"the expectation of {self._names()} was closed, nothing more will come")
                await self.arrival(timeout)
        finally:
            self.close()
        return self._found[0]

    def put(self, event: Event) -> None:
        """Keeps the first event that meets the condition."""
        if self.closed:
            return
        item = self.item(event)
        try:
            wanted = self._where is None or self._where(item)
        except Exception:
            self.report("the condition")
            return
        if wanted:
            self._found.append(item)
            self.close()
