"""HTTP and HTTPS of the SIM7100 cancelled at every await: the link stays usable and nothing is left behind (law 8)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest

from simcom_async.errors import SimcomError
from simcom_async.modem import Modem
from simcom_async.ports.clock import ManualClock
from tests.sessions.chttp_peer import ANSWER, ChttpPeer, pushed
from tests.sessions.peer import attached

Work = Callable[[Modem, str], Coroutine[Any, Any, object]]
BODY = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"5\r\nhello\r\n" * 1_000 + b"0\r\n\r\n"


async def get(modem: Modem, url: str) -> object:
    return await modem.http.get(url)


async def post(modem: Modem, url: str) -> object:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield bytes(3_000)

    return await modem.http.post(url, pieces())


async def stream(modem: Modem, url: str) -> object:
    async with modem.http.stream("GET", url) as response:
        return [piece async for piece in response]


async def cancelled_after(work: Work, url: str, turns: int, times: int) -> bool:
    """Cancel ``work`` after so many turns of the loop; whether it had ended before. Then everything must work."""
    clock = ManualClock()
    peer = ChttpPeer()
    peer.answer, peer.pushed = BODY, pushed(BODY)
    modem = await attached(peer, clock, dialect="sim7100", apn="internet")
    await clock.run_until(modem.network.up(), 60)
    task = asyncio.ensure_future(work(modem, url))
    for _ in range(turns):
        await asyncio.sleep(0)
        clock.advance(0.01)  # what has no other end ends with silence
    ended = task.done()
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0)
    if not ended:
        with pytest.raises(asyncio.CancelledError):
            await clock.run_until(task, 30)
    peer.answer, peer.pushed = ANSWER, pushed(ANSWER)
    response = await clock.run_until(modem.http.get(url), 400)
    assert response.body == b"hello"
    assert not peer.stack
    await clock.run_until(modem.aclose(), 30)
    assert clock.next_due is None
    return ended


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("work", [get, post, stream])
@pytest.mark.parametrize("url", ["http://example.com/x", "https://example.com/x"])
async def test_at_every_turn_of_the_loop(url: str, work: Work, times: int) -> None:
    before = asyncio.all_tasks()
    turns = 0
    while not await cancelled_after(work, url, turns, times):
        turns += 1
    assert turns > 10
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("url", ["http://example.com/x", "https://example.com/x"])
async def test_closing_the_modem_ends_what_is_under_way(url: str) -> None:
    clock = ManualClock()
    peer = ChttpPeer()
    peer.answer, peer.pushed = b"", b"\r\nOK\r\n"
    modem = await attached(peer, clock, dialect="sim7100", apn="internet")
    task = asyncio.ensure_future(get(modem, url))
    await clock.run(1)
    assert not task.done()
    await clock.run_until(modem.aclose(), 30)
    with pytest.raises(SimcomError):
        await clock.run_until(task, 30)
