from __future__ import annotations

from simcom_async.virtual import VirtualModem
from tests.virtual.client import Client

OK = b"\r\nOK\r\n"


async def test_minimum_functionality_takes_radio_and_card_away(client: Client) -> None:
    await client.ok(b"AT+CREG=1")
    await client.ask(b"AT+CFUN=0", OK + b"\r\n+CREG: 0\r\n\r\n+CPIN: NOT READY\r\n")
    await client.ask(b"AT+CFUN?", b"\r\n+CFUN: 0\r\n" + OK)
    await client.ask(b"AT+CSQ", b"\r\n+CSQ: 99,0\r\n" + OK)
    await client.ask(b"AT+CFUN=1", OK + b"\r\n+CREG: 1\r\n\r\n+CPIN: READY\r\n")
    await client.ask(b"AT+CREG?", b"\r\n+CREG: 1,1\r\n" + OK)


async def test_flight_mode_takes_the_radio_away(client: Client) -> None:
    await client.ok(b"AT+CFUN=4")
    await client.ask(b"AT+CREG?", b"\r\n+CREG: 0,0\r\n" + OK)
    await client.ask(b"AT+COPS?", b"\r\n+COPS: 0\r\n" + OK)
    await client.error(b"AT+SAPBR=1,1")
    await client.ok(b"AT+CFUN=4", b"AT+CFUN=1", b"AT+SAPBR=1,1")


async def test_a_reset_answers_first(client: Client) -> None:
    await client.ask(b"AT+CFUN=1,1", OK + b"\r\nRDY\r\n\r\n+CFUN: 1\r\n")
    await client.hear(b"\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n")
    client.send(b"AT\r")
    await client.hear(b"AT\r" + OK)


async def test_the_battery(client: Client) -> None:
    await client.ask(b"AT+CBC", b"\r\n+CBC: 0,96,4110\r\n" + OK)


async def test_switching_off_ends_what_is_under_way(virtual: VirtualModem, client: Client) -> None:
    await client.ok(b"AT+HTTPINIT", b"AT+SAPBR=1,1")
    await client.ask(b"AT+CPOWD=1", b"\r\nNORMAL POWER DOWN\r\n")
    assert not virtual.powered
    virtual.power_on()
    await client.hear_until(b"SMS Ready\r\n")
    client.send(b"ATE0;+HTTPINIT;+SAPBR=2,1\r")
    await client.hear(b'ATE0;+HTTPINIT;+SAPBR=2,1\r\r\n+SAPBR: 1,3,"0.0.0.0"\r\n' + OK)
