"""Registration and signal, asked for and waited for."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from simcom_async.commands.network import CregRead, CregReport, Registration
from simcom_async.dialects import SIM800, SIM7000
from simcom_async.errors import CommandTimeout, ServiceFailed
from simcom_async.modem import Modem
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.registration import (
    NetworkRegistration,
    Signal,
    await_registration,
    read_registration,
    read_signal,
)
from tests.sessions.peer import ERROR, Peer, attached, text

SEARCHING, HOME, ROAMING, DENIED = (text(f"+CREG: 1,{stat}") for stat in (2, 1, 5, 3))
PACKET_SEARCHING = text("+CGREG: 1,2")


async def module(peer: Peer) -> tuple[Modem, ManualClock]:
    clock = ManualClock()
    return await attached(peer, clock), clock


@pytest.mark.parametrize(
    ("rssi", "dbm"), [(0, -115), (1, -111), (2, -110), (20, -74), (30, -54), (31, -52), (None, None)]
)
def test_strength_in_dbm(rssi: int | None, dbm: int | None) -> None:
    assert Signal(rssi, None).dbm == dbm


async def test_signal() -> None:
    peer = Peer()
    modem, clock = await module(peer)
    assert await read_signal(modem.link) == Signal(20, 0)
    peer.on("AT+CSQ", text("+CSQ: 99,99"))
    assert await read_signal(modem.link) == Signal(None, None)
    await clock.run_until(modem.aclose(), 10)


async def test_the_best_of_what_the_networks_say() -> None:
    peer = Peer(**{"AT+CREG?": text('+CREG: 2,1,"1234","ABCD"')})
    modem, clock = await module(peer)
    found = await read_registration(modem.link)
    assert found == NetworkRegistration(Registration.HOME, "1234", "ABCD")
    assert found.registered
    peer.on("AT+CREG?", DENIED)
    peer.on("AT+CGREG?", text("+CGREG: 0,5"))
    assert (await read_registration(modem.link)).status is Registration.ROAMING
    peer.on("AT+CGREG?", ERROR)
    found = await read_registration(modem.link)
    assert (found.status, found.registered) == (Registration.DENIED, False)
    await clock.run_until(modem.aclose(), 10)


async def test_a_series_is_asked_for_its_own_networks_only() -> None:
    peer = Peer(**{"AT+CREG?": SEARCHING})
    modem, clock = await module(peer)
    kept = tuple(kind for kind in SIM800.commands if "REG" not in kind.wire.name or kind in (CregRead, CregReport))
    modem.link.dialect = replace(SIM800, commands=kept)
    waiting = asyncio.ensure_future(await_registration(modem.link, clock, 60))
    await clock.settle()
    assert peer.lines == ["AT+CREG?", "AT+CREG=1"]
    peer.on("AT+CREG?", HOME)
    await clock.run_until(waiting, 60)
    await clock.run_until(modem.aclose(), 10)


async def test_who_is_registered_does_not_wait() -> None:
    peer = Peer()
    modem, clock = await module(peer)
    await await_registration(modem.link, clock, 60)
    assert peer.lines == ["AT+CREG?", "AT+CGATT?"]
    await clock.run_until(modem.aclose(), 10)


async def test_packet_service_is_attached_when_it_is_not() -> None:
    peer = Peer(**{"AT+CGATT?": text("+CGATT: 0")})
    modem, clock = await module(peer)
    await await_registration(modem.link, clock, 60)
    assert peer.lines[-1] == "AT+CGATT=1"
    await clock.run_until(modem.aclose(), 10)


async def test_a_change_is_heard_at_once() -> None:
    peer = Peer(**{"AT+CREG?": SEARCHING, "AT+CGREG?": PACKET_SEARCHING})
    modem, clock = await module(peer)
    waiting = asyncio.ensure_future(await_registration(modem.link, clock, 60))
    await clock.run(1)
    assert not waiting.done()
    assert {"AT+CREG=1", "AT+CGREG=1"} <= set(peer.lines)
    peer.on("AT+CREG?", ROAMING)
    peer.say("\r\n+CREG: 5\r\n")
    await clock.settle()
    await waiting
    assert clock.time() == pytest.approx(1, abs=0.5)
    await clock.run_until(modem.aclose(), 10)


async def test_a_change_that_nobody_told_is_found_by_asking() -> None:
    peer = Peer(**{"AT+CREG=1": ERROR, "AT+CGREG?": PACKET_SEARCHING})
    peer.on("AT+CREG?", SEARCHING, SEARCHING, SEARCHING, HOME)
    modem, clock = await module(peer)
    start = clock.time()
    await clock.run_until(await_registration(modem.link, clock, 60), 60)
    assert clock.time() - start == pytest.approx(15)
    await clock.run_until(modem.aclose(), 10)


async def test_too_late_says_what_was_seen_and_what_to_check() -> None:
    peer = Peer(**{"AT+CREG?": SEARCHING, "AT+CGREG?": PACKET_SEARCHING, "AT+CSQ": text("+CSQ: 1,99")})
    modem, clock = await module(peer)
    wanted = r"not registered within 12 s: the module says searching \(2\), the signal is -111 dBm; check antenna"
    with pytest.raises(CommandTimeout, match=wanted) as caught:
        await clock.run_until(await_registration(modem.link, clock, 12), 60)
    assert (caught.value.waited, caught.value.state) == (12, "searching")
    await clock.run_until(modem.aclose(), 10)


async def test_a_refusal_is_said_as_one() -> None:
    peer = Peer(**{"AT+CREG?": DENIED, "AT+CGREG?": text("+CGREG: 0,3"), "AT+CSQ": text("+CSQ: 99,99")})
    modem, clock = await module(peer)
    with pytest.raises(ServiceFailed, match="the network refuses the module, no signal is known: check") as caught:
        await clock.run_until(await_registration(modem.link, clock, 12), 60)
    assert (caught.value.code, caught.value.meaning) == (3, "registration denied")
    await clock.run_until(modem.aclose(), 10)


async def test_an_lte_network_tells_its_tracking_area() -> None:
    """The SIM7000 has a routing area between the two (SIM7000 AT manual 6.2.7)."""
    peer = Peer(**{"AT+CREG?": SEARCHING, "AT+CGREG?": PACKET_SEARCHING})
    modem, clock = await module(peer)
    modem.link.dialect = SIM7000
    peer.on("AT+CEREG?", text('+CEREG: 2,1,"18F0","00","0BB7C81A",7'))
    assert await read_registration(modem.link) == NetworkRegistration(Registration.HOME, "18F0", "0BB7C81A")
    await clock.run_until(modem.aclose(), 10)
