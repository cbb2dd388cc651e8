"""Why each received byte is what it is: a recording, classified without a modem.

The same demux that drives a link reads the received side; the sent side tells it which commands and entries were under
way. The result does not depend on how the received bytes were cut into reads.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from simcom_async.at.command import Command, Means, RawCommand, Terminated
from simcom_async.at.commandline import parse
from simcom_async.at.demux import Demux
from simcom_async.at.dialect import Dialect
from simcom_async.at.escape import SUB_ONLY, Decoder
from simcom_async.at.event import EchoLine, Event, LineEvent, PayloadChunk
from simcom_async.at.exchange import Exchange

__all__ = ["RULES", "Direction", "Element", "Explanation", "explain"]

Direction = Literal["tx", "rx"]

_ESC = b"\x1b"

_NUMBER = re.compile(r"[0-9]{1,10}")

#: What each rule of the demux means, as a sentence.
RULES = {
    "echo-of-command": "it equals the command in flight, so it is its echo",
    "echo-of-entry": "it equals the data just entered, so it is their echo",
    "declared-prompt": "the command in flight declares this prompt and waits for it",
    "prompt-mark": "a command is in flight, and a line that begins with > is a prompt",
    "prompt-word": "a command is in flight, and DOWNLOAD asks for its data",
    "stray-prompt": "silence follows a > without a line end, though no command waits for a prompt",
    "final-result": "it is a final result code and a command is in flight",
    "numeric-final": "it is a numeric result code (ATV0) and a command is in flight",
    "declared-reply": "tag, constants and fields match a reply that the command in flight declares",
    "declared-untagged-reply": "its shape matches an untagged reply that the command in flight declares",
    "own-name": "it has the name of the command in flight, though no declaration matches",
    "text-of-raw-command": "it is text without a tag inside the reply to the command in flight",
    "declared-urc": "tag, constants and fields match a declared unsolicited result, and no reply in flight claims it",
    "completion": "it is the completion that a command still waits for",
    "packet": "it is a packet of an operation under way",
    "continuation-line": "it continues the line before it, as declared",
    "call-result": "it is the result of a call, and the command in flight, if any, does not dial",
    "undeclared-urc": "it is a well-formed line of AT that no declaration knows and no command in flight claims",
    "final-without-command": "it is a final result code, but no command is in flight",
    "given-up-command": "it belongs to a command that was given up",
    "superseded-command": "it belongs to a command that was given up when the next one was written",
    "late-completion": "it is the completion of an operation that was given up",
    "wrong-count": "its header announces more bytes than declared, so its count is not believed",
    "line-too-long": "no line of AT is that long",
    "unfinished-line": "the stream ends inside this line",
    "no-line-of-at": "it is no line of AT, and no command in flight takes text",
    "payload": "a declared header or command opened a payload here, whose bytes are not looked at",
    "payload-abandoned": "silence ended a payload that nobody waited for before its count was complete",
}


@dataclass(frozen=True, slots=True)
class Element:
    """One classified piece of the received stream; offsets are bytes from its beginning."""

    kind: str
    start: int
    end: int
    why: str
    text: bytes | None = None
    data: bytes | None = None
    message: str | None = None
    command: str | None = None

    @property
    def tag(self) -> str | None:
        """The tag of ``+TAG: a,b``, or the whole line of an unsolicited result without a colon."""
        text = _shown(self.text)
        if self.kind == "payload" or not text:
            return None
        head, colon, _ = text.partition(":")
        if colon:
            return head if head[:1] in "+*#$%^&" or self.message is not None else None
        return text if self.kind == "urc" else None

    @property
    def params(self) -> list[str] | None:
        """The fields behind the tag, blanks trimmed and quotes removed."""
        if self.tag is None:
            return None
        fields = split_fields(_shown(self.text).partition(":")[2])
        return fields

    def as_json(self) -> dict[str, object]:
        """The object that ``simcom explain --json`` prints."""
        row: dict[str, object] = {"kind": self.kind}
        if self.text is not None:
            row["text"] = _shown(self.text)
        if self.tag is not None:
            row["tag"], row["params"] = self.tag, self.params
        if self.data is not None:
            row["data"] = self.data.decode("latin-1")
        row["message"] = self.message
        row["start"], row["end"] = self.start, self.end
        row["command"] = self.command
        row["why"] = self.why
        return row


def split_fields(text: str) -> list[str]:
    """The comma-separated fields of a line, blanks trimmed and quotes removed; one empty last field is ignored."""
    fields: list[str] = []
    current, quoted = "", False
    for character in text:
        quoted ^= character == '"'
        if character == "," and not quoted:
            fields.append(current)
            current = ""
        else:
            current += character
    if current.strip():
        fields.append(current)
    return [field.strip().strip('"') for field in fields]


class Explanation:
    """Classifies a recording step by step: ``sent`` and ``received`` in their order, then ``end``."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._demux = Demux(dialect)
        self._typed = b""
        self._exchange: Exchange | None = None
        self._decoder: Decoder | None = None
        self._left: int | None = None
        self._texts: dict[int, str] = {}
        self._commands: list[Command[Any]] = []
        self._last = b""
        self._events: list[Event] = []

    def received(self, data: bytes) -> None:
        """Take bytes that the module sent."""
        self._events.extend(self._demux.receive(data))

    def sent(self, data: bytes) -> None:
        """Take bytes that the host wrote: command lines, or the entry that a prompt asked for."""
        while data:
            if self._exchange is not None and self._exchange.prompted:
                data = self._entry(self._exchange, data)
            else:
                data = self._type(data)

    def end(self) -> list[Element]:
        """The whole explanation; every received byte but line framing is in one element."""
        self._events.extend(self._demux.flush())
        elements: list[Element] = []
        for event in self._events:
            element = self._element(event)
            if element is None:
                continue
            if elements and _continues(elements[-1], element, event):
                element = _joined(elements.pop(), element)
            elements.append(element)
        return elements

    def _type(self, data: bytes) -> bytes:
        """Take typed bytes up to the end of a command line; return what is behind it."""
        self._events.extend(self._demux.quiet())
        for place, byte in enumerate(data):
            if byte in b"\r\n":
                self._command(self._typed)
                self._typed = b""
                return data[place + 1 :]
            self._typed += bytes([byte])
            if self._typed.upper().endswith(b"A/") and len(self._typed) == 2:
                self._command(self._last, text=self._typed)
                self._typed = b""
                return data[place + 1 :]
        return b""

    def _command(self, line: bytes, text: bytes | None = None) -> None:
        start = line.upper().find(b"AT")
        if start < 0:
            return
        self._last = line
        line = line[start:]
        command = read_command(line[2:], self._dialect)
        written = line if text is None else text
        self._exchange = exchange = Exchange(command, text=written)
        self._commands.append(command)
        self._texts[id(command)] = written.decode("latin-1")
        self._decoder = None
        self._left = None
        self._demux.arm(exchange)
        exchange.written()

    def _entry(self, exchange: Exchange, data: bytes) -> bytes:
        """Take entered bytes; return what is behind the entry."""
        if self._left is None and self._decoder is None:
            self._begin_entry(exchange)
        if data == _ESC and self._left is None and _ends_by_esc(exchange.command):
            used, done = len(data), True
        elif self._decoder is not None:
            self._decoder.receive(data)
            used = self._decoder.consumed(data)
            done = self._decoder.finished
        else:
            used = min(self._left or 0, len(data))
            self._left = (self._left or 0) - used
            done = not self._left
        self._demux.entered(data[:used])
        if done:
            exchange.entered()
        return data[used:]

    def _begin_entry(self, exchange: Exchange) -> None:
        entry = exchange.command.wire.entry
        if entry is not None and isinstance(entry.size, Terminated):
            self._decoder = entry.size.codec.decoder()
        elif exchange.granted is not None:
            self._left = exchange.granted
        else:
            words = split_fields(exchange.text.decode("latin-1").partition("=")[2])
            numbers = [int(word) for word in words if _NUMBER.fullmatch(word)]
            asks_for_count = exchange.lines and exchange.lines[-1].text == b"DOWNLOAD" and numbers
            self._left = numbers[0] if asks_for_count else None
            self._decoder = None if asks_for_count else SUB_ONLY.decoder()

    def _element(self, event: Event) -> Element | None:
        why = RULES[event.rule] if isinstance(event, LineEvent | PayloadChunk) else ""
        if isinstance(event, PayloadChunk):
            if event.start == event.end:
                return None
            return Element(
                "payload", event.start, event.end, why, data=event.data, command=self._texts.get(id(event.command))
            )
        if not isinstance(event, LineEvent):
            return None
        declaration = event.declaration
        return Element(
            event.kind,
            event.start,
            event.end,
            why,
            text=event.text,
            message=None if declaration is None else declaration.__name__,
            command=self._texts.get(id(event.command)),
        )


