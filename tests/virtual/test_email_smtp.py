"""The body in its forms, and when the module sends (SIM900 e-mail manual 2.8, 2.10)."""

from __future__ import annotations

import pytest

from simcom_async.commands.email_smtp import EMAIL_BODY_MAXIMUM
from simcom_async.virtual import VirtualModem
from tests.virtual.conftest import attach
from tests.virtual.email_host import ACCOUNT, HOST, OK, EmailHost, outgoing

SENT = b"+SMTPSEND: 1"
#: What a parser might take for something else.
HOSTILE = b".\r\n..\r\n.dot\r\nOK\r\n+SMTPSEND: 1\r\nAT+SMTPSEND\r\nFrom here\r\n"


async def test_a_mail_goes_to_everybody_once() -> None:
    async with outgoing(b'AT+SMTPRCPT=1,0,"bob@sim.com"', b'AT+SMTPRCPT=2,0,"eve@sim.com"') as (site, _, host):
        await host.body(b"Hello")
        await host.does(b"AT+SMTPSEND", SENT)
        (mail,) = site.mails
        assert (mail.sender, mail.user) == ("john@sim.com", "john")
        assert mail.recipients == ("ann@sim.com", "bob@sim.com", "eve@sim.com")
        assert mail.message.get_content().strip() == "Hello"
        await host.does(b"AT+SMTPSEND", SENT)
        assert len(site.mails) == 2


async def test_a_body_may_hold_anything_but_its_ends() -> None:
    async with outgoing() as (site, _, host):
        await host.body(HOSTILE)
        await host.does(b"AT+SMTPSEND", SENT)
        assert site.mails[0].content.endswith(b"\r\n\r\n" + HOSTILE)


async def test_esc_keeps_the_body_before() -> None:
    async with outgoing() as (site, _, host):
        await host.body(b"first")
        host.send(b"AT+SMTPBODY\r")
        await host.hear(b"\r\n>")
        host.send(b"second\x1b")
        await host.hear(OK)
        await host.does(b"AT+SMTPSEND", SENT)
        assert site.mails[0].message.get_content().strip() == "first"


async def test_a_body_that_is_too_long_is_refused_and_not_cut() -> None:
    async with outgoing() as (site, _, host):
        await host.body(b"x" * EMAIL_BODY_MAXIMUM)
        host.send(b"AT+SMTPBODY\r")
        await host.hear(b"\r\n>")
        host.send(b"y" * (EMAIL_BODY_MAXIMUM + 1) + b"\x1a")
        await host.hear(b"\r\nERROR\r\n")
        await host.does(b"AT+SMTPSEND", b"+SMTPSEND: 65")  # no server takes such a line
        await host.body(b"x\r\n" * (EMAIL_BODY_MAXIMUM // 3))
        await host.does(b"AT+SMTPSEND", SENT)
        assert site.mails[0].message.get_content().count("x") == EMAIL_BODY_MAXIMUM // 3


async def test_what_is_typed_is_echoed() -> None:
    async with VirtualModem("sim900", urc_delay=0) as virtual:
        client = await attach(virtual, echo=True)
        client.send(b"AT+SMTPBODY\r")
        await client.hear(b"AT+SMTPBODY\r\r\n>")
        client.send(b"text\x1a")
        await client.hear(b"text\x1a" + OK)
        await client.aclose()


@pytest.mark.parametrize("dialect", ["sim800", "sim7000"])
async def test_a_counted_body_may_hold_all_bytes(dialect: str) -> None:
    text = bytes(range(32, 127)) + b"\x1a\x1b\x03\x10\r\n.\r\n"
    async with outgoing(dialect=dialect) as (site, _, host):
        await host.ask(b"AT+SMTPBODY=%d" % len(text), b"\r\nDOWNLOAD\r\n")
        host.send(text)
        await host.hear(OK)
        await host.does(b"AT+SMTPSEND", SENT)
        assert site.mails[0].content.endswith(text)


async def test_another_charset_wants_hexadecimal() -> None:
    subject, body = "Füllstand".encode(), "Höhe: 3 м".encode()
    async with outgoing(b'AT+SMTPCS="UTF-8"', b'AT+SMTPSUB="%s"' % subject.hex().encode()) as (site, _, host):
        await host.body(body.hex().encode())
        await host.does(b"AT+SMTPSEND", SENT)
        message = site.mails[0].message
        assert (message["Subject"], message.get_content()) == ("Füllstand", "Höhe: 3 м")
        await host.body(b"no digits")
        await host.error(b"AT+SMTPSEND")
        await host.ok(b'AT+SMTPSUB="Test"')
        await host.body(b"41")
        await host.error(b"AT+SMTPSEND")
        assert len(site.mails) == 1


@pytest.mark.parametrize("missing", [b'AT+SMTPSRV=""', b'AT+SMTPFROM=""', b"AT+SMTPRCPT=0"])
async def test_what_has_to_be_set(missing: bytes) -> None:
    async with outgoing(missing) as (site, _, host):
        await host.error(b"AT+SMTPSEND")
        assert site.commands == []


async def test_one_mail_at_a_time() -> None:
    async with outgoing(b'AT+SMTPFILE=1,"a.txt",0') as (site, _, host):
        await host.does(b"AT+SMTPSEND", b"+SMTPFT: 1,1360")
        await host.error(b"AT+SMTPSEND")
        await host.ok(b"AT+SMTPFT=0")
        await host.urc(SENT)
        assert len(site.mails) == 1


async def test_not_while_a_mailbox_is_open() -> None:
    async with outgoing() as (_, _, host):
        await host.ok(b'AT+POP3SRV="%s","john","123456",110' % HOST.encode(), b"AT+POP3IN")
        await host.error(b"AT+SMTPSEND", b"AT+POP3IN")
        await host.hear_until(b"+POP3IN: ")
        assert (await host.hear_until(b"\r\n")) != b"1\r\n"  # it is no mailbox
        await host.does(b"AT+SMTPSEND", SENT)


async def test_no_blocks_without_a_mail() -> None:
    async with VirtualModem("sim900", urc_delay=0) as virtual:
        host = await EmailHost.of(virtual)
        await host.error(b"AT+SMTPFT=100", b"AT+SMTPFT=0")
        await host.aclose()


async def test_the_account_of_this_mail_is_used() -> None:
    async with outgoing(b"AT+SMTPAUTH=0", b'AT+SMTPAUTH=1,"john","123456"') as (site, _, host):
        await host.does(b"AT+SMTPSEND", SENT)
        assert site.mails[0].user in ACCOUNT
