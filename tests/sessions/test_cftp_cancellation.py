"""FTP and FTPS over a SIM7100 cancelled at every await: the link stays usable, nothing is left behind (law 8)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from simcom_async.sessions.ftp import FtpSession
from simcom_async.sites import generated
from tests.sessions.cftp_ends import DOWN, UP, site_session
from tests.sessions.cftp_peer import CftpPeer, packets, talk
from tests.sessions.ftp_ends import Gathered

BODY = generated(0, 5_000)
Work = Callable[[FtpSession], Awaitable[object]]
WORKS: dict[str, Work] = {
    "download": lambda ftp: ftp.download("/f", Gathered()),
    "upload": lambda ftp: ftp.upload(BODY, "/f"),
    "list": lambda ftp: ftp.listing("/"),
    "mkdir": lambda ftp: ftp.mkdir("/d"),
}
WAYS = [(tls, up, way) for tls in (False, True) for up, ways in ((False, DOWN[tls]), (True, UP[tls])) for way in ways]


def module(*, tls: bool) -> CftpPeer:
    """A module that goes through all of it."""
    name = "CFTPS" if tls else "CFTP"
    return CftpPeer(
        **{
            f'AT+{name}GET="/f"': packets(f"+{name}GET", BODY[:1_000], BODY[1_000:2_058], BODY[2_058:]),
            f'AT+{name}LIST="/"': packets(f"+{name}LIST", BODY[:100]),
        }
    )


async def cancelled_after(name: str, turns: int, times: int, *, tls: bool) -> bool:
    """Cancel after so many turns of the loop; whether it had ended before. Then everything must work."""
    async with talk(module(tls=tls), tls=tls) as at:
        await at.clock.run_until(at.ftp.rmdir("/d"), 60)  # the network is up, and with TLS there is a session
        task = asyncio.ensure_future(WORKS[name](at.ftp))
        for _ in range(turns):
            await asyncio.sleep(0)
        ended, started = task.done(), at.clock.time()
        for _ in range(times):
            task.cancel()
            await asyncio.sleep(0)
        if ended:
            await task
        else:
            with pytest.raises(asyncio.CancelledError):
                await at.clock.run_until(task, 30)
            assert at.clock.time() - started <= 5
        await at.clock.run_until(at.ftp.delete("/f"), 200)
        assert BODY.startswith(b"".join(at.peer.entries))
        assert at.peer.stream is None or BODY.startswith(at.peer.stream)
    assert at.clock.next_due is None
    return ended


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("name", WORKS)
async def test_at_every_turn_of_the_loop(name: str, tls: bool, times: int) -> None:
    before = asyncio.all_tasks()
    turns = 0
    while not await cancelled_after(name, turns, times, tls=tls):
        turns += 1
    assert turns > 5
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize(("tls", "up", "via"), WAYS)
async def test_against_a_server_that_stands_still(tls: bool, up: bool, via: str) -> None:
    async with site_session({"/f": 100_000}, tls=tls) as (site, _, modem, ftp):
        site.gate.shut(after=1_000)
        work = ftp.upload(bytes(100_000), "/g", via=via) if up else ftp.download("/f", Gathered(), via=via)
        task = asyncio.ensure_future(work)
        await site.gate.held()
        task.cancel()
        site.gate.open()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await ftp.size("/f") == 100_000
        assert await modem.files.list() == []


@pytest.mark.parametrize("turns", range(0, 400, 37))
@pytest.mark.parametrize(("tls", "up", "via"), WAYS)
async def test_against_a_virtual_module(tls: bool, up: bool, via: str, turns: int) -> None:
    async with site_session({"/f": 50_000}, tls=tls) as (_, _, modem, ftp):
        work = ftp.upload(bytes(50_000), "/g", via=via) if up else ftp.download("/f", Gathered(), via=via)
        task = asyncio.ensure_future(work)
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        assert await ftp.size("/f") == 50_000
        assert await modem.files.list() == []
