"""AT+POP3SRV to AT+POP3LIST, AT+POP3OUT and AT+POP3STOP against a real server."""

from __future__ import annotations

import pytest

from simcom_async.commands.pop3 import Pop3Code
from simcom_async.ports.clock import ManualClock
from simcom_async.sites import MailFault, Pop3Site, ServerFault
from simcom_async.virtual.faults import FailServer
from simcom_async.virtual.mail_failure import MailReason, Pop3Failure, Pop3Negative, Pop3Stage
from simcom_async.virtual.module_faults import ServerFailure
from simcom_async.virtual.pop3 import code_of
from tests.virtual.client import until
from tests.virtual.mail_host import ERROR, OK, MailHost, hosting

ONE = b"From: a@b.c\r\nSubject: one\r\n\r\nfirst\r\n"
TWO = b"From: d@e.f\r\nSubject: two\r\n\r\nsecond, longer\r\n"


# The account


async def test_the_account_is_set_read_and_forgotten() -> None:
    async with hosting() as (_, host):
        await host.says("AT+POP3SRV?", '+POP3SRV: "", "", "", 110')
        await host.says('AT+POP3SRV="pop3.server.com", "user_name", "password", 1100')
        await host.says("AT+POP3SRV?", '+POP3SRV: "pop3.server.com", "user_name", "password", 1100')
        await host.says('AT+POP3SRV="h","u","p"')
        await host.says("AT+POP3SRV?", '+POP3SRV: "h", "u", "p", 110')
        await host.says("AT+POP3SRV")
        await host.says("AT+POP3SRV?", '+POP3SRV: "", "", "", 110')
        await host.error(b'AT+POP3SRV="h"', b'AT+POP3SRV="","u","p"')


async def test_the_account_stands_while_there_is_a_session() -> None:
    async with hosting(Pop3Site()) as (_, host):
        await host.log_in()
        await host.error(b'AT+POP3SRV="h","u","p"', b"AT+POP3SRV", b"AT+POP3IN")
        await host.says("AT+POP3OUT", "+POP3: SUCCESS")
        await host.says("AT+POP3SRV")


# A session


async def test_a_session_from_login_to_logout() -> None:
    site = Pop3Site([ONE, TWO])
    async with hosting(site) as (virtual, host):
        await host.says("AT+POP3IN?", "+POP3IN: NULL")
        await host.log_in()
        await host.says("AT+POP3IN?", '+POP3IN: "pop3.server.com"')
        await host.says("AT+POP3NUM", f"+POP3: 2, {len(ONE) + len(TWO)}")
        await host.says("AT+POP3LIST", f"+POP3: 2 {len(ONE) + len(TWO)}", f"1 {len(ONE)}", f"2 {len(TWO)}")
        await host.says("AT+POP3LIST=2", f"+POP3: 2, {len(TWO)}")
        await host.says("AT+POP3LIST=3", "+POP3: SERVER ERROR", final=ERROR)
        await host.says("AT+POP3OUT", "+POP3: SUCCESS")
        await host.says("AT+POP3IN?", "+POP3IN: NULL")
        assert virtual.internet.count == 0
        await host.says("AT+POP3IN", "+POP3: SUCCESS")
    assert len(site.mails) == 2


async def test_an_empty_box() -> None:
    async with hosting(Pop3Site()) as (_, host):
        await host.log_in()
        await host.says("AT+POP3NUM", "+POP3: 0, 0")
        await host.says("AT+POP3LIST", "+POP3: 0 0")


async def test_without_a_login_nothing_is_answered() -> None:
    async with hosting(Pop3Site([ONE])) as (_, host):
        lines = (b"AT+POP3NUM", b"AT+POP3LIST", b"AT+POP3LIST=1", b"AT+POP3HDR=1", b"AT+POP3GET=1", b"AT+POP3DEL=1")
        await host.error(*lines, b"AT+POP3OUT", b"AT+POP3STOP", b"AT+POP3READ")


