from __future__ import annotations

import asyncio

import pytest

from simcom_async.sites import Gate


async def test_open_as_it_starts() -> None:
    gate = Gate()
    assert await gate.take(70_000) == 70_000
    assert gate.passed == 70_000


async def test_shut_lets_exactly_the_credit_pass_then_holds() -> None:
    gate = Gate()
    gate.shut(after=1440)
    assert await gate.take(1000) == 1000
    assert await gate.take(1000) == 440
    waiting = asyncio.create_task(gate.take(1000))
    await gate.held()
    assert not waiting.done()
    assert gate.passed == 1440
    gate.admit(7)
    assert await waiting == 7
    gate.open()
    assert await gate.take(1000) == 1000


async def test_admitting_releases_one_after_the_other() -> None:
    gate = Gate()
    gate.shut()
    transfers = [asyncio.create_task(gate.take(10)) for _ in range(3)]
    await gate.held()
    gate.admit(10)
    done, held = await asyncio.wait(transfers, timeout=5, return_when=asyncio.FIRST_COMPLETED)
    assert [task.result() for task in done] == [10]
    await gate.held()
    gate.open()
    assert await asyncio.gather(*held) == [10, 10]


async def test_nothing_wanted_is_never_held() -> None:
    gate = Gate()
    gate.shut()
    assert await gate.take(0) == 0
    with pytest.raises(TimeoutError):
        await gate.held(timeout=0.01)


async def test_admitting_at_an_open_gate_changes_nothing() -> None:
    gate = Gate()
    gate.admit(1)
    assert await gate.take(500) == 500


async def test_shutting_again_forgets_who_was_held() -> None:
    gate = Gate()
    gate.shut()
    waiting = asyncio.create_task(gate.take(1))
    await gate.held()
    gate.open()
    await waiting
    gate.shut(after=5)
    with pytest.raises(TimeoutError):
        await gate.held(timeout=0.01)
