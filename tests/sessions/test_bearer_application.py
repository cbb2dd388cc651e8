"""The application network: asked for until it is active, configured where a subscriber is given."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import SecretStr

from simcom_async.commands import bearer as sapbr
from simcom_async.dialects import SIM800, SIM7000
from simcom_async.errors import LimitExceeded, ServiceFailed
from simcom_async.modem import Modem, open_modem
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.bearer import Access
from simcom_async.sessions.bearer_application import ApplicationBearer
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.network import APPLICATION
from tests.sessions.peer import ERROR, Answer, Peer, attached, text

READ, ON, OFF = "AT+CNACT?", 'AT+CNACT=1,"internet"', "AT+CNACT=0"
UP, DOWN, BUSY = text('+CNACT: 1,"10.0.0.2"'), text('+CNACT: 0,"0.0.0.0"'), text('+CNACT: 2,"0.0.0.0"')
PROFILES = text('+CNACT: 0,0,"0.0.0.0"', '+CNACT: 1,1,"10.0.0.3"')
#: A SIM7000 whose firmware has no AT+SAPBR any more.
NEWER = replace(
    SIM7000, commands=tuple(command for command in SIM7000.commands if command.__module__ != sapbr.__name__)
)


async def bearer_on(peer: Peer, *answers: Answer) -> tuple[ApplicationBearer, Modem, ManualClock]:
    clock = ManualClock()
    peer.on(READ, *answers)
    modem = await attached(peer, clock, dialect=SIM7000)
    return ApplicationBearer(modem.link, clock), modem, clock


async def test_it_is_activated_and_asked_for_until_it_is() -> None:
    peer = Peer()
    bearer, modem, clock = await bearer_on(peer, DOWN, DOWN, BUSY, UP)
    assert await clock.run_until(bearer.open(Access("internet")), 10) == "10.0.0.2"
    assert peer.lines == [READ, ON, READ, READ, READ]
    await clock.run_until(modem.aclose(), 10)


async def test_a_subscriber_is_configured_first() -> None:
    peer = Peer()
    bearer, modem, clock = await bearer_on(peer, DOWN, UP)
    await clock.run_until(bearer.open(Access("internet", "joe", SecretStr("s3cret"))), 10)
    assert peer.lines == [READ, 'AT+CNCFG=1,"internet","joe","s3cret",3', ON, READ]
    await clock.run_until(modem.aclose(), 10)


@pytest.mark.parametrize("answer", [UP, PROFILES])
async def test_an_open_one_stays_as_it_is(answer: str) -> None:
    peer = Peer()
    bearer, modem, clock = await bearer_on(peer, answer)
    assert (await clock.run_until(bearer.open(Access("internet")), 10)).startswith("10.0.0.")
    assert peer.lines == [READ]
    await clock.run_until(modem.aclose(), 10)


async def test_one_that_does_not_come_up() -> None:
    peer = Peer()
    bearer, modem, clock = await bearer_on(peer, DOWN)
    with pytest.raises(ServiceFailed, match="could not be opened with the access point 'internet'"):
        await clock.run_until(bearer.open(Access("internet")), 200)
    await clock.run_until(modem.aclose(), 10)


@pytest.mark.parametrize(("after", "address"), [(UP, "10.0.0.2"), (DOWN, None)])
async def test_one_that_is_refused_may_be_up_all_the_same(after: str, address: str | None) -> None:
    peer = Peer(**{ON: ERROR})
    bearer, modem, clock = await bearer_on(peer, DOWN, after)
    if address is None:
        with pytest.raises(ServiceFailed):
            await clock.run_until(bearer.open(Access("internet")), 10)
    else:
        assert await clock.run_until(bearer.open(Access("internet")), 10) == address
    await clock.run_until(modem.aclose(), 10)


async def test_it_is_closed_when_it_is_open() -> None:
    peer = Peer()
    bearer, modem, clock = await bearer_on(peer, DOWN, UP, UP, DOWN)
    await clock.run_until(bearer.close(), 10)
    assert peer.lines == [READ]
    await clock.run_until(bearer.close(), 10)
    assert peer.lines == [READ, READ, OFF, READ, READ]
    await clock.run_until(modem.aclose(), 10)


async def test_settings_that_the_module_does_not_take() -> None:
    peer = Peer()
    bearer, modem, clock = await bearer_on(peer, DOWN)
    for access in (Access("x" * 65), Access(user="x" * 33), Access(password=SecretStr("p" * 33))):
        with pytest.raises(LimitExceeded) as raised:
            bearer.check(access)
        assert "ppp" not in str(raised.value)
    assert peer.lines == []
    await clock.run_until(modem.aclose(), 10)


async def test_a_module_without_sapbr_is_brought_up_by_it() -> None:
    async with VirtualModem(NEWER, urc_delay=0) as virtual, open_modem(virtual.port()) as modem:
        assert modem.link.dialect is SIM7000
        address = await modem.network.up("internet")
        assert virtual.network.bearers[APPLICATION].address == address
        await modem.network.down()
        assert await modem.network.address() is None


async def test_a_module_with_sapbr_keeps_to_it() -> None:
    async with VirtualModem("sim7000", urc_delay=0) as virtual, open_modem(virtual.port()) as modem:
        assert await modem.network.up("internet") == virtual.network.bearers[1].address
        assert not virtual.network.bearers[APPLICATION].is_open


def test_who_has_it() -> None:
    assert ApplicationBearer.speaks(SIM7000)
    assert not ApplicationBearer.speaks(SIM800)
