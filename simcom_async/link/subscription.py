"""Subscriptions: a bounded queue of what one reader asked for, with a written policy for when it is too slow."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar, cast

from simcom_async.at.event import Event, Gap, LineEvent
from simcom_async.errors import SimcomError, UsageError
from simcom_async.link.reader import Reader

if TYPE_CHECKING:
    from simcom_async.ports.clock import Clock

__all__ = ["Coalescing", "Listener", "Overflow", "Overrun", "Subscription"]

T = TypeVar("T")


class Overflow(Enum):
    """What becomes of an event for which a subscription has no room. Every loss is counted in a ``Gap``."""

    DROP_OLDEST = "the oldest waiting event makes room"
    DROP_NEWEST = "the new event is lost"
    COALESCE = "the new event replaces the waiting one of the same key; without one the oldest makes room"
    FAIL = "the subscription ends and its reader gets Overrun"


class Overrun(SimcomError):
    """A subscription that must not lose anything was read too slowly and has ended.

    ``bound`` is the number of events that it holds, ``lost`` the sequence number of the first one without room.
    """

    def __init__(self, bound: int, lost: int) -> None:
        self.bound = bound
        self.lost = lost
        super().__init__(f"{bound} events waited unread, there was no room for number {lost}")


class Subscription(Reader[T]):
    """Events of some kinds, in order, for one reader: ``async for``, ``get``, ``batches`` or ``take``.

    At most ``bound`` events wait. Where some were lost a ``Gap`` stands in their place; ``lost`` counts them all.
    """

    def __init__(
        self,
        kinds: tuple[type[T], ...],
        clock: Clock,
        detach: Callable[[Reader[Any]], None],
        *,
        bound: int,
        overflow: Overflow,
    ) -> None:
        super().__init__(kinds, clock, detach)
        self.bound = bound
        self.overflow = overflow
        self.lost = 0
        self._items: deque[Event] = deque()

    @property
    def pending(self) -> int:
        """How many events and gaps wait to be read."""
        return len(self._items)

    async def __aiter__(self) -> AsyncIterator[T | Gap]:
        items = self._items
        following = self._following()
        while True:
            while items:
                yield following()
            if self.closed:
                self.raise_error()
                return
            waiter = self.waiting()
            try:
                await waiter
            finally:
                self.waited(waiter)

    async def batches(self) -> AsyncIterator[list[T | Gap]]:
        """All that waits, as lists: one wake-up for a burst."""
        while True:
            if self._items:
                yield self.take()
            elif self.closed:
                self.raise_error()
                return
            else:
                waiter = self.waiting()
                try:
                    await waiter
                finally:
                    self.waited(waiter)

    async def get(self, timeout: float | None = None) -> T | Gap:
        """The next event; raises CommandTimeout after ``timeout`` seconds, UsageError when nothing more will come."""
        while not self._items:
            if self.closed:
                self.raise_error()
                raise UsageError("the subscription has ended, nothing more will come")
            await self.arrival(timeout)
        return self._following()()

    def take(self) -> list[T | Gap]:
        """All that waits, at once and without waiting."""
        waiting = list(self._items)
        self._items.clear()
        if not self._messages:
            return cast("list[T | Gap]", waiting)
        return [event if isinstance(event, Gap) else self.item(event) for event in waiting]

    def put(self, event: Event) -> None:
        """Keeps one event for the reader and wakes it."""
        items = self._items
        if len(items) >= self.bound:
            _FULL[self.overflow](self, event)
        else:
            items.append(event)
        if self.waiter is not None:
            self.wake()

    def put_all(self, events: Sequence[Event]) -> None:
        """Keeps events that came together."""
        items = self._items
        if len(items) + len(events) > self.bound:
            for event in events:
                self.put(event)
            return
        items.extend(events)
        if self.waiter is not None:
            self.wake()

    def miss(self, gap: Gap) -> None:
        """Notes events that are lost behind everything that waits."""
        self.lost += gap.count
        tail = self._items[-1] if self._items else None
        if isinstance(tail, Gap):
            widen(tail, gap)
        else:
            self._items.append(gap)

    def _following(self) -> Callable[[], T | Gap]:
        """What takes the next item from those that wait; straight from the queue where nothing has to be built."""
        return self._next if self._messages else cast("Callable[[], T | Gap]", self._items.popleft)

    def _next(self) -> T | Gap:
        event = self._items.popleft()
        return event if isinstance(event, Gap) else self.item(event)

    def _drop_oldest(self, event: Event) -> None:
        items = self._items
        gap = self._lose_first()
        if len(items) >= self.bound:
            widen(gap, self._lose_first())
        items.appendleft(gap)
        items.append(event)

    def _lose_first(self) -> Gap:
        first = self._items.popleft()
        if isinstance(first, Gap):
            return first
        self.lost += 1
        return gap_of(first)

    def _drop_newest(self, event: Event) -> None:
        self.miss(gap_of(event))

    def _fail(self, event: Event) -> None:
        self.lost += 1
        self.end(Overrun(self.bound, event.sequence))


_FULL: dict[Overflow, Callable[[Subscription[Any], Event], None]] = {
    Overflow.DROP_OLDEST: Subscription._drop_oldest,
    Overflow.DROP_NEWEST: Subscription._drop_newest,
    Overflow.FAIL: Subscription._fail,
}


class Coalescing(Subscription[T]):
    """A subscription that keeps the newest event of each key: what happened in between is a gap.

    Without a key function events of one declaration (of one class, where nothing declares them) replace each other.
    """

    def __init__(
        self,
        kinds: tuple[type[T], ...],
        clock: Clock,
        detach: Callable[[Reader[Any]], None],
        *,
        bound: int,
        key: Callable[[T], Hashable] | None,
    ) -> None:
        super().__init__(kinds, clock, detach, bound=bound, overflow=Overflow.COALESCE)
        self._key = key
        self._latest: dict[Hashable, Event] = {}
        self._keys: dict[Event, Hashable] = {}

    def put(self, event: Event) -> None:
        """Keeps one event for the reader, in the place of the one that waits under the same key."""
        key = self._key_of(event)
        latest = self._latest
        if key in latest:
            self._lose(latest[key])
        elif len(latest) >= self.bound:
            self._lose(next(iter(latest.values())))
        latest[key] = event
        self._keys[event] = key
        self._items.append(event)
        self.wake()

    def _key_of(self, event: Event) -> Hashable:
        if self._key is None:
            return (type(event), event.compiled if isinstance(event, LineEvent) else None)
        try:
            key = self._key(self.item(event))
            hash(key)
        except Exception:
            self.report("the key function")
            return event
        return key

    def _lose(self, event: Event) -> None:
        """Puts a gap in the place of a waiting event and joins it with the gaps beside it."""
        items = self._items
        place = items.index(event)
        self._forget(event)
        self.lost += 1
        gap = gap_of(event)
        if place + 1 < len(items) and isinstance(after := items[place + 1], Gap):
            widen(gap, after)
            del items[place + 1]
        if place and isinstance(before := items[place - 1], Gap):
            widen(before, gap)
            del items[place]
        else:
            items[place] = gap

    def _forget(self, event: Event) -> None:
        del self._latest[self._keys.pop(event)]

    def take(self) -> list[T | Gap]:
        """All that waits, at once and without waiting."""
        self._latest.clear()
        self._keys.clear()
        return super().take()

    def _following(self) -> Callable[[], T | Gap]:
        return self._next

    def _next(self) -> T | Gap:
        event = self._items[0]
        if event in self._keys:
            self._forget(event)
        return super()._next()


class Listener(Subscription[T]):
    """A callback for events of some kinds. Nothing waits in it: its events go to the callback."""

    def __init__(
        self,
        kinds: tuple[type[T], ...],
        clock: Clock,
        detach: Callable[[Reader[Any]], None],
        callback: Callable[[T], None],
    ) -> None:
        super().__init__(kinds, clock, detach, bound=1, overflow=Overflow.DROP_OLDEST)
        self._callback = callback

    def put(self, event: Event) -> None:
        """Calls the callback; what it raises is logged and counted."""
        if self.closed:
            return
        try:
            self._callback(self.item(event))
        except Exception:
            self.report("a callback")


def gap_of(event: Event) -> Gap:
    """The gap that the loss of one event leaves."""
    gap = Gap(1, event.sequence, event.sequence)
    gap.sequence, gap.time = event.sequence, event.time
    return gap


def widen(gap: Gap, following: Gap) -> None:
    """Takes a gap into the one before it. A gap has the number and the time of its last event."""
    gap.count += following.count
    gap.last = gap.sequence = following.last
    gap.time = following.time
