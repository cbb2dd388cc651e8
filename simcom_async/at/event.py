"""What travels on the bus.

A received line is a light object: its bytes, where it stood, which declaration it matched and by which rule. The
validated model is built when somebody reads ``message``, never for every line.
"""

from __future__ import annotations

from re import Match
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from simcom_async.at.codec import Compiled
    from simcom_async.at.command import Command
    from simcom_async.at.message import Message

__all__ = [
    "EchoLine",
    "Event",
    "FinalLine",
    "Gap",
    "LateReply",
    "LineEvent",
    "Noise",
    "PayloadChunk",
    "PromptLine",
    "ReplyLine",
    "TaggedUrc",
    "UrcLine",
]


class Event:
    """Everything that travels on the bus. ``sequence`` and ``time`` (seconds) are stamped when it is published.

    ``lasting``: a subscription to nothing but such events goes on when the port is lost.
    """

    __slots__ = ("sequence", "time")

    sequence: int
    time: float
    #: The declaration of a line; what is no line has none.
    compiled: Compiled | None = None
    lasting: ClassVar[bool] = False


class LineEvent(Event):
    """A received line, or a prompt: ``text`` without line end, ``start`` its offset in the received stream.

    ``compiled`` is the declaration that it matched (None: none did), ``rule`` the name of the rule that decided,
    ``command`` the command that it belongs to.
    """

    kind: ClassVar[str] = ""
    __slots__ = ("_message", "command", "compiled", "match", "rule", "start", "text")

    _message: Message
    compiled: Compiled | None

    def __init__(
        self,
        text: bytes,
        start: int,
        rule: str,
        command: Command[object] | None = None,
        compiled: Compiled | None = None,
        match: Match[bytes] | None = None,
    ) -> None:
        self.text = text
        self.start = start
        self.rule = rule
        self.command = command
        self.compiled = compiled
        self.match = match

    @property
    def candidate(self) -> Compiled | None:
        """The only declaration that this line can be: ``compiled``, before its fields are looked at."""
        return self.compiled

    @property
    def end(self) -> int:
        """The offset behind its last byte, line end not counted."""
        return self.start + len(self.text)

    @property
    def declaration(self) -> type[Message] | None:
        """The declared message that this line is."""
        return None if self.compiled is None else self.compiled.declaration

    @property
    def message(self) -> Message | None:
        """The declared message with its values; None where nothing declares the line. Built once."""
        if self.compiled is None or self.match is None:
            return None
        try:
            built = self._message
        except AttributeError:
            built = self._message = self.compiled.build(self.match)
        return built

    def __repr__(self) -> str:
        compiled = self.compiled
        shown = self.text if compiled is None or not compiled.secret else b"*" * len(self.text)
        for secret in () if self.command is None else self.command.secrets:
            shown = shown.replace(secret, b"*" * len(secret))
        declared = "" if compiled is None else f", {compiled.declaration.__name__}"
        return f"{type(self).__name__}({shown!r}, {self.rule}{declared})"


class EchoLine(LineEvent):
    """The command in flight, or entered data, as the module echoed it."""

    kind = "echo"
    __slots__ = ()


class PromptLine(LineEvent):
    """The module is ready for an entry: ``>``, ``>>``, DOWNLOAD, or a header line that says so."""

    kind = "prompt"
    __slots__ = ()


class ReplyLine(LineEvent):
    """A line inside the reply to the command in flight."""

    kind = "reply"
    __slots__ = ()


class FinalLine(LineEvent):
    """The final result of the command in flight. ``ok`` says whether it is a good one."""

    kind = "final"
    __slots__ = ("ok",)

    ok: bool


class UrcLine(LineEvent):
    """An unsolicited result, or the completion of an operation."""

    kind = "urc"
    __slots__ = ()


class TaggedUrc(UrcLine):
    """An URC whose tag exactly one declaration has; whether its fields fit is found out when somebody looks.

    Most URCs of a busy modem interest nobody: they cost a look-up and this object.
    """

    __slots__ = ("_match", "candidate")

    command = None
    candidate: Compiled
    _match: Match[bytes] | None

    def __init__(self, text: bytes, start: int, candidate: Compiled) -> None:
        self.text = text
        self.start = start
        self.candidate = candidate

    @property
    def match(self) -> Match[bytes] | None:  # type: ignore[override]
        """The match of its fields; None when they do not fit."""
        try:
            return self._match
        except AttributeError:
            self._match = self.candidate.match(self.text)
            return self._match

    @property
    def compiled(self) -> Compiled | None:  # type: ignore[override]
        """The declaration that it matched; None: its fields do not fit."""
        return None if self.match is None else self.candidate

    @property
    def rule(self) -> str:  # type: ignore[override]
        """The name of the rule that decided."""
        return "undeclared-urc" if self.match is None else "declared-urc"


class LateReply(LineEvent):
    """A line that belongs to a command which was given up: it answers nothing any more."""

    kind = "late"
    __slots__ = ()


class Noise(LineEvent):
    """Bytes that are no line of AT: garbage, or text that nobody asked for."""

    kind = "noise"
    __slots__ = ()


class PayloadChunk(Event):
    """A part of a payload, unescaped, in the order received.

    ``header`` is the line that opened it (None: text until the final result), ``offset`` the number of payload bytes
    before it, ``start`` and ``end`` its place in the received stream, escapes included. ``last`` is set on the chunk
    that ends the payload (it may be empty), ``complete`` is False when the payload was abandoned.
    """

    kind: ClassVar[str] = "payload"
    __slots__ = ("command", "complete", "data", "end", "header", "last", "offset", "rule", "start")

    def __init__(
        self, data: bytes, start: int, end: int, offset: int, header: LineEvent | None, command: Command[object] | None
    ) -> None:
        self.data = data
        self.start = start
        self.end = end
        self.offset = offset
        self.header = header
        self.command = command
        self.last = False
        self.complete = True
        self.rule = "payload"

    def __repr__(self) -> str:
        return f"PayloadChunk({len(self.data)} bytes at {self.offset}{', last' if self.last else ''})"


class Gap(Event):
    """``count`` events of a subscription were lost, the first and last of them numbered ``first`` and ``last``."""

    __slots__ = ("count", "first", "last")

    def __init__(self, count: int, first: int, last: int) -> None:
        self.count = count
        self.first = first
        self.last = last

    def __repr__(self) -> str:
        return f"Gap({self.count} lost, {self.first} to {self.last})"
