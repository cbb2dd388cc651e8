"""Bytes from the host to commands: the module's twin of the demux.

What comes in is cut into command lines, entered data and data of an online connection; a command line is parsed into
declared commands, up to the first that is refused. No I/O and no clock: timers belong to whoever owns the line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from simcom_async.at.commandline import Part, Reason, Refusal, parse
from simcom_async.at.dialect import Dialect, WireState

if TYPE_CHECKING:
    from simcom_async.at.escape import Decoder, EscapeCodec

__all__ = [
    "HELD_LIMIT",
    "CommandLine",
    "Echo",
    "EntryChunk",
    "EntryEnd",
    "Escape",
    "Item",
    "Mode",
    "OnlineChunk",
    "Responder",
]

#: Bytes that wait while a command is carried out; what comes on top is lost, as in an overrun serial buffer.
HELD_LIMIT = 65536
#: Bytes without a line end that are remembered in front of AT.
_PREAMBLE_LIMIT = 1024
#: So many commands behind what looks like AT show that it is AT.
_CERTAIN = 4
_CR, _LF = 13, 10

_REPEAT = re.compile(rb"[^A-Za-z0-9]*A\Z", re.IGNORECASE)
_AT = re.compile(rb"AT", re.IGNORECASE)
_WORDS = re.compile(rb"[A-Za-z0-9]")
#: What a command begins with; what does not need not be parsed, however long it is.
_BEGINNING = re.compile(rb"[\x00-\x20\x7f;]*[A-Za-z+*^#$&%\\]")


class Mode(Enum):
    """What the next byte belongs to."""

    COMMAND = "a command line"
    HELD = "whatever follows the answer that is being made"
    ENTRY = "the entry that was asked for"
    ONLINE = "the connection"


@dataclass(frozen=True, slots=True)
class Echo:
    """Bytes to send back at once, before any answer to them."""

    data: bytes


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A complete line that wants an answer: ``text`` behind AT. The last part may be a refusal; no part means OK."""

    text: bytes
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryChunk:
    """A part of the entered data, unescaped."""

    data: bytes


