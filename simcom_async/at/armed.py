"""The command in flight, as the demux sees it: which lines are its echo, its prompt, its final result, its reply."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from simcom_async.at.codec import Compiled, compiled, constant
from simcom_async.at.command import Command, RawCommand
from simcom_async.at.dialect import WireState
from simcom_async.at.event import EchoLine, FinalLine, LineEvent, Noise, PromptLine, ReplyLine
from simcom_async.at.exchange import Exchange, Input
from simcom_async.at.message import Times

__all__ = ["CALL_RESULTS", "FINALS", "Armed", "final_result"]

#: Final results of any command, and whether they are good ones.
_RESULTS = {b"OK": True, b"ERROR": False}
#: Results of a call: final results of a command that dials. They come by themselves, too, when the call ends.
CALL_RESULTS = {b"CONNECT": True, b"NO CARRIER": False, b"BUSY": False, b"NO ANSWER": False, b"NO DIALTONE": False}
#: All of them in words (V.250 table 1).
FINALS = _RESULTS | CALL_RESULTS
#: The same as numbers, after ATV0; 2 is RING.
_NUMBERS = {b"0": True, b"4": False}
_CALL_NUMBERS = {b"1": True, b"3": False, b"6": False, b"7": False, b"8": False}
_ERROR_TAGS = (b"+CME ERROR", b"+CMS ERROR")
_NAME = re.compile(rb"[+*#$%^&][A-Za-z][A-Za-z0-9_]*")
_QUOTED = re.compile(r'"[^"]*"')
_VERBOSITY = re.compile(r"V([01]?)", re.IGNORECASE)
_MANY_MARKS = b">"


@dataclass(frozen=True, slots=True)
class _Expected:
    """What a class of commands expects, by tag; made once for each class."""

    by_tag: dict[bytes, tuple[tuple[Input, Compiled], ...]]
    untagged: tuple[Compiled, ...]
    mark: bytes | None
    prompt: Compiled | None
    word: bytes | None
    finals: dict[bytes, bool]
    numbers: dict[bytes, bool]
    names: frozenset[bytes]
    claimed: frozenset[bytes]
    numeric: bool


@cache
def _expected(kind: type[Command[Any]]) -> _Expected:
    wire = kind.wire
    by_tag: dict[bytes, tuple[tuple[Input, Compiled], ...]] = {}
    untagged: list[Compiled] = []
    mark = prompt = word = None
    found = [(Input.REPLY, compiled(reply)) for reply in wire.replies]
    if wire.entry is not None:
        prompt = compiled(wire.entry.prompt)
        if prompt.line.mark:
            mark = prompt.line.tag.encode("ascii")
        else:
            found.insert(0, (Input.PROMPT, prompt))
            word = constant(wire.entry.prompt)
    for role, entry in found:
        if not entry.line.tag:
            untagged.append(entry)
        for tag in entry.tags if entry.line.tag else ():
            by_tag[tag] = (*by_tag.get(tag, ()), (role, entry))
    dials = wire.dials or issubclass(kind, RawCommand)
    own = {final.encode("ascii"): True for final in wire.finals}
    finals = {**(FINALS if dials else _RESULTS), **own}
    numbers = {**_NUMBERS, **_CALL_NUMBERS} if dials else _NUMBERS
    names = frozenset({wire.name.upper().encode("ascii")})
    claimed = names.union(by_tag, own)
    numeric = any(change.state == "verbose" for change in wire.changes)
    return _Expected(by_tag, tuple(untagged), mark, prompt, word, finals, numbers, names, claimed, numeric)


def final_result(line: bytes, tag: bytes) -> bool | None:
    """Whether a line is a good (True) or bad (False) final result; None: it is none."""
    good = FINALS.get(line)
    if good is None:
        if tag in _ERROR_TAGS:
            return False
        if line.startswith(b"CONNECT "):
            return True
    return good


class Armed:
    """The command in flight. ``mark`` is the prompt without line end that it waits for."""

    __slots__ = ("_expected", "_seen", "_text", "command", "exchange", "mark", "names", "numeric", "raw")

    def __init__(self, exchange: Exchange, state: WireState) -> None:
        command = exchange.command
        self.exchange = exchange
        self.command = command
        self._text = exchange.text
        self._seen: set[Compiled] = set()
        self._expected = expected = _expected(type(command))
        self.raw = isinstance(command, RawCommand)
        self.mark = expected.mark
        self.names = expected.names
        self.numeric = state.verbose is not True or expected.numeric
        if isinstance(command, RawCommand):
            self.mark = _MANY_MARKS
            self.names = frozenset(_NAME.findall(_QUOTED.sub("", command.line).upper().encode("ascii")))
            self.numeric = self.numeric or _VERBOSITY.search(command.line) is not None

    @property
    def claimed(self) -> frozenset[bytes]:
        """The tags that this command claims while it is in flight."""
        return self.names if self.raw else self._expected.claimed

    @property
    def echoes_entry(self) -> bool:
        """Whether the module may echo the entry: it echoed the command, and the declaration does not exclude it."""
        entry = self.command.wire.entry
        return self.exchange.echoed and (self.raw or (entry is not None and entry.echoed))

    def classify(self, line: bytes, tag: bytes, start: int) -> LineEvent | None:
        """The event of a line that belongs to this command; None: it does not."""
        if line == self._text and not self.exchange.echoed:
            self.exchange.echoed = True
            return EchoLine(line, start, "echo-of-command", self.command)
        expected = self._expected.by_tag.get(tag)
        if expected is not None:
            event = self._declared(line, start, expected)
            if event is not None:
                return event
        finals = self._expected.finals
        good = finals.get(line)
        if good is None and (tag in _ERROR_TAGS or b"CONNECT" in finals):
            good = final_result(line, tag)
        rule = "final-result"
        if good is None and len(line) == 1 and self.numeric and not self._untagged_match(line):
            good, rule = self._expected.numbers.get(line), "numeric-final"
        if good is not None:
            return self._final(line, start, good, rule)
        if self.raw and tag.upper() in self.names:
            return self._raw_reply(line, start, "own-name")
        return None

    def _raw_reply(self, line: bytes, start: int, rule: str) -> LineEvent | None:
        event = ReplyLine(line, start, rule, self.command)
        return event if self.exchange.take(Input.REPLY, event) else None

    def _final(self, line: bytes, start: int, good: bool, rule: str) -> LineEvent | None:
        event = FinalLine(line, start, rule, self.command)
        event.ok = good
        return event if self.exchange.take(Input.OK if good else Input.ERROR, event) else None

    def _declared(self, line: bytes, start: int, expected: tuple[tuple[Input, Compiled], ...]) -> LineEvent | None:
        for role, entry in expected:
            if entry in self._seen and entry.line.times is not Times.MANY:
                continue
            match = entry.match(line)
            if match is None:
                continue
            if not entry.simple and entry.excessive(match):
                return Noise(line, start, "wrong-count", self.command)
            kind, rule = (PromptLine, "declared-prompt") if role is Input.PROMPT else (ReplyLine, "declared-reply")
            event = kind(line, start, rule, self.command, entry, match)
            if self.exchange.take(role, event):
                self._seen.add(entry)
                return event
        return None

    def marked(self, start: int) -> PromptLine:
        """The event of the mark that it waited for."""
        mark, self.mark = self.mark or b"", None
        prompt = self._expected.prompt
        match = None if prompt is None else prompt.match(mark)
        event = PromptLine(mark, start, "declared-prompt" if prompt else "prompt-mark", self.command, prompt, match)
        self.exchange.take(Input.PROMPT, event)
        return event

    def untagged(self, line: bytes, tag: bytes, start: int) -> LineEvent | None:
        """The event of a line that nothing declared, where this command takes it: its own tag, or text."""
        for entry in self._expected.untagged:
            match = entry.match(line)
            if match is not None and (entry not in self._seen or entry.line.times is Times.MANY):
                event = ReplyLine(line, start, "declared-untagged-reply", self.command, entry, match)
                if self.exchange.take(Input.REPLY, event):
                    self._seen.add(entry)
                    return event
        if self.raw and line == b"DOWNLOAD":
            prompt = PromptLine(line, start, "prompt-word", self.command)
            return prompt if self.exchange.take(Input.PROMPT, prompt) else None
        own = tag.upper() in self.names
        text = self.raw and not _NAME.match(line)
        if own or text:
            return self._raw_reply(line, start, "own-name" if own else "text-of-raw-command")
        return None

    @property
    def word(self) -> bytes | None:
        """The line that it waits for to hand over its entry, where nothing in that varies."""
        return None if self._expected.prompt in self._seen else self._expected.word

    @property
    def unanswered(self) -> bool:
        """Whether a reply that must come has not come: a good final result cannot be its own."""
        entries = [*self._expected.untagged, *(entry for found in self._expected.by_tag.values() for _, entry in found)]
        return any(entry.line.times is Times.ONE and entry not in self._seen for entry in entries)

    def expects(self, tag: bytes) -> bool:
        """Whether a line of this tag would be its reply."""
        return tag in self._expected.by_tag or tag.upper() in self.names

    def _untagged_match(self, line: bytes) -> bool:
        return any(entry not in self._seen and entry.match(line) for entry in self._expected.untagged)
