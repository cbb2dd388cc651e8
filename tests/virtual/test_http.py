from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from simcom_async.commands.http import BODY_MAXIMUM
from simcom_async.ports.clock import ManualClock
from simcom_async.sites import HttpSite, LoopbackCA, ProxySite, RawSite, Route, ServerFault, generated
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import FailServer, ShortRead
from tests.virtual.client import Client, until
from tests.virtual.conftest import Start, attach

OK = b"\r\nOK\r\n"
BEARER = (b'AT+SAPBR=3,1,"Contype","GPRS"', b'AT+SAPBR=3,1,"APN","CMNET"', b"AT+SAPBR=1,1")


async def ready(virtual: VirtualModem, url: str, *parameters: bytes) -> Client:
    """A client that has opened the bearer and set up a request."""
    client = await attach(virtual)
    await client.ok(*BEARER, b"AT+HTTPINIT", b'AT+HTTPPARA="CID",1')
    await client.ok(b'AT+HTTPPARA="URL","' + url.encode() + b'"', *parameters)
    return client


async def act(client: Client, method: int, status: int, length: int) -> None:
    await client.ok(b"AT+HTTPACTION=%d" % method)
    await client.hear(b"\r\n+HTTPACTION: %d,%d,%d\r\n" % (method, status, length))


async def read(client: Client, body: bytes) -> None:
    await client.ask(b"AT+HTTPREAD", b"\r\n+HTTPREAD: %d\r\n" % len(body) + body + OK)


async def enter(client: Client, body: bytes) -> None:
    await client.ask(b"AT+HTTPDATA=%d,10000" % len(body), b"\r\nDOWNLOAD\r\n")
    client.send(body)
    await client.hear(OK)


@asynccontextmanager
async def site(*routes: Route, virtual: Start, **options: object) -> AsyncIterator[tuple[HttpSite, VirtualModem]]:
    """A site, and a virtual modem that finds it at www.example.com."""
    async with HttpSite(routes) as server:
        hosts = {"www.example.com": f"127.0.0.1:{server.port}"}
        yield server, await virtual(hosts=hosts, **options)


async def test_get(start: Start) -> None:
    body = bytes(range(256)) * 3
    async with site(Route(path="/x", body=body), virtual=start) as (server, virtual):
        client = await ready(virtual, "http://www.example.com/x?a=1")
        await act(client, 0, 200, len(body))
        await read(client, body)
        request = await server.received()
        assert (request.method, request.target) == ("GET", "/x?a=1")
        assert request.header("Host") == "www.example.com"
        assert request.header("User-Agent") == "SIMCom_MODULE"
        assert request.header("Range") is None


async def test_post_sends_what_was_entered_and_returns_the_answer(start: Start) -> None:
    body = bytes(range(256)) * 20
    async with site(Route(method="POST", path="/", echo=True), virtual=start) as (server, virtual):
        client = await ready(virtual, "www.example.com", b'AT+HTTPPARA="CONTENT","text/csv"')
        await enter(client, body)
        await read(client, body)
        await act(client, 1, 200, len(body))
        await read(client, body)
        request = await server.received()
        assert request.body == body
        assert request.header("Content-Type") == "text/csv"
        await client.ok(b"AT+HTTPDATA=0,1000")
        await act(client, 1, 200, 0)
        assert (await server.received(2)).header("Content-Length") == "0"


async def test_head_and_delete(start: Start) -> None:
    routes = (Route(body=b"hello", headers={"X-Mark": "7"}), Route(method="DELETE", status=204))
    async with site(*routes, virtual=start) as (_, virtual):
        client = await ready(virtual, "www.example.com")
        await act(client, 2, 200, 0)
        client.send(b"AT+HTTPHEAD\r")
        header = await client.hear_until(b"\r\n")
        assert header == b"\r\n"
        length = int((await client.hear_until(b"\r\n"))[len(b"+HTTPHEAD: ") : -2])
        head = await client.hear_until(b"\r\n\r\n")
        assert len(head) == length
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"X-Mark: 7\r\n" in head
        await client.hear(OK)
        await act(client, 3, 204, 0)


