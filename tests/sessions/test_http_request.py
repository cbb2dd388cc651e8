"""Bad input gets a UsageError that names field, limit and value, before a byte is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from simcom_async.errors import LimitExceeded, UsageError
from simcom_async.sessions.http_request import HttpRequest

URL = "http://example.com/x"
BREAKERS = ['"', "\r", "\n", "\x1a", "\x1b", "\x00", "\x7f", "\t"]


def request(method: str = "GET", url: str = URL, **options: Any) -> HttpRequest:
    return HttpRequest(method=method, url=url, **options)


async def pieces() -> AsyncIterator[bytes]:
    yield b"x"


@pytest.mark.parametrize("breaker", [*BREAKERS, " ", "\\", "<", "ä", "€"])
@pytest.mark.parametrize("place", ["http://exam{}ple.com/", "http://example.com/a{}b", "http://example.com/?q={}"])
def test_a_url_cannot_break_out(breaker: str, place: str) -> None:
    with pytest.raises(UsageError, match="url") as caught:
        request(url=place.format(breaker))
    assert caught.value.field == "url"
    assert caught.value.allowed
    assert breaker in str(caught.value.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/x",
        "ftp://example.com/",
        "file:///etc/passwd",
        "http://",
        "http:///path",
        "http://:80/",
        "http://example.com:0/",
        "http://example.com:65536/",
        "http://example.com:port/",
        "http://[::1]/",
        "http://[::1/",
        "http://-example.com/",
        "http://exa$mple.com/",
        "javascript:alert(1)",
    ],
)
def test_a_url_needs_scheme_host_and_a_good_port(url: str) -> None:
    with pytest.raises(UsageError, match="url") as caught:
        request(url=url)
    assert caught.value.field == "url"


@pytest.mark.parametrize("url", [None, 7, b"http://example.com/", ["http://example.com/"]])
def test_a_url_is_text(url: Any) -> None:
    with pytest.raises(UsageError, match=f"url: a {type(url).__name__}"):
        request(url=url)


@pytest.mark.parametrize("breaker", ["", *BREAKERS, " "])
def test_a_password_in_a_url_is_refused_and_not_shown(breaker: str) -> None:
    with pytest.raises(UsageError) as caught:
        request(url=f"http://joe:s3cret{breaker}@example.com/")
    assert "s3cret" not in f"{caught.value} {caught.value!r} {caught.value.value}"


@pytest.mark.parametrize(
    ("url", "scheme"),
    [
        ("http://example.com", "http"),
        ("HTTP://www.sim.com/img/a.gif", "http"),
        ("https://example.com:8443/x?a=b&c=%22", "https"),
        ("http://127.0.0.1:40001/", "http"),
        ("http://a_b.example/{x}|y~", "http"),
        ("http://example.com:/", "http"),
    ],
)
def test_good_urls_go_out_as_they_are(url: str, scheme: str) -> None:
    assert request(url=url).address == url
    assert request(url=url).scheme == scheme


def test_a_fragment_stays_here() -> None:
    assert request(url="http://example.com/x?a=1#part").address == "http://example.com/x?a=1"


@pytest.mark.parametrize("method", ["", "GE T", "GET\r\n", 'G"', None, 1])
def test_a_method_is_a_token(method: Any) -> None:
    with pytest.raises(UsageError, match="method"):
        request(method)


def test_a_method_is_written_large() -> None:
    assert request("get").method == "GET"


@pytest.mark.parametrize("breaker", [*BREAKERS[1:], "ä"])
def test_a_header_cannot_break_out_and_is_not_shown(breaker: str) -> None:
    with pytest.raises(UsageError) as caught:
        request(headers={"Authorization": f"Bearer s3cret{breaker}X-Evil: 1"})
    assert caught.value.field == "headers[Authorization]"
    assert "s3cret" not in f"{caught.value} {caught.value!r} {caught.value.value}"


@pytest.mark.parametrize("name", ["", "X Y", "X:Y", "X\r\nY", 'X"Y', "Xä", "Host", "content-length", "Connection"])
def test_a_header_has_a_name_that_is_the_callers(name: str) -> None:
    with pytest.raises(UsageError, match="headers"):
        request(headers={name: "1"})


@pytest.mark.parametrize("headers", [[("A", "b")], "A: b", {1: "x"}, {"A": 1}, {"A": b"x"}, {"A": None}])
def test_headers_are_a_mapping_of_text(headers: Any) -> None:
    with pytest.raises(UsageError, match="headers"):
        request(headers=headers)


def test_headers_that_have_a_parameter_of_their_own_are_no_lines() -> None:
    made = request("POST", headers={"X-One": " 1 ", "content-type": "text/plain", "User-Agent": "me", "Range": "b"})
    assert made.header_lines == ("X-One: 1", "Range: b")
    assert made.media_type == "text/plain"
    assert made.user_agent == "me"
    assert made.ranged
    assert request("POST", content_type="a/b", headers={"Content-Type": "c/d"}).media_type == "a/b"


@pytest.mark.parametrize("value", ['"a, b"', "a\\b", "\\r\\n"])
def test_what_no_line_ends_with_is_the_modules_to_refuse(value: str) -> None:
    made = request("POST", headers={"If-Match": value}, content_type=f"text/plain; x={value}")
    assert made.fields == (("If-Match", value), ("Content-Type", f"text/plain; x={value}"))


@pytest.mark.parametrize("breaker", BREAKERS[1:])
def test_a_content_type_cannot_break_out(breaker: str) -> None:
    with pytest.raises(UsageError, match="content_type"):
        request("POST", content_type=f"text/plain{breaker}")


@pytest.mark.parametrize("offset", [-1, 2**31, 1.5, "5", True, None])
def test_an_offset_is_a_count_of_bytes(offset: Any) -> None:
    with pytest.raises(UsageError, match="offset"):
        request(offset=offset)


def test_an_offset_is_for_get_without_a_range_of_its_own() -> None:
    with pytest.raises(UsageError, match="an offset with GET"):
        request("HEAD", offset=5)
    with pytest.raises(UsageError, match="Range"):
        request(offset=5, headers={"range": "bytes=0-9"})
    assert request(offset=2000).offset == 2000


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), "5", True])
def test_a_timeout_is_a_number_of_seconds(timeout: Any) -> None:
    with pytest.raises(UsageError, match="timeout") as caught:
        request(timeout=timeout)
    assert caught.value.field == "timeout"


@pytest.mark.parametrize(
    "proxy",
    ["", ":80", "host:0", "host:70000", "host:x", "https://host:1", "socks5://host:1", "host:1/path", 'h"o', 80, "h o"],
)
def test_a_proxy_is_a_host_and_a_port(proxy: Any) -> None:
    with pytest.raises(UsageError, match="proxy") as caught:
        request(proxy=proxy)
    assert caught.value.field == "proxy"


def test_a_proxys_password_is_refused_and_not_shown() -> None:
    with pytest.raises(UsageError) as caught:
        request(proxy="joe:s3cret@host:1")
    assert "s3cret" not in f"{caught.value} {caught.value!r}"


@pytest.mark.parametrize(
    ("proxy", "address"),
    [("10.0.0.172:80", ("10.0.0.172", 80)), ("http://proxy:3128/", ("proxy", 3128)), ("proxy", ("proxy", 80))],
)
def test_a_proxy_is_read(proxy: str, address: tuple[str, int]) -> None:
    assert request(proxy=proxy).proxy_address == address


@pytest.mark.parametrize("body", ["text", 5, {"a": 1}, [b"x"], iter([b"x"])])
def test_a_body_is_bytes_a_path_or_an_async_iterable(body: Any) -> None:
    with pytest.raises(UsageError, match=r"body: a \w+ cannot be taken"):
        request("POST", body=body)


@pytest.mark.parametrize("body", [b"x", bytearray(b"x"), memoryview(b"x"), Path("x"), pieces()])
def test_bodies_that_are_taken(body: Any) -> None:
    assert request("PUT", body=body).body is body


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_a_body_needs_a_method_that_has_one(method: str) -> None:
    with pytest.raises(UsageError, match="body"):
        request(method, body=b"")


def test_the_rest_is_checked_too() -> None:
    with pytest.raises(UsageError, match="follow_redirects"):
        request(follow_redirects=1)
    with pytest.raises(UsageError, match="progress"):
        request(progress=5)
    with pytest.raises(LimitExceeded, match="seconds above 0"):
        request(timeout=-0.5)


def test_a_repr_shows_no_secret() -> None:
    made = request("POST", headers={"Authorization": "Bearer s3cret"}, body=b"s3cret")
    assert "s3cret" not in repr(made)
    assert "example.com" in repr(made)
