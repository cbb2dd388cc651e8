"""A module is looked for again and again, by one attempt at a time, whoever waits for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from simcom_async.errors import LinkError, PortLost
from simcom_async.ports.clock import ManualClock
from simcom_async.ports.owner import Owner
from simcom_async.sessions.recovery_pause import BackOff
from simcom_async.sessions.recovery_policy import RecoveryPolicy
from simcom_async.sessions.recovery_search import Search


class Sought:
    """A module that is there after so many attempts, each of which takes ``length`` seconds."""

    def __init__(self, *failures: Exception) -> None:
        self.clock = ManualClock()
        self.owner = Owner("modem on memory")
        self.failures = list(failures)
        self.began: list[float] = []
        self.length = 1.0
        self.told: list[Exception] = []
        back_off = BackOff(RecoveryPolicy(jitter=0), "memory")
        self.search = Search(self.owner, self.clock, back_off, self.attempt, self.told.append)

    async def attempt(self) -> None:
        self.began.append(self.clock.time())
        await self.clock.sleep(self.length)
        if self.failures:
            raise self.failures.pop(0)


@pytest_asyncio.fixture
async def sought() -> AsyncIterator[Sought]:
    sought = Sought()
    await sought.owner.start()
    yield sought
    await sought.owner.aclose()
    assert sought.clock.next_due is None


async def test_it_goes_on_by_itself_until_the_module_is_found(sought: Sought) -> None:
    sought.failures = [LinkError("away")] * 4
    sought.search.begin()
    sought.search.begin()
    await sought.clock.run(1000)
    assert sought.began == [0, 2, 5, 10, 19]
    assert [str(error) for error in sought.told] == ["away"] * 4
    assert not sought.search.under_way


async def test_a_call_joins_the_attempt_under_way(sought: Sought) -> None:
    sought.search.begin()
    await sought.clock.run(0.5)
    assert sought.search.under_way
    await sought.clock.run_until(asyncio.gather(*(sought.search.join() for _ in range(5))), 1)
    assert sought.began == [0]


async def test_a_call_begins_one_at_once_and_is_told_how_it_fails(sought: Sought) -> None:
    sought.failures = [LinkError("a"), LinkError("b"), LinkError("c"), LinkError("d"), LinkError("e")]
    sought.search.begin()
    await sought.clock.run(6.5)  # the third attempt has failed at 6, the pause is 4 seconds long
    assert not sought.search.under_way
    joining = asyncio.ensure_future(sought.search.join())
    await sought.clock.settle()
    assert sought.search.under_way
    with pytest.raises(LinkError, match="d"):
        await sought.clock.run_until(joining, 2)
    await sought.clock.run(100)
    assert sought.began == [0, 2, 5, 6.5, 8.5, 11.5]  # and the pauses are short again


async def test_a_reason_to_look_again_shortens_the_pause_but_not_to_nothing(sought: Sought) -> None:
    sought.failures = [LinkError("away")] * 7
    sought.search.begin()
    await sought.clock.run(19.5)  # the fourth attempt has failed at 11, the next is due at 19
    await sought.clock.run(4.5)
    assert sought.began == [0, 2, 5, 10, 19]
    sought.search.hurry()
    await sought.clock.run(0.5)
    assert sought.began == [0, 2, 5, 10, 19, 24]
    for _ in range(1000):
        sought.search.hurry()
        await sought.clock.run(0.01)
    assert sought.began == [0, 2, 5, 10, 19, 24, 26, 28]


async def test_what_was_found_and_is_lost_again_at_once_is_hurried_by_who_waits(sought: Sought) -> None:
    sought.length = 0
    for _ in range(5):
        sought.search.begin()
        await sought.clock.run(0.1)
    assert sought.began == [0]
    await sought.clock.run(1)
    assert sought.began == [0, 1]
    for _ in range(5):
        await sought.clock.run_until(sought.search.join(), 0.1)
    assert len(sought.began) == 7


async def test_an_attempt_outlives_the_caller_that_is_cancelled(sought: Sought) -> None:
    joining = asyncio.ensure_future(sought.search.join())
    await sought.clock.run(0.5)
    joining.cancel()
    await asyncio.wait({joining})
    assert joining.cancelled()
    assert sought.search.under_way
    await sought.clock.run(1)
    assert sought.began == [0]
    assert not sought.search.under_way


async def test_each_reason_is_logged_once_and_only_for_a_module_that_was_there(
    sought: Sought, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    sought.failures = [LinkError("no module")]
    sought.search.begin()
    await sought.clock.run(5)
    assert caplog.messages == []
    sought.failures = [LinkError("away")] * 3 + [LinkError("busy")] * 2
    sought.search.begin()
    await sought.clock.run(500)
    assert caplog.messages == [
        "modem on memory: not found, it is looked for again and again: away",
        "modem on memory: not found, it is looked for again and again: busy",
        "modem on memory: found again",
    ]


async def test_an_error_of_its_own_is_told_and_ends_nothing(sought: Sought, caplog: pytest.LogCaptureFixture) -> None:
    sought.search.begin()
    await sought.clock.run(5)
    sought.failures = [KeyError("x")]
    with pytest.raises(KeyError):
        await sought.clock.run_until(sought.search.join(), 2)
    assert "the search itself has failed" in caplog.text
    assert sought.owner.running
    await sought.clock.run(100)
    assert len(sought.began) == 3


async def test_whoever_waits_is_told_when_the_modem_is_closed(sought: Sought) -> None:
    joining = asyncio.ensure_future(sought.search.join())
    await sought.clock.run(0.5)
    await sought.owner.aclose()
    with pytest.raises(PortLost, match="closed meanwhile"):
        await joining


async def test_nobody_waits_for_what_never_began(sought: Sought) -> None:
    joining = asyncio.ensure_future(sought.search.join())
    closing = asyncio.ensure_future(sought.owner.aclose())
    with pytest.raises(PortLost, match="closed meanwhile"):
        await joining
    await closing
