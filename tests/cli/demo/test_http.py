"""Each step notices when what it shows is not so: the server gives something else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from simcom_async.cli.demo.http import STEPS
from simcom_async.cli.demo.stage import Stage, Step
from simcom_async.sites import HttpSite, ProxySite, Route

NAMES = [step.name for step in STEPS["sim800"]]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with Stage("sim800", (HttpSite, ProxySite)) as set_up:
        yield set_up


def step(name: str) -> Step:
    return next(step for step in STEPS["sim800"] if name in step.name)


@pytest.mark.parametrize("name", NAMES)
async def test_it_succeeds(stage: Stage, name: str) -> None:
    told: list[tuple[int, int | None]] = []
    row = await step(name).perform(stage, lambda done, total: told.append((done, total)))
    assert row.verified, row.complaint
    assert bool(told) == ("HEAD" not in name)
    assert all(done <= (total or 0) for done, total in told)


@pytest.mark.parametrize("name", NAMES)
async def test_it_notices_a_wrong_answer(stage: Stage, name: str) -> None:
    """Whatever is asked, something else is answered."""
    paths = ("/page", "/awkward", "/upload", "/resume", "/here", "/there", "/proxied", "/300k", "/1m")
    stage.site(HttpSite).routes.extend(Route(method=None, path=path, body=b"wrong" * 100) for path in paths)
    row = await step(name).perform(stage, lambda done, total: None)
    assert not row.verified
