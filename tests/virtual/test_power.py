from __future__ import annotations

from simcom_async.virtual import VirtualModem
from tests.virtual.client import Client
from tests.virtual.conftest import attach

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


async def test_switching_off_and_starting_again_behind_the_answer() -> None:
    async with VirtualModem("sim7100") as virtual:
        client = await attach(virtual)
        boot = b"".join(b"\r\n" + line + b"\r\n" for line in (b"RDY", b"+CPIN: READY", b"SMS DONE", b"PB DONE"))
        await client.ask(b"AT+CRESET", OK + boot)
        await client.ask(b"AT+CPOF", b"AT+CPOF\r" + OK)
        await client.silent()
        assert not virtual.powered
        virtual.power_on()
        await client.hear(boot)


async def test_what_waits_for_a_card_is_not_said_without_one() -> None:
    async with VirtualModem("sim7100", pin="1234") as virtual:
        client = await attach(virtual)
        virtual.reset()
        await client.hear(b"\r\nRDY\r\n\r\n+CPIN: SIM PIN\r\n")
        await client.ask(b"ATE0", b"ATE0\r" + OK)
        await client.ask(b"AT+CPIN=1234", OK + b"\r\n+CPIN: READY\r\n\r\nSMS DONE\r\n\r\nPB DONE\r\n")


async def test_a_module_that_finds_the_rate_says_so() -> None:
    async with VirtualModem("sim7100", autobaud=2) as virtual:
        client = await Client(virtual.port()).open()
        client.send(b"AT\r")
        await client.silent()
        client.send(b"at\r")
        await client.hear(b"\r\nAutobaud: OK\r\n")
        client.send(b"AT\r")
        await client.hear(b"AT\r" + OK)
