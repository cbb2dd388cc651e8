"""What a fault is: when it is armed, and where it can interfere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from simcom_async.virtual.piece import Piece

if TYPE_CHECKING:
    from simcom_async.virtual.channel import Channel
    from simcom_async.virtual.modem import VirtualModem

__all__ = ["Fault"]


@dataclass(kw_only=True, eq=False)
class Fault:
    """One thing that goes wrong. Each kind of fault overrides the places where it interferes.

    It waits until it is armed: at once, or ``at`` seconds after it was added, or when a command line that holds the
    text ``command`` (any case) begins. ``times`` is how often it strikes; None: always.
    """

    at: float | None = None
    command: str | None = None
    times: int | None = 1
    armed: bool = field(default=False, init=False)
    modem: VirtualModem = field(init=False, repr=False)
    random: Random = field(init=False, repr=False)

    def added(self, modem: VirtualModem, random: Random) -> None:
        """It belongs to ``modem`` from now on; ``random`` is its own, so that faults do not disturb each other."""
        self.modem = modem
        self.random = random
        if self.at is not None:
            modem.clock.call_at(modem.clock.time() + self.at, self.arm)
        elif self.command is None:
            self.arm()

    def arm(self) -> None:
        """Its moment has come."""
        self.armed = True

    @property
    def spent(self) -> bool:
        """Whether it has struck as often as it may."""
        return self.times is not None and self.times <= 0

    def struck(self) -> None:
        """Count one strike; a fault with a command waits for the next such command then."""
        if self.times is not None:
            self.times -= 1
        if self.command is not None:
            self.armed = False

    def begins(self, channel: Channel, line: str) -> None:
        """A command line begins: its echo is out, nothing else is."""
        if self.meant(line) and self.at is None and not self.spent:
            self.arm()

    def ends(self, channel: Channel, line: str) -> None:
        """The final result of a command line is out."""

    def outgoing(self, piece: Piece) -> Iterable[Piece]:
        """What becomes of a piece of output."""
        return (piece,)

    def incoming(self, data: bytes) -> bytes:
        """What becomes of bytes from the host."""
        return data

    def meant(self, line: str) -> bool:
        """Whether ``command`` is in the command line."""
        return self.command is not None and self.command.upper() in line.upper()
