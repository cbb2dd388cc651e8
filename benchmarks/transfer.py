"""What the benchmarks of transfers share: sides whose time is taken, and their goals."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from benchmarks.measure import Goal, Ratio, Rounds, cpu, ratio

Work = Callable[[], Awaitable[object]]


class Nowhere:
    """What is fetched goes no further."""

    def write(self, data: bytes) -> None:
        """Take it."""


class Sides:
    """Pieces of work to be run in turn; ``elapsed`` is how long each has taken, a list of seconds for each name."""

    def __init__(self) -> None:
        self.elapsed: Rounds = {}

    def timed(self, name: str, work: Work) -> Callable[[], Awaitable[float]]:
        """The work as a side of ``interleave_async``: its processor time."""
        seen = self.elapsed.setdefault(name, [])

        async def run() -> float:
            used, start = cpu(), time.perf_counter()
            await work()
            seen.append(time.perf_counter() - start)
            return cpu() - used

        return run


def goals(name: str) -> tuple[Goal, ...]:
    """What a transfer in blocks has to reach."""
    return (
        Goal(f"{name}, CPU, hand loop", 1.5, "x less than by hand"),
        Goal(f"{name}, time, hand loop", 1.0, "x faster than by hand", gates=False),
        Goal(f"{name}, CPU, copy", 30, "x a bare copy", at_most=True, gates=False),
        Goal(f"{name}, time, copy", 100, "x a bare copy", at_most=True, gates=False),
    )


def found(name: str, used: Rounds, elapsed: Rounds) -> dict[str, Ratio]:
    """The ratios of these goals; those against the copy where there is one."""
    note = f"[{min(used['ours']) * 1e3:.0f} ms of CPU, {min(elapsed['ours']) * 1e3:.0f} ms in all]"
    ratios = {
        f"{name}, CPU, hand loop": Ratio(ratio(used, "hand", "ours"), note),
        f"{name}, time, hand loop": Ratio(ratio(elapsed, "hand", "ours")),
    }
    if "copy" in used:
        ratios[f"{name}, CPU, copy"] = Ratio(ratio(used, "ours", "copy"))
        ratios[f"{name}, time, copy"] = Ratio(ratio(elapsed, "ours", "copy"))
    return ratios
