from __future__ import annotations

import pytest

from simcom_async.ports.clock import ManualClock
from simcom_async.virtual import VirtualModem
from tests.virtual.client import Client
from tests.virtual.conftest import Start, attach

OK = b"\r\nOK\r\n"


async def test_the_profile_is_kept_and_shown(client: Client) -> None:
    await client.ok(
        b'AT+SAPBR=3,2,"CONTYPE","GPRS"',
        b'AT+SAPBR=3,2,"APN","internet"',
        b'AT+SAPBR=3,2,"USER","me"',
        b'AT+SAPBR=3,2,"PWD","word"',
        b'AT+SAPBR=3,2,"PHONENUM","*99#"',
        b'AT+SAPBR=3,2,"RATE","3"',
    )
    lines = b"\r\n+SAPBR:\r\nCONTYPE: GPRS\r\nAPN: internet\r\nPHONENUM: *99#\r\nUSER: me\r\nPWD: word\r\nRATE: 3\r\n"
    await client.ask(b"AT+SAPBR=4,2", lines + OK)
    await client.ask(
        b"AT+SAPBR=4,1", b"\r\n+SAPBR:\r\nCONTYPE: GPRS\r\nAPN: \r\nPHONENUM: \r\nUSER: \r\nPWD: \r\nRATE: 2\r\n" + OK
    )


async def test_each_opening_has_an_address_of_its_own(virtual: VirtualModem, client: Client) -> None:
    addresses = set()
    for _ in range(3):
        await client.ok(b"AT+SAPBR=1,1")
        addresses.add(virtual.network.bearers[1].address)
        await client.ok(b"AT+SAPBR=0,1")
    assert len(addresses) == 3


async def test_several_bearers_at_once(client: Client) -> None:
    await client.ok(b"AT+SAPBR=1,1", b"AT+SAPBR=1,3", b"AT+SAPBR=0,1")
    client.send(b"AT+SAPBR=2,3\r")
    assert b"+SAPBR: 3,1," in await client.hear_until(OK)
    await client.ask(b"AT+SAPBR=2,1", b'\r\n+SAPBR: 1,3,"0.0.0.0"\r\n' + OK)


async def test_the_network_drops_it_behind_its_lifetime(clock: ManualClock, start: Start) -> None:
    client = await attach(await start(clock=clock, bearer_lifetime=60))
    await client.ok(b"AT+SAPBR=1,1")
    await clock.run(59)
    await client.silent()
    await clock.run(2)
    await client.hear(b"\r\n+SAPBR 1: DEACT\r\n")
    await client.error(b"AT+SAPBR=0,1")
    await client.ok(b"AT+SAPBR=1,1", b"AT+SAPBR=0,1")
    await clock.run(100)
    await client.silent()


async def test_losing_a_closed_one_is_nothing(virtual: VirtualModem, client: Client) -> None:
    virtual.network.lose_bearer(1)
    await client.silent()


async def test_the_spelling_of_the_document(start: Start) -> None:
    client = await attach(await start(wire="documented"))
    await client.ok(b"AT+SAPBR=1,1")
    client.send(b"AT+SAPBR=2,1\r")
    assert (await client.hear_until(OK)).startswith(b'\r\n+SAPBR:1,1,"10.')


@pytest.mark.parametrize(
    "line",
    [
        b"AT+SAPBR=1,4",
        b"AT+SAPBR=1,0",
        b"AT+SAPBR=5,1",
        b"AT+SAPBR?",
        b"AT+SAPBR",
        b'AT+SAPBR=3,1,"CONTYPE","LTE"',
        b'AT+SAPBR=3,1,"APN","' + b"x" * 65 + b'"',
        b'AT+SAPBR=3,1,"USER","' + b"x" * 33 + b'"',
        b'AT+SAPBR=3,1,"NONE","1"',
        b'AT+SAPBR=3,1,"APN',
    ],
)
async def test_what_it_does_not_take(client: Client, line: bytes) -> None:
    await client.error(line)


async def test_the_test_form(client: Client) -> None:
    await client.ask(b"AT+SAPBR=?", b'\r\n+SAPBR: (0-4),(1-3),"ConParamTag","ConParamValue"\r\n' + OK)
