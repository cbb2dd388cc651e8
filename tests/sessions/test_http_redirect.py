"""Which request follows an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from simcom_async.errors import HttpError
from simcom_async.sessions.http_redirect import redirected, redirected_again
from simcom_async.sessions.http_request import HttpRequest

URL = "http://example.com/a/b?c=d"


class Answer:
    """The head of one."""

    def __init__(self, status: int, **headers: str) -> None:
        self.status = status
        self.headers = headers


def following(status: int, location: str, method: str = "GET", **options: Any) -> HttpRequest | None:
    request = HttpRequest(method=method, url=URL, **options)
    return redirected(request, Answer(status, location=location))  # type: ignore[arg-type]


def to(status: int, location: str, method: str = "GET", **options: Any) -> HttpRequest:
    found = following(status, location, method, **options)
    assert found is not None
    return found


async def pieces() -> AsyncIterator[bytes]:
    yield b"x"


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/x", "http://example.com/x"),
        ("x", "http://example.com/a/x"),
        ("?e", "http://example.com/a/b?e"),
        ("//other/x", "http://other/x"),
        ("https://example.com:444/x", "https://example.com:444/x"),
    ],
)
def test_where_it_goes(location: str, url: str) -> None:
    assert to(302, location).url == url


@pytest.mark.parametrize("status", [200, 201, 300, 304, 305, 404])
def test_other_answers_are_answers(status: int) -> None:
    assert following(status, "/x") is None


def test_without_a_location_there_is_nowhere_to_go() -> None:
    request = HttpRequest(method="GET", url=URL)
    assert redirected(request, Answer(302)) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "method", "becomes"),
    [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "POST", "GET"),
        (303, "PUT", "GET"),
        (303, "HEAD", "HEAD"),
        (302, "PUT", "PUT"),
        (307, "POST", "POST"),
        (308, "POST", "POST"),
        (301, "HEAD", "HEAD"),
        (302, "DELETE", "DELETE"),
    ],
)
def test_the_method(status: int, method: str, becomes: str) -> None:
    body = b"x" if method in ("POST", "PUT") else None
    options = {"headers": {"Content-Encoding": "x", "X-One": "1"}, "content_type": "a/b"}
    found = to(status, "/x", method, body=body, **options)
    assert found.method == becomes
    if becomes == method:
        assert (found.body, found.content_type, found.headers) == (body, "a/b", options["headers"])
    else:
        assert (found.body, found.content_type, found.headers) == (None, None, {"X-One": "1"})


@pytest.mark.parametrize(
    ("location", "kept"),
    [("/x", True), ("http://example.com:80/x", True), ("https://example.com/x", False), ("http://other/x", False)],
)
def test_credentials_stay_with_their_server(location: str, kept: bool) -> None:
    found = to(302, location, headers={"authorization": "s3cret", "Cookie": "s3cret", "X-One": "1"})
    assert found.headers is not None
    assert ("authorization" in found.headers, "Cookie" in found.headers) == (kept, kept)
    assert found.headers["X-One"] == "1"


def test_everything_else_goes_along() -> None:
    found = to(302, "/x", offset=5, proxy="10.0.0.1:80", timeout=7, follow_redirects=True)
    assert (found.offset, found.proxy, found.timeout, found.follow_redirects) == (5, "10.0.0.1:80", 7, True)


def test_a_body_that_can_be_read_again_is_sent_again() -> None:
    assert to(307, "/x", "POST", body=Path("x")).body == Path("x")


def test_one_that_can_be_read_only_once_is_an_error() -> None:
    with pytest.raises(HttpError, match="an iterable is read only once") as caught:
        following(308, "/x", "POST", body=pieces())
    assert (caught.value.code, caught.value.retry) == (308, False)


@pytest.mark.parametrize(
    "location", ["ftp://example.com/x", "http://exa$mple/", "/a b", "http://joe:pw@example.com/", "http://["]
)
def test_a_place_that_is_not_taken_is_an_error(location: str) -> None:
    with pytest.raises(HttpError, match="redirected with 302 to a URL that is not taken"):
        following(302, location)


def test_too_many() -> None:
    assert "more than 10 times" in str(redirected_again(HttpRequest(method="GET", url=URL)))
