"""Faults of the wire: bytes that come in other pieces, late, not at all, twice, or changed."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

from simcom_async.virtual.fault import Bytes, Chance, Fault, Positive, Seconds
from simcom_async.virtual.piece import Piece

__all__ = ["Delay", "DoubleBytes", "GarbleBytes", "InsertBytes", "LoseBytes", "Merge", "Split"]


@dataclass(kw_only=True, eq=False)
class _PieceFault(Fault):
    """Strikes every piece of output, from a command on where there is one; with ``times`` so many pieces.

    With a command and ``times`` it strikes the first piece after each such command.
    """

    each: ClassVar[bool] = True

    times: Positive | None = None

    def strikes(self) -> bool:
        """Whether it strikes this piece, which counts."""
        found = self.chance()
        if found and self.times is not None:
            self.struck()
        return found


@dataclass(kw_only=True, eq=False)
class Split(_PieceFault):
    """Every piece of output arrives cut into parts of ``size`` bytes, ``gap`` seconds apart.

    With ``most`` the sizes vary from ``size`` to ``most``.
    """

    size: Positive = 1
    most: Positive | None = None
    gap: Seconds = 0.0

    def __post_init__(self) -> None:
        """``most`` is not below ``size``."""
        super().__post_init__()
        if self.most is not None and self.most < self.size:
            self.refuse("most", f"at least size, {self.size}")

    def outgoing(self, piece: Piece) -> Iterable[Piece]:
        """Cut."""
        if not self.strikes():
            yield piece
            return
        rest, delay = piece.data, piece.delay
        while rest:
            size = self.size if self.most is None else self.random.randint(self.size, self.most)
            last = len(rest) <= size
            yield replace(piece, data=rest[:size], delay=delay, apart=True, strike=piece.strike if last else None)
            rest, delay = rest[size:], self.gap


@dataclass(kw_only=True, eq=False)
class Delay(_PieceFault):
    """Every piece of output comes ``seconds`` late, plus up to ``jitter`` seconds."""

    seconds: Seconds = 0.0
    jitter: Seconds = 0.0

    def outgoing(self, piece: Piece) -> Iterable[Piece]:
        """Delay."""
        if self.strikes():
            piece = replace(piece, delay=piece.delay + self.seconds + self.random.random() * self.jitter)
        return (piece,)


@dataclass(kw_only=True, eq=False)
class Merge(_PieceFault):
    """A piece of output waits ``seconds``, and arrives in one read with all that came behind it meanwhile.

    A line with a pace (``baud``) keeps its pace and joins nothing.
    """

    seconds: Seconds = 0.1
    _until: float = field(default=float("-inf"), init=False)

    def outgoing(self, piece: Piece) -> Iterable[Piece]:
        """Hold, or join those that are held."""
        now = self.modem.clock.time()
        if now < self._until:
            return (replace(piece, joined=True),)
        if not self.strikes():
            return (piece,)
        self._until = now + piece.delay + self.seconds
        return (replace(piece, delay=piece.delay + self.seconds),)


@dataclass(kw_only=True, eq=False)
class _ByteFault(Fault, ABC):
    """Strikes ``count`` bytes from ``offset`` on, counted from arming; with ``rate`` each byte from there by chance.

    ``towards`` is the direction: what the host receives, or what the module does. With ``rate``, ``times`` is of bytes.
    """

    offset: Bytes = 0
    count: Positive = 1
    rate: Chance | None = None
    towards: Literal["host", "module"] = "host"
    times: Positive | None = None
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
        if self.rate is None:
            return self.offset <= place < self.offset + self.count
        if place < self.offset or self.spent or self.random.random() >= self.rate:
            return False
        if self.times is not None:
            self.times -= 1
        return True


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
