"""How a modem is doing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simcom_async.commands.network import Registration
from simcom_async.errors import CommandFailed, SimcomError
from simcom_async.link.condition import Condition, LinkChanged
from simcom_async.modem import Modem, open_modem
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.health import Health, HealthChanged
from simcom_async.sessions.life_cycle import Booting, Busy, Closed, Lost, Opening, Ready, Suspect
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import Stray
from tests.sessions.peer import ERROR, Peer, attached

WELL = Health(
    state=Ready("found"),
    heard=1.0,
    commands=100,
    consecutive_timeouts=0,
    timeout_rate=0.0,
    failure_rate=0.0,
    signal=-73,
    signal_age=10.0,
    registration=Registration.HOME,
    restarts=0,
    losses=0,
    recoveries=0,
    noise=0,
)


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ({}, ()),
        ({"state": Busy("HTTP is used")}, ()),
        ({"signal": None, "signal_age": None, "registration": None, "heard": None}, ()),
        ({"registration": Registration.ROAMING, "signal": -105, "timeout_rate": 0.1, "failure_rate": 0.5}, ()),
        ({"consecutive_timeouts": 2}, ()),
        ({"commands": 19, "timeout_rate": 1.0, "failure_rate": 1.0}, ()),
        ({"state": Lost("unplugged")}, ("the modem is lost",)),
        ({"state": Suspect("silent")}, ("the modem is suspect",)),
        ({"state": Booting("RDY")}, ("the modem is booting",)),
        ({"state": Opening("opened")}, ("the modem is opening",)),
        ({"state": Closed("closed")}, ("the modem is closed",)),
        ({"consecutive_timeouts": 3}, ("several commands in a row were not answered",)),
        ({"timeout_rate": 0.11}, ("many of the last commands were not answered",)),
        ({"failure_rate": 0.51}, ("most of the last commands were refused",)),
        ({"signal": -106}, ("the signal is weak",)),
        ({"registration": Registration.SEARCHING}, ("not registered: searching",)),
        ({"registration": Registration.DENIED, "signal": -115}, ("the signal is weak", "not registered: denied")),
    ],
)
def test_the_verdict(change: dict[str, object], reasons: tuple[str, ...]) -> None:
    health = replace(WELL, **change)  # type: ignore[arg-type]
    assert (health.reasons, health.ok) == (reasons, not reasons)
    assert repr(HealthChanged(health)) == f"HealthChanged({'; '.join(reasons) or 'ok'})"


async def test_it_is_told_without_asking() -> None:
    clock = ManualClock()
    peer = Peer()
    modem = await attached(peer, clock, watchdog=None)
    assert (modem.health.signal, modem.health.signal_age, modem.health.registration) == (None, None, None)
    assert not peer.lines
    await clock.run_until(modem.network.signal(), 5)
    await clock.run_until(modem.network.registration(), 5)
    await clock.run(30)
    health = modem.health
    assert (health.signal, health.signal_age, health.registration) == (-74, 30.0, Registration.HOME)
    assert (health.heard, health.consecutive_timeouts, health.failure_rate) == (30.0, 0, 0.0)
    assert peer.lines == ["AT+CSQ", "AT+CREG?"]
    await clock.run_until(modem.aclose(), 10)
    assert not modem.health.ok


async def test_what_the_module_says_by_itself_is_noted() -> None:
    async with VirtualModem("sim800", urc_delay=0) as virtual, open_modem(virtual.port(), apn="internet") as modem:
        await modem.network.up()
        assert modem.health.registration is Registration.HOME
        async with modem.events(HealthChanged) as changes:
            virtual.faults.add(Stray("+CREG: 3"))
            changed = await changes.get(10)
            assert isinstance(changed, HealthChanged)
            assert changed.health.reasons == ("not registered: denied",)
            virtual.faults.add(Stray("+CREG: 5"))
            changed = await changes.get(10)
            assert isinstance(changed, HealthChanged)
            assert changed.health.ok
            virtual.faults.add(Stray("+CREG: 1"))
            await modem.network.signal()
            assert changes.take() == []  # the verdict is the same
        assert modem.health.signal == -72


async def test_a_network_that_is_not_for_this_module_does_not_make_it_ill() -> None:
    peer = Peer(**{"AT+CREG?": "\r\n+CREG: 0,2\r\n\r\nOK\r\n", "AT+CGREG?": "\r\n+CGREG: 0,1\r\n\r\nOK\r\n"})
    modem = await attached(peer)
    await modem.network.registration()
    assert modem.health.registration is Registration.HOME
    await modem.aclose()


async def test_an_unknown_signal_is_not_a_weak_one() -> None:
    peer = Peer(**{"AT+CSQ": "\r\n+CSQ: 99,99\r\n\r\nOK\r\n"})
    modem = await attached(peer)
    await modem.network.signal()
    assert (modem.health.signal, modem.health.signal_age, modem.health.ok) == (None, None, True)
    await modem.aclose()


async def test_refusals_are_a_rate() -> None:
    peer = Peer(**{"AT+X": ERROR})
    modem = await attached(peer)
    for _ in range(30):
        with pytest.raises(CommandFailed):
            await modem.at("+X")
    assert modem.health.reasons == ("most of the last commands were refused",)
    assert 0.7 < modem.health.failure_rate < 0.8  # opening it took nine that went well
    await modem.aclose()


async def well(modem: Modem) -> None:
    while not modem.health.ok:
        await modem.wait_for(HealthChanged, timeout=60)


async def test_a_loss_and_the_way_back() -> None:
    async with VirtualModem("sim800", urc_delay=0) as virtual, open_modem(virtual.port(), apn="internet") as modem:
        await modem.network.up()
        await modem.network.signal()
        lost = modem.bus.expect(LinkChanged, lambda event: event.condition is Condition.LOST)
        virtual.unplug()
        await lost.get(10)
        health = modem.health
        assert (health.ok, health.losses, health.signal, health.registration) == (False, 1, None, None)
        virtual.plug()
        await modem.network.signal()
        await well(modem)
        assert (modem.health.losses, modem.health.recoveries, modem.health.signal) == (1, 1, -72)
        booted = modem.bus.expect(HealthChanged)
        virtual.reset()
        assert not (await booted.get(10)).health.ok
        await modem.at("+CSQ")
        await well(modem)
        assert (modem.health.restarts, modem.health.recoveries) == (1, 2)


async def test_nothing_more_is_noted_of_a_modem_that_was_closed() -> None:
    modem = await attached(Peer())
    await modem.aclose()
    health = modem.health
    with pytest.raises(SimcomError):
        await modem.network.signal()
    assert replace(modem.health, heard=health.heard) == health
