"""FtpSite with TLS on request, and the strict peer, as Python's own client sees them."""

from __future__ import annotations

import asyncio
import ftplib
import io
import random
import ssl
import sys
from collections.abc import Callable
from typing import TypeVar

import pytest

from simcom_async.errors import MissingExtra
from simcom_async.sites import FtpFault, FtpSite, LoopbackCA, ServerFault
from tests.sites.vsftpd import MISSING, Vsftpd

AUTHORITY = LoopbackCA()
T = TypeVar("T")


async def talk(site: FtpSite | Vsftpd, do: Callable[[ftplib.FTP_TLS], T], *, passive: bool = True) -> T:
    """What a client does that trusts the authority, in a thread of its own."""
    user, password = (site.user, site.password) if isinstance(site, Vsftpd) else ("user", "secret")

    def session() -> T:
        with ftplib.FTP_TLS(context=AUTHORITY.trusting(), timeout=10) as client:
            client.connect(*site.address)
            client.login(user, password)
            client.prot_p()
            client.set_pasv(passive)
            return do(client)

    return await asyncio.to_thread(session)


def there_and_back(body: bytes, path: str = "/f") -> Callable[[ftplib.FTP_TLS], bytes]:
    """Put a file there, and get it."""

    def do(client: ftplib.FTP_TLS) -> bytes:
        got = io.BytesIO()
        client.storbinary(f"STOR {path}", io.BytesIO(body))
        client.retrbinary(f"RETR {path}", got.write)
        return got.getvalue()

    return do


@pytest.mark.parametrize("passive", [True, False], ids=["passive", "active"])
@pytest.mark.parametrize("size", [0, 1, 65_536, 3_000_000])
async def test_files_go_both_ways(size: int, passive: bool) -> None:
    body = random.Random(size).randbytes(size)
    async with FtpSite(certificate=AUTHORITY.pem(), tls_required=True) as site:
        assert await talk(site, there_and_back(body), passive=passive) == body
        assert site.read("/f") == body


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
async def test_so_they_do_at_the_strict_peer() -> None:
    async with Vsftpd(certificate=AUTHORITY.pem()) as server:
        assert await talk(server, there_and_back(b"abc" * 10_000, "/pub/f")) == b"abc" * 10_000


async def test_what_is_deciphered_and_held_back_is_not_forgotten() -> None:
    """A record of 16 KiB passes a gate of a few bytes in parts, and a rate of some more."""
    body = random.Random(1).randbytes(40_000)
    async with FtpSite(certificate=AUTHORITY.pem(), tls_required=True) as site:
        site.rate = 2_000_000
        site.gate.shut(after=100)
        asked = asyncio.create_task(talk(site, there_and_back(body)))
        await site.gate.held()
        site.gate.open()
        assert await asked == body


async def test_without_tls_nothing_goes_where_it_is_required() -> None:
    async with FtpSite(certificate=AUTHORITY.pem(), tls_required=True) as site:

        def plain() -> None:
            with ftplib.FTP(timeout=10) as client:
                client.connect(*site.address)
                client.login("user", "secret")

        with pytest.raises(ftplib.error_perm, match="550"):
            await asyncio.to_thread(plain)
        assert "PASS" not in [command.verb for command in site.commands]


async def test_else_it_is_offered() -> None:
    async with FtpSite({"/f": b"abc"}, certificate=AUTHORITY.pem()) as site:

        def plain() -> bytes:
            got = io.BytesIO()
            with ftplib.FTP(timeout=10) as client:
                client.connect(*site.address)
                client.login("user", "secret")
                client.retrbinary("RETR /f", got.write)
            return got.getvalue()

        assert await asyncio.to_thread(plain) == b"abc"
        assert await talk(site, lambda client: client.pwd()) == "/"


async def test_who_does_not_trust_it_goes_away() -> None:
    async with FtpSite(certificate=LoopbackCA().pem()) as site:
        with pytest.raises(ssl.SSLError):
            await talk(site, lambda client: client.pwd())


async def test_faults_strike_under_tls_too() -> None:
    body = bytes(100_000)
    async with FtpSite({"/f": body}, certificate=AUTHORITY.pem()) as site:
        site.faults.append(FtpFault(command="RETR", after=5000))

        def get(client: ftplib.FTP_TLS) -> str:
            return client.retrbinary("RETR /f", bytes)

        with pytest.raises(ftplib.error_temp, match="426"):
            await talk(site, get)
        site.faults[:] = [FtpFault(command="RETR", after=5000, fault=ServerFault.RESET)]
        with pytest.raises((OSError, EOFError, ssl.SSLError)):
            await talk(site, get)
        site.faults[:] = [FtpFault(command="PWD", fault=ServerFault.GARBAGE)]
        with pytest.raises((ftplib.Error, UnicodeDecodeError, ValueError)):
            await talk(site, lambda client: client.pwd())


async def test_a_client_that_goes_away_is_no_failure_of_the_site() -> None:
    async with FtpSite({"/f": 1_000_000}, certificate=AUTHORITY.pem()) as site:
        site.gate.shut(after=10_000)

        def leave(client: ftplib.FTP_TLS) -> None:
            data = client.transfercmd("RETR /f")
            data.recv(100)
            data.close()
            client.close()

        await talk(site, leave)
        site.gate.open()


async def test_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "simcom_async.sites.ftps_server", raising=False)
    monkeypatch.setitem(sys.modules, "OpenSSL", None)
    site = FtpSite(certificate=AUTHORITY.pem())
    with pytest.raises(MissingExtra, match=r"simcom-async\[sites\]"):
        await site.start()
    await site.aclose()
