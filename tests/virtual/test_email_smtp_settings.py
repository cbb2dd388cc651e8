"""What is set of a mail, read back, removed, and lost (SIM900 e-mail manual 2.3 to 2.12)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from simcom_async.virtual import VirtualModem
from tests.virtual.client import Client
from tests.virtual.conftest import attach
from tests.virtual.email_host import OK


@pytest.fixture
async def virtual() -> AsyncIterator[VirtualModem]:
    async with VirtualModem("sim900", urc_delay=0) as modem:
        yield modem


@pytest.fixture
async def client(virtual: VirtualModem) -> AsyncIterator[Client]:
    visitor = await attach(virtual)
    yield visitor
    await visitor.aclose()


async def reads(client: Client, question: bytes, *lines: bytes) -> None:
    """A question, and exactly these lines."""
    await client.ask(question, (b"\r\n" + b"\r\n".join(lines) + b"\r\n" if lines else b"") + OK)


async def test_what_is_left_out_is_as_at_the_factory(client: Client) -> None:
    await reads(client, b"AT+SMTPSRV?", b'+SMTPSRV: "",25')
    await client.ok(b'AT+SMTPSRV="a",2525', b'AT+SMTPSRV="b"')
    await reads(client, b"AT+SMTPSRV?", b'+SMTPSRV: "b",25')
    await client.ok(b'AT+SMTPFROM="a@b","A"', b'AT+SMTPFROM="c@d"')
    await reads(client, b"AT+SMTPFROM?", b'+SMTPFROM: "c@d",""')


async def test_authentication(client: Client) -> None:
    await reads(client, b"AT+SMTPAUTH?", b"+SMTPAUTH: 0")
    await client.ok(b'AT+SMTPAUTH=1,"john","123456"')
    await reads(client, b"AT+SMTPAUTH?", b'+SMTPAUTH: 1,"john","123456"')
    await client.error(b'AT+SMTPAUTH=0,"x","y"', b"AT+SMTPAUTH=1", b'AT+SMTPAUTH=2,"x","y"')
    await client.ok(b"AT+SMTPAUTH=0")
    await reads(client, b"AT+SMTPAUTH?", b"+SMTPAUTH: 0")


async def test_recipients_have_places(client: Client) -> None:
    await reads(client, b"AT+SMTPRCPT?")
    await client.ok(b'AT+SMTPRCPT=2,0,"eve@sim.com"', b'AT+SMTPRCPT=0,4,"john@sim.com","john"')
    await client.ok(b'AT+SMTPRCPT=0,0,"ann@sim.com","ann"', b'AT+SMTPRCPT=0,0,"bob@sim.com","bob"')
    await reads(
        client,
        b"AT+SMTPRCPT?",
        b'+SMTPRCPT: 0,0,"bob@sim.com","bob"',
        b'+SMTPRCPT: 0,4,"john@sim.com","john"',
        b'+SMTPRCPT: 2,0,"eve@sim.com",""',
    )
    await client.error(b'AT+SMTPRCPT=0,5,"x@y"', b'AT+SMTPRCPT=3,0,"x@y"')
    await client.ok(b"AT+SMTPRCPT=0,0", b"AT+SMTPRCPT=0,0", b"AT+SMTPRCPT=2", b"AT+SMTPRCPT=1")
    await reads(client, b"AT+SMTPRCPT?", b'+SMTPRCPT: 0,4,"john@sim.com","john"')


async def test_the_attachment_and_its_rules(client: Client) -> None:
    await reads(client, b"AT+SMTPFILE?", b"+SMTPFILE: 0")
    await client.ok(b'AT+SMTPFILE=1,"test.txt",0')
    await reads(client, b"AT+SMTPFILE?", b'+SMTPFILE: 1,"test.txt",0')
    await client.error(b'AT+SMTPFILE=1,"test.txt",1', b'AT+SMTPFILE=2,"test.bmp",0', b'AT+SMTPFILE=3,"x",0')
    await client.ok(b'AT+SMTPFILE=2,"test.bmp",1')
    await reads(client, b"AT+SMTPFILE?", b'+SMTPFILE: 2,"test.bmp",1')
    await client.ok(b"AT+SMTPFILE=0")
    await reads(client, b"AT+SMTPFILE?", b"+SMTPFILE: 0")


async def test_charset_and_subject(client: Client) -> None:
    await reads(client, b"AT+SMTPCS?", b'+SMTPCS: "ASCII"')
    await client.ok(b'AT+SMTPCS="UTF-8"', b'AT+SMTPSUB="54455354"')
    await client.error(b'AT+SMTPCS="no-such-charset"')
    await reads(client, b"AT+SMTPCS?", b'+SMTPCS: "UTF-8"')
    await reads(client, b"AT+SMTPSUB?", b'+SMTPSUB: "54455354"')


async def test_a_restart_forgets_all_of_it(virtual: VirtualModem, client: Client) -> None:
    await client.ok(b'AT+SMTPAUTH=1,"john","123456"', b'AT+SMTPRCPT=0,0,"a@b"', b'AT+SMTPSUB="Test"', b"ATE0&W")
    virtual.reset()
    await client.hear_until(b"Call Ready\r\n")
    await reads(client, b"AT+SMTPAUTH?", b"+SMTPAUTH: 0")
    await reads(client, b"AT+SMTPRCPT?")
    await reads(client, b"AT+SMTPSUB?", b'+SMTPSUB: ""')
