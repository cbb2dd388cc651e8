"""AT+SMTPSEND and AT+SMTPSTOP against a real server."""

from __future__ import annotations

import sys

import pytest

from simcom_async.errors import MissingExtra
from simcom_async.ports.clock import ManualClock
from simcom_async.sites import MailFault, ServerFault, SmtpSite
from simcom_async.virtual.faults import EarlyCompletion, FailServer
from simcom_async.virtual.mail_failure import SmtpStage
from simcom_async.virtual.module_faults import ServerFailure
from tests.virtual.client import until
from tests.virtual.mail_host import ERROR, OK, MailHost, hosting

USERS = {"john": "123456"}
LOGIN = 'AT+SMTPAUTH=1,"john","123456"'


# A mail that arrives


async def test_a_mail_arrives_with_all_that_was_set() -> None:
    site = SmtpSite(users=USERS, auth_required=True)
    async with hosting(site) as (virtual, host):
        virtual.file_system.write("C:/data.bin", bytes(range(256)) * 1000)
        virtual.file_system.write("C:/größe.txt", b"21.5 C\r\n")
        digits = "größe.txt".encode().hex().upper()
        await host.write_mail(LOGIN, 'AT+SMTPRCPT=0,1,"two@server.com"', 'AT+SMTPRCPT=1,0,"cc@server.com","Cc, the"')
        await host.says('AT+SMTPRCPT=2,0,"bcc@server.com","Hidden"')
        await host.says('AT+SMTPFILE=2,"data.bin"')
        await host.says(f'AT+SMTPFILE=1,{{non-ascii}}"{digits}"')
        await host.enter_body("Grüße,\r\n.\r\n..dots\r\n".encode())
        await host.deliver()
    (mail,) = site.mails
    message = mail.message
    assert (mail.sender, mail.user) == ("sender@server.com", "john")
    assert mail.recipients == ("to@server.com", "two@server.com", "cc@server.com", "bcc@server.com")
    assert str(message["From"]) == "Sender <sender@server.com>"
    assert str(message["To"]) == "To <to@server.com>, two@server.com"
    assert str(message["Cc"]) == '"Cc, the" <cc@server.com>'
    assert message["Bcc"] is None
    assert "Hidden" not in mail.content.decode("ascii")
    assert message["Subject"] == "Subject"
    body = message.get_body()
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == "Grüße,\n.\n..dots\n"
    parts = [(part.get_filename(), part.get_payload(decode=True)) for part in message.iter_attachments()]
    assert parts == [("größe.txt", b"21.5 C\r\n"), ("data.bin", bytes(range(256)) * 1000)]


async def test_a_mail_that_was_sent_takes_its_content_with_it_and_nothing_else() -> None:
    async with hosting(SmtpSite(users=USERS)) as (virtual, host):
        virtual.file_system.write("C:/file1.txt", b"x")
        await host.write_mail(LOGIN, 'AT+SMTPFILE=1,"file1.txt"', 'AT+SMTPBCH="gb2312"')
        await host.deliver()
        await host.says("AT+SMTPRCPT?")
        await host.says("AT+SMTPSUB?", '+SMTPSUB: ""')
        await host.says("AT+SMTPBODY?", '+SMTPBODY: ""')
        await host.says("AT+SMTPFILE?")
        await host.says("AT+SMTPSRV?", '+SMTPSRV: "smtp.server.com", 25')
        await host.says("AT+SMTPAUTH?", '+SMTPAUTH: 1, "john", "123456"')
        await host.says("AT+SMTPFROM?", '+SMTPFROM: "sender@server.com", "Sender"')
        await host.says("AT+SMTPBCH?", '+SMTPBCH: "gb2312"')
        assert virtual.file_system.exists("C:/file1.txt")


async def test_one_mail_after_another() -> None:
    site = SmtpSite()
    async with hosting(site) as (_, host):
        for _ in range(3):
            await host.write_mail()
            await host.deliver()
        await host.says("AT+SMTPSEND?", "+SMTPSEND: 0")
    assert len(site.mails) == 3


async def test_the_date_is_that_of_the_module() -> None:
    site = SmtpSite()
    async with hosting(site, clock=ManualClock()) as (_, host):
        await host.says('AT+CCLK="09/09/01,12:00:00+32"')
        await host.write_mail()
        await host.deliver()
    assert site.mails[0].message["Date"] == "Tue, 01 Sep 2009 12:00:00 +0800"


