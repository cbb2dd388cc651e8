"""Faults of the module and of the network behind it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from simcom_async.virtual.fault import Bytes, Fault, Seconds, Wire
from simcom_async.virtual.piece import Piece

__all__ = [
    "FailServer",
    "LoseBearer",
    "LoseNetwork",
    "PowerLoss",
    "RemoveSim",
    "Reset",
    "ServerFailure",
    "Unplug",
]


@dataclass(kw_only=True, eq=False)
class _Strike(Fault, ABC):
    """Happens when armed, or ``offset`` bytes of output later; with a command the bytes of its answer count."""

    offset: Bytes | None = None
    _left: int = field(default=0, init=False)

    def arm(self) -> None:
        """Strike, or count from here."""
        super().arm()
        self._left = self.offset or 0
        if self.offset is None and not self.spent:
            self._strike()

    def outgoing(self, piece: Piece) -> Iterable[Piece]:
        """Strike between two bytes."""
        if not self.armed or self.spent or self.offset is None:
            yield piece
            return
        if len(piece.data) < self._left:
            self._left -= len(piece.data)
            yield piece
            return
        before, behind = piece.data[: self._left], piece.data[self._left :]
        self.struck()
        yield replace(piece, data=before, strike=self.happen)
        yield replace(piece, data=behind, delay=0.0)

    @abstractmethod
    def happen(self) -> None:
        """What it is."""

    def _strike(self) -> None:
        self.struck()
        self.happen()


@dataclass(kw_only=True, eq=False)
class Reset(_Strike):
    """The module starts again, with its boot lines."""

    def happen(self) -> None:
        """Reset."""
        self.modem.reset()


@dataclass(kw_only=True, eq=False)
class PowerLoss(_Strike):
    """The supply is gone; back after ``seconds`` (None: not by itself)."""

    seconds: Seconds | None = None

    def happen(self) -> None:
        """Off, and perhaps on again."""
        self.modem.power_off()
        if self.seconds is not None:
            self.modem.clock.call_at(self.modem.clock.time() + self.seconds, self.modem.power_on)


@dataclass(kw_only=True, eq=False)
class Unplug(_Strike):
    """The cable is out of its socket: every port is lost; back after ``seconds`` (None: not by itself)."""

    seconds: Seconds | None = None

    def happen(self) -> None:
        """Out, and perhaps in again."""
        self.modem.unplug()
        if self.seconds is not None:
            self.modem.clock.call_at(self.modem.clock.time() + self.seconds, self.modem.plug)


@dataclass(kw_only=True, eq=False)
class RemoveSim(_Strike):
    """The card is taken out; in again after ``seconds`` (None: not by itself)."""

    seconds: Seconds | None = None

    def happen(self) -> None:
        """Out, and perhaps in again."""
        self.modem.remove_sim()
        if self.seconds is not None:
            self.modem.clock.call_at(self.modem.clock.time() + self.seconds, self.modem.insert_sim)


@dataclass(kw_only=True, eq=False)
class LoseBearer(_Strike):
    """The network releases the bearer ``cid``."""

    cid: Annotated[int, Field(ge=0, le=3)] = 1

    def happen(self) -> None:
        """Gone."""
        self.modem.network.lose_bearer(self.cid)


@dataclass(kw_only=True, eq=False)
class LoseNetwork(_Strike):
    """The network is out of reach; back after ``seconds`` (None: not by itself)."""

    seconds: Seconds | None = None

    def happen(self) -> None:
        """Gone, and perhaps back again."""
        self.modem.network.lose_coverage()
        if self.seconds is not None:
            self.modem.clock.call_at(self.modem.clock.time() + self.seconds, self.modem.network.regain_coverage)


class ServerFailure(StrEnum):
    """How a connection to a server fails."""

    DNS = "dns"
    REFUSE = "refuse"
    BUSY = "busy"
    SILENT = "silent"
    RESET = "reset"
    TLS = "tls"
    MEMORY = "memory"
    SLOW = "slow"
    LIE = "lie"


@dataclass(eq=False)
class FailServer(Fault):
    """The next connection fails: no address, refused, busy stack, no memory, silence, a reset, no TLS; slow, or a liar.

    ``after``: the reset or the silence comes when so many bytes have been read; a silence after none is that of a host
    that nobody can reach. ``seconds``: a slow server's pause before each read. A liar says ``instead`` for ``said``,
    wherever that comes in one read.
    """

    each: ClassVar[bool] = True

    failure: ServerFailure | str
    after: Bytes = 0
    seconds: Seconds = 1.0
    said: Wire | None = None
    instead: Wire = ""

    def __post_init__(self) -> None:
        """The failure may be given as its word."""
        super().__post_init__()
        words = [failure.value for failure in ServerFailure]
        if self.failure not in words:
            self.refuse("failure", f"one of {', '.join(words)}")
        self.failure = ServerFailure(self.failure)
        if (self.failure is ServerFailure.LIE) != bool(self.said):
            self.refuse("said", "a lie needs what it is told for; other failures do not")

    def spoken(self, data: bytes) -> bytes:
        """What the module hears of what the server says."""
        if not self.said:
            return data
        return data.replace(self.said.encode("latin-1"), self.instead.encode("latin-1"))

    def takes(self) -> ServerFailure | None:
        """The failure of a connection that is being made, None: it does not strike."""
        if not self.chance():
            return None
        self.struck()
        return ServerFailure(self.failure)
