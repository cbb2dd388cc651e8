"""Bring-up of the network, from the card to the address."""

from __future__ import annotations

import asyncio

import pytest

from simcom_async.commands.network import Registration
from simcom_async.dialects import GENERAL
from simcom_async.errors import CommandFailed, CommandTimeout, ServiceFailed, UnsupportedService, UsageError
from simcom_async.modem import Modem, open_modem
from simcom_async.ports.clock import ManualClock
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import LoseBearer, LoseNetwork
from tests.sessions.peer import ERROR, Peer, attached, text

DOWN, UP = text('+SAPBR: 1,3,"0.0.0.0"'), text('+SAPBR: 1,1,"10.0.0.2"')
QUERY = "AT+SAPBR=2,1"


async def test_up_goes_through_every_step() -> None:
    peer = Peer(**{"AT+CGATT?": text("+CGATT: 0")})
    peer.on(QUERY, DOWN, DOWN, UP)
    modem = await attached(peer)
    assert await modem.network.up("internet", "joe", "s3cret") == "10.0.0.2"
    assert peer.lines == [
        QUERY,
        "AT+CPIN?",
        "AT+CREG?",
        "AT+CGATT?",
        "AT+CGATT=1",
        QUERY,
        'AT+SAPBR=3,1,"CONTYPE","GPRS"',
        'AT+SAPBR=3,1,"APN","internet"',
        'AT+SAPBR=3,1,"USER","joe"',
        'AT+SAPBR=3,1,"PWD","s3cret"',
        "AT+SAPBR=1,1",
        QUERY,
    ]
    await modem.aclose()


async def test_up_again_and_down_again_are_harmless() -> None:
    async with VirtualModem("sim800") as virtual, open_modem(virtual.port(), apn="internet") as modem:
        address = await modem.network.up()
        assert await modem.network.up() == address == await modem.network.address()
        await modem.network.down()
        await modem.network.down()
        assert await modem.network.address() is None
        assert await modem.network.up("other") is not None
        assert virtual.network.bearers[1].apn == "other"


async def test_what_was_given_last_holds_for_the_next_time() -> None:
    async with VirtualModem("sim800") as virtual, open_modem(virtual.port(), apn="first") as modem:
        await modem.network.up("second", user="joe", password="s3cret")
        virtual.faults.add(LoseBearer())
        await modem.network.ready()
        bearer = virtual.network.bearers[1]
        assert (bearer.apn, bearer.user, bearer.password) == ("second", "joe", "s3cret")


async def test_what_the_module_has_stored_is_used_when_nothing_is_given() -> None:
    async with VirtualModem("sim800") as virtual, open_modem(virtual.port()) as modem:
        virtual.network.bearers[1].apn = "stored"
        await modem.network.up()
        assert virtual.network.bearers[1].apn == "stored"


async def test_the_facts() -> None:
    async with VirtualModem("sim800", rssi=7, operator="Test") as virtual, open_modem(virtual.port()) as modem:
        assert (await modem.network.signal()).dbm == -100
        registration = await modem.network.registration()
        assert (registration.status, registration.registered) == (Registration.HOME, True)
        assert await modem.network.operator() == "Test"
        assert await modem.network.address() is None


async def test_a_card_that_asks_for_its_pin() -> None:
    async with VirtualModem("sim800", pin="1234") as virtual:
        async with open_modem(virtual.port(), pin="1234") as modem:
            assert await modem.network.up("internet")
        async with open_modem(virtual.port()) as modem:  # the card stays unlocked while the module is on
            assert await modem.network.up("internet")


async def test_a_card_whose_pin_nobody_gives() -> None:
    async with VirtualModem("sim800", pin="1234") as virtual, open_modem(virtual.port()) as modem:
        with pytest.raises(ServiceFailed, match="SIM PIN: give its PIN"):
            await modem.network.up("internet")
        assert virtual.sim.pin_attempts == 3


async def test_a_wrong_pin_costs_one_attempt_and_no_more() -> None:
    async with VirtualModem("sim800", pin="1234") as virtual, open_modem(virtual.port(), pin="4321") as modem:
        with pytest.raises(CommandFailed, match="incorrect password"):
            await modem.network.up("internet")
        for _ in range(3):
            with pytest.raises(ServiceFailed, match="SIM PIN"):
                await modem.network.up("internet")
        assert virtual.sim.pin_attempts == 2


