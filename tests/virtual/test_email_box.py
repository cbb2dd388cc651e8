"""A session with a mailbox: its codes from their real causes, and its end (SIM900 e-mail manual 2.14, 2.15, 2.22)."""

from __future__ import annotations

import socket

import pytest

from simcom_async.commands.email_pop3 import EmailPop3LoginCode, EmailPop3OutCode
from simcom_async.ports.clock import ManualClock
from simcom_async.sites import MailFault, Pop3Site, ServerFault
from simcom_async.virtual.email_box import login_code, out_code
from simcom_async.virtual.email_unread import NotRead
from simcom_async.virtual.faults import FailServer
from simcom_async.virtual.internet import ConnectFailed
from simcom_async.virtual.mail_failure import MailReason, Pop3Failure, Pop3Negative, Pop3Stage
from tests.virtual.email_host import HOST, EmailHost, mailbox

MAIL = b"Subject: Test\r\n\r\nHello\r\n"
OUT = b"+POP3OUT: 1"


# Logging in


@pytest.mark.parametrize(
    ("verb", "reply", "code"),
    [
        ("", "-ERR no service", b"66"),
        ("", "HTTP/1.1 400", b"65"),
        ("USER", "-ERR who?", b"67"),
        ("PASS", "-ERR wrong", b"68"),
        ("PASS", "-ERR [IN-USE] somebody else reads", b"66"),
        ("PASS", "-ERR [LOGIN-DELAY] later", b"66"),
        ("PASS", "what?", b"65"),
    ],
)
async def test_what_the_server_says(verb: str, reply: str, code: bytes) -> None:
    async with mailbox(logged_in=False) as (site, virtual, host):
        site.faults.append(MailFault(command=verb, reply=reply))
        await host.log_in(code)
        assert virtual.internet.count == 0
        await host.error(b"AT+POP3NUM", b"AT+POP3OUT")
        site.faults.clear()
        await host.log_in()


async def test_a_wrong_account() -> None:
    async with mailbox(logged_in=False) as (_, _, host):
        for account in (b'"john","wrong"', b'"nobody","123456"'):
            await host.ok(b'AT+POP3SRV="%s",%s' % (HOST.encode(), account))
            await host.ok(b"AT+POP3IN")
            assert await host.hear_until(b"\r\n+POP3IN: 6") == b"\r\n+POP3IN: 6"
            assert await host.hear_until(b"\r\n") in (b"7\r\n", b"8\r\n")


@pytest.mark.parametrize(("fault", "code"), [(ServerFault.CLOSE, b"63"), (ServerFault.RESET, b"63")])
@pytest.mark.parametrize("verb", ["", "USER", "PASS"])
async def test_a_connection_that_is_lost_at_the_door(verb: str, fault: ServerFault, code: bytes) -> None:
    async with mailbox(logged_in=False) as (site, _, host):
        site.faults.append(MailFault(command=verb, fault=fault))
        await host.log_in(code)


@pytest.mark.parametrize("verb", ["", "USER", "PASS"])
async def test_a_server_that_falls_silent_at_the_door(verb: str) -> None:
    clock = ManualClock()
    async with mailbox(logged_in=False, clock=clock) as (site, _, host):
        site.faults.append(MailFault(command=verb, fault=ServerFault.HANG))
        await host.ok(b'AT+POP3SRV="%s","john","123456"' % HOST.encode(), b"AT+POP3IN")
        await site.until(lambda: site.log.connections)
        await host.outwait(clock, b"+POP3IN: 64")


async def test_nobody_listens_no_name_no_bearer() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        async with mailbox(logged_in=False, hosts={HOST: taken.getsockname()}) as (_, virtual, host):
            await host.log_in(b"63")
            for failure, code in (("dns", b"62"), ("busy", b"61")):
                virtual.faults.add(FailServer(failure))
                await host.log_in(code)
            await host.ok(b"AT+SAPBR=0,1")
            await host.log_in(b"61")


async def test_when_one_can_log_in() -> None:
    async with mailbox(logged_in=False) as (site, _, host):
        await host.error(b"AT+POP3IN")  # nowhere
        await host.log_in()
        await host.error(b"AT+POP3IN")
        await host.does(b"AT+POP3OUT", OUT)
        assert site.log.connections == 1


