"""HTTP/1.1 for a module, over h11: one request, its redirects, its progress, and its failures by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace

import h11

from simcom_async.virtual.internet import ConnectFailed, Connection, NetworkFailure
from simcom_async.virtual.url import Target

__all__ = ["Fetch", "NoHttp", "Request", "TooLarge"]

#: What a module puts into one packet, in bytes; progress moves in these steps (SIM800 IP note 3.8).
PACKET = 1440
REDIRECTS = 10
_REDIRECTING = {301, 302, 303, 307, 308}
_HEAD_LIMIT = 65536
#: Interim answers in front of the final one: more is no HTTP.
INTERIM_LIMIT = 16

Connect = Callable[[str, int, bool], Awaitable[Connection]]


class NoHttp(NetworkFailure):
    """The answer is not HTTP."""


class TooLarge(NetworkFailure):
    """The body is longer than the module can hold."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask for. ``proxy``: host and port; ``follow``: go where redirects lead; ``limit``: bytes of a body."""

    method: str
    target: Target
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    proxy: tuple[str, int] | None = None
    follow: bool = False
    limit: int = 1 << 20

    def to(self, target: Target, status: int) -> Request:
        """The request that a redirect asks for: 303 always, 301 and 302 for POST, mean a GET (RFC 9110 15.4)."""
        if status == 303 or (status in (301, 302) and self.method == "POST"):
            method = "HEAD" if self.method == "HEAD" else "GET"
            return replace(self, method=method, target=target, body=b"")
        return replace(self, target=target)


@dataclass(slots=True)
class Fetch:
    """One exchange with a server, as far as it has come: bytes done, bytes to do (0 while unknown)."""

    connect: Connect
    status: int = 0
    head: bytes = b""
    body: bytearray = field(default_factory=bytearray)
    sending: bool = False
    done: int = 0
    left: int = 0

    async def run(self, request: Request) -> None:
        """Ask, and follow redirects where the request says so. Raises NetworkFailure by its cause."""
        for _ in range(REDIRECTS + 1):
            location = await self._ask(request)
            if not request.follow or self.status not in _REDIRECTING or location is None:
                return
            target = request.target.redirected(location)
            if target is None:
                return
            request = request.to(target, self.status)

    async def _ask(self, request: Request) -> str | None:
        self.status, self.head, self.done, self.left = 0, b"", 0, 0
        self.body = bytearray()
        connection = await self._reach(request)
        try:
            http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_LIMIT)
            await self._send(connection, http, request)
            return await self._receive(connection, http, request)
        finally:
            connection.abort()

    async def _reach(self, request: Request) -> Connection:
        """Connect to the server, or to the proxy and, for https, through it (RFC 9110 9.3.6)."""
        target = request.target
        if request.proxy is None:
            return await self.connect(target.host, target.port, target.secure)
        connection = await self.connect(*request.proxy, False)
        if target.secure:
            try:
                await self._tunnel(connection, target)
            except BaseException:
                connection.abort()
                raise
        return connection

    async def _tunnel(self, connection: Connection, target: Target) -> None:
        where = f"{target.host}:{target.port}".encode("ascii")
        http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_LIMIT)
        await connection.write(
            http.send(h11.Request(method="CONNECT", target=where, headers=[(b"Host", where)])) or b""
        )
        answer = await _head(connection, http)
        if not 200 <= answer.status_code < 300:
            raise ConnectFailed(f"the proxy answers {answer.status_code}")
        await connection.secure(target.host)

    async def _send(self, connection: Connection, http: h11.Connection, request: Request) -> None:
        target = request.target
        through_proxy = request.proxy is not None and not target.secure
        line = str(target) if through_proxy else target.path
        headers = [("Host", target.authority), *request.headers]
        if request.body or request.method == "POST":
            headers.append(("Content-Length", str(len(request.body))))
        first = http.send(h11.Request(method=request.method, target=line, headers=_once(headers)))
        self.sending, self.left = bool(request.body), len(request.body)
        await connection.write(first or b"")
        for start in range(0, len(request.body), PACKET):
            packet = request.body[start : start + PACKET]
            await connection.write(http.send(h11.Data(data=packet)) or b"")
            self.done, self.left = self.done + len(packet), self.left - len(packet)
        await connection.write(http.send(h11.EndOfMessage()) or b"")

    async def _receive(self, connection: Connection, http: h11.Connection, request: Request) -> str | None:
        """The answer; returns its Location."""
        answer = await _head(connection, http)
        self.sending, self.done, self.left = False, 0, 0
        self.status = answer.status_code
        self.head = _raw_head(answer)
        fields = {name.decode("latin-1"): value.decode("latin-1") for name, value in answer.headers}
        length = fields.get("content-length", "")
        if length.isdigit() and request.method != "HEAD":
            self.left = int(length)
            if self.left > request.limit and not self._leads_on(request, fields):
                raise TooLarge(f"{length} bytes")
        await self._receive_body(connection, http, request.limit)
        return fields.get("location")

    def _leads_on(self, request: Request, fields: dict[str, str]) -> bool:
        return request.follow and self.status in _REDIRECTING and "location" in fields

    async def _receive_body(self, connection: Connection, http: h11.Connection, limit: int) -> None:
        while True:
            try:
                event = http.next_event()
                if event is h11.NEED_DATA:
                    http.receive_data(await connection.read())
                    continue
            except h11.RemoteProtocolError as error:
                raise ConnectFailed(f"the answer broke off: {error}") from error
            if not isinstance(event, h11.Data):
                return
            self.body += event.data
            self.done, self.left = len(self.body), max(0, self.left - len(event.data))
            if len(self.body) > limit:
                self.body.clear()
                raise TooLarge(f"more than {limit} bytes")


async def _head(connection: Connection, http: h11.Connection) -> h11.Response:
    """The head of the final answer; interim ones are passed over."""
    heard = False
    interim = 0
    while interim <= INTERIM_LIMIT:
        try:
            event = http.next_event()
            if event is h11.NEED_DATA:
                data = await connection.read()
                if not data and not heard:
                    raise ConnectFailed("closed without an answer")
                heard = True
                http.receive_data(data)
                continue
        except h11.RemoteProtocolError as error:
            raise NoHttp(str(error)) from error
        if isinstance(event, h11.Response):
            return event
        interim += 1
    raise NoHttp(f"more than {INTERIM_LIMIT} interim answers")


def _once(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of each header the last one; a host's own header replaces the module's."""
    found: dict[str, tuple[str, str]] = {}
    for name, value in headers:
        found[name.lower()] = (name, value)
    return list(found.values())


def _raw_head(answer: h11.Response) -> bytes:
    lines = [b"HTTP/%s %d %s" % (answer.http_version, answer.status_code, answer.reason)]
    lines += [name + b": " + value for name, value in answer.headers.raw_items()]
    return b"\r\n".join(lines) + b"\r\n\r\n"
