from __future__ import annotations

import pytest

from simcom_async.ports.tcp import TcpPort
from simcom_async.virtual import VirtualModem
from tests.virtual.client import Client
from tests.virtual.conftest import Start, attach

OK = b"\r\nOK\r\n"


async def test_numbers_instead_of_words(client: Client) -> None:
    await client.ask(b"ATV0", b"0\r")
    await client.ask(b"AT+CSQ", b"+CSQ: 21,0\r\n0\r")
    await client.ask(b"AT+NOSUCH", b"4\r")
    await client.ask(b"ATD*99#", b"1\r")


async def test_no_results(client: Client) -> None:
    client.send(b"ATQ1\r")
    await client.silent()
    await client.ask(b"AT+CSQ", b"\r\n+CSQ: 21,0\r\n")
    await client.silent()
    await client.ok(b"ATQ0")


async def test_the_profile_is_stored_and_recalled(virtual: VirtualModem, client: Client) -> None:
    await client.ok(b"AT+CMEE=2", b"ATS0=3", b"AT+CMGF=1", b"AT&W")
    await client.ok(b"AT+CMEE=1", b"ATS0=5", b"AT+CMGF=0", b"ATZ")
    await client.ask(b"AT+CMEE?", b"\r\n+CMEE: 2\r\n" + OK)
    await client.ask(b"ATS0?", b"\r\n003\r\n" + OK)
    await client.ask(b"AT+CMGF?", b"\r\n+CMGF: 1\r\n" + OK)
    virtual.reset()
    await client.hear_until(b"SMS Ready\r\n")
    await client.ask(b"AT+CMEE?", b"\r\n+CMEE: 2\r\n" + OK)  # its echo is still off, too
    await client.ask(b"AT+CSQ=1", b"\r\nERROR\r\n")


async def test_without_a_stored_profile_a_restart_is_the_beginning(virtual: VirtualModem, client: Client) -> None:
    await client.ok(b"AT+CMEE=2", b"ATS0=3", b"AT+CMGF=1")
    virtual.reset()
    await client.hear_until(b"SMS Ready\r\n")
    client.send(b"AT+CMEE?;+CMGF?;S0?\r")
    await client.hear(b"AT+CMEE?;+CMGF?;S0?\r\r\n+CMEE: 0\r\n\r\n+CMGF: 0\r\n\r\n000\r\n" + OK)


async def test_the_factory_profile(client: Client) -> None:
    await client.ok(b"AT+CMEE=2", b"ATS7=9", b"AT&W")
    client.send(b"AT&F\r")
    await client.hear(OK)
    client.send(b"AT+CMEE?;S7?\r")
    await client.hear(b"AT+CMEE?;S7?\r\r\n+CMEE: 0\r\n\r\n060\r\n" + OK)


async def test_the_profile_in_force_is_shown(client: Client) -> None:
    await client.ok(b"AT&C1")
    client.send(b"AT&V\r")
    shown = await client.hear_until(OK)
    assert shown.startswith(b"\r\nACTIVE PROFILE:\r\n&C: 1\r\nE: 0\r\n")
    assert b"S07: 060\r\n" in shown


@pytest.mark.parametrize(
    "line", [b"ATS3=10", b"ATS4=13", b"ATS0=256", b"ATE2", b"AT&C2", b"ATX5", b"AT+CMEE=3", b"ATS7"]
)
async def test_what_a_register_or_a_command_does_not_take(client: Client, line: bytes) -> None:
    await client.error(line)


async def test_registers_that_may_be_written_as_they_are(client: Client) -> None:
    await client.ok(b"ATS3=13", b"ATS4=10", b"ATS30=7")
    await client.ask(b"ATS30?S99?", b"\r\n007\r\n\r\n000\r\n" + OK)


async def test_the_editing_character(client: Client) -> None:
    await client.ok(b"ATS5=35")
    await client.ask(b"AT+CSR#Q", b"\r\n+CSQ: 21,0\r\n" + OK)


async def test_a_line_that_is_too_long_runs_nothing(client: Client) -> None:
    body = b"+CREG=2;" + b";" * 548
    await client.ok(b"AT" + body)
    await client.error(b"AT+CREG=0;" + body)
    await client.ask(b"AT+CREG?", b'\r\n+CREG: 2,1,"1A2B","00C3"\r\n' + OK)


async def test_a_new_rate_paces_a_paced_line(start: Start) -> None:
    virtual = await start(baud=460800)
    host, port = await virtual.listen_tcp()
    channel = virtual.lines.channels[0]
    assert channel.out.baud == 460800
    visitor = await Client(TcpPort(host, port)).open()
    visitor.send(b"AT+IPR=115200\r")
    await visitor.hear(b"AT+IPR=115200\r" + OK)
    visitor.send(b"AT\r")
    await visitor.hear(b"AT\r" + OK)
    assert channel.out.baud == 115200
    await visitor.aclose()


async def test_echo_and_errors_as_the_options_say(start: Start) -> None:
    client = await attach(await start(echo="off", cmee=2, pin="1234"), echo=True)
    await client.ask(b"AT+CIMI", b"\r\n+CME ERROR: SIM PIN required\r\n")


@pytest.mark.parametrize(("dialect", "failure"), [("sim800", b"ERROR"), ("sim7100", b"+CME ERROR: 3")])
async def test_the_factory_decides_how_failures_are_told(dialect: str, failure: bytes) -> None:
    async with VirtualModem(dialect) as virtual:
        client = await attach(virtual)
        for line in (b"AT+CMEE=2", b"AT&FE0"):
            await client.ok(line)
        await client.ask(b"AT+CPIN=1234", b"\r\n" + failure + b"\r\n")
