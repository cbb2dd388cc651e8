from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from simcom_async.cli.http_fetch import HttpFetch
from simcom_async.errors import HttpError, SimcomError
from simcom_async.modem import open_modem
from simcom_async.sessions.http_resume import OVERLAP
from simcom_async.sites import HttpSite, Route, ServerFault, generated
from simcom_async.virtual import VirtualModem
from tests.cli.conftest import VIRTUAL, Simcom
from tests.sessions.ftp_ends import FastClock

GET = ("http", "get", "--port", VIRTUAL, "--apn", "internet", "--resume")
SIM7100 = "virtual:sim7100?urc_delay=0"
THEN, LATER = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), datetime(2025, 5, 6, 7, 8, 9, tzinfo=UTC)
BODY = generated(0, 50_000)


def left(path: Path, data: bytes, time: datetime | None = None) -> None:
    """What an earlier try has left, of a resource of this time."""
    path.write_bytes(data)
    if time is not None:
        os.utime(path, (time.timestamp(), time.timestamp()))


def dated(site: HttpSite, body: bytes, time: datetime, **how: object) -> str:
    headers = {"Last-Modified": format_datetime(time, usegmt=True)}
    site.routes.append(Route(path="/a", body=body, ranges=True, headers=headers, **how))  # type: ignore[arg-type]
    return site.url_of("/a")


@pytest.mark.parametrize("port", [VIRTUAL, "virtual:sim900?urc_delay=0", SIM7100])
async def test_what_an_earlier_try_has_left_is_gone_on_with(
    simcom: Simcom, site: HttpSite, tmp_path: Path, port: str
) -> None:
    url = site.publish("/a", BODY)
    left(tmp_path / "a.part", BODY[:20_000])
    shown = await simcom(*GET, url, "-o", str(tmp_path / "a"), "--json", "--port", port)
    assert (shown.status, shown.json["offset"], shown.json["length"]) == (0, 20_000, 50_000), shown.errors
    assert shown.json["sha256"] == site.checksum("/a")
    assert (tmp_path / "a").read_bytes() == BODY
    assert os.listdir(tmp_path) == ["a"]
    assert (
        site.requests[0].header(
            "Range",
        )
        == f"bytes={20_000 - OVERLAP}-"
    )
    assert "GET a: 50000 of 50000 bytes" in shown.errors
    shown = await simcom(*GET, url, "-o", str(tmp_path / "a"), "--port", port)
    assert shown.errors.endswith(f"{tmp_path / 'a'}: 0 bytes from 50000 on, SHA-256 {site.checksum('/a')}\n")


async def test_what_came_before_a_failure_stays_beside_with_the_servers_time(site: HttpSite, tmp_path: Path) -> None:
    clock = FastClock(50)
    url = dated(site, BODY, THEN, fault=ServerFault.CLOSE, fault_after=30_000)
    fetch = HttpFetch(url=url, path=tmp_path / "a", options={})
    async with (
        VirtualModem("sim7100", clock=clock, urc_delay=0) as virtual,
        open_modem(virtual.port(), apn="internet", clock=clock) as modem,
    ):
        with pytest.raises(SimcomError):
            await fetch.run(modem, lambda done, size: None)
        assert os.listdir(tmp_path) == ["a.part"]
        kept = (tmp_path / "a.part").read_bytes()
        assert 0 < len(kept) <= 30_000
        assert BODY.startswith(kept)
        assert (tmp_path / "a.part").stat().st_mtime == THEN.timestamp()
        site.routes.clear()
        dated(site, BODY, THEN)
        done = await fetch.run(modem, lambda done, size: None)
    assert (done.offset, done.length) == (len(kept), 50_000)
    assert (tmp_path / "a").read_bytes() == BODY
    assert (tmp_path / "a").stat().st_mtime == THEN.timestamp()


@pytest.mark.parametrize(
    ("kept", "time", "served"),
    [
        (BODY[:20_000], THEN, BODY),  # the time is another one
        (b"x" * 20_000, LATER, BODY),  # the bytes are others
        (BODY[:300], None, b"y" * 400),
        (BODY, LATER, BODY[:30_000]),  # it is shorter now: 416
        (BODY, LATER, BODY[: 50_000 - 100]),  # ... but not by much
        (BODY[:20_000], LATER, b""),
    ],
)
@pytest.mark.parametrize("ranges", [True, False])
async def test_what_is_of_another_version_is_fetched_anew(
    simcom: Simcom, site: HttpSite, tmp_path: Path, kept: bytes, time: datetime | None, served: bytes, ranges: bool
) -> None:
    url = dated(site, served, LATER)
    site.routes[-1] = replace(site.routes[-1], ranges=ranges)
    left(tmp_path / "a.part", kept, time)
    shown = await simcom(*GET, url, "-o", str(tmp_path / "a"), "--json")
    assert (shown.status, shown.json["offset"], shown.json["length"]) == (0, 0, len(served)), shown.errors
    assert (tmp_path / "a").read_bytes() == served
    assert shown.json["sha256"] == hashlib.sha256(served).hexdigest()
    assert os.listdir(tmp_path) == ["a"]


