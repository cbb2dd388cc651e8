"""The pauses grow, have a bound, and differ from modem to modem."""

from __future__ import annotations

import pytest

from simcom_async.sessions.recovery_pause import BackOff
from simcom_async.sessions.recovery_policy import RecoveryPolicy


def pauses(name: str, count: int = 12, **options: float) -> list[float]:
    back_off = BackOff(RecoveryPolicy(**options), name)  # type: ignore[arg-type]
    return [back_off.next() for _ in range(count)]


def test_without_chance_they_double_up_to_the_longest() -> None:
    assert pauses("a", 8, jitter=0) == [1, 2, 4, 8, 16, 32, 60, 60]


@pytest.mark.parametrize("name", ["/dev/ttyUSB0", "/dev/ttyUSB1", "memory"])
def test_a_share_of_each_is_left_to_chance(name: str) -> None:
    for whole, pause in zip(pauses(name, jitter=0), pauses(name), strict=True):
        assert whole * 0.75 <= pause <= whole


def test_the_modems_of_a_farm_do_not_knock_in_step() -> None:
    assert all(one != other for one, other in zip(pauses("/dev/ttyUSB0"), pauses("/dev/ttyUSB1"), strict=True))
    assert pauses("/dev/ttyUSB0") == pauses("/dev/ttyUSB0")
    assert pauses("/dev/ttyUSB0", seed=1) == pauses("/dev/ttyUSB1", seed=1)


def test_they_begin_again_with_the_shortest() -> None:
    back_off = BackOff(RecoveryPolicy(first_pause=2, jitter=0), "a")
    assert [back_off.next(), back_off.next()] == [2, 4]
    back_off.reset()
    assert back_off.next() == 2
