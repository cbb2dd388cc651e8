"""Bodies are whole, and within the module's memory, before it hears of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from simcom_async.errors import LimitExceeded, UsageError
from simcom_async.sessions.http_body import gathered


async def pieces(*parts: Any) -> AsyncIterator[Any]:
    for part in parts:
        yield part


async def test_bytes_are_taken_as_they_are() -> None:
    assert await gathered(None, 4) == b""
    for body in (b"abcd", bytearray(b"abcd"), memoryview(b"abcd")):
        assert await gathered(body, 4) == b"abcd"


async def test_pieces_are_joined() -> None:
    assert await gathered(pieces(b"ab", bytearray(b"c"), b"", memoryview(b"d")), 4) == b"abcd"


async def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "body"
    path.write_bytes(bytes(range(256)))
    assert await gathered(path, 256) == bytes(range(256))


async def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "body"
    path.write_bytes(b"abcde")
    for body in (b"abcde", path, pieces(b"abc", b"de", b"f")):
        with pytest.raises(LimitExceeded, match="body: 5 bytes or more, the module takes at most 4") as caught:
            await gathered(body, 4)
        assert caught.value.field == "body"


async def test_an_endless_source_is_left_at_the_limit() -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * 100

    with pytest.raises(LimitExceeded):
        await gathered(endless(), 1_000)
    assert taken == 11


async def test_text_in_a_source_is_refused() -> None:
    with pytest.raises(UsageError, match="body: a str came out"):
        await gathered(pieces(b"a", "b"), 4)


async def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        await gathered(tmp_path / "missing", 4)
