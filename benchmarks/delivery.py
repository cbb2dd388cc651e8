"""From publishing an event to the body of its subscriber's `async for`, against a direct callback and a Queue.

Bursts of 16 events with a turn of the event loop behind each, which is what a reader of a port sees.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from benchmarks.measure import Benchmark, Goal, Ratio, Rounds, cpu, interleave_async, ratio

BURST = 16
BURSTS = 150
TOTAL = BURST * BURSTS
SUBSCRIBERS = {"1 subscriber": 1, "8 subscribers": 8}


class Bus(Protocol):
    """One way of delivery."""

    def burst(self) -> None:
        """Publish BURST events that came together."""

    def subscriber(self) -> Callable[[], Awaitable[None]]:
        """Subscribe; what is returned takes TOTAL events and is called again for as many more."""


@dataclass(slots=True)
class Line:
    """The event of the references."""

    kind: str
    text: bytes
    start: int
    rule: str


EVENTS = [Line("urc", b"+CREG: 1,5", 0, "declared") for _ in range(BURST)]


class Callbacks:
    """The reference: a table from type to functions."""

    def __init__(self) -> None:
        self._table: dict[type, list[Callable[[Line], None]]] = {Line: []}

    def burst(self) -> None:
        table = self._table
        for event in EVENTS:
            for callback in table[type(event)]:
                callback(event)

    def subscriber(self) -> Callable[[], Awaitable[None]]:
        seen = 0
        done = asyncio.get_running_loop().create_future()

        def callback(event: Line) -> None:
            nonlocal seen
            seen += 1
            if seen == TOTAL:
                done.set_result(None)

        async def take() -> None:
            nonlocal seen, done
            await done
            seen, done = 0, asyncio.get_running_loop().create_future()

        self._table[Line].append(callback)
        return take


class Queues:
    """What everybody writes: an asyncio.Queue for each subscriber."""

    def __init__(self) -> None:
        self._queues: list[asyncio.Queue[Line]] = []

    def burst(self) -> None:
        for event in EVENTS:
            for queue in self._queues:
                queue.put_nowait(event)

    def subscriber(self) -> Callable[[], Awaitable[None]]:
        queue: asyncio.Queue[Line] = asyncio.Queue()
        self._queues.append(queue)

        async def take() -> None:
            for _ in range(TOTAL):
                await queue.get()

        return take


#: What the text of a burst can be at most, as the link tells its bus: the size of the read.
OCTETS = BURST * 14


def our_bus() -> Callable[[bool], Bus]:
    """Our side: the event bus, with the events that the demux makes; read in batches, or one by one."""
    from simcom_async.at.event import UrcLine
    from simcom_async.link.bus import EventBus

    class Ours:
        def __init__(self, batches: bool) -> None:
            self._batches = batches
            self._bus = EventBus()
            self._events = [UrcLine(b"+CREG: 1,5", 0, "declared") for _ in range(BURST)]
            self._now = asyncio.get_running_loop().time

        def burst(self) -> None:
            self._bus.publish_all(self._events, self._now(), OCTETS)

        def subscriber(self) -> Callable[[], Awaitable[None]]:
            subscription = self._bus.subscribe(UrcLine)
            events, batches = aiter(subscription), aiter(subscription.batches())

            async def take() -> None:
                left = TOTAL
                async for _ in events:
                    left -= 1
                    if not left:
                        return

            async def take_batches() -> None:
                left = TOTAL
                async for batch in batches:
                    left -= len(batch)
                    if not left:
                        return

            return take_batches if self._batches else take

    return Ours


async def _pass(bus: Bus, takers: list[Callable[[], Awaitable[None]]]) -> float:
    """Seconds of processor time for TOTAL events to all subscribers."""
    taking = [asyncio.ensure_future(take()) for take in takers]
    await asyncio.sleep(0)
    before = cpu()
    for _ in range(BURSTS):
        bus.burst()
        await asyncio.sleep(0)
    await asyncio.gather(*taking)
    return cpu() - before


async def _rounds(make: Callable[[bool], Bus], subscribers: int) -> Rounds:
    buses: dict[str, Bus] = {"callback": Callbacks(), "queue": Queues(), "ours": make(False), "batches": make(True)}
    sides = {name: _side(bus, [bus.subscriber() for _ in range(subscribers)]) for name, bus in buses.items()}
    return await interleave_async(sides, rounds=11)


def _side(bus: Bus, takers: list[Callable[[], Awaitable[None]]]) -> Callable[[], Awaitable[float]]:
    return lambda: _pass(bus, takers)


def _measure(make: Callable[[bool], Bus]) -> Mapping[str, Ratio]:
    seen: dict[str, Ratio] = {}
    for name, subscribers in SUBSCRIBERS.items():
        rounds = asyncio.run(_rounds(make, subscribers))
        each = min(rounds["ours"]) / TOTAL / subscribers * 1e9
        queue, batches = ratio(rounds, "queue", "callback"), ratio(rounds, "batches", "callback")
        note = f"[{each:.0f} ns; Queue {queue:.2f} x, in batches {batches:.2f} x]"
        seen[name] = Ratio(ratio(rounds, "ours", "callback"), note)
        seen[f"{name}, Queue"] = Ratio(ratio(rounds, "queue", "ours"))
    return seen


BENCHMARKS = (
    Benchmark(
        "delivery",
        (
            Goal("1 subscriber", 2, "x direct callback", at_most=True),
            Goal("8 subscribers", 4, "x direct callback", at_most=True),
            Goal("1 subscriber, Queue", 1.5, "x faster than Queue"),
            Goal("8 subscribers, Queue", 1.5, "x faster than Queue"),
        ),
        our_bus,
        _measure,
    ),
)
