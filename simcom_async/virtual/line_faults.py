"""Faults of the dialogue: lines that nobody asked for, that are missing, late, or wrong."""

from __future__ import annotations

import re
from abc import ABC
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

from simcom_async.virtual.fault import Fault, Positive, Seconds, Wire
from simcom_async.virtual.piece import Kind, Piece

if TYPE_CHECKING:
    from random import Random

    from simcom_async.virtual.channel import Channel
    from simcom_async.virtual.modem import VirtualModem

__all__ = [
    "DropLine",
    "EarlyCompletion",
    "EarlyEvent",
    "LateLine",
    "NoFinal",
    "RepeatLine",
    "ShortRead",
    "Stray",
    "WrongCount",
]

_LAST_NUMBER = re.compile(rb"(\d+)(?=\r\n\Z)")


@dataclass(eq=False)
class Stray(Fault):
    """A line that nobody asked for: ``at`` a time, ``before`` the answer to a command, or ``after`` it.

    ``before`` and ``after`` are a text in the command line. Without any of them it comes at once.
    """

    line: Wire
    before: Wire | None = None
    after: Wire | None = None

    def __post_init__(self) -> None:
        """One place is enough."""
        super().__post_init__()
        given = [name for name in ("command", "before", "after") if getattr(self, name) is not None]
        if len(given) > 1:
            self.refuse(given[1], f"not together with {given[0]}")

    def added(self, modem: VirtualModem, random: Random) -> None:
        """Wait for the command, if there is one."""
        wanted = (self.before, self.after, self.command)
        self.command = next((text for text in wanted if text is not None), None)
        super().added(modem, random)

    def arm(self) -> None:
        """At its time it comes as an URC does."""
        super().arm()
        if self.command is None and not self.spent:
            self.struck()
            self.modem.urc_line(self.line)

    def begins(self, channel: Channel, line: str) -> None:
        """In front of the answer."""
        super().begins(channel, line)
        if self.armed and self.after is None and self.command is not None:
            self.struck()
            channel.interject(self.line)

    def ends(self, channel: Channel, line: str) -> None:
        """Behind the answer."""
        if self.armed and self.after is not None and self.meant(line):
            self.struck()
            channel.interject(self.line)


@dataclass(eq=False)
class DropLine(Fault):
    """A line that holds ``text`` does not come: a part of a reply, a final result, an URC. Empty: any line."""

    each: ClassVar[bool] = True

    text: Wire
    _own: Counter[bytes] = field(default_factory=Counter, init=False, repr=False)

    def outgoing(self, piece: Piece) -> Iterable[Piece]:
        """Drop."""
        if not self.strikes(piece):
            return (piece,)
        return ()

    def strikes(self, piece: Piece) -> bool:
        """Whether it strikes this piece, which counts."""
        if piece.kind in (Kind.ECHO, Kind.PAYLOAD) or self.text.encode("latin-1") not in piece.data:
            return False
        line = piece.data.strip(b"\r\n")
        if piece.kind is Kind.URC and line in self._own:
            self._own -= Counter([line])
            return False
        found = self.chance()
        if found:
            self.struck()
        return found

    def again(self, piece: Piece, seconds: float) -> None:
        """Say it as an URC, ``seconds`` from now; it is not struck then."""
        line = piece.data.strip(b"\r\n")

        def say() -> None:
            self._own[line] += len(self.modem.lines.channels)
            self.modem.urc_line(line.decode("latin-1"))

        self.modem.clock.call_at(self.modem.clock.time() + seconds, say)


@dataclass(eq=False)
class LateLine(DropLine):
    """A line that holds ``text`` comes ``seconds`` later. What follows it waits, unless it is an URC."""

    seconds: Seconds = 1.0

    def outgoing(self, piece: Piece) -> Iterable[Piece]:
        """Delay, or take out and bring in again."""
        if not self.strikes(piece):
            return (piece,)
        if piece.kind is not Kind.URC:
            return (replace(piece, delay=piece.delay + self.seconds),)
        self.again(piece, self.seconds)
        return ()


@dataclass(eq=False)
class RepeatLine(DropLine):
    """A line that holds ``text`` comes ``count`` times more: at once, or each ``seconds`` later, as an URC does."""

    count: Positive = 1
    seconds: Seconds = 0.0

    def outgoing(self, piece: Piece) -> Iterable[Piece]:
        """Once as it is, and again."""
        if not self.strikes(piece):
            return (piece,)
        if not self.seconds:
            return (piece, *[replace(piece, delay=0.0, strike=None)] * self.count)
        for number in range(1, self.count + 1):
            self.again(piece, number * self.seconds)
        return (piece,)


@dataclass(kw_only=True, eq=False)
class NoFinal(Fault):
    """The final result of ``command`` never comes; the module itself goes on."""

    def __post_init__(self) -> None:
        """There must be a command."""
        super().__post_init__()
        _need_command(self)

    def outgoing(self, piece: Piece) -> Iterable[Piece]:
        """Drop it."""
        if not self.armed or self.spent or piece.kind is not Kind.FINAL:
            return (piece,)
        self.struck()
        return ()


@dataclass(kw_only=True, eq=False)
class WrongCount(Fault):
    """The header of the payload of ``command`` says ``by`` bytes more than follow (or less)."""

    by: int = 1

    def __post_init__(self) -> None:
        """There must be a command."""
        super().__post_init__()
        _need_command(self)

    def outgoing(self, piece: Piece) -> Iterable[Piece]:
        """Change the last number of the first line."""
        if not self.armed or self.spent or piece.kind is not Kind.LINE or not _LAST_NUMBER.search(piece.data):
            return (piece,)
        self.struck()
        data = _LAST_NUMBER.sub(lambda found: b"%d" % max(0, int(found[1]) + self.by), piece.data)
        return (replace(piece, data=data),)


@dataclass(kw_only=True, eq=False)
class _Early(Fault, ABC):
    """Something of ``command`` comes before its final result."""

    def __post_init__(self) -> None:
        """There must be a command."""
        super().__post_init__()
        _need_command(self)

    def takes(self) -> bool:
        """Whether it strikes the command line under way; asked once for each."""
        if not self.armed or self.spent:
            return False
        self.struck()
        return True


@dataclass(kw_only=True, eq=False)
class EarlyCompletion(_Early):
    """What ends the work of ``command`` comes before its final result."""


@dataclass(kw_only=True, eq=False)
class EarlyEvent(_Early):
    """The server answers what ``command`` sends so soon that the module says so before its final result."""


@dataclass(kw_only=True, eq=False)
class ShortRead(Fault):
    """A read of stored data returns at most ``most`` bytes, whatever was asked for."""

    each: ClassVar[bool] = True

    most: Positive = 1
    times: Positive | None = None

    def limit(self, size: int) -> int:
        """How many of ``size`` bytes come."""
        if size <= self.most or not self.chance():
            return size
        self.struck()
        return self.most


def _need_command(fault: Fault) -> None:
    if fault.command is None:
        fault.refuse("command", "it needs a part of the command line that it is about")
