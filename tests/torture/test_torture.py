"""A sample of the matrix: every kind of fault, every service. ``python -m tests.torture`` strikes all of it."""

from __future__ import annotations

import pytest

from tests.torture.case import SERVICES, Case, Verdict, cases_of, judge
from tests.torture.faults import KINDS
from tests.torture.table import Table

SEED = 6
#: To how many services each kind of fault is done; verbs of each service that are struck.
EACH, VERBS = 3, 2


def sample() -> list[Case]:
    """Each kind of fault at some services, in turn."""
    found = []
    for number, kind in enumerate(KINDS):
        services = [service for service in SERVICES if cases_of(service, kind)]
        for place in range(EACH):
            service = services[(number * EACH + place) % len(services)]
            verbs = cases_of(service, kind)
            family, verb = verbs[((number + place) % VERBS) * 5 % len(verbs)]
            found.append(Case(service, family, verb, kind, number + place, SEED))
    return found


def test_in_the_sample_everything_occurs() -> None:
    assert {case.kind for case in sample()} == set(KINDS)
    assert {case.service for case in sample()} == set(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_struck(service: str) -> None:
    table = Table()
    for case in sample():
        if case.service == service:
            table.add(judge(case))
    assert not [f"{outcome.verdict.value}: {outcome.why}: {outcome.case.command}" for outcome in table.bad]
    assert table.runs > VERBS


@pytest.mark.parametrize(
    ("seed", "case"),
    [
        (77, "ftp/sim900/delete/garble-bytes/0"),  # another password than was told
        (101, "ftp/sim7100/delete/lose-bytes/2"),  # and the same of plain FTP of a SIM7100
        (202, "files/sim7100/read/insert-bytes/0"),  # a current directory that there cannot be
        (5, "ftp/sim900/download-blocks/insert-bytes/0"),  # another folder
        (101, "ftp/sim7100/rmdir/garble-bytes/0"),  # half a line end, and the next answer behind it
        (77, "pop3/sim900/move/garble-bytes/0"),  # an answer that waits when the marks are to be taken back
        (6, "http/sim900/delete/reset/5"),  # boot lines in a counted payload
        (6, "pop3/sim7000/stat/reset/5"),  # a number that a boot line has cut short
        (6, "pop3/sim800/uidl/power-loss/2"),  # a module without power that goes on with its work
    ],
)
def test_what_was_found(seed: int, case: str) -> None:
    service, family, verb, kind, moment = case.split("/")
    outcome = judge(Case(service, family, verb, kind, int(moment), seed))
    assert outcome.verdict in (Verdict.RESULT, Verdict.ERROR), outcome.why
