from __future__ import annotations

from simcom_async.virtual import VirtualModem
from tests.virtual.client import Client
from tests.virtual.conftest import attach

OK = b"\r\nOK\r\n"


async def test_contexts(client: Client) -> None:
    await client.ok(b"AT+CGDCONT?")
    await client.ok(b'AT+CGDCONT=2,"IP","two"', b'AT+CGDCONT=1,"IP","one","10.0.0.1",0,0')
    lines = b'\r\n+CGDCONT: 1,"IP","one","10.0.0.1",0,0\r\n+CGDCONT: 2,"IP","two","0.0.0.0",0,0\r\n'
    await client.ask(b"AT+CGDCONT?", lines + OK)
    await client.ok(b"AT+CGACT=1,2")
    await client.ask(b"AT+CGPADDR=2", b'\r\n+CGPADDR: 2,"10.80.0.2"\r\n' + OK)
    await client.ask(b"AT+CGPADDR=1", b'\r\n+CGPADDR: 1,"0.0.0.0"\r\n' + OK)
    await client.ok(b"AT+CGACT=0")
    await client.ask(b"AT+CGACT?", b"\r\n+CGACT: 1,0\r\n+CGACT: 2,0\r\n+CGACT: 3,0\r\n" + OK)
    await client.ok(b"AT+CGDCONT=2", b"AT+CGDCONT=3", b"AT+CMEE=1")
    await client.ask(b"AT+CGACT=1,2", b"\r\n+CME ERROR: 148\r\n")


async def test_a_context_of_an_lte_module() -> None:
    async with VirtualModem("sim7000") as virtual:
        client = await attach(virtual)
        await client.ok(b'AT+CGDCONT=1,"IP","one","0.0.0.0",0,0,0,0', b'AT+CGDCONT=2,"IP","two"')
        lines = b'\r\n+CGDCONT: 1,"IP","one","0.0.0.0",0,0,0,0\r\n+CGDCONT: 2,"IP","two","0.0.0.0",0,0\r\n'
        await client.ask(b"AT+CGDCONT?", lines + OK)


async def test_attachment(virtual: VirtualModem, client: Client) -> None:
    await client.ok(b'AT+CGDCONT=1,"IP","one"', b"AT+CGACT=1,1", b"AT+SAPBR=1,1")
    await client.ask(b"AT+CGATT=0", OK + b"\r\n+SAPBR 1: DEACT\r\n")
    await client.ask(b"AT+CGATT?", b"\r\n+CGATT: 0\r\n" + OK)
    await client.ask(b"AT+CGACT?", b"\r\n+CGACT: 1,0\r\n+CGACT: 2,0\r\n+CGACT: 3,0\r\n" + OK)
    await client.error(b"AT+SAPBR=1,1", b"AT+CIICR")
    await client.ok(b"AT+CGATT=1", b"AT+SAPBR=1,1")
    virtual.network.lose_coverage()
    await client.hear(b"\r\n+SAPBR 1: DEACT\r\n")
    await client.ask(b"AT+CGATT?", b"\r\n+CGATT: 0\r\n" + OK)
    await client.error(b"AT+CGATT=1")


async def test_the_cip_stack_in_its_order(client: Client) -> None:
    await client.error(b"AT+CIICR", b"AT+CIFSR")
    await client.ask(b"AT+CIPSHUT", b"\r\nSHUT OK\r\n")
    await client.ok(b'AT+CSTT="internet","u","p"')
    await client.error(b'AT+CSTT="other"')
    await client.ask(b"AT+CSTT?", b'\r\n+CSTT: "internet","u","p"\r\n' + OK)
    await client.ok(b"AT+CIICR")
    await client.ask(b"AT+CIFSR", b"\r\n10.81.0.1\r\n")
    await client.ask(b"AT+CIPSHUT", b"\r\nSHUT OK\r\n")
    await client.error(b"AT+CIFSR")
    await client.ok(b"AT+CSTT", b"AT+CIICR")


async def test_starting_the_stack_needs_service(virtual: VirtualModem, client: Client) -> None:
    await client.ok(b"AT+CSTT", b"AT+CMEE=2")
    virtual.network.lose_coverage()
    await client.ask(b"AT+CIICR", b"\r\n+CME ERROR: no network service\r\n")
