"""The context that the services bring up by themselves: defined, chosen, attached, activated where that goes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias

import pytest
from pydantic import SecretStr

from simcom_async.dialects import SIM800, SIM7100
from simcom_async.errors import ServiceFailed
from simcom_async.modem import Modem, open_modem
from simcom_async.ports.clock import LoopClock
from simcom_async.sessions.bearer import Access
from simcom_async.sessions.bearer_socket import SocketBearer
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.network import APPLICATION
from tests.sessions.peer import ERROR, OK, Answer, Peer, attached, text

ADDRESS, DEFINED, ATTACHED = "AT+CGPADDR=1", "AT+CGSOCKCONT?", "AT+CGATT?"
CHOOSE, ACTIVATE = "AT+CSOCKSETPN=1", "AT+CGACT=1,1"
UP, DOWN = text("+CGPADDR: 1,10.0.0.2"), text('+CGPADDR: 1,"0.0.0.0"')
#: Starts a module that answers so.
Start: TypeAlias = Callable[..., Awaitable[tuple[Peer, SocketBearer]]]
INTERNET = text('+CGSOCKCONT: 1,"IP","internet","0.0.0.0",0,0')


@pytest.fixture
async def peer_with() -> AsyncIterator[Start]:
    """Modules that answer so, each with the bearer on it; closed with the test."""
    modems: list[Modem] = []

    async def begin(**answers: Answer) -> tuple[Peer, SocketBearer]:
        peer = Peer(**answers)
        modem = await attached(peer, dialect=SIM7100)
        modems.append(modem)
        return peer, SocketBearer(modem.link, LoopClock())

    yield begin
    for modem in modems:
        await modem.aclose()


async def test_it_is_defined_and_brought_up(peer_with: Start) -> None:
    peer, bearer = await peer_with(**{ADDRESS: UP})
    access = Access("internet", "joe", SecretStr("s3cret"))
    assert await bearer.open(access) == "10.0.0.2"
    assert peer.lines == [
        'AT+CGSOCKCONT=1,"IP","internet"',
        'AT+CSOCKAUTH=1,3,"s3cret","joe"',
        CHOOSE,
        ATTACHED,
        ACTIVATE,
        ADDRESS,
    ]


async def test_without_an_access_point_the_stored_one_is_used(peer_with: Start) -> None:
    peer, bearer = await peer_with(**{ADDRESS: UP, ATTACHED: text("+CGATT: 0")})
    assert await bearer.open(Access()) == "10.0.0.2"
    assert peer.lines == [CHOOSE, ATTACHED, "AT+CGATT=1", ACTIVATE, ADDRESS]


@pytest.mark.parametrize("shown", [DOWN, text('+CGPADDR: 1,""'), ERROR, OK])
async def test_a_module_that_leaves_it_to_the_services(peer_with: Start, shown: str) -> None:
    _, bearer = await peer_with(**{ADDRESS: shown, ACTIVATE: ERROR})
    assert await bearer.open(Access("internet")) == ""
    assert await bearer.address() is None


@pytest.mark.parametrize("step", ['AT+CGSOCKCONT=1,"IP","internet"', CHOOSE, "AT+CGATT=1"])
async def test_what_it_cannot_do_is_named(peer_with: Start, step: str) -> None:
    _, bearer = await peer_with(**{ADDRESS: DOWN, ATTACHED: text("+CGATT: 0"), step: "\r\n+CME ERROR: 30\r\n"})
    with pytest.raises(ServiceFailed, match="could not be opened with the access point 'internet'") as raised:
        await bearer.open(Access("internet"))
    assert raised.value.code == 30


async def test_a_module_that_is_thrown_out_while_activating(peer_with: Start) -> None:
    peer, bearer = await peer_with(**{ACTIVATE: ERROR})
    peer.on(ATTACHED, text("+CGATT: 1"), text("+CGATT: 0"))
    with pytest.raises(ServiceFailed):
        await bearer.open(Access())


async def test_what_serves_already(peer_with: Start) -> None:
    peer, bearer = await peer_with(**{ADDRESS: UP, DEFINED: INTERNET})
    assert await bearer.serving(Access("internet")) == "10.0.0.2"
    assert await bearer.serving(Access()) == "10.0.0.2"
    assert await bearer.serving(Access("other")) is None
    assert await bearer.serving(Access("internet", "joe")) is None
    peer.on(DEFINED, OK)
    assert await bearer.serving(Access()) is None


async def test_it_is_closed_when_it_is_open(peer_with: Start) -> None:
    peer, bearer = await peer_with(**{ADDRESS: DOWN})
    await bearer.close()
    assert peer.lines == [ADDRESS]
    peer.on(ADDRESS, UP)
    await bearer.close()
    assert peer.lines[-1] == "AT+CGACT=0,1"


async def test_at_a_virtual_modem() -> None:
    async with VirtualModem("sim7100") as virtual, open_modem(virtual.port()) as modem:
        assert await modem.network.address() is None
        address = await modem.network.up("internet", "joe", "s3cret")
        assert virtual.network.bearers[APPLICATION].apn == "internet"
        assert virtual.sockets.subscribers[1].user == "joe"
        assert await modem.network.address() == address
        await modem.network.down()
        assert await modem.network.address() is None
        assert await modem.network.up("other")
        assert virtual.sockets.defined[1].apn == "other"


def test_who_has_it() -> None:
    assert SocketBearer.speaks(SIM7100)
    assert not SocketBearer.speaks(SIM800)
