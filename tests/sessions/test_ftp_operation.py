"""How operations end, in terms of what the caller asked for."""

from __future__ import annotations

import pytest

from simcom_async.at.command import Service
from simcom_async.commands.ftp import FtpCode
from simcom_async.errors import FtpError, ProtocolError
from tests.sessions import cftp_peer
from tests.sessions.ftp_peer import SECRET, FtpPeer, done, talk


@pytest.mark.parametrize("code", [code for code in FtpCode if code not in (FtpCode.DONE, FtpCode.READY)])
async def test_every_code_says_what_was_done_to_which_file_and_what_helps(code: FtpCode) -> None:
    async with talk(FtpPeer(**{"AT+FTPDELE": done("+FTPDELE", int(code))})) as at:
        with pytest.raises(FtpError) as caught:
            await at.clock.run_until(at.ftp.delete("/d/f"), 60)
    error = caught.value
    assert str(error).startswith(f"deletion of /d/f at ftp.example.com:21: {int(code)}, {code.meaning}")
    assert error.remedy in str(error)
    assert (error.command, error.code, error.meaning) == ("AT+FTPDELE", int(code), code.meaning)
    assert (error.retry, error.remedy) == (code.retry, code.remedy)
    assert SECRET not in f"{error}{error.__dict__}"


async def test_a_code_that_no_manual_has() -> None:
    async with talk(FtpPeer(**{"AT+FTPDELE": done("+FTPDELE", 99)})) as at:
        with pytest.raises(FtpError, match="99") as caught:
            await at.clock.run_until(at.ftp.delete("/f"), 60)
    assert caught.value.code == 99


@pytest.mark.parametrize(("code", "asked"), [(61, True), (63, False)])
async def test_an_error_of_the_network_puts_the_bearer_in_doubt(code: int, asked: bool) -> None:
    async with talk(FtpPeer()) as at:
        at.peer.on("AT+FTPDELE", done("+FTPDELE", code), done("+FTPDELE"))
        with pytest.raises(FtpError):
            await at.clock.run_until(at.ftp.delete("/f"), 60)
        at.peer.lines.clear()
        await at.clock.run_until(at.ftp.delete("/f"), 60)
        assert ("AT+SAPBR=2,1" in at.peer.lines) is asked


async def test_a_module_that_does_not_keep_to_its_manual_is_named_with_its_port() -> None:
    async with talk(FtpPeer(**{"AT+FTPSIZE": done("+FTPSIZE")})) as at:
        with pytest.raises(ProtocolError, match="the module says that it went well, and no size") as caught:
            await at.clock.run_until(at.ftp.size("/f"), 60)
        assert caught.value.port == "memory"


REFUSED = "\r\n+CME ERROR: 202\r\n"


@pytest.mark.parametrize("times", [1, 5])
async def test_a_module_that_is_busy_with_what_was_left_unfinished_is_asked_again(times: int) -> None:
    async with cftp_peer.talk(cftp_peer.CftpPeer()) as at:
        at.modem.link.left.add(Service.FTP)
        at.peer.on('AT+CFTPDELE="/f"', *[REFUSED] * times, "\r\nOK\r\n")
        await at.clock.run_until(at.ftp.delete("/f"), 100)
        assert len(at.lines()) == times + 1
        assert Service.FTP not in at.modem.link.left


async def test_one_that_is_busy_with_something_else_is_not() -> None:
    async with cftp_peer.talk(cftp_peer.CftpPeer(**{'AT+CFTPDELE="/f"': REFUSED})) as at:
        with pytest.raises(FtpError, match="FTP task is busy"):
            await at.clock.run_until(at.ftp.delete("/f"), 1)
        assert len(at.lines()) == 1
        at.modem.link.left.add(Service.FTP)
        with pytest.raises(FtpError, match="FTP task is busy"):
            await at.clock.run_until(at.ftp.delete("/f"), 160)
        with pytest.raises(FtpError, match="FTP task is busy"):
            await at.clock.run_until(at.ftp.delete("/f"), 1)