async def test_what_was_marked_goes_with_a_logout_and_not_with_force() -> None:
    site = Pop3Site([ONE, TWO])
    async with hosting(site) as (virtual, host):
        await host.log_in()
        await host.says("AT+POP3DEL=1", "+POP3: SUCCESS")
        await host.says("AT+POP3STOP")
        await until(lambda: virtual.internet.count == 0)
        assert len(site.mails) == 2
        await host.says("AT+POP3IN", "+POP3: SUCCESS")
        await host.says("AT+POP3DEL=1", "+POP3: SUCCESS")
        await host.says("AT+POP3OUT", "+POP3: SUCCESS")
    assert [mail.content for mail in site.deleted] == [ONE]


# What may go wrong


async def test_a_login_that_is_refused() -> None:
    site = Pop3Site()
    async with hosting(site) as (virtual, host):
        await host.set_account(password="wrong")
        await host.says("AT+POP3IN", "+POP3: INVALID UN/PWD", final=ERROR)
        await host.says("AT+POP3IN?", "+POP3IN: NULL")
        site.faults.append(MailFault(command="USER", reply="-ERR who?", times=1))
        await host.says("AT+POP3IN", "+POP3: INVALID UN", final=ERROR)
        assert virtual.internet.count == 0
        await host.log_in()


async def test_without_an_account_there_is_no_server() -> None:
    async with hosting(Pop3Site()) as (_, host):
        await host.says("AT+POP3IN", "+POP3: NETWORK ERROR", final=ERROR)


@pytest.mark.parametrize("failure", [ServerFailure.DNS, ServerFailure.REFUSE, ServerFailure.BUSY])
async def test_a_server_that_cannot_be_reached(failure: ServerFailure) -> None:
    async with hosting(Pop3Site()) as (virtual, host):
        virtual.faults.add(FailServer(failure))
        await host.set_account()
        await host.says("AT+POP3IN", "+POP3: NETWORK ERROR", final=ERROR)
        await host.log_in()


async def test_a_network_that_is_not_there_and_one_that_is_lost() -> None:
    async with hosting(Pop3Site([ONE])) as (virtual, host):
        virtual.network.lose_coverage()
        await host.set_account()
        await host.says("AT+POP3IN", "+POP3: NETWORK ERROR", final=ERROR)
        virtual.network.regain_coverage()
        await host.says("AT+POP3IN", "+POP3: SUCCESS")
        virtual.network.lose_coverage()
        await host.says("AT+POP3NUM", "+POP3: NETWORK ERROR", final=ERROR)
        await host.says("AT+POP3IN?", "+POP3IN: NULL")


FAULTS = [ServerFault.CLOSE, ServerFault.RESET, ServerFault.GARBAGE]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("step", ["", "USER", "PASS"])
async def test_a_server_that_fails_at_the_login(step: str, fault: ServerFault) -> None:
    site = Pop3Site()
    site.faults.append(MailFault(command=step, fault=fault, times=1))
    async with hosting(site) as (_, host):
        await host.set_account()
        await host.says("AT+POP3IN", "+POP3: SERVER ERROR", final=ERROR)
        await host.log_in()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    ("line", "verb"),
    [
        ("AT+POP3NUM", "STAT"),
        ("AT+POP3LIST", "STAT"),
        ("AT+POP3LIST", "LIST"),
        ("AT+POP3LIST=1", "LIST"),
        ("AT+POP3DEL=1", "DELE"),
        ("AT+POP3HDR=1", "TOP"),
        ("AT+POP3OUT", "QUIT"),
    ],
)
async def test_a_server_that_fails_at_a_question_ends_the_session(line: str, verb: str, fault: ServerFault) -> None:
    site = Pop3Site([ONE])
    site.faults.append(MailFault(command=verb, fault=fault, times=1))
    async with hosting(site) as (virtual, host):
        await host.log_in()
        await host.says(line, "+POP3: SERVER ERROR", final=ERROR)
        await host.says("AT+POP3IN?", "+POP3IN: NULL")
        assert virtual.internet.count == 0
        await host.log_in()


