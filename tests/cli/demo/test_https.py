"""Each step notices when what it shows is not so: the server gives something else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from simcom_async.cli.demo.https import STEPS, secure_site
from simcom_async.cli.demo.stage import Stage, Step
from simcom_async.sites import HttpSite, ProxySite, Route

NAMES = [step.name for step in STEPS["sim7100"]]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with Stage("sim7100", (HttpSite, ProxySite, secure_site)) as set_up:
        yield set_up


def step(name: str) -> Step:
    return next(step for step in STEPS["sim7100"] if step.name == name)


@pytest.mark.parametrize("name", NAMES)
async def test_it_succeeds(stage: Stage, name: str) -> None:
    told: list[tuple[int, int | None]] = []
    row = await step(name).perform(stage, lambda done, total: told.append((done, total)))
    assert row.verified, row.complaint
    assert bool(told) == ("HEAD" not in name)
    assert all(total is None or done <= total for done, total in told)


@pytest.mark.parametrize("name", NAMES)
async def test_it_notices_a_wrong_answer(stage: Stage, name: str) -> None:
    """Whatever is asked, something else is answered."""
    paths = ("/page", "/awkward", "/upload", "/resume", "/here", "/there", "/proxied", "/300k", "/1m", "/echo")
    for site in (HttpSite, secure_site):
        wrong = [Route(method=None, path=path, body=b"wrong" * 100) for path in (*paths, "/chunked", "/missing")]
        stage.site(site).routes.extend(wrong)
    row = await step(name).perform(stage, lambda done, total: None)
    assert not row.verified
