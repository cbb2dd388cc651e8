"""Cancelled at every await: the link stays usable, the service is ended, and nothing is left behind (law 8)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from simcom_async.errors import SimcomError
from simcom_async.modem import Modem, open_modem
from simcom_async.ports.clock import ManualClock
from simcom_async.sites import HttpSite, Route
from simcom_async.virtual import VirtualModem
from tests.sessions.peer import Peer, action, attached

URL = "http://example.com/x"
Work = Callable[[Modem], Coroutine[Any, Any, object]]


async def get(modem: Modem) -> object:
    return await modem.http.get(URL)


async def post(modem: Modem) -> object:
    return await modem.http.post(URL, bytes(5_000))


async def stream(modem: Modem) -> object:
    async with modem.http.stream("GET", URL) as response:
        return [piece async for piece in response]


async def bring_up(modem: Modem) -> object:
    return await modem.network.up("internet", timeout=5)


def module() -> Peer:
    peer = Peer(**{"AT+HTTPACTION=0": action(0, 200, 10_000), "AT+HTTPACTION=1": action(1, 200, 0)})
    peer.on("AT+SAPBR=2,1", '\r\n+SAPBR: 1,3,"0.0.0.0"\r\n\r\nOK\r\n', '\r\n+SAPBR: 1,1,"10.0.0.2"\r\n\r\nOK\r\n')
    peer.body = bytes(range(256)) * 39 + bytes(16)
    return peer


async def cancelled_after(work: Work, turns: int, times: int) -> bool:
    """Cancel ``work`` after so many turns of the loop; whether it had ended before. Then everything must work."""
    clock = ManualClock()
    peer = module()
    modem = await attached(peer, clock)
    task = asyncio.ensure_future(work(modem))
    for _ in range(turns):
        await asyncio.sleep(0)
    ended = task.done()
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0)
    if not ended:
        with pytest.raises(asyncio.CancelledError):
            await clock.run_until(task, 30)
    response = await clock.run_until(modem.http.get(URL), 60)
    assert response.body == peer.body
    assert not peer.started
    assert all(len(entry) == 5_000 for entry in peer.entries)
    await clock.run_until(modem.aclose(), 30)
    assert clock.next_due is None
    return ended


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("work", [get, post, stream, bring_up])
async def test_at_every_turn_of_the_loop(work: Work, times: int) -> None:
    before = asyncio.all_tasks()
    turns = 0
    while not await cancelled_after(work, turns, times):
        turns += 1
    assert turns > 10
    assert asyncio.all_tasks() == before


async def test_in_the_wait_for_an_answer_the_request_is_ended_at_once() -> None:
    clock = ManualClock()
    peer = module()
    peer.on("AT+HTTPACTION=0", "\r\nOK\r\n")
    modem = await attached(peer, clock)
    task = asyncio.ensure_future(get(modem))
    await clock.settle()
    assert peer.lines[-1] == "AT+HTTPACTION=0"
    started = clock.time()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await clock.run_until(task, 30)
    assert clock.time() - started < 1
    assert "AT+HTTPTERM" in peer.lines
    await clock.run_until(modem.aclose(), 30)


async def test_a_module_that_does_not_end_the_service_does_not_hold_the_caller(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = ManualClock()
    peer = module()
    peer.on("AT+HTTPACTION=0", "\r\nOK\r\n")
    peer.on("AT+HTTPTERM", None)
    modem = await attached(peer, clock)
    task = asyncio.ensure_future(get(modem))
    await clock.settle()
    task.cancel()
    started = clock.time()
    with pytest.raises(asyncio.CancelledError):
        await clock.run_until(task, 30)
    assert clock.time() - started <= 5
    await clock.run(60)
    assert "http could not be ended in order" in caplog.text
    await clock.run_until(modem.aclose(), 30)


async def test_closing_the_modem_ends_what_is_under_way() -> None:
    clock = ManualClock()
    peer = module()
    peer.on("AT+HTTPACTION=0", "\r\nOK\r\n")
    modem = await attached(peer, clock)
    task = asyncio.ensure_future(get(modem))
    await clock.settle()
    await clock.run_until(modem.aclose(), 30)
    with pytest.raises(SimcomError):
        await clock.run_until(task, 30)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_against_a_virtual_module_and_a_server_that_stands_still(
    virtual: VirtualModem, modem: Modem, site: HttpSite, method: str
) -> None:
    site.routes.append(Route(method=None, path="/slow", length=100_000))
    site.gate.shut(after=1_000)
    body = bytes(10_000) if method == "POST" else None
    task = asyncio.ensure_future(modem.http.request(method, site.url_of("/slow"), body))
    await site.gate.held()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    site.gate.open()
    assert (await modem.http.get(site.publish("/x", b"next"))).body == b"next"
    assert "HTTPINIT" not in virtual.conditions


@pytest.mark.parametrize("turns", range(0, 400, 13))
async def test_against_a_virtual_module(site: HttpSite, turns: int) -> None:
    async with VirtualModem("sim800", urc_delay=0) as virtual, open_modem(virtual.port(), apn="internet") as modem:
        url = site.publish("/x", 100_000)
        task = asyncio.ensure_future(modem.http.get(url))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        assert len((await modem.http.get(url)).body) == 100_000
        assert "HTTPINIT" not in virtual.conditions
