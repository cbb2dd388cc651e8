from __future__ import annotations

import pytest

from simcom_async.virtual.lower_case import LowerCaseHead

SENT = b"HTTP/1.1 200 OK\r\nContent-Type: Text/HTML; X: Y\r\nETag: ABC\r\n\r\nBODY\r\nName: Value\r\n\r\n"
CHANGED = b"http/1.1 200 ok\r\ncontent-type: Text/HTML; X: Y\r\netag: ABC\r\n\r\nBODY\r\nName: Value\r\n\r\n"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 30, len(SENT)])
def test_the_head_is_in_lower_case_however_it_is_cut(size: int) -> None:
    head = LowerCaseHead()
    assert b"".join(head.change(SENT[start : start + size]) for start in range(0, len(SENT), size)) == CHANGED


def test_every_value_of_a_byte_survives_behind_the_head() -> None:
    body = bytes(range(256))
    assert LowerCaseHead().change(b"A\r\n\r\n" + body) == b"a\r\n\r\n" + body
