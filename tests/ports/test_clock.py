"""Clocks: the loop's, and one turned by hand."""

import asyncio
import socket

import pytest

from simcom_async.errors import UsageError
from simcom_async.ports.clock import LoopClock, ManualClock


@pytest.fixture
def clock():
    return ManualClock(100.0)


async def test_the_loop_clock_is_the_loops():
    clock, loop = LoopClock(), asyncio.get_running_loop()
    before = loop.time()
    called = loop.create_future()
    clock.call_at(clock.time() + 0.001, lambda: called.set_result(clock.time()))
    clock.call_at(clock.time(), lambda: called.set_exception(AssertionError("cancelled"))).cancel()
    assert await called >= before + 0.001
    started = clock.time()
    await clock.sleep(0.001)
    assert clock.time() >= started + 0.001


def test_a_manual_clock_stands_still(clock):
    assert clock.time() == 100.0
    clock.advance(2.5)
    assert clock.time() == 102.5
    clock.advance(0)
    assert clock.time() == 102.5


def test_a_clock_does_not_go_back(clock):
    with pytest.raises(UsageError, match="does not go back"):
        clock.advance(-1)


def test_due_callbacks_run_in_the_order_of_their_times(clock):
    seen = []
    for when, name in [(103, "c"), (101, "a"), (102, "b1"), (102, "b2"), (104, "d")]:
        clock.call_at(when, lambda name=name: seen.append((name, clock.time())))
    clock.advance(3)
    assert seen == [("a", 101), ("b1", 102), ("b2", 102), ("c", 103)]
    assert clock.time() == 103
    assert clock.next_due == 104
    clock.advance(1)
    assert seen[-1] == ("d", 104)
    assert clock.next_due is None


def test_nothing_runs_inside_call_at(clock):
    seen = []
    clock.call_at(99, lambda: seen.append("past"))
    clock.call_at(100, lambda: seen.append("now"))
    assert seen == []
    clock.advance(0)
    assert seen == ["past", "now"]


def test_callbacks_set_by_callbacks_run_in_the_same_turn(clock):
    seen = []

    def tick():
        seen.append(clock.time())
        clock.call_at(clock.time() + 1, tick)

    tick()
    clock.advance(3.5)
    assert seen == [100, 101, 102, 103]
    assert clock.time() == 103.5


def test_a_cancelled_timer_does_not_run(clock):
    seen = []
    first = clock.call_at(101, lambda: seen.append("first"))
    second = clock.call_at(101, lambda: first.cancel() or seen.append("second"))
    third = clock.call_at(101, lambda: seen.append("third"))
    third.cancel()
    third.cancel()
    clock.advance(1)
    assert seen == ["first", "second"]
    second.cancel()
    early = clock.call_at(102, lambda: seen.append("early"))
    clock.call_at(101.5, early.cancel)
    clock.advance(1)
    assert seen == ["first", "second"]


def test_an_exception_leaves_the_clock_where_it_happened(clock):
    seen = []
    clock.call_at(101, lambda: 1 / 0)
    clock.call_at(101, lambda: seen.append("still due"))
    with pytest.raises(ZeroDivisionError):
        clock.advance(5)
    assert clock.time() == 101
    clock.advance(0)
    assert seen == ["still due"]


async def test_tasks_settle_between_the_due_times(clock):
    seen = []

    async def sleeper():
        for _ in range(3):
            await clock.sleep(1)
            for _ in range(20):
                await asyncio.sleep(0)
            seen.append(clock.time())

    task = asyncio.ensure_future(sleeper())
    await clock.run(2.5)
    assert seen == [101, 102]
    assert clock.time() == 102.5
    await clock.run(1)
    assert seen == [101, 102, 103]
    assert task.done()


async def test_advance_gives_the_loop_no_turn(clock):
    task = asyncio.ensure_future(clock.sleep(1))
    await clock.settle()
    clock.advance(5)
    assert not task.done()
    await clock.settle()
    assert task.done()


@pytest.mark.parametrize("seconds", [0, -1])
async def test_sleeping_for_nothing_takes_one_turn(clock, seconds):
    await clock.sleep(seconds)
    assert clock.next_due is None


async def test_a_cancelled_sleeper_leaves_no_timer(clock):
    task = asyncio.ensure_future(clock.sleep(1))
    await clock.settle()
    assert clock.next_due == 101
    task.cancel()
    await clock.settle()
    assert clock.next_due is None


async def test_a_sleeper_cancelled_in_the_turn_of_its_end(clock):
    task = asyncio.ensure_future(clock.sleep(1))
    await clock.settle()
    clock.call_at(100.5, task.cancel)
    clock.advance(1)
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_run_until_turns_to_the_result(clock):
    async def work():
        await clock.sleep(3600)
        await clock.sleep(1)
        return "done"

    assert await clock.run_until(work(), limit=4000) == "done"
    assert clock.time() == 3701


async def test_run_until_raises_what_the_work_raises(clock):
    async def work():
        await clock.sleep(1)
        raise KeyError("x")

    with pytest.raises(KeyError):
        await clock.run_until(work(), limit=4000)


async def test_run_until_gives_up_behind_its_limit(clock):
    ended = []

    async def work():
        try:
            await clock.sleep(11)
        finally:
            ended.append(clock.time())

    with pytest.raises(TimeoutError, match=r"within 10 seconds .* shows 100"):
        await clock.run_until(work(), limit=10)
    assert ended == [100]


async def test_run_until_leaves_a_future_of_somebody_else_alone(clock):
    future = asyncio.get_running_loop().create_future()
    with pytest.raises(TimeoutError):
        await clock.run_until(future, limit=10)
    assert not future.done()


async def test_settling_ends_even_when_a_task_never_rests(clock):
    async def spin():
        while True:  # noqa: ASYNC110
            await asyncio.sleep(0)

    task = asyncio.ensure_future(spin())
    await clock.run(1)
    assert clock.time() == 101
    task.cancel()


async def test_settling_sees_data_on_a_socket_of_this_process(clock):
    near, far = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=near)
    task = asyncio.ensure_future(reader.readexactly(5))
    await clock.settle()
    far.sendall(b"hello")
    await clock.settle()
    assert task.done()
    assert task.result() == b"hello"
    far.close()
    writer.close()
    await writer.wait_closed()
