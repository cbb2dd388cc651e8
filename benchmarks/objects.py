"""Making an event and handing it to one callback, against a slotted dataclass and a direct call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.measure import Benchmark, Goal, Ratio, cpu_of, interleave, ratio

COUNT = 5000
GOAL = "creation and delivery"

#: Makes COUNT events of a line and delivers each of them to a callback.
Work = Callable[[], None]


@dataclass(slots=True)
class Line:
    """The reference: four fields."""

    kind: str
    text: bytes
    start: int
    rule: str


def _reference() -> Work:
    seen = 0

    def callback(event: Line) -> None:
        nonlocal seen
        seen += 1

    table: dict[type, list[Callable[[Line], None]]] = {Line: [callback]}

    def work() -> None:
        for start in range(COUNT):
            event = Line("urc", b"+CREG: 1,5", start, "declared")
            for call in table[type(event)]:
                call(event)

    return work


def our_events() -> Work:
    """Our side: the demux's event of an unsolicited line, in bursts of 16 over the bus to a callback."""
    from simcom_async.at.codec import compiled
    from simcom_async.at.event import TaggedUrc, UrcLine
    from simcom_async.commands.network import CregChanged
    from simcom_async.link.bus import EventBus
    from simcom_async.ports.clock import ManualClock

    bus = EventBus(ManualClock())
    entry = compiled(CregChanged)
    seen = 0

    def callback(event: UrcLine) -> None:
        nonlocal seen
        seen += 1

    bus.on(UrcLine, callback)

    def work() -> None:
        for burst in range(0, COUNT, 16):
            events = [TaggedUrc(b"+CREG: 1", start, entry) for start in range(burst, min(burst + 16, COUNT))]
            bus.publish_all(events, 0.0, 16 * 12)

    return work


def _measure(ours: Work) -> Mapping[str, Ratio]:
    reference = _reference()
    rounds = interleave({"reference": lambda: cpu_of(reference), "ours": lambda: cpu_of(ours)}, rounds=15)
    note = f"[{min(rounds['ours']) / COUNT * 1e9:.0f} ns]"
    return {GOAL: Ratio(ratio(rounds, "ours", "reference"), note)}


BENCHMARKS = (Benchmark("objects", (Goal(GOAL, 2, "x dataclass(slots)", at_most=True),), our_events, _measure),)
