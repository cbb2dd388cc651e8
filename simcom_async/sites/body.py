"""Bodies that a server answers with: given bytes, or any number of generated ones, which take no memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

__all__ = ["Body", "generated"]

PERIOD = 65_521
"""A prime, so that a transfer displaced by any buffer size shows in the checksum."""

PIECE = 65_536
"""Bytes that are made at a time."""

PATTERN = hashlib.shake_256(b"simcom_async").digest(PERIOD)


def generated(start: int, count: int) -> bytes:
    """``count`` bytes of the endless generated body from offset ``start``; they hold all 256 values."""
    begin = start % PERIOD
    repeats = (begin + count) // PERIOD + 1
    return (PATTERN * repeats)[begin : begin + count]


@dataclass(frozen=True)
class Body:
    """A body of ``length`` bytes: ``content``, or generated ones where that is None."""

    length: int
    content: bytes | None = field(default=None, repr=False)

    @classmethod
    def of(cls, content: bytes) -> Body:
        """A body of given bytes."""
        return cls(len(content), content)

    def read(self, start: int, count: int) -> bytes:
        """At most ``count`` bytes from offset ``start``; fewer only at the end."""
        count = max(0, min(count, self.length - start))
        if self.content is None:
            return generated(start, count)
        return self.content[start : start + count]

    def pieces(self) -> Iterator[bytes]:
        """The whole body, a piece at a time."""
        for start in range(0, self.length, PIECE):
            yield self.read(start, PIECE)

    @cached_property
    def checksum(self) -> str:
        """SHA-256 of the whole body, in hex."""
        digest = hashlib.sha256()
        for piece in self.pieces():
            digest.update(piece)
        return digest.hexdigest()

    @cached_property
    def etag(self) -> str:
        """A strong entity tag (RFC 9110 section 8.8.3)."""
        name = f"generated-{self.length}" if self.content is None else self.checksum[:32]
        return f'"{name}"'
