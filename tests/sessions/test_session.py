"""Turns at a service."""

from __future__ import annotations

import asyncio

import pytest

from simcom_async.at.command import Service
from simcom_async.errors import CommandTimeout, ServiceBusy
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.session import Turns


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def turns(clock: ManualClock) -> Turns:
    return Turns(Service.HTTP, clock)


async def test_in_the_order_in_which_they_came(turns: Turns, clock: ManualClock) -> None:
    order: list[int] = []

    async def use(number: int) -> None:
        await turns.take()
        order.append(number)
        await asyncio.sleep(0)
        turns.give_back()

    await asyncio.gather(*(use(number) for number in range(5)))
    assert order == [0, 1, 2, 3, 4]
    assert clock.next_due is None


async def test_who_holds_it_open_keeps_everybody_else_out(turns: Turns) -> None:
    await turns.take()
    holder = asyncio.ensure_future(turns.take(held=True))
    waiting = asyncio.ensure_future(turns.take())
    await asyncio.sleep(0)
    turns.give_back()
    await holder
    with pytest.raises(ServiceBusy, match="http: a stream is open"):
        await waiting
    with pytest.raises(ServiceBusy):
        await turns.take()
    turns.give_back()
    await turns.take()


async def test_who_was_cancelled_meanwhile_is_not_told(turns: Turns) -> None:
    await turns.take()
    holder = asyncio.ensure_future(turns.take(held=True))
    waiting = asyncio.ensure_future(turns.take())
    await asyncio.sleep(0)
    turns.give_back()
    waiting.cancel()
    await holder
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_who_is_cancelled_passes_the_turn_on(turns: Turns) -> None:
    await turns.take()
    first, second, third = (asyncio.ensure_future(turns.take()) for _ in range(3))
    await asyncio.sleep(0)
    first.cancel()
    turns.give_back()
    second.cancel()  # the turn is its own already
    await asyncio.wait({first, second})
    assert first.cancelled()
    assert second.cancelled()
    await third


async def test_nobody_waits_for_ever(turns: Turns, clock: ManualClock) -> None:
    await turns.take()
    with pytest.raises(CommandTimeout, match="no turn within") as caught:
        await clock.run_until(turns.take(), 1_000)
    assert caught.value.limit == "queue"
    turns.give_back()
    await turns.take()
