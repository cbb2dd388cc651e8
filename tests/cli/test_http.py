from __future__ import annotations

import hashlib
import os
import stat
import sys
from pathlib import Path

import pytest

from simcom_async.cli import http
from simcom_async.sites import HttpSite, LoopbackCA, ProxySite, Route, ServerFault, generated
from tests.cli.conftest import VIRTUAL, Simcom

GET = ("http", "get", "--port", VIRTUAL, "--apn", "internet")
POST = ("http", "post", "--port", VIRTUAL)
HEAD = ("http", "head", "--port", VIRTUAL)
AWKWARD = bytes(range(256)) + b"\r\nOK\r\n> \x1a"


async def test_a_body_to_stdout_is_nothing_but_the_body(simcom: Simcom, site: HttpSite) -> None:
    shown = await simcom(*GET, site.publish("/a", AWKWARD))
    assert (shown.status, shown.data) == (0, AWKWARD)
    assert shown.errors.splitlines()[-1] == f"GET a: {len(AWKWARD)} of {len(AWKWARD)} bytes"


async def test_a_body_to_a_file(simcom: Simcom, site: HttpSite, tmp_path: Path) -> None:
    shown = await simcom(*GET, site.publish("/a", 20_000), "-o", str(tmp_path / "a"))
    assert (shown.status, shown.data) == (0, b"")
    assert (tmp_path / "a").read_bytes() == generated(0, 20_000)


async def test_a_file_is_there_whole_or_as_it_was(simcom: Simcom, site: HttpSite, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    site.routes.append(Route(path="/broken", length=500_000, fault=ServerFault.CLOSE, fault_after=400_000))
    shown = await simcom(*GET, site.url_of("/broken"), "-o", str(tmp_path / "a"))
    assert shown.status == 1
    assert os.listdir(tmp_path) == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"


async def test_a_body_to_a_device_or_to_nowhere(simcom: Simcom, site: HttpSite, tmp_path: Path) -> None:
    url = site.publish("/a", 5_000)
    assert (await simcom(*GET, url, "-o", "/dev/null")).status == 0
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    shown = await simcom(*GET, url, "-o", str(tmp_path / "none" / "a"))
    assert (shown.status, shown.errors.splitlines()[-1]) == (
        2,
        f"simcom: local: {tmp_path / 'none' / 'a'} cannot be written: there is no such directory",
    )


async def test_json_describes_the_answer(simcom: Simcom, site: HttpSite, tmp_path: Path) -> None:
    url = site.publish("/a", 20_000, "text/x-test")
    shown = await simcom(*GET, url, "--json", "-o", str(tmp_path / "a"))
    facts = shown.json
    assert facts["headers"]["content-type"] == "text/x-test"
    assert facts | {"headers": {}} == {
        "url": url,
        "status": 200,
        "headers": {},
        "length": 20_000,
        "sha256": site.checksum("/a"),
    }
    assert hashlib.sha256((tmp_path / "a").read_bytes()).hexdigest() == facts["sha256"]


async def test_json_without_a_file_leaves_the_body_out(simcom: Simcom, site: HttpSite) -> None:
    shown = await simcom(*GET, site.publish("/a", 5_000), "--json")
    assert shown.json["sha256"] == site.checksum("/a")


async def test_the_rest_from_an_offset(simcom: Simcom, site: HttpSite) -> None:
    shown = await simcom(*GET, site.publish("/a", b"0123456789"), "--offset", "6")
    assert shown.data == b"6789"
    assert site.requests[-1].header("Range") == "bytes=6-"


async def test_headers(simcom: Simcom, site: HttpSite, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("Authorization: Bearer hush\n")
    words = ("--header", "X-One: 1", "--header", f"@{tmp_path / 'secret'}")
    assert (await simcom(*GET, site.publish("/a", b"x"), *words)).status == 0
    assert site.requests[0].header("X-One") == "1"
    assert site.requests[0].header("Authorization") == "Bearer hush"


async def test_what_is_no_header(simcom: Simcom, site: HttpSite) -> None:
    shown = await simcom(*GET, site.publish("/a", b"x"), "--header", "nonsense")
    assert shown.status == 2
    assert site.requests == []


async def test_redirects_are_followed_or_not(simcom: Simcom, site: HttpSite) -> None:
    site.publish("/there", b"there")
    site.routes.append(Route(path="/here", status=302, location="/there"))
    assert (await simcom(*GET, site.url_of("/here"))).data == b"there"
    shown = await simcom(*GET, site.url_of("/here"), "--no-redirects", "--json")
    assert (shown.status, shown.json["status"]) == (0, 302)


async def test_by_a_proxy(simcom: Simcom, site: HttpSite) -> None:
    async with ProxySite() as proxy:
        url = site.publish("/a", b"proxied")
        shown = await simcom(*GET, url, "--proxy", f"{proxy.host}:{proxy.port}", "--timeout", "30")
        assert shown.data == b"proxied"
        assert [request.target for request in proxy.requests] == [url]


async def test_the_server_says_no(simcom: Simcom, site: HttpSite, tmp_path: Path) -> None:
    url = site.url_of("/none")
    shown = await simcom(*GET, url)
    assert (shown.status, shown.data) == (1, b"nothing here\n")
    assert shown.errors.endswith(f"simcom: {url}: the server answered 404 Not Found\n")
    kept = tmp_path / "a"
    kept.write_bytes(b"kept")
    shown = await simcom(*GET, url, "-o", str(kept))
    assert (shown.status, shown.data, kept.read_bytes()) == (1, b"", b"kept")
    shown = await simcom(*GET, url, "--json")
    assert (shown.status, shown.json["status"]) == (1, 404)


async def test_a_status_without_a_name(simcom: Simcom, site: HttpSite) -> None:
    site.routes.append(Route(path="/odd", status=599))
    shown = await simcom(*HEAD, site.url_of("/odd"))
    assert (shown.status, shown.text.splitlines()[0]) == (1, "599")


async def test_head(simcom: Simcom, site: HttpSite) -> None:
    url = site.publish("/a", 1234)
    shown = await simcom(*HEAD, url)
    assert shown.status == 0
    first, *lines = shown.text.splitlines()
    assert first == "200 OK"
    assert "content-length: 1234" in lines
    facts = (await simcom(*HEAD, url, "--json")).json
    assert (facts["url"], facts["status"], facts["headers"]["content-length"]) == (url, 200, "1234")


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        (("--data", "héllo"), b""),
        (("--data-file", "FILE"), b""),
        (("--data-file", "-"), "héllo".encode()),
        ((), "héllo".encode()),
    ],
)
async def test_a_body_is_posted(
    simcom: Simcom, site: HttpSite, tmp_path: Path, words: tuple[str, ...], stdin: bytes
) -> None:
    (tmp_path / "body").write_bytes("héllo".encode())
    words = tuple(str(tmp_path / "body") if word == "FILE" else word for word in words)
    site.routes.append(Route(method="POST", path="/up", body=b"thanks"))
    shown = await simcom(*POST, site.url_of("/up"), *words, "--content-type", "text/x-test", stdin=stdin)
    assert (shown.status, shown.data) == (0, b"thanks")
    assert site.requests[0].body == "héllo".encode()
    assert site.requests[0].header("Content-Type") == "text/x-test"


