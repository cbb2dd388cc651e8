"""The FTP service of one module, and what the module has been told."""

from __future__ import annotations

import asyncio

import pytest

from simcom_async.commands.cftp import CftpPutFile
from simcom_async.commands.cftp_files import CftpDele
from simcom_async.errors import CommandTimeout, FtpError, ModemRestarted, PortLost, ServiceBusy
from tests.sessions import cftp_peer
from tests.sessions.cftp_peer import CftpPeer
from tests.sessions.cftp_peer import talk as cftp_talk
from tests.sessions.ftp_peer import FtpPeer, Talk, done, talk
from tests.sessions.peer import ERROR, OK, text

SETTINGS = [
    "AT+FTPCID=1",
    'AT+FTPSERV="ftp.example.com"',
    "AT+FTPPORT=21",
    'AT+FTPUN="joe"',
    "AT+FTPMODE=1",
    'AT+FTPTYPE="I"',
    'AT+FTPPW="s3cret"',
    'AT+FTPGETPATH="/"',
    'AT+FTPGETNAME="f"',
]

#: What is asked where somebody may have left something under way.
OLDER = ["AT+FTPSTATE", "AT+FTPEXTPUT=0"]


async def size(at: Talk, remote: str = "/f") -> int:
    return await at.clock.run_until(at.ftp.size(remote), 300)


def told(at: Talk) -> list[str]:
    """What was sent since this was asked last, but for the bearer's."""
    lines = [line for line in at.peer.lines if line.startswith("AT+FTP")]
    at.peer.lines.clear()
    return lines


def sizer() -> FtpPeer:
    return FtpPeer(**{"AT+FTPSIZE": done("+FTPSIZE", 0, 5)})


async def test_what_the_module_has_is_not_sent_again() -> None:
    async with talk(sizer()) as at:
        assert await size(at) == 5
        assert told(at) == [*SETTINGS, "AT+FTPSIZE"]
        await size(at)
        assert told(at) == ["AT+FTPSIZE"]
        await size(at, "/d/f")
        assert told(at) == ['AT+FTPGETPATH="/d/"', "AT+FTPSIZE"]


async def test_sessions_of_one_modem_share_it() -> None:
    async with talk(sizer()) as at:
        await size(at)
        told(at)
        async with at.modem.ftp("ftp.example.com", user="jane", password="s3cret") as other:
            await at.clock.run_until(other.size("/f"), 60)
        assert told(at) == ['AT+FTPUN="jane"', "AT+FTPSIZE"]


async def test_an_offset_is_forgotten_by_every_download() -> None:
    async with talk(FtpPeer(**{"AT+FTPGET=1": done("+FTPGET")})) as at:
        for _ in range(2):
            await at.clock.run_until(at.ftp.open("/f").read(), 60)
            assert "AT+FTPREST=0" in told(at)


async def test_what_was_refused_is_sent_again() -> None:
    async with talk(sizer()) as at:
        at.peer.on('AT+FTPUN="joe"', ERROR, OK)
        with pytest.raises(Exception, match="FTPUN"):
            await size(at)
        told(at)
        await size(at)
        assert 'AT+FTPUN="joe"' in told(at)


async def test_after_a_restart_it_is_told_all_again() -> None:
    async with talk(sizer()) as at:
        await size(at)
        at.peer.say("\r\nRDY\r\n")
        await at.clock.settle()
        told(at)
        await size(at)
        assert told(at) == [*SETTINGS, "AT+FTPSIZE"]


async def test_after_work_whose_end_was_not_seen_it_is_told_all_again_and_the_bearer_is_asked_for() -> None:
    async with talk(sizer()) as at:
        await size(at)
        at.peer.on("AT+FTPSIZE", OK)
        with pytest.raises(CommandTimeout):
            await size(at)
        at.peer.on("AT+FTPSIZE", done("+FTPSIZE", 0, 5))
        at.peer.on("AT+FTPSTATE", text("+FTPSTATE: 0"))
        await at.clock.run(60)
        at.peer.lines.clear()
        await size(at)
        assert at.peer.lines == ["AT+SAPBR=2,1", *SETTINGS, "AT+FTPSIZE"]


