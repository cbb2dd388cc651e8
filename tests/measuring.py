"""Which cases of a test are measured when coverage is: some of each, spread evenly.

Tracing makes a test take almost three times as long, and the hundredth case of a test hardly reaches a line that the
first and the last do not. Nothing is traced while tests are collected and reported. ``MEASURE_ALL=1`` measures every
case.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections import defaultdict
from collections.abc import Iterable, Sequence

from coverage import Coverage

import simcom_async

__all__ = ["CASES", "Measuring", "sample"]

#: How many cases of a test are measured.
CASES = 2
#: By this environment variable the programs that a test starts are measured, too.
PROGRAMS = "COVERAGE_PROCESS_CONFIG"


def sample(names: Iterable[str]) -> set[str]:
    """The node ids, among these, of the cases that are measured: the first one, the last one, and some in between."""
    cases: dict[str, list[str]] = defaultdict(list)
    for name in names:
        cases[name.partition("[")[0]].append(name)
    return {name for found in cases.values() for name in _spread(found)}


def _spread(found: Sequence[str]) -> Sequence[str]:
    if len(found) <= CASES:
        return found
    return [found[number * (len(found) - 1) // (CASES - 1)] for number in range(CASES)]


class Measuring:
    """The coverage that this process measures, if it does: at work for the cases that are to be measured alone."""

    def __init__(self) -> None:
        self._coverage = None if os.environ.get("MEASURE_ALL") else Coverage.current()
        self._measured: set[str] = set()

    def begin(self, *, runs_tests: bool) -> None:
        """Measure what an import runs, then stop until a case begins. Without ``runs_tests`` others run them."""
        if self._coverage is None:
            return
        if runs_tests:
            for module in pkgutil.walk_packages(simcom_async.__path__, "simcom_async."):
                if not module.name.endswith(".__main__"):
                    importlib.import_module(module.name)
        self._coverage.stop()

    def collected(self, names: Iterable[str]) -> None:
        """All tests are known."""
        self._measured = sample(names)

    def start(self, name: str) -> None:
        """A case begins."""
        if self._coverage is None:
            return
        if name in self._measured:
            self._coverage.start()
        else:
            os.environ.pop(PROGRAMS, None)

    def stop(self, name: str) -> None:
        """It has ended."""
        if self._coverage is not None and name in self._measured:
            self._coverage.stop()