# While a mail is being sent


async def test_while_a_mail_is_being_sent_nothing_else_is_and_nothing_changes() -> None:
    site = SmtpSite()
    site.faults.append(MailFault(command="EHLO", fault=ServerFault.HANG))
    async with hosting(site) as (virtual, host):
        virtual.file_system.write("C:/file1.txt", b"x")
        await host.write_mail()
        await host.begin()
        await host.says("AT+SMTPSEND?", "+SMTPSEND: 1")
        await host.says("AT+SMTPSEND", "+SMTP: ONGOING", final=ERROR)
        await host.error(
            *(b'AT+SMTPSRV="h"', b"AT+SMTPSRV", b"AT+SMTPAUTH=0", b'AT+SMTPAUTH=1,"u","p"', b"AT+SMTPAUTH"),
            *(b'AT+SMTPFROM="a@b"', b"AT+SMTPFROM", b'AT+SMTPRCPT=0,0,"a@b"', b"AT+SMTPRCPT=0,0", b"AT+SMTPRCPT=0"),
            *(b"AT+SMTPRCPT", b'AT+SMTPSUB="x"', b"AT+SMTPSUB", b'AT+SMTPBODY="x"', b"AT+SMTPBODY"),
            *(b'AT+SMTPBCH="x"', b"AT+SMTPBCH", b'AT+SMTPFILE=1,"file1.txt"', b"AT+SMTPFILE=1", b"AT+SMTPFILE"),
        )
        await host.says("AT+SMTPSUB?", '+SMTPSUB: "Subject"')
        site.release()
        await host.urc("+SMTP: SUCCESS")
    assert site.mails[0].message["Subject"] == "Subject"


async def test_a_mail_is_stopped() -> None:
    site = SmtpSite()
    site.faults.append(MailFault(command="EHLO", fault=ServerFault.HANG))
    async with hosting(site) as (virtual, host):
        await host.error(b"AT+SMTPSTOP")
        await host.write_mail()
        await host.begin()
        await site.told("EHLO")
        await host.says("AT+SMTPSTOP")
        await host.urc("+SMTP: USER CANCEL")
        await host.says("AT+SMTPSEND?", "+SMTPSEND: 0")
        await host.says("AT+SMTPSUB?", '+SMTPSUB: "Subject"')
        await host.error(b"AT+SMTPSTOP")
        assert virtual.internet.count == 0
        site.release()
        await host.deliver()
    assert len(site.mails) == 1


async def test_a_mail_that_the_server_has_taken_cannot_be_stopped() -> None:
    clock, site = ManualClock(), SmtpSite()
    site.faults.append(MailFault(command="QUIT", fault=ServerFault.HANG))
    async with hosting(site, clock=clock) as (_, host):
        await host.write_mail()
        await host.begin()
        await site.told("QUIT")
        await host.error(b"AT+SMTPSTOP")
        await host.outwait(clock)
        await host.urc("+SMTP: SUCCESS")
    assert len(site.mails) == 1


async def test_the_document_has_no_word_for_a_mail_that_was_stopped() -> None:
    site = SmtpSite()
    site.faults.append(MailFault(command="EHLO", fault=ServerFault.HANG))
    async with hosting(site, wire="documented") as (_, host):
        await host.write_mail()
        await host.begin()
        await host.says("AT+SMTPSTOP")
        await host.silent()


async def test_another_line_may_stop_it_before_the_server_has_greeted() -> None:
    site = SmtpSite()
    site.faults.append(MailFault(fault=ServerFault.HANG))
    async with hosting(site) as (virtual, host):
        other = await MailHost.of(virtual)
        await host.write_mail()
        host.send(b"AT+SMTPSEND\r")
        await site.until(lambda: site.log.connections)
        await other.says("AT+SMTPSEND?", "+SMTPSEND: 1")
        await other.says("AT+SMTPSTOP")
        await host.hear(b"\r\n+SMTP: USER CANCEL\r\n" + ERROR)
        await other.silent()
        await host.says("AT+SMTPSEND?", "+SMTPSEND: 0")
        await other.aclose()
    assert site.mails == []