async def test_a_server_that_says_no_or_something_else_takes_nothing_away(
    simcom: Simcom, site: HttpSite, tmp_path: Path
) -> None:
    site.routes.append(Route(path="/busy", status=503))
    site.routes.append(Route(path="/moved", status=302, location="/a"))
    left(tmp_path / "a.part", BODY[:20_000])
    for path, said in (("/busy", "503 Service Unavailable"), ("/none", "404 Not Found"), ("/moved", "302 Found")):
        words = (*GET, site.url_of(path), "-o", str(tmp_path / "a"), "--no-redirects")
        shown = await simcom(*words)
        assert (shown.status, shown.data) == (1, b"")
        assert shown.errors.endswith(f"simcom: {site.url_of(path)}: the server answered {said}\n")
        assert (await simcom(*words, "--json")).json["offset"] == 20_000
        assert (tmp_path / "a.part").read_bytes() == BODY[:20_000]
    site.publish("/a", BODY)
    shown = await simcom(*GET, site.url_of("/moved"), "-o", str(tmp_path / "a"), "--json")
    assert (shown.status, shown.json["offset"]) == (0, 20_000)


async def test_it_goes_on_by_itself_and_nothing_of_two_versions_is_joined(tmp_path: Path) -> None:
    """In the middle of the body as well: the stream resumes, and another version is an error."""
    async with HttpSite() as site, open_modem(SIM7100, apn="internet") as modem:
        told: list[tuple[int, int | None]] = []
        url = dated(site, BODY, THEN, fault=ServerFault.CLOSE, fault_after=30_000)

        def report(done: int, size: int | None) -> None:
            told.append((done, size))
            if site.routes and site.routes[0].fault is not None:
                site.routes.clear()
                dated(site, BODY, THEN)

        fetch = HttpFetch(url=url, path=tmp_path / "a", options={})
        done = await fetch.run(modem, report)
        assert (tmp_path / "a").read_bytes() == BODY
        assert (done.offset, done.length, done.whole) == (0, 50_000, True)
        assert told[-1] == (50_000, 50_000)
        site.routes.clear()
        dated(site, BODY, THEN, fault=ServerFault.CLOSE, fault_after=30_000)

        def changed(done: int, size: int | None) -> None:
            site.routes.clear()
            dated(site, b"z" * 50_000, LATER)

        with pytest.raises(HttpError, match="changed"):
            await HttpFetch(url=url, path=tmp_path / "b", options={}).run(modem, changed)
        assert BODY.startswith((tmp_path / "b.part").read_bytes())
        assert await HttpFetch(url=url, path=tmp_path / "b", options={}).run(modem, lambda done, size: None)
        assert (tmp_path / "b").read_bytes() == b"z" * 50_000


@pytest.mark.parametrize("said", ["yesterday", "Mon, 06 May 2024 07:08:09 -0000"])
async def test_a_time_that_is_none_or_has_no_zone(simcom: Simcom, site: HttpSite, tmp_path: Path, said: str) -> None:
    site.routes.append(Route(path="/a", body=BODY, ranges=True, headers={"Last-Modified": said}))
    left(tmp_path / "a.part", BODY[:20_000], THEN)
    shown = await simcom(*GET, site.url_of("/a"), "-o", str(tmp_path / "a"), "--json")
    assert (shown.status, shown.json["offset"]) == (0, 20_000)


@pytest.mark.parametrize(
    ("words", "said"), [((), "it needs -o FILE"), (("-o", "FILE", "--offset", "3"), "exclude each other")]
)
async def test_what_it_needs(simcom: Simcom, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    given = [str(tmp_path / "a") if word == "FILE" else word for word in words]
    shown = await simcom(*GET, "http://example.com/a", *given)
    assert shown.status == 2
    assert said in shown.errors


async def test_a_device_is_written_from_the_start(simcom: Simcom, site: HttpSite) -> None:
    shown = await simcom(*GET, site.publish("/a", b"x"), "-o", "/dev/null", "--json")
    assert (shown.status, shown.json["offset"], shown.json["length"]) == (0, 0, 1)
