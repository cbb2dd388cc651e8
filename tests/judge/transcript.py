"""The transcripts of the manual as they are: who says what, in which order, and what may vary.

Nothing here knows the product: the data are read by the rules of the manual's own description, which are

- ``{name}`` is a variable or a capture; ``{non-ascii}`` has a hyphen and is literal text
- a capture used twice has the same value both times, except that each round of a repeat group captures anew
- consecutive steps with the same ``repeat`` label form a group that occurs zero or more times
- ``alt`` lists other lines that a receiver must accept; ``optional`` steps may be missing
- ``async`` lines arrive after the final result, perhaps much later
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["FINALS", "Capture", "Does", "Payload", "Step", "Transcript", "decoded", "load", "load_all"]

FOLDER = Path(__file__).parents[1] / "transcripts"
PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
FINALS = ("OK", "ERROR")
PATTERNS = {
    "int": r"\d+",
    "string": r'[^"\r\n]*?',
    "ipv4": r"(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}",
    "timestamp": r"\d{14}",
}


class Does(Enum):
    """What happens in a step."""

    SEND = "the host writes a command line"
    RECV = "the module sends a line"
    PROMPT = "the module sends a prompt"
    ENTRY = "the host writes data"
    PAYLOAD = "the module sends data"


KEYS = {
    "send": Does.SEND,
    "recv": Does.RECV,
    "recv_prompt": Does.PROMPT,
    "send_data": Does.ENTRY,
    "recv_payload": Does.PAYLOAD,
}


def decoded(text: str) -> bytes:
    """Python escapes as bytes."""
    return text.encode("latin-1").decode("unicode_escape").encode("latin-1")


@dataclass(frozen=True, slots=True)
class Capture:
    """A value that varies: ``doc`` is what the document prints."""

    name: str
    type: str
    doc: str
    low: int | None = None
    high: int | None = None
    values: tuple[str, ...] = ()
    longest: int | None = None

    def admits(self, text: str) -> bool:
        """Whether the value may be this."""
        if re.fullmatch(PATTERNS[self.type], text) is None or (self.values and text not in self.values):
            return False
        if self.longest is not None and len(text) > self.longest:
            return False
        if self.type != "int":
            return True
        return (self.low is None or int(text) >= self.low) and (self.high is None or int(text) <= self.high)


@dataclass(frozen=True, slots=True)
class Payload:
    """Data of the module: ``length`` (a number, perhaps in braces), the exact ``literal``, or ``until`` an end mark."""

    length: str | None = None
    literal: bytes | None = None
    until: bytes | None = None
    sample: bytes | None = None
    starts: bytes | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``text`` is the line or the prompt, or for data to enter their python escapes."""

    does: Does
    text: str = ""
    payload: Payload | None = None
    later: bool = False
    optional: bool = False
    repeat: str | None = None
    alternatives: tuple[str, ...] = ()
    opens_entry: bool = False
    ref: str | None = None

    @property
    def final(self) -> bool:
        """Whether this line is the final result of the command before it."""
        return self.does is Does.RECV and not self.later and is_final(self.text)

    def choose(self, number: int) -> Step:
        """The step with the line of that number: 0 is the resolved one, the others are the alternatives."""
        return self if not 0 < number <= len(self.alternatives) else replace(self, text=self.alternatives[number - 1])


def is_final(line: str) -> bool:
    """Whether a line is a final result in the documents."""
    return line in FINALS or line.startswith("+CME ERROR")


