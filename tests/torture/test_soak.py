"""A few modems at mixed jobs under random faults.

``python -m tests.torture.soak`` has 64 of them, for minutes, and looks at the memory, too.
"""

from __future__ import annotations

import asyncio

import pytest

from tests.torture.loop import run
from tests.torture.soak import power_cycled, replugged, soaked


@pytest.mark.timeout(120)
def test_some_modems_at_mixed_jobs() -> None:
    report = run(soaked(4, 2.0, seed=6))
    assert not report.wrong
    assert report.jobs
    assert report.faults


@pytest.mark.timeout(120)
def test_all_of_a_farm_without_power_at_once() -> None:
    report = run(power_cycled(8, seed=6))
    assert not report.wrong
    assert report.errors


@pytest.mark.timeout(120)
def test_pseudo_terminals_that_are_pulled_out_under_load() -> None:
    report = asyncio.run(replugged(3, 2, seed=6))
    assert not report.wrong
    assert report.errors
