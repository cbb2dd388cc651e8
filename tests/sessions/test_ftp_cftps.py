"""FTPS by AT+CFTPSLOGIN, AT+CFTPSGET, AT+CFTPSPUT and their like."""

from __future__ import annotations

import pytest

from simcom_async.commands.cftps import CftpsCode
from simcom_async.dialects import DIALECTS
from simcom_async.errors import FtpError, UnsupportedService
from simcom_async.sessions.ftp_cftps import CftpsFlow
from simcom_async.sessions.ftp_login import FtpLogin
from tests.sessions.cftp_ends import site_session
from tests.sessions.cftp_peer import HOST, CftpPeer, talk
from tests.sessions.ftp_ends import Gathered, ends
from tests.sessions.peer import ERROR


def test_it_is_taken_by_the_sim7100_with_tls() -> None:
    carriers = [name for name, dialect in DIALECTS.items() if CftpsFlow.carries(dialect, FtpLogin(host="h", tls=True))]
    assert carriers == ["sim7100"]
    assert not CftpsFlow.carries(DIALECTS["sim7100"], FtpLogin(host="h"))


@pytest.mark.parametrize("dialect", ["sim800", "sim7000"])
async def test_others_have_no_commands_for_it(dialect: str) -> None:
    async with ends(dialect) as (_, modem):
        with pytest.raises(UnsupportedService, match="no commands for FTPS"):
            modem.ftp("h", tls=True)
        with pytest.raises(UnsupportedService, match="single_ip"):
            modem.ftp("h", single_ip=True)


@pytest.mark.parametrize("code", [code for code in CftpsCode if code is not CftpsCode.DONE])
async def test_every_code_says_what_was_done_to_which_file_and_what_helps(code: CftpsCode) -> None:
    async with talk(CftpPeer(**{'AT+CFTPSMKD="/d"': f"\r\n+CFTPSMKD: {int(code)}\r\n{ERROR}"}), tls=True) as at:
        with pytest.raises(FtpError) as caught:
            await at.clock.run_until(at.ftp.mkdir("/d"), 60)
    error = caught.value
    assert str(error).startswith(f"making of /d at {HOST}:21: {int(code)}, {code.meaning}")
    assert error.remedy in str(error)
    assert (error.code, error.meaning, error.retry, error.remedy) == (code, code.meaning, code.retry, code.remedy)


async def test_names_that_are_not_ascii() -> None:
    async with talk(CftpPeer(), tls=True) as at:
        await at.clock.run_until(at.ftp.rmdir("/ä"), 60)
        assert at.lines() == ['AT+CFTPSRMD={non-ascii}"2FC3A4"']


@pytest.mark.parametrize("wire", ["real", "documented"])
async def test_with_results_and_without(wire: str) -> None:
    async with site_session({"/f": b"abc"}, tls=True, wire=wire) as (site, _, _, ftp):
        gathered = Gathered()
        await ftp.download("/f", gathered)
        assert gathered.data == b"abc"
        await ftp.upload(b"def", "/g")
        await ftp.delete("/f")
        assert site.files == {"/g": b"def"}
        with pytest.raises(FtpError, match="deletion of /f"):
            await ftp.delete("/f")
        assert await ftp.size("/g") == 3


async def test_everything_goes_through_one_session_with_tls() -> None:
    async with site_session({"/f": b"abc"}, tls=True) as (site, virtual, modem, ftp):
        for _ in range(3):
            await ftp.download("/f", Gathered())
        await ftp.upload(b"x", "/g")
        assert site.log.connections == 1
        assert [command.verb for command in site.commands][:3] == ["AUTH", "PBSZ", "PROT"]
        await ftp.__aexit__(None, None, None)
        assert not virtual.cftps.started
        async with modem.ftp(*site.address, user="user", password="secret", tls=True) as again:
            await again.delete("/g")
        assert site.log.connections == 2
        assert not virtual.cftps.started
        await ftp.__aenter__()
