"""Runs the matrix: every kind of fault for every service, as long as there is time, and prints the table.

``python -m tests.torture`` strikes every cell once; with ``--minutes`` it goes on, verb after verb and moment after
moment, until they are over. Exit status 1 when something is to be mended; each such case is printed with the command
that repeats it.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import time
from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import count

from tests.torture.case import SERVICES, Case, Outcome, Verdict, cases_of, judge
from tests.torture.faults import KINDS
from tests.torture.table import Table

#: Seconds of this machine for one case: more is a loop that turns for ever.
REAL_LIMIT = 120
COMPLETE = 1


class Spinning(BaseException):
    """A case has taken too long on this machine."""


def cases(seed: int, only: str = "", share: tuple[int, int] = (0, 1)) -> Iterator[Case]:
    """All cases, round after round: in each every kind of fault strikes every service, each time another verb."""
    services, _, wanted = only.partition("/")
    chosen = [service for service in SERVICES if services in ("", service)]
    number = 0
    for turn in count():
        for kind in KINDS:
            if wanted not in ("", kind):
                continue
            for service in chosen:
                verbs = cases_of(service, kind)
                if not verbs:
                    continue
                family, verb = verbs[(turn * 7 + list(KINDS).index(kind) * 3) % len(verbs)]
                if number % share[1] == share[0]:
                    yield Case(service, family, verb, kind, turn // len(verbs), seed)
                number += 1


def rounds(only: str) -> int:
    """How many rounds there are until every verb was struck by every kind of fault."""
    return max(len(cases_of(service, kind)) for service in SERVICES for kind in KINDS)


def work(seed: int, only: str, share: tuple[int, int], end: float, turns: int, also: Collection[Verdict] = ()) -> Table:
    """One process: its share of the cases, until ``end`` or for so many rounds."""
    table = Table()
    cells = sum(1 for kind in KINDS for service in SERVICES if cases_of(service, kind))
    for number, case in enumerate(cases(seed, only, share)):
        if time.monotonic() > end or (turns and number * share[1] >= cells * turns and not only):
            break
        if only and turns and case.moment >= turns:
            break
        outcome = limited(case)
        table.add(outcome)
        if not outcome.verdict.good or outcome.verdict in also:
            show(outcome)
    return table


def limited(case: Case) -> Outcome:
    """The judgement of a case, a hang when it takes all of this machine's time."""
    signal.signal(signal.SIGALRM, _spinning)
    signal.alarm(REAL_LIMIT)
    try:
        return judge(case)
    except Spinning:
        return Outcome(case, Verdict.HANG, f"it turns for more than {REAL_LIMIT} s of this machine")
    finally:
        signal.alarm(0)


def show(outcome: Outcome, *, whole: bool = False) -> None:
    """Print a case, and how to repeat it."""
    print(f"{outcome.verdict.value}: {outcome.why}" if whole else f"{outcome.verdict.value}: {outcome.why[:300]}")
    print(f"    {outcome.plan} after {outcome.lasted:.1f} s")
    for note in outcome.notes:
        print(f"    also {note[:300]}")
    print(f"    {outcome.case.command}", flush=True)


def _spinning(*_: object) -> None:
    raise Spinning


def main() -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--minutes", type=float, help="go on for so long")
    parser.add_argument("--rounds", type=int, default=1, help="or for so many rounds (0: all verbs by all faults)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="SERVICE, SERVICE/FAULT or /FAULT")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--case", help="one case, as it was printed")
    parser.add_argument("--show", choices=[one.value for one in Verdict], help="print those cases, too")
    given = parser.parse_args()
    if given.case:
        logging.basicConfig(level=logging.DEBUG, format="%(message)s")
        outcome = limited(Case.of(given.case, given.seed))
        show(outcome, whole=True)
        return 0 if outcome.verdict.good else 1
    logging.disable(logging.CRITICAL)
    started = time.monotonic()
    end = started + 60 * given.minutes if given.minutes else float("inf")
    turns = 0 if given.minutes else given.rounds or rounds(given.only)
    also = [one for one in Verdict if one.value == given.show]
    shares = [(number, given.processes) for number in range(given.processes)]
    table = Table()
    if given.processes == 1:
        table = work(given.seed, given.only, shares[0], end, turns, also)
    else:
        with ProcessPoolExecutor(given.processes) as pool:
            for done in [pool.submit(work, given.seed, given.only, share, end, turns, also) for share in shares]:
                table.merge(done.result())
    print(table.text())
    spent = time.monotonic() - started
    print(f"seed {given.seed}: {table.runs} runs in {spent:.0f} s, {len(table.bad)} to be mended")
    return 1 if table.bad else 0


if __name__ == "__main__":
    sys.exit(main())
