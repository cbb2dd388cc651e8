"""The layers of recovery are ordered, and each says once that it begins and how it ended."""

from __future__ import annotations

import pytest

from simcom_async.link.bus import EventBus
from simcom_async.link.layer import Layer, LayerOutcome, RecoveryStep, Undertaken
from simcom_async.ports.clock import ManualClock


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
    assert (ended.layer, ended.outcome, ended.seconds, ended.why) == (Layer.RADIO, LayerOutcome.HELPED, 4.0, "registered")


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