async def test_not_while_a_mail_is_sent() -> None:
    async with mailbox(logged_in=False) as (_, _, host):
        await host.ok(b'AT+SMTPSRV="%s"' % HOST.encode(), b'AT+SMTPFROM="a@b"', b'AT+SMTPRCPT=0,0,"a@b"')
        await host.ok(b'AT+POP3SRV="%s","john","123456"' % HOST.encode(), b"AT+SMTPSEND")
        await host.error(b"AT+POP3IN")
        await host.hear_until(b"+SMTPSEND: 6")
        await host.hear_until(b"\r\n")
        await host.does(b"AT+POP3IN", b"+POP3IN: 1")


# Questions


@pytest.mark.parametrize(
    ("verb", "command"),
    [
        ("STAT", b"AT+POP3NUM"),
        ("LIST", b"AT+POP3LIST=1"),
        ("UIDL", b"AT+POP3UIDL=1"),
        ("DELE", b"AT+POP3DEL=1"),
        ("RSET", b"AT+POP3RSET"),
        ("RETR", b"AT+POP3CMD=4,1"),
        ("TOP", b"AT+POP3CMD=3,1,0"),
    ],
)
class TestQuestions:
    """Each of them, at a server in each of its moods."""

    async def test_a_negative_answer(self, verb: str, command: bytes) -> None:
        async with mailbox([MAIL]) as (site, _, host):
            site.faults.append(MailFault(command=verb, reply="-ERR no", times=1))
            await host.does(command, b"+" + command[3:].partition(b"=")[0] + b": 0")
            await host.does(b"AT+POP3OUT", OUT)

    async def test_a_server_that_goes(self, verb: str, command: bytes) -> None:
        async with mailbox([MAIL]) as (site, _, host):
            site.faults.append(MailFault(command=verb, fault=ServerFault.CLOSE))
            await host.does(command, b"+POP3OUT: 63")
            await host.error(b"AT+POP3NUM", b"AT+POP3OUT")

    async def test_a_server_that_is_silent(self, verb: str, command: bytes) -> None:
        clock = ManualClock()
        async with mailbox([MAIL], clock=clock) as (site, _, host):
            site.faults.append(MailFault(command=verb, fault=ServerFault.HANG))
            await host.ok(command)
            await site.told(verb)
            await host.error(b"AT+POP3NUM")
            await host.outwait(clock, b"+POP3OUT: 64")

    async def test_a_server_that_makes_no_sense(self, verb: str, command: bytes) -> None:
        async with mailbox([MAIL]) as (site, _, host):
            site.faults.append(MailFault(command=verb, reply="what?"))
            await host.does(command, b"+POP3OUT: 61")

    async def test_a_bearer_that_goes(self, verb: str, command: bytes) -> None:
        async with mailbox([MAIL]) as (site, virtual, host):
            site.faults.append(MailFault(command=verb, fault=ServerFault.HANG))
            await host.ok(command)
            await site.told(verb)
            virtual.network.lose_bearer(1)
            assert await host.hear_until(b"+POP3OUT: 61\r\n")
            assert site.deleted == []


# Logging out


async def test_what_is_marked_goes_with_the_logout_only() -> None:
    async with mailbox([MAIL, MAIL]) as (site, virtual, host):
        await host.does(b"AT+POP3DEL=1", b"+POP3DEL: 1")
        await host.does(b"AT+POP3DEL=1", b"+POP3DEL: 0")
        virtual.network.lose_bearer(1)
        await host.urc(b"+SAPBR 1: DEACT")
        await host.does(b"AT+POP3OUT", b"+POP3OUT: 61")
        assert len(site.mails) == 2
        await host.ok(b"AT+SAPBR=1,1")
        await host.log_in()
        await host.does(b"AT+POP3DEL=2", b"+POP3DEL: 1")
        await host.does(b"AT+POP3RSET", b"+POP3RSET: 1")
        await host.does(b"AT+POP3DEL=1", b"+POP3DEL: 1")
        await host.does(b"AT+POP3OUT", OUT)
        assert (len(site.mails), len(site.deleted)) == (1, 1)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (MailFault(command="QUIT", reply="-ERR some are left"), b"61"),
        (MailFault(command="QUIT", fault=ServerFault.CLOSE), b"63"),
    ],
    ids=["negative", "closed"],
)
async def test_a_logout_that_fails(fault: MailFault, code: bytes) -> None:
    async with mailbox([MAIL]) as (site, _, host):
        site.faults.append(fault)
        await host.does(b"AT+POP3OUT", b"+POP3OUT: " + code)
        await host.error(b"AT+POP3OUT")


