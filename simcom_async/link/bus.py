"""The event bus: publish by type, never wait."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from simcom_async.at.codec import Compiled
from simcom_async.at.event import Event, Gap, LateReply, LineEvent, PayloadChunk, TaggedUrc
from simcom_async.at.message import Message
from simcom_async.errors import UsageError
from simcom_async.link.reader import Expectation, Reader
from simcom_async.link.ring import ReplayRing
from simcom_async.link.subscription import Coalescing, Listener, Overflow, Subscription
from simcom_async.ports.clock import Clock, LoopClock

__all__ = ["EventBus"]

T = TypeVar("T")

#: From this many events on it is worth looking whether all of a burst take the same route.
_BURST = 4
_candidate = attrgetter("candidate")
_compiled = attrgetter("compiled")


class Route:
    """Who gets the events of one class and declaration.

    ``puts`` take one event; ``bursts`` take several at once, None where one of them runs functions of the user.
    """

    __slots__ = ("bursts", "puts")

    def __init__(self, readers: Sequence[Reader[Any]]) -> None:
        self.puts = tuple(reader.put for reader in readers)
        plain = [reader for reader in readers if type(reader) is Subscription]
        self.bursts = tuple(reader.put_all for reader in plain) if len(plain) == len(readers) else None


class EventBus:
    """Hands events to whoever asked for their type; a type delivers its subtypes.

    Publishing is synchronous and never waits: who reads too slowly loses by the policy of its own subscription.
    Asked for by an event class the event arrives, by a message class its message; a ``LateReply`` answers nobody and
    arrives only by its event class. The last ``replay_events`` events, of at most ``replay_bytes`` bytes of text and
    without payload, can be had again. ``sequence`` is the number of the last event. ``attest`` is told each time-out of
    a reader before that is raised: whoever knows the traffic attaches it.
    """

    def __init__(self, clock: Clock | None = None, *, replay_events: int = 256, replay_bytes: int = 65536) -> None:
        self.sequence = 0
        self.closed = False
        self.attest: Callable[[BaseException], None] | None = None
        self._clock = LoopClock() if clock is None else clock
        self._ring = ReplayRing(replay_events, replay_bytes)
        self._readers: dict[Reader[Any], None] = {}
        self._routes: dict[type[Event], dict[Compiled | None, Route]] = {}
        #: Declarations whose message somebody asked for: of these the fields must fit before they are handed on.
        self._built: set[Compiled] = set()
        self._asked: dict[type, list[tuple[type[Event], Compiled | None]]] = {}
        self._publishing: Sequence[Event] = ()
        self._backlog: list[Event] = []
        self._error: BaseException | None = None

    def publish(self, event: Event) -> None:
        """Stamps an event with its number and the time, and hands it to all who asked for it."""
        self.publish_all((event,), self._clock.time())

    def publish_all(self, events: Sequence[Event], time: float, octets: int | None = None) -> None:
        """Publishes events that came together, at ``time``; what a callback publishes follows behind them.

        ``octets`` is the most bytes of text that they can hold, where that is known.
        """
        if self._publishing:
            self._backlog.extend(events)
            return
        lines = len(events) >= _BURST and self._burst(events, time)
        if not lines:
            lines = self._one_by_one(events, time)
        if lines and octets is not None:
            self._ring.keep(events, octets)
        else:
            self._ring.keep_mixed(events)
        if self._backlog:
            backlog, self._backlog = self._backlog, []
            self.publish_all(backlog, time)

    def _burst(self, events: Sequence[Event], time: float) -> bool:
        """Publishes lines of one sort that only wait in subscriptions; False when they are of several sorts."""
        kind = events[0].__class__
        line_of = _candidate if kind is TaggedUrc else _compiled
        try:
            line = line_of(events[0])
            bursts = self._routes[kind][line].bursts
        except (AttributeError, KeyError):
            return False
        if bursts is None or (kind is TaggedUrc and line in self._built):
            return False
        for sequence, event in enumerate(events, self.sequence + 1):
            if event.__class__ is not kind or line_of(event) is not line:
                return False
            event.sequence = sequence
            event.time = time
        self.sequence += len(events)
        for put_all in bursts:
            put_all(events)
        return True

    def _one_by_one(self, events: Sequence[Event], time: float) -> bool:
        """Publishes events of any sort; returns whether all are lines."""
        self._publishing = events
        lines = True
        routes = self._routes
        built = self._built
        event: Any
        try:
            for sequence, event in enumerate(events, self.sequence + 1):
                event.sequence = self.sequence = sequence
                event.time = time
                kind = event.__class__
                try:
                    if kind is not TaggedUrc:
                        route = routes[kind][event.compiled]
                        lines = lines and kind is not PayloadChunk
                    else:
                        line = event.candidate
                        route = routes[kind][line]
                        if line in built and event.match is None:
                            route = self._route(event)
                except KeyError:
                    lines = lines and isinstance(event, LineEvent)
                    route = self._route(event)
                for put in route.puts:
                    put(event)
        finally:
            self._publishing = ()
        return lines

    def subscribe(
        self,
        *kinds: type[T],
        bound: int = 256,
        overflow: Overflow = Overflow.DROP_OLDEST,
        key: Callable[[T], Hashable] | None = None,
        since: int | None = None,
    ) -> Subscription[T]:
        """A bounded queue of the events of these kinds.

        ``key`` is for Overflow.COALESCE. ``since`` first delivers what came behind that sequence number, as far as it
        is remembered; a Gap counts the events, of whatever kind, that are not. Raises UsageError for a kind that is
        neither an event nor a message.
        """
        _check(kinds, bound)
        detach = self._detach
        subscription: Subscription[T]
        if overflow is Overflow.COALESCE:
            subscription = Coalescing(kinds, self._clock, detach, bound=bound, key=key)
        else:
            subscription = Subscription(kinds, self._clock, detach, bound=bound, overflow=overflow)
        if since is not None:
            self._replay(subscription, since)
        self._attach(subscription)
        return subscription

    def on(self, kind: type[T], callback: Callable[[T], None]) -> Listener[T]:
        """Calls ``callback`` with every event of a kind, in the turn of the port's reader, until it is closed.

        It may publish, subscribe, and start tasks that send commands. What it raises is logged and counted in
        ``faults``, and reaches nobody else.
        """
        _check((kind,), 1)
        listener = Listener((kind,), self._clock, self._detach, callback)
        self._attach(listener)
        return listener

    def expect(self, kind: type[T], where: Callable[[T], bool] | None = None) -> Expectation[T]:
        """Arms the wait for one event: make it, then write, then ``await expectation.get(timeout)``."""
        _check((kind,), 1)
        expectation = Expectation((kind,), self._clock, self._detach, where)
        self._attach(expectation)
        return expectation

    async def wait_for(self, kind: type[T], *, timeout: float | None, where: Callable[[T], bool] | None = None) -> T:
        """The next event of a kind that meets ``where``; raises CommandTimeout after ``timeout`` seconds."""
        return await self.expect(kind, where).get(timeout)

    def fail(self, error: BaseException) -> None:
        """Ends what is being read: the readers get ``error`` behind what waits. The bus lives on.

        Callbacks stay, and so do the readers of nothing but lasting events.
        """
        for reader in list(self._readers):
            if not isinstance(reader, Listener) and not all(getattr(kind, "lasting", False) for kind in reader.kinds):
                reader.end(error)

    def close(self, error: BaseException | None = None) -> None:
        """Ends all subscriptions and wakes their readers; ``error`` is raised to them behind what waits."""
        self.closed = True
        self._error = error
        for reader in list(self._readers):
            reader.end(error)

    def _attach(self, reader: Reader[Any]) -> None:
        reader.attest = self.attest
        if self.closed:
            reader.end(self._error)
            return
        self._readers[reader] = None
        self._rebuild(reader)

    def _detach(self, reader: Reader[Any]) -> None:
        if reader in self._readers:
            del self._readers[reader]
            self._rebuild(reader)

    def _rebuild(self, reader: Reader[Any]) -> None:
        """Makes anew the routes of the events that ``reader`` asked for."""
        for kind in reader.kinds:
            for event, line in self._asked.get(kind, ()):
                self._routes[event][line] = self._receivers(event, line)

    def _route(self, event: Event) -> Route:
        """The route of an event that is no line, or new here."""
        line = event.compiled if isinstance(event, LineEvent) else None
        routes = self._routes.setdefault(type(event), {})
        if line not in routes:
            for kind in _types(type(event), line):
                self._asked.setdefault(kind, []).append((type(event), line))
            routes[line] = self._receivers(type(event), line)
        return routes[line]

    def _receivers(self, event: type[Event], line: Compiled | None) -> Route:
        types = _types(event, line)
        asking = [reader for reader in self._readers if not types.isdisjoint(reader.kinds)]
        if line is not None and any(issubclass(kind, Message) for reader in asking for kind in reader.kinds):
            self._built.add(line)
        return Route(asking)

    def _replay(self, subscription: Subscription[Any], since: int) -> None:
        ring, kinds = self._ring, subscription.kinds
        forgotten = ring.forgotten(since)
        if forgotten is not None:
            subscription.miss(forgotten)
        # Asked for by a callback: the events that came together with its own are not in the ring yet.
        newer = self._publishing[: self.sequence - ring.newest]
        for event in (*ring.since(since), *(event for event in newer if event.sequence > since)):
            line = event.compiled if isinstance(event, LineEvent) else None
            payload = isinstance(event, Gap | PayloadChunk)
            if _types(PayloadChunk if payload else type(event), line).isdisjoint(kinds):
                continue
            if isinstance(event, Gap):
                subscription.miss(event)
            else:
                subscription.put(event)


def _types(event: type[Event], line: Compiled | None) -> frozenset[type]:
    """The types by which an event can be asked for."""
    if line is None or issubclass(event, LateReply):
        return frozenset(event.__mro__)
    return frozenset((*event.__mro__, *line.declaration.__mro__))


def _check(kinds: tuple[object, ...], bound: int) -> None:
    if not kinds:
        raise UsageError("a subscription needs a type of events or messages", field="kinds")
    for kind in kinds:
        if not (isinstance(kind, type) and issubclass(kind, Event | Message)):
            raise UsageError(f"kinds: {kind!r} is neither an event nor a message", field="kinds", value=kind)
    if bound < 1:
        raise UsageError(f"bound: {bound} events cannot be kept, allowed is 1 or more", field="bound", value=bound)
