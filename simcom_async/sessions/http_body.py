"""Request bodies, gathered before the module is asked to take them: it wants the length first."""

from __future__ import annotations

from simcom_async.errors import LimitExceeded
from simcom_async.sessions.http_request import Source
from simcom_async.sessions.source import ByteSource

__all__ = ["gathered"]


async def gathered(source: Source | None, limit: int) -> bytes:
    """All bytes of a body; raises LimitExceeded above ``limit`` bytes, UsageError when the source cannot be read."""
    if source is None:
        return b""
    async with ByteSource(source, "body") as body:
        if body.size is not None and body.size > limit:
            raise _too_long(body.size, limit)
        data = await body.read(limit + 1)
    if len(data) > limit:
        raise _too_long(len(data), limit)
    return data


def _too_long(size: int, limit: int) -> LimitExceeded:
    return LimitExceeded(
        f"body: {size} bytes or more, the module takes at most {limit}",
        field="body",
        value=size,
        allowed=f"at most {limit} bytes",
    )
