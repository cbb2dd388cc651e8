"""A modem says where it is in its life, in an order that the table allows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from simcom_async.at.command import Service
from simcom_async.commands.topics import BearerLost
from simcom_async.dialects import GENERAL
from simcom_async.errors import CommandTimeout, LinkError, PortLost
from simcom_async.link.bus import EventBus
from simcom_async.link.link import Link
from simcom_async.modem import Modem, connect
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.life_cycle import (
    MOVES,
    Booting,
    Busy,
    Closed,
    Life,
    LifeCycle,
    Lost,
    Opening,
    Ready,
    Suspect,
)
from simcom_async.virtual import VirtualModem
from tests.sessions.peer import OK, Peer, attached

STATES = (Opening, Booting, Ready, Busy, Suspect, Lost, Closed)


def lived(modem: Modem) -> Callable[[], list[str]]:
    """The states of a modem from here on; each of them has to follow from the one before it."""
    said: list[LifeCycle] = [modem.state]

    def add(state: LifeCycle) -> None:
        assert type(state) in MOVES[type(said[-1])]
        said.append(state)

    listener = modem.on(LifeCycle, add)

    def names() -> list[str]:
        assert not listener.faults
        assert modem.state is said[-1]
        return [type(state).__name__ for state in said]

    return names


def test_every_state_has_its_moves_and_can_be_left_by_closing() -> None:
    assert set(MOVES) == set(STATES) == set(LifeCycle.__subclasses__())
    assert [state for state in STATES if Closed not in MOVES[state]] == [Closed]
    assert all(state not in MOVES[state] for state in STATES)


def test_a_move_that_is_not_in_the_table_does_not_happen() -> None:
    for before in STATES:
        for after in STATES:
            life = Life(EventBus(ManualClock()))
            life.state = before("before")
            life.enter(after("after"))
            assert isinstance(life.state, after if after in MOVES[before] else before)
            assert life.within(after) is (after in (*MOVES[before], before))


def test_what_was_closed_is_not_opened_again() -> None:
    life = Life(EventBus(ManualClock()))
    for state in (Opening("a"), Closed("b"), Opening("c")):
        life.enter(state)
    assert repr(life.state) == "Closed(b)"


async def test_a_modem_that_is_opened_used_and_closed() -> None:
    clock, peer = ManualClock(), Peer()
    modem = await attached(peer, clock, watchdog=None)
    assert repr(modem.state) == "Ready(nothing is claimed)"
    names = lived(modem)
    with modem.link.claim(Service.HTTP):
        assert repr(modem.state) == "Busy(http is claimed)"
        with modem.link.claim(Service.FTP):  # one event for each edge, not for each claim
            pass
    await clock.run_until(modem.aclose(), 5)
    assert names() == ["Ready", "Busy", "Ready", "Closed"]
    assert isinstance(modem.state, Closed)


async def test_a_module_that_restarts() -> None:
    clock = ManualClock()
    async with VirtualModem("sim800", clock=clock, urc_delay=0) as virtual:
        modem = await clock.run_until(connect(virtual.port(), clock=clock, watchdog=None), 60)
        names = lived(modem)
        virtual.reset()
        await clock.run(5)
        assert names() == ["Ready", "Booting", "Ready"]
        assert modem.link.state.echo is False
        await clock.run_until(modem.aclose(), 5)


async def test_a_module_that_gives_no_answer_in_time_is_suspect_until_it_answers() -> None:
    clock, peer = ManualClock(), Peer()
    modem = await attached(peer, clock, watchdog=None)
    names = lived(modem)
    peer.on("AT+SLOW", None)
    with pytest.raises(CommandTimeout):
        await clock.run_until(modem.at("+SLOW", timeout=2), 10)
    assert isinstance(modem.state, Suspect)
    assert modem.state.why.startswith("AT+SLOW: total limit after 2 s")
    await clock.run(5)
    assert names() == ["Ready", "Suspect", "Ready"]
    await clock.run_until(modem.aclose(), 5)


async def test_a_caller_that_gives_up_makes_nobody_suspect() -> None:
    clock, peer = ManualClock(), Peer()
    modem = await attached(peer, clock, watchdog=None)
    names = lived(modem)
    peer.on("AT+SLOW", None)
    task = asyncio.ensure_future(modem.at("+SLOW"))
    await clock.run(1)
    task.cancel()
    await clock.run(15)
    assert names() == ["Ready"]
    await clock.run_until(modem.aclose(), 5)


async def test_a_cable_that_is_out_for_a_while() -> None:
    clock = ManualClock()
    async with VirtualModem("sim800", clock=clock, urc_delay=0) as virtual:
        modem = await clock.run_until(connect(virtual.port(), clock=clock, watchdog=None), 60)
        names = lived(modem)
        virtual.unplug()
        await clock.run(2)
        assert isinstance(modem.state, Lost)
        assert "unplugged" in modem.state.why
        virtual.plug()
        await clock.run(70)
        found = names()
        assert found[:2] == ["Ready", "Lost"]
        assert found[-2:] == ["Opening", "Ready"]
        assert set(found[1:-1]) == {"Lost", "Opening"}
        await clock.run_until(modem.aclose(), 5)


async def test_a_modem_that_cannot_be_opened() -> None:
    clock, peer = ManualClock(), Peer(ATI=OK, **{"AT+CGMM": OK})
    await peer.open()
    states: list[LifeCycle] = []
    modem = Modem(Link(peer.host, GENERAL, clock=clock), "memory", clock=clock)
    modem.on(LifeCycle, states.append)
    with pytest.raises(LinkError, match="which no dialect knows"):
        await clock.run_until(modem.open(), 60)
    assert [type(state) for state in states] == [Opening, Lost, Closed]
    assert isinstance(modem.state, Closed)


async def test_a_subscription_to_it_outlives_the_port() -> None:
    clock = ManualClock()
    async with VirtualModem("sim800", clock=clock, urc_delay=0) as virtual:
        modem = await clock.run_until(connect(virtual.port(), clock=clock, watchdog=None), 60)
        async with modem.events(LifeCycle) as states, modem.events(LifeCycle, BearerLost) as mixed:
            virtual.unplug()
            await clock.run(1)
            virtual.plug()
            await clock.run(5)
            assert [type(state) for state in states.take()][-1] is Ready
            assert not states.closed
            assert mixed.closed  # what the line says has an end
            mixed.take()
            with pytest.raises(PortLost):
                await mixed.get(1)
        await clock.run_until(modem.aclose(), 5)