@pytest.mark.parametrize(("line", "verb"), [("AT+POP3NUM", "STAT"), ("AT+POP3LIST", "LIST"), ("AT+POP3DEL=1", "DELE")])
async def test_a_server_that_says_no_goes_on(line: str, verb: str) -> None:
    site = Pop3Site([ONE])
    site.faults.append(MailFault(command=verb, reply="-ERR no", times=1))
    async with hosting(site) as (_, host):
        await host.log_in()
        await host.says(line, "+POP3: SERVER ERROR", final=ERROR)
        await host.says("AT+POP3NUM", f"+POP3: 1, {len(ONE)}")


async def test_a_logout_that_is_refused_is_one_all_the_same() -> None:
    site = Pop3Site([ONE])
    site.faults.append(MailFault(command="QUIT", reply="-ERR some were not deleted"))
    async with hosting(site) as (_, host):
        await host.log_in()
        await host.says("AT+POP3OUT", "+POP3: SERVER ERROR", final=ERROR)
        await host.says("AT+POP3IN?", "+POP3IN: NULL")


@pytest.mark.parametrize(("line", "verb"), [("AT+POP3IN", ""), ("AT+POP3IN", "PASS"), ("AT+POP3NUM", "STAT")])
async def test_a_server_that_falls_silent(line: str, verb: str) -> None:
    clock, site = ManualClock(), Pop3Site([ONE])
    async with hosting(site, clock=clock) as (virtual, host):
        await host.set_account()
        if line != "AT+POP3IN":
            await host.says("AT+POP3IN", "+POP3: SUCCESS")
        site.faults.append(MailFault(command=verb, fault=ServerFault.HANG))
        host.send(line.encode() + b"\r")
        if verb:
            await site.told(verb)
        else:
            await until(lambda: virtual.pop3.client and virtual.pop3.client.stage is Pop3Stage.GREETING)
        await host.outwait(clock)
        await host.hear(b"\r\n+POP3: SERVER ERROR\r\n" + ERROR)
        await host.says("AT+POP3IN?", "+POP3IN: NULL")


async def test_another_line_may_end_what_one_waits_for() -> None:
    site = Pop3Site([ONE])
    site.faults.append(MailFault(command="STAT", fault=ServerFault.HANG))
    async with hosting(site) as (virtual, host):
        other = await MailHost.of(virtual)
        await host.log_in()
        host.send(b"AT+POP3NUM\r")
        await site.told("STAT")
        await other.says("AT+POP3NUM", "+POP3: ONGOING")
        await other.says("AT+POP3LIST", "+POP3: ONGOING", final=ERROR)
        await other.says("AT+POP3STOP")
        await host.hear(b"\r\n+POP3: SERVER ERROR\r\n" + ERROR)
        await other.says("AT+POP3IN?", "+POP3IN: NULL")
        await other.aclose()


@pytest.mark.parametrize("verb", ["", "PASS", "STAT"])
async def test_the_power_ends_everything(verb: str) -> None:
    site = Pop3Site([ONE])
    site.faults.append(MailFault(command=verb, fault=ServerFault.HANG))
    async with hosting(site) as (virtual, host):
        await host.set_account()
        host.send(b"AT+POP3IN\r")
        if verb == "STAT":
            await host.hear_until(OK)
            host.send(b"AT+POP3NUM\r")
        await site.until(lambda: not verb or any(command.verb == verb for command in site.commands))
        await site.until(lambda: site.log.connections)
        virtual.power_off()
        await until(lambda: virtual.internet.count == 0)
        assert virtual.pop3.client is None
        await host.silent()


@pytest.mark.parametrize("reason", MailReason)
def test_the_code_of_every_failure(reason: MailReason) -> None:
    for stage in Pop3Stage:
        failure = Pop3Failure(stage, reason)
        lost = stage is Pop3Stage.CONNECT
        assert code_of(failure, network=True) is (Pop3Code.NETWORK_ERROR if lost else Pop3Code.SERVER_ERROR)
        assert code_of(failure, network=False) is Pop3Code.NETWORK_ERROR


def test_the_code_of_every_refusal() -> None:
    words = {Pop3Stage.USER: Pop3Code.INVALID_UN, Pop3Stage.PASSWORD: Pop3Code.INVALID_UN_PWD}
    for stage in Pop3Stage:
        assert code_of(Pop3Negative(stage, "-ERR"), network=True) is words.get(stage, Pop3Code.SERVER_ERROR)
