"""The serial port against add_reader and os.read: processor time for each round trip, and for each megabyte."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from benchmarks.farend import FarEnd
from benchmarks.measure import Benchmark, Goal, Ratio, Rounds, cpu, interleave_async, ratio
from benchmarks.reference import AT, RawPort, Waiter, round_trips

if TYPE_CHECKING:
    from simcom_async.ports.port import Port

ROUND_TRIPS = 400
MEGABYTES = 8

TRIP = "CPU a round trip"
BULK = "CPU a megabyte"


def our_port() -> Callable[[str], Port]:
    """Our side: from the path of a terminal to a port that is not open."""
    from simcom_async.ports.serial import SerialPort

    return SerialPort


class _Line:
    """One port with the tiny protocol on it, and the number of its line at the far end."""

    def __init__(self, far: FarEnd, number: int, write: Callable[[bytes], None], waiter: Waiter) -> None:
        self._far = far
        self._number = number
        self._write = write
        self._waiter = waiter

    async def send(self) -> None:
        done = self._waiter.final()
        self._write(AT)
        await done

    async def trips(self) -> float:
        return (await round_trips(self.send, ROUND_TRIPS))[0]

    async def bulk(self) -> float:
        done = self._waiter.count(MEGABYTES << 20)
        before = cpu()
        self._far.bulk(MEGABYTES << 20, self._number)
        await done
        took = cpu() - before
        self._far.wait()
        return took / MEGABYTES


async def _run(make: Callable[[str], Port], far: FarEnd) -> tuple[Rounds, Rounds]:
    raw_waiter, our_waiter = Waiter(), Waiter()
    raw, ours = RawPort(far.paths[0]), make(far.paths[1])
    raw.open(raw_waiter.received)
    await ours.open(our_waiter.received, _lost)
    raw_line = _Line(far, 0, raw.write, raw_waiter)
    our_line = _Line(far, 1, ours.write, our_waiter)
    trips = await interleave_async({"raw": raw_line.trips, "ours": our_line.trips}, rounds=11)
    bulk = await interleave_async({"raw": raw_line.bulk, "ours": our_line.bulk}, rounds=11)
    raw.close()
    await ours.aclose()
    return trips, bulk


def _lost(error: Exception) -> None:
    raise error


def _measure(make: Callable[[str], Port]) -> Mapping[str, Ratio]:
    with FarEnd(lines=2) as far:
        trips, bulk = asyncio.run(_run(make, far))
    return {
        TRIP: Ratio(ratio(trips, "ours", "raw"), f"[{min(trips['ours']) * 1e6:.1f} us]"),
        BULK: Ratio(ratio(bulk, "ours", "raw"), f"[{min(bulk['ours']) * 1e3:.2f} ms]"),
    }


BENCHMARKS = (
    Benchmark(
        "transport",
        (Goal(TRIP, 1.15, "x raw", at_most=True), Goal(BULK, 1.3, "x raw", at_most=True)),
        our_port,
        _measure,
    ),
)