@pytest.mark.parametrize(("code", "again"), [(66, True), (77, False)])
async def test_a_module_that_says_that_a_parameter_is_not_set_is_told_all_again(code: int, again: bool) -> None:
    async with talk(sizer()) as at:
        at.peer.on("AT+FTPSIZE", done("+FTPSIZE", code), done("+FTPSIZE", 0, 5))
        with pytest.raises(FtpError):
            await size(at)
        told(at)
        at.peer.on("AT+FTPSTATE", text("+FTPSTATE: 0"))
        await size(at)
        # Perhaps it is not a parameter, but something else that is under way.
        assert told(at) == ([*OLDER, *SETTINGS, "AT+FTPSIZE"] if again else ["AT+FTPSIZE"])


@pytest.mark.parametrize("code", [62, 63, 71, 72, 73, 75, 76, 78, 79])
async def test_what_a_failure_is_decided_by_is_told_again(code: int) -> None:
    """A byte that the line has changed on the way to the module would decide all that follows."""
    async with talk(sizer()) as at:
        at.peer.on("AT+FTPSIZE", done("+FTPSIZE", code), done("+FTPSIZE", 0, 5))
        with pytest.raises(FtpError):
            await size(at)
        told(at)
        await size(at)
        assert told(at) == [*SETTINGS, "AT+FTPSIZE"]


@pytest.mark.parametrize("code", [203, 208, 210, 214, 218])
async def test_so_it_is_with_the_codes_of_a_sim7100(code: int) -> None:
    async with cftp_peer.talk(cftp_peer.CftpPeer()) as at:
        at.peer.on('AT+CFTPDELE="/f"', f"\r\n+CFTPDELE: {code}\r\n{ERROR}", OK)
        with pytest.raises(FtpError):
            await at.clock.run_until(at.ftp.delete("/f"), 60)
        at.peer.lines.clear()
        await at.clock.run_until(at.ftp.delete("/f"), 60)
        assert at.peer.asked('AT+CFTPPW="') == [f'AT+CFTPPW="{cftp_peer.SECRET}"']
        at.peer.lines.clear()
        await at.clock.run_until(at.ftp.delete("/f"), 60)
        assert at.peer.lines == ['AT+CFTPDELE="/f"']


@pytest.mark.parametrize("answer", [ERROR, done("+FTPSIZE", 66)])
async def test_what_a_module_refuses_that_has_just_restarted_is_a_restart(answer: str) -> None:
    async with talk(sizer()) as at:

        def restart(line: str) -> None:
            if line == 'AT+FTPGETNAME="f"':
                at.peer.say(OK + "\r\nRDY\r\n")

        at.peer.before = restart
        at.peer.on('AT+FTPGETNAME="f"', "")
        at.peer.on("AT+FTPSIZE", answer)
        with pytest.raises(ModemRestarted, match="the module has restarted meanwhile"):
            await size(at)


async def test_operations_wait_for_each_other() -> None:
    async with talk(sizer()) as at:
        at.peer.on("AT+FTPSIZE", OK)
        first, second = (asyncio.ensure_future(at.ftp.size("/f")) for _ in range(2))
        await at.clock.settle()
        assert told(at).count("AT+FTPSIZE") == 1
        at.peer.say("\r\n+FTPSIZE: 1,0,5\r\n")
        await at.clock.settle()
        assert first.done()
        assert told(at) == ["AT+FTPSIZE"]
        at.peer.say("\r\n+FTPSIZE: 1,0,6\r\n")
        assert await at.clock.run_until(second, 10) == 6


async def test_an_end_that_was_not_heard_is_waited_for_and_then_forgotten() -> None:
    """The module says itself when it is busy still."""
    async with cftp_talk(CftpPeer(**{'AT+CFTPPUTFILE="/f",0': OK})) as at:
        service = at.ftp.flow.service
        task = asyncio.ensure_future(service.link.send(CftpPutFile(path="/f")))
        await at.clock.settle()
        task.cancel()
        await at.clock.settle()
        deleting = asyncio.ensure_future(service.link.send(CftpDele(path="/f")))
        with pytest.raises(ServiceBusy):
            await at.clock.run_until(deleting, 1)
        await at.clock.run_until(service.settled(50), 60)
        await at.clock.run_until(service.link.send(CftpDele(path="/f")), 10)


