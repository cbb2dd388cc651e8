"""Each step notices when what it shows is not so: the server gives something else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from simcom_async.cli.demo.http import STEPS
from simcom_async.cli.demo.stage import Stage, Step
from simcom_async.sites import HttpSite, ProxySite, Route

CASES = [(dialect, step) for dialect, steps in STEPS.items() for step in steps]
NAMES = [f"{dialect} {step.name}" for dialect, step in CASES]


@pytest.fixture
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with Stage(request.param, (HttpSite, ProxySite)) as set_up:
        yield set_up


@pytest.mark.parametrize(("stage", "step"), CASES, indirect=["stage"], ids=NAMES)
async def test_it_succeeds(stage: Stage, step: Step) -> None:
    told: list[tuple[int, int | None]] = []
    row = await step.perform(stage, lambda done, total: told.append((done, total)))
    assert row.verified, row.complaint
    assert bool(told) == ("HEAD" not in step.name)
    assert all(total is None or done <= total for done, total in told)


@pytest.mark.parametrize(("stage", "step"), CASES, indirect=["stage"], ids=NAMES)
async def test_it_notices_a_wrong_answer(stage: Stage, step: Step) -> None:
    """Whatever is asked, something else is answered."""
    paths = ("/page", "/awkward", "/upload", "/resume", "/here", "/there", "/proxied", "/300k", "/1m")
    stage.site(HttpSite).routes.extend(Route(method=None, path=path, body=b"wrong" * 100) for path in paths)
    row = await step.perform(stage, lambda done, total: None)
    assert not row.verified
