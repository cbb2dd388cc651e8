"""Every code of AT+SMTPSEND from its real cause, and the attachment in blocks (SIM900 e-mail manual 2.10, 2.11)."""

from __future__ import annotations

import socket
import sys

import pytest

from simcom_async.commands.email_smtp import EmailSmtpCode
from simcom_async.errors import MissingExtra
from simcom_async.ports.clock import ManualClock
from simcom_async.sites import MailFault, RawSite, ServerFault, SmtpSite
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.email_sending import CREDIT, PATIENCE, code_of
from simcom_async.virtual.faults import FailServer, LoseBearer
from simcom_async.virtual.internet import ConnectFailed, SilentServer
from simcom_async.virtual.mail_failure import MailReason, SmtpFailure, SmtpStage
from tests.virtual.email_host import HOST, OK, EmailHost, outgoing

SENT = b"+SMTPSEND: 1"
TEXT, BINARY = b'AT+SMTPFILE=1,"a.txt",0', b'AT+SMTPFILE=2,"a.bin",1'


# The attachment


@pytest.mark.parametrize("size", [0, 1, 1359, 1360, 1361, 5000])
async def test_attachments_of_all_sizes(size: int) -> None:
    data = (b"0123456789abcdef\r\n" * (size // 18 + 1))[:size]
    async with outgoing(TEXT) as (site, _, host):
        await host.body(b"Hello")
        await host.attach(data)
        await host.urc(SENT)
        (part,) = site.mails[0].message.iter_attachments()
        assert part.get_content().encode() == data


async def test_the_bytes_go_as_they_are() -> None:
    """They are the host's affair: what it encoded is not looked at, and what it did not encode neither."""
    data = b".\r\n..two\r\nAAEC/w==\r\nplain text = \xe4 \x00 \x1a\x1b\r\nOK\r\n"
    async with outgoing(BINARY) as (site, _, host):
        await host.attach(data, block=7)
        await host.urc(SENT)
        head, _, rest = site.mails[0].content.partition(b'filename="a.bin"\r\n\r\n')
        assert head
        assert rest.startswith(data + b"\r\n--")


async def test_a_block_needs_a_credit_and_fits_into_it() -> None:
    async with outgoing(TEXT) as (site, _, host):
        await host.does(b"AT+SMTPSEND", b"+SMTPFT: 1,1360")
        await host.error(b"AT+SMTPFT=%d" % (CREDIT + 1))
        await host.hand_over(b"x" * 10)
        await host.hear(OK)
        await host.urc(b"+SMTPFT: 1,1360")
        await host.ok(b"AT+SMTPFT=0")
        await host.urc(SENT)
        await host.error(b"AT+SMTPFT=0", b"AT+SMTPFT=10")
        assert len(site.mails) == 1


async def test_a_host_that_hands_nothing_over() -> None:
    clock = ManualClock()
    async with outgoing(TEXT, clock=clock) as (site, _, host):
        await host.does(b"AT+SMTPSEND", b"+SMTPFT: 1,1360")
        await clock.run(PATIENCE - 1)
        await host.silent()
        await host.outwait(clock, b"+SMTPSEND: 64")
        await host.error(b"AT+SMTPFT=10")
        assert site.mails == []
    async with outgoing(TEXT, clock=(clock := ManualClock()), unread_timeout=5) as (_, _, host):
        await host.does(b"AT+SMTPSEND", b"+SMTPFT: 1,1360")
        await host.outwait(clock, b"+SMTPSEND: 64", 5)


async def test_a_server_that_goes_in_the_middle_of_the_attachment() -> None:
    async with outgoing(TEXT) as (site, virtual, host):
        await host.does(b"AT+SMTPSEND", b"+SMTPFT: 1,1360")
        await site.aclose()
        await host.urc(b"+SMTPSEND: 63")
        await host.error(b"AT+SMTPFT=10")
        assert virtual.internet.count == 0


async def test_a_bearer_that_goes_in_the_middle_of_a_block() -> None:
    async with outgoing(TEXT) as (site, virtual, host):
        await host.does(b"AT+SMTPSEND", b"+SMTPFT: 1,1360")
        await host.ask(b"AT+SMTPFT=10", b"\r\n+SMTPFT: 2,10\r\n")
        host.send(b"01234")
        virtual.network.lose_bearer(1)
        host.send(b"56789")
        await host.hear(b"\r\nERROR\r\n")
        assert await host.hear_until(b"+SMTPSEND: 61\r\n")
        assert site.mails == []


# The codes


@pytest.mark.parametrize(
    ("verb", "reply", "code"),
    [
        ("", "554 no service", 65),
        ("", "421 busy", 65),
        ("AUTH", "535 5.7.8 wrong", 67),
        ("AUTH", "500 what?", 67),
        ("MAIL", "530 5.7.0 login first", 66),
        ("MAIL", "552 too much", 65),
        ("RCPT", "550 no such user", 68),
        ("RCPT", "452 too many", 68),
        ("DATA", "554 no", 65),
        (".", "552 too long", 65),
        (".", "550 spam", 65),
    ],
)
async def test_what_the_server_says(verb: str, reply: str, code: int) -> None:
    async with outgoing() as (site, _, host):
        site.faults.append(MailFault(command=verb, reply=reply))
        await host.does(b"AT+SMTPSEND", b"+SMTPSEND: %d" % code)
        assert site.mails == []
        site.faults.clear()
        await host.does(b"AT+SMTPSEND", SENT)


async def test_a_server_that_wants_a_login() -> None:
    async with outgoing(b"AT+SMTPAUTH=0") as (site, _, host):
        await host.does(b"AT+SMTPSEND", b"+SMTPSEND: 66")
        await host.ok(b'AT+SMTPAUTH=1,"john","wrong"')
        await host.does(b"AT+SMTPSEND", b"+SMTPSEND: 67")
        assert site.mails == []


@pytest.mark.parametrize("verb", ["", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "."])
async def test_a_server_that_falls_silent(verb: str) -> None:
    clock = ManualClock()
    async with outgoing(b"AT+EMAILTO=10", clock=clock) as (site, _, host):
        site.faults.append(MailFault(command=verb, fault=ServerFault.HANG))
        await host.ok(b"AT+SMTPSEND")
        await site.until(lambda: site.log.connections)
        await host.outwait(clock, b"+SMTPSEND: 64")


@pytest.mark.parametrize("fault", [ServerFault.CLOSE, ServerFault.RESET])
@pytest.mark.parametrize("verb", ["", "MAIL", "DATA"])
async def test_a_connection_that_is_lost(verb: str, fault: ServerFault) -> None:
    async with outgoing() as (site, _, host):
        site.faults.append(MailFault(command=verb, fault=fault))
        await host.does(b"AT+SMTPSEND", b"+SMTPSEND: 63")


async def test_a_server_that_takes_the_mail_and_says_nothing_of_it() -> None:
    async with outgoing() as (site, _, host):
        site.faults.append(MailFault(command=".", fault=ServerFault.CLOSE, done=True))
        await host.does(b"AT+SMTPSEND", b"+SMTPSEND: 63")
        assert len(site.mails) == 1


async def test_a_server_that_is_none() -> None:
    async with (
        RawSite(b"HTTP/1.1 400 Bad Request\r\n\r\n", wait_for=b"") as site,
        VirtualModem("sim900", urc_delay=0, hosts={HOST: site.address}) as virtual,
    ):
        host = await EmailHost.of(virtual, b'AT+SMTPSRV="%s"' % HOST.encode(), b'AT+SMTPFROM="a@b"')
        await host.ok(b'AT+SMTPRCPT=0,0,"a@b"')
        await host.does(b"AT+SMTPSEND", b"+SMTPSEND: 65")
        await host.aclose()


async def test_nobody_listens_and_no_name() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        async with outgoing(hosts={HOST: taken.getsockname()}) as (_, virtual, host):
            await host.does(b"AT+SMTPSEND", b"+SMTPSEND: 63")
            virtual.faults.add(FailServer("dns"))
            await host.does(b"AT+SMTPSEND", b"+SMTPSEND: 62")
            virtual.faults.add(FailServer("busy"))
            await host.does(b"AT+SMTPSEND", b"+SMTPSEND: 61")


async def test_no_bearer() -> None:
    async with outgoing() as (site, virtual, host):
        await host.ok(b"AT+SAPBR=0,1")
        await host.does(b"AT+SMTPSEND", b"+SMTPSEND: 61")
        await host.ok(b"AT+SAPBR=1,1")
        site.faults.append(MailFault(command="MAIL", fault=ServerFault.HANG))
        await host.ok(b"AT+SMTPSEND")
        await site.told("MAIL")
        virtual.faults.add(LoseBearer())
        assert await host.hear_until(b"+SMTPSEND: 61\r\n")


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (SmtpFailure(SmtpStage.CONNECT, MailReason.SILENT), EmailSmtpCode.CONNECT_ERROR),
        (SmtpFailure(SmtpStage.GREETING, MailReason.SILENT), EmailSmtpCode.TIMEOUT),
        (SmtpFailure(SmtpStage.GREETING, MailReason.GARBAGE), EmailSmtpCode.SERVER_ERROR),
        (SmtpFailure(SmtpStage.SENDER, MailReason.CLOSED), EmailSmtpCode.CONNECT_ERROR),
        (ConnectFailed("none"), EmailSmtpCode.CONNECT_ERROR),
        (SilentServer("host"), EmailSmtpCode.TIMEOUT),
    ],
)
def test_codes_of_failures(failure: SmtpFailure, code: int) -> None:
    assert code_of(failure, bearer_open=True) == code
    assert code_of(failure, bearer_open=False) is EmailSmtpCode.NETWORK_ERROR