class Pluggable(FtpPeer):
    """One whose cable may be pulled out."""

    def _lost(self, error: PortLost) -> None:
        """It is out."""


async def test_what_the_line_was_lost_in_the_middle_of_is_ended_first() -> None:
    async with talk(Pluggable()) as at:
        at.peer.on("AT+FTPSIZE", None)
        asking = asyncio.ensure_future(at.ftp.size("/f"))
        await at.clock.run(1)
        at.peer.port.unplug()
        await at.clock.run(1)
        with pytest.raises(PortLost):
            await asking
        at.peer.on("AT+FTPSIZE", done("+FTPSIZE", 0, 5))
        at.peer.on("AT+FTPSTATE", text("+FTPSTATE: 1"), text("+FTPSTATE: 0"))
        at.peer.on("AT+FTPQUIT", done("+FTPSIZE", 80))
        await at.peer.open()
        at.peer.lines.clear()
        await size(at)
        asked = at.peer.lines.index("AT+FTPSTATE")
        assert at.peer.lines[asked:] == ["AT+FTPSTATE", "AT+FTPQUIT", *OLDER, *SETTINGS, "AT+FTPSIZE"]


class Left(FtpPeer):
    """One that a host has left in the middle of FTP; ``said``: to AT+FTPQUIT, as long as it is busy."""

    def __init__(self, said: str, *states: str) -> None:
        super().__init__(**{"AT+FTPSIZE": done("+FTPSIZE", 0, 5), "AT+FTPQUIT": said})
        self.on("AT+FTPSTATE", *states)
        self.older = False


BUSY, IDLE = text("+FTPSTATE: 1"), text("+FTPSTATE: 0")


async def test_what_a_host_before_has_left_under_way_is_ended_first() -> None:
    async with talk(Left(done("+FTPGET", 1) + "\r\n+FTPGET: 1,86\r\n", BUSY, IDLE)) as at:
        assert await size(at) == 5
        assert told(at) == ["AT+FTPSTATE", "AT+FTPQUIT", *OLDER, *SETTINGS, "AT+FTPSIZE"]
        assert await size(at) == 5
        assert told(at) == ["AT+FTPSIZE"]


async def test_it_is_asked_no_more_than_three_times_to_end() -> None:
    async with talk(Left(OK, BUSY)) as at:
        started = at.clock.time()
        assert await size(at) == 5
        assert told(at)[:7] == ["AT+FTPSTATE", "AT+FTPQUIT"] * 3 + ["AT+FTPEXTPUT=0"]
        assert 15 <= at.clock.time() - started < 20


@pytest.mark.parametrize(("answer", "seconds"), [(ERROR, 0), (OK, 5)])
async def test_a_module_that_refuses_to_say_what_is_under_way_is_told_once_to_end_it(
    answer: str, seconds: float
) -> None:
    async with talk(Left(answer, ERROR)) as at:
        at.peer.on("AT+FTPEXTPUT=0", ERROR)
        started = at.clock.time()
        assert await size(at) == 5
        assert told(at) == ["AT+FTPSTATE", "AT+FTPQUIT", "AT+FTPEXTPUT=0", *SETTINGS, "AT+FTPSIZE"]
        assert seconds <= at.clock.time() - started < seconds + 1


async def test_a_module_that_says_ok_and_no_state_is_at_nothing() -> None:
    async with talk(Left(OK, OK)) as at:
        started = at.clock.time()
        assert await size(at) == 5
        assert told(at) == ["AT+FTPSTATE", "AT+FTPEXTPUT=0", *SETTINGS, "AT+FTPSIZE"]
        assert at.clock.time() - started < 1


async def test_an_answer_of_that_which_is_lost_is_asked_for_again() -> None:
    async with talk(Left(OK, "", IDLE)) as at:
        assert await size(at) == 5
        assert told(at) == ["AT+FTPSTATE", *OLDER, *SETTINGS, "AT+FTPSIZE"]
