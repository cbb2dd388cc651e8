"""AT+POP3HDR, AT+POP3GET, AT+POP3DEL and AT+POP3READ against a real server."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from simcom_async.ports.clock import ManualClock
from simcom_async.sites import MailFault, Pop3Site
from tests.virtual.mail_host import ERROR, OK, hosting

MAIL = (
    b"Received: by x\r\n\tfor y\r\n"
    b"From: sendername<senderaddress@server.com>\r\n"
    b"Date: Mon, 17 Aug 2009 14:09:27 +0800\r\n"
    b"subject: THIS IS\r\n A TEST MAIL\r\n"
    b"Subject: another\r\n"
    b"\r\n"
    b"From: the body\r\nOK\r\nERROR\r\n+POP3READ: 1,5\r\n.dot\r\n"
)
SHOWN = (
    "From: sendername<senderaddress@server.com>",
    "Date: Mon, 17 Aug 2009 14:09:27 +0800",
    "Subject: THIS IS A TEST MAIL",
)
#: As the module prints it.
TEXT = b"\r\n" + MAIL
CLOCK = 'AT+CCLK="09/09/01,12:00:00+00"'


# Looking


@pytest.mark.parametrize("top", [True, False])
async def test_the_header_is_shown_unfolded_the_first_of_each(top: bool) -> None:
    site = Pop3Site([MAIL])
    if not top:
        site.faults.append(MailFault(command="TOP", reply="-ERR what?"))
    async with hosting(site) as (_, host):
        await host.log_in()
        await host.says("AT+POP3HDR=1", *SHOWN)
        await host.says("AT+POP3HDR=2", "+POP3: SERVER ERROR", final=ERROR)
        await host.says("AT+POP3NUM", f"+POP3: 1, {len(MAIL)}")


async def test_what_a_header_lacks_is_empty() -> None:
    async with hosting(Pop3Site([b"Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\n\r\n", b"\r\nFrom: body\r\n"])) as (_, host):
        await host.log_in()
        await host.says("AT+POP3HDR=1", "From: ", "Date: ", "Subject: =?utf-8?B?R3LDvMOfZQ==?=")
        await host.says("AT+POP3HDR=2", "From: ", "Date: ", "Subject: ")


# Fetching


async def test_a_mail_is_fetched_and_read() -> None:
    async with hosting(Pop3Site([MAIL]), clock=ManualClock()) as (virtual, host):
        await host.says(CLOCK)
        await host.log_in()
        await host.error(b"AT+POP3READ")
        assert await host.fetch() == ("C:/Email/090901120000/", "EMAIL000.TXT")
        for line in (b"AT+POP3READ", b'AT+POP3READ=0,"090901120000/EMAIL000.TXT"'):
            await host.ask(line, TEXT + OK)
        assert await host.fetch(1, 2) == ("C:/Email/090901120001/", "090901120001.eml")
        await host.ask(b"AT+POP3READ", TEXT + OK)
        assert virtual.file_system.read("C:/Email/090901120001/090901120001.eml") == MAIL
        await host.error(b'AT+POP3READ=0,"090901120000/NOFILE.TXT"', b'AT+POP3READ=1,"090901120000/EMAIL000.TXT"')


async def test_attachments_are_saved_beside() -> None:
    message = EmailMessage(policy=SMTP)
    message.set_content("Grüße\n")
    message.add_attachment(bytes(range(256)), maintype="application", subtype="octet-stream", filename="data.bin")
    async with hosting(Pop3Site([message])) as (virtual, host):
        await host.log_in()
        folder, name = await host.fetch(1, 3)
        found = {one.name: virtual.file_system.read(folder + one.name) for one in virtual.file_system.list(folder)}
        assert found["data.bin"] == bytes(range(256))
        assert found[name].endswith("\r\n\r\nGrüße\r\n".encode())
        assert set(found) == {"data.bin", name, f"{folder.split('/')[-2]}.eml"}


async def test_the_card_is_another_location() -> None:
    async with hosting(Pop3Site([MAIL])) as (virtual, host):
        virtual.file_system.location = 1
        await host.log_in()
        folder, name = await host.fetch()
        assert folder.startswith("D:/Email/")
        await host.ask(f'AT+POP3READ=1,"{folder.split("/")[-2]}/{name}"'.encode(), TEXT + OK)


async def test_nothing_but_mails_can_be_read() -> None:
    async with hosting(Pop3Site([MAIL])) as (virtual, host):
        virtual.file_system.write("C:/secret.txt", b"x")
        await host.log_in()
        await host.fetch()
        for path in ("../secret.txt", "..", "", "x/../../secret.txt", "a?b"):
            await host.error(f'AT+POP3READ=0,"{path}"'.encode())


async def test_a_mail_that_is_not_there() -> None:
    async with hosting(Pop3Site([MAIL])) as (_, host):
        await host.log_in()
        await host.says("AT+POP3GET=2")
        await host.urc("+POP3: FAILURE")
        await host.fetch()


async def test_a_mail_that_was_saved_outlives_the_power_but_is_not_the_last_one_then() -> None:
    async with hosting(Pop3Site([MAIL])) as (virtual, host):
        await host.log_in()
        folder, name = await host.fetch()
        virtual.reset()
        await host.hear_until(b"PB DONE\r\n")
        host.send(b"ATE0\r")
        await host.hear(b"ATE0\r\r\nOK\r\n")
        await host.error(b"AT+POP3READ")
        await host.ask(f'AT+POP3READ=0,"{folder.split("/")[-2]}/{name}"'.encode(), TEXT + OK)


# Marking


async def test_a_mail_is_marked_once() -> None:
    site = Pop3Site([MAIL])
    async with hosting(site) as (_, host):
        await host.log_in()
        await host.says("AT+POP3DEL=2", "+POP3: SERVER ERROR", final=ERROR)
        await host.says("AT+POP3DEL=1", "+POP3: SUCCESS")
        await host.says("AT+POP3DEL=1", "+POP3: SERVER ERROR", final=ERROR)
        await host.says("AT+POP3NUM", "+POP3: 0, 0")
        await host.says("AT+POP3OUT", "+POP3: SUCCESS")
    assert len(site.deleted) == 1
