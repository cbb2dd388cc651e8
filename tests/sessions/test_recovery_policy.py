"""What may be done about a module is checked when it is said."""

from __future__ import annotations

from typing import Any

import pytest

from simcom_async.errors import UsageError
from simcom_async.link.layer import Layer
from simcom_async.modem import connect
from simcom_async.sessions.recovery_policy import LADDERS, RecoveryPolicy, Trouble


def test_every_trouble_has_its_ladder_and_climbs_it() -> None:
    assert set(LADDERS) == set(Trouble)
    for layers in LADDERS.values():
        assert list(layers) == sorted(layers)
        assert layers[-1] is Layer.POWER
    assert {layer for layers in LADDERS.values() for layer in layers} == set(Layer)


def test_only_what_is_allowed_is_done_and_what_harms_nobody_always() -> None:
    policy = RecoveryPolicy(layers=[Layer.SWEEP])
    assert policy.ladder(Trouble.SILENT) == (Layer.PROBE, Layer.SWEEP)
    assert policy.ladder(Trouble.STUCK) == (Layer.ABORT,)
    assert policy.ladder(Trouble.OFFLINE) == ()
    assert RecoveryPolicy().ladder(Trouble.OFFLINE) == (Layer.RADIO, Layer.RESET, Layer.POWER)


@pytest.mark.parametrize(
    "options",
    [
        {"layers": ["RESET"]},
        {"layers": [7]},
        {"first_pause": 0},
        {"longest_pause": -1},
        {"boot": float("nan")},
        {"power": 0},
        {"bearer_failures": 0},
        {"jitter": 1.5},
        {"jitter": -0.1},
        {"first_pause": 61},
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        RecoveryPolicy(**options)
    assert caught.value.field in options


async def test_it_is_an_option_of_the_modem() -> None:
    modem = await connect("virtual:sim800?urc_delay=0", recovery=RecoveryPolicy(layers=()))
    await modem.aclose()
