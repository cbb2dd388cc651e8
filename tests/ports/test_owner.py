"""Background work with one owner."""

import asyncio

import anyio
import pytest

from simcom_async.errors import LinkError, UsageError
from simcom_async.ports.owner import Owner


async def forever(ended=None):
    try:
        await asyncio.Event().wait()
    finally:
        if ended is not None:
            ended.append(asyncio.current_task().get_name())


async def fail(error):
    raise error


@pytest.fixture
async def owner():
    owner = Owner("test")
    await owner.start()
    yield owner
    await owner.aclose()


@pytest.fixture
async def guarded():
    """Work that holds an anyio cancel scope, owned across the yield of a fixture."""
    owner, ended = Owner("guarded"), []

    async def work():
        async with anyio.create_task_group() as group:
            group.start_soon(forever)
            await forever(ended)

    await owner.start()
    owner.spawn(work, name="work")
    await asyncio.sleep(0)
    yield owner, ended
    await owner.aclose()
    assert ended == ["work"]


async def test_an_owner_lives_across_the_yield_of_a_fixture(guarded):
    owner, ended = guarded
    assert owner.running
    assert ended == []


async def test_it_takes_coroutines_and_functions(owner):
    async def answer():
        return 42

    first, second = owner.spawn(answer), owner.spawn(answer(), name="named")
    assert (await first, await second) == (42, 42)
    assert second.get_name() == "named"


async def test_closing_cancels_the_tasks_and_waits_for_them():
    owner, ended = Owner("test"), []
    await owner.start()
    tasks = [owner.spawn(forever(ended), name=name) for name in ("a", "b")]
    await asyncio.sleep(0)
    await owner.aclose()
    assert sorted(ended) == ["a", "b"]
    assert all(task.cancelled() for task in tasks)
    assert not owner.running
    await owner.aclose()


async def test_closing_an_owner_that_was_never_started():
    await Owner("test").aclose()


async def test_it_starts_once():
    owner = Owner("test")
    await owner.start()
    with pytest.raises(UsageError, match="started before"):
        await owner.start()
    await owner.aclose()
    with pytest.raises(UsageError):
        await owner.start()


@pytest.mark.parametrize("when", ["before", "after"])
async def test_nothing_is_spawned_before_start_or_after_the_end(when):
    owner = Owner("test")
    if when == "after":
        await owner.start()
        await owner.aclose()
    coroutine = forever()
    with pytest.raises(UsageError, match="not running"):
        owner.spawn(coroutine)
    with pytest.raises(UsageError, match="not running"):
        owner.spawn(forever)
    assert coroutine.cr_frame is None  # closed: no warning that it was never awaited


async def test_an_error_comes_out_of_aclose_once_and_ends_the_others():
    owner, ended = Owner("test"), []
    await owner.start()
    owner.spawn(forever(ended), name="other")
    await asyncio.sleep(0)
    owner.spawn(fail(KeyError("x")))
    with pytest.raises(KeyError):
        await owner.aclose()
    assert ended == ["other"]
    await owner.aclose()


async def test_an_error_is_told_at_once():
    told = asyncio.get_running_loop().create_future()
    owner, ended = Owner("test", failed=told.set_result), []
    await owner.start()
    owner.spawn(forever(ended), name="other")
    owner.spawn(fail(KeyError("x")))
    assert isinstance(await told, KeyError)
    with pytest.raises(UsageError):
        owner.spawn(forever)
    await owner.aclose()
    assert ended == ["other"]


async def test_further_errors_are_logged(caplog):
    async def fail_at_the_end():
        try:
            await forever()
        finally:
            raise ValueError("second")

    owner = Owner("test")
    await owner.start()
    owner.spawn(fail_at_the_end, name="late")
    await asyncio.sleep(0)
    owner.spawn(fail(KeyError("first")))
    with pytest.raises(KeyError, match="first"):
        await owner.aclose()
    assert "one more task failed: late" in caplog.text
    assert "second" in caplog.text


async def test_a_task_cancelled_from_outside_is_no_error(owner):
    task = owner.spawn(forever)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert owner.running
    assert await owner.spawn(asyncio.sleep(0, "alive")) == "alive"


async def test_a_task_may_close_its_owner():
    owner = Owner("test")
    await owner.start()
    task = owner.spawn(owner.aclose)
    await task
    await owner.aclose()
    assert not owner.running


async def test_closing_does_not_hang_on_a_task_that_does_not_end():
    owner, release = Owner("test"), asyncio.Event()

    async def stubborn():
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    await owner.start()
    owner.spawn(stubborn, name="stubborn")
    await asyncio.sleep(0)
    with pytest.raises(LinkError, match=r"still runs 0.01 seconds after its end: stubborn"):
        await owner.aclose(limit=0.01)
    release.set()
    await owner.aclose()


async def test_a_cancelled_close_still_ends_the_tasks():
    owner, ended = Owner("test"), []
    await owner.start()
    owner.spawn(forever(ended), name="a")
    await asyncio.sleep(0)
    closing = asyncio.ensure_future(owner.aclose())
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    await owner.aclose()
    assert ended == ["a"]


def test_the_end_of_the_program_ends_the_tasks():
    ended = []

    async def main():
        owner = Owner("test")
        await owner.start()
        owner.spawn(forever(ended), name="a")
        await asyncio.sleep(0)

    asyncio.run(main())
    assert ended == ["a"]
