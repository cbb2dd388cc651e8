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
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import count

from tests.torture.case import SERVICES, Case, Outcome, Verdict, cases_of, judge, profile_of
from tests.torture.faults import KINDS, moments
from tests.torture.table import Table

#: Seconds of this machine for one case: more is a loop that turns for ever.
REAL_LIMIT = 120
#: Rounds of all verbs after which their moments are others than those that were struck one by one.
MANY = 100

Cell = tuple[str, str, list[tuple[str, str]]]


class Spinning(BaseException):
    """A case has taken too long on this machine."""


def cases(seed: int, only: str = "", rounds: int = 0) -> Iterator[Case]:
    """All cases: round after round, in each every kind of fault strikes every service once, each time another verb.

    After so many ``rounds`` it ends. With 0 it goes on: when every verb was struck by every kind, each of those is
    struck at every moment that there is, and then it begins again, with other moments.
    """
    cells = chosen(only)
    whole = max((len(verbs) for _, _, verbs in cells), default=0)
    for turn in range(rounds or whole):
        yield from one_round(seed, cells, turn)
    if rounds:
        return
    for service, kind, verbs in cells:
        for family, verb in verbs:
            for moment in range(1, moments(kind, profile_of(service, family, verb, seed))):
                yield Case(service, family, verb, kind, moment, seed)
    for turn in count(whole * MANY):
        yield from one_round(seed, cells, turn)


def chosen(only: str) -> list[Cell]:
    """The cells of the table: SERVICE, SERVICE/FAULT or /FAULT, else all."""
    service, _, wanted = only.partition("/")
    return [
        (name, kind, verbs)
        for number, kind in enumerate(KINDS)
        for name in SERVICES
        if service in ("", name) and wanted in ("", kind) and (verbs := _turned(cases_of(name, kind), 3 * number))
    ]


def one_round(seed: int, cells: list[Cell], turn: int) -> Iterator[Case]:
    """Every cell once."""
    for service, kind, verbs in cells:
        family, verb = verbs[turn % len(verbs)]
        yield Case(service, family, verb, kind, turn // len(verbs), seed)


def _turned(verbs: list[tuple[str, str]], places: int) -> list[tuple[str, str]]:
    return [verbs[(number + places) % len(verbs)] for number in range(len(verbs))]


def work(given: argparse.Namespace, share: int, end: float) -> Table:
    """One process: its share of the cases, until ``end`` or the last of them."""
    table = Table()
    for number, case in enumerate(cases(given.seed, given.only, 0 if given.minutes else given.rounds)):
        if time.monotonic() > end:
            break
        if number % given.processes == share:
            outcome = limited(case)
            table.add(outcome)
            if not outcome.verdict.good or outcome.verdict.value == given.show:
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
    parser.add_argument("--rounds", type=int, default=1, help="or for so many rounds")
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
    table = Table()
    if given.processes == 1:
        table = work(given, 0, end)
    else:
        with ProcessPoolExecutor(given.processes) as pool:
            for done in [pool.submit(work, given, share, end) for share in range(given.processes)]:
                table.merge(done.result())
    print(table.text())
    spent = time.monotonic() - started
    print(f"seed {given.seed}: {table.runs} runs in {spent:.0f} s, {len(table.bad)} to be mended")
    return 1 if table.bad else 0


if __name__ == "__main__":
    sys.exit(main())
