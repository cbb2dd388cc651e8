"""A module that is busy is asked again, within a bound."""

from __future__ import annotations

from simcom_async.at.command import Service
from simcom_async.errors import HttpError
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.busy import Busy

ERROR = HttpError("221, busy", code=221)


async def asked(clock: ManualClock, left: set[Service]) -> list[float]:
    """When it is asked, while it is busy for ever."""
    busy, moments = Busy(clock, left, Service.HTTP), []
    while await busy.again(ERROR):
        moments.append(clock.time())
    return moments


async def test_the_pauses_double_and_all_of_them_have_a_bound() -> None:
    clock = ManualClock()
    begun, left = clock.time(), {Service.HTTP, Service.FTP}
    moments = [moment - begun for moment in await clock.run_until(asked(clock, left), 1_000)]
    assert moments[:6] == [1, 3, 7, 15, 30, 45]
    assert 120 < moments[-1] <= 150
    assert clock.time() - begun == moments[-1]
    assert clock.next_due is None
    assert left == {Service.FTP}
    assert await asked(clock, left) == []


async def test_time_that_somebody_else_has_taken_counts() -> None:
    clock = ManualClock()
    busy = Busy(clock, {Service.HTTP}, Service.HTTP)
    assert await clock.run_until(busy.again(ERROR), 10)
    await clock.run(149)
    assert not await clock.run_until(busy.again(ERROR), 10)
