from __future__ import annotations

import asyncio

import pytest

from simcom_async.virtual.ftp_work import alongside


async def never(ended: list[str]) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        ended.append("watch")


async def after(turns: int, result: int | Exception) -> int:
    for _ in range(turns):
        await asyncio.sleep(0)
    if isinstance(result, Exception):
        raise result
    return result


async def test_the_watches_end_with_the_work() -> None:
    ended: list[str] = []
    assert await alongside(after(3, 7), never(ended), after(1, 0)) == 7
    assert ended == ["watch"]


async def test_a_watch_that_fails_ends_the_work() -> None:
    ended: list[str] = []
    with pytest.raises(LookupError):
        await alongside(never(ended), after(2, LookupError()))
    assert ended == ["watch"]


async def test_the_work_that_is_done_has_the_last_word() -> None:
    assert await alongside(after(1, 7), after(1, LookupError())) == 7
    with pytest.raises(KeyError):
        await alongside(after(1, KeyError()), after(1, LookupError()))


async def test_cancelling_ends_all() -> None:
    ended: list[str] = []
    work = asyncio.create_task(alongside(never(ended), never(ended)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert ended == ["watch", "watch"]