async def test_the_end_may_come_before_ok() -> None:
    async with hosting(SmtpSite()) as (virtual, host):
        virtual.faults.add(EarlyCompletion(command="SMTPSEND"))
        await host.write_mail()
        host.send(b"AT+SMTPSEND\r")
        heard = await host.hear_until(OK)
        assert heard.count(b"+SMTP: ") >= 1


# What may be missing


async def test_what_a_mail_must_have() -> None:
    async with hosting(SmtpSite()) as (virtual, host):
        virtual.file_system.write("C:/file1.txt", b"x")
        await host.says("AT+SMTPSEND", "+SMTP: PARAM ERROR", final=ERROR)
        for missing in ("AT+SMTPSRV", "AT+SMTPFROM", "AT+SMTPRCPT"):
            await host.write_mail(missing)
            await host.says("AT+SMTPSEND", "+SMTP: PARAM ERROR", final=ERROR)
        await host.write_mail('AT+SMTPFILE=1,"file1.txt"')
        virtual.file_system.remove("C:/file1.txt")
        await host.says("AT+SMTPSEND", "+SMTP: PARAM ERROR", final=ERROR)
        await host.says("AT+SMTPFILE")
        await host.deliver()


async def test_subject_and_body_may_be_missing() -> None:
    site = SmtpSite()
    async with hosting(site) as (_, host):
        await host.write_mail("AT+SMTPSUB", 'AT+SMTPBODY=""')
        await host.deliver()
    assert site.mails[0].message["Subject"] == ""


# What may go wrong


@pytest.mark.parametrize("failure", [ServerFailure.DNS, ServerFailure.REFUSE, ServerFailure.BUSY])
async def test_a_server_that_cannot_be_reached(failure: ServerFailure) -> None:
    async with hosting(SmtpSite()) as (virtual, host):
        virtual.faults.add(FailServer(failure))
        await host.write_mail()
        await host.says("AT+SMTPSEND", "+SMTP: NETWORK ERROR", final=ERROR)
        await host.says("AT+SMTPSUB?", '+SMTPSUB: "Subject"')
        await host.deliver()


async def test_a_server_that_is_silent_from_the_start() -> None:
    clock, site = ManualClock(), SmtpSite()
    site.faults.append(MailFault(fault=ServerFault.HANG))
    async with hosting(site, clock=clock) as (virtual, host):
        await host.write_mail()
        host.send(b"AT+SMTPSEND\r")
        await until(lambda: virtual.smtp.work and virtual.smtp.work.client.stage is SmtpStage.GREETING)
        await host.outwait(clock)
        await host.hear(b"\r\n+SMTP: SERVER ERROR\r\n" + ERROR)


GREETINGS = [
    MailFault(reply="554 no"),
    MailFault(reply="421 closing"),
    MailFault(fault=ServerFault.CLOSE),
    MailFault(fault=ServerFault.RESET),
    MailFault(fault=ServerFault.GARBAGE),
]


@pytest.mark.parametrize("fault", GREETINGS, ids=lambda fault: fault.reply or fault.fault)
async def test_a_server_that_does_not_greet(fault: MailFault) -> None:
    site = SmtpSite()
    site.faults.append(fault)
    async with hosting(site) as (_, host):
        await host.write_mail()
        await host.says("AT+SMTPSEND", "+SMTP: SERVER ERROR", final=ERROR)


STEPS = ["EHLO", "MAIL", "RCPT", "DATA", "."]
FAULTS = [
    MailFault(reply="550 no"),
    MailFault(fault=ServerFault.CLOSE),
    MailFault(fault=ServerFault.RESET),
    MailFault(fault=ServerFault.GARBAGE),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.reply or fault.fault)
@pytest.mark.parametrize("step", STEPS)
async def test_a_server_that_fails_at_a_step(step: str, fault: MailFault) -> None:
    site = SmtpSite()
    site.faults.append(MailFault(command=step, reply=fault.reply, fault=fault.fault))
    if step == "EHLO":
        site.faults.append(MailFault(command="HELO", reply=fault.reply, fault=fault.fault))
    async with hosting(site) as (virtual, host):
        await host.write_mail()
        await host.deliver("SERVER ERROR")
        await host.says("AT+SMTPSUB?", '+SMTPSUB: "Subject"')
        assert virtual.internet.count == 0
    assert site.mails == []