def _ends_by_esc(command: Command[Any]) -> bool:
    """Whether ESC, alone in a write, throws the entry away (3GPP TS 27.005 3.5.1)."""
    return isinstance(command, RawCommand) or command.wire.abort.entry is Means.ESC


def read_command(body: bytes, dialect: Dialect) -> Command[Any]:
    """The declared command of a line without its AT; a RawCommand where it is none, or several."""
    parts = list(parse(body, dialect))
    if len(parts) == 1 and parts[0].command is not None:
        return parts[0].command
    printable = bytes(byte for byte in body if 0x20 <= byte < 0x7F)
    return RawCommand(line=printable.decode("ascii"))


def explain(entries: Iterable[tuple[Direction, bytes]], dialect: Dialect) -> list[Element]:
    """Classify a recording: its reads ("rx") and writes ("tx") in order."""
    explanation = Explanation(dialect)
    for direction, data in entries:
        if direction == "tx":
            explanation.sent(data)
        else:
            explanation.received(data)
    return explanation.end()


def _continues(before: Element, element: Element, event: Event) -> bool:
    """Whether ``element`` is more of the same payload or echoed entry."""
    if isinstance(event, PayloadChunk):
        return before.kind == "payload" and event.offset > 0
    entered = isinstance(event, EchoLine) and event.rule == "echo-of-entry"
    return entered and before.why == element.why and before.end == element.start


def _joined(before: Element, element: Element) -> Element:
    return Element(
        before.kind,
        before.start,
        element.end,
        before.why,
        text=None if before.text is None else before.text + (element.text or b""),
        data=None if before.data is None else before.data + (element.data or b""),
        message=before.message,
        command=before.command,
    )


def _shown(text: bytes | None) -> str:
    return "" if text is None else text.decode("latin-1")
