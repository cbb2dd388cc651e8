"""Limits for all that happens in a block."""

from __future__ import annotations

import asyncio

import pytest

from simcom_async.errors import CommandTimeout
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.deadline import Deadline


async def limited(clock: ManualClock, limit: float | None, work: float) -> str:
    async with Deadline(clock, limit, "fetching"):
        await clock.sleep(work)
    return "done"


@pytest.mark.parametrize("limit", [None, 5.0])
async def test_what_ends_in_time_is_not_disturbed(limit: float | None) -> None:
    clock = ManualClock()
    assert await clock.run_until(limited(clock, limit, 4), 10) == "done"
    assert clock.next_due is None


async def test_what_does_not_is_a_time_out() -> None:
    clock = ManualClock()
    with pytest.raises(CommandTimeout, match="fetching: total limit after 5 s") as caught:
        await clock.run_until(limited(clock, 5, 6), 10)
    assert (caught.value.limit, caught.value.waited) == ("total", 5)
    assert clock.next_due is None


async def test_an_error_meanwhile_is_itself() -> None:
    clock = ManualClock()

    async def fails() -> None:
        async with Deadline(clock, 5, "x"):
            try:
                await clock.sleep(6)
            finally:
                raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        await clock.run_until(fails(), 10)


async def test_a_cancellation_from_outside_stays_one() -> None:
    clock = ManualClock()
    task = asyncio.ensure_future(limited(clock, 5, 6))
    await clock.settle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await clock.run_until(task, 10)


async def test_a_cancellation_in_the_same_moment_wins() -> None:
    clock = ManualClock()
    task = asyncio.ensure_future(limited(clock, 5, 6))
    await clock.settle()
    clock.advance(5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await clock.run_until(task, 10)
