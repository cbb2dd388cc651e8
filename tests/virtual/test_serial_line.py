from __future__ import annotations

from simcom_async.virtual import VirtualModem
from tests.virtual.client import Client
from tests.virtual.conftest import attach

OK = b"\r\nOK\r\n"


async def restarted(virtual: VirtualModem, client: Client) -> None:
    virtual.reset()
    await client.hear_until(b"PB DONE\r\n")
    await client.ask(b"ATE0", b"ATE0\r" + OK)


async def test_a_permanent_rate_outlives_the_power() -> None:
    async with VirtualModem("sim7100") as virtual:
        client = await attach(virtual)
        await client.ask(b"AT+IPR?", b"\r\n+IPR: 115200\r\n" + OK)
        await client.ok(b"AT+IPR=9600", b"AT+IPREX=921600")
        await restarted(virtual, client)
        await client.ask(b"AT+IPR?", b"\r\n+IPR: 115200\r\n" + OK)
        await client.ask(b"AT+IPREX?", b"\r\n+IPREX: 921600\r\n" + OK)


async def test_the_port_of_unsolicited_lines_is_kept_when_asked_for() -> None:
    async with VirtualModem("sim7100") as virtual:
        client = await attach(virtual)
        await client.ask(b"AT+CATR?", b"\r\n+CATR: 0\r\n" + OK)
        await client.ok(b"AT+CATR=1,1", b"AT+CATR=3")
        await client.ask(b"AT+CATR?", b"\r\n+CATR: 3\r\n" + OK)
        await restarted(virtual, client)
        await client.ask(b"AT+CATR?", b"\r\n+CATR: 1\r\n" + OK)
        await client.ask(b"AT+CATR=?", b"\r\n+CATR: (0-7)\r\n" + OK)
