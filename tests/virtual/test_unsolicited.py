from __future__ import annotations

from simcom_async.ports.clock import ManualClock
from simcom_async.sites import HttpSite, Route
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.unsolicited import URC_LIMIT
from tests.virtual.client import Client
from tests.virtual.conftest import Start, attach

OK = b"\r\nOK\r\n"
DEACT = b"\r\n+SAPBR 1: DEACT\r\n"


async def test_they_wait_for_the_end_of_an_entry(virtual: VirtualModem, client: Client) -> None:
    await client.ok(b"AT+SAPBR=1,1", b"AT+HTTPINIT")
    await client.ask(b"AT+HTTPDATA=4,1000", b"\r\nDOWNLOAD\r\n")
    virtual.network.lose_bearer(1)
    client.send(b"ab")
    await client.silent()
    client.send(b"cd")
    await client.hear(OK + DEACT)


async def test_they_never_stand_in_a_counted_block(start: Start) -> None:
    async with HttpSite([Route(length=50_000)]) as site:
        virtual = await start()
        client = await attach(virtual)
        await client.ok(b"AT+SAPBR=1,1", b"AT+SAPBR=1,2", b"AT+HTTPINIT", b'AT+HTTPPARA="CID",1')
        await client.ok(b'AT+HTTPPARA="URL","' + site.url.encode() + b'"', b"AT+HTTPACTION=0")
        await client.hear(b"\r\n+HTTPACTION: 0,200,50000\r\n")
        client.send(b"AT+HTTPREAD\r")
        virtual.network.lose_bearer(2)
        heard = await client.hear_until(OK)
        place = heard.find(b"DEACT")
        assert place < 0 or place < heard.index(b"+HTTPREAD")


async def test_a_half_typed_line_holds_them_back_for_a_moment(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock)
    client = await attach(virtual)
    await client.ok(b"AT+SAPBR=1,1")
    client.send(b"AT+CS")
    await client.silent()
    virtual.network.lose_bearer(1)
    await client.silent()
    client.send(b"Q\r")
    await client.hear(b"\r\n+CSQ: 21,0\r\n" + OK + DEACT)
    await client.ok(b"AT+SAPBR=1,1")
    client.send(b"AT+CS")
    await client.silent()
    virtual.network.lose_bearer(1)
    await clock.run(0.6)
    await client.hear(DEACT)
    client.send(b"Q\r")
    await client.hear(b"\r\n+CSQ: 21,0\r\n" + OK)


async def test_their_number_is_bounded(virtual: VirtualModem, client: Client) -> None:
    await client.ask(b"ATD*99#", b"\r\nCONNECT\r\n")
    for number in range(URC_LIMIT + 10):
        virtual.urc_line(f"+CMTI: {number}")
    assert virtual.lines.channels[0].unsolicited.dropped == 10
    virtual.hang_up()
    await client.hear(b"\r\n+CMTI: 10\r\n")


async def test_every_line_of_the_module_gets_them(virtual: VirtualModem) -> None:
    one, two = await attach(virtual), await attach(virtual)
    virtual.urc_line("RING")
    await one.hear(b"\r\nRING\r\n")
    await two.hear(b"\r\nRING\r\n")
