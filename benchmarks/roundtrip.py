"""AT and OK through the whole stack, against the raw loop and against the loop that people write with streams."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from benchmarks.farend import FarEnd
from benchmarks.measure import Benchmark, Goal, Ratio, Rounds, interleave_async, ratio
from benchmarks.reference import AT, RawPort, StreamsLoop, Waiter, round_trips
from benchmarks.stack import OpenStack, our_stack

ROUND_TRIPS = 300

CPU = "CPU"
LATENCY = "median latency"
STREAMS = "CPU, streams loop"


async def _run(open_stack: OpenStack, far: FarEnd) -> tuple[Rounds, Rounds]:
    waiter = Waiter()
    raw = RawPort(far.paths[0])
    raw.open(waiter.received)

    async def raw_trip() -> None:
        done = waiter.final()
        raw.write(AT)
        await done

    streams = await StreamsLoop.open(far.paths[1])
    ours = await open_stack(far.paths[2])
    latency: Rounds = {"raw": [], "streams": [], "ours": []}

    def side(name: str, send: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[float]]:
        async def trips() -> float:
            used, median = await round_trips(send, ROUND_TRIPS)
            latency[name].append(median)
            return used

        return trips

    sides = {
        "raw": side("raw", raw_trip),
        "streams": side("streams", streams.send),
        "ours": side("ours", ours.send),
    }
    used = await interleave_async(sides, rounds=11)
    raw.close()
    await streams.aclose()
    await ours.aclose()
    return used, latency


def _measure(open_stack: OpenStack) -> Mapping[str, Ratio]:
    with FarEnd(lines=3) as far:
        used, latency = asyncio.run(_run(open_stack, far))
    note = f"[{min(used['ours']) * 1e6:.1f} us, streams loop {ratio(used, 'streams', 'raw'):.2f} x raw]"
    return {
        CPU: Ratio(ratio(used, "ours", "raw"), note),
        LATENCY: Ratio(ratio(latency, "ours", "raw"), f"[{min(latency['ours']) * 1e6:.1f} us]"),
        STREAMS: Ratio(ratio(used, "streams", "ours")),
    }


BENCHMARKS = (
    Benchmark(
        "roundtrip",
        (
            Goal(CPU, 1.5, "x raw", at_most=True),
            Goal(LATENCY, 1.2, "x raw", at_most=True),
            Goal(STREAMS, 1.5, "x less than streams"),
        ),
        our_stack,
        _measure,
    ),
)
