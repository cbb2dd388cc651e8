"""HTTP messages through a virtual module to real servers, with TLS and without, as if there were no module."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from simcom_async.errors import CommandTimeout, HttpError, ProtocolError, ServiceBusy, UsageError
from simcom_async.modem import open_modem
from simcom_async.sessions.progress import Direction, TransferProgress
from simcom_async.sites import Route, ServerFault
from simcom_async.virtual.faults import LoseBearer, ShortRead, Split
from tests.sessions.ftp_ends import FastClock
from tests.sessions.http_ends import SCHEMES, Stand, directly, raw_site, stand

BODY = b"\r\nOK\r\n+CHTTPACT: 0\r\n+CHTTPSRECV: 0\r\n> \x03\x1a\x1b" + bytes(range(256))


@pytest.fixture(params=SCHEMES)
async def at(request: pytest.FixtureRequest) -> AsyncIterator[Stand]:
    async with stand(request.param) as made:
        yield made


ROUTES = {
    "get": Route(path="/x", body=BODY, content_type="a/b", headers={"X-One": "a", "ETag": '"v1"'}),
    "empty": Route(path="/x", body=b""),
    "large": Route(path="/x", length=70_000),
    "chunked": Route(path="/x", body=BODY * 10, chunked=True),
    "closed": Route(path="/x", length=5_000, close=True),
    "nothing": Route(method=None, path="/x", status=204),
    "unchanged": Route(path="/x", status=304, headers={"ETag": '"v1"'}),
    "moved": Route(method=None, path="/x", status=301, location="/y", body=b"there"),
    "missing": Route(method=None, path="/other"),
    "broken": Route(method=None, path="/x", status=500, body=b"sorry"),
    "echo": Route(method=None, path="/x", echo=True, status=201),
}
ASKED = [
    *(("GET", name, None) for name in ROUTES if name != "echo"),
    *(("HEAD", name, None) for name in ("get", "chunked", "missing", "moved", "unchanged")),
    *(("DELETE", name, None) for name in ("nothing", "missing", "broken")),
    *((method, name, body) for method in ("POST", "PUT", "PATCH") for name, body in (("echo", BODY), ("broken", b""))),
    ("POST", "moved", b"x"),
    ("OPTIONS", "nothing", None),
]


@pytest.mark.parametrize(("method", "name", "body"), ASKED)
async def test_an_answer_is_the_same_as_without_a_module(at: Stand, method: str, name: str, body: bytes | None) -> None:
    at.site.routes.append(ROUTES[name])
    through, direct = await at.both(method, "/x", body)
    assert through == direct
    asked = [(request.method, request.target, request.body) for request in at.site.requests]
    assert asked[0] == asked[1]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\n\r\n" + BODY,
        b"HTTP/1.0 200 OK\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 no\r\nContent-Length: 1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n2\r\nhi\r\n0\r\nX-T: 1\r\n\r\n",
    ],
)
async def test_and_what_no_library_of_servers_says(scheme: str, answer: bytes) -> None:
    async with stand(scheme) as at, raw_site(scheme, answer) as site:
        url = f"{scheme}://127.0.0.1:{site.port}/x"
        response = await at.modem.http.get(url)
        assert (response.status, response.headers, response.body) == await directly("GET", url)


async def test_names_of_a_head_in_lower_case() -> None:
    async with stand("http", lower_case=True) as at:
        response = await at.modem.http.get(at.site.publish("/x", BODY))
        assert (response.status, response.body) == (200, BODY)
        assert response.headers is not None
        assert response.headers["content-length"] == str(len(BODY))


async def test_an_answer_that_is_no_http(at: Stand) -> None:
    at.site.routes.append(Route(path="/x", fault=ServerFault.GARBAGE))
    with pytest.raises((ProtocolError, HttpError)):
        await at.modem.http.get(at.site.url_of("/x"))
    assert (await at.modem.http.get(at.site.publish("/y", b"next"))).body == b"next"


@pytest.mark.parametrize("fault", [ServerFault.CLOSE, ServerFault.RESET])
@pytest.mark.parametrize("after", [None, 0, 500])
async def test_a_server_that_ends_before_its_answer_is_whole(at: Stand, fault: ServerFault, after: int | None) -> None:
    at.site.routes.append(Route(path="/x", length=1_000, fault=fault, fault_after=after))
    with pytest.raises(HttpError):
        await at.modem.http.get(at.site.url_of("/x"))
    assert (await at.modem.http.get(at.site.publish("/y", b"next"))).body == b"next"


async def test_bodies_from_a_file_an_iterable_and_nothing(at: Stand, tmp_path: Path) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, 30_000, 777):
            yield body[start : start + 777]

    body = Random(1).randbytes(30_000)
    at.site.routes.append(Route(method="POST", path="/in", echo=True))
    url = at.site.url_of("/in")
    path = tmp_path / "body"
    path.write_bytes(body)
    assert (await at.modem.http.post(url, path)).body == body
    assert (await at.modem.http.post(url, pieces())).body == body
    assert (await at.modem.http.post(url)).body == b""
    lengths = [(request.header("content-length"), request.header("transfer-encoding")) for request in at.site.requests]
    assert lengths == [("30000", None), (None, "chunked"), ("0", None)]


async def test_resume(at: Stand) -> None:
    url = at.site.publish("/x", 16_384)
    whole = (await at.modem.http.get(url)).body
    response = await at.modem.http.get(url, offset=2_000)
    assert (response.status, response.body) == (206, whole[2_000:])
    assert at.site.requests[-1].header("range") == "bytes=2000-"
    at.site.routes.append(Route(path="/x", length=16_384))
    response = await at.modem.http.get(url, offset=2_000)
    assert (response.status, response.body) == (200, whole[2_000:])
    at.site.routes.clear()
    assert (await at.modem.http.get(url, offset=16_384)).status == 416


async def test_redirects_are_followed_when_asked(at: Stand) -> None:
    target = at.site.publish("/target", 1_000)
    at.site.routes += [Route(method=None, path="/start", status=302, location="/next")]
    at.site.routes += [Route(method=None, path="/next", status=307, location=target)]
    at.site.routes += [Route(path="/round", status=302, location="/round")]
    start = at.site.url_of("/start")
    assert (await at.modem.http.get(start)).status == 302
    response = await at.modem.http.get(start, follow_redirects=True)
    assert (response.status, hashlib.sha256(response.body).hexdigest()) == (200, at.site.checksum("/target"))
    assert (await at.modem.http.post(start, b"x", follow_redirects=True)).status == 200
    assert [request.method for request in at.site.requests[-3:]] == ["POST", "GET", "GET"]
    with pytest.raises(HttpError, match="more than 10 times"):
        await at.modem.http.get(at.site.url_of("/round"), follow_redirects=True)
    assert (await at.modem.http.get(target)).status == 200


async def test_a_redirect_from_one_way_to_the_other() -> None:
    async with stand("http") as at, stand("https") as other:
        url = other.site.publish("/x", b"secret")
        at.site.routes.append(Route(path="/x", status=308, location=url))
        headers = {"Authorization": "Bearer s3cret"}
        response = await at.modem.http.get(at.site.url_of("/x"), follow_redirects=True, headers=headers)
        assert (response.status, response.body) == (200, b"secret")
        assert at.site.requests[0].header("authorization") == "Bearer s3cret"
        assert other.site.requests[0].header("authorization") is None


async def test_a_stream_that_is_left_ends_in_order(at: Stand) -> None:
    url = at.site.publish("/x", 300_000)
    async with at.modem.http.stream("GET", url) as response:
        assert (response.status, response.length) == (200, 300_000)
        with pytest.raises(ServiceBusy, match="a stream is open"):
            await at.modem.http.get(url)
        async for _ in response:
            break
    with pytest.raises(UsageError, match="inside its async with block"):
        await response.read()
    assert (await at.modem.http.get(at.site.publish("/y", b"next"))).body == b"next"
    assert not at.virtual.chttps.started


async def test_requests_wait_for_each_other(at: Stand) -> None:
    urls = [at.site.publish(f"/{number}", b"%d" % number) for number in range(6)]
    responses = await asyncio.gather(*(at.modem.http.get(url) for url in urls))
    assert [response.body for response in responses] == [b"%d" % number for number in range(6)]


async def test_progress(at: Stand) -> None:
    heard: list[tuple[int, int | None]] = []

    def report(done: int, total: int | None) -> None:
        heard.append((done, total))

    async with at.modem.events(TransferProgress, bound=1_000) as events:
        await at.modem.http.get(at.site.publish("/x", 100_000), progress=report)
        assert heard[-1] == (100_000, 100_000)
        heard.clear()
        at.site.routes.append(Route(method="POST", path="/in", body=b"thanks"))
        await at.modem.http.post(at.site.url_of("/in"), bytes(50_000), progress=report)
        assert heard[-1] == (50_000, 50_000)
        assert [done for done, _ in heard] == sorted({done for done, _ in heard})
        told = [event.direction for event in events.take() if isinstance(event, TransferProgress)]
    assert set(told) == set(Direction)


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_timeout_of_the_server(scheme: str) -> None:
    async with stand(scheme, FastClock(20), network_timeout=10) as at:
        at.site.routes.append(Route(path="/x", fault=ServerFault.HANG))
        with pytest.raises(CommandTimeout, match=r"/x: total limit after 0.3 s"):
            await at.modem.http.get(at.site.url_of("/x"), timeout=0.3)
        assert (await at.modem.http.get(at.site.publish("/y", b"next"))).body == b"next"


async def test_on_a_line_that_cuts_everything(at: Stand) -> None:
    at.virtual.faults.add(Split(size=1, most=97))
    at.virtual.faults.add(ShortRead(most=777))
    at.site.routes.append(Route(method="POST", path="/in", echo=True))
    body = Random(2).randbytes(20_000)
    assert (await at.modem.http.post(at.site.url_of("/in"), body)).body == body


async def test_a_bearer_that_went_is_opened_again_for_a_get(at: Stand) -> None:
    url = at.site.publish("/x", b"x")
    await at.modem.http.get(url)
    at.virtual.faults.add(LoseBearer())
    await asyncio.sleep(0)
    assert (await at.modem.http.get(url)).body == b"x"


async def test_limits_and_control_characters_are_refused_before_a_byte_is_sent(at: Stand) -> None:
    scheme = at.site.scheme
    sent = at.modem.bus.sequence
    for url in (f"{scheme}://{'x' * 257}/", f"{scheme}://a\x1ab/", f"{scheme}://host/\x03", f"{scheme}://host:70000/"):
        with pytest.raises(UsageError, match="url"):
            await at.modem.http.get(url)
    for headers in ({"X": "\x1a"}, {"X": "\r\nY: 1"}, {"Host": "x"}, {"Content-Length": "5"}):
        with pytest.raises(UsageError, match="headers"):
            await at.modem.http.get(f"{scheme}://host/", headers=headers)
    assert at.modem.bus.sequence == sent


async def test_a_body_that_cannot_be_opened_leaves_the_module_alone(at: Stand, tmp_path: Path) -> None:
    sent = at.modem.bus.sequence
    with pytest.raises(UsageError, match="cannot be read"):
        await at.modem.http.post(at.site.url_of("/x"), tmp_path / "nothing")
    assert at.modem.bus.sequence == sent


async def test_a_body_is_closed_when_the_service_is_busy(at: Stand, tmp_path: Path) -> None:
    path = tmp_path / "body"
    path.write_bytes(b"x")
    async with at.modem.http.stream("GET", at.site.publish("/x", b"x")):
        with pytest.raises(ServiceBusy):
            await at.modem.http.post(at.site.url_of("/x"), path)  # an open file would be a warning


async def test_on_a_pty(at: Stand) -> None:
    path = await at.virtual.open_pty()
    async with open_modem(path, apn="internet") as modem:
        assert (await modem.http.get(at.site.publish("/x", BODY))).body == BODY
        response = await modem.http.get(at.site.publish("/y", 200_000))
        assert hashlib.sha256(response.body).hexdigest() == at.site.checksum("/y")
