"""What every test of the project runs under; its fixtures are those of the plugin that users get."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.measuring import Measuring

# A loaded machine is slow, not wrong: the time limit is per test (pytest-timeout), not per example. In CI the examples
# are the same in every run; elsewhere each run tries new ones.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("local"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

_MEASURING = Measuring()


def pytest_configure(config: pytest.Config) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in the background of a shell: programs would inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    others_run_tests = bool(config.getoption("numprocesses", 0)) and not hasattr(config, "workerinput")
    _MEASURING.begin(runs_tests=not others_run_tests)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    _MEASURING.collected(item.nodeid for item in items)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    _MEASURING.start(item.nodeid)
    try:
        return (yield)
    finally:
        _MEASURING.stop(item.nodeid)