@pytest.mark.parametrize(
    ("parameters", "wanted", "status", "span"),
    [
        ((), None, 200, slice(None)),
        ((b'AT+HTTPPARA="BREAK",2000',), "bytes=2000-", 206, slice(2000, None)),
        ((b'AT+HTTPPARA="BREAK",10', b'AT+HTTPPARA="BREAKEND",19'), "bytes=10-19", 206, slice(10, 20)),
        ((b'AT+HTTPPARA="BREAK",10', b'AT+HTTPPARA="BREAKEND",5'), "bytes=10-", 206, slice(10, None)),
        ((b'AT+HTTPPARA="BREAKEND",9',), "bytes=0-9", 206, slice(0, 10)),
    ],
)
async def test_ranges(
    start: Start, parameters: tuple[bytes, ...], wanted: str | None, status: int, span: slice
) -> None:
    body = generated(0, 4000)
    async with HttpSite() as server:
        virtual = await start()
        client = await ready(virtual, server.publish("/f", body), *parameters)
        await act(client, 0, status, len(body[span]))
        await read(client, body[span])
        assert (await server.received()).header("Range") == wanted


@pytest.mark.parametrize(("redir", "status", "length"), [(0, 302, 0), (1, 200, 4)])
async def test_redirects_are_followed_when_told_so(start: Start, redir: int, status: int, length: int) -> None:
    routes = (Route(path="/a", status=302, location="/b"), Route(path="/b", body=b"here"))
    async with site(*routes, virtual=start) as (_, virtual):
        client = await ready(virtual, "www.example.com/a", b'AT+HTTPPARA="REDIR",%d' % redir)
        await act(client, 0, status, length)


async def test_own_headers_and_user_agent(start: Start) -> None:
    parameters = (b'AT+HTTPPARA="USERDATA","X-One: 1\\r\\nX-Two: a: b"', b'AT+HTTPPARA="UA","probe/1"')
    async with site(Route(), virtual=start) as (server, virtual):
        client = await ready(virtual, "www.example.com", *parameters)
        await act(client, 0, 200, 0)
        request = await server.received()
        assert (request.header("X-One"), request.header("X-Two")) == ("1", "a: b")
        assert request.header("User-Agent") == "probe/1"


@pytest.mark.parametrize("form", ["http://127.0.0.1:{port}/p", "127.0.0.1:{port}/p", "HTTP://127.0.0.1/p:{port}"])
async def test_forms_of_the_url(start: Start, form: str) -> None:
    async with HttpSite([Route(path="/p", body=b"yes")]) as server:
        client = await ready(await start(), form.format(port=server.port))
        await act(client, 0, 200, 3)


async def test_through_a_proxy(start: Start) -> None:
    proxy = ProxySite()
    async with HttpSite([Route(path="/p", body=b"far")]) as server, proxy:
        proxy.hosts["www.example.com"] = server.address
        virtual = await start(hosts={"10.0.0.172:80": f"127.0.0.1:{proxy.port}"})
        client = await ready(virtual, "www.example.com/p", b'AT+HTTPPARA="PROIP","10.0.0.172"')
        await act(client, 0, 200, 3)
        assert proxy.requests[0].target == "http://www.example.com/p"


@pytest.mark.parametrize("by", ["scheme", "setting"])
async def test_https(start: Start, by: str) -> None:
    async with HttpSite([Route(body=b"secret")], tls=LoopbackCA().issue()) as server:
        address = f"127.0.0.1:{server.port}"
        url = f"https://{address}" if by == "scheme" else f"http://{address}"
        client = await ready(await start(), url, *((b"AT+HTTPSSL=1",) if by == "setting" else ()))
        await client.ask(b"AT+HTTPSSL?", b"\r\n+HTTPSSL: %d\r\n" % (by == "setting") + OK)
        await act(client, 0, 200, 6)


async def test_https_through_a_tunnel(start: Start) -> None:
    async with HttpSite([Route(body=b"secret")], tls=LoopbackCA().issue()) as server, tunnel(server) as port:
        virtual = await start()
        parameters = (b'AT+HTTPPARA="PROIP","127.0.0.1"', b'AT+HTTPPARA="PROPORT",%d' % port)
        client = await ready(virtual, f"https://127.0.0.1:{server.port}", *parameters)
        await act(client, 0, 200, 6)


