import asyncio

import pytest

from simcom_async.link.timer import LazyTimer, WireTime
from simcom_async.ports.clock import LoopClock, ManualClock


@pytest.fixture
def clock():
    return ManualClock(start=50.0)


@pytest.fixture
def time(clock):
    return WireTime(clock)


def test_the_time_stands_still_while_the_port_is_paused(clock, time):
    assert time.now() == 50
    time.stop()
    clock.advance(7)
    time.stop()
    assert (time.now(), time.stopped, time.at(57.0)) == (50, True, 50)
    time.go_on()
    time.go_on()
    assert (time.now(), time.stopped) == (50, False)
    clock.advance(1)
    assert (time.now(), time.at(60.0)) == (51, 53)
    assert time.reached(51.0000001)
    assert not time.reached(51.001)


async def test_the_loop_is_asked_for_the_time_itself():
    time = WireTime(LoopClock())
    before = time.now()
    time.bind()
    assert before <= time.now() <= before + 5


async def test_a_wait_calls_back_in_time_but_not_while_the_time_stands_still(clock, time):
    called = []
    for stopped, expected in ((False, [53.0]), (True, [])):
        if stopped:
            time.stop()
        called.clear()
        waiter = asyncio.get_running_loop().create_future()
        waiting = asyncio.ensure_future(time.wait(waiter, time.now() + 3, lambda: called.append(clock.time())))
        await clock.settle()
        clock.advance(4)
        assert called == expected
        waiter.set_result(None)
        await waiting
        assert clock.next_due is None


def test_one_timer_serves_deadlines_that_move(clock, time):
    fired = []
    following = [55.0, 61.0, None]
    timer = LazyTimer(time, lambda: (fired.append(clock.time()), following.pop(0))[1])
    timer.arm(53.0)
    timer.arm(58.0)
    assert timer.covers(53.0)
    assert not timer.covers(52.0)
    assert clock.next_due == 53.0
    timer.arm(52.0)
    assert clock.next_due == 52.0
    clock.advance(50)
    assert fired == [52.0, 55.0, 61.0]
    assert clock.next_due is None
    timer.arm(200.0)
    timer.cancel()
    timer.cancel()
    assert clock.next_due is None
    assert not timer.covers(300.0)


def test_nothing_is_due_while_the_time_stands_still(clock, time):
    fired = []
    timer = LazyTimer(time, lambda: fired.append(time.now()))
    timer.arm(52.0)
    time.stop()
    clock.advance(100)
    assert (fired, clock.next_due) == ([], None)
    time.go_on()
    timer.arm(52.0)
    clock.advance(2)
    assert fired == [52.0]
