"""From the far end's write of an unsolicited line to the user's callback, and to the body of an `async for`."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping

from benchmarks.farend import URC, FarEnd
from benchmarks.measure import Benchmark, Goal, Ratio, Rounds, interleave_async, ratio
from benchmarks.reference import RawPort
from benchmarks.stack import OpenStack, our_stack

COUNT = 40
#: Seconds between two lines: long enough for the receiver to sleep.
GAP = 0.001

CALLBACK = "median latency, callback"
ITERATOR = "median latency, async for"


class _Clocked:
    """Notes how old a line is when it arrives; ``patience`` seconds for COUNT of them."""

    def __init__(self, far: FarEnd, line: int) -> None:
        self._far = far
        self._line = line
        self._ages: list[int] = []
        self._full = asyncio.Event()

    def arrived(self, text: bytes) -> None:
        now = time.perf_counter_ns()
        if text.startswith(URC):
            self._ages.append(now - int(text[len(URC) :]))
            if len(self._ages) == COUNT:
                self._full.set()

    async def median(self) -> float:
        """The median age in seconds of the lines of one round."""
        self._ages.clear()
        self._full.clear()
        self._far.urcs(COUNT, GAP, self._line)
        await asyncio.wait_for(self._full.wait(), 20)
        self._far.wait()
        return statistics.median(self._ages) / 1e9


async def _run(open_stack: OpenStack, far: FarEnd) -> Rounds:
    clocked = [_Clocked(far, line) for line in range(3)]
    raw = RawPort(far.paths[0])
    raw.open(_lines(clocked[0].arrived))
    called, iterated = await open_stack(far.paths[1]), await open_stack(far.paths[2])
    called.on_urc(clocked[1].arrived)

    async def iterate() -> None:
        async for text in iterated.urcs():
            clocked[2].arrived(text)

    reading = asyncio.create_task(iterate())
    sides: dict[str, Callable[[], Awaitable[float]]] = {
        "raw": clocked[0].median,
        "callback": clocked[1].median,
        "iterator": clocked[2].median,
    }
    rounds = await interleave_async(sides, rounds=9)
    reading.cancel()
    await asyncio.wait({reading})
    raw.close()
    await called.aclose()
    await iterated.aclose()
    return rounds


def _lines(sink: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """Cut lines from what the raw port reads."""
    rest = b""

    def received(data: bytes) -> None:
        nonlocal rest
        *lines, rest = (rest + data).split(b"\r\n")
        for line in lines:
            if line:
                sink(line)

    return received


def _measure(open_stack: OpenStack) -> Mapping[str, Ratio]:
    with FarEnd(lines=3) as far:
        rounds = asyncio.run(_run(open_stack, far))
    return {
        CALLBACK: Ratio(ratio(rounds, "callback", "raw"), f"[{min(rounds['callback']) * 1e6:.1f} us]"),
        ITERATOR: Ratio(ratio(rounds, "iterator", "raw"), f"[{min(rounds['iterator']) * 1e6:.1f} us]"),
    }


BENCHMARKS = (
    Benchmark(
        "urc",
        (Goal(CALLBACK, 1.3, "x raw", at_most=True), Goal(ITERATOR, 1.5, "x raw", at_most=True)),
        our_stack,
        _measure,
    ),
)
