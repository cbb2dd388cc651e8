from __future__ import annotations

import pytest

from simcom_async.virtual import VirtualModem
from simcom_async.virtual.sim import PUK
from tests.virtual.client import Client
from tests.virtual.conftest import Start, attach

OK = b"\r\nOK\r\n"


@pytest.fixture
async def locked(start: Start) -> Client:
    """A client of a modem that asks for its PIN, with numbers for errors."""
    return await attach(await start(pin="1234", cmee=1))


def cme(number: int) -> bytes:
    return b"\r\n+CME ERROR: %d\r\n" % number


async def test_the_right_pin_opens_and_registers(locked: Client) -> None:
    await locked.ask(b"AT+CPIN?", b"\r\n+CPIN: SIM PIN\r\n" + OK)
    await locked.ask(b"AT+CREG=1;+CREG?", b"\r\n+CREG: 1,0\r\n" + OK)
    await locked.ask(b"AT+CIMI", cme(11))
    await locked.ok(b'AT+CPIN="1234"')
    await locked.hear(b"\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n\r\n+CREG: 1\r\n")
    await locked.ask(b"AT+CIMI", b"\r\n001010000000001\r\n" + OK)
    await locked.ask(b"AT+CPIN=1234", cme(3))


async def test_wrong_pins_count_and_end_in_the_puk(locked: Client) -> None:
    await locked.ask(b"AT+SPIC", b"\r\n+SPIC: 3,3,10,10\r\n" + OK)
    await locked.ask(b"AT+CPIN=0000", cme(16))
    await locked.ask(b"AT+CPIN=0000", cme(16))
    await locked.ask(b"AT+SPIC", b"\r\n+SPIC: 1,3,10,10\r\n" + OK)
    await locked.ask(b"AT+CPIN=0000", cme(12))
    await locked.ask(b"AT+CPIN?", b"\r\n+CPIN: SIM PUK\r\n" + OK)
    await locked.ask(b"AT+CPIN=1234", cme(12))
    await locked.ask(b"AT+CPIN=00000000,4321", cme(16))
    await locked.ask(b"AT+CIMI", cme(12))
    await locked.ok(b"AT+CPIN=%s,4321" % PUK.encode())
    await locked.hear_until(b"SMS Ready\r\n")
    await locked.ask(b"AT+CPIN?", b"\r\n+CPIN: READY\r\n" + OK)
    await locked.ask(b"AT+SPIC", b"\r\n+SPIC: 3,3,10,10\r\n" + OK)


async def test_ten_wrong_puks_destroy_the_card(locked: Client) -> None:
    for number in (16, 16, 12):
        await locked.ask(b"AT+CPIN=0000", cme(number))
    for number in [16] * 9 + [13]:
        await locked.ask(b"AT+CPIN=00000000,4321", cme(number))
    await locked.ask(b"AT+CPIN?", cme(10))


async def test_a_restart_asks_again_but_keeps_the_count(start: Start) -> None:
    virtual = await start(pin="1234", cmee=1)
    client = await attach(virtual)
    await client.ask(b"AT+CPIN=0000", cme(16))
    virtual.reset()
    assert b"+CPIN: SIM PIN\r\n" in await client.hear_until(b"+CPIN: SIM PIN\r\n")
    await client.silent()
    client.send(b"ATE0;+SPIC\r")
    await client.hear(b"ATE0;+SPIC\r\r\n+SPIC: 2,3,10,10\r\n" + OK)


async def test_without_a_card(virtual: VirtualModem, client: Client) -> None:
    await client.ok(b"AT+CMEE=1", b"AT+CREG=1")
    await client.ok(b"AT+SAPBR=1,1")
    virtual.remove_sim()
    await client.hear(b"\r\n+CPIN: NOT INSERTED\r\n\r\n+SAPBR 1: DEACT\r\n\r\n+CREG: 0\r\n")
    for line in (b"AT+CPIN?", b"AT+CIMI", b"AT+CCID", b"AT+CSPN?", b"AT+CPIN=1234"):
        await client.ask(line, cme(10))
    await client.ask(b"AT+CMGL=4", b"\r\n+CMS ERROR: 310\r\n")
    virtual.insert_sim()
    await client.hear(b"\r\n+CPIN: READY\r\n\r\n+CREG: 1\r\n")
    await client.ask(b"AT+CCID", b"\r\n89860011200000000004\r\n" + OK)


@pytest.mark.parametrize("line", [b"AT+CPIN=12", b'AT+CPIN="123456789"', b"AT+CPIN=", b'AT+CPIN="a;b"'])
async def test_what_is_no_pin(locked: Client, line: bytes) -> None:
    await locked.error(line)
    await locked.ask(b"AT+SPIC", b"\r\n+SPIC: 3,3,10,10\r\n" + OK)


async def test_provider_and_numbers(client: Client) -> None:
    await client.ask(b"AT+CSPN?", b'\r\n+CSPN: "Loopback",0\r\n' + OK)
    await client.ask(b"AT+CIMI", b"\r\n001010000000001\r\n" + OK)