@pytest.mark.parametrize("step", [*STEPS, "AUTH"])
async def test_a_server_that_falls_silent_at_a_step(step: str) -> None:
    clock, site = ManualClock(), SmtpSite(users=USERS)
    site.faults.append(MailFault(command=step, fault=ServerFault.HANG))
    async with hosting(site, clock=clock) as (_, host):
        await host.write_mail(LOGIN)
        await host.begin()
        await site.told(step)
        await host.outwait(clock)
        await host.urc("+SMTP: SERVER ERROR")
    assert site.mails == []


async def test_one_bad_recipient_is_enough() -> None:
    site = SmtpSite()
    site.faults.append(MailFault(command="RCPT", argument="bad@server.com", reply="550 5.1.1 no such user"))
    async with hosting(site) as (_, host):
        await host.write_mail('AT+SMTPRCPT=1,0,"bad@server.com"')
        await host.deliver("SERVER ERROR")
        await host.says("AT+SMTPRCPT=1")
        await host.deliver()


async def test_a_login_that_is_required_and_one_that_is_refused() -> None:
    site = SmtpSite(users=USERS, auth_required=True)
    async with hosting(site) as (_, host):
        await host.write_mail()
        await host.deliver("AUTH REQUIRED")
        await host.says('AT+SMTPAUTH=1,"john","wrong"')
        await host.deliver("AUTH ERROR")
        await host.says(LOGIN)
        await host.deliver()
    assert len(site.mails) == 1


async def test_a_server_without_logins() -> None:
    site = SmtpSite()
    site.faults.append(MailFault(command="AUTH", reply="502 5.5.1 not implemented"))
    async with hosting(site) as (_, host):
        await host.write_mail(LOGIN)
        await host.deliver("SERVER ERROR")
        await host.says("AT+SMTPAUTH")
        await host.deliver()


async def test_a_network_that_is_lost_meanwhile_and_one_that_is_not_there() -> None:
    site = SmtpSite()
    site.faults.append(MailFault(command="EHLO", fault=ServerFault.HANG))
    async with hosting(site) as (virtual, host):
        await host.write_mail()
        await host.begin()
        await site.told("EHLO")
        virtual.network.lose_coverage()
        await host.urc("+SMTP: NETWORK ERROR")
        await host.says("AT+SMTPSEND", "+SMTP: NETWORK ERROR", final=ERROR)
        virtual.network.regain_coverage()
        site.release()
        await host.deliver()


async def test_an_attachment_that_is_gone_meanwhile() -> None:
    site = SmtpSite()
    site.faults.append(MailFault(command="EHLO", fault=ServerFault.HANG))
    async with hosting(site) as (virtual, host):
        virtual.file_system.write("C:/file1.txt", b"x")
        await host.write_mail('AT+SMTPFILE=1,"file1.txt"')
        await host.begin()
        virtual.file_system.remove("C:/file1.txt")
        site.release()
        await host.urc("+SMTP: SERVER ERROR")
    assert site.mails == []


@pytest.mark.parametrize("step", ["", "EHLO"])
async def test_the_power_ends_everything(step: str) -> None:
    site = SmtpSite()
    site.faults.append(MailFault(command=step, fault=ServerFault.HANG))
    async with hosting(site) as (virtual, host):
        await host.write_mail()
        host.send(b"AT+SMTPSEND\r")
        await site.until(lambda: site.log.connections)
        if step:
            await site.told(step)
            await host.hear_until(OK)
        virtual.power_off()
        await until(lambda: virtual.internet.count == 0)
        assert virtual.smtp.work is None
        await host.silent()
    assert site.mails == []


async def test_without_the_library_every_mail_is_an_error_of_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "simcom_async.virtual.smtp_engine", raising=False)
    monkeypatch.setitem(sys.modules, "aiosmtplib", None)
    async with hosting(SmtpSite()) as (virtual, host):
        await host.write_mail()
        await host.says("AT+SMTPSEND", "+SMTP: NETWORK ERROR", final=ERROR)
        await host.silent()
        with pytest.raises(MissingExtra, match=r"simcom-async\[virtual\]"):
            await virtual.aclose()
