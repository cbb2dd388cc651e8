"""The bearer and the patience of e-mail; one session at a time (SIM900 e-mail manual 1.1, 2.1, 2.2)."""

from __future__ import annotations

import pytest

from simcom_async.ports.clock import ManualClock
from simcom_async.sites import MailFault, ServerFault, SmtpSite
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.email import Draft
from tests.virtual.conftest import attach
from tests.virtual.email_host import HOST, OK, mailbox, outgoing

SENT = b"+SMTPSEND: 1"


async def test_it_goes_over_its_own_bearer() -> None:
    async with outgoing(b"AT+EMAILCID=2") as (_, virtual, host):
        assert (virtual.email.bearer, virtual.email.bearer_open) == (2, False)
        await host.does(b"AT+SMTPSEND", b"+SMTPSEND: 61")
        await host.ok(b"AT+SAPBR=1,2")
        await host.does(b"AT+SMTPSEND", SENT)
        await host.error(b"AT+EMAILCID=0", b"AT+EMAILCID=4")
        await host.ask(b"AT+EMAILCID?", b"\r\n+EMAILCID: 2\r\n" + OK)


@pytest.mark.parametrize("cid", [0, 1])
async def test_the_application_network_of_the_sim7000_will_do(cid: int) -> None:
    async with SmtpSite() as site, VirtualModem("sim7000", urc_delay=0, hosts={HOST: site.address}) as virtual:
        host = await attach(virtual)
        await host.ok(b"AT+EMAILCID=%d" % cid, b'AT+SMTPSRV="%s"' % HOST.encode(), b'AT+SMTPFROM="a@b"')
        await host.ok(b'AT+SMTPRCPT=0,0,"a@b"', b'AT+CNACT=1,"internet"')
        await host.hear(b"\r\n+APP PDP: ACTIVE\r\n")
        await host.ok(b"AT+SMTPSEND")
        await host.hear(b"\r\n+SMTPSEND: 1\r\n")
        assert len(site.mails) == 1
        await host.aclose()


async def test_the_patience_is_that_of_emailto() -> None:
    clock = ManualClock()
    async with outgoing(b"AT+EMAILTO=120", clock=clock) as (site, virtual, host):
        site.faults.append(MailFault(command="MAIL", fault=ServerFault.HANG))
        await host.ok(b"AT+SMTPSEND")
        await site.told("MAIL")
        await clock.run(119)
        await host.silent()
        await host.outwait(clock, b"+SMTPSEND: 64", 2)
        assert virtual.email.timeout == 120
    async with outgoing(network_timeout=7) as (_, virtual, _):
        assert virtual.email.timeout == 7


async def test_idle_and_reserved() -> None:
    async with mailbox([b"Subject: x\r\n\r\n"]) as (_, virtual, host):
        assert (virtual.email.idle, virtual.email.reserved) == (False, None)
        await host.does(b"AT+POP3CMD=1", b"+POP3CMD: 1")
        assert virtual.email.reserved is not None
        await host.chunk()
        await host.ok(b"AT+EMAILTO=30")  # nothing is reserved any more
        await host.does(b"AT+POP3OUT", b"+POP3OUT: 1")
        assert virtual.email.idle


def test_the_account_is_not_shown() -> None:
    assert "geheim" not in repr(Draft(account=("john", "geheim")))
