"""The control connection of a module's FTP client: TLS on request, and how sessions end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from simcom_async.commands.ftp import FtpCode
from simcom_async.ports.clock import LoopClock, ManualClock
from simcom_async.sites import FtpFault, FtpSite, LoopbackCA, RawSite, ServerFault
from simcom_async.virtual.ftp_control import FtpControl
from simcom_async.virtual.ftp_failure import BoundlessReply, FtpFailure
from simcom_async.virtual.internet import Internet, NetworkFailure, TlsFailed

AUTHORITY = LoopbackCA()


@asynccontextmanager
async def reached(
    peer: RawSite | FtpSite, *, clock: ManualClock | None = None, tls_verify: str = "off"
) -> AsyncIterator[FtpControl]:
    """A client that has a connection to a server, and its greeting."""
    time = clock or LoopClock()
    internet = Internet({}, time, tls_verify=tls_verify)
    client = FtpControl(internet, time, bearer=1, idle=5.0)
    await client.reach(*peer.address)
    await client.greeting()
    try:
        yield client
    finally:
        client.cut()
    assert internet.count == 0


async def test_tls_on_request() -> None:
    async with FtpSite(certificate=AUTHORITY.pem(), tls_required=True) as site, reached(site) as client:
        await client.secure("127.0.0.1")
        assert client.tls_name == "127.0.0.1"
        await client.login("user", "secret")
        await client.logout()
        assert [command.verb for command in site.commands] == ["AUTH", "PBSZ", "PROT", "USER", "PASS", "QUIT"]


async def test_whom_it_trusts(tmp_path: Path) -> None:
    trusted = tmp_path / "ca.pem"
    trusted.write_bytes(AUTHORITY.ca_pem)
    async with FtpSite(certificate=AUTHORITY.pem()) as site:
        async with reached(site, tls_verify=str(trusted)) as client:
            await client.secure("127.0.0.1")
        async with reached(site, tls_verify=str(trusted)) as client:
            with pytest.raises(TlsFailed):
                await client.secure("other.example.com")


@pytest.mark.parametrize(
    "said", [b"234 go on\r\n230 logged in\r\n", b"234 go on\r\n230 log", b"234 go on\r\n230-x\r\n"]
)
async def test_what_is_said_in_front_of_tls_is_not_believed(said: bytes) -> None:
    async with RawSite(b"220 x\r\n" + said, wait_for=b"", then=ServerFault.HANG) as site, reached(site) as client:
        with pytest.raises(TlsFailed):
            await client.secure("127.0.0.1")


async def test_who_refuses_tls_has_none_and_who_goes_away_is_gone() -> None:
    async with FtpSite() as site:
        async with reached(site) as client:
            with pytest.raises(TlsFailed):
                await client.secure("127.0.0.1")
        site.faults.append(FtpFault(command="AUTH", fault=ServerFault.CLOSE))
        async with reached(site) as client:
            with pytest.raises(FtpFailure) as failed:
                await client.secure("127.0.0.1")
        assert failed.value.code is FtpCode.SERVER_ERROR


@pytest.mark.parametrize("said", [b"230-x\r\n" * 1000, b"230 " + b"x" * 20_000, b"230 " + b"x" * 9_000 + b"\r\n"])
async def test_replies_without_an_end(said: bytes) -> None:
    async with RawSite(b"220 x\r\n" + said, wait_for=b"") as site, reached(site) as client:
        with pytest.raises(BoundlessReply):
            await client.login("user", "secret")


async def test_digits_that_are_none_of_a_code() -> None:
    said = "220 x\r\n\N{SUPERSCRIPT TWO}30 x\r\n".encode("latin-1")
    async with RawSite(said, wait_for=b"") as site, reached(site) as client:
        with pytest.raises(FtpFailure) as failed:
            await client.login("user", "secret")
        assert failed.value.code is FtpCode.REPLY_ERROR


async def test_preliminary_replies_without_an_end() -> None:
    async with RawSite(b"220 x\r\n" + b"120 x\r\n" * 5 + b"230 x\r\n", wait_for=b"") as site, reached(site) as client:
        with pytest.raises(FtpFailure) as failed:
            await client.ask(None, "230", refused=FtpCode.PASSWORD_ERROR, waits="1xx")
        assert failed.value.code is FtpCode.REPLY_ERROR


async def test_some_preliminary_replies_each_time() -> None:
    said = b"120 x\r\n" * 4 + b"230 x\r\n"
    async with RawSite(b"220 x\r\n" + said * 2, wait_for=b"") as site, reached(site) as client:
        for _ in range(2):
            await client.ask(None, "230", refused=FtpCode.PASSWORD_ERROR, waits="1xx")


async def test_a_logout_that_is_refused() -> None:
    async with FtpSite() as site:
        site.faults.append(FtpFault(command="QUIT", reply="500 stay"))
        async with reached(site) as client:
            with pytest.raises(FtpFailure):
                await client.logout()
        async with reached(site) as client:
            await client.bye()
        site.faults[:] = [FtpFault(command="QUIT", fault=ServerFault.CLOSE)]
        async with reached(site) as client:
            await client.logout()


async def test_a_logout_does_not_wait_for_ever(clock: ManualClock) -> None:
    async with FtpSite() as site:
        site.faults.append(FtpFault(command="QUIT", fault=ServerFault.HANG))
        async with reached(site, clock=clock) as client:
            asked = asyncio.create_task(client.logout())
            await site.told("QUIT")
            await clock.run(1.1)
            await asked


async def test_the_end_is_noticed_whatever_was_said_before_it() -> None:
    async with FtpSite() as site, reached(site) as client:
        ended = asyncio.create_task(client.ended())
        await asyncio.sleep(0)
        assert not ended.done()
        await site.aclose()
        assert isinstance(await ended, NetworkFailure)
        assert await client.ended() is await ended
