"""Faults of the wire: bytes that come in other pieces, late, not at all, twice, or changed."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from simcom_async.virtual.fault import Fault
from simcom_async.virtual.piece import Piece

__all__ = ["Delay", "DoubleBytes", "GarbleBytes", "InsertBytes", "LoseBytes", "Split"]


@dataclass(kw_only=True, eq=False)
class Split(Fault):
    """Every piece of output arrives cut into parts of ``size`` bytes, ``gap`` seconds apart.

    With ``most`` the sizes vary from ``size`` to ``most``.
    """

    size: int = 1
    most: int | None = None
    gap: float = 0.0
    times: int | None = None

    def outgoing(self, piece: Piece) -> Iterable[Piece]:
        """Cut."""
        if not self.armed:
            yield piece
            return
        rest, delay = piece.data, piece.delay
        while rest:
            size = self.size if self.most is None else self.random.randint(self.size, self.most)
            last = len(rest) <= size
            yield replace(piece, data=rest[:size], delay=delay, apart=True, strike=piece.strike if last else None)
            rest, delay = rest[size:], self.gap


@dataclass(kw_only=True, eq=False)
class Delay(Fault):
    """Every piece of output comes ``seconds`` late, plus up to ``jitter`` seconds."""

    seconds: float = 0.0
    jitter: float = 0.0
    times: int | None = None

    def outgoing(self, piece: Piece) -> Iterable[Piece]:
        """Delay."""
        if self.armed:
            piece = replace(piece, delay=piece.delay + self.seconds + self.random.random() * self.jitter)
        return (piece,)


@dataclass(kw_only=True, eq=False)
class _ByteFault(Fault, ABC):
    """Strikes ``count`` bytes from ``offset`` on, counted from arming, or each byte with the probability ``rate``.

    ``towards`` is the direction: what the host receives, or what the module does.
    """

    offset: int = 0
    count: int = 1
    rate: float | None = None
    towards: Literal["host", "module"] = "host"
    times: int | None = None
    _passed: int = field(default=0, init=False)

    def arm(self) -> None:
        """Count from here."""
        super().arm()
        self._passed = 0

    def outgoing(self, piece: Piece) -> Iterable[Piece]:
        """Strike what goes to the host."""
        return (replace(piece, data=self._altered(piece.data)),) if self.towards == "host" else (piece,)

    def incoming(self, data: bytes) -> bytes:
        """Strike what comes from the host."""
        return self._altered(data) if self.towards == "module" else data

    @abstractmethod
    def changed(self, byte: int) -> bytes:
        """What a struck byte becomes."""

    def _altered(self, data: bytes) -> bytes:
        if not self.armed or self.spent:
            return data
        start, self._passed = self._passed, self._passed + len(data)
        if self.rate is None and (start >= self.offset + self.count or self._passed <= self.offset):
            return data
        found = b"".join(
            self.changed(byte) if self._hit(place) else bytes([byte]) for place, byte in enumerate(data, start)
        )
        if self.rate is None and self._passed >= self.offset + self.count:
            self.struck()
        return found

    def _hit(self, place: int) -> bool:
        if self.rate is not None:
            return self.random.random() < self.rate
        return self.offset <= place < self.offset + self.count


@dataclass(kw_only=True, eq=False)
class LoseBytes(_ByteFault):
    """Bytes are lost, as in an overrun buffer."""

    def changed(self, byte: int) -> bytes:
        """Nothing."""
        return b""


@dataclass(kw_only=True, eq=False)
class DoubleBytes(_ByteFault):
    """Bytes come twice."""

    def changed(self, byte: int) -> bytes:
        """Both."""
        return bytes([byte, byte])


@dataclass(kw_only=True, eq=False)
class GarbleBytes(_ByteFault):
    """Bytes are changed to another value."""

    def changed(self, byte: int) -> bytes:
        """One bit or more is wrong."""
        return bytes([byte ^ self.random.randint(1, 255)])


@dataclass(kw_only=True, eq=False)
class InsertBytes(_ByteFault):
    """``data`` stands in front of the byte at ``offset``."""

    data: bytes = b"\xff"

    def changed(self, byte: int) -> bytes:
        """Both."""
        return self.data + bytes([byte])
