"""What a server sends through an honest module, read by the host: in a time that grows with its bytes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from simcom_async.sessions.ftp_listing import parsed_listing
from simcom_async.sessions.http_response import ContentRange, parsed_headers
from simcom_async.sessions.multiline import MultiLine
from tests.hostile.measure import growth
from tests.hostile.sample import sampled

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SIZE = 20_000
#: A cost in proportion to four times as many bytes; with the square it would be 16.
LINEAR = 9.0

UNIX = b"-rw-r--r-- 1 user group 5 Jan  1 00:00 name"
LINES = {
    "blanks": b" ",
    "a name without an end": b"x",
    "blanks in a line of a list": UNIX[:11] + b" " * 9,
    "digits": b"1",
    "the beginning of a line of a list": b"-rw-r--r-- 1 ",
    "words": b"-rw-r--r-- x x x ",
    "months": b"Jan 1 00:00 ",
    "facts": b"type=file;",
    "facts without an end": b"a=b;c=",
    "dates": b"01-01-20  00:00AM <DIR> ",
    "arrows": b" -> ",
    "line ends": b"\n",
    "empty lines": b"\r\n",
    "0xFF": b"\xff",
    "colons": b"a:",
    "commas": b"a: b, c\r\n",
    "folded lines": b"a: b\r\n c\r\n",
    "the same header": b"x: y\r\n",
    "folds of one header": b"a: b\r\n" + b" c\r\n" * 99,
}


@pytest.mark.parametrize("start", [b"", UNIX[:20], b"01-01-20  00:00AM ", b"type=file; "])
@pytest.mark.parametrize("what", sampled(LINES, 5, 2))
def test_a_list_of_files(what: str, start: bytes) -> None:
    def read(size: int) -> None:
        parsed_listing(start + (LINES[what] * (size // len(LINES[what])))[:size], NOW)

    assert growth(read, SIZE, tries=2) < LINEAR


@pytest.mark.parametrize("what", sampled(LINES, 3, 1))
def test_a_head(what: str) -> None:
    def read(size: int) -> None:
        parsed_headers(b"HTTP/1.1 200 OK\r\n" + (LINES[what] * (size // len(LINES[what])))[:size])

    assert growth(read, SIZE, tries=2) < LINEAR


@pytest.mark.parametrize("what", [b".", b"\r\n", b"\r\n.", b"\r\n..", b"+OK", b"\r", b"x"])
def test_an_answer_of_several_lines(what: bytes) -> None:
    def read(size: int) -> None:
        lines = MultiLine()
        data = what * (size // len(what))
        for start in range(0, len(data), 1_460):
            lines.feed(data[start : start + 1_460])
        lines.finish()

    assert growth(read, SIZE, tries=2) < LINEAR


@pytest.mark.parametrize("digits", [20, 5_000])
def test_a_range_of_many_digits_is_one_or_none(digits: int) -> None:
    many = "9" * digits
    for text in (f"bytes 0-{many}/*", f"bytes {many}-{many}/{many}", f"bytes 0-1/{many}"):
        found = ContentRange.of({"content-range": text})
        assert found is None or digits == 20
