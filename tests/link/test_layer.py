"""The layers of recovery are ordered, and each says once that it begins and how it ended."""

from __future__ import annotations

import pytest

from simcom_async.dialects import GENERAL
from simcom_async.errors import CommandTimeout
from simcom_async.link.bus import EventBus
from simcom_async.link.condition import Condition, LinkChanged, ServiceSettled, ServiceUnsettled
from simcom_async.link.layer import Layer, LayerOutcome, RecoveryStep, Undertaken
from simcom_async.link.link import Link
from simcom_async.link.rescue import LIMIT
from simcom_async.ports.clock import ManualClock
from simcom_async.ports.memory import memory_line
from tests.link.test_rescue import SerialLine, lost_touch, silent

from .speech import LevelRead, SendMail, Work

OK = b"\r\nOK\r\n"


def test_the_gentlest_comes_first_and_each_has_a_meaning() -> None:
    assert [layer.name for layer in sorted(Layer)] == [
        "PROBE",
        "ABORT",
        "ESCAPE",
        "SWEEP",
        "REOPEN",
        "RADIO",
        "RESET",
        "POWER",
    ]
    assert len({layer.meaning for layer in Layer}) == len(Layer)


async def test_a_layer_says_that_it_begins_and_once_how_it_ended() -> None:
    clock = ManualClock()
    bus = EventBus(clock)
    steps = bus.subscribe(RecoveryStep)
    with Undertaken(bus, clock.time, Layer.RADIO, "no bearer") as step:
        clock.advance(4)
        step.helped("registered")
        step.in_vain("never said")
    begun, ended = steps.take()
    assert repr(begun) == "RecoveryStep(RADIO begun after 0.0 s: no bearer)"
    assert repr(ended) == "RecoveryStep(RADIO helped after 4.0 s: registered)"
    assert (ended.layer, ended.outcome, ended.seconds, ended.why) == (
        Layer.RADIO,
        LayerOutcome.HELPED,
        4.0,
        "registered",
    )


async def test_one_that_is_broken_off_was_in_vain() -> None:
    clock = ManualClock()
    bus = EventBus(clock)
    steps = bus.subscribe(RecoveryStep)
    with pytest.raises(ValueError, match="no such pin"), Undertaken(bus, clock.time, Layer.POWER, "silent"):
        raise ValueError("no such pin")
    with Undertaken(bus, clock.time, Layer.RESET, "stuck"):
        pass
    assert [(step.outcome, step.why) for step in steps.take()] == [
        (LayerOutcome.BEGUN, "silent"),
        (LayerOutcome.IN_VAIN, "no such pin"),
        (LayerOutcome.BEGUN, "stuck"),
        (LayerOutcome.IN_VAIN, "broken off"),
    ]


# What the link says of its own layers


def steps_of(bus: EventBus) -> list[RecoveryStep]:
    steps: list[RecoveryStep] = []
    bus.on(RecoveryStep, steps.append)
    return steps


def shown(steps: list[RecoveryStep]) -> list[str]:
    return [f"{step.layer.name} {step.outcome.value}" for step in steps]


async def test_a_command_without_an_answer_is_ended_and_the_step_found(link, peer, clock, start):
    steps, changes = steps_of(link.bus), link.bus.subscribe(LinkChanged)
    work = await start(link.send(Work()))
    await clock.run(5.1)
    with pytest.raises(CommandTimeout):
        await work
    peer.answers = {b"AT": OK}
    await clock.run(10)
    assert shown(steps) == ["ABORT begun", "ABORT in vain", "PROBE begun", "PROBE helped"]
    assert steps[0].why.startswith("AT+WORK: ")
    assert [(change.condition, change.silent) for change in changes.take()] == [
        (Condition.DRAINING, True),
        (Condition.READY, False),
    ]


async def test_one_that_was_cancelled_is_no_silence(link, peer, clock, start):
    steps, changes = steps_of(link.bus), link.bus.subscribe(LinkChanged)
    work = await start(link.send(LevelRead()))
    work.cancel()
    await clock.settle()
    await peer.says(b"\r\n+LEVEL: 1\r\n\r\nOK\r\n")
    await clock.run(1)
    assert shown(steps) == ["ABORT begun", "ABORT helped"]
    assert not any(change.silent for change in changes.take())


async def test_work_whose_end_was_not_seen_is_told_until_it_has_ended(link, peer, clock, start):
    steps, told = steps_of(link.bus), link.bus.subscribe(ServiceUnsettled, ServiceSettled)
    sending = await start(link.send(SendMail(), timeout=6))
    await peer.says(OK)
    await clock.run(7)
    with pytest.raises(CommandTimeout):
        await sending
    assert [type(event) for event in told.take()] == [ServiceUnsettled]
    assert shown(steps)[0] == "ABORT begun"
    link.forget(SendMail.wire.service)
    await clock.run(5)
    assert [type(event) for event in told.take()] == [ServiceSettled]


async def test_a_module_that_is_brought_back_by_the_third_step() -> None:
    async with silent(b"\x1b") as (clock, link, _):
        steps = steps_of(link.bus)
        assert (await clock.run_until(link.rescue(), LIMIT)).answered
        assert shown(steps)[:2] == ["ESCAPE begun", "ESCAPE helped"]
        assert steps[1].why == "the module was at a prompt, and what had been entered was thrown away"


@pytest.mark.parametrize(
    ("layers", "taken"),
    [
        ((), []),
        ((Layer.ESCAPE,), ["ESCAPE begun", "ESCAPE in vain"]),
        ((Layer.SWEEP,), ["SWEEP begun", "SWEEP helped"]),
        (frozenset(Layer), ["ESCAPE begun", "ESCAPE in vain", "SWEEP begun", "SWEEP helped"]),
    ],
)
async def test_only_the_layers_that_are_allowed_are_taken(layers: tuple[Layer, ...], taken: list[str]) -> None:
    clock = ManualClock()
    host, port = memory_line()
    line = SerialLine(host, 9600)
    async with lost_touch(Link(line, GENERAL, clock=clock), port, None, clock) as (link, module):
        steps = steps_of(link.bus)
        rescue = await clock.run_until(link.rescue(layers), LIMIT + 5)
        assert rescue.answered is (Layer.SWEEP in layers)
        assert [step for step in shown(steps) if not step.startswith("PROBE")] == taken
        assert module.heard == []  # at another rate it hears nothing of all that
        assert bool(rescue.account) is bool(taken)
