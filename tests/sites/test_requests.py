from __future__ import annotations

import asyncio
import hashlib

import pytest

from simcom_async.sites import HttpRequest, RequestLog
from simcom_async.sites.requests import BODY_LIMIT, LOG_LIMIT


def test_origin_and_absolute_form() -> None:
    origin = HttpRequest("GET", "/a/b?c=http://x")
    absolute = HttpRequest("GET", "http://example.com/a/b?c=d")
    bare = HttpRequest("GET", "http://example.com")
    assert (origin.path, origin.query, origin.absolute) == ("/a/b", "c=http://x", False)
    assert (absolute.path, absolute.query, absolute.absolute) == ("/a/b", "c=d", True)
    assert (bare.path, bare.absolute) == ("/", True)


def test_headers_keep_order_and_are_found_in_any_case() -> None:
    request = HttpRequest("GET", "/", (("X-One", "1"), ("x-one", "2"), ("Host", "h")))
    assert request.header("X-ONE") == "1"
    assert request.header("absent") is None


def test_a_body_is_counted_summed_and_kept_within_the_limit() -> None:
    request = HttpRequest("POST", "/")
    request.receive(b"abc")
    request.receive(bytes(BODY_LIMIT))
    assert request.received == BODY_LIMIT + 3
    assert len(request.body) == BODY_LIMIT
    assert request.body.startswith(b"abc\0")
    assert request.checksum == hashlib.sha256(b"abc" + bytes(BODY_LIMIT)).hexdigest()


def test_the_log_is_bounded_and_counts_all() -> None:
    log = RequestLog()
    for number in range(LOG_LIMIT + 5):
        log.add(HttpRequest("GET", f"/{number}"))
    assert log.count == LOG_LIMIT + 5
    assert len(log.requests) == LOG_LIMIT
    assert log.requests[0].target == "/5"


async def test_until_returns_when_it_has_happened() -> None:
    log = RequestLog()
    waiting = asyncio.create_task(log.until(lambda: log.count == 2))
    log.add(HttpRequest("GET", "/1"))
    await asyncio.sleep(0)
    assert not waiting.done()
    log.add(HttpRequest("GET", "/2"))
    await waiting


async def test_until_gives_up() -> None:
    with pytest.raises(TimeoutError):
        await RequestLog().until(lambda: False, timeout=0.01)
