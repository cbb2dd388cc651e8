"""Telemetry over HTTPS against a real server: whatever happens, each reading is taken, refused, or still waits."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from examples.https_post import BATCH, Poster, readings
from simcom_async import HttpError, VirtualModem, open_modem
from simcom_async.sites import HttpSite, LoopbackCA, Route, ServerFault

#: Interpreters are started here, which takes seconds on a busy machine.
pytestmark = pytest.mark.timeout(120)

ROOT = Path(__file__).parents[2]
TOKEN = "s3cret"


@pytest.fixture
async def site() -> AsyncIterator[HttpSite]:
    async with HttpSite(tls=LoopbackCA().issue()) as opened:
        yield opened


@pytest.fixture
async def poster(site: HttpSite) -> AsyncIterator[Poster]:
    async with (
        VirtualModem("sim7100", urc_delay=0) as virtual,
        open_modem(virtual.port(), apn="internet") as modem,
    ):
        yield Poster(modem, site.url_of("/in"), TOKEN, first_pause=0.01)


def answer(site: HttpSite, status: int = 202, **options: object) -> None:
    """The server answers so from here on."""
    site.routes[:] = [Route(method="POST", path="/in", status=status, **options)]  # type: ignore[arg-type]


def taken(site: HttpSite, status: int = 202) -> list[int]:
    """The numbers of the readings that were answered so, in order."""
    bodies = b"".join(request.body for request in site.requests if request.status == status and request.complete)
    return [json.loads(line)["number"] for line in bodies.splitlines()]


async def test_batches_go_in_order_with_a_key_each(site: HttpSite, poster: Poster) -> None:
    answer(site)
    poster.queue.extend(readings(2 * BATCH + 1))
    assert await poster.drain() == 2 * BATCH + 1
    assert taken(site) == list(range(2 * BATCH + 1))
    assert len({request.header("idempotency-key") for request in site.requests}) == len(site.requests) == 3
    assert {request.header("authorization") for request in site.requests} == {f"Bearer {TOKEN}"}


@pytest.mark.parametrize("fault", [None, ServerFault.CLOSE])
async def test_a_batch_keeps_its_key_until_it_is_taken(
    site: HttpSite, poster: Poster, fault: ServerFault | None, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(site, 503, fault=fault, headers={"Retry-After": "0"})
    poster.queue.extend(readings(3))
    first = site.received(1)

    async def relent() -> None:
        await first
        answer(site)

    relenting = poster.modem._attachment.spawn(relent)
    assert await poster.drain() == 3
    await relenting
    assert taken(site) == [0, 1, 2]
    assert len({request.header("idempotency-key") for request in site.requests}) == 1
    assert "attempt 1: " in capsys.readouterr().out


async def test_a_server_that_refuses_gets_the_next_batch(site: HttpSite, poster: Poster) -> None:
    answer(site, 400)
    poster.queue.extend(readings(3))
    assert await poster.drain() == 0
    assert [len(batch) for batch in poster.refused] == [3]
    assert len(site.requests) == 1


async def test_what_is_given_up_waits_for_the_next_time(
    site: HttpSite, poster: Poster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("examples.https_post.ATTEMPTS", 2)
    answer(site, fault=ServerFault.CLOSE)
    poster.queue.extend(readings(BATCH + 1))
    with pytest.raises(HttpError):
        await poster.drain()
    assert [reading["number"] for reading in poster.queue] == list(range(BATCH + 1))
    answer(site)
    assert await poster.drain() == BATCH + 1


def test_the_program() -> None:
    shown = subprocess.run(
        [sys.executable, "examples/https_post.py"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert "attempt 1: the server answered 503" in shown
    assert "200 of 200 readings delivered over HTTPS through a SIMCOM_SIM7100E" in shown