async def test_a_logout_waits_for_the_question() -> None:
    async with mailbox([MAIL]) as (site, _, host):
        site.faults.append(MailFault(command="STAT", fault=ServerFault.HANG))
        await host.ok(b"AT+POP3NUM")
        await site.told("STAT")
        await host.ok(b"AT+POP3OUT")
        await host.error(b"AT+POP3OUT")
        site.release()
        await host.urc(b"+POP3NUM: 1,1,%d" % len(MAIL))
        await host.urc(OUT)


async def test_a_logout_behind_a_question_that_ends_the_session_says_nothing_more() -> None:
    clock = ManualClock()
    async with mailbox([MAIL], clock=clock) as (site, _, host):
        site.faults.append(MailFault(command="STAT", fault=ServerFault.HANG))
        await host.ok(b"AT+POP3NUM")
        await site.told("STAT")
        await host.ok(b"AT+POP3OUT")
        await host.outwait(clock, b"+POP3OUT: 64")
        await host.silent()


async def test_a_logout_breaks_a_login_off() -> None:
    async with mailbox(logged_in=False) as (site, virtual, host):
        site.faults.append(MailFault(command="PASS", fault=ServerFault.HANG))
        await host.ok(b'AT+POP3SRV="%s","john","123456"' % HOST.encode(), b"AT+POP3IN")
        await site.told("PASS")
        await host.does(b"AT+POP3OUT", OUT)
        assert virtual.internet.count == 0
        site.release()
        await host.silent()
        await host.log_in()


async def test_the_power_goes() -> None:
    async with mailbox([MAIL]) as (site, virtual, host):
        await host.does(b"AT+POP3DEL=1", b"+POP3DEL: 1")
        virtual.power_off()
        assert virtual.internet.count == 0
        virtual.power_on()
        await host.hear_until(b"Call Ready\r\n")
        host.send(b"ATE0\r")
        await host.hear_until(b"\r\nOK\r\n")
        await host.error(b"AT+POP3NUM")
        assert site.deleted == []


# Codes of failures


def test_codes_of_logins() -> None:
    lost = Pop3Failure(Pop3Stage.CONNECT, MailReason.SILENT)
    assert login_code(lost, bearer_open=True) is EmailPop3LoginCode.CONNECT_ERROR
    assert login_code(lost, bearer_open=False) is EmailPop3LoginCode.NETWORK_ERROR
    assert login_code(ConnectFailed("none"), bearer_open=True) is EmailPop3LoginCode.CONNECT_ERROR
    refused = Pop3Negative(Pop3Stage.PASSWORD, "-ERR")
    assert login_code(refused, bearer_open=True) is EmailPop3LoginCode.PASSWORD_ERROR


def test_codes_of_ends() -> None:
    assert out_code(NotRead("not"), bearer_open=True) is EmailPop3OutCode.READ_TIMEOUT
    assert out_code(ConnectFailed("none"), bearer_open=True) is EmailPop3OutCode.NETWORK_ERROR
    silent = Pop3Failure(Pop3Stage.READING, MailReason.SILENT)
    assert out_code(silent, bearer_open=True) is EmailPop3OutCode.TIMEOUT
    assert out_code(silent, bearer_open=False) is EmailPop3OutCode.NETWORK_ERROR


async def test_two_hosts_see_the_same_session() -> None:
    async with mailbox([MAIL]) as (_, virtual, host):
        other = EmailHost(virtual.port())
        await other.open()
        other.send(b"ATE0\r")
        await other.hear_until(b"OK\r\n")
        await other.does(b"AT+POP3NUM", b"+POP3NUM: 1,1,%d" % len(MAIL))
        await host.urc(b"+POP3NUM: 1,1,%d" % len(MAIL))
        await other.aclose()


async def test_a_site_that_never_was() -> None:
    site = Pop3Site(users={"john": "123456"})
    async with mailbox(logged_in=False, hosts={HOST: ("127.0.0.1", 1)}) as (_, _, host):
        await host.log_in(b"63")
    assert site.commands == []
