"""Downloads in pieces, as their readers see them."""

from __future__ import annotations

import asyncio

import pytest

from simcom_async.errors import FtpError, ServiceBusy, UsageError
from simcom_async.sessions.ftp_stream import FtpStream
from simcom_async.sites import generated
from tests.sessions.ftp_ends import site_session
from tests.sessions.ftp_peer import FtpPeer, block, talk
from tests.sessions.peer import ERROR, OK

BODY = generated(0, 10_000)


async def test_pieces_up_to_the_end() -> None:
    async with site_session({"/f": BODY}) as (_, _, _, ftp):
        stream = ftp.open("/f")
        assert not stream.closed
        assert b"".join([piece async for piece in stream]) == BODY
        assert stream.closed
        assert [piece async for piece in stream] == []
        assert await stream.read() == b""


async def test_from_an_offset_and_with_progress() -> None:
    async with site_session({"/f": BODY}) as (_, _, _, ftp):
        told: list[tuple[int, int | None]] = []
        stream = ftp.open("/f", 9_000, progress=lambda *done: told.append(done))
        assert await stream.read() == BODY[9_000:]
        assert told == [(10_000, None)]


async def test_in_a_block_that_ends_half_way() -> None:
    async with site_session({"/f": 500_000}) as (_, virtual, _, ftp):
        async with ftp.open("/f") as stream:
            assert len(await anext(stream)) == 1_460
        await stream.aclose()
        assert virtual.ftp.work is None
        assert await ftp.size("/f") == 500_000


async def test_one_that_was_closed_before_its_end_does_not_look_complete() -> None:
    async with site_session({"/f": BODY}) as (_, _, _, ftp):
        stream = ftp.open("/f")
        await anext(stream)
        await stream.aclose()
        with pytest.raises(UsageError, match="closed before its end"):
            await anext(stream)
        with pytest.raises(UsageError, match="closed before its end"):
            await stream.__aenter__()


async def test_the_end_of_the_session_ends_its_streams() -> None:
    async with site_session({"/f": BODY}) as (_, virtual, modem, ftp):
        first, second = ftp.open("/f"), ftp.open("/f")
        await anext(first)
        with pytest.raises(ServiceBusy):
            await anext(second)
        third = ftp.open("/f")
        await ftp.__aexit__(None, None, None)
        for stream in (first, second, third):
            assert stream.closed
            with pytest.raises(UsageError):
                await anext(stream)
        assert virtual.ftp.work is None
        async with modem.ftp(ftp.login.host, ftp.login.port, user="user", password="secret") as again:
            assert await again.size("/f") == 10_000


async def test_what_fails_at_the_beginning_leaves_the_service_free() -> None:
    async with site_session({"/f": BODY}) as (_, _, _, ftp):
        for _ in range(2):
            with pytest.raises(FtpError):
                await ftp.open("/none").read()
            with pytest.raises(FtpError):
                async with ftp.open("/none"):
                    pass
        assert await ftp.size("/f") == 10_000


async def test_what_fails_half_way_leaves_the_service_free() -> None:
    peer = FtpPeer(**{"AT+FTPGET=1": OK + "\r\n+FTPGET: 1,1\r\n"})
    peer.on("AT+FTPGET=2,1460", block(b"one"), ERROR + "\r\n+FTPGET: 1,79\r\n")
    async with talk(peer) as at:
        stream = at.ftp.open("/f")
        assert await at.clock.run_until(anext(stream), 10) == b"one"
        with pytest.raises(FtpError):
            await at.clock.run_until(anext(stream), 10)
        peer.on("AT+FTPDELE", OK + "\r\n+FTPDELE: 1,0\r\n")
        await at.clock.run_until(at.ftp.delete("/f"), 10)


async def test_a_progress_that_raises_ends_it() -> None:
    async with site_session({"/f": BODY}) as (_, virtual, _, ftp):
        stream = ftp.open("/f", progress=lambda done, total: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            await anext(stream)
        assert stream.closed
        assert virtual.ftp.work is None
        assert await ftp.size("/f") == 10_000


async def test_a_reader_that_is_cancelled_ends_it() -> None:
    async with site_session({"/f": BODY}) as (site, _, _, ftp):
        site.gate.shut(after=100)
        stream: FtpStream = ftp.open("/f")
        task = asyncio.ensure_future(stream.read())
        await site.gate.held()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        site.gate.open()
        assert await ftp.size("/f") == 10_000
