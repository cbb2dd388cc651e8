"""Every verb, through a virtual module to a real server and back."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simcom_async.at.command import Service
from simcom_async.at.event import UrcLine
from simcom_async.commands.http import HttpActionResult
from simcom_async.commands.topics import BearerLost
from simcom_async.errors import HttpError, ServiceBusy, UnsupportedService, UsageError
from simcom_async.modem import Modem, open_modem
from simcom_async.sessions.progress import Direction, TransferProgress
from simcom_async.sites import HttpSite, LoopbackCA, ProxySite, Route
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import LoseBearer, ShortRead, Split


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


async def test_get(modem: Modem, site: HttpSite) -> None:
    response = await modem.http.get(site.publish("/x", b"hello", "text/plain"))
    assert (response.status, response.body) == (200, b"hello")
    assert response.headers is not None
    assert response.headers["content-type"] == "text/plain"
    assert response.headers["content-length"] == "5"


@pytest.mark.parametrize("size", [0, 1, 1_459, 1_460, 4_031, 4_032, 4_033, 8_192, 65_521, 300_000, 319_488])
async def test_bodies_of_any_size_come_whole(modem: Modem, site: HttpSite, size: int) -> None:
    response = await modem.http.get(site.publish("/x", size))
    assert len(response.body) == size
    assert digest(response.body) == site.checksum("/x")
    assert [request.header("range") for request in site.requests] == [None]


@pytest.mark.parametrize("size", [319_489, 637_952, 700_000, 1_048_576])
async def test_bodies_beyond_the_modules_memory_come_by_ranges(modem: Modem, site: HttpSite, size: int) -> None:
    response = await modem.http.get(site.publish("/x", size))
    assert digest(response.body) == site.checksum("/x")
    assert response.status == 200
    assert response.headers is not None
    assert response.headers["content-length"] == str(size)
    assert "content-range" not in response.headers
    ranges = [request.header("range") for request in site.requests]
    assert ranges[:2] == [None, "bytes=0-318975"]
    assert len(ranges) == 1 + -(-size // 318_976)


async def test_head(modem: Modem, site: HttpSite) -> None:
    response = await modem.http.head(site.publish("/x", 1_000_000))
    assert (response.status, response.body) == (200, b"")
    assert response.headers is not None
    assert response.headers["content-length"] == "1000000"
    assert [request.method for request in site.requests] == ["HEAD"]


async def test_delete(modem: Modem, site: HttpSite) -> None:
    site.routes.append(Route(method="DELETE", path="/x", status=204))
    response = await modem.http.delete(site.url_of("/x"))
    assert (response.status, response.body) == (204, b"")
    assert [request.method for request in site.requests] == ["DELETE"]


@pytest.mark.parametrize("size", [1, 1_460, 1_461, 100_000, 319_488])
async def test_post(modem: Modem, site: HttpSite, size: int) -> None:
    site.routes.append(Route(method="POST", path="/in", status=201, body=b"stored"))
    body = bytes(index % 251 for index in range(size))
    response = await modem.http.post(site.url_of("/in"), body, content_type="application/x-test")
    assert (response.status, response.body) == (201, b"stored")
    (request,) = site.requests
    assert request.body == body
    assert request.header("content-type") == "application/x-test"


async def test_post_of_a_file_an_iterable_and_nothing(modem: Modem, site: HttpSite, tmp_path: Path) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for part in (b"\x1a", b"OK\r\n", b"\x1b+HTTPREAD: 5\r\n", bytes(range(256))):
            yield part

    site.routes.append(Route(method="POST", path="/in", echo=True))
    path = tmp_path / "body"
    path.write_bytes(b"from a file")
    assert (await modem.http.post(site.url_of("/in"), path)).body == b"from a file"
    entered = b"".join([piece async for piece in pieces()])
    assert (await modem.http.post(site.url_of("/in"), pieces())).body == entered
    assert (await modem.http.post(site.url_of("/in"))).body == b""


async def test_put_is_not_for_this_family(modem: Modem, site: HttpSite) -> None:
    sent = modem.bus.sequence
    with pytest.raises(UnsupportedService, match="PUT over http is not for the sim800 dialect: it carries DELETE, GET"):
        await modem.http.put(site.url_of("/x"), b"x")
    assert modem.bus.sequence == sent


async def test_request_and_unknown_methods(modem: Modem, site: HttpSite) -> None:
    assert (await modem.http.request("get", site.publish("/x", b"x"))).body == b"x"
    with pytest.raises(UnsupportedService):
        await modem.http.request("PATCH", site.url_of("/x"), b"x")


async def test_a_404_is_an_answer(modem: Modem, site: HttpSite) -> None:
    response = await modem.http.get(site.url_of("/nothing"))
    assert (response.status, response.body) == (404, b"nothing here\n")


@pytest.mark.parametrize("status", [204, 304, 400, 416, 500, 503])
async def test_any_status_of_the_server_is_an_answer(modem: Modem, site: HttpSite, status: int) -> None:
    site.routes.append(Route(path="/x", status=status))
    assert (await modem.http.get(site.url_of("/x"))).status == status


async def test_headers_go_out(modem: Modem, site: HttpSite) -> None:
    url = site.publish("/x", b"x")
    await modem.http.get(url, headers={"X-One": "1", "X-Two": "a, b; c", "User-Agent": "me/1.0", "X-Empty": ""})
    (request,) = site.requests
    assert [request.header(name) for name in ("x-one", "x-two", "user-agent")] == ["1", "a, b; c", "me/1.0"]
    await modem.http.get(url)
    assert site.requests[1].header("x-one") is None
    assert site.requests[1].header("user-agent") == "SIMCom_MODULE"


async def test_redirects_are_followed_when_asked(modem: Modem, site: HttpSite) -> None:
    target = site.publish("/target", 1_000)
    site.routes.append(Route(path="/start", status=302, location=target))
    stays = await modem.http.get(site.url_of("/start"))
    assert stays.status == 302
    assert stays.headers is not None
    assert stays.headers["location"] == target
    follows = await modem.http.get(site.url_of("/start"), follow_redirects=True)
    assert (follows.status, digest(follows.body)) == (200, site.checksum("/target"))


async def test_a_proxy_is_used(modem: Modem, site: HttpSite) -> None:
    site.publish("/x", b"through")
    async with ProxySite({"www.example.com": site.address}) as proxy:
        response = await modem.http.get("http://www.example.com/x", proxy=f"127.0.0.1:{proxy.port}")
        assert (response.status, response.body) == (200, b"through")
        assert [request.target for request in proxy.requests] == ["http://www.example.com/x"]
    assert site.requests[0].header("via") is not None


async def test_https(virtual: VirtualModem, modem: Modem) -> None:
    async with HttpSite(tls=LoopbackCA().issue()) as secure, HttpSite() as plain:
        assert (await modem.http.get(secure.publish("/x", b"secret"))).body == b"secret"
        assert (await modem.http.get(plain.publish("/x", b"open"))).body == b"open"


@pytest.mark.parametrize("offset", [1, 2_000, 16_383])
async def test_resume(modem: Modem, site: HttpSite, offset: int) -> None:
    url = site.publish("/x", 16_384)
    whole = (await modem.http.get(url)).body
    response = await modem.http.get(url, offset=offset)
    assert (response.status, response.body) == (206, whole[offset:])
    assert response.headers is not None
    assert response.headers["content-range"] == f"bytes {offset}-16383/16384"


async def test_resume_of_more_than_the_module_holds(modem: Modem, site: HttpSite) -> None:
    url = site.publish("/x", 1_000_000)
    response = await modem.http.get(url, offset=100_001)
    assert (response.status, len(response.body)) == (206, 899_999)
    assert response.headers is not None
    assert response.headers["content-range"] == "bytes 100001-999999/1000000"
    assert response.headers["content-length"] == "899999"
    start = (await modem.http.get(url, offset=899_999)).body
    assert response.body[-100_001:] == start


async def test_resume_where_the_server_knows_no_ranges(modem: Modem, site: HttpSite) -> None:
    site.routes.append(Route(path="/x", length=50_000))
    whole = (await modem.http.get(site.url_of("/x"))).body
    response = await modem.http.get(site.url_of("/x"), offset=40_000)
    assert (response.status, response.body) == (200, whole[40_000:])
    assert (await modem.http.get(site.url_of("/x"), offset=60_000)).body == b""


async def test_resume_behind_the_end_is_the_servers_416(modem: Modem, site: HttpSite) -> None:
    assert (await modem.http.get(site.publish("/x", 100), offset=100)).status == 416


async def test_a_range_of_the_callers_own(modem: Modem, site: HttpSite) -> None:
    response = await modem.http.get(site.publish("/x", b"0123456789"), headers={"Range": "bytes=2-4"})
    assert (response.status, response.body) == (206, b"234")


async def test_a_long_body_without_ranges_is_602_with_what_to_do(modem: Modem, site: HttpSite) -> None:
    site.routes.append(Route(path="/x", length=400_000))
    with pytest.raises(HttpError, match="the server does not answer ranges") as caught:
        await modem.http.get(site.url_of("/x"))
    assert caught.value.code == 602
    assert caught.value.remedy
    assert (await modem.http.get(site.publish("/y", b"still there"))).body == b"still there"


async def test_a_stream_comes_in_pieces(modem: Modem, site: HttpSite) -> None:
    url = site.publish("/x", 300_000)
    pieces = []
    async with modem.http.stream("GET", url) as response:
        assert (response.status, response.length) == (200, 300_000)
        assert response.headers is not None
        async for piece in response:
            pieces.append(piece)
            if len(pieces) == 3:
                assert await modem.at("+CSQ") == ("+CSQ: 21,0",)  # the port is free in between
    assert max(map(len, pieces)) <= 8_192
    assert digest(b"".join(pieces)) == site.checksum("/x")


async def test_a_stream_that_is_left_ends_in_order(modem: Modem, site: HttpSite) -> None:
    url = site.publish("/x", 1_000_000)
    async with modem.http.stream("GET", url) as response:
        async for _ in response:
            break
    with pytest.raises(UsageError, match="inside its async with block"):
        await response.read()
    with pytest.raises(RuntimeError, match="mine"):
        async with modem.http.stream("GET", url):
            raise RuntimeError("mine")
    assert (await modem.http.get(site.publish("/y", b"next"))).body == b"next"


async def test_a_stream_with_a_body(modem: Modem, site: HttpSite) -> None:
    site.routes.append(Route(method="POST", path="/in", echo=True))
    async with modem.http.stream("POST", site.url_of("/in"), b"x" * 5_000) as response:
        assert await response.read() == b"x" * 5_000


async def test_requests_wait_for_each_other(modem: Modem, site: HttpSite) -> None:
    urls = [site.publish(f"/{number}", b"%d" % number) for number in range(8)]
    responses = await asyncio.gather(*(modem.http.get(url) for url in urls))
    assert [response.body for response in responses] == [b"%d" % number for number in range(8)]


async def test_while_a_stream_is_open_the_service_is_busy(modem: Modem, site: HttpSite) -> None:
    url = site.publish("/x", 10_000)
    async with modem.http.stream("GET", url) as response:
        with pytest.raises(ServiceBusy, match="a stream is open"):
            await modem.http.get(url)
        with pytest.raises(ServiceBusy):
            async with modem.http.stream("GET", url):
                pass
        assert len(await response.read()) == 10_000
    assert len((await modem.http.get(url)).body) == 10_000


async def test_a_stream_may_be_closed_by_hand(modem: Modem, site: HttpSite) -> None:
    url = site.publish("/x", 10_000)
    async with modem.http.stream("GET", url) as response:
        await response.aclose()
        assert len((await modem.http.get(url)).body) == 10_000
    with pytest.raises(UsageError, match="not open"):
        _ = response.status


async def test_a_service_that_somebody_else_claimed(modem: Modem, site: HttpSite) -> None:
    url = site.publish("/x", b"x")
    with modem.link.claim(Service.HTTP), pytest.raises(ServiceBusy, match="claimed"):
        await modem.http.get(url)
    assert (await modem.http.get(url)).body == b"x"


async def test_progress_of_a_download(modem: Modem, site: HttpSite) -> None:
    heard: list[tuple[int, int | None]] = []
    async with modem.events(TransferProgress, bound=1_000) as events:
        await modem.http.get(site.publish("/x", 700_000), progress=lambda done, total: heard.append((done, total)))
        told = [event for event in events.take() if isinstance(event, TransferProgress)]
    assert heard[-1] == (700_000, 700_000)
    assert [done for done, _ in heard] == sorted({done for done, _ in heard})
    assert {total for _, total in heard} == {700_000}
    assert [(event.done, event.total) for event in told] == heard
    assert {event.direction for event in told} == {Direction.RECEIVE}


async def test_progress_of_an_upload(modem: Modem, site: HttpSite) -> None:
    heard: list[tuple[int, int | None]] = []
    site.routes.append(Route(method="POST", path="/in", echo=True))
    await modem.http.post(site.url_of("/in"), bytes(50_000), progress=lambda done, total: heard.append((done, total)))
    assert heard[-1] == (50_000, 50_000)
    assert len(heard) == -(-50_000 // 1_460)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_progress_raises_reaches_the_caller_and_nobody_else(
    modem: Modem, site: HttpSite, method: str
) -> None:
    def broken(done: int, total: int | None) -> None:
        raise ZeroDivisionError

    site.routes.append(Route(method=None, path="/in", length=20_000))
    with pytest.raises(ZeroDivisionError):
        await modem.http.request(
            method, site.url_of("/in"), bytes(5_000) if method == "POST" else None, progress=broken
        )
    assert len((await modem.http.get(site.url_of("/in"))).body) == 20_000


async def test_reads_that_return_less_are_continued(virtual: VirtualModem, modem: Modem, site: HttpSite) -> None:
    virtual.faults.add(ShortRead(most=777))
    virtual.faults.add(Split(size=1, most=97))
    assert digest((await modem.http.get(site.publish("/x", 30_000))).body) == site.checksum("/x")


async def test_a_bearer_lost_between_two_requests_is_opened_again(
    virtual: VirtualModem, modem: Modem, site: HttpSite
) -> None:
    url = site.publish("/x", b"x")
    await modem.http.get(url)
    lost = modem.bus.expect(BearerLost)
    virtual.faults.add(LoseBearer())
    assert (await lost.get(5)).cid == 1
    assert (await modem.http.get(url)).body == b"x"
    assert await modem.network.address() is not None


async def test_a_bearer_that_went_silently_is_found_out_by_601(
    virtual: VirtualModem, modem: Modem, site: HttpSite
) -> None:
    url = site.publish("/x", b"x")
    await modem.http.get(url)
    await modem.at("+SAPBR=0,1")
    async with modem.events(HttpActionResult) as results:
        assert (await modem.http.get(url)).body == b"x"
        assert [int(result.status) for result in results.take()] == [601, 200]  # type: ignore[union-attr]


async def test_a_bearer_lost_in_the_middle_of_a_long_body(virtual: VirtualModem, modem: Modem, site: HttpSite) -> None:
    url = site.publish("/x", 1_000_000)
    body = bytearray()
    async with modem.http.stream("GET", url) as response:
        async for piece in response:
            body += piece
            if len(body) == len(piece):
                virtual.faults.add(LoseBearer())
    assert digest(bytes(body)) == site.checksum("/x")


async def test_a_lost_bearer_makes_no_second_post(virtual: VirtualModem, modem: Modem, site: HttpSite) -> None:
    site.routes.append(Route(method="POST", path="/in", body=b"done"))
    await modem.http.post(site.url_of("/in"), b"first")
    await modem.at("+SAPBR=0,1")
    with pytest.raises(HttpError) as caught:
        await modem.http.post(site.url_of("/in"), b"second")
    assert (caught.value.code, caught.value.retry) == (601, True)
    assert len(site.requests) == 1
    assert (await modem.http.post(site.url_of("/in"), b"third")).body == b"done"


async def test_over_a_pty(site: HttpSite) -> None:
    async with VirtualModem("sim800", urc_delay=0) as virtual:
        path = await virtual.open_pty()
        async with open_modem(path, apn="internet") as modem:
            response = await modem.http.get(site.publish("/x", 400_000))
            assert digest(response.body) == site.checksum("/x")
            site.routes.append(Route(method="POST", path="/in", echo=True))
            body = bytes(range(256)) * 100
            assert (await modem.http.post(site.url_of("/in"), body)).body == body


async def test_the_module_is_left_as_it_was_found(modem: Modem, site: HttpSite) -> None:
    await modem.http.get(site.publish("/x", b"x"))
    assert await modem.at("+HTTPINIT") == ()
    assert (await modem.http.get(site.url_of("/x"))).body == b"x"  # a service that somebody left open is taken over
    async with modem.events(UrcLine) as urcs:
        await modem.network.signal()
        assert urcs.take() == []
