"""The harness: interleaved rounds, the median of their ratios, the best of three tries, one line a goal."""

from __future__ import annotations

import gc
import os
import resource
import statistics
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

#: Rounds of one measurement; the ratio of a goal is the median over them.
ROUNDS = 7
#: A goal that misses is measured again, and the best ratio counts: noise only ever makes a ratio worse.
TRIES = 3

T = TypeVar("T")
Status = Literal["pass", "no", "missing", "error"]


@dataclass(frozen=True, slots=True)
class Goal:
    """A ratio to reach. ``of`` says what 1.0 is; one that does not gate is shown, but fails nothing."""

    name: str
    limit: float
    of: str
    at_most: bool = False
    gates: bool = True

    def reached(self, ratio: float) -> bool:
        """Whether this ratio is good enough."""
        return ratio <= self.limit if self.at_most else ratio >= self.limit

    def better(self, one: Ratio, other: Ratio) -> Ratio:
        """The better of two measurements."""
        return one if (one.value < other.value) is self.at_most else other

    @property
    def wanted(self) -> str:
        """The goal as the table shows it."""
        return f"{'<=' if self.at_most else '>='} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Ratio:
    """What was measured; ``note`` gives absolute figures, for context only."""

    value: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Benchmark(Generic[T]):
    """Goals that are measured together. ``ours`` imports our side; while it cannot, the goals are missing."""

    name: str
    goals: tuple[Goal, ...]
    ours: Callable[[], T]
    measure: Callable[[T], Mapping[str, Ratio]]

    def run(self) -> Iterator[Result]:
        """Measure up to TRIES times, until all goals that gate are reached; a result for each goal."""
        try:
            ours = self.ours()
        except ImportError as error:
            yield from (Result(self.name, goal, "missing", None, str(error)) for goal in self.goals)
            return
        best: dict[str, Ratio] = {}
        try:
            for _ in range(TRIES):
                gc.collect()
                measured = self.measure(ours)
                for goal in self.goals:
                    found = measured[goal.name]
                    best[goal.name] = goal.better(found, best[goal.name]) if goal.name in best else found
                if all(goal.reached(best[goal.name].value) for goal in self.goals if goal.gates):
                    break
        except Exception as error:  # one broken benchmark must not hide the others; it is told and fails the run
            traceback.print_exc(file=sys.stderr)
            yield from (Result(self.name, goal, "error", None, repr(error)) for goal in self.goals)
            return
        for goal in self.goals:
            reached = best[goal.name]
            status: Status = "pass" if goal.reached(reached.value) else "no"
            yield Result(self.name, goal, status, reached.value, reached.note)


@dataclass(frozen=True, slots=True)
class Result:
    """One goal, judged."""

    benchmark: str
    goal: Goal
    status: Status
    ratio: float | None
    note: str

    @property
    def fails(self) -> bool:
        """Whether the run fails for it."""
        return self.goal.gates and self.status != "pass"

    @property
    def line(self) -> str:
        """The line of the table."""
        shown = "-" if self.ratio is None else f"{self.ratio:.3g}"
        status = self.status if self.goal.gates else f"({self.status})"
        what = f"{self.benchmark}: {self.goal.name}"
        return f"{status:9} {what:52} {shown:>7} {self.goal.of:26} goal {self.goal.wanted:8} {self.note}".rstrip()

    @property
    def record(self) -> dict[str, object]:
        """The line as one JSON object."""
        return {
            "benchmark": self.benchmark,
            "name": self.goal.name,
            "ratio": self.ratio,
            "of": self.goal.of,
            "goal": self.goal.limit,
            "at_most": self.goal.at_most,
            "gates": self.goal.gates,
            "status": self.status,
            "pass": self.status == "pass",
            "note": self.note,
        }


Rounds = dict[str, list[float]]


def interleave(sides: Mapping[str, Callable[[], float]], rounds: int = ROUNDS) -> Rounds:
    """Run every side once a round, another one first each time, and collect what they return."""
    seen: Rounds = {name: [] for name in sides}
    for order in _orders(list(sides), rounds):
        for name in order:
            seen[name].append(sides[name]())
    return seen


async def interleave_async(sides: Mapping[str, Callable[[], Awaitable[float]]], rounds: int = ROUNDS) -> Rounds:
    """As `interleave`, for sides that are awaited."""
    seen: Rounds = {name: [] for name in sides}
    for order in _orders(list(sides), rounds):
        for name in order:
            seen[name].append(await sides[name]())
    return seen


def _orders(names: list[str], rounds: int) -> Iterator[list[str]]:
    for turn in range(rounds):
        first = turn % len(names)
        yield names[first:] + names[:first]


def ratio(rounds: Rounds, over: str, under: str) -> float:
    """The median over the rounds of one side divided by another."""
    return statistics.median(a / b for a, b in zip(rounds[over], rounds[under], strict=True))


def cpu() -> float:
    """Seconds of processor time of this process, all threads, user and system."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def cpu_of(work: Callable[[], object]) -> float:
    """Seconds of processor time that ``work`` takes."""
    before = cpu()
    work()
    return cpu() - before


def cores() -> tuple[int, int] | None:
    """The core of the measured process and that of the far end; None where pinning is impossible or pointless."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    allowed = sorted(os.sched_getaffinity(0))
    return (allowed[0], allowed[-1]) if len(allowed) > 1 else None


def pin(core: int) -> bool:
    """Keep this process on one core, if the system lets it."""
    try:
        os.sched_setaffinity(0, {core})
    except OSError:
        return False
    return True
