import asyncio

import pytest

from simcom_async.errors import CommandTimeout, UsageError
from simcom_async.link.bus import EventBus
from simcom_async.ports.clock import ManualClock

from .words import Level, level, other


@pytest.fixture
def clock():
    return ManualClock(start=100.0)


@pytest.fixture
def bus(clock):
    return EventBus(clock)


async def test_an_expectation_counts_what_comes_before_it_is_awaited(bus):
    """Law 3, at the bus: armed, then written, then awaited."""
    expectation = bus.expect(Level)
    bus.publish(level(4))
    bus.publish(level(5))
    assert expectation.met
    assert await expectation.get(timeout=1) == Level(tank=4, level=0)


async def test_an_expectation_waits_for_its_condition(bus):
    waiting = asyncio.ensure_future(bus.wait_for(Level, timeout=None, where=lambda message: message.tank == 2))
    await asyncio.sleep(0)
    bus.publish_all([level(1), other(2), level(2), level(2, 9)], 0.0)
    assert await waiting == Level(tank=2, level=0)


async def test_an_expectation_has_a_deadline(bus, clock):
    waiting = asyncio.ensure_future(bus.wait_for(Level, timeout=3.0))
    await clock.run(2.9)
    assert not waiting.done()
    await clock.run(0.2)
    with pytest.raises(CommandTimeout, match=r"no Level within 3\.0 s") as caught:
        await waiting
    assert caught.value.waited == 3.0


async def test_a_failing_condition_is_reported_and_not_met(bus, caplog):
    expectation = bus.expect(Level, lambda message: 1 / message.tank > 0)
    bus.publish_all([level(0), level(1)], 0.0)
    assert await expectation.get(1) == Level(tank=1, level=0)
    assert expectation.faults == 1
    assert caplog.records[0].exc_info[0] is ZeroDivisionError


async def test_an_expectation_that_ended_is_not_routed_to(bus):
    with bus.expect(Level) as expectation:
        pass
    bus.publish(level(1))
    assert not expectation.met
    with pytest.raises(UsageError, match="closed"):
        await expectation.get(1)
