"""A real HTTP/1.1 forward proxy on loopback (RFC 9110 section 7, absolute form of RFC 9112 section 3.2.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

import h11

from simcom_async.sites.requests import HttpRequest, RequestLog
from simcom_async.sites.site import StreamSite, hang_up

__all__ = ["ProxySite"]

READ_SIZE = 65_536
VIA = (b"Via", b"1.1 simcom-async")
HOP_BY_HOP = frozenset(
    {b"connection", b"keep-alive", b"proxy-authorization", b"proxy-connection", b"te", b"trailer", b"upgrade"}
)
"""Headers for the next hop only (RFC 9110 section 7.6.1); Transfer-Encoding is h11's business."""

Headers: TypeAlias = list[tuple[bytes, bytes]]
H11Event: TypeAlias = h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]


class ProxySite(StreamSite):
    """Forwards what it is asked for by whole URLs and records it; one request a connection, http only.

    ``hosts`` sends a name elsewhere: ``{"www.example.com": ("127.0.0.1", 8080)}``. An origin that cannot be
    reached is answered with 502, a target that is no http URL with 400. ``timeout`` bounds each wait for
    either side, in seconds.
    """

    def __init__(
        self,
        hosts: Mapping[str, tuple[str, int]] | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        timeout: float = 30.0,
    ) -> None:
        super().__init__(host, port)
        self.hosts = dict(hosts or {})
        self.timeout = timeout
        self.log = RequestLog()

    @property
    def requests(self) -> list[HttpRequest]:
        """What it was asked so far, oldest first, as it was sent."""
        return list(self.log.requests)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = Side(h11.Connection(h11.SERVER), reader, writer, self.timeout)
        try:
            asked = await client.next()
            if isinstance(asked, h11.Request):
                await self._forward(client, asked)
        except h11.RemoteProtocolError as error:
            await client.refuse(400, str(error))
        except TimeoutError:
            await client.refuse(408, "the request did not come in time")

    async def _forward(self, client: Side, asked: h11.Request) -> None:
        record = self.log.add(recorded(asked))
        try:
            reader, writer = await self._connect(*destination(record.target))
        except (ValueError, OSError) as error:
            record.status = 400 if isinstance(error, ValueError) else 502
            await client.refuse(record.status, str(error))
            return
        origin = Side(h11.Connection(h11.CLIENT), reader, writer, self.timeout)
        try:
            await relay(client, origin, asked, record)
        except TimeoutError:
            record.broken = True
            await client.refuse(504, "the origin did not answer in time")
        except (ConnectionError, h11.RemoteProtocolError) as error:
            record.broken = True
            await client.refuse(502, str(error))
        finally:
            self.log.notify()
            await hang_up(writer)

    async def _connect(self, name: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = self.hosts.get(name, (name, port))
        async with asyncio.timeout(self.timeout):
            return await asyncio.open_connection(host, port)


class Side:
    """One side of the proxy: an h11 connection on its streams, every wait with a deadline."""

    def __init__(
        self,
        protocol: h11.Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        timeout: float,
    ) -> None:
        self._protocol = protocol
        self._reader = reader
        self._writer = writer
        self._timeout = timeout

    async def next(self) -> H11Event:
        """The next event from the peer."""
        while (event := self._protocol.next_event()) is h11.NEED_DATA:
            async with asyncio.timeout(self._timeout):
                self._protocol.receive_data(await self._reader.read(READ_SIZE))
        return event

    async def send(self, event: h11.Event) -> None:
        """Send an event to the peer."""
        self._writer.write(self._protocol.send(event) or b"")
        async with asyncio.timeout(self._timeout):
            await self._writer.drain()

    async def refuse(self, status: int, reason: str) -> None:
        """Answer with an error of the proxy's own, if an answer can still be given."""
        if self._protocol.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        body = reason.encode() + b"\n"
        headers = [
            (b"Content-Type", b"text/plain; charset=utf-8"),
            (b"Content-Length", b"%d" % len(body)),
            (b"Connection", b"close"),
            VIA,
        ]
        await self.send(h11.Response(status_code=status, headers=headers))
        await self.send(h11.Data(data=body))
        await self.send(h11.EndOfMessage())


async def relay(client: Side, origin: Side, asked: h11.Request, record: HttpRequest) -> None:
    """Pass one request to the origin and its response back, piece by piece."""
    url = urlsplit(record.target)
    # From the target, whatever the client's Host says (RFC 9112 section 3.2.2).
    host = (b"Host", url.netloc.rpartition("@")[2].encode("latin-1"))
    headers = [host, *passed_on(asked, b"host"), VIA, (b"Connection", b"close")]
    await origin.send(h11.Request(method=asked.method, target=origin_form(url), headers=headers))
    while isinstance(event := await client.next(), h11.Data):
        record.receive(event.data)
        await origin.send(event)
    record.complete = True
    await origin.send(h11.EndOfMessage())
    await relay_response(client, origin, record)


async def relay_response(client: Side, origin: Side, record: HttpRequest) -> None:
    """Pass the origin's response to the client."""
    while isinstance(answer := await origin.next(), h11.InformationalResponse):
        continue
    if not isinstance(answer, h11.Response):
        raise h11.RemoteProtocolError("the origin closed the connection without an answer")
    record.status = answer.status_code
    headers = [*passed_on(answer), VIA, (b"Connection", b"close")]
    await client.send(h11.Response(status_code=answer.status_code, headers=headers, reason=answer.reason))
    while isinstance(event := await origin.next(), h11.Data):
        record.sent += len(event.data)
        await client.send(event)
    await client.send(h11.EndOfMessage())


def recorded(asked: h11.Request) -> HttpRequest:
    """The record of a request, its headers in the case they were sent in."""
    headers = tuple((name.decode("latin-1"), text.decode("latin-1")) for name, text in asked.headers.raw_items())
    version = asked.http_version.decode("ascii")
    return HttpRequest(asked.method.decode("ascii"), asked.target.decode("latin-1"), headers, version)


def passed_on(message: h11.Request | h11.Response, *dropped: bytes) -> Headers:
    """The headers that are not for the next hop only, nor named so by Connection, nor ``dropped``."""
    connection = b",".join(value for name, value in message.headers if name == b"connection")
    named = {token.strip().lower() for token in connection.split(b",")}
    unwanted = HOP_BY_HOP.union(named, dropped)
    return [(name, value) for name, value in message.headers.raw_items() if name.lower() not in unwanted]


def destination(target: str) -> tuple[str, int]:
    """Host and port of a whole http URL; raises ValueError for anything else."""
    url = urlsplit(target)
    if url.scheme != "http" or url.hostname is None:
        raise ValueError(f"a proxy is asked for a whole http URL, not {target!r}")
    return url.hostname, url.port or 80


def origin_form(url: SplitResult) -> str:
    """The target as the origin is asked for it (RFC 9112 section 3.2.1)."""
    path = url.path or "/"
    return f"{path}?{url.query}" if url.query else path
