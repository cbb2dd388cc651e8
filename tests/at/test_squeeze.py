"""What a module passes over in a command line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcom_async.at.squeeze import Squeezed, squeezed

LINES = st.lists(st.sampled_from([b"+X=", b" ", b'"', b"a", b",", b"\t", b"\x00", b"\x7f", b"\xe4", b";"])).map(
    b"".join
)


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (b"", b""),
        (b" + C S Q ", b"+CSQ"),
        (b'+X= "a b" , 1', b'+X="a b",1'),
        (b'+X="a\x01 b\x7f"\r\n', b'+X="a b"'),
        (b'+X="a b', b'+X="a b'),
        (b'+X="a" b "c', b'+X="a"b"c'),
    ],
)
def test_what_is_read(line: bytes, read: bytes) -> None:
    assert squeezed(line) == read


@given(LINES)
def test_every_part_is_found_in_the_line_itself(line: bytes) -> None:
    read = Squeezed(line)
    assert read.text == squeezed(line)
    for at in range(len(read.text)):
        assert read.original(at, at + 1) == read.text[at : at + 1]
    if read.text:
        assert squeezed(read.original(0, len(read.text))) == read.text
