"""Each step notices when what it shows is not so: the server keeps, or gives, something else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from simcom_async.cli.demo.ftp import STEPS, _mistaken
from simcom_async.cli.demo.stage import Stage, Step
from simcom_async.sites import FtpFault, FtpSite

CASES = [(dialect, step) for dialect, steps in STEPS.items() for step in steps]
NAMES = [f"{dialect} {step.name}" for dialect, step in CASES]
#: There are no bytes of which it could be told how far they have come.
SILENT = ("LIST", "MKD", "RENAME")


class LyingSite(FtpSite):
    """A server with other files than it was given."""

    def publish(self, path: str, body: bytes | int, *, modified: datetime | None = None) -> None:
        super().publish(path, b"wrong", modified=modified)

    def read(self, path: str) -> bytes:
        return super().read(path) + b"wrong"

    def exists(self, path: str) -> bool:
        return not super().exists(path)


@pytest.fixture
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with Stage(request.param, [FtpSite]) as set_up:
        yield set_up


@pytest.mark.parametrize(("stage", "step"), CASES, indirect=["stage"], ids=NAMES)
async def test_it_succeeds(stage: Stage, step: Step) -> None:
    told: list[tuple[int, int | None]] = []
    row = await step.perform(stage, lambda done, total: told.append((done, total)))
    assert row.verified, row.complaint
    assert bool(told) is not any(name in step.name for name in SILENT)
    assert all(total is None or done <= total for done, total in told)


@pytest.mark.parametrize(("dialect", "step"), CASES, ids=NAMES)
async def test_it_notices_another_file(dialect: str, step: Step) -> None:
    stage = Stage(dialect, [LyingSite])
    async with stage:
        stage._sites[FtpSite] = stage.site(LyingSite)
        row = await step.perform(stage, lambda done, total: None)
    assert not row.verified


@pytest.mark.parametrize(("stage", "step"), CASES, indirect=["stage"], ids=NAMES)
async def test_it_notices_a_server_that_refuses(stage: Stage, step: Step) -> None:
    stage.site(FtpSite).faults.append(FtpFault(command="PASS", reply="530 no"))
    row = await step.perform(stage, lambda done, total: None)
    assert not row.verified
    assert "72, the server refused the password" in row.complaint


@pytest.mark.parametrize(("stage", "step"), CASES[:1], indirect=["stage"], ids=NAMES[:1])
async def test_the_mode_is_looked_at(stage: Stage, step: Step) -> None:
    await step.perform(stage, lambda done, total: None)
    assert _mistaken(stage, passive=True) == ""
    assert _mistaken(stage, passive=False) == "the server was not told EPRT or PORT"
