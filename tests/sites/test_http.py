from __future__ import annotations

import asyncio
import hashlib
import subprocess
import sys

import aiohttp
import pytest

from simcom_async.errors import MissingExtra
from simcom_async.sites import Body, HttpSite, Route, ServerFault, generated


def request(target: str = "/", method: str = "GET", body: bytes = b"", **headers: str) -> bytes:
    """A request as raw bytes that asks for the connection's end."""
    lines = [f"{method} {target} HTTP/1.1", "Host: example.com", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def split(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (lower case) and body of a raw answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    return (
        int(first.split()[1]),
        {line.split(": ")[0].lower(): line.split(": ", 1)[1] for line in lines},
        body,
    )


async def test_a_route_of_generated_bytes(ask) -> None:
    async with HttpSite([Route(length=1000)]) as site:
        status, headers, body = split(await ask(site, request()))
    assert (status, headers["content-length"], body) == (200, "1000", generated(0, 1000))


async def test_the_first_route_that_fits_answers(ask) -> None:
    routes = [
        Route(path="/a", status=201),
        Route(method=None, path="/a", status=202),
        Route(path="/b", status=203),
    ]
    async with HttpSite(routes) as site:
        asked = [("GET", "/a"), ("DELETE", "/a"), ("GET", "/b"), ("GET", "/c"), ("POST", "/b")]
        answers = [split(await ask(site, request(path, method)))[0] for method, path in asked]
    assert answers == [201, 202, 203, 404, 404]


async def test_it_records_what_was_asked_as_it_was_sent(ask) -> None:
    async with HttpSite([Route(method="POST", path="/x", status=204)]) as site:
        await ask(site, request("/x?a=%20b", "POST", b"\x00\xff" * 50, X_OwN="Value", Content_Encoding="gzip"))
        (asked,) = site.requests
    assert (asked.method, asked.target, asked.path, asked.query) == ("POST", "/x?a=%20b", "/x", "a=%20b")
    assert ("X-OwN", "Value") in asked.headers
    assert asked.header("host") == "example.com"
    assert (asked.body, asked.received, asked.complete) == (b"\x00\xff" * 50, 100, True)
    assert (asked.status, asked.sent, asked.broken, asked.version) == (204, 0, False, "1.1")


async def test_the_absolute_form_is_seen_and_answered(ask) -> None:
    async with HttpSite([Route(path="/index.html", absolute_uri=True, body=b"page")]) as site:
        whole = split(await ask(site, request("http://www.example.com/index.html")))
        partial = split(await ask(site, request("/index.html")))
        first, second = site.requests
    assert (whole[0], whole[2], first.target) == (200, b"page", "http://www.example.com/index.html")
    assert first.absolute
    assert (partial[0], second.absolute) == (400, False)


@pytest.mark.parametrize(
    ("route", "sent", "status"),
    [
        (Route(method="POST", expect_length=100), b"x" * 100, 200),
        (Route(method="POST", expect_length=100), b"x" * 99, 400),
        (Route(method="POST", expect_body=b"a\x03b\x1ac"), b"a\x03b\x1ac", 200),
        (Route(method="POST", expect_body=b"a\x03b\x1ac"), b"a\x03b\x1a", 400),
        (Route(method="POST", expect_length=0), b"", 200),
    ],
)
async def test_expectations(ask, route: Route, sent: bytes, status: int) -> None:
    async with HttpSite([route]) as site:
        assert split(await ask(site, request("/", "POST", sent)))[0] == status


async def test_head_has_the_headers_of_get_and_no_body(ask) -> None:
    async with HttpSite([Route(length=1000), Route(method="HEAD", path="/none")]) as site:
        status, headers, body = split(await ask(site, request(method="HEAD")))
        nothing = split(await ask(site, request("/none", "HEAD")))
    assert (status, headers["content-length"], body) == (200, "1000", b"")
    assert (nothing[0], nothing[1]["content-length"]) == (200, "0")


async def test_redirect(ask) -> None:
    async with HttpSite(
        [Route(path="/abcde", status=302, location="/target"), Route(path="/target", length=10)]
    ) as site:
        status, headers, _body = split(await ask(site, request("/abcde")))
        async with aiohttp.ClientSession() as session, session.get(site.url_of("/abcde")) as followed:
            assert await followed.read() == generated(0, 10)
    assert (status, headers["location"]) == (302, "/target")


@pytest.mark.parametrize(
    ("asked", "status", "said", "sent"),
    [
        ("bytes=2000-", 206, "bytes 2000-16383/16384", generated(2000, 14384)),
        ("bytes=0-99", 206, "bytes 0-99/16384", generated(0, 100)),
        ("bytes=-4", 206, "bytes 16380-16383/16384", generated(16380, 4)),
        ("bytes=16384-", 416, "bytes */16384", b""),
        ("bytes=1-2,4-5", 200, None, generated(0, 16384)),
    ],
)
async def test_ranges(ask, asked: str, status: int, said: str | None, sent: bytes) -> None:
    async with HttpSite([Route(length=16384, ranges=True)]) as site:
        got, headers, body = split(await ask(site, request(Range=asked)))
    assert (got, headers.get("content-range"), body) == (status, said, sent)
    assert headers["accept-ranges"] == "bytes"
    assert headers["content-length"] == str(len(sent))


async def test_ranges_are_honoured_only_where_they_are_meant(ask) -> None:
    async with HttpSite([Route(length=10)]) as site:
        site.publish("/file", b"0123456789")
        assert split(await ask(site, request(Range="bytes=1-2")))[0] == 200
        assert split(await ask(site, request("/file", "HEAD", Range="bytes=1-2")))[0] == 200
        current = split(await ask(site, request("/file", Range="bytes=1-2", If_Range=Body.of(b"0123456789").etag)))
        outdated = split(await ask(site, request("/file", Range="bytes=1-2", If_Range='"older"')))
    assert (current[0], current[2]) == (206, b"12")
    assert (outdated[0], outdated[2]) == (200, b"0123456789")


async def test_published_files(ask) -> None:
    async with HttpSite() as site:
        url = site.publish("/fw.bin", b"firmware", content_type="application/x-firmware")
        assert url == f"http://127.0.0.1:{site.port}/fw.bin"
        first = split(await ask(site, request("/fw.bin?version=1")))
        site.publish("/fw.bin", 300_000)
        second = split(await ask(site, request("/fw.bin")))
        assert split(await ask(site, request("/fw.bin", "POST")))[0] == 404
        assert site.checksum("/fw.bin") == hashlib.sha256(second[2]).hexdigest()
    assert (first[2], first[1]["content-type"]) == (b"firmware", "application/x-firmware")
    assert second[2] == generated(0, 300_000)
    assert first[1]["etag"] != second[1]["etag"]


async def test_headers_and_content_type_as_given(ask) -> None:
    async with HttpSite([Route(body=b"{}", content_type="application/json", headers={"X-One": "1"})]) as site:
        _status, headers, _body = split(await ask(site, request()))
    assert (headers["content-type"], headers["x-one"]) == ("application/json", "1")


async def test_chunked_has_no_length(ask) -> None:
    async with HttpSite([Route(length=70_000, chunked=True)]) as site:
        _status, headers, raw = split(await ask(site, request()))
        async with aiohttp.ClientSession() as session, session.get(site.url) as answer:
            assert await answer.read() == generated(0, 70_000)
        old = split(await ask(site, b"GET / HTTP/1.0\r\n\r\n"))
    assert headers["transfer-encoding"] == "chunked"
    assert "content-length" not in headers
    assert raw.endswith(b"0\r\n\r\n")
    assert "transfer-encoding" not in old[1]
    assert old[2] == generated(0, 70_000)


async def test_echo(ask) -> None:
    async with HttpSite([Route(method="POST", echo=True)]) as site:
        sent = bytes(range(256)) * 300
        assert split(await ask(site, request("/", "POST", sent)))[2] == sent
        assert site.requests[0].checksum == hashlib.sha256(sent).hexdigest()


async def test_keep_alive_and_close() -> None:
    async with HttpSite([Route(length=5), Route(path="/bye", close=True)]) as site:
        reader, writer = await asyncio.open_connection(*site.address)
        for target in ("/", "/", "/bye"):
            writer.write(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        answer = await reader.read(-1)
        writer.close()
        await writer.wait_closed()
    assert answer.count(b"HTTP/1.1 200 OK") == 3
    assert answer.count(b"Connection: close") == 1


async def test_a_very_large_body_is_made_on_the_way() -> None:
    async with HttpSite([Route(length=5_000_000_000)]) as site:
        reader, writer = await asyncio.open_connection(*site.address)
        writer.write(request())
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"Content-Length: 5000000000\r\n" in head
        assert await reader.readexactly(1_000_000) == generated(0, 1_000_000)
        writer.transport.abort()
        await site.until(lambda: site.requests[0].broken)


async def test_the_gate_holds_a_download_to_the_byte() -> None:
    async with HttpSite([Route(length=9355)]) as site:
        site.gate.shut(after=1440)
        reader, writer = await asyncio.open_connection(*site.address)
        writer.write(request())
        await site.gate.held()
        assert site.requests[0].sent == 1440
        await reader.readuntil(b"\r\n\r\n")
        assert await reader.readexactly(1440) == generated(0, 1440)
        site.gate.open()
        assert await reader.read(-1) == generated(1440, 7915)
        writer.close()
        await writer.wait_closed()


async def test_the_gate_holds_an_upload_and_its_answer() -> None:
    async with HttpSite([Route(method="POST", expect_length=2048)]) as site:
        site.gate.shut(after=1440)
        reader, writer = await asyncio.open_connection(*site.address)
        writer.write(request("/", "POST", bytes(2048)))
        await site.gate.held()
        assert (site.requests[0].received, site.requests[0].complete) == (1440, False)
        site.gate.open()
        assert (await site.received()).received == 2048
        assert (await reader.read(-1)).startswith(b"HTTP/1.1 200 ")
        writer.close()
        await writer.wait_closed()


async def test_the_head_comes_before_the_gate() -> None:
    async with HttpSite([Route(length=10)]) as site:
        site.gate.shut()
        reader, writer = await asyncio.open_connection(*site.address)
        writer.write(request())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")
        writer.transport.abort()


async def test_a_rate_paces_and_changes_nothing_else(ask) -> None:
    async with HttpSite([Route(length=2000, rate=100_000), Route(method="POST", echo=True, rate=100_000)]) as site:
        begin = asyncio.get_running_loop().time()
        assert split(await ask(site, request()))[2] == generated(0, 2000)
        assert split(await ask(site, request("/", "POST", bytes(1000))))[2] == bytes(1000)
        assert asyncio.get_running_loop().time() - begin >= 0.03


async def test_close_without_an_answer(ask) -> None:
    async with HttpSite([Route(fault=ServerFault.CLOSE)]) as site:
        assert await ask(site, request()) == b""
        assert (site.requests[0].complete, site.requests[0].status) == (True, None)


async def test_a_truncated_body(ask) -> None:
    async with HttpSite([Route(length=1000, fault=ServerFault.CLOSE, fault_after=400)]) as site:
        _status, headers, body = split(await ask(site, request()))
    assert (headers["content-length"], body) == ("1000", generated(0, 400))


async def test_garbage_instead_of_an_answer_and_within_one(ask) -> None:
    routes = [
        Route(fault=ServerFault.GARBAGE),
        Route(path="/within", length=50, fault=ServerFault.GARBAGE, fault_after=9),
    ]
    async with HttpSite(routes) as site:
        assert (await ask(site, request())).startswith(b"\x00\xffthis is no HTTP")
        body = split(await ask(site, request("/within")))[2]
    assert body.startswith(generated(0, 9) + b"\x00\xffthis is no HTTP")


@pytest.mark.parametrize("after", [None, 400])
async def test_reset(after: int | None) -> None:
    async with HttpSite([Route(length=1000, fault=ServerFault.RESET, fault_after=after)]) as site:
        reader, writer = await asyncio.open_connection(*site.address)
        writer.write(request())
        with pytest.raises(ConnectionResetError):
            await reader.read(-1)
        writer.transport.abort()


@pytest.mark.parametrize("after", [None, 400])
async def test_silence_lasts_until_the_site_closes(after: int | None) -> None:
    site = HttpSite([Route(length=1000, fault=ServerFault.HANG, fault_after=after)])
    await site.start()
    reader, writer = await asyncio.open_connection(*site.address)
    writer.write(request())
    await site.until(lambda: site.requests and site.requests[0].sent == (after or 0))
    if after is not None:
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        await reader.readexactly(after)
    assert not reader.at_eof()
    async with asyncio.timeout(60):
        await site.aclose()
        assert await reader.read(-1) == b""
    writer.close()
    await writer.wait_closed()


async def test_a_peer_that_leaves_a_silent_server_ends_the_answer() -> None:
    async with HttpSite([Route(fault=ServerFault.HANG)]) as site:
        _reader, writer = await asyncio.open_connection(*site.address)
        writer.write(request())
        await site.received()
        writer.transport.abort()
        await site.until(lambda: site.requests[0].broken)


async def test_a_peer_that_breaks_off_its_upload() -> None:
    async with HttpSite([Route(method="POST")]) as site:
        _reader, writer = await asyncio.open_connection(*site.address)
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nonly this")
        await site.until(lambda: site.requests)
        writer.close()
        await writer.wait_closed()
        await site.until(lambda: site.requests[0].broken)
        assert not site.requests[0].complete


async def test_awaiting_requests() -> None:
    async with HttpSite([Route(method=None)]) as site:
        waiting = asyncio.create_task(site.received(2))
        async with aiohttp.ClientSession() as session:
            async with session.get(site.url):
                assert not waiting.done()
            async with session.delete(site.url):
                assert (await waiting).method == "DELETE"
        with pytest.raises(TimeoutError):
            await site.received(3, timeout=0.01)


async def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("aiohttp", "simcom_async.sites.answer"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtra, match=r"simcom-async\[sites\]"):
        await HttpSite().start()


def test_importing_the_sites_loads_no_optional_package() -> None:
    program = "import sys, simcom_async.sites; print(sorted({'aiohttp', 'trustme'} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
