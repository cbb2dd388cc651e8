"""One course of a dialogue with something that came in between, and what is left of it without that."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

from simcom_async.at.dialect import Dialect
from simcom_async.at.event import Event, LineEvent, PayloadChunk
from simcom_async.at.exchange import Exchange
from tests.judge.dialogue import FRAMING, Course, Cut, Part, Received, play
from tests.search.boundaries import Boundary
from tests.search.urcs import Insertion

__all__ = ["Played", "Seen", "cut_at", "cut_at_random", "offset", "played", "split_off", "with_insertion"]

#: Blanks in front of a line are framing as well.
_FRAMING = FRAMING + b" \t"


@dataclass(frozen=True, slots=True)
class Seen:
    """One event as a value: pieces of one payload are joined. ``owner`` is the number of its command, -1: none.

    ``end`` says for a final result whether it is good, for a payload whether it has ended and is complete.
    """

    kind: str
    text: bytes
    declaration: str
    rule: str
    owner: int
    end: Any = None
    start: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Played:
    """What came of one course: its ``events`` in order, and how each exchange has ended."""

    events: tuple[Seen, ...]
    exchanges: tuple[Exchange, ...]
    uncovered: str

    @cached_property
    def outcomes(self) -> tuple[tuple[Any, ...], ...]:
        """Each exchange as a value: its state, and the lines that answered it."""
        return tuple(_outcome(exchange) for exchange in self.exchanges)


def played(dialect: Dialect, parts: Sequence[Part], *, cut: Cut | None = None) -> Played:
    """Play it."""
    course = play(dialect, parts, cut=cut)
    received = b"".join(part.data for part in parts if isinstance(part, Received))
    return Played(tuple(_seen(course)), tuple(course.exchanges), _uncovered(course.events, received))


def with_insertion(parts: Sequence[Part], place: Boundary, data: bytes) -> list[Part]:
    """The same dialogue with these bytes at that place."""
    changed = list(parts)
    whole = changed[place.part]
    assert isinstance(whole, Received)
    changed[place.part] = Received(whole.data[: place.at] + data + whole.data[place.at :])
    return changed


def offset(parts: Sequence[Part], place: Boundary) -> int:
    """The offset of a place in the whole received stream."""
    return sum(len(part.data) for part in parts[: place.part] if isinstance(part, Received)) + place.at


def cut_at(places: Collection[tuple[int, int]]) -> Cut:
    """Cuts the burst of a number at each offset that is given for it."""
    by_burst: dict[int, list[int]] = {}
    for burst, at in sorted(places):
        by_burst.setdefault(burst, []).append(at)

    def cut(number: int, data: bytes) -> list[bytes]:
        edges = [0, *by_burst.get(number, ()), len(data)]
        return [data[start:end] for start, end in pairwise(edges)]

    return cut


def cut_at_random(chance: random.Random) -> Cut:
    """Cuts each burst into reads of a few bytes, now and then of many, and a long one into at most some hundred."""

    def cut(number: int, data: bytes) -> list[bytes]:
        pieces, at, long = [], 0, 200 + len(data) // 50
        while at < len(data):
            size = chance.randint(1, 12) if chance.random() < 0.8 else chance.randint(1, long)
            pieces.append(data[at : at + size])
            at += size
        return pieces

    return cut


def split_off(events: Sequence[Seen], start: int, insertion: Insertion) -> tuple[list[Seen], list[Seen]]:
    """The events of the inserted bytes, which begin at ``start``, and the others."""
    end = start + len(insertion.data)
    inserted = [event for event in events if start <= event.start < end]
    return inserted, [event for event in events if not start <= event.start < end]


def _seen(course: Course) -> list[Seen]:
    numbers = {id(exchange.command): number for number, exchange in enumerate(course.exchanges)}
    found: list[Seen] = []
    for event in course.events:
        owner = -1 if getattr(event, "command", None) is None else numbers[id(event.command)]  # type: ignore[attr-defined]
        if isinstance(event, PayloadChunk):
            joins = bool(found) and found[-1].kind == "payload" and event.offset > 0 and not found[-1].end[0]
            before = found.pop() if joins else None
            header = b"" if event.header is None else event.header.text
            data = event.data if before is None else before.text + event.data
            start = event.start if before is None else before.start
            end = (event.last, event.complete, header)
            found.append(Seen("payload", data, "", event.rule, owner, end, start))
            continue
        assert isinstance(event, LineEvent)
        declaration = "" if event.declaration is None else event.declaration.__name__
        text, start = event.text, event.start
        if found and event.rule == found[-1].rule == "echo-of-entry" and found[-1].start + len(found[-1].text) == start:
            before = found.pop()
            text, start = before.text + text, before.start
        found.append(Seen(event.kind, text, declaration, event.rule, owner, getattr(event, "ok", None), start))
    return found


def _uncovered(events: Sequence[Event], received: bytes) -> str:
    """What law 2 has against it: bytes in no event, or in two; empty: nothing."""
    reached = 0
    for event in events:
        assert isinstance(event, LineEvent | PayloadChunk)
        if event.start < reached:
            return f"{event!r} covers bytes before {reached} again"
        if received[reached : event.start].strip(_FRAMING):
            return f"{received[reached : event.start]!r} is in no event"
        reached = event.end
    rest = received[reached:].strip(_FRAMING)
    return f"{rest!r} at the end is in no event" if rest else ""


def _outcome(exchange: Exchange) -> tuple[Any, ...]:
    final = None if exchange.final is None else exchange.final.text
    lines = tuple((line.kind, line.text, line.declaration, line.rule) for line in exchange.lines)
    return (exchange.state, final, lines, exchange.granted, exchange.given_up)
