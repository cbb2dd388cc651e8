from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from simcom_async.errors import ProtocolError
from simcom_async.sessions.whole import WHOLE_MAXIMUM, Whole, gathered_whole


async def pieces(count: int, piece: bytes) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield piece


async def test_all_pieces_are_one() -> None:
    assert await gathered_whole(pieces(3, b"ab"), "the file") == b"ababab"


async def test_more_than_the_limit_ends_by_name_and_is_not_kept() -> None:
    piece = b"x" * (WHOLE_MAXIMUM // 8)
    assert len(await gathered_whole(pieces(8, piece), "the file")) == WHOLE_MAXIMUM
    with pytest.raises(ProtocolError, match="the file: more than 67108864 bytes"):
        await gathered_whole(pieces(10**9, piece), "the file")


def test_what_is_pushed_is_kept_up_to_its_own_limit() -> None:
    whole = Whole("AT+X", 4)
    whole.add(b"abc")
    whole.add(b"d")
    with pytest.raises(ProtocolError, match="more than 4 bytes"):
        whole.add(b"e")
