"""A module that does not answer is helped by what disturbs least, and no layer is left out or taken too often."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from simcom_async.at.command import Service
from simcom_async.errors import LinkError, PortLost
from simcom_async.link.layer import Layer, LayerOutcome, RecoveryStep
from simcom_async.modem import Modem, connect
from simcom_async.ports.clock import ManualClock
from simcom_async.ports.memory import memory_line
from simcom_async.sessions.life_cycle import Lost, Ready
from simcom_async.sessions.recovery_policy import RecoveryPolicy
from simcom_async.virtual import VirtualModem
from tests.link.test_rescue import SerialLine
from tests.sessions.peer import ERROR, Peer, attached
from tests.sessions.steps import steps_of

POLICY = RecoveryPolicy(jitter=0)
Hook = Callable[[], Awaitable[object]]


@asynccontextmanager
async def driven(
    policy: RecoveryPolicy = POLICY, power: Hook | None = None, rate: int | None = None
) -> AsyncIterator[tuple[ManualClock, VirtualModem, Modem]]:
    """A modem that was found; at ``rate`` bit/s on a serial line."""
    clock = ManualClock()
    async with VirtualModem("sim800", clock=clock, urc_delay=0) as virtual:
        port = virtual.port() if rate is None else SerialLine(virtual.port(), rate)
        modem = await clock.run_until(connect(port, clock=clock, watchdog=None, recovery=policy, power=power), 60)
        yield clock, virtual, modem
        await clock.run_until(modem.aclose(), 10)


def ended(steps: list[RecoveryStep]) -> list[tuple[str, str]]:
    """The layers and how they ended, those of the port's own clean-up left out."""
    found = [step for step in steps if step.outcome is not LayerOutcome.BEGUN and step.layer is not Layer.ABORT]
    return [(step.layer.name, step.outcome.value) for step in found]


async def test_a_silent_module_goes_through_all_that_is_allowed_and_is_found_when_it_is_there() -> None:
    async with driven(rate=115200) as (clock, virtual, modem):
        steps = steps_of(modem)
        virtual.power_off()
        modem._attachment.suspect("a test")
        lost = await clock.run_until(modem.wait_for(Lost, timeout=900), 150)
        names = [name for name, _ in ended(steps)]
        assert names == ["PROBE", "ESCAPE", "SWEEP", "PROBE", "REOPEN"]
        assert {outcome for _, outcome in ended(steps)} == {"in vain"}
        assert modem.state is lost
        assert "no answer to AT" in lost.why
        assert "tried in vain: silence, ATQ0, ESC" in lost.why
        virtual.power_on()
        await clock.run(70)
        assert isinstance(modem.state, Ready)


async def test_each_layer_that_begins_ends() -> None:
    async with driven(rate=115200) as (clock, virtual, modem):
        steps = steps_of(modem)
        virtual.power_off()
        modem._attachment.suspect("a test")
        await clock.run(300)
        virtual.power_on()
        await clock.run(100)
        open_steps: list[Layer] = []
        for step in steps:
            if step.outcome is LayerOutcome.BEGUN:
                open_steps.append(step.layer)
            else:
                open_steps.remove(step.layer)
        assert open_steps == []
        assert isinstance(modem.state, Ready)


async def test_a_rate_that_has_changed_is_found_in_the_background() -> None:
    async with driven(rate=115200) as (clock, _, modem):
        line = modem.link._port
        assert isinstance(line, SerialLine)
        steps = steps_of(modem)
        line.rate = 9600
        modem._attachment.suspect("a test")
        await clock.run(75)
        assert ended(steps)[:3] == [("PROBE", "in vain"), ("ESCAPE", "in vain"), ("SWEEP", "helped")]
        assert modem.link.state.baud == line.line_rate == 9600
        assert await clock.run_until(modem.at("+CSQ"), 5)


async def test_what_is_not_allowed_is_not_done() -> None:
    async with driven(RecoveryPolicy(layers=(), jitter=0)) as (clock, virtual, modem):
        steps = steps_of(modem)
        virtual.power_off()
        modem._attachment.suspect("a test")
        await clock.run(300)
        assert {name for name, _ in ended(steps)} == {"PROBE"}
        assert "tried in vain" not in modem.state.why
        virtual.power_on()
        await clock.run(70)
        assert isinstance(modem.state, Ready)


async def test_the_power_hook_is_the_last_and_not_called_again_too_soon() -> None:
    calls: list[float] = []

    async def power() -> None:
        calls.append(clock.time() - began)

    async with driven(power=power) as (clock, virtual, modem):
        steps = steps_of(modem)
        began = clock.time()
        virtual.power_off()
        modem._attachment.suspect("a test")
        await clock.run(4000)
        names = [name for name, _ in ended(steps)]
        assert names[: names.index("POWER")] == ["PROBE", "ESCAPE", "PROBE", "REOPEN", "PROBE"]
        assert calls[0] < 75
        pauses = [later - earlier for earlier, later in pairwise(calls)]
        assert pauses[0] >= 300
        assert pauses[1] >= 600
        assert all(pause < 2500 for pause in pauses)


async def test_a_module_that_was_off_is_switched_on_by_the_hook() -> None:
    async def power() -> None:
        virtual.power_on()

    async with driven(power=power) as (clock, virtual, modem):
        virtual.power_off()
        modem._attachment.suspect("a test")
        calling = modem.at("+CSQ")
        assert await clock.run_until(calling, 120) == ("+CSQ: 21,0",)


