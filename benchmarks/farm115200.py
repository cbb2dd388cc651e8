"""Modems that send without a pause at 115200 baud: how many of them one core holds, against the streams loop.

UARTs hand over 16 bytes at a time, USB adapters about 64. The number of modems a core is the number that ran, divided
by the share of the core that they took: an absolute figure of this machine, so it is shown and fails nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from benchmarks.farend import FarEnd
from benchmarks.measure import Benchmark, Goal, Ratio, Rounds, cpu, interleave_async, ratio
from benchmarks.reference import StreamsLoop
from benchmarks.stack import OpenStack, our_stack

MODEMS = 48
SECONDS = 0.5
#: Bytes of a read, and the modems a core that are wanted.
WANTED = {16: 200, 64: 600}


class _Fleet:
    """The lines of one side, and what has arrived on them."""

    def __init__(self, far: FarEnd, first: int) -> None:
        self._far = far
        self._numbers = list(range(first, first + MODEMS))
        self.paths = far.paths[first : first + MODEMS]
        self._seen = 0
        self._wanted = 0
        self._all = asyncio.Event()

    def arrived(self, text: bytes) -> None:
        self._seen += 1
        if self._seen == self._wanted:
            self._all.set()

    def side(self, size: int) -> Callable[[], Awaitable[float]]:
        return lambda: self._share(size)

    async def _share(self, size: int) -> float:
        """The share of the core that this fleet takes. Fails when a line was lost."""
        self._seen = 0
        self._wanted = FarEnd.paced_lines(SECONDS) * MODEMS
        self._all.clear()
        used, start = cpu(), time.perf_counter()
        self._far.pace(self._numbers, size, SECONDS)
        await asyncio.wait_for(self._all.wait(), SECONDS * 20)
        share = (cpu() - used) / (time.perf_counter() - start)
        figures = self._far.wait()
        if figures["dropped"] or figures["pace"] < 0.9:
            raise RuntimeError(f"the far end could not keep the pace: {figures}")
        return share


async def _consume(urcs: asyncio.Queue[bytes], arrived: Callable[[bytes], None]) -> None:
    while True:
        arrived(await urcs.get())


async def _run(open_stack: OpenStack, far: FarEnd) -> dict[int, Rounds]:
    streams, ours = _Fleet(far, 0), _Fleet(far, MODEMS)
    loops = [await StreamsLoop.open(path) for path in streams.paths]
    consumers = [asyncio.create_task(_consume(loop.urcs, streams.arrived)) for loop in loops]
    stacks = [await open_stack(path) for path in ours.paths]
    for stack in stacks:
        stack.on_urc(ours.arrived)
    seen = {}
    for size in WANTED:
        sides = {"streams": streams.side(size), "ours": ours.side(size)}
        seen[size] = await interleave_async(sides, rounds=7)
    for consumer in consumers:
        consumer.cancel()
    await asyncio.wait(consumers)
    await asyncio.gather(*(loop.aclose() for loop in loops), *(stack.aclose() for stack in stacks))
    return seen


def _measure(open_stack: OpenStack) -> Mapping[str, Ratio]:
    with FarEnd(lines=2 * MODEMS) as far:
        seen = asyncio.run(_run(open_stack, far))
    ratios = {}
    for size, rounds in seen.items():
        rounds["modems"] = [float(MODEMS)] * len(rounds["ours"])
        streams = f"[streams loop {ratio(rounds, 'modems', 'streams'):.0f}]"
        ratios[f"{size}-byte reads"] = Ratio(ratio(rounds, "modems", "ours"), streams)
        ratios[f"{size}-byte reads, streams"] = Ratio(ratio(rounds, "streams", "ours"))
    return ratios


BENCHMARKS = (
    Benchmark(
        "farm115200",
        (
            *(Goal(f"{size}-byte reads", wanted, "modems a core", gates=False) for size, wanted in WANTED.items()),
            *(Goal(f"{size}-byte reads, streams", 1.5, "x less than streams") for size in WANTED),
        ),
        our_stack,
        _measure,
    ),
)
