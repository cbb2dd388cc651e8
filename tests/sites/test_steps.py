from __future__ import annotations

import pytest

from simcom_async.sites.requests import LOG_LIMIT
from simcom_async.sites.steps import StepFault, StepLog


@pytest.mark.parametrize(
    ("fault", "verb", "argument", "struck"),
    [
        (StepFault(), "", "", True),
        (StepFault(), "MAIL", "", False),
        (StepFault(command="mail"), "MAIL", "a@b.c", True),
        (StepFault(command="MAIL", argument="a@b.c"), "MAIL", "a@b.c", True),
        (StepFault(command="MAIL", argument="a@b.c"), "MAIL", "d@e.f", False),
        (StepFault(command="MAIL", times=0), "MAIL", "", False),
    ],
)
def test_whom_it_strikes(fault: StepFault, verb: str, argument: str, struck: bool) -> None:
    assert fault.takes(verb, argument) is struck


def test_how_often() -> None:
    fault = StepFault(command="X", times=2)
    assert [fault.takes("X", "") for _ in range(3)] == [True, True, False]
    assert fault.times == 0


async def test_the_log_is_bounded_and_can_be_awaited() -> None:
    log = StepLog[int]()
    for number in range(LOG_LIMIT + 5):
        assert log.add(number) == number
    assert (log.commands[0], len(log.commands), log.count) == (5, LOG_LIMIT, LOG_LIMIT + 5)
    await log.until(lambda: log.count)
    with pytest.raises(TimeoutError):
        await log.until(lambda: False, timeout=0.01)