@dataclass(frozen=True)
class Transcript:
    """One example of a document, or one derived from its text; ``needs`` is what must exist for it."""

    name: str
    family: str
    service: str
    section: str
    origin: str
    needs: tuple[Mapping[str, Any], ...]
    variables: Mapping[str, str]
    captures: Mapping[str, Capture]
    setup: tuple[Step, ...]
    steps: tuple[Step, ...]
    notes: str = ""

    @property
    def whole(self) -> tuple[Step, ...]:
        """The steps that reach the state, then those of the example."""
        return self.setup + self.steps

    @property
    def alternatives(self) -> int:
        """How many other lines the step with most of them has."""
        return max(len(step.alternatives) for step in self.whole)

    def choose(self, number: int) -> Transcript:
        """The transcript with every line replaced by its alternative of that number, where it has one."""
        return replace(
            self,
            setup=tuple(step.choose(number) for step in self.setup),
            steps=tuple(step.choose(number) for step in self.steps),
        )

    def resolve(self, text: str) -> str:
        """A text with its variables put in, and each capture as the document prints it."""
        return PLACE.sub(lambda place: self._value(place[1]), text)

    def _value(self, name: str) -> str:
        if name in self.variables:
            return self.resolve(self.variables[name])
        return self.captures[name].doc

    def resolve_all(self, value: Any) -> Any:
        """The same in every text of a table of ``needs``."""
        if isinstance(value, str):
            return self.resolve(value)
        if isinstance(value, Mapping):
            return {key: self.resolve_all(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.resolve_all(item) for item in value]
        return value

    def captured(self, text: str) -> list[str]:
        """The names of the captures in a text."""
        return [name for name in PLACE.findall(text) if name in self.captures]

    def pattern(self, text: str, bound: Mapping[str, str]) -> re.Pattern[str]:
        """An expression for a line: captures that have no value yet are its groups."""
        seen: set[str] = set()
        expression = ""
        for number, piece in enumerate(PLACE.split(text)):
            expression += self._group(piece, bound, seen) if number % 2 else re.escape(piece)
        return re.compile(expression)

    def _group(self, name: str, bound: Mapping[str, str], seen: set[str]) -> str:
        if name in self.variables:
            return re.escape(self.resolve(self.variables[name]))
        if name in bound:
            return re.escape(bound[name])
        if name in seen:
            return f"(?P={name})"
        seen.add(name)
        return f"(?P<{name}>{PATTERNS[self.captures[name].type]})"

    def match(self, text: str, line: str, bound: Mapping[str, str]) -> dict[str, str] | None:
        """The new values of the captures where ``line`` is the line that ``text`` describes; None: it is another."""
        found = self.pattern(text, bound).fullmatch(line)
        if found is None:
            return None
        values = found.groupdict()
        return values if all(self.captures[name].admits(value) for name, value in values.items()) else None

    def length(self, step: Step, bound: Mapping[str, str] | None = None) -> int | None:
        """How many bytes a payload has; None: another rule ends it."""
        payload = step.payload
        assert payload is not None
        if payload.literal is not None:
            return len(payload.literal)
        if payload.length is None:
            return None
        known = bound or {}
        text = PLACE.sub(lambda place: known.get(place[1]) or self._value(place[1]), payload.length)
        return int(text)

    def entry(self, step: Step) -> bytes:
        """The data that the host writes, terminator included."""
        return decoded(self.resolve(step.text))

    def turns(self) -> Iterator[tuple[Step, ...]]:
        """The steps cut in front of each command line."""
        turn: list[Step] = []
        for step in self.whole:
            if step.does is Does.SEND and turn:
                yield tuple(turn)
                turn = []
            turn.append(step)
        yield tuple(turn)


def _step(table: Mapping[str, Any]) -> Step:
    key = next(name for name in KEYS if name in table)
    value = table[key]
    return Step(
        does=KEYS[key],
        text=value if isinstance(value, str) else "",
        payload=_payload(value) if isinstance(value, Mapping) else None,
        later=table.get("async", False),
        optional=table.get("optional", False),
        repeat=table.get("repeat"),
        alternatives=tuple(table.get("alt", ())),
        opens_entry=table.get("datamode", False),
        ref=table.get("ref"),
    )


def _payload(table: Mapping[str, Any]) -> Payload:
    texts = {key: decoded(table[key]) for key in ("literal", "until", "sample", "starts") if key in table}
    return Payload(length=str(table["length"]) if "length" in table else None, **texts)


def _capture(name: str, table: Mapping[str, Any]) -> Capture:
    return Capture(
        name=name,
        type=table["type"],
        doc=str(table["doc"]),
        low=table.get("min"),
        high=table.get("max"),
        values=tuple(str(value) for value in table.get("values", ())),
        longest=table.get("max_length"),
    )


@cache
def load(name: str) -> Transcript:
    """The transcript of that name."""
    table = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    return Transcript(
        name=name,
        family=table["family"],
        service=table["service"],
        section=table["section"],
        origin=table["origin"],
        needs=tuple(table["needs"]),
        variables={key: str(value) for key, value in table.get("vars", {}).items()},
        captures={key: _capture(key, value) for key, value in table.get("captures", {}).items()},
        setup=tuple(_step(step) for step in table.get("setup", ())),
        steps=tuple(_step(step) for step in table["step"]),
        notes=table.get("notes", ""),
    )


def load_all() -> list[Transcript]:
    """Every transcript, by name."""
    return [load(path.stem) for path in sorted(FOLDER.glob("*.toml"))]
