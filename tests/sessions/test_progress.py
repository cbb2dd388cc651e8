"""Transfers tell how far they have come."""

from __future__ import annotations

from simcom_async.at.command import Service
from simcom_async.link.bus import EventBus
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.progress import Direction, Meter, TransferProgress


async def test_bytes_are_counted_and_told_to_caller_and_onlookers() -> None:
    bus = EventBus(ManualClock(7.0))
    heard: list[tuple[int, int | None]] = []
    with bus.subscribe(TransferProgress) as onlooker:
        meter = Meter(bus, Service.HTTP, Direction.SEND, lambda done, total: heard.append((done, total)))
        meter.add(10, 30)
        meter.add(20, None)
        events = onlooker.take()
    assert heard == [(10, 30), (30, None)]
    assert [repr(event) for event in events] == [
        "TransferProgress(http, send, 10 of 30)",
        "TransferProgress(http, send, 30 of None)",
    ]
    assert events[0].time == 7.0


async def test_nobody_needs_to_listen() -> None:
    meter = Meter(EventBus(ManualClock()), Service.HTTP, Direction.RECEIVE, None)
    meter.add(5, 5)
    assert meter.done == 5
