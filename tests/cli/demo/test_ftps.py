"""Each step notices when what it shows is not so: the server keeps, or gives, something else."""

from __future__ import annotations

from datetime import datetime

import pytest

from simcom_async.cli.demo.ftps import STEPS
from simcom_async.cli.demo.stage import Stage, Step
from simcom_async.sites import FtpFault, FtpSite, LoopbackCA

CASES = [(dialect, step) for dialect, steps in STEPS.items() for step in steps]
NAMES = [f"{dialect} {step.name}" for dialect, step in CASES]
#: There are no bytes of which it could be told how far they have come.
SILENT = ("MKD",)
EACH = pytest.mark.parametrize(("dialect", "step"), CASES, ids=NAMES)


class LyingSite(FtpSite):
    """A server with other files than it was given."""

    def publish(self, path: str, body: bytes | int, *, modified: datetime | None = None) -> None:
        super().publish(path, b"wrong", modified=modified)

    def read(self, path: str) -> bytes:
        return super().read(path) + b"wrong"

    def exists(self, path: str) -> bool:
        return not super().exists(path)


def lying_site() -> FtpSite:
    return LyingSite(certificate=LoopbackCA().pem("127.0.0.1"))


@EACH
async def test_it_succeeds(dialect: str, step: Step) -> None:
    told: list[tuple[int, int | None]] = []
    async with Stage(dialect, step.sites) as stage:
        row = await step.perform(stage, lambda done, total: told.append((done, total)))
    assert row.verified, row.complaint
    assert bool(told) is not any(name in step.name for name in SILENT)
    assert all(total is None or done <= total for done, total in told)


@EACH
async def test_it_notices_another_file(dialect: str, step: Step) -> None:
    async with Stage(dialect, [lying_site]) as stage:
        (site,) = step.sites
        stage._sites[site] = stage.site(lying_site)
        row = await step.perform(stage, lambda done, total: None)
    assert not row.verified


@EACH
async def test_it_notices_a_server_that_refuses(dialect: str, step: Step) -> None:
    async with Stage(dialect, step.sites) as stage:
        (site,) = step.sites
        server = stage.site(site)
        assert isinstance(server, FtpSite)
        server.faults.append(FtpFault(command="PASS", reply="530 no"))
        row = await step.perform(stage, lambda done, total: None)
    assert not row.verified
