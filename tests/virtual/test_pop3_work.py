"""A mail on its way into the file system."""

from __future__ import annotations

import pytest

from simcom_async.commands.pop3_mail import Pop3Saving
from simcom_async.ports.clock import ManualClock
from simcom_async.sites import MailFault, Pop3Site, ServerFault
from simcom_async.virtual.pop3_work import Fetching
from simcom_async.virtual.turn import Operation
from tests.virtual.client import until
from tests.virtual.mail_host import ERROR, hosting

MAIL = b"Subject: x\r\n\r\n" + b"0123456789\r\n" * 1000


async def test_while_a_mail_is_fetched_nothing_else_is_done() -> None:
    site = Pop3Site([MAIL])
    async with hosting(site) as (_, host):
        await host.log_in()
        await host.fetch()
        site.gate.shut(after=100)
        await host.says("AT+POP3GET=1")
        await site.gate.held()
        await host.says("AT+POP3NUM", "+POP3: ONGOING")
        for line in (
            "AT+POP3GET=1",
            "AT+POP3LIST",
            "AT+POP3LIST=1",
            "AT+POP3HDR=1",
            "AT+POP3DEL=1",
            "AT+POP3OUT",
            "AT+POP3IN",
        ):
            await host.says(line, "+POP3: ONGOING", final=ERROR)
        await host.error(b'AT+POP3SRV="h","u","p"', b"AT+POP3SRV", b"AT+POP3READ", b'AT+POP3READ=0,"x"')
        await host.says("AT+POP3IN?", '+POP3IN: "pop3.server.com"')
        site.gate.open()
        await host.urc("+POP3: SUCCESS")
        await host.hear_until(b"EMAIL000.TXT\r\n")
        await host.says("AT+POP3NUM", f"+POP3: 1, {len(MAIL)}")


async def test_a_fetch_is_stopped_without_a_word_and_without_a_file() -> None:
    site = Pop3Site([MAIL])
    async with hosting(site) as (virtual, host):
        await host.log_in()
        site.gate.shut(after=100)
        await host.says("AT+POP3GET=1")
        await site.gate.held()
        await host.says("AT+POP3STOP")
        await host.says("AT+POP3IN?", "+POP3IN: NULL")
        await until(lambda: virtual.internet.count == 0)
        await host.silent()
        assert not virtual.file_system.exists("C:/Email")
        site.gate.open()
        await host.says("AT+POP3IN", "+POP3: SUCCESS")
        await host.fetch()


@pytest.mark.parametrize("fault", [ServerFault.CLOSE, ServerFault.RESET, ServerFault.GARBAGE])
async def test_a_server_that_fails(fault: ServerFault) -> None:
    site = Pop3Site([MAIL])
    site.faults.append(MailFault(command="RETR", fault=fault, times=1))
    async with hosting(site) as (_, host):
        await host.log_in()
        await host.says("AT+POP3GET=1")
        await host.urc("+POP3: SERVER ERROR")
        await host.says("AT+POP3IN?", "+POP3IN: NULL")


async def test_a_server_that_falls_silent_half_way() -> None:
    clock, site = ManualClock(), Pop3Site([MAIL])
    async with hosting(site, clock=clock) as (virtual, host):
        await host.log_in()
        site.gate.shut(after=100)
        await host.says("AT+POP3GET=1")
        await site.gate.held()
        await host.outwait(clock)
        await host.urc("+POP3: SERVER ERROR")
        assert not virtual.file_system.exists("C:/Email")


async def test_a_network_that_is_lost_half_way() -> None:
    site = Pop3Site([MAIL])
    async with hosting(site) as (virtual, host):
        await host.log_in()
        site.gate.shut(after=100)
        await host.says("AT+POP3GET=1")
        await site.gate.held()
        virtual.network.lose_coverage()
        await host.urc("+POP3: NETWORK ERROR")
        await host.says("AT+POP3IN?", "+POP3IN: NULL")


@pytest.mark.parametrize("saving", [1, 2, 3])
@pytest.mark.parametrize("space", [3_000, len(MAIL) - 1])
async def test_a_file_system_that_is_full_ends_the_session(space: int, saving: int) -> None:
    async with hosting(Pop3Site([MAIL]), space=space) as (virtual, host):
        await host.log_in()
        await host.says(f"AT+POP3GET=1,{saving}")
        await host.urc("+POP3: FILE SYSTEM ERROR")
        await host.says("AT+POP3IN?", "+POP3IN: NULL")
        assert virtual.file_system.space().used == 0
        await until(lambda: virtual.internet.count == 0)


async def test_a_card_that_is_pulled_out() -> None:
    async with hosting(Pop3Site([MAIL])) as (virtual, host):
        virtual.file_system.location = 1
        virtual.file_system.card = False
        await host.log_in()
        await host.says("AT+POP3GET=1")
        await host.urc("+POP3: FILE SYSTEM ERROR")


async def test_the_power_ends_a_fetch() -> None:
    site = Pop3Site([MAIL])
    async with hosting(site) as (virtual, host):
        await host.log_in()
        site.gate.shut(after=100)
        await host.says("AT+POP3GET=1")
        await site.gate.held()
        virtual.power_off()
        await until(lambda: virtual.internet.count == 0)
        assert virtual.pop3.work is None
        await host.silent()


async def test_a_large_mail_is_taken_whole() -> None:
    mail = b"Subject: x\r\n\r\n" + b"0123456789" * 7 + b"\r\n"
    mail *= 30_000
    site = Pop3Site([mail])
    async with hosting(site) as (virtual, host):
        await host.log_in()
        folder, name = await host.fetch(1, 2)
        assert virtual.file_system.read(folder + name) == site.mails[0].content


async def test_a_fetch_that_was_stopped_before_its_turn_says_nothing() -> None:
    site = Pop3Site([MAIL])
    async with hosting(site) as (virtual, host):
        await host.log_in()
        service = virtual.pop3
        work = service.work = Fetching(service, service.session(), 1, Pop3Saving.WHOLE)
        service.end()
        await work.run(Operation(virtual, work.run))
        await host.silent()
        assert not virtual.file_system.exists("C:/Email")
