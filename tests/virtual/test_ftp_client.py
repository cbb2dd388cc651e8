from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from simcom_async.commands.ftp import FtpCode
from simcom_async.ports.clock import LoopClock, ManualClock
from simcom_async.sites import FtpFault, FtpSite, RawSite, ServerFault
from simcom_async.virtual.ftp_client import FtpClient
from simcom_async.virtual.ftp_failure import FtpFailure
from simcom_async.virtual.internet import ConnectFailed, Internet, NetworkFailure, SilentServer


@asynccontextmanager
async def reached(
    peer: RawSite | FtpSite, *, idle: float = 5.0, passive: bool = True, clock: ManualClock | None = None
) -> AsyncIterator[FtpClient]:
    """A client that has a connection to a server."""
    time = clock or LoopClock()
    internet = Internet({}, time)
    client = FtpClient(internet, time, bearer=1, idle=idle, passive=passive)
    await client.reach(*peer.address)
    try:
        yield client
    finally:
        client.cut()
        client.cut()
    assert internet.count == 0


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        (b"220 one line\r\n", [" one line"]),
        (b"220\r\n", [""]),
        (b"220 line feed only\n", [" line feed only"]),
        (b"220-first\r\n220-second\r\n 220 third\r\n230 fourth\r\n220 last\r\n", None),
        (b"120 wait\r\n220 now\r\n", [" now"]),
        (b"220 caf\xe9\r\n", [" caf\xe9"]),
    ],
)
async def test_replies_of_one_line_and_of_more(said: bytes, lines: list[str] | None) -> None:
    async with RawSite(said, wait_for=b"", then=ServerFault.HANG) as site, reached(site) as client:
        got = await client.ask(None, "220", refused=FtpCode.SERVER_ERROR, waits="120")
        assert got == (lines or ["-first", "-second", " 220 third", "230 fourth", " last"])


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"hello\r\n", FtpCode.REPLY_ERROR),
        (b"22\r\n", FtpCode.REPLY_ERROR),
        (b"220x\r\n", FtpCode.REPLY_ERROR),
        (b"220-\r\n" * 1000, FtpCode.REPLY_ERROR),
        (b"220 " + b"x" * 20_000, FtpCode.REPLY_ERROR),
        (b"220 half", FtpCode.SERVER_ERROR),
        (b"421 busy\r\n", FtpCode.SERVER_ERROR),
        (b"530 no\r\n", FtpCode.SERVER_ERROR),
    ],
)
async def test_what_is_no_reply(said: bytes, code: FtpCode) -> None:
    async with RawSite(said, wait_for=b"") as site, reached(site) as client:
        with pytest.raises(FtpFailure) as failed:
            await client.greeting()
        assert failed.value.code is code


async def test_a_server_that_talks_too_much() -> None:
    async with RawSite(b"220 x\r\n" * 50, wait_for=b"", then=ServerFault.HANG) as site, reached(site) as client:
        for _ in range(16):
            await client.greeting()
        with pytest.raises(FtpFailure) as failed:
            await client.greeting()
        assert failed.value.code is FtpCode.REPLY_ERROR


async def test_silence_bounds_a_question_and_nothing_else(clock: ManualClock) -> None:
    async with (
        RawSite(b"220 x\r\n", wait_for=b"", then=ServerFault.HANG) as site,
        reached(site, clock=clock, idle=10) as client,
    ):
        await client.greeting()
        await clock.run(100)
        asked = asyncio.create_task(client.ask("NOOP", "200", refused=FtpCode.OPERATION_ERROR))
        await clock.run(9.9)
        assert not asked.done()
        await clock.run(0.2)
        with pytest.raises(SilentServer):
            await asked


async def test_nobody_there() -> None:
    site = RawSite()
    async with site:
        address = site.address
    client = FtpClient(Internet({}, LoopClock()), LoopClock(), bearer=1, idle=5.0, passive=True)
    with pytest.raises(FtpFailure) as failed:
        await client.reach(*address)
    assert failed.value.code is FtpCode.CONNECT_ERROR
    client.cut()
    await client.bye()


async def test_the_end_of_the_control_connection_is_noticed_at_any_time() -> None:
    async with FtpSite({"/f": 100}) as site, reached(site) as client:
        await client.greeting()
        await client.login("user", "secret")
        site.gate.shut()
        connection = await client.transfer("RETR /f", "I", refused=FtpCode.DOWNLOAD_ERROR)
        lost, interrupted = asyncio.create_task(client.loss()), asyncio.create_task(client.interruption())
        await site.gate.held()
        assert not lost.done()
        await site.aclose()
        for task in (lost, interrupted):
            with pytest.raises(NetworkFailure):
                await task
        connection.abort()


async def test_a_reply_in_the_middle_interrupts_and_stays_to_be_read() -> None:
    async with FtpSite() as site, reached(site, passive=False) as client:
        await client.greeting()
        await client.login("user", "secret")
        site.faults.append(FtpFault(command="STOR", after=0, reply="552 full"))
        connection = await client.transfer("STOR /f", "I", refused=FtpCode.UPLOAD_ERROR)
        await connection.write(b"x")
        with pytest.raises(ConnectFailed):
            await client.interruption()
        with pytest.raises(FtpFailure) as failed:
            await client.settle(FtpCode.UPLOAD_ERROR)
        assert (failed.value.code, failed.value.reply) == (FtpCode.UPLOAD_ERROR, "552")
        connection.abort()


async def test_good_byes() -> None:
    async with FtpSite() as site, reached(site) as client:
        await client.greeting()
        await client.bye()
        assert (await site.told("QUIT")).code == 221
    async with RawSite(b"220 x\r\n", wait_for=b"") as site, reached(site) as client:
        await client.bye()


async def test_the_password_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with FtpSite() as site, reached(site) as client:
        await client.greeting()
        await client.login("user", "secret")
        assert "USER user" in caplog.text
        assert "secret" not in caplog.text
