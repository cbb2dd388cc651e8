"""Details of HTTP that tests of the commands do not reach; the server is asyncio's, its words are bytes."""

from __future__ import annotations

import pytest

from simcom_async.ports.clock import LoopClock
from simcom_async.sites import HttpSite, RawSite, Route
from simcom_async.virtual.fetch import REDIRECTS, Fetch, NoHttp, Request, TooLarge
from simcom_async.virtual.internet import ConnectFailed, Connection, Internet
from simcom_async.virtual.url import Target


def fetch() -> Fetch:
    internet = Internet({}, LoopClock())

    async def connect(host: str, port: int, tls: bool) -> Connection:
        return await internet.connect(host, port, bearer=1, tls=tls, idle=5)

    return Fetch(connect)


def request(site: HttpSite | RawSite, path: str = "/", method: str = "GET", **more: object) -> Request:
    target = Target("http", "127.0.0.1", site.port, path)
    return Request(method, target, **more)  # type: ignore[arg-type]


async def test_an_interim_answer_is_passed_over() -> None:
    async with RawSite(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi") as site:
        got = fetch()
        await got.run(request(site))
        assert (got.status, bytes(got.body)) == (200, b"hi")


async def test_a_body_without_a_length_ends_with_the_connection() -> None:
    async with RawSite(b"HTTP/1.0 200 OK\r\n\r\nuntil the end") as site:
        got = fetch()
        await got.run(request(site))
        assert bytes(got.body) == b"until the end"


async def test_the_head_is_kept_as_it_came() -> None:
    async with RawSite(b"HTTP/1.1 404 Not Here\r\nX-Case: Kept\r\nContent-Length: 0\r\n\r\n") as site:
        got = fetch()
        await got.run(request(site))
        assert got.head == b"HTTP/1.1 404 Not Here\r\nX-Case: Kept\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (b"", ConnectFailed),
        (b"SSH-2.0-OpenSSH\r\n", NoHttp),
        (b"HTTP/1.1 2", NoHttp),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi", ConnectFailed),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", ConnectFailed),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", TooLarge),
        (b"HTTP/1.0 200 OK\r\n\r\nmore than ten bytes", TooLarge),
    ],
)
async def test_failures_have_their_names(answer: bytes, failure: type[Exception]) -> None:
    async with RawSite(answer) as site:
        got = fetch()
        with pytest.raises(failure):
            await got.run(request(site, limit=10))
        assert not got.body or failure is ConnectFailed


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "POST", "GET"),
        (307, "POST", "POST"),
        (308, "POST", "POST"),
        (303, "HEAD", "HEAD"),
        (302, "DELETE", "DELETE"),
    ],
)
async def test_the_method_behind_a_redirect(status: int, method: str, then: str) -> None:
    routes = [Route(method=method, path="/a", status=status, location="/b"), Route(method=None, path="/b")]
    async with HttpSite(routes) as site:
        await fetch().run(request(site, "/a", method, body=b"x" if method == "POST" else b"", follow=True))
        last = site.requests[-1]
        assert (last.method, last.path) == (then, "/b")
        assert last.body == (b"x" if then == "POST" else b"")


async def test_a_circle_of_redirects_has_an_end() -> None:
    async with HttpSite([Route(path="/a", status=302, location="/a")]) as site:
        got = fetch()
        await got.run(request(site, "/a", follow=True))
        assert got.status == 302
        assert len(site.requests) == REDIRECTS + 1


@pytest.mark.parametrize("location", [None, "http://h:99999/"])
async def test_a_redirect_that_leads_nowhere_is_the_answer(location: str | None) -> None:
    async with HttpSite([Route(path="/a", status=302, location=location, body=b"moved")]) as site:
        got = fetch()
        await got.run(request(site, "/a", follow=True))
        assert (got.status, bytes(got.body)) == (302, b"moved")


async def test_the_long_body_of_a_redirect_is_no_hindrance() -> None:
    routes = [Route(path="/a", status=302, location="/b", length=5), Route(path="/b", body=b"ok")]
    async with HttpSite(routes) as site:
        got = fetch()
        await got.run(request(site, "/a", follow=True, limit=5))
        assert bytes(got.body) == b"ok"


async def test_a_header_of_the_host_replaces_that_of_the_module() -> None:
    async with HttpSite([Route()]) as site:
        headers = (("Accept", "*/*"), ("accept", "text/plain"), ("Host", "elsewhere"))
        await fetch().run(request(site, headers=headers))
        asked = site.requests[0]
        assert [value for name, value in asked.headers if name.lower() == "accept"] == ["text/plain"]
        assert asked.header("Host") == "elsewhere"
