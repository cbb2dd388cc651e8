"""Heads of answers, as servers send them."""

from __future__ import annotations

from simcom_async.sessions.http_response import ContentRange, HttpResponse, parsed_headers

HEAD = (
    b"HTTP/1.1 200 OK\r\nDate: Fri, 20 Nov 2026 12:00:00 GMT\r\nContent-Type:text/html; charset=utf-8\r\n"
    b"X-Two: a\r\nx-two:  b \r\nX-Folded: one\r\n  two\r\nX-Latin: caf\xe9\x85\r\nX-Empty:\r\nno colon here\r\n\r\n"
)


def test_names_are_lower_case_and_equal_ones_are_joined() -> None:
    assert parsed_headers(HEAD) == {
        "date": "Fri, 20 Nov 2026 12:00:00 GMT",
        "content-type": "text/html; charset=utf-8",
        "x-two": "a, b",
        "x-folded": "one two",
        "x-latin": "caf\xe9\x85",
        "x-empty": "",
    }


def test_other_line_ends_and_no_head_at_all() -> None:
    assert parsed_headers(b"A: 1\nB: 2\n") == {"a": "1", "b": "2"}
    assert parsed_headers(b"") == {}
    assert parsed_headers(b"  folded from nothing\r\nA: 1") == {"a": "1"}


LONG = {"content-range": f"bytes 0-{'9' * 5_000}/*"}


def test_ranges() -> None:
    assert ContentRange.of({"content-range": "bytes 0-499/1234"}) == ContentRange(0, 499, 1234)
    assert ContentRange.of({"content-range": "Bytes 500-999/*"}) == ContentRange(500, 999, None)
    for headers in (None, {}, {"content-range": "bytes */1234"}, {"content-range": "items 0-1/2"}, LONG):
        assert ContentRange.of(headers) is None


def test_a_repr_holds_no_body_and_no_header() -> None:
    assert repr(HttpResponse(200, {"set-cookie": "s3cret"}, b"s3cret")) == "HttpResponse(status=200)"
