"""What something costs: memory at its peak or left behind, and time as a ratio between two sizes in one run."""

from __future__ import annotations

import gc
import os
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["MEGABYTE", "Peak", "growth", "peak_memory", "resident"]

MEGABYTE = 1_000_000
#: Seconds below which a measurement says nothing.
_FLOOR = 0.002


class Peak:
    """``octets``: what was in use at most, above what there was before; ``left``: what still is."""

    octets = left = 0


@contextmanager
def peak_memory() -> Iterator[Peak]:
    """Measure the block; the result is there behind it."""
    peak = Peak()
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    try:
        yield peak
    finally:
        peak.octets = tracemalloc.get_traced_memory()[1] - before
        gc.collect()
        peak.left = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()


def resident(*, collect: bool = True) -> int:
    """Bytes of memory that this process has: costs nothing to ask, and counts all that was not given back.

    ``collect``: what is garbage does not count.
    """
    if collect:
        gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def growth(work: Callable[[int], object], size: int, *, factor: int = 4, tries: int = 3) -> float:
    """How many times as long ``factor`` times the size takes: about ``factor`` when the cost is linear.

    The best of some tries of each counts: a machine that does something else meanwhile can only be slower.
    """

    def best(amount: int) -> float:
        found = float("inf")
        for _ in range(tries):
            started = time.process_time()
            work(amount)
            found = min(found, time.process_time() - started)
        return found

    return best(size * factor) / max(best(size), _FLOOR)