@dataclass(frozen=True, slots=True)
class EntryEnd:
    """The entry is complete, or was ``cancelled`` with ESC."""

    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class OnlineChunk:
    """Data of the connection."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Escape:
    """``+++`` between two silences: back to commands, the connection stays."""


Item = Echo | CommandLine | EntryChunk | EntryEnd | OnlineChunk | Escape


class Responder:
    """Reads what the host sends; the items do not depend on how the bytes were cut.

    A CommandLine and the end of an entry change the mode to HELD: further bytes wait, up to HELD_LIMIT, until the
    answer is complete and ``resume`` is called (or ``enter`` or ``online``). ``lost`` counts those beyond the limit.
    ``backspace`` is the editing character, S5 (V.250 6.2.3). Characters after AT are limited by the dialect's habits.
    """

    def __init__(self, dialect: Dialect, state: WireState | None = None) -> None:
        self.dialect = dialect
        self.state = state if state is not None else WireState()
        self.lost = 0
        self.backspace = 8
        self._steps: dict[Mode, Callable[[bytes, list[Item]], bytes]] = {
            Mode.COMMAND: self._type,
            Mode.HELD: self._hold,
            Mode.ENTRY: self._enter,
            Mode.ONLINE: self._pass,
        }
        self.reset()

    def reset(self) -> None:
        """Forget all that was received: the module has been switched off."""
        self.mode = Mode.COMMAND
        self._line = bytearray()
        self._overlong = False
        self._last = b""
        self._held = bytearray()
        self._behind_cr = False
        self._cr_only = False
        self._entry: Decoder | None = None
        self._left = 0
        self._echoed = False
        self._silent = True
        self._pluses = 0

    @property
    def typing(self) -> bool:
        """Whether a command line has begun and not ended."""
        return self.mode is Mode.COMMAND and len(self._line) > 0

    def receive(self, data: bytes) -> list[Item]:
        """Take what the host has sent."""
        items: list[Item] = []
        while data := self._without_line_feed(data):
            data = self._steps[self.mode](data, items)
        return items

    def resume(self) -> list[Item]:
        """The answer is complete: go on with command lines, first with the bytes that waited."""
        return self._go_on(Mode.COMMAND)

    def enter(self, size: int | EscapeCodec, *, echoed: bool = False) -> list[Item]:
        """The host has been asked for an entry of ``size`` bytes, or up to the terminator of a codec."""
        self._echoed = echoed
        self._entry, self._left = (None, size) if isinstance(size, int) else (size.decoder(), 1)
        if self._left <= 0:
            return [EntryEnd()]
        return self._go_on(Mode.ENTRY)

    def end_entry(self) -> None:
        """The entry is over before its end, by a timer: what comes now waits for the answer."""
        if self.mode is Mode.ENTRY:
            self.mode = Mode.HELD

    def online(self) -> list[Item]:
        """A connection begins, or is taken up again: everything belongs to it until ``+++`` or ``resume``."""
        self._silent, self._pluses = False, 0
        return self._go_on(Mode.ONLINE)

    def quiet(self) -> list[Item]:
        """The host has been silent for the guard time (S12, V.250 annex; SIM800 manual 2.2.12: 1 s)."""
        if self.mode is not Mode.ONLINE:
            return []
        escape, self._silent, self._pluses = self._pluses == 3, True, 0
        if not escape:
            return []
        self.mode = Mode.HELD
        return [Escape()]

    def _go_on(self, mode: Mode) -> list[Item]:
        held = bytes(self._held)
        self._held.clear()
        self.mode = mode
        return self.receive(held)

    def _without_line_feed(self, data: bytes) -> bytes:
        """The LF of a CR LF is no empty command, and no part of the entry that the line has asked for.

        An LF that was there before the answer belongs to the CR. Afterwards the host's own habit decides: a host that
        ends its lines with CR alone means an LF at the beginning of its entry as data.
        """
        return data[self._line_feed(data[0]) :] if self._behind_cr and data else data

    def _line_feed(self, following: int) -> int:
        """How many bytes of what follows a CR belong to it."""
        self._behind_cr = False
        follows = following == _LF
        if not follows or self.mode in (Mode.COMMAND, Mode.HELD):
            self._cr_only = not follows
        return int(follows and not self._cr_only)

    def _type(self, data: bytes, items: list[Item]) -> bytes:
        """Command mode: up to the end of the first line that wants an answer."""
        echoed: list[bytes] = []
        special = _special(self.backspace)
        at = 0
        while at < len(data) and self.mode is Mode.COMMAND:
            if self._behind_cr:
                at += self._line_feed(data[at])
                continue
            found = special.search(data, at)
            end = len(data) if found is None else found.start()
            self._append(data[at:end])
            echoed.append(data[at : end + 1])
            at = end + 1
            if found is not None:
                self._special_character(data[end], echoed, items)
        self._echo(b"".join(echoed), items)
        return data[at:]

    def _special_character(self, byte: int, echoed: list[bytes], items: list[Item]) -> None:
        """What a character does that means something; the echo up to it goes in front of an answer."""
        lines: list[Item] = []
        if byte in (_CR, _LF):
            self._behind_cr = byte == _CR
            self._finish_line(lines)
        elif byte == self.backspace:
            del self._line[-1:]
        elif self._line[-1:].upper() == b"A" and _REPEAT.match(self._line):
            self._line.clear()
            self._deliver(self._last, lines)
        else:
            self._append(b"/")
        if lines:
            self._echo(b"".join(echoed), items)
            echoed.clear()
            items += lines

    def _append(self, data: bytes) -> None:
        """Remember typed bytes, a bounded number; always cut at the same counts, however the bytes come."""
        bound = self.dialect.habits.line_limit + _PREAMBLE_LIMIT
        while data:
            room = bound - len(self._line)
            self._line += data[:room]
            data = data[room:]
            if len(self._line) == bound:
                self._shorten(self.dialect.habits.line_limit + 2)

    def _shorten(self, longest: int) -> None:
        start = self._command_start()
        if start < 0:
            del self._line[: -_PREAMBLE_LIMIT // 2]
            return
        del self._line[: start - 2]
        if len(self._line) > longest:
            self._overlong = True
            del self._line[longest:]

    def _finish_line(self, items: list[Item]) -> None:
        start = self._command_start()
        body = bytes(self._line[start:])
        too_long = self._overlong or len(body) > self.dialect.habits.line_limit
        self._line.clear()
        self._overlong = False
        if start < 0:
            return
        if too_long:
            refusal = Refusal(Reason.TOO_LONG, f"more than {self.dialect.habits.line_limit} characters after AT")
            items.append(CommandLine(body, (Part(body, refusal=refusal),)))
            self.mode = Mode.HELD
            return
        self._last = body
        self._deliver(body, items)

    def _deliver(self, body: bytes, items: list[Item]) -> None:
        items.append(CommandLine(body, tuple(parse(body, self.dialect))))
        self.mode = Mode.HELD

    def _command_start(self) -> int:
        """Where the command begins, behind AT; -1: the line holds none.

        Anything may stand in front of AT: ESC, ``+++``, text that a program printed there. Only when that text has
        letters or digits, what looks like AT must also lead to commands, for words hold these two letters as well.
        """
        line = bytes(self._line)
        for found in _AT.finditer(line):
            before = line[: found.start()]
            if not _WORDS.search(before):
                return found.end()
            if self._begins_here(found[0], before[-1:], line[found.end() :]):
                return found.end()
        return -1

    def _begins_here(self, letters: bytes, before: bytes, behind: bytes) -> bool:
        if letters == b"AT":
            if before.isupper():
                return False
            if not behind.strip():
                return True
        elif before.isalnum():
            return False
        if behind.lstrip().startswith(b"+"):
            return True
        if not _BEGINNING.match(behind):
            return False
        parts = list(islice(parse(behind, self.dialect), _CERTAIN))
        return bool(parts) and all(part.command is not None for part in parts)

    def _hold(self, data: bytes, items: list[Item]) -> bytes:
        room = HELD_LIMIT - len(self._held)
        self._held += data[:room]
        self.lost += max(0, len(data) - room)
        return b""

    def _enter(self, data: bytes, items: list[Item]) -> bytes:
        """Entry mode: by count, or through the decoder of a codec."""
        if self._entry is None:
            taken, rest = data[: self._left], data[self._left :]
            self._left -= len(taken)
            chunk, ended, cancelled = taken, self._left == 0, False
        else:
            chunk = self._entry.receive(data)
            taken, rest = data[: self._entry.consumed(data)], self._entry.tail
            ended, cancelled = self._entry.finished, self._entry.cancelled
        if self._echoed:
            self._echo(taken, items)
        if chunk:
            _join(items, EntryChunk, chunk)
        if ended:
            items.append(EntryEnd(cancelled))
            self.mode = Mode.HELD
        return rest

    def _pass(self, data: bytes, items: list[Item]) -> bytes:
        """Online mode: everything is data; three plus signs count when silence was before them."""
        only_pluses = not data.strip(b"+")
        self._pluses = self._pluses + len(data) if self._silent and only_pluses else 4
        self._silent = self._silent and only_pluses
        _join(items, OnlineChunk, data)
        return b""

    def _echo(self, data: bytes, items: list[Item]) -> None:
        if self.state.echo is not False and data:
            _join(items, Echo, data)


@cache
def _special(backspace: int) -> re.Pattern[bytes]:
    """The characters of a command line that mean something by themselves."""
    return re.compile(rb"[\r\n/" + re.escape(bytes([backspace])) + rb"]")


def _join(items: list[Item], kind: type[Echo] | type[EntryChunk] | type[OnlineChunk], data: bytes) -> None:
    last = items[-1] if items else None
    if isinstance(last, kind):
        items[-1] = kind(last.data + data)
    else:
        items.append(kind(data))
