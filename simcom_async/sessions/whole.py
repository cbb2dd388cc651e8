"""Bytes that are gathered whole, as many as the other side sends: at most so many."""

from __future__ import annotations

from collections.abc import AsyncIterable

from simcom_async.errors import ProtocolError

__all__ = ["WHOLE_MAXIMUM", "Whole", "gathered_whole"]

#: Bytes that a verb returns in one piece at most; what is longer has to be read in pieces.
WHOLE_MAXIMUM = 64 * 1024 * 1024


class Whole:
    """Bytes of ``what``, kept as they come. ``add`` raises ProtocolError above ``maximum`` bytes."""

    def __init__(self, what: str, maximum: int = WHOLE_MAXIMUM) -> None:
        self._what = what
        self._maximum = maximum
        self._data = bytearray()

    def add(self, data: bytes) -> None:
        """Keep some more."""
        if len(self._data) + len(data) > self._maximum:
            self._data.clear()
            raise ProtocolError(f"{self._what}: more than {self._maximum} bytes came")
        self._data += data

    @property
    def data(self) -> bytes:
        """All of them."""
        return bytes(self._data)


async def gathered_whole(pieces: AsyncIterable[bytes], what: str) -> bytes:
    """All pieces as one. Raises ProtocolError when they are more than WHOLE_MAXIMUM bytes."""
    whole = Whole(what)
    async for piece in pieces:
        whole.add(piece)
    return whole.data