# The module goes, or is not whole


async def test_the_power_goes() -> None:
    async with outgoing(TEXT) as (site, virtual, host):
        await host.does(b"AT+SMTPSEND", b"+SMTPFT: 1,1360")
        virtual.power_off()
        assert virtual.internet.count == 0
        virtual.power_on()
        await host.hear_until(b"Call Ready\r\n")
        host.send(b"ATE0\r")
        await host.hear_until(OK)
        await host.error(b"AT+SMTPFT=0")
        assert site.mails == []


async def test_the_delay_of_its_urcs() -> None:
    clock = ManualClock()
    async with outgoing(clock=clock, urc_delay=1.5) as (site, _, host):
        await host.ok(b"AT+SMTPSEND")
        await site.mail()
        await clock.run(1.4)
        await host.silent()
        await host.outwait(clock, SENT, 0.2)


async def test_without_the_library_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "simcom_async.virtual.smtp_engine", None)
    async with SmtpSite() as site:
        virtual = VirtualModem("sim900", urc_delay=0, hosts={HOST: site.address})
        await virtual.start()
        host = await EmailHost.of(virtual, b'AT+SMTPSRV="%s"' % HOST.encode(), b'AT+SMTPFROM="a@b"')
        await host.ok(b'AT+SMTPRCPT=0,0,"a@b"')
        await host.does(b"AT+SMTPSEND", b"+SMTPSEND: 61")
        await host.aclose()
        with pytest.raises(MissingExtra):
            await virtual.aclose()
