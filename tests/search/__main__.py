"""``python -m tests.search``: the search with a seed of one's own; it prints what was played, and what was found.

``--seed N`` draws other cases, ``--all`` plays every insertion at every place (many minutes), ``--family sim800`` one
family alone. The exit code is 1 when anything was found.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable

from simcom_async.dialects import DIALECTS
from tests.search.declared import questions
from tests.search.search import FAMILIES, Tally, cut, dialogues, everything, insert, sampled, strike

__all__: list[str] = []


def main() -> int:
    """Search, and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.search", description=__doc__)
    parser.add_argument("--seed", type=int, default=6, help="draws the cases (default: 6)")
    parser.add_argument("--all", action="store_true", help="every insertion at every place")
    parser.add_argument("--family", choices=FAMILIES, action="append", help="only this one; may be repeated")
    options = parser.parse_args()
    found = 0
    for family in options.family or FAMILIES:
        found += _search(family, options.seed, complete=options.all)
    return 1 if found else 0


def _search(family: str, seed: int, *, complete: bool) -> int:
    played = [*dialogues(family), *questions(DIALECTS[family])]
    cases = everything(family, played) if complete else sampled(family, played, random.Random(seed))
    found = 0
    found += _report(f"{family}, in between", lambda: insert(cases, seed, cuts=0.2 if complete else 0.5))
    found += _report(f"{family}, inside", lambda: strike(family, seed, most=4000 if complete else 50))
    found += _report(f"{family}, cut", lambda: cut(family, seed, most=4000 if complete else 50))
    return found


def _report(what: str, search: Callable[[], Tally]) -> int:
    start = time.monotonic()
    tally = search()
    print(f"{what}: {tally}; {time.monotonic() - start:.0f} s", flush=True)
    for finding in tally.findings:
        print(f"  {finding}")
    return len(tally.findings)


if __name__ == "__main__":
    sys.exit(main())
