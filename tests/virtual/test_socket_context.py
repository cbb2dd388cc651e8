from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import LoseBearer
from simcom_async.virtual.network import APPLICATION
from simcom_async.virtual.turn import Refused
from tests.virtual.client import Client
from tests.virtual.conftest import attach

OK = b"\r\nOK\r\n"
DOWN = b"0.0.0.0"
UP = b"10.64.0.2"


@pytest.fixture
async def module() -> AsyncIterator[VirtualModem]:
    async with VirtualModem("sim7100", urc_delay=0) as virtual:
        yield virtual


@pytest.fixture
async def host(module: VirtualModem) -> AsyncIterator[Client]:
    client = await attach(module)
    yield client
    await client.aclose()


async def address(host: Client, wanted: bytes, cid: int = 1) -> None:
    await host.ask(b"AT+CGPADDR=%d" % cid, b'\r\n+CGPADDR: %d,"%s"\r\n' % (cid, wanted) + OK)


async def test_contexts_are_defined_and_undefined(host: Client) -> None:
    first = b'\r\n+CGSOCKCONT: 1,"IP","internet","0.0.0.0",0,0\r\n'
    await host.ask(b"AT+CGSOCKCONT?", first.replace(b"internet", b"") + OK)
    await host.ok(b'AT+CGSOCKCONT=1,"IP","internet"', b'AT+CGSOCKCONT=3,"IPV6","x","1.2.3.4",1,2')
    await host.ask(b"AT+CGSOCKCONT?", first + b'+CGSOCKCONT: 3,"IPV6","x","1.2.3.4",1,2\r\n' + OK)
    await host.ok(b"AT+CGSOCKCONT=3")
    await host.ask(b"AT+CGSOCKCONT?", first + OK)
    await host.ask(b"AT+CGSOCKCONT=?", b'\r\n+CGSOCKCONT: (1-16),"IP",,,(0-2),(0-4)\r\n' + OK)


async def test_the_chosen_one_and_its_subscriber(module: VirtualModem, host: Client) -> None:
    await host.ask(b"AT+CSOCKSETPN?", b"\r\n+CSOCKSETPN: 1\r\n" + OK)
    await host.ok(b"AT+CSOCKSETPN=2", b'AT+CSOCKAUTH=2,1,"secret","joe"')
    assert module.sockets.chosen == 2
    assert module.sockets.subscribers[2].user == "joe"
    await host.ask(b"AT+CSOCKAUTH=?", b"\r\n+CSOCKAUTH: (1-16),(0-3),132,132\r\n" + OK)
    with pytest.raises(Refused):
        module.sockets.use()
    await host.ok(b'AT+CGSOCKCONT=2,"IP","two"')
    assert module.sockets.use() == APPLICATION
    assert module.network.bearers[APPLICATION].apn == "two"
    await address(host, UP, cid=2)
    await address(host, DOWN, cid=1)


async def test_a_service_brings_it_up_by_itself(module: VirtualModem, host: Client) -> None:
    await address(host, DOWN)
    assert module.sockets.use() == module.sockets.use() == APPLICATION
    await address(host, UP)
    await host.ask(b"AT+CGACT?", b"\r\n+CGACT: 1,1\r\n+CGACT: 2,0\r\n+CGACT: 3,0\r\n" + OK)


async def test_it_is_brought_up_and_down(module: VirtualModem, host: Client) -> None:
    await host.ok(b"AT+CGACT=1,1")
    await address(host, UP)
    await host.ok(b"AT+CGACT=0,1")
    await address(host, DOWN)
    await host.ask(b"AT+CGACT=1,2", b"\r\n+CME ERROR: 148\r\n")
    await host.ok(b"AT+CGACT=1,1", b"AT+CGATT=0")
    await address(host, DOWN)
    await host.error(b"AT+CGACT=1,1")


async def test_the_network_takes_it_without_a_word(module: VirtualModem, host: Client) -> None:
    module.sockets.use()
    module.faults.add(LoseBearer())
    await address(host, DOWN)
    await host.silent()
    module.sockets.use()
    module.network.lose_coverage()
    with pytest.raises(Refused):
        module.sockets.use()
