"""A request and its answer as HTTP/1.1 has them on a connection (RFC 9112), for modules that look at neither."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping

import h11

from simcom_async.errors import ProtocolError, UsageError
from simcom_async.sessions.http_request import HttpRequest
from simcom_async.sessions.http_response import ContentRange

__all__ = ["HttpMessages"]

_PIECE = 4_096
_HEAD_MAXIMUM = 65_536  # bytes of status line and header fields
_INTERIM_MAXIMUM = 16  # interim answers in front of the final one
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_START = b"HTTP/"
_USER_AGENT = ("User-Agent", "simcom-async")
_SWITCHING, _OK = 101, 200
_BODILESS = (204, 304)
_SHOWN, _WHY = 48, 300

Read = Callable[[int], Awaitable[bytes]]
Fields = list[tuple[str, str]]


class HttpMessages:
    """One request and its answer, on a connection that ends behind them. It moves no byte itself.

    ``size`` is that of the request's body in bytes, None: not known, it goes in chunks. ``status`` is 0 until the head
    of the answer has come; ``headers`` by lower-cased name, ``length`` (bytes that ``receive`` will give in all, None:
    not known) and ``complete`` hold from then on. Bytes in front of the request's offset are left out where the server
    sends them all the same. Raises UsageError for what cannot be a request.
    """

    def __init__(self, request: HttpRequest, size: int | None) -> None:
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self.length: int | None = None
        self.complete = False
        self._request = request
        self._size = size
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_MAXIMUM)
        self._came = bytearray()
        self._skip = self._received = self._interim = 0
        try:
            target = request.absolute_target if request.proxy_address else request.target
            asked = h11.Request(method=request.method, target=target, headers=self._fields())
            self._head = self._h11.send(asked) or b""
        except h11.LocalProtocolError as error:
            raise UsageError(f"request: {error}", field="headers") from error

    @property
    def range(self) -> ContentRange | None:
        """The bytes that the server says the answer has, None: it does not say."""
        return ContentRange.of(self.headers)

    async def outgoing(self, read: Read | None, sent: Callable[[int], None]) -> AsyncGenerator[bytes, None]:
        """The request in pieces, its body by ``read``; ``sent`` hears how many bytes of that have been taken.

        Raises UsageError when the body has another length than it had before.
        """
        yield self._head
        left = self._size
        while read is not None and left != 0:
            piece = await read(_PIECE if left is None else min(left, _PIECE))
            if not piece:
                break
            left = None if left is None else left - len(piece)
            yield self._h11.send(h11.Data(data=piece)) or b""
            sent(len(piece))
        if left:
            raise UsageError(
                f"body: it ended {left} bytes before the length that it had when it was opened", field="body"
            )
        if tail := self._h11.send(h11.EndOfMessage()):
            yield tail

    def receive(self, data: bytes) -> bytes:
        """Take what the server says; the bytes of the body in it. Raises ProtocolError for what is no HTTP.

        What stands behind the answer is left out.
        """
        if self.complete:
            return b""
        return self._body(data) if self.status else self._take_heads(data)

    def close(self) -> str:
        """The server has closed the connection: what is missing of the answer, nothing where that is its end."""
        if self.complete:
            return ""
        if not self.status:
            return "without a whole head of an answer" if self._came else "without an answer"
        try:
            self._h11.receive_data(b"")
            self.complete = self._h11.next_event() is not h11.NEED_DATA
        except h11.RemoteProtocolError:
            declared = self.headers.get("content-length")
            whole = f" of {declared}" if declared is not None else ", in the middle of a chunked one"
            return f"after {self._received} bytes of the body{whole}"
        return ""

    def _fields(self) -> Fields:
        request = self._request
        fields = [("Host", request.host), *request.fields]
        if request.header("user-agent") is None:
            fields.append(_USER_AGENT)
        if request.header("accept") is None:
            fields.append(("Accept", "*/*"))
        if request.offset:
            fields.append(("Range", f"bytes={request.offset}-"))
        if self._size is None:
            fields.append(("Transfer-Encoding", "chunked"))
        elif self._size or request.takes_body:
            fields.append(("Content-Length", str(self._size)))
        return [*fields, ("Connection", "close")]

    def _take_heads(self, data: bytes) -> bytes:
        """The heads of interim answers, that of the answer, and what comes of its body with them."""
        seen = max(0, len(self._came) - 3)  # but for the start of an end there is none in what came before
        self._came += data
        while end := _HEAD_END.search(self._came, seen):
            head, seen = bytes(self._came[: end.end()]), 0
            del self._came[: end.end()]
            if self._is_last(head):
                rest, self._came = bytes(self._came), bytearray()
                return self._body(rest)
        self._check_start()
        return b""

    def _check_start(self) -> None:
        """See early whether it can become an answer at all."""
        came = bytes(self._came[: len(_START)])
        if came.upper() != _START[: len(came)]:
            raise self._no_http(f"it begins with {bytes(self._came[:_SHOWN])!r}")
        if len(self._came) > _HEAD_MAXIMUM:
            raise self._no_http(f"its head has more than {_HEAD_MAXIMUM} bytes")

    def _is_last(self, head: bytes) -> bool:
        """Read one head, which some modules write in lower case; False for that of an interim answer."""
        if head[: len(_START)].upper() != _START:
            raise self._no_http(f"it begins with {head[:_SHOWN]!r}")
        event = self._next(_START + head[len(_START) :])
        if not isinstance(event, h11.Response):
            if event.__class__ is not h11.InformationalResponse or event.status_code == _SWITCHING:
                raise self._no_http("the server goes on with another protocol")
            self._interim += 1
            if self._interim > _INTERIM_MAXIMUM:
                raise self._no_http(f"it has more than {_INTERIM_MAXIMUM} interim answers")
            return False
        self.status = event.status_code
        found: dict[str, str] = {}
        for raw, text in event.headers:
            name, value = raw.decode("latin-1"), text.decode("latin-1")
            found[name] = f"{found[name]}, {value}" if name in found else value
        self.headers = found
        self._skip = self._request.offset if self.status == _OK else 0
        declared = found.get("content-length", "")
        if self._request.method == "HEAD" or self.status in _BODILESS:
            self.length = 0
        elif declared.isdecimal() and "transfer-encoding" not in found:
            self.length = max(0, int(declared) - self._skip)
        return True

    def _body(self, data: bytes) -> bytes:
        pieces = []
        event = self._next(data)
        while isinstance(event, h11.Data):
            pieces.append(bytes(event.data))
            event = self._next(b"")
        self.complete = isinstance(event, h11.EndOfMessage)
        body = b"".join(pieces)
        self._received += len(body)
        if self._skip:
            left_out = min(self._skip, len(body))
            self._skip -= left_out
            return body[left_out:]
        return body

    def _next(self, data: bytes) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        try:
            if data:
                self._h11.receive_data(data)
            return self._h11.next_event()
        except h11.RemoteProtocolError as error:
            raise self._no_http(str(error)) from error

    def _no_http(self, why: str) -> ProtocolError:
        seen = bytes(self._came[:_SHOWN])
        said = f"{self._request.method} {self._request.url}: the answer is no HTTP: {why[:_WHY]}"
        return ProtocolError(said, seen=seen)
