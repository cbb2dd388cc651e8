"""Plays a dialogue through the demux, cut in every way: the same events must come out, and no byte may vanish."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from simcom_async.at.command import Command
from simcom_async.at.demux import Demux
from simcom_async.at.dialect import Dialect, WireState
from simcom_async.at.event import Event, LineEvent, PayloadChunk
from simcom_async.at.exchange import Exchange

__all__ = [
    "Course",
    "Entered",
    "Flush",
    "Part",
    "Quiet",
    "Received",
    "Send",
    "play",
    "play_every_way",
    "received_bytes",
]

#: What may stand between the events of a stream: line ends, and blanks that lead a line.
FRAMING = b"\r\n"

Cut = Callable[[int, bytes], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Send:
    """The host writes a command; ``size`` is the length of its text where the caller knows it."""

    command: Command[Any]
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """The host has written the bytes of an entry, as they stand on the wire."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Received:
    """The module has sent these bytes, in one burst."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nothing has come for a while."""


@dataclass(frozen=True, slots=True)
class Flush:
    """Nothing more is waited for: what is open ends incomplete."""


Part = Send | Entered | Received | Quiet | Flush
Shown = tuple[Any, ...]


@dataclass(slots=True)
class Course:
    """What came of a dialogue: its events, and its exchanges in the order of their commands."""

    events: list[Event] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        """The kinds of the events, pieces of one payload counted once."""
        return [str(shown[0]) for shown in self.shown()]

    def lines(self, kind: str) -> list[LineEvent]:
        """The line events of one kind."""
        return [event for event in self.events if isinstance(event, LineEvent) and event.kind == kind]

    def messages(self) -> list[Any]:
        """The declared messages, in the order received."""
        found = (event.message for event in self.events if isinstance(event, LineEvent))
        return [message for message in found if message is not None]

    @property
    def values(self) -> list[tuple[str, dict[str, Any]]]:
        """The declared messages by name and value."""
        return [(type(message).__name__, message.model_dump()) for message in self.messages()]

    def payloads(self) -> list[bytes]:
        """The payloads, each joined, the unfinished ones left out."""
        found, open_one = [], b""
        for event in self.events:
            if isinstance(event, PayloadChunk):
                open_one += event.data
                if event.last:
                    found += [open_one] if event.complete else []
                    open_one = b""
        return found

    def shown(self) -> list[Shown]:
        """The events as values that can be compared; pieces of one payload, and of one echo, are joined."""
        joined: list[Shown] = []
        for event in self.events:
            shown = _shown(event)
            if joined and _continues(joined[-1], shown):
                joined[-1] = _join(joined[-1], shown)
            else:
                joined.append(shown)
        return joined

    def vanished(self, received: bytes) -> bytes:
        """The received bytes that no event covers; events that cover a byte twice are an error of their own."""
        covered = bytearray(len(received))
        for event in self.events:
            if isinstance(event, LineEvent | PayloadChunk):
                for place in range(event.start, event.end):
                    assert not covered[place], f"byte {place} is covered twice, again by {event!r}"
                    covered[place] = 1
        return bytes(byte for byte, taken in zip(received, covered, strict=True) if not taken)


def _shown(event: Event) -> Shown:
    if isinstance(event, PayloadChunk):
        header = None if event.header is None else event.header.text
        end = (event.last, event.complete, event.rule)
        return ("payload", event.data, event.start, event.end, header, _text(event.command), end)
    assert isinstance(event, LineEvent)
    declaration = None if event.declaration is None else event.declaration.__name__
    values = None if event.message is None else event.message.model_dump()
    owner = (declaration, values, event.rule, getattr(event, "ok", None))
    return (event.kind, event.text, event.start, event.end, _text(event.command), owner)


def _text(command: Command[Any] | None) -> str | None:
    return None if command is None else command.masked


def _continues(last: Shown, shown: Shown) -> bool:
    if last[0] != shown[0] or last[3] != shown[2]:
        return False
    if last[0] == "payload":
        return bool(not last[6][0] and last[4:6] == shown[4:6])
    return bool(last[0] == "echo" and last[5][2] == shown[5][2] == "echo-of-entry")


def _join(last: Shown, shown: Shown) -> Shown:
    return (last[0], last[1] + shown[1], last[2], shown[3], *shown[4:])


def received_bytes(parts: Sequence[Part]) -> bytes:
    """All that the module has sent."""
    return b"".join(part.data for part in parts if isinstance(part, Received))


def play(dialect: Dialect, parts: Sequence[Part], *, cut: Cut | None = None, verbose: bool | None = None) -> Course:
    """One course of a dialogue; ``cut`` says how the burst of that number is cut into reads."""
    course = Course()
    demux = Demux(dialect, WireState(verbose=verbose))
    for number, part in enumerate(parts):
        match part:
            case Send(command, size):
                exchange = Exchange(command, size=size)
                demux.arm(exchange)
                exchange.written()
                course.exchanges.append(exchange)
            case Entered(data):
                demux.entered(data)
                course.exchanges[-1].entered()
            case Received(data):
                for piece in (data,) if cut is None else cut(number, data):
                    course.events += demux.receive(piece)
            case Quiet():
                course.events += demux.quiet()
            case Flush():
                course.events += demux.flush()
    return course


def play_every_way(
    dialect: Dialect, parts: Sequence[Part], *, sample: int | None = None, verbose: bool | None = None
) -> Course:
    """The course of a dialogue, after it was shown not to depend on how the bytes were cut (laws 1 and 2).

    Byte by byte, and with every cut of every burst in two; ``sample`` limits these to so many, drawn by a fixed seed.
    """
    course = play(dialect, parts, verbose=verbose)
    received = received_bytes(parts)
    left = course.vanished(received)
    assert not left.strip(FRAMING), f"received and in no event: {left!r}"
    whole, states = course.shown(), [exchange.state for exchange in course.exchanges]
    for name, cut in _cuts(parts, sample):
        other = play(dialect, parts, cut=cut, verbose=verbose)
        assert other.shown() == whole, f"cut {name}"
        assert [exchange.state for exchange in other.exchanges] == states, f"cut {name}"
    return course


def _cuts(parts: Sequence[Part], sample: int | None) -> Iterator[tuple[str, Cut]]:
    yield "byte by byte", lambda number, data: [data[n : n + 1] for n in range(len(data))]
    places = [
        (number, place)
        for number, part in enumerate(parts)
        if isinstance(part, Received)
        for place in range(1, len(part.data))
    ]
    if sample is not None and len(places) > sample:
        places = sorted(random.Random(sample).sample(places, sample))
    for where in places:
        yield f"in burst {where[0]} at {where[1]}", _in_two(*where)


def _in_two(burst: int, place: int) -> Cut:
    return lambda number, data: [data[:place], data[place:]] if number == burst else [data]