async def test_one_body_only(simcom: Simcom, tmp_path: Path) -> None:
    shown = await simcom(*POST, "http://x/", "--data", "a", "--data-file", __file__)
    assert shown.status == 2
    assert "exclude" in shown.errors


def test_a_body_is_not_awaited_from_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())
    with pytest.raises(http.click.UsageError, match="--data"):
        http._body(None, None)


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_family_that_carries_whole_messages(simcom: Simcom, tmp_path: Path, scheme: str) -> None:
    port = ("--port", "virtual:sim7100?urc_delay=0", "--apn", "internet")
    async with HttpSite(tls=LoopbackCA().issue() if scheme == "https" else None) as site:
        url = site.publish("/a", 20_000)
        site.routes.append(Route(path="/moved", status=302, location="/a"))
        site.routes.append(Route(method="POST", path="/in", echo=True))
        shown = await simcom("http", "get", *port, site.url_of("/moved"), "-o", str(tmp_path / "a"), "--json")
        assert shown.json["status"] == 200
        assert (tmp_path / "a").read_bytes() == generated(0, 20_000)
        shown = await simcom("http", "post", *port, site.url_of("/in"), "--data", '{"t": 21.5}')
        assert (shown.status, shown.data) == (0, b'{"t": 21.5}')
        shown = await simcom("http", "head", *port, url)
        assert "content-length: 20000" in shown.text
        assert (await simcom("http", "get", *port, site.url_of("/nothing"))).status == 1
