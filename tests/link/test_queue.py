import asyncio

from simcom_async.at.command import RawCommand
from simcom_async.link.queue import Priority

from .speech import (
    Work,
)

OK = b"\r\nOK\r\n"


async def test_the_more_urgent_is_written_first(link, peer, start):
    busy = await start(link.send(Work()))
    calls = [
        await start(link.send(RawCommand.of(f"+{priority.name}"), priority=priority))
        for priority in (Priority.BACKGROUND, Priority.NORMAL, Priority.URGENT)
    ]
    peer.answers = {b"AT+URGENT": OK, b"AT+NORMAL": OK, b"AT+BACKGROUND": OK}
    await peer.says(OK)
    assert peer.news == b"AT+WORK\rAT+URGENT\rAT+NORMAL\rAT+BACKGROUND\r"
    await asyncio.gather(busy, *calls)


async def test_what_waits_for_long_is_written_in_spite_of_more_urgent_ones(link, peer, clock, start):
    busy = await start(link.send(Work(), timeout=1000))
    patient = await start(link.send(RawCommand.of("+OLD"), priority=Priority.BACKGROUND))
    await clock.run(Priority.BACKGROUND - Priority.NORMAL + 1)
    fresh = await start(link.send(RawCommand.of("+NEW"), priority=Priority.NORMAL))
    peer.answers = {b"AT+OLD": OK, b"AT+NEW": OK}
    await peer.says(OK)
    assert peer.news == b"AT+WORK\rAT+OLD\rAT+NEW\r"
    await asyncio.gather(busy, patient, fresh)
