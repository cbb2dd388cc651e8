"""Answers of several lines, cut anywhere, come out byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcom_async.sessions.multiline import MultiLine

TEXTS = [
    b"",
    b"\r\n",
    b"a\r\n",
    b".\r\n",
    b"..\r\n",
    b".a\r\n.\r\n",
    b"a\r\n.b\r\n\r\n",
    b"+OK\r\n",
    b"x" * 3000 + b"\r\n",
]


def answered(text: bytes, status: bytes = b"+OK 5 octets") -> bytes:
    """As a server says it."""
    return status + (b"\r\n" + text).replace(b"\r\n.", b"\r\n..") + b".\r\n"


def fed(wire: bytes, sizes: list[int]) -> tuple[bytes, MultiLine]:
    lines, found, place = MultiLine(), b"", 0
    for size in [*sizes, len(wire)]:
        found += lines.feed(wire[place : place + size])
        place += size
    return found, lines


@pytest.mark.parametrize("text", TEXTS)
def test_at_every_cut(text: bytes) -> None:
    wire = answered(text)
    for cut in range(min(len(wire), 200) + 1):
        found, lines = fed(wire, [cut])
        assert (found, lines.ended, lines.status) == (text, True, b"+OK 5 octets")
    assert fed(wire, [1] * len(wire))[0] == text


@given(
    st.lists(st.sampled_from([b"\r", b"\n", b".", b"\r\n", b"a", b"\r\n.", b"+OK\r\n", b"\x00\xff"])),
    st.lists(st.integers(1, 9)),
)
def test_any_text_in_any_pieces(parts: list[bytes], sizes: list[int]) -> None:
    text = b"".join(parts)
    text += b"\r\n" if text else b""
    found, lines = fed(answered(text), sizes)
    assert (found, lines.ended) == (text, True)


def test_little_is_kept_back() -> None:
    lines = MultiLine()
    assert lines.feed(b"+OK\r\n") == b""
    assert len(lines.feed(b"x" * 1_000_000)) == 1_000_000
    assert lines.feed(b"yy\r\n.") == b"yy"
    assert not lines.ended
    assert lines.feed(b".z\r\n.\r\nbehind") == b"\r\n.z\r\n"
    assert lines.feed(b"more") == b""


def test_a_module_that_leaves_status_and_last_line_away() -> None:
    lines = MultiLine()
    assert lines.feed(b"Subject: x\r\n\r\n..a\r\n") + lines.finish() == b"Subject: x\r\n\r\n.a\r\n"
    assert not lines.ended
    assert lines.finish() == b""


@pytest.mark.parametrize(("wire", "text"), [(b"+OK", b""), (b"+OK 5 oct", b""), (b"+O", b"+O"), (b"", b"")])
def test_an_answer_that_ends_inside_its_status_line(wire: bytes, text: bytes) -> None:
    lines = MultiLine()
    assert (lines.feed(wire) + lines.finish(), lines.ended) == (text, False)


@pytest.mark.parametrize("length", [1_021, 1_022, 1_023, 1_024, 2_000])
def test_a_status_line_of_any_length_at_every_cut(length: int) -> None:
    wire = answered(b"a\r\n", b"+OK".ljust(length, b"x"))
    whole = fed(wire, [])[0]
    for cut in range(length - 5, length + 6):
        assert fed(wire, [cut])[0] == whole
    assert (whole == b"a\r\n") is (length <= 1_022)


@pytest.mark.parametrize("end", [b"\r\n.", b"\r\n.\r"])
def test_a_last_line_without_its_end_is_the_last_line(end: bytes) -> None:
    lines = MultiLine()
    assert lines.feed(b"+OK\r\nSubject: x\r\n\r\ny" + end) + lines.finish() == b"Subject: x\r\n\r\ny\r\n"
    assert lines.ended
    assert lines.finish() == b""
    lines = MultiLine()
    assert lines.feed(b"+OK\r\ny\r" + end) + lines.finish() == b"y\r\r\n"
    assert lines.ended
