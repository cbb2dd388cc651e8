"""The aiohttp side of HttpSite: one request in, one answer (or one misbehaviour) out."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

from aiohttp import HttpVersion11, web

from simcom_async.sites.body import PIECE, Body
from simcom_async.sites.gate import Gate
from simcom_async.sites.ranges import byte_range
from simcom_async.sites.requests import HttpRequest, RequestLog
from simcom_async.sites.route import Route, ServerFault
from simcom_async.sites.site import reset

__all__ = ["HttpListener"]

GARBAGE = b"\x00\xffthis is no HTTP\r\n" * 4
SHUTDOWN_LIMIT = 1.0


class HttpListener:
    """Accepts connections and answers each request by its route."""

    def __init__(self, route_for: Callable[[str, str], Route], log: RequestLog, gate: Gate) -> None:
        self._route_for = route_for
        self._log = log
        self._gate = gate
        self._tasks: set[asyncio.Task[object]] = set()
        self._runner: web.ServerRunner | None = None

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None) -> int:
        """Listen; the port it got."""
        server = web.Server(
            self._answer, handler_cancellation=True, auto_decompress=False, lingering_time=0, access_log=None
        )
        self._runner = web.ServerRunner(server, shutdown_timeout=SHUTDOWN_LIMIT)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port, ssl_context=tls)
        await site.start()
        return site.port

    async def aclose(self) -> None:
        """End every answer under way, then every connection."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()
        await asyncio.sleep(0)  # the closed transports release their sockets in the loop's next turn

    async def _answer(self, http: web.BaseRequest) -> web.StreamResponse:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - aiohttp always calls from one
        self._tasks.add(task)
        request = self._log.add(recorded(http))
        answer = Answer(http, request, self._route_for(request.method, request.target), self._gate)
        try:
            await answer.receive()
            self._log.notify()
            await answer.send()
        except asyncio.CancelledError:  # aiohttp cancels the answer when the peer goes away
            request.broken = True
            raise
        except ConnectionError:
            request.broken = True
        finally:
            self._tasks.discard(task)
            self._log.notify()
        return answer.response


def recorded(http: web.BaseRequest) -> HttpRequest:
    """The record of a request of which the head has come."""
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in http.raw_headers)
    version = f"{http.version.major}.{http.version.minor}"
    return HttpRequest(http.method, http.raw_path, headers, version)


class Answer:
    """The course of one answer."""

    def __init__(self, http: web.BaseRequest, request: HttpRequest, route: Route, gate: Gate) -> None:
        self.response = web.StreamResponse(status=route.status, headers=dict(route.headers))
        self._http = http
        self._request = request
        self._route = route
        self._gate = gate

    async def receive(self) -> None:
        """Take in the request's body, through the gate."""
        async for data in self._http.content.iter_any():
            start = 0
            while start < len(data):
                taken = await self._pass(len(data) - start)
                self._request.receive(data[start : start + taken])
                start += taken
        self._request.complete = True

    async def send(self) -> None:
        """Answer, or misbehave."""
        route = self._route
        if route.fault is not None and route.fault_after is None:
            await self._strike(route.fault)
        elif self._mismatch() is None:
            await self._send_body(*self._selected())
        else:
            self.response.set_status(400)
            self.response.content_type = "text/plain"
            body = Body.of((self._mismatch() or "").encode())
            await self._send_body(body, range(body.length))

    def _mismatch(self) -> str | None:
        route, request = self._route, self._request
        if route.expect_length is not None and request.received != route.expect_length:
            return f"expected a body of {route.expect_length} bytes, got {request.received}\n"
        if route.expect_body is not None and request.body != route.expect_body:
            return f"expected the body {route.expect_body!r}, got {request.body!r}\n"
        if route.absolute_uri and not request.absolute:
            return f"expected a whole URL, got {request.target!r}\n"
        return None

    def _selected(self) -> tuple[Body, range]:
        """The body, and which of its bytes to send; sets the headers that say so."""
        route, response = self._route, self.response
        body = Body.of(self._request.body) if route.echo else route.content()
        if route.content_type is not None:
            response.headers["Content-Type"] = route.content_type
        if route.location is not None:
            response.headers["Location"] = route.location
        whole = range(body.length)
        if not route.ranges:
            return body, whole
        response.headers["Accept-Ranges"] = "bytes"
        wanted = byte_range(self._range_header(), body.length)
        if wanted is None:
            return body, whole
        response.set_status(206 if wanted else 416)
        span = f"{wanted.start}-{wanted.stop - 1}" if wanted else "*"
        response.headers["Content-Range"] = f"bytes {span}/{body.length}"
        return body, wanted

    def _range_header(self) -> str | None:
        """The Range to honour: only of GET, and not if If-Range names another version (RFC 9110 13.1.5)."""
        version = self._request.header("If-Range")
        if self._request.method != "GET" or version not in (None, self.response.headers.get("ETag")):
            return None
        return self._request.header("Range")

    async def _send_body(self, body: Body, span: range) -> None:
        response, route = self.response, self._route
        if route.close:
            response.force_close()
        if not route.chunked:
            response.content_length = len(span)
        elif self._http.version >= HttpVersion11:
            response.enable_chunked_encoding()
        self._request.status = response.status
        await response.prepare(self._http)
        if self._request.method == "HEAD":
            return
        end = span.stop if route.fault_after is None else min(span.stop, span.start + route.fault_after)
        start = span.start
        while start < end:
            taken = await self._pass(min(PIECE, end - start))
            await response.write(body.read(start, taken))
            start += taken
            self._request.sent += taken
        if route.fault is not None:
            await self._strike(route.fault)

    async def _pass(self, wanted: int) -> int:
        """How many bytes may move now, after the gate and at the route's rate."""
        rate = self._route.rate
        taken = await self._gate.take(wanted if rate is None else min(wanted, max(1, rate // 20)))
        if rate is not None:
            await asyncio.sleep(taken / rate)
        return taken

    async def _strike(self, fault: ServerFault) -> None:
        transport = self._http.transport
        if transport is None:
            raise ConnectionResetError("the peer went away before the fault")
        if fault is ServerFault.HANG:
            # A server that never answers was asked for; the peer's hanging up or aclose() ends it.
            await asyncio.get_running_loop().create_future()
        elif fault is ServerFault.RESET:
            reset(transport)
        else:
            if fault is ServerFault.GARBAGE:
                transport.write(GARBAGE)
            transport.close()
