"""The FTPS service of one module: one session, kept as long as it is wanted."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from simcom_async.at.command import Service
from simcom_async.commands.cftps import CftpsNotice
from simcom_async.errors import FtpError, UnsupportedService
from simcom_async.sites import FtpFault, FtpSite, LoopbackCA, ServerFault
from tests.sessions.cftp_ends import CA, site_session, tls_session
from tests.sessions.cftp_peer import HOST, SECRET, CftpPeer, Talk, done, packets, talk
from tests.sessions.ftp_ends import Gathered, ends
from tests.sessions.peer import ERROR, OK

LOGIN = f'AT+CFTPSLOGIN="{HOST}",21,"joe","{SECRET}"'
BEGIN = ["AT+CFTPSSTART", LOGIN, "AT+CFTPSTYPE=I"]


async def delete(at: Talk) -> list[str]:
    """Delete a file; what was sent for that of FTPS."""
    at.peer.lines.clear()
    await at.clock.run_until(at.ftp.delete("/f"), 60)
    return of_ftps(at)


def of_ftps(at: Talk) -> list[str]:
    return [line for line in at.peer.lines if line.startswith("AT+CFTPS") and "=?" not in line]


async def test_the_first_operation_logs_in_and_the_end_of_the_block_logs_out() -> None:
    async with talk(CftpPeer(), tls=True) as at:
        assert at.peer.lines == []
        assert await delete(at) == [*BEGIN, 'AT+CFTPSDELE="/f"']
        assert await delete(at) == ['AT+CFTPSDELE="/f"']
        at.peer.lines.clear()
    assert at.peer.lines == ["AT+CFTPSLOGOUT", "AT+CFTPSSTOP"]


async def test_a_block_that_has_sent_nothing_says_nothing() -> None:
    async with talk(CftpPeer(), tls=True) as at:
        pass
    assert at.peer.lines == []


@pytest.mark.parametrize("order", ["\r\n+CFTPSLOGIN: 0\r\n" + OK, done("+CFTPSLOGIN"), OK])
async def test_a_login_that_is_told_in_front_of_ok_behind_it_or_by_ok_alone(order: str) -> None:
    async with talk(CftpPeer(**{LOGIN: order}), tls=True) as at:
        assert await delete(at) == [*BEGIN, 'AT+CFTPSDELE="/f"']


@pytest.mark.parametrize(
    ("answer", "code"),
    [("\r\n+CFTPSLOGIN: 9\r\n" + ERROR, 9), (done("+CFTPSLOGIN", 1), 1), ("\r\n+CFTPSLOGIN: 12\r\n" + ERROR, 12)],
)
async def test_a_login_that_fails(answer: str, code: int) -> None:
    async with talk(CftpPeer(**{LOGIN: answer}), tls=True) as at:
        with pytest.raises(FtpError, match=rf"login at ftp.example.com:21: {code}, ") as caught:
            await delete(at)
        assert caught.value.code == code
        assert SECRET not in f"{caught.value} {caught.value.command}"
        at.peer.on(LOGIN, OK)
        assert 'AT+CFTPSDELE="/f"' in await delete(at)


async def test_a_login_that_is_refused_without_a_word() -> None:
    async with talk(CftpPeer(**{LOGIN: ERROR}), tls=True) as at:
        with pytest.raises(FtpError, match="does not say why"):
            await delete(at)


async def test_a_stack_that_is_acquired_already_is_taken_over_and_its_session_ended() -> None:
    peer = CftpPeer(**{"AT+CFTPSSTART": ERROR, "AT+CFTPSLOGOUT": ERROR})
    async with talk(peer, tls=True) as at:
        assert await delete(at) == ["AT+CFTPSSTART", "AT+CFTPSLOGOUT", *BEGIN[1:], 'AT+CFTPSDELE="/f"']


async def test_a_stack_that_cannot_be_acquired() -> None:
    async with talk(CftpPeer(**{"AT+CFTPSSTART": "\r\n+CFTPSSTART: 10\r\n" + ERROR}), tls=True) as at:
        with pytest.raises(FtpError, match=r"login at .*: 10, network error"):
            await delete(at)


async def test_ends_that_are_refused_do_no_harm() -> None:
    async with talk(CftpPeer(**{"AT+CFTPSLOGOUT": ERROR, "AT+CFTPSSTOP": ERROR}), tls=True) as at:
        await delete(at)


async def test_the_server_has_closed_the_session_meanwhile() -> None:
    async with talk(CftpPeer(), tls=True) as at:
        await delete(at)
        at.peer.say("\r\n+CFTPSNOTIFY: PEER CLOSED\r\n")
        await at.clock.settle()
        assert await delete(at) == ["AT+CFTPSLOGOUT", *BEGIN[1:], 'AT+CFTPSDELE="/f"']


@pytest.mark.parametrize("code", [421, 11])
async def test_a_session_that_turns_out_to_have_ended_is_renewed(code: int) -> None:
    async with talk(CftpPeer(), tls=True) as at:
        await delete(at)
        at.peer.on('AT+CFTPSDELE="/f"', f"\r\n+CFTPSDELE: {code}\r\n{ERROR}", OK)
        again = ["AT+CFTPSLOGOUT", *BEGIN[1:]]
        assert await delete(at) == ['AT+CFTPSDELE="/f"', *again, 'AT+CFTPSDELE="/f"']


async def test_what_may_have_been_done_is_not_done_twice() -> None:
    async with talk(CftpPeer(), tls=True) as at:
        await delete(at)
        at.peer.on('AT+CFTPSDELE="/f"', f"\r\n+CFTPSDELE: 4\r\n{ERROR}", OK)
        with pytest.raises(FtpError, match="4, the server has closed the session"):
            await delete(at)
        assert await delete(at) == ["AT+CFTPSLOGOUT", *BEGIN[1:], 'AT+CFTPSDELE="/f"']


@pytest.mark.parametrize("answer", [done("+CFTPSGET", 4), done("+CFTPSGET", 421), "\r\n+CFTPSGET: 5\r\n" + ERROR])
async def test_a_download_of_which_nothing_has_come_is_begun_again(answer: str) -> None:
    async with talk(CftpPeer(), tls=True) as at:
        await delete(at)
        at.peer.on('AT+CFTPSGET="/f"', answer, packets("+CFTPSGET", b"abc"))
        gathered = Gathered()
        await at.clock.run_until(at.ftp.download("/f", gathered), 60)
        assert gathered.data == b"abc"
        assert at.lines().count('AT+CFTPSGET="/f"') == 2


async def test_but_not_where_the_session_is_new() -> None:
    async with talk(CftpPeer(**{'AT+CFTPSGET="/f"': done("+CFTPSGET", 4)}), tls=True) as at:
        with pytest.raises(FtpError, match="4, the server has closed the session"):
            await at.clock.run_until(at.ftp.download("/f", Gathered()), 60)
        assert at.lines() == ['AT+CFTPSGET="/f"']


async def test_a_refusal_without_a_word_is_not_taken_for_the_end_of_the_session() -> None:
    async with talk(CftpPeer(), tls=True) as at:
        await delete(at)
        at.peer.on('AT+CFTPSDELE="/f"', ERROR)
        with pytest.raises(FtpError, match="does not say why"):
            await delete(at)
        assert of_ftps(at) == ['AT+CFTPSDELE="/f"']


async def test_two_blocks_of_one_account_share_a_session_and_those_of_two_take_turns() -> None:
    async with talk(CftpPeer(), tls=True) as at:
        await delete(at)
        async with at.modem.ftp(HOST, user="joe", password=SECRET, tls=True) as same:
            at.peer.lines.clear()
            await at.clock.run_until(same.delete("/g"), 60)
            assert of_ftps(at) == ['AT+CFTPSDELE="/g"']
        async with at.modem.ftp(HOST, user="ann", password="other", tls=True) as other:
            at.peer.lines.clear()
            await at.clock.run_until(other.delete("/g"), 60)
            login = f'AT+CFTPSLOGIN="{HOST}",21,"ann","other"'
            assert of_ftps(at) == ["AT+CFTPSLOGOUT", login, BEGIN[2], 'AT+CFTPSDELE="/g"']
            assert await delete(at) == ["AT+CFTPSLOGOUT", *BEGIN[1:], 'AT+CFTPSDELE="/f"']


async def test_the_address_of_data_connections_is_chosen_in_front_of_the_login() -> None:
    async with talk(CftpPeer(), tls=True, single_ip=True) as at:
        assert await delete(at) == [BEGIN[0], "AT+CFTPSSINGLEIP=1", *BEGIN[1:], 'AT+CFTPSDELE="/f"']
        async with at.modem.ftp(HOST, user="joe", password=SECRET, tls=True) as other:
            at.peer.lines.clear()
            await at.clock.run_until(other.delete("/f"), 60)
            assert of_ftps(at)[:3] == ["AT+CFTPSLOGOUT", "AT+CFTPSSINGLEIP=0", LOGIN]


async def test_the_spelling_of_a_command_is_asked_for_once() -> None:
    peer = CftpPeer(**{"AT+CFTPSDELE=?": ERROR, 'AT+CFTPSDELE="/f"': ERROR, 'AT+CFTPSDELE="/g"': ERROR})
    async with talk(peer, tls=True) as at:
        for path in ("/f", "/g"):
            await at.clock.run_until(at.ftp.delete(path), 60)
        asked = [line for line in at.peer.lines if line.startswith("AT+CFTPSDEL")]
        assert asked == ["AT+CFTPSDELE=?", "AT+CFTPSDEL=?", 'AT+CFTPSDEL="/f"', 'AT+CFTPSDEL="/g"']


async def test_a_module_that_has_restarted_is_told_all_again() -> None:
    async with talk(CftpPeer(), tls=True) as at:
        await delete(at)
        at.peer.say("\r\nRDY\r\n")
        await at.clock.settle()
        assert await delete(at) == [*BEGIN, 'AT+CFTPSDELE="/f"']


async def test_a_module_that_is_at_something_else_still_is_waited_for() -> None:
    async with talk(CftpPeer(), tls=True) as at:
        at.modem.link.left.add(Service.FTPS)
        at.peer.on(LOGIN, *[ERROR] * 4, OK)
        at.peer.on("AT+CFTPSLOGOUT", ERROR)
        await delete(at)
        assert len(at.peer.asked(LOGIN)) == 5
        assert not at.modem.link.left


@pytest.mark.parametrize(("left", "logout"), [(False, ERROR), (True, OK)])
async def test_a_login_that_is_refused_for_good_is_not_tried_again_and_again(left: bool, logout: str) -> None:
    async with talk(CftpPeer(**{LOGIN: ERROR, "AT+CFTPSLOGOUT": logout}), tls=True) as at:
        if left:
            at.modem.link.left.add(Service.FTPS)
        with pytest.raises(FtpError, match="login at"):
            await delete(at)
        assert len(at.peer.asked(LOGIN)) == 2


@pytest.mark.parametrize(("option", "value"), [("passive", False)])
async def test_what_it_cannot_do_is_said_before_a_byte_is_sent(option: str, value: object) -> None:
    async with talk(CftpPeer(), tls=True) as at:
        with pytest.raises(UnsupportedService, match=option):
            at.modem.ftp(HOST, tls=True, **{option: value})  # type: ignore[arg-type]
        assert at.peer.lines == []


# Against a real server


async def test_a_server_that_ends_an_idle_session() -> None:
    async with site_session({"/f": b"abc"}, tls=True) as (site, _, modem, ftp):
        assert await ftp.size("/f") == 3
        notice = asyncio.ensure_future(modem.wait_for(CftpsNotice, timeout=10))
        await asyncio.sleep(0)
        assert site._listener is not None
        for end in list(site._listener.ends):
            end.drop()
        await notice
        gathered = Gathered()
        await ftp.download("/f", gathered)
        assert gathered.data == b"abc"
        assert site.log.connections == 2


@pytest.mark.parametrize("verb", ["RETR", "LIST"])
async def test_a_server_that_ends_it_when_it_is_asked(verb: str) -> None:
    async with site_session({"/f": b"abc"}, tls=True) as (site, _, _, ftp):
        assert await ftp.size("/f") == 3
        site.faults.append(FtpFault(command=verb, fault=ServerFault.CLOSE, times=1))
        if verb == "LIST":
            assert [entry.name for entry in await ftp.list("/")] == ["f"]
        else:
            gathered = Gathered()
            await ftp.download("/f", gathered)
            assert gathered.data == b"abc"


@pytest.mark.parametrize(
    ("site", "code"),
    [
        (FtpSite(), 1),
        (FtpSite(users={"user": "another"}, certificate=CA.pem("127.0.0.1")), 9),
    ],
)
async def test_no_tls_and_a_wrong_password_are_told_apart(site: FtpSite, code: int) -> None:
    async with site, ends("sim7100") as (_, modem), tls_session(modem, site, tls=True) as ftp:
        with pytest.raises(FtpError) as caught:
            await ftp.list()
        assert caught.value.code == code
        assert re.search("TLS|login", str(caught.value))


async def test_a_certificate_that_is_not_trusted(tmp_path: Path) -> None:
    trusted = tmp_path / "ca.pem"
    trusted.write_bytes(LoopbackCA().ca_pem)
    async with site_session(tls=True, tls_verify=str(trusted)) as (_, _, _, ftp):
        with pytest.raises(FtpError, match="1, TLS could not be set up") as caught:
            await ftp.list()
        assert not caught.value.retry


async def test_cancelled_while_it_logs_in() -> None:
    async with site_session({"/f": b"abc"}, tls=True) as (site, _, _, ftp):
        site.faults.append(FtpFault(command="USER", fault=ServerFault.HANG, times=1))
        task = asyncio.ensure_future(ftp.list())
        await site.told("USER")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        site.release()
        assert await ftp.size("/f") == 3
