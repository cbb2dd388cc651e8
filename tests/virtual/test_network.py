from __future__ import annotations

from simcom_async.virtual import VirtualModem
from tests.virtual.client import Client
from tests.virtual.conftest import Start, attach

OK = b"\r\nOK\r\n"


async def test_coverage_goes_and_comes_and_is_reported(virtual: VirtualModem, client: Client) -> None:
    await client.ok(b"AT+CREG=2", b"AT+CGREG=1", b"AT+CEREG=0")
    virtual.network.lose_coverage()
    await client.hear(b"\r\n+CREG: 2\r\n\r\n+CGREG: 2\r\n")
    await client.ask(b"AT+CREG?", b"\r\n+CREG: 2,2\r\n" + OK)
    await client.ask(b"AT+CSQ", b"\r\n+CSQ: 99,0\r\n" + OK)
    virtual.network.lose_coverage()
    await client.silent()
    virtual.network.regain_coverage()
    await client.hear(b'\r\n+CREG: 1,"1A2B","00C3"\r\n\r\n+CGREG: 1\r\n')
    await client.ask(b"AT+CEREG?", b"\r\n+CEREG: 0,1\r\n" + OK)


async def test_the_report_without_a_number_is_off(client: Client) -> None:
    await client.ok(b"AT+CREG=1", b"AT+CREG=", b"AT+CGREG=", b"AT+CEREG=")
    await client.ask(b"AT+CREG?", b"\r\n+CREG: 0,1\r\n" + OK)


async def test_deregistering(virtual: VirtualModem, client: Client) -> None:
    await client.ok(b"AT+SAPBR=1,1")
    await client.ask(b"AT+COPS=2", OK + b"\r\n+SAPBR 1: DEACT\r\n")
    await client.ask(b"AT+COPS?", b"\r\n+COPS: 2\r\n" + OK)
    await client.ask(b"AT+CREG?", b"\r\n+CREG: 0,0\r\n" + OK)
    await client.ok(b"AT+COPS=0")
    assert virtual.network.registered


async def test_choosing_an_operator(client: Client) -> None:
    await client.ok(b"AT+CMEE=1", b'AT+COPS=1,2,"00101"')
    await client.ask(b"AT+COPS?", b'\r\n+COPS: 0,2,"00101"\r\n' + OK)
    await client.ask(b'AT+COPS=1,2,"99999"', b"\r\n+CME ERROR: 30\r\n")
    await client.ok(b'AT+COPS=4,0,"Loopback"')
    await client.ask(b"AT+COPS?", b'\r\n+COPS: 0,0,"Loopback"\r\n' + OK)


async def test_the_options_of_the_radio(start: Start) -> None:
    client = await attach(await start(operator="My Net", rssi=5))
    await client.ask(b"AT+CSQ", b"\r\n+CSQ: 5,0\r\n" + OK)
    await client.ask(b"AT+COPS?", b'\r\n+COPS: 0,0,"My Net"\r\n' + OK)
    await client.ask(b"AT+COPS=?", b'\r\n+COPS: (2,"My Net","My Net","00101"),,(0-4),(0-2)\r\n' + OK)


async def test_test_forms(client: Client) -> None:
    await client.ask(b"AT+CSQ=?", b"\r\n+CSQ: (0-31,99),(0-7,99)\r\n" + OK)
    await client.ask(b"AT+CREG=?", b"\r\n+CREG: (0-2)\r\n" + OK)
