"""Where something can come in between in a dialogue: between two things that the module says, and inside one.

A module puts an unsolicited line between lines, never inside one or inside counted bytes (device-facts 9, 15). Such
places are ``legal``. At the others nothing can be right; there a host must still find its way back.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate
from random import Random
from typing import Any

from simcom_async.at.codec import line_of
from simcom_async.at.command import Command
from simcom_async.at.dialect import Dialect
from tests.judge.dialogue import Entered, Send
from tests.judge.spoken import Place, Spoken
from tests.judge.transcript import Does

__all__ = ["Boundary", "Where", "boundaries", "places_inside"]


class Where(Enum):
    """What stands around a place."""

    BEFORE_ECHO = "in front of the echo"
    BEFORE_ANSWER = "between the command, or its echo, and the first line"
    BETWEEN_LINES = "between two lines"
    BEFORE_PROMPT = "in front of a prompt"
    AFTER_PROMPT = "behind a prompt"
    AFTER_ENTRY = "between the entry and its answer"
    BEFORE_FINAL = "in front of the final result"
    AFTER_FINAL = "behind the final result"
    BEFORE_COMPLETION = "in front of a line that comes later"
    AFTER_COMPLETION = "behind a line that came later"
    AFTER_PAYLOAD = "behind a payload"
    BEFORE_PAYLOAD = "between the line that announces a payload and the payload"
    IN_PAYLOAD = "inside counted bytes"
    IN_TEXT = "inside a text, or a stream, without a length"
    IN_LINE = "inside a line"
    IN_CONTINUATION = "between a line and its continuation"


#: Where no module says anything else.
ILLEGAL = frozenset({Where.BEFORE_PAYLOAD, Where.IN_PAYLOAD, Where.IN_TEXT, Where.IN_LINE, Where.IN_CONTINUATION})


@dataclass(frozen=True, slots=True)
class Boundary:
    """A place: the number of a burst among the parts of the dialogue, an offset in it, and what stands around it."""

    part: int
    at: int
    where: Where

    @property
    def legal(self) -> bool:
        """Whether a module may say something here."""
        return self.where not in ILLEGAL


def boundaries(said: Spoken, dialect: Dialect) -> list[Boundary]:
    """The places between two things that the module says, legal or not."""
    return [*_between(said, dialect)]


def places_inside(said: Spoken, chance: Random, most: int) -> list[Boundary]:
    """Places inside lines, prompts, echoes and payloads, all of them illegal: each, or ``most`` so many.

    Not those inside its line end; nor in front of the last byte of a payload: what is then left behind it may be CR LF.
    """
    spans = [range(place.start + (1 if place.turn.payload is not None else 3), place.end - 1) for place in said.places]
    ends = [*accumulate(len(span) for span in spans)]
    numbers = range(ends[-1])
    found: list[Boundary] = []
    for number in numbers if len(numbers) <= most else chance.sample(numbers, most):
        which = bisect_right(ends, number)
        place, at = said.places[which], spans[which][number - ends[which]]
        found.append(Boundary(place.part, at, _inside(said, place)))
    return found


def _inside(said: Spoken, place: Place) -> Where:
    if place.turn.payload is None:
        return Where.IN_LINE
    payload = place.turn.step.payload
    counted = payload is not None and payload.until is None and _command(said, place.part).wire.text is None
    return Where.IN_PAYLOAD if counted else Where.IN_TEXT


def _between(said: Spoken, dialect: Dialect) -> Iterator[Boundary]:
    before: Place | None = None
    for place, after in zip(said.places, [*said.places[1:], None], strict=True):
        text = _command(said, place.part).wire.text is not None
        if before is None or before.part != place.part:
            joined = before is not None and _in_one_turn(said, before, place)
            where = _within(before, place, dialect) if joined and before is not None else _in_front(said, place)
            yield Boundary(place.part, place.start, Where.IN_TEXT if text else where)
        before = place
        if text and not place.turn.step.later:
            yield Boundary(place.part, place.end, Where.IN_TEXT)  # a final result is one only before silence
        elif after is not None and _in_one_turn(said, place, after):
            yield Boundary(place.part, place.end, _within(place, after, dialect))
        else:
            yield Boundary(place.part, place.end, _behind(place))


def _in_one_turn(said: Spoken, place: Place, after: Place) -> bool:
    """Whether the host says nothing in between."""
    return not any(isinstance(part, Send | Entered) for part in said.parts[place.part : after.part])


def _command(said: Spoken, part: int) -> Command[Any]:
    """The command that was sent last before a part."""
    return [one.command for one in said.parts[:part] if isinstance(one, Send)][-1]


def _in_front(said: Spoken, place: Place) -> Where:
    """In front of a burst: behind a command line, or behind an entry."""
    if place.turn.step.does is Does.SEND:
        return Where.BEFORE_ECHO
    if isinstance(said.parts[place.part - 1], Entered):
        return Where.AFTER_ENTRY
    return Where.BEFORE_PROMPT if place.turn.step.does is Does.PROMPT else Where.BEFORE_ANSWER


def _behind(place: Place) -> Where:
    """Behind a burst: the host comes next."""
    step = place.turn.step
    if place.turn.payload is not None:
        return Where.AFTER_PAYLOAD
    if step.does is Does.PROMPT or step.opens_entry:
        return Where.AFTER_PROMPT
    return Where.AFTER_FINAL if step.final else Where.AFTER_COMPLETION if step.later else Where.BETWEEN_LINES


def _within(place: Place, after: Place, dialect: Dialect) -> Where:
    """Between two things of one burst."""
    if after.turn.payload is not None:
        return Where.BEFORE_PAYLOAD
    if place.turn.payload is not None:
        return Where.AFTER_PAYLOAD
    if place.turn.line is None:
        return Where.BEFORE_ANSWER
    if _continued(place, after, dialect):
        return Where.IN_CONTINUATION
    if after.turn.step.does is Does.PROMPT:
        return Where.BEFORE_PROMPT
    if after.turn.step.later:
        return Where.BEFORE_COMPLETION
    if after.turn.step.final:
        return Where.BEFORE_FINAL
    return Where.AFTER_FINAL if place.turn.step.final else Where.BETWEEN_LINES


def _continued(place: Place, after: Place, dialect: Dialect) -> bool:
    """Whether the second line continues the first: it has no tag, and the first may be continued."""
    tag = (place.turn.line or "").partition(":")[0].encode("latin-1")
    continuable = any(line_of(entry.declaration).then for entry in dialect.table.unsolicited.get(tag, ()))
    return continuable and not after.turn.step.final and not (after.turn.line or "").startswith("+")
