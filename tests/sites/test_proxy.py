from __future__ import annotations

import asyncio
import http.client

import pytest

from simcom_async.sites import HttpSite, ProxySite, RawSite, Route, ServerFault, generated


def through(proxy: ProxySite, method: str, url: str, body: bytes | None = None) -> tuple[int, dict[str, str], bytes]:
    """Ask a proxy with the standard library's client."""
    connection = http.client.HTTPConnection(*proxy.address, timeout=10)
    try:
        connection.request(method, url, body, {"Proxy-Connection": "keep-alive", "X-Own": "kept"})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


async def test_get_by_name(ask) -> None:
    origin = HttpSite([Route(path="/page", length=100_000)])
    async with origin, ProxySite({"www.sim.com": origin.address}) as proxy:
        url = "http://www.sim.com/page?x=1"
        status, headers, body = await asyncio.to_thread(through, proxy, "GET", url)
    assert (status, body) == (200, generated(0, 100_000))
    assert headers["Via"] == "1.1 simcom-async"
    (asked,) = proxy.requests
    assert (asked.method, asked.target, asked.absolute) == ("GET", "http://www.sim.com/page?x=1", True)
    assert ("Proxy-Connection", "keep-alive") in asked.headers
    assert (asked.status, asked.sent) == (200, 100_000)
    (forwarded,) = origin.requests
    assert forwarded.target == "/page?x=1"
    assert forwarded.header("Via") == "1.1 simcom-async"
    assert forwarded.header("X-Own") == "kept"
    assert forwarded.header("Proxy-Connection") is None
    assert forwarded.header("Host") == "www.sim.com"


async def test_post_by_address() -> None:
    async with HttpSite([Route(method="POST", echo=True)]) as origin, ProxySite() as proxy:
        sent = bytes(range(256)) * 1000
        status, _headers, body = await asyncio.to_thread(through, proxy, "POST", origin.url, sent)
        assert (status, body) == (200, sent)
        assert origin.requests[0].target == "/"
        assert proxy.requests[0].complete
        assert proxy.requests[0].checksum == origin.requests[0].checksum


async def test_head_and_chunked() -> None:
    routes = [Route(length=1000), Route(path="/c", length=1000, chunked=True)]
    async with HttpSite(routes) as origin, ProxySite() as proxy:
        head = await asyncio.to_thread(through, proxy, "HEAD", origin.url_of("/"))
        chunked = await asyncio.to_thread(through, proxy, "GET", origin.url_of("/c"))
    assert (head[0], head[1]["Content-Length"], head[2]) == (200, "1000", b"")
    assert (chunked[1]["Transfer-Encoding"], chunked[2]) == ("chunked", generated(0, 1000))


async def test_an_origin_without_length(ask) -> None:
    origin = RawSite(b"HTTP/1.0 200 OK\r\n\r\nuntil the end")
    async with origin, ProxySite() as proxy:
        url = f"http://127.0.0.1:{origin.port}/"
        assert (await asyncio.to_thread(through, proxy, "GET", url))[2] == b"until the end"
        old = await ask(proxy, f"GET {url} HTTP/1.0\r\n\r\n".encode())
    assert old.endswith(b"\r\n\r\nuntil the end")


async def test_an_early_100_is_not_the_answer() -> None:
    origin = RawSite(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")
    async with origin, ProxySite() as proxy:
        assert (await asyncio.to_thread(through, proxy, "GET", f"http://127.0.0.1:{origin.port}/"))[0] == 204


@pytest.mark.parametrize("target", ["/page", "https://www.sim.com/", "http://", "http://h:99999/", "http://[x/"])
async def test_what_is_no_whole_http_url_is_refused(ask, target: str) -> None:
    async with ProxySite() as proxy:
        answer = await ask(proxy, f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert (proxy.requests[0].target, proxy.requests[0].status) == (target, 400)


async def test_an_origin_that_cannot_be_reached() -> None:
    async with RawSite() as gone:
        url = f"http://127.0.0.1:{gone.port}/"
    async with ProxySite() as proxy:
        status, _headers, body = await asyncio.to_thread(through, proxy, "GET", url)
    assert status == 502
    assert b"refused" in body.lower() or b"connect" in body.lower()


@pytest.mark.parametrize("fault", [ServerFault.CLOSE, ServerFault.RESET, ServerFault.GARBAGE])
async def test_an_origin_that_gives_no_answer(fault: ServerFault) -> None:
    async with HttpSite([Route(fault=fault)]) as origin, ProxySite() as proxy:
        assert (await asyncio.to_thread(through, proxy, "GET", origin.url_of("/")))[0] == 502
        assert proxy.requests[0].broken


async def test_a_truncated_body_stays_truncated() -> None:
    route = Route(length=1000, fault=ServerFault.CLOSE, fault_after=400)
    async with HttpSite([route]) as origin, ProxySite() as proxy:
        with pytest.raises(http.client.IncompleteRead) as caught:
            await asyncio.to_thread(through, proxy, "GET", origin.url_of("/"))
        assert caught.value.partial == generated(0, 400)
        assert proxy.requests[0].broken


async def test_a_silent_origin_and_a_silent_client(ask) -> None:
    async with HttpSite([Route(fault=ServerFault.HANG)]) as origin, ProxySite(timeout=0.05) as proxy:
        assert (await asyncio.to_thread(through, proxy, "GET", origin.url_of("/")))[0] == 504
        assert (await ask(proxy, b"GET http://x/ HTT")).startswith(b"HTTP/1.1 408 ")


async def test_a_client_that_speaks_no_http(ask) -> None:
    async with ProxySite() as proxy:
        assert (await ask(proxy, b"\x00\x01\x02\r\n\r\n")).startswith(b"HTTP/1.1 400 ")
        assert proxy.requests == []


async def test_a_client_that_breaks_off_its_body(ask) -> None:
    async with HttpSite([Route(method="POST")]) as origin, ProxySite() as proxy:
        head = f"POST {origin.url}/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        answer = await ask(proxy, head.encode() + b"3\r\nabc\r\nno chunk\r\n")
        assert answer.startswith(b"HTTP/1.1 502 ")
        assert (proxy.requests[0].body, proxy.requests[0].complete) == (b"abc", False)


async def test_a_client_that_leaves_at_once() -> None:
    async with ProxySite() as proxy:
        reader, writer = await asyncio.open_connection(*proxy.address)
        writer.write_eof()
        assert await reader.read(-1) == b""
        writer.close()
        await writer.wait_closed()
