"""What is sent: bytes, files, and what comes out of an async iterable."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from simcom_async.errors import UsageError
from simcom_async.sessions.source import ByteSource, Given

BODY = bytes(range(256)) * 500


async def pieces(*items: object) -> AsyncIterator[bytes]:
    for item in items:
        if isinstance(item, Exception):
            raise item
        yield item  # type: ignore[misc]


async def all_of(source: ByteSource, size: int = 1000) -> list[bytes]:
    found = []
    while piece := await source.read(size):
        found.append(piece)
    return found


@pytest.mark.parametrize("make", [bytes, bytearray, memoryview])
async def test_bytes_of_any_kind(make: Callable[[bytes], Given]) -> None:
    async with ByteSource(make(BODY)) as source:
        assert source.size == len(BODY)
        assert b"".join(await all_of(source)) == BODY
        assert (source.done, source.checksum) == (len(BODY), hashlib.sha256(BODY).hexdigest())


@pytest.mark.parametrize("size", [1, 1000, 65_536, 1_000_000])
@pytest.mark.parametrize("make", [str, Path])
async def test_a_file(make: Callable[[Path], Given], tmp_path: Path, size: int) -> None:
    path = tmp_path / "f"
    path.write_bytes(BODY if size > 1 else BODY[:100])
    async with ByteSource(make(path)) as source:
        assert source.size == path.stat().st_size
        found = await all_of(source, size)
    assert b"".join(found) == path.read_bytes()
    assert {len(piece) for piece in found[:-1]} <= {size}


async def test_what_an_iterable_yields_in_pieces_of_the_size_that_is_wanted() -> None:
    async with ByteSource(pieces(b"", b"abc", bytearray(b"defg"), b"", memoryview(b"h"))) as source:
        assert source.size is None
        assert [await source.read(3) for _ in range(4)] == [b"abc", b"def", b"gh", b""]


@pytest.mark.parametrize("items", [(), (b"",), (b"", b"")])
async def test_an_iterable_without_bytes(items: tuple[bytes, ...]) -> None:
    async with ByteSource(pieces(*items)) as source:
        assert await source.read(10) == b""


async def test_what_an_iterable_raises_comes_out() -> None:
    with pytest.raises(ZeroDivisionError):
        async with ByteSource(pieces(ZeroDivisionError())):
            pass
    async with ByteSource(pieces(b"ab", ZeroDivisionError())) as source:
        assert await source.read(2) == b"ab"
        with pytest.raises(ZeroDivisionError):
            await source.read(1)


async def test_an_iterable_of_something_else() -> None:
    with pytest.raises(UsageError, match="body: a str came out of the iterable, allowed is bytes"):
        async with ByteSource(pieces("text"), "body"):
            pass


@pytest.mark.parametrize("given", [5, None, [b"x"], (b"x" for _ in range(2))])
def test_what_cannot_be_sent(given: object) -> None:
    with pytest.raises(UsageError, match=r"source: a .* cannot be sent") as caught:
        ByteSource(given)  # type: ignore[arg-type]
    assert caught.value.field == "source"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing", "No such file"),
        (".", "Is a directory"),
        ("x" * 300, "File name too long"),
        ("a\0b", "null"),
        ("f/below", "Not a directory"),
    ],
)
async def test_files_that_cannot_be_read(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "f").touch()
    with pytest.raises(UsageError, match=f"source: .* cannot be read: .*{why}") as caught:
        async with ByteSource(os.path.join(tmp_path, name)):
            pass
    assert caught.value.field == "source"


async def test_the_rest_comes_in_pieces() -> None:
    async def given() -> AsyncIterator[bytes]:
        yield b"abc"
        yield b"defg"

    taken: list[int] = []
    async with ByteSource(given()) as source:
        assert await source.read(2) == b"ab"
        assert not source.over
        assert [piece async for piece in source.pieces(3, taken.append)] == [b"cde", b"fg"]
        assert (taken, source.over, source.done) == ([3, 2], True, 7)
