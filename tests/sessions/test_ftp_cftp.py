"""FTP by AT+CFTPGET, AT+CFTPPUT and their like."""

from __future__ import annotations

import asyncio

import pytest

from simcom_async.commands.cftp import CftpCode
from simcom_async.dialects import DIALECTS
from simcom_async.errors import FtpError, UnsupportedService
from simcom_async.sessions.ftp_cftp import CftpFlow
from simcom_async.sessions.ftp_login import FtpLogin
from simcom_async.sites import FtpFault, FtpSite, ServerFault
from tests.sessions.cftp_ends import site_session
from tests.sessions.cftp_peer import HOST, SECRET, CftpPeer, talk
from tests.sessions.ftp_ends import FastClock, Gathered, ends, session
from tests.sessions.peer import ERROR

SETTINGS = [
    f'AT+CFTPSERV="{HOST}"',
    "AT+CFTPPORT=21",
    'AT+CFTPUN="joe"',
    "AT+CFTPMODE=1",
    "AT+CFTPTYPE=I",
    f'AT+CFTPPW="{SECRET}"',
]


def test_it_is_taken_by_the_sim7100_without_tls() -> None:
    carriers = [name for name, dialect in DIALECTS.items() if CftpFlow.carries(dialect, FtpLogin(host="h"))]
    assert carriers == ["sim7100"]
    assert not CftpFlow.carries(DIALECTS["sim7100"], FtpLogin(host="h", tls=True))


async def test_the_module_is_told_once() -> None:
    async with talk(CftpPeer()) as at:
        await at.clock.run_until(at.ftp.delete("/f"), 60)
        told = [line for line in at.peer.lines if line.startswith("AT+CFTP")]
        assert told == [*SETTINGS, 'AT+CFTPDELE="/f"']
        at.peer.lines.clear()
        await at.clock.run_until(at.ftp.mkdir("/d"), 60)
        assert at.peer.lines == ['AT+CFTPMKD="/d"']


async def test_active_and_in_text() -> None:
    async with talk(CftpPeer(), passive=False, binary=False) as at:
        await at.clock.run_until(at.ftp.rmdir("/d"), 60)
        assert {"AT+CFTPMODE=0", "AT+CFTPTYPE=A", 'AT+CFTPRMD="/d"'} <= set(at.peer.lines)


async def test_names_that_are_not_ascii() -> None:
    async with talk(CftpPeer()) as at:
        await at.clock.run_until(at.ftp.delete("/ä"), 60)
        assert at.lines() == ['AT+CFTPDELE={non-ascii}"2FC3A4"']


@pytest.mark.parametrize("code", [code for code in CftpCode if code is not CftpCode.DONE])
async def test_every_code_says_what_was_done_to_which_file_and_what_helps(code: CftpCode) -> None:
    async with talk(CftpPeer(**{'AT+CFTPDELE="/f"': f"\r\n+CFTPDELE: {int(code)}\r\n{ERROR}"})) as at:
        with pytest.raises(FtpError) as caught:
            await at.clock.run_until(at.ftp.delete("/f"), 60)
    error = caught.value
    assert str(error).startswith(f"deletion of /f at {HOST}:21: {int(code)}, {code.meaning}")
    assert error.remedy in str(error)
    assert (error.code, error.meaning, error.retry, error.remedy) == (code, code.meaning, code.retry, code.remedy)


@pytest.mark.parametrize("code", [207, None])
async def test_a_module_that_has_forgotten_is_told_all_again(code: int | None) -> None:
    async with talk(CftpPeer()) as at:
        answer = ERROR if code is None else f"\r\n+CFTPDELE: {code}\r\n{ERROR}"
        at.peer.on('AT+CFTPDELE="/f"', answer)
        for _ in range(2):
            at.peer.lines.clear()
            with pytest.raises(FtpError):
                await at.clock.run_until(at.ftp.delete("/f"), 60)
            assert [line for line in at.peer.lines if line.startswith("AT+CFTP")][:-1] == SETTINGS


async def test_the_address_of_data_connections_cannot_be_chosen() -> None:
    async with talk(CftpPeer()) as at:
        with pytest.raises(UnsupportedService, match="single_ip"):
            at.modem.ftp(HOST, single_ip=True)
        assert at.peer.lines == []


@pytest.mark.parametrize("passive", [False, True])
async def test_both_modes_at_a_server(passive: bool) -> None:
    async with (
        FtpSite({"/f": 5_000}) as site,
        ends("sim7100") as (_, modem),
        session(modem, site, passive=passive) as ftp,
    ):
        gathered = Gathered()
        await ftp.download("/f", gathered)
        await ftp.upload(bytes(gathered.data), "/g")
        assert site.read("/g") == site.read("/f")
        verbs = {command.verb for command in site.commands}
        assert bool(verbs & {"PASV", "EPSV"}) is passive


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (FtpFault(command="PASS", reply="530 no"), 208),
        (FtpFault(command="RETR", reply="550 no"), 211),
        (FtpFault(command="RETR", fault=ServerFault.CLOSE, after=1_000), 210),
        (FtpFault(command="", fault=ServerFault.CLOSE), None),
        (FtpFault(command="USER", fault=ServerFault.HANG), 204),
    ],
)
async def test_what_a_server_does_is_told_by_a_code(fault: FtpFault, code: int | None) -> None:
    async with site_session({"/f": 5_000}, clock=FastClock(100)) as (site, _, _, ftp):
        site.faults.append(fault)
        with pytest.raises(FtpError) as caught:
            await ftp.download("/f", Gathered())
        assert code is None or caught.value.code == code
        site.faults.clear()
        await ftp.download("/f", Gathered())


async def test_a_second_operation_waits_for_the_first() -> None:
    async with site_session({"/f": 50_000, "/g": b"g"}) as (_, _, _, ftp):
        first, second = Gathered(), Gathered()
        await asyncio.gather(ftp.download("/f", first), ftp.download("/g", second))
        assert (len(first.data), second.data) == (50_000, b"g")
