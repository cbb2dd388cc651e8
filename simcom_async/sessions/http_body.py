"""Request bodies, gathered before the module is asked to take them: it wants the length first."""

from __future__ import annotations

import os
from asyncio import to_thread
from collections.abc import AsyncIterable
from pathlib import Path

from simcom_async.errors import LimitExceeded, UsageError
from simcom_async.sessions.http_request import Source

__all__ = ["gathered"]


async def gathered(source: Source | None, limit: int) -> bytes:
    """All bytes of a body; raises LimitExceeded above ``limit`` bytes, UsageError when the source cannot be read."""
    if source is None:
        return b""
    if isinstance(source, bytes | bytearray | memoryview):
        body = bytes(source)
    elif isinstance(source, os.PathLike):
        body = await to_thread(_read, Path(source), limit)
    else:
        body = await _collect(source, limit)
    if len(body) > limit:
        raise _too_long(len(body), limit)
    return body


def _read(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > limit:
                raise _too_long(size, limit)
            return file.read(limit + 1)
    except OSError as error:
        raise UsageError(f"body: {path} cannot be read: {error.strerror}", field="body", value=str(path)) from error


async def _collect(source: AsyncIterable[bytes], limit: int) -> bytes:
    pieces = bytearray()
    async for piece in source:
        if not isinstance(piece, bytes | bytearray | memoryview):
            raise UsageError(
                f"body: a {type(piece).__name__} came out of the iterable, allowed is bytes",
                field="body",
                value=type(piece).__name__,
                allowed="bytes",
            )
        pieces += piece
        if len(pieces) > limit:
            raise _too_long(len(pieces), limit)
    return bytes(pieces)


def _too_long(size: int, limit: int) -> LimitExceeded:
    return LimitExceeded(
        f"body: {size} bytes or more, the module takes at most {limit}",
        field="body",
        value=size,
        allowed=f"at most {limit} bytes",
    )
