"""A request as it goes over a connection, and the answer that comes back, cut anywhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from simcom_async.errors import ProtocolError, UsageError
from simcom_async.sessions.http_message import HttpMessages
from simcom_async.sessions.http_request import HttpRequest
from simcom_async.sessions.source import ByteSource

URL = "http://example.com/x"


def request(method: str = "GET", url: str = URL, **options: Any) -> HttpRequest:
    return HttpRequest(method=method, url=url, **options)


def messages(method: str = "GET", size: int | None = 0, **options: Any) -> HttpMessages:
    return HttpMessages(request(method, **options), size)


async def written(method: str = "GET", body: Any = None, **options: Any) -> bytes:
    """A whole request."""
    source = None if body is None else await ByteSource(body, "body").__aenter__()
    made = messages(method, 0 if source is None else source.size, **options)
    sent: list[int] = []
    outgoing = made.outgoing(None if source is None else source.read, sent.append)
    data = b"".join([piece async for piece in outgoing])
    assert source is None or sum(sent) == source.done
    return data


async def pieces(*given: bytes) -> AsyncIterator[bytes]:
    for piece in given:
        yield piece


# The request


async def test_a_get() -> None:
    assert await written(headers={"X-One": '"1", \\2'}) == (
        b'GET /x HTTP/1.1\r\nHost: example.com\r\nX-One: "1", \\2\r\nUser-Agent: simcom-async\r\nAccept: */*\r\n'
        b"Connection: close\r\n\r\n"
    )


async def test_what_the_caller_names_is_not_named_again() -> None:
    data = await written(headers={"user-agent": "me", "ACCEPT": "a/b"})
    assert (data.lower().count(b"user-agent"), data.lower().count(b"accept")) == (1, 1)


async def test_an_offset_asks_for_a_range() -> None:
    assert b"\r\nRange: bytes=2000-\r\n" in await written(offset=2_000)


@pytest.mark.parametrize(
    ("url", "target", "host"),
    [
        ("http://example.com", b"/", b"example.com"),
        ("http://example.com:80/?a=b", b"/?a=b", b"example.com"),
        ("HTTP://EXAMPLE.com:8080/a/b?c#d", b"/a/b?c", b"example.com:8080"),
        ("https://example.com:443/x", b"/x", b"example.com"),
        ("https://example.com:80/x", b"/x", b"example.com:80"),
    ],
)
async def test_target_and_host(url: str, target: bytes, host: bytes) -> None:
    assert (await written(url=url)).startswith(b"GET %s HTTP/1.1\r\nHost: %s\r\n" % (target, host))


async def test_a_proxy_is_asked_for_the_whole_url() -> None:
    data = await written(url="http://example.com:8080?a#b", proxy="10.0.0.1:3128")
    assert data.startswith(b"GET http://example.com:8080/?a HTTP/1.1\r\nHost: example.com:8080\r\n")


@pytest.mark.parametrize("body", [b"", b"x", bytes(range(256)) * 100])
async def test_a_body_of_known_length(body: bytes) -> None:
    data = await written("POST", body, content_type="a/b")
    head, _, rest = data.partition(b"\r\n\r\n")
    assert b"\r\nContent-Type: a/b\r\nUser-Agent" in head
    assert b"\r\nContent-Length: %d\r\n" % len(body) in head
    assert rest == body


async def test_a_body_of_unknown_length_goes_in_chunks() -> None:
    data = await written("PUT", pieces(b"one", b"", b"two"))
    assert data.partition(b"\r\n\r\n")[2] == b"6\r\nonetwo\r\n0\r\n\r\n"
    assert b"\r\nTransfer-Encoding: chunked\r\n" in data


@pytest.mark.parametrize(("method", "told"), [("POST", True), ("PATCH", True), ("GET", False), ("DELETE", False)])
async def test_no_body_is_one_of_no_bytes_where_there_may_be_one(method: str, told: bool) -> None:
    assert (b"Content-Length: 0" in await written(method)) is told


async def test_a_body_that_has_become_shorter_is_refused() -> None:
    source = await ByteSource(b"12345", "body").__aenter__()
    outgoing = messages("POST", 9).outgoing(source.read, lambda count: None)
    with pytest.raises(UsageError, match="body: it ended 4 bytes before the length"):
        [piece async for piece in outgoing]


async def test_of_one_that_has_become_longer_no_more_goes_than_was_said() -> None:
    source = await ByteSource(b"12345", "body").__aenter__()
    outgoing = messages("POST", 3).outgoing(source.read, lambda count: None)
    assert b"".join([piece async for piece in outgoing]).endswith(b"\r\n\r\n123")


# The answer

CHUNKED = b"3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nX-Trailer: 1\r\n\r\n"
ANSWERS: list[tuple[str, bytes, int, bytes, int | None]] = [
    ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, b"hello", 5),
    ("GET", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED, 200, b"hello", None),
    ("GET", b"http/1.1 200 ok\r\ntransfer-encoding: chunked\r\n\r\n" + CHUNKED, 200, b"hello", None),
    ("GET", b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404, b"", 0),
    ("GET", b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", 0),
    ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, b"", 0),
    ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 200, b"", 0),
    ("HEAD", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200, b"", 0),
    ("POST", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nx", 201, b"x", 1),
    ("GET", b"http/1.1 103 early\r\nlink: x\r\n\r\nhttp/1.1 200\r\ncontent-length: 1\r\n\r\nx", 200, b"x", 1),
    ("GET", b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", 200, b"hi", 2),
]
ENDED_BY_CLOSE = [
    (b"HTTP/1.1 200 OK\r\n\r\nhello", b"hello"),
    (b"HTTP/1.0 200 OK\r\n\r\n", b""),
    (b"HTTP/1.0 200 OK\r\nContent-Type: a/b\r\n\r\n+CHTTPACT: 0\r\n\r\nOK\r\n", b"+CHTTPACT: 0\r\n\r\nOK\r\n"),
]


def received(made: HttpMessages, data: bytes, step: int) -> bytes:
    return b"".join(made.receive(data[start : start + step]) for start in range(0, len(data), step))


@pytest.mark.parametrize("step", [1, 2, 7, 1000])
@pytest.mark.parametrize(("method", "answer", "status", "body", "length"), ANSWERS)
async def test_an_answer(method: str, answer: bytes, status: int, body: bytes, length: int | None, step: int) -> None:
    made = messages(method)
    assert received(made, answer, step) == body
    assert (made.status, made.length, made.complete) == (status, length, True)
    assert made.receive(b"what comes behind it") == b""
    assert made.close() == ""


@pytest.mark.parametrize("step", [1, 1000])
@pytest.mark.parametrize(("answer", "body"), ENDED_BY_CLOSE)
def test_one_that_ends_with_its_connection(answer: bytes, body: bytes, step: int) -> None:
    made = messages()
    assert received(made, answer, step) == body
    assert not made.complete
    assert made.close() == ""
    assert (made.complete, made.length) == (True, None)


def test_header_fields_have_small_names_and_equal_ones_are_joined() -> None:
    made = messages()
    made.receive(b"HTTP/1.1 200 OK\r\nX-ONE: a\r\nSet-Cookie: b=1\r\nx-one:  c \r\nset-cookie: d=2\r\n\r\n")
    assert made.headers == {"x-one": "a, c", "set-cookie": "b=1, d=2"}


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        (b"", "without an answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "without a whole head"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", "after 5 bytes of the body of 10"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", "after 3 bytes of the body, in the middle"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n",
            "after 3 bytes of the body, in the middle",
        ),
    ],
)
def test_what_is_missing_when_the_server_hangs_up(answer: bytes, missing: str) -> None:
    made = messages()
    made.receive(answer)
    assert missing in made.close()
    assert not made.complete


@pytest.mark.parametrize("step", [1, 1000])
@pytest.mark.parametrize(
    "answer",
    [
        b"\x15\x03\x01\x00\x02\x02\x28",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"ICY 200 OK\r\n\r\n",
        b"<html>400</html>",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000,
    ],
)
def test_what_is_no_http_is_a_protocol_error(answer: bytes, step: int) -> None:
    made = messages()
    with pytest.raises(ProtocolError, match="the answer is no HTTP"):
        received(made, answer, step)


# Resumed


@pytest.mark.parametrize("step", [1, 3, 1000])
@pytest.mark.parametrize(("offset", "rest"), [(2, b"llo"), (4, b"o"), (5, b""), (9, b"")])
def test_a_server_that_knows_no_ranges_sends_all_and_the_start_is_left_out(offset: int, rest: bytes, step: int) -> None:
    made = messages(offset=offset)
    assert received(made, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", step) == rest
    assert (made.length, made.complete, made.range) == (len(rest), True, None)


def test_a_range_is_taken_as_it_comes() -> None:
    made = messages(offset=3)
    answer = b"HTTP/1.1 206 Partial\r\nContent-Range: bytes 3-4/5\r\nContent-Length: 2\r\n\r\nlo"
    assert made.receive(answer) == b"lo"
    assert made.range is not None
    assert (made.range.first, made.range.total) == (3, 5)