async def test_a_hook_that_fails_is_told_to_whoever_waits_and_behind_what_was_tried() -> None:
    async def power() -> None:
        raise RuntimeError("relay stuck")

    async with driven(power=power) as (clock, virtual, modem):
        virtual.power_off()
        modem._attachment.suspect("a test")
        with pytest.raises(LinkError, match=r"no answer to AT.*POWER: the power hook failed: .*relay stuck") as caught:
            await clock.run_until(modem.at("+CSQ"), 120)
        assert caught.value.port == "memory"
        assert isinstance(caught.value.__cause__.__cause__ if caught.value.__cause__ else None, RuntimeError)


async def test_a_port_that_is_not_there_is_not_reopened_but_may_be_powered() -> None:
    async def power() -> None:
        calls.append(clock.time() - began)
        virtual.plug()

    calls: list[float] = []
    async with driven(power=power) as (clock, virtual, modem):
        steps = steps_of(modem)
        began = clock.time()
        virtual.unplug()
        await clock.run(100)
        assert isinstance(modem.state, Ready)
        assert "REOPEN" not in [name for name, _ in ended(steps)]
        assert ended(steps)[0] == ("POWER", "helped")
        assert steps[1].seconds < 5
        assert 60 <= calls[0] < 70  # a cable that is pulled out for a short time is no reason


async def test_a_cable_that_is_out_for_a_short_time_is_no_reason_for_the_power_hook() -> None:
    async def power() -> None:
        raise AssertionError("called")

    async with driven(power=power) as (clock, virtual, modem):
        for _ in range(5):
            virtual.unplug()
            await clock.run(28)
            virtual.plug()
            await clock.run(60)
            assert isinstance(modem.state, Ready)


async def test_an_opening_reopens_nothing() -> None:
    clock = ManualClock()
    host, _ = memory_line()
    opened: list[float] = []
    before = host.open

    async def opening(*arguments: object) -> None:
        opened.append(clock.time())
        await before(*arguments)  # type: ignore[arg-type]

    host.open = opening  # type: ignore[method-assign]
    with pytest.raises(LinkError, match="no answer to AT"):
        await clock.run_until(connect(host, clock=clock), 75)
    assert len(opened) == 1


async def test_who_asks_gets_the_layers_in_their_order() -> None:
    async with driven(RecoveryPolicy(layers=(), jitter=0)) as (clock, virtual, modem):
        steps = steps_of(modem)
        virtual.power_off()
        with pytest.raises(LinkError, match="no answer to AT"):
            await clock.run_until(modem.recover(Layer.REOPEN), 120)
        assert [name for name, _ in ended(steps)] == ["PROBE", "ESCAPE", "PROBE", "REOPEN"]
        virtual.power_on()
        await clock.run(70)
        steps.clear()
        await clock.run_until(modem.recover(Layer.RESET), 60)  # it answers: no more is needed
        assert steps == []


async def test_many_who_ask_at_once_are_served_one_after_the_other() -> None:
    async with driven() as (clock, _, modem):
        steps = steps_of(modem)
        asking = asyncio.gather(*(modem.recover(Layer.RESET, at_least=Layer.RESET) for _ in range(3)))
        await clock.run_until(asking, 200)
        assert [step.outcome for step in steps if step.layer is Layer.RESET] == [
            LayerOutcome.BEGUN,
            LayerOutcome.HELPED,
        ] * 3


async def test_a_layer_that_is_due_waits_for_who_uses_a_service() -> None:
    clock, peer = ManualClock(), Peer()
    modem = await attached(peer, clock, watchdog=None)
    claim = modem.link.claim(Service.HTTP)
    modem._attachment._demand(Layer.RADIO, "a test")
    await clock.run(60)
    assert peer.asked("AT+CFUN") == []
    assert await clock.run_until(modem.at("+CSQ"), 5)
    claim.release()
    await clock.run(5)
    assert peer.asked("AT+CFUN") == ["AT+CFUN=4", "AT+CFUN=1"]
    assert isinstance(modem.state, Ready)
    await clock.run(1000)
    assert len(peer.asked("AT+CFUN")) == 2
    await clock.run_until(modem.aclose(), 5)


async def test_a_layer_that_is_due_and_fails_is_nobody_elses_error() -> None:
    clock, peer = ManualClock(), Peer(**{"AT+CFUN=1,1": ERROR})
    modem = await attached(peer, clock, watchdog=None)
    steps = steps_of(modem)
    modem._attachment._demand(Layer.RESET, "a test")
    assert await clock.run_until(modem.at("+CSQ"), 10) == ("+CSQ: 20,0",)
    assert ended(steps) == [("RESET", "in vain")]
    assert isinstance(modem.state, Ready)
    await clock.run_until(modem.aclose(), 5)


async def test_a_closed_modem_is_not_recovered() -> None:
    modem = await attached(Peer())
    await modem.aclose()
    with pytest.raises(PortLost, match="memory is closed"):
        await modem.recover()


async def test_one_that_is_closed_while_somebody_waits_for_his_turn_is_neither() -> None:
    async with driven() as (clock, virtual, modem):
        virtual.power_off()
        modem._attachment.suspect("a test")
        await clock.run(5)
        waiting = asyncio.ensure_future(modem.recover())
        await clock.settle()
        await clock.run_until(modem.aclose(), 10)
        with pytest.raises(PortLost, match="memory is closed"):
            await waiting