async def test_no_card() -> None:
    async with VirtualModem("sim800") as virtual, open_modem(virtual.port()) as modem:
        virtual.remove_sim()
        with pytest.raises((CommandFailed, ServiceFailed), match=r"not inserted|NOT INSERTED"):
            await modem.network.up("internet")
        virtual.insert_sim()
        assert await modem.network.up("internet")


async def test_no_coverage_and_coverage_again() -> None:
    clock = ManualClock()
    async with VirtualModem("sim800", clock=clock) as virtual:
        opening = open_modem(virtual.port(), apn="internet", clock=clock)
        modem = await clock.run_until(opening.__aenter__(), 60)
        virtual.faults.add(LoseNetwork(seconds=30))
        with pytest.raises(CommandTimeout, match="not registered within 10 s"):
            await clock.run_until(modem.network.up(timeout=10), 60)
        assert await clock.run_until(modem.network.up(timeout=60), 120)
        await clock.run_until(opening.__aexit__(None, None, None), 60)


async def test_a_lost_bearer_is_known_without_asking() -> None:
    peer = Peer()
    modem = await attached(peer)
    await modem.network.ready()
    await modem.network.ready()
    assert peer.lines == [QUERY]
    peer.say("\r\n+SAPBR 2: DEACT\r\n")  # not ours
    await modem.at("")
    await modem.network.ready()
    assert peer.lines == [QUERY, "AT"]
    peer.say("\r\n+SAPBR 1: DEACT\r\n")
    await modem.at("")
    await modem.network.ready()
    assert peer.lines == [QUERY, "AT", "AT", QUERY]
    modem.network.suspect()
    await modem.network.ready()
    assert peer.lines[-1] == QUERY
    await modem.aclose()


async def test_several_who_need_it_bring_it_up_once() -> None:
    peer = Peer()
    peer.on(QUERY, DOWN, DOWN, UP)
    modem = await attached(peer)
    await asyncio.gather(*(modem.network.ready() for _ in range(5)))
    assert peer.lines.count("AT+SAPBR=1,1") == 1
    await modem.aclose()


async def test_a_step_that_fails_is_gone_through_again() -> None:
    peer = Peer(**{"AT+SAPBR=1,1": ERROR})
    peer.on(QUERY, DOWN)
    modem = await attached(peer)
    with pytest.raises(ServiceFailed):
        await modem.network.ready()
    peer.on("AT+SAPBR=1,1", "\r\nOK\r\n")
    peer.on(QUERY, DOWN, DOWN, UP)
    await modem.network.ready()
    await modem.aclose()


@pytest.mark.parametrize(
    "given", [{"apn": 'a"b'}, {"user": "a\rb"}, {"password": "s3cret\n"}, {"apn": "x" * 65}, {"apn": 5}]
)
async def test_bad_input_is_refused_before_a_byte_is_sent(given: dict[str, str]) -> None:
    peer = Peer()
    modem = await attached(peer)
    with pytest.raises(UsageError) as caught:
        await modem.network.up(**given)
    assert caught.value.field in given
    assert "s3cret" not in f"{caught.value} {caught.value!r}"
    assert peer.lines == []
    await modem.aclose()


async def test_a_dialect_without_a_bearer() -> None:
    peer = Peer()
    modem: Modem = await attached(peer, dialect=GENERAL)
    with pytest.raises(UnsupportedService, match="the general dialect has no commands for a bearer"):
        await modem.network.up("internet")
    await modem.aclose()


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("+CREG: 2", True),
        ("+CGREG: 0", True),
        ("+CREG: 5", False),
        ("+CPIN: NOT INSERTED", True),
        ("+CPIN: READY", False),
    ],
)
async def test_a_bearer_whose_network_or_card_has_gone_is_asked_for_again(said: str, asked: bool) -> None:
    peer = Peer()
    modem = await attached(peer)
    await modem.network.ready()
    peer.lines.clear()
    peer.say(f"\r\n{said}\r\n")
    await modem.at("+CSQ")
    await modem.network.ready()
    assert (QUERY in peer.lines) is asked
    await modem.aclose()
