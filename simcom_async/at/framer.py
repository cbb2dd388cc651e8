"""What stands between two lines of a stream: counted and escaped payloads, text without a length, echoed entries.

Each framing eats bytes until it is finished and never looks at what they mean (law 6). Lines themselves are cut by the
demux: they are the hot path.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol

from simcom_async.at.event import EchoLine, Event, LineEvent, PayloadChunk

if TYPE_CHECKING:
    from simcom_async.at.command import Command
    from simcom_async.at.escape import EscapeCodec

__all__ = ["CountedPayload", "EchoedEntry", "EscapedPayload", "Framing", "TextUntilFinal"]


def _at_end(line: bytes) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """A line at the end of what is held: with the line end in front that opens it, or also as all of it."""
    return re.compile(rb"\r?\n" + line), re.compile(rb"(?:\A|\r?\n)" + line)


#: A final result at the end of what has been received.
_FINAL_AT_END = _at_end(rb"(OK|ERROR|\+CM[ES] ERROR:[^\r\n]{0,80})\r\n\Z")
_NUMERIC_AT_END = _at_end(rb"([04])\r\Z")
#: An unfinished last line that may still become one.
_OPEN_END = _at_end(rb"(?:O|OK|E|ER|ERR|ERRO|ERROR|\+(?:C(?:M(?:[ES][^\r\n]{0,90})?)?)?|[04])?\r?\Z|\r\Z")


class Framing(Protocol):
    """Eats received bytes until ``finished``."""

    finished: bool

    @property
    def owned(self) -> bool:
        """Whether a command waits for it."""

    def receive(self, data: bytes, start: int, events: list[Event]) -> int:
        """Take bytes from the front of ``data``, whose offset in the stream is ``start``; return how many."""

    def abandon(self, start: int, events: list[Event]) -> None:
        """Give up at offset ``start``: the payload ends incomplete."""


class _Payload:
    """What every payload has: its header, its owner and how much of it has been handed on."""

    __slots__ = ("_command", "_header", "_offset", "finished")

    def __init__(self, header: LineEvent | None, command: Command[Any] | None) -> None:
        self._header = header
        self._command = command
        self._offset = 0
        self.finished = False

    @property
    def owned(self) -> bool:
        """Whether a command waits for it."""
        return self._command is not None

    def _chunk(self, data: bytes, start: int, end: int, events: list[Event]) -> PayloadChunk:
        chunk = PayloadChunk(data, start, end, self._offset, self._header, self._command)
        self._offset += len(data)
        events.append(chunk)
        return chunk

    def abandon(self, start: int, events: list[Event]) -> None:
        """End the payload incomplete."""
        chunk = self._chunk(b"", start, start, events)
        chunk.last, chunk.complete, chunk.rule = True, False, "payload-abandoned"
        self.finished = True


class CountedPayload(_Payload):
    """``count`` bytes, whatever they are."""

    __slots__ = ("_left",)

    def __init__(self, count: int, header: LineEvent | None, command: Command[Any] | None) -> None:
        super().__init__(header, command)
        self._left = count

    def receive(self, data: bytes, start: int, events: list[Event]) -> int:
        """Take what is missing of the count."""
        taken = data if len(data) <= self._left else data[: self._left]
        self._left -= len(taken)
        chunk = self._chunk(taken, start, start + len(taken), events)
        chunk.last = self.finished = not self._left
        return len(taken)


class EscapedPayload(_Payload):
    """Bytes until the terminator of a codec."""

    __slots__ = ("_decoder",)

    def __init__(self, codec: EscapeCodec, header: LineEvent | None, command: Command[Any] | None) -> None:
        super().__init__(header, command)
        self._decoder = codec.decoder()

    def receive(self, data: bytes, start: int, events: list[Event]) -> int:
        """Unescape up to the terminator."""
        payload = self._decoder.receive(data)
        used = self._decoder.consumed(data)
        chunk = self._chunk(payload, start, start + used, events)
        chunk.last = self.finished = self._decoder.finished
        return used


class TextUntilFinal(_Payload):
    """Text without a length: it ends at the last result line before silence.

    A result line inside the text is held back until more comes behind it (it was text) or silence follows (it was the
    result). One line end in front of the text is framing, and so is an echo of the command. With a known ``size`` it
    ends there, and only an error in its place is taken for a final result.
    """

    __slots__ = ("_echo", "_held", "_held_start", "_left", "_numeric", "_open")

    def __init__(self, command: Command[Any], echo: bytes, *, size: int | None = None, numeric: bool = False) -> None:
        super().__init__(None, command)
        self._echo = echo
        self._held = b""
        self._held_start = 0
        self._left = size
        self._numeric = numeric
        self._open = False

    def receive(self, data: bytes, start: int, events: list[Event]) -> int:
        """Take all but what is behind a known size; hand on what can no longer be the final result.

        The number that it returns is negative where what is behind begins in an earlier read.
        """
        if not self._held:
            self._held_start = start
        self._held += data
        if not self._open and not self._begin(events):
            return len(data)
        if self._left is not None and len(self._held) >= self._left:
            return len(data) - self._count_reached(events)
        found = self._final() or _OPEN_END[not self._offset].search(self._held)
        keep = len(self._held) if found is None else found.start()
        if keep:
            self._chunk(self._held[:keep], self._held_start, self._held_start + keep, events)
            self._left = None if self._left is None else self._left - keep
            self._drop(keep)
        return len(data)

    def _count_reached(self, events: list[Event]) -> int:
        """The known size is complete; return how many bytes behind it were received, in this read and before."""
        left = self._left or 0
        chunk = self._chunk(self._held[:left], self._held_start, self._held_start + left, events)
        chunk.last = self.finished = True
        return len(self._held) - left

    def beyond(self, count: int) -> bytes:
        """The first bytes behind a known size that is complete: they were held back for an echo that they were not."""
        left = self._left or 0
        return self._held[left : left + count]

    def _begin(self, events: list[Event]) -> bool:
        """Take the echo and the line end that opens the text off the front; False while they may still be coming."""
        if self._echo:
            expected = self._echo + b"\r"
            if expected.startswith(self._held) and len(self._held) < len(expected):
                return False
            if self._held.startswith(expected):
                events.append(EchoLine(self._echo, self._held_start, "echo-of-command", self._command))
                self._drop(len(expected))
            self._echo = b""
        if len(self._held) < 2 and b"\r\n".startswith(self._held):
            return False
        if self._held.startswith(b"\r\n"):
            self._drop(2)
        self._open = True
        return bool(self._held)

    def _drop(self, count: int) -> None:
        self._held = self._held[count:]
        self._held_start += count

    def _final(self) -> re.Match[bytes] | None:
        begins = not self._offset  # what is held begins inside a line where some of it was handed on
        found = _FINAL_AT_END[begins].search(self._held)
        return found if found is not None or not self._numeric else _NUMERIC_AT_END[begins].search(self._held)

    def end(self, events: list[Event]) -> tuple[bytes, int] | None:
        """Silence: the held result line was the final result; its text and offset, or None when there is none."""
        found = self._final()
        refused = not self._offset and found is not None and not found.start() and found[1] not in (b"OK", b"0")
        if found is None or (self._left is not None and not refused):
            return None
        start = self._held_start + found.start()
        chunk = self._chunk(b"", start, start, events)
        chunk.last = self.finished = True
        return found[1], self._held_start + found.start(1)

    def abandon(self, start: int, events: list[Event]) -> None:
        """End the text incomplete; what was held back is part of it."""
        if self._held:
            self._chunk(self._held, self._held_start, self._held_start + len(self._held), events)
            self._held = b""
        super().abandon(start, events)


class EchoedEntry:
    """The echo of an entry: bytes equal to what was entered; the first other byte ends it."""

    __slots__ = ("_command", "_expected", "_limit", "finished")

    #: More bytes than this without an echo: the module does not echo.
    LIMIT = 65536
    #: As many may wait for their echo once some have come back: as many as a port holds.
    BACKLOG = 1024 * 1024

    def __init__(self, command: Command[Any]) -> None:
        self._command = command
        self._expected = bytearray()
        self._limit = self.LIMIT
        self.finished = False

    @property
    def owned(self) -> bool:
        """Always: an entry belongs to a command."""
        return True

    def entered(self, data: bytes) -> None:
        """Expect the echo of these bytes as well."""
        self._expected += data
        if len(self._expected) > self._limit:
            self.finished = True

    def receive(self, data: bytes, start: int, events: list[Event]) -> int:
        """Take what equals the entry."""
        size = min(len(data), len(self._expected))
        equal = size if data[:size] == self._expected[:size] else _common(data, self._expected, size)
        if equal:
            events.append(EchoLine(data[:equal], start, "echo-of-entry", self._command))
            del self._expected[:equal]
            self._limit = self.BACKLOG
        self.finished = equal < len(data) or not self._expected
        return equal

    def abandon(self, start: int, events: list[Event]) -> None:
        """Expect no more echo."""
        self.finished = True


def _common(one: bytes, other: bytearray, size: int) -> int:
    return next(place for place in range(size) if one[place] != other[place])
