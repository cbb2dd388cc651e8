"""`python -m benchmarks [NAME...] [--json]`: exit status 0 only if every goal that gates is reached."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from collections.abc import Iterator

from benchmarks import measure
from benchmarks.farend import FarEnd
from benchmarks.module import Module

#: The modules, in the order of their rows.
NAMES = (
    "codec",
    "demux",
    "transport",
    "roundtrip",
    "urc",
    "delivery",
    "deadline",
    "objects",
    "idle",
    "farm115200",
    "ftp",
    "mail",
    "sim7100",
)


def _results(names: list[str]) -> Iterator[measure.Result]:
    for name in names:
        for benchmark in importlib.import_module(f"benchmarks.{name}").BENCHMARKS:
            yield from benchmark.run()


def _summary(results: list[measure.Result], seconds: float) -> str:
    counts = {
        status: sum(result.status == status for result in results) for status in ("pass", "no", "missing", "error")
    }
    told = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
    return f"{len(results)} goals: {told} ({seconds:.0f} s)"


def main(arguments: list[str]) -> int:
    """Run the benchmarks that are named, or all."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Ratios against references in the same run."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one or more of {', '.join(NAMES)}")
    parser.add_argument("--json", action="store_true", help="one JSON list instead of lines")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.names) - set(NAMES)):
        parser.error(f"no benchmark is called {unknown[0]}: choose from {', '.join(NAMES)}")
    pinned = measure.cores()
    if pinned is not None and measure.pin(pinned[0]):
        FarEnd.core = Module.core = pinned[1]
    start = time.monotonic()
    results = []
    for result in _results(options.names or list(NAMES)):
        results.append(result)
        if not options.json:
            print(result.line, flush=True)
    if options.json:
        print(json.dumps([result.record for result in results], indent=1))
    else:
        print(_summary(results, time.monotonic() - start))
    return 1 if any(result.fails for result in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
