"""The module's side of a transcript: what it hears, and byte by byte what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from tests.judge.transcript import Does, Step, Transcript
from tests.judge.wire import crlf, hostile

__all__ = ["Hears", "Manner", "Says", "play"]

_SEPARATOR = re.compile(r'("[^"]*")|([:,])[ \t]*')


class Manner(Enum):
    """How the module writes; a host must understand all of it."""

    PRINTED = "as the document prints it"
    BLANKS = "a blank behind every colon and comma"
    TIGHT = "no blank behind a colon or a comma"
    EMPTY_LINES = "an empty line in front of every line"
    ECHO = "with the echo of the command in front"


@dataclass(frozen=True, slots=True)
class Hears:
    """The module waits for these bytes; ``step`` is the command line or the entry."""

    data: bytes
    step: Step


@dataclass(frozen=True, slots=True)
class Says:
    """The module sends these bytes; ``line`` is the line without line ends, None for a payload and an echo.

    ``captures`` are the values in the line that vary, by name.
    """

    data: bytes
    step: Step
    line: str | None = None
    payload: bytes | None = None
    captures: Mapping[str, str] = field(default_factory=dict)


Turn = Hears | Says


def play(transcript: Transcript, manner: Manner = Manner.PRINTED) -> Iterator[Turn]:
    """The whole transcript as the module plays it; each optional step happens, each repeat group once.

    Captures have the value that the document prints; a payload without printed content is hostile to any parser. One
    without a line in front begins as every answer does.
    """
    heard = b""
    last: Step | None = None
    bare = _texts_without_a_line(transcript)
    for step in transcript.whole:
        match step.does:
            case Does.SEND:
                heard = transcript.resolve(step.text).encode("latin-1") + b"\r"
                yield Hears(heard, step)
                if manner is Manner.ECHO:
                    yield Says(heard, step)
            case Does.ENTRY:
                yield Hears(transcript.entry(step), step)
            case Does.RECV:
                line = spaced(transcript.resolve(step.text), manner)
                empty = manner is Manner.EMPTY_LINES and _name(heard) not in bare
                before = b"\r\n\r\n" if empty else b""
                captures = {name: transcript.captures[name].doc for name in transcript.captured(step.text)}
                yield Says(before + crlf(line), step, line, captures=captures)
            case Does.PROMPT:
                word = step.text
                yield Says(crlf(word) if word.isalpha() else b"\r\n" + word.encode(), step, word)
            case Does.PAYLOAD:
                data = content(transcript, step)
                end = step.payload.until if step.payload is not None else None
                opening = b"\r\n" if last is not None and last.does is Does.SEND else b""
                yield Says(opening + data + (end or b""), step, payload=data)
        last = step


def _name(line: bytes) -> bytes:
    return line.rstrip(b"\r").partition(b"=")[0]


def _texts_without_a_line(transcript: Transcript) -> set[bytes]:
    """The commands that are answered with a text that no line announces: an empty line would belong to it."""
    pairs = zip(transcript.whole, transcript.whole[1:], strict=False)
    found = (first for first, second in pairs if first.does is Does.SEND and second.does is Does.PAYLOAD)
    return {_name(transcript.resolve(step.text).encode("latin-1")) for step in found}


def content(transcript: Transcript, step: Step) -> bytes:
    """What a payload holds: as printed, else as many hostile bytes (harmless ones where an end mark must not occur)."""
    payload = step.payload
    assert payload is not None
    if payload.literal is not None:
        return payload.literal
    length = transcript.length(step)
    if length is None:
        return b"0123456789" * 10
    if payload.sample is not None and len(payload.sample) == length:
        return payload.sample
    return ((payload.starts or b"") + hostile(length))[:length]


def spaced(line: str, manner: Manner) -> str:
    """A line with other blanks behind its separators; those inside quotes stay."""
    if manner not in (Manner.BLANKS, Manner.TIGHT) or not line.startswith("+"):
        return line
    blank = " " if manner is Manner.BLANKS else ""
    return _SEPARATOR.sub(lambda found: found[1] or found[2] + blank, line)