async def test_a_tunnel_that_is_refused(start: Start) -> None:
    async with RawSite(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n") as proxy:
        parameters = (b'AT+HTTPPARA="PROIP","127.0.0.1"', b'AT+HTTPPARA="PROPORT",%d' % proxy.port)
        client = await ready(await start(), "https://www.example.com", *parameters)
        await act(client, 0, 601, 0)


@asynccontextmanager
async def tunnel(server: HttpSite) -> AsyncIterator[int]:
    """A proxy that does CONNECT to one server."""
    tasks: list[asyncio.Task[None]] = []
    writers: list[asyncio.StreamWriter] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(4096):
            writer.write(data)
        writer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        assert asked.startswith(f"CONNECT 127.0.0.1:{server.port} HTTP/1.1\r\n".encode())
        far_reader, far_writer = await asyncio.open_connection(*server.address)
        writers.extend((writer, far_writer))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        tasks.append(asyncio.create_task(pump(reader, far_writer)))
        tasks.append(asyncio.create_task(pump(far_reader, writer)))

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    yield listener.sockets[0].getsockname()[1]
    listener.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for writer in writers:
        writer.transport.abort()
    await listener.wait_closed()
    await asyncio.sleep(0)


async def test_a_certificate_is_looked_at_when_told_so(start: Start, tmp_path_factory: pytest.TempPathFactory) -> None:
    right, wrong = LoopbackCA(), LoopbackCA()
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    file.write_bytes(right.ca_pem)
    for authority, status, length in ((right, 200, 6), (wrong, 605, 0)):
        async with HttpSite([Route(body=b"secret")], tls=authority.issue()) as server:
            virtual = await start(tls_verify=str(file))
            client = await ready(virtual, f"https://127.0.0.1:{server.port}")
            await act(client, 0, status, length)


async def test_600_when_the_answer_is_no_http(start: Start) -> None:
    async with RawSite(b"220 ftp ready\r\n") as server:
        client = await ready(await start(), f"127.0.0.1:{server.port}")
        await act(client, 0, 600, 0)


async def test_601_when_the_bearer_is_closed(client: Client) -> None:
    await client.ok(b"AT+HTTPINIT", b'AT+HTTPPARA="CID",1', b'AT+HTTPPARA="URL","www.example.com"')
    await act(client, 0, 601, 0)


async def test_601_when_nobody_listens(start: Start) -> None:
    async with HttpSite() as server:
        port = server.port
    client = await ready(await start(), f"127.0.0.1:{port}")
    await act(client, 0, 601, 0)


@pytest.mark.parametrize("fault", [ServerFault.CLOSE, ServerFault.RESET])
@pytest.mark.parametrize("after", [None, 100])
async def test_601_when_the_connection_breaks(start: Start, fault: ServerFault, after: int | None) -> None:
    route = Route(length=1000, fault=fault, fault_after=after)
    async with site(route, virtual=start) as (_, virtual):
        client = await ready(virtual, "www.example.com")
        await act(client, 0, 601, 0)
        await client.ask(b"AT+HTTPREAD", OK)


async def test_601_when_the_server_is_silent_for_the_time_limit(clock: ManualClock, start: Start) -> None:
    async with site(Route(fault=ServerFault.HANG), virtual=start, clock=clock) as (server, virtual):
        client = await ready(virtual, "www.example.com", b'AT+HTTPPARA="TIMEOUT",30')
        await client.ok(b"AT+HTTPACTION=0")
        await server.received()
        await clock.run(29)
        await client.silent()
        await clock.run(2)
        await client.hear(b"\r\n+HTTPACTION: 0,601,0\r\n")


async def test_the_option_outranks_the_time_limit(clock: ManualClock, start: Start) -> None:
    async with site(Route(fault=ServerFault.HANG), virtual=start, clock=clock, network_timeout=2) as (server, virtual):
        client = await ready(virtual, "www.example.com")
        await client.ok(b"AT+HTTPACTION=0")
        await server.received()
        await clock.run(3)
        await client.hear(b"\r\n+HTTPACTION: 0,601,0\r\n")


async def test_602_when_the_body_does_not_fit_but_its_head_is_kept(start: Start) -> None:
    routes = (Route(path="/most", length=BODY_MAXIMUM), Route(path="/more", length=BODY_MAXIMUM + 1))
    async with site(*routes, virtual=start) as (_, virtual):
        client = await ready(virtual, "www.example.com/more")
        await act(client, 0, 602, 0)
        client.send(b"AT+HTTPHEAD\r")
        assert b"Content-Length: %d\r\n" % (BODY_MAXIMUM + 1) in await client.hear_until(OK)
        await client.ask(b"AT+HTTPREAD", OK)
        await client.ok(b'AT+HTTPPARA="URL","www.example.com/most"')
        await act(client, 0, 200, BODY_MAXIMUM)


async def test_602_when_a_body_without_a_length_does_not_fit(start: Start) -> None:
    async with site(Route(length=BODY_MAXIMUM + 1, chunked=True), virtual=start) as (_, virtual):
        client = await ready(virtual, "www.example.com")
        await act(client, 0, 602, 0)


@pytest.mark.parametrize(
    ("failure", "status"), [("dns", 603), ("busy", 604), ("refuse", 601), ("tls", 605), ("reset", 601)]
)
async def test_failures_of_the_network_by_a_fault(start: Start, failure: str, status: int) -> None:
    async with HttpSite([Route(body=b"fine")], tls=LoopbackCA().issue()) as server:
        virtual = await start()
        client = await ready(virtual, f"https://127.0.0.1:{server.port}")
        virtual.faults.add(FailServer(failure))
        await act(client, 0, status, 0)
        await act(client, 0, 200, 4)


@pytest.mark.parametrize("url", ["http://[::1", ":80", "a b..c:99999"])
async def test_603_when_the_url_names_no_host(start: Start, url: str) -> None:
    client = await ready(await start(), url)
    await act(client, 0, 603, 0)


async def test_605_when_the_server_does_not_speak_tls(start: Start) -> None:
    async with RawSite(b"HTTP/1.1 400 Bad Request\r\n\r\n", wait_for=b"") as server:
        client = await ready(await start(), f"https://127.0.0.1:{server.port}")
        await act(client, 0, 605, 0)


async def test_606_when_the_server_sends_an_alert(start: Start) -> None:
    async with RawSite(b"\x15\x03\x01\x00\x02\x02\x28", wait_for=b"") as server:  # fatal, handshake_failure
        client = await ready(await start(), f"https://127.0.0.1:{server.port}")
        await act(client, 0, 606, 0)


async def test_601_when_the_bearer_goes_during_a_transfer(start: Start) -> None:
    async with site(Route(length=10_000, close=True), virtual=start) as (server, virtual):
        server.gate.shut(after=3000)
        client = await ready(virtual, "www.example.com")
        await client.ok(b"AT+HTTPACTION=0")
        await server.gate.held()
        virtual.network.lose_bearer(1)
        await client.hear(b"\r\n+SAPBR 1: DEACT\r\n")
        await client.hear(b"\r\n+HTTPACTION: 0,601,0\r\n")


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_601_when_the_bearer_goes_while_it_connects(start: Start, scheme: str) -> None:
    async with RawSite(wait_for=b"never") as server:
        virtual = await start()
        client = await ready(virtual, f"{scheme}://localhost:{server.port}")
        client.send(b"AT+HTTPACTION=0\r")
        await until(lambda: virtual.internet.count)
        virtual.network.lose_bearer(1)
        await client.hear(OK)
        assert b"\r\n+HTTPACTION: 0,601,0\r\n" in await client.hear_until(b"601,0\r\n")
        await until(lambda: not virtual.internet.count)


async def test_a_session_that_ends_at_once_never_asks(start: Start) -> None:
    async with site(Route(), virtual=start) as (server, virtual):
        client = await ready(virtual, "www.example.com")
        await client.ok(b"AT+HTTPACTION=0;+HTTPTERM")
        await client.silent()
        assert server.requests == []


async def status(client: Client) -> list[str]:
    client.send(b"AT+HTTPSTATUS?\r")
    heard = await client.hear_until(OK)
    assert heard.startswith(b"\r\n+HTTPSTATUS: ")
    return heard.split(b"\r\n")[1].decode()[len("+HTTPSTATUS: ") :].split(",")


async def test_status_during_a_get(start: Start) -> None:
    async with site(Route(length=9355), virtual=start) as (server, virtual):
        server.gate.shut(after=1440)
        client = await ready(virtual, "www.example.com")
        assert await status(client) == ["GET", "0", "0", "0"]
        await client.ok(b"AT+HTTPACTION=0")
        await server.gate.held()
        shown = await status(client)
        while shown[2] != "1440":
            shown = await status(client)
        assert shown == ["GET", "1", "1440", "7915"]
        await client.error(b"AT+HTTPACTION=0", b"AT+HTTPREAD", b"AT+HTTPDATA=5,1000")
        server.gate.open()
        await client.hear(b"\r\n+HTTPACTION: 0,200,9355\r\n")
        assert await status(client) == ["GET", "0", "0", "0"]


async def test_status_during_a_post(start: Start) -> None:
    async with site(Route(method="POST", expect_length=2048), virtual=start) as (server, virtual):
        server.gate.shut(after=1440)
        client = await ready(virtual, "www.example.com")
        await enter(client, generated(0, 2048))
        await client.ok(b"AT+HTTPACTION=1")
        await server.gate.held()
        method, activity, finish, remain = await status(client)
        assert (method, activity) == ("POST", "2")
        assert int(finish) + int(remain) == 2048
        server.gate.open()
        await client.hear(b"\r\n+HTTPACTION: 1,200,0\r\n")
        assert await status(client) == ["POST", "0", "0", "0"]


async def test_term_ends_a_request_without_a_word(start: Start) -> None:
    async with site(Route(length=5000), virtual=start) as (server, virtual):
        server.gate.shut()
        client = await ready(virtual, "www.example.com")
        await client.ok(b"AT+HTTPACTION=0")
        await server.gate.held()
        await client.ok(b"AT+HTTPTERM")
        server.gate.open()
        await client.silent()
        assert virtual.internet.count == 0
        await client.error(b"AT+HTTPSTATUS?", b"AT+HTTPREAD")


@pytest.mark.parametrize(
    ("line", "data"),
    [
        (b"AT+HTTPREAD=0,3", b"012"),
        (b"AT+HTTPREAD=2,5", b"23456"),
        (b"AT+HTTPREAD=8,100", b"89"),
        (b"AT+HTTPREAD=10,1", b""),
        (b"AT+HTTPREAD=319488,319488", b""),
    ],
)
async def test_parts_of_the_body(client: Client, line: bytes, data: bytes) -> None:
    await client.ok(b"AT+HTTPINIT")
    await enter(client, b"0123456789")
    await client.ask(line, b"\r\n+HTTPREAD: %d\r\n" % len(data) + data + OK)


async def test_a_read_may_return_less_than_was_asked_for(virtual: VirtualModem, client: Client) -> None:
    virtual.faults.add(ShortRead(most=4))
    await client.ok(b"AT+HTTPINIT")
    await enter(client, b"0123456789")
    await read(client, b"0123")
    await client.ask(b"AT+HTTPREAD=4,3", b"\r\n+HTTPREAD: 3\r\n456" + OK)


async def test_nothing_stored_is_nothing_but_ok(client: Client) -> None:
    await client.ok(b"AT+HTTPINIT", b"AT+HTTPREAD", b"AT+HTTPREAD=0,10", b"AT+HTTPHEAD")


@pytest.mark.parametrize(
    "line",
    [
        b"AT+HTTPREAD=0,0",
        b"AT+HTTPREAD=0,319489",
        b"AT+HTTPDATA=319489,1000",
        b"AT+HTTPDATA=10,999",
        b"AT+HTTPDATA=10,120001",
        b"AT+HTTPACTION=4",
        b"AT+HTTPACTION",
        b'AT+HTTPPARA="CID",4',
        b'AT+HTTPPARA="REDIR",2',
        b'AT+HTTPPARA="TIMEOUT",29',
        b'AT+HTTPPARA="NONE",1',
        b"AT+HTTPIPINIT",
        b"AT+HTTTPARA?",
    ],
)
async def test_what_is_outside_the_limits_is_an_error(client: Client, line: bytes) -> None:
    await client.ok(b"AT+HTTPINIT")
    await client.error(line)


async def test_an_action_needs_bearer_and_url(client: Client) -> None:
    await client.ok(b"AT+HTTPINIT")
    await client.error(b"AT+HTTPACTION=0")
    await client.ok(b'AT+HTTPPARA="CID",1')
    await client.error(b"AT+HTTPACTION=0")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"AT+HTTPINIT=?", b""),
        (b"AT+HTTPTERM=?", b""),
        (b"AT+HTTPPARA=?", b'\r\n+HTTPPARA: "HTTPParamTag","HTTPParmValue"\r\n'),
        (b"AT+HTTPDATA=?", b"\r\n+HTTPDATA: (0-319488),(1000-120000)\r\n"),
        (b"AT+HTTPACTION=?", b"\r\n+HTTPACTION: (0-3)\r\n"),
        (b"AT+HTTPREAD=?", b"\r\n+HTTPREAD: (0-319488),(1-319488)\r\n"),
        (b"AT+HTTPSTATUS=?", b""),
        (b"AT+HTTPHEAD=?", b""),
        (b"AT+HTTPSSL=?", b"\r\n+HTTPSSL: (0-1)\r\n"),
    ],
)
async def test_test_forms(client: Client, line: bytes, answer: bytes) -> None:
    await client.ask(line, answer + OK)
