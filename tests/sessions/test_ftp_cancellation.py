"""FTP cancelled at every await: the caller is released, the link stays usable, nothing is left behind (law 8)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from simcom_async.sessions.ftp import FtpSession
from simcom_async.sites import generated
from tests.sessions.ftp_ends import FAMILIES, WAYS, Gathered, site_session
from tests.sessions.ftp_peer import CREDIT, FtpPeer, block, done, streamed, talk
from tests.sessions.peer import OK, text

BODY = generated(0, 3_000)
Work = Callable[[FtpSession], Awaitable[object]]


def module(work: str) -> FtpPeer:
    """A module that goes through all of it."""
    peer = FtpPeer(
        **{
            "AT+FTPSIZE": done("+FTPSIZE", 0, 3_000),
            "AT+FTPGET=1": OK + "\r\n+FTPGET: 1,1\r\n",
            "AT+FTPLIST=1": OK + "\r\n+FTPLIST: 1,1\r\n",
            "AT+FTPEXTGET=1": done("+FTPEXTGET"),
            "AT+FTPEXTGET?": text("+FTPEXTGET: 1,3000"),
            "AT+FTPEXTGET=3,0,3000": block(BODY, "+FTPEXTGET: 3"),
            "AT+FTPETGET=1": OK.encode() + streamed(BODY),
            "AT+FTPPUT=1": done("+FTPPUT") if "memory" in work else OK + CREDIT,
            "AT+FTPPUT=2,0": done("+FTPPUT"),
            "AT+FTPETPUT=1": done("+FTPETPUT", 1),
            "AT+FTPSTATE": text("+FTPSTATE: 0"),
            "AT+FTPDELE": done("+FTPDELE"),
        }
    )
    for tag in ("+FTPGET", "+FTPLIST"):
        end = f"\r\n{tag}: 1,0\r\n".encode()
        peer.on(f"AT{tag}=2,1460", block(BODY[:1_460], f"{tag}: 2"), block(BODY[1_460:2_920], f"{tag}: 2") + end)
    peer.credit = "\r\n+FTPETPUT: 1,0\r\n" if "etx" in work else CREDIT
    return peer


WORKS: dict[str, Work] = {
    **{f"download by {way}": lambda ftp, way=way: ftp.download("/f", Gathered(), via=way) for way in WAYS["sim7000"]},
    **{f"upload by {way}": lambda ftp, way=way: ftp.upload(BODY, "/f", via=way) for way in WAYS["sim7000"]},
    "list": lambda ftp: ftp.listing("/"),
    "size": lambda ftp: ftp.size("/f"),
}


async def cancelled_after(name: str, turns: int, times: int) -> bool:
    """Cancel after so many turns of the loop; whether it had ended before. Then everything must work."""
    async with talk(module(name), "sim7000") as at:
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
        if "memory" not in name:  # whose entries are longer than a block, and are thrown away
            assert BODY.startswith(b"".join(at.peer.entries))
        assert at.peer.stream is None or BODY.startswith(at.peer.stream)
    assert at.clock.next_due is None
    return ended


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("name", WORKS)
async def test_at_every_turn_of_the_loop(name: str, times: int) -> None:
    before = asyncio.all_tasks()
    turns = 0
    while not await cancelled_after(name, turns, times):
        turns += 1
    assert turns > 10
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("up", [False, True])
@pytest.mark.parametrize(("dialect", "via"), [(family, way) for family in FAMILIES for way in WAYS[family]])
async def test_against_a_virtual_module_and_a_server_that_stands_still(dialect: str, via: str, up: bool) -> None:
    async with site_session({"/f": 100_000}, dialect) as (site, virtual, _, ftp):
        site.gate.shut(after=1_000)
        work = ftp.upload(bytes(100_000), "/g", via=via) if up else ftp.download("/f", Gathered(), via=via)
        task = asyncio.ensure_future(work)
        await site.gate.held()
        task.cancel()
        site.gate.open()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await ftp.size("/f") == 100_000
        assert virtual.ftp.work is None


@pytest.mark.parametrize("turns", range(0, 400, 37))
@pytest.mark.parametrize(("dialect", "via"), [(family, way) for family in FAMILIES for way in WAYS[family]])
async def test_against_a_virtual_module(dialect: str, via: str, turns: int) -> None:
    async with site_session({"/f": 50_000}, dialect) as (_, virtual, _, ftp):
        for work in (ftp.download("/f", Gathered(), via=via), ftp.upload(bytes(50_000), "/g", via=via)):
            task = asyncio.ensure_future(work)
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait({task})
            assert await ftp.size("/f") == 50_000
            assert virtual.ftp.work is None
