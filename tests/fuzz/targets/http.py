"""HTTP messages: whatever a server says is an answer, the beginning of one, or no HTTP; a request is what was meant."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import suppress
from typing import Any

import h11

from simcom_async.errors import ProtocolError, UsageError
from simcom_async.sessions.http_message import HttpMessages
from simcom_async.sessions.http_request import HttpRequest
from simcom_async.sessions.http_response import ContentRange, parsed_headers
from tests.fuzz.supply import Supply, packed
from tests.fuzz.vocabulary import NASTY

MODULES = ("simcom_async.sessions.http_message", "simcom_async.sessions.http_response")

_STATUS = (
    b"HTTP/1.1 200 OK", b"HTTP/1.1 206 Partial Content", b"http/1.0 204 No", b"HTTP/1.1 304 x",
    b"HTTP/1.1 100 Continue",
    b"HTTP/1.1 101 Switching", b"HTTP/1.1 404", b"HTTP/1.1 999 \xff", b"HTTP/2 200", b"HTP/1.1 200 OK",
    b"HTTP/1.1 2000 x", b"",
)  # fmt: skip
_FIELDS = (
    b"Content-Length: 5", b"Content-Length: 0", b"content-length: 5, 5", b"Content-Length: 6", b"Content-Length: -1",
    b"Content-Length: " + b"9" * 30, b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip", b"X: a", b"X: b",
    b" folded",
    b"Content-Range: bytes 2-6/10", b"Content-Range: bytes 0-4/*", b"Content-Range: bytes " + b"9" * 5_000 + b"-6/7",
    b"Content-Range: bytes \xb2-\xb2/*", b": x", b"no colon", b"A B: c", b"Connection: close", b"X: \xff", b"Y:\t z \t",
)  # fmt: skip
_BODY = (b"hello", b"5\r\nhello\r\n", b"0\r\n\r\n", b"ffffffffffffffffffff\r\n", b"5;x=y\r\nhello\r\n", b"x", b"\r\n")


def check(data: bytes) -> None:
    """An answer, a request, or the header lines that a module has read for us."""
    supply = Supply(data)
    supply.pick((_answer, _answer, _request, _block))(supply)


def _said(supply: Supply) -> bytes:
    """What a server may say."""
    if supply.byte() > 0xD0:
        return supply.some() + supply.some()
    said = b""
    for _ in range(1 + supply.byte() % 3):
        end = supply.pick((b"\r\n", b"\r\n", b"\n"))
        lines = [supply.pick(_STATUS)]
        for _ in range(supply.byte() % 6):
            lines.append(supply.pick(_FIELDS) if supply.byte() % 8 else supply.some())
        said += end.join(lines) + end + end
        for _ in range(supply.byte() % 4):
            said += supply.pick(_BODY) if supply.byte() % 4 else supply.some()
    if supply.byte() > 0xF0:
        said += supply.pick((b"x", b"\r\n", b"X: 1\r\n")) * supply.upto(70_000)
    return said


class Heard:
    """What came of an answer: its body, and how it ended."""

    def __init__(self, method: str, offset: int, pieces: Sequence[bytes]) -> None:
        request = HttpRequest(method=method, url="http://example.com/x", offset=offset)
        self.messages = messages = HttpMessages(request, 0)
        self.body = b""
        self.failed = False
        try:
            for piece in pieces:
                self.body += messages.receive(piece)
        except ProtocolError as error:
            self.failed = True
            assert "no HTTP" in str(error)
        self.closed = "" if self.failed else messages.close()
        self.outcome = messages.status, dict(messages.headers), messages.length, messages.complete, messages.range


def _answer(supply: Supply) -> None:
    method = supply.pick(("GET", "HEAD", "POST"))
    offset = supply.upto(9) if method == "GET" else 0
    said = _said(supply)
    whole = Heard(method, offset, [said])
    for pieces in (supply.cut(said), [said[place : place + 1] for place in range(min(len(said), 2_000))]):
        if sum(map(len, pieces)) != len(said):
            continue
        cut = Heard(method, offset, [piece for piece in pieces if piece])
        assert cut.failed is whole.failed, "the cuts decide whether it is HTTP"
        if not whole.failed:
            assert (cut.outcome, cut.body, cut.closed) == (whole.outcome, whole.body, whole.closed), "the cuts decide"
    messages = whole.messages
    if not whole.failed and messages.complete and messages.length is not None:
        assert len(whole.body) == messages.length
    if messages.complete and not whole.failed:
        assert messages.receive(b"more") == b""
        assert not whole.closed
    assert all(name == name.lower() for name in messages.headers)


def _now(work: Coroutine[Any, Any, bytes]) -> bytes:
    """Carry out what waits for nothing."""
    try:
        work.send(None)
    except StopIteration as end:
        return bytes(end.value)
    raise AssertionError("it waits")


async def _written(messages: HttpMessages, read: Callable[[int], Awaitable[bytes]] | None, sent: list[int]) -> bytes:
    return b"".join([piece async for piece in messages.outgoing(read, sent.append)])


def _request(supply: Supply) -> None:
    """What goes out is read by a server as the same request, or it was refused."""
    body = supply.some() * (1 + supply.byte() % 30)
    size = supply.pick((len(body), None, len(body) + 1, max(0, len(body) - 1)))
    left = body

    async def read(most: int) -> bytes:
        nonlocal left
        piece, left = left[:most], left[most:]
        return piece

    try:
        request = _asked(supply)
        messages = HttpMessages(request, size)
        sent: list[int] = []
        takes = request.takes_body
        wire = _now(_written(messages, read if takes else None, sent))
    except UsageError:
        return
    server = h11.Connection(h11.SERVER)
    server.receive_data(wire)
    asked = server.next_event()
    assert isinstance(asked, h11.Request)
    assert asked.method.decode() == request.method
    assert asked.target.decode() == (request.absolute_target if request.proxy_address else request.target)
    named = [name for name, _ in request.fields]
    assert {name.lower().encode() for name in named} <= {name for name, _ in asked.headers}
    found = b""
    while isinstance(event := server.next_event(), h11.Data):
        found += bytes(event.data)
    if takes:
        assert isinstance(event, h11.EndOfMessage)
        assert found == (body if size is None else body[:size])
        assert sum(sent) == len(found)


def _asked(supply: Supply) -> HttpRequest:
    headers = {}
    for _ in range(supply.byte() % 4):
        name = supply.pick(("X-One", "user-agent", "Accept", "Content-Type", supply.text()))
        headers[name] = supply.pick(("a", "", " b ", supply.text()))
    return HttpRequest(
        method=supply.pick(("POST", "PUT", "GET", "HEAD", "DELETE", "patch", supply.text())),
        url="http://example.com/" + supply.text(),
        headers=headers,
        content_type=supply.pick((None, "text/plain", supply.text())),
        proxy=supply.pick((None, None, "proxy:8080", supply.text())),
        offset=supply.upto(9) if supply.byte() > 0xC0 else 0,
    )


def _block(supply: Supply) -> None:
    """Header lines as a module has them: any text is some headers."""
    lines = [supply.pick(_FIELDS) if supply.flag() else supply.some() for _ in range(supply.byte() % 9)]
    block = supply.pick((b"\r\n", b"\n")).join([supply.pick(_STATUS), *lines, supply.pick(NASTY)])
    headers = parsed_headers(block)
    shown = block.decode("latin-1").lower()
    for name, value in headers.items():
        assert name == name.lower()
        assert f"{name}:" in shown
        assert not any(mark in value for mark in ("\r\n", "\n"))
    with suppress(TypeError):
        found = ContentRange.of(headers)
        assert found is None or found.first >= 0
    assert ContentRange.of(None) is None


def seeds() -> Iterator[bytes]:
    """Answers of every sort, whole and cut; requests with and without a body."""
    for status in range(len(_STATUS)):
        for field in range(0, len(_FIELDS), 3):
            for body in range(len(_BODY)):
                fields = bytes([2, 1, field, 1, (field + body) % len(_FIELDS)])
                yield bytes([0, 0, 0, 0, 0, 0, status]) + fields + bytes([2, 1, body, 1, 2, 0, body % 4, 1, 9])
    for number in range(9):
        yield bytes([2]) + packed(b"hello") + bytes([number, number % 4, number % 4]) + bytes([number, 1, 0]) * 6
        yield bytes([3, 4, 1, number, 1, 2 * number, 0]) + packed(b"A: b") + bytes([1, 11])
