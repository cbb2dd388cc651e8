"""The life of one command, as a table.

An illegal move is a missing key: what the demux offers and the table does not have belongs to something else.
"""

import re
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from simcom_async.at.code import Code, Word
from simcom_async.at.command import ByParameter, Command, Granted, RawCommand
from simcom_async.at.event import FinalLine, LineEvent
from simcom_async.errors import CommandFailed, ProtocolError

__all__ = ["ANSWER_BYTES", "ANSWER_LINES", "LIFE", "Exchange", "Input", "State"]


class State(Enum):
    """How far a command has come."""

    __hash__ = object.__hash__  # by identity: the look-ups of LIFE are on the hot path

    ARMED = "armed"
    SENT = "written, waiting for its answer"
    PROMPTED = "prompted, waiting for its entry"
    ENTERED = "entry handed over, waiting for its final result"
    EARLY = "completion seen, waiting for the final result"
    AWAITING = "final result seen, waiting for the completion"
    DONE = "done"
    FAILED = "failed"


class Input(Enum):
    """What moves a command along."""

    __hash__ = object.__hash__

    WRITTEN = "written"
    PROMPT = "prompt"
    ENTERED = "entered"
    REPLY = "reply"
    OK = "good final result"
    ERROR = "bad final result"
    COMPLETION = "completion"
    QUIET = "silence"


_ENDED_EARLY = {Input.REPLY: State.EARLY, Input.OK: State.DONE, Input.ERROR: State.FAILED}
_ANSWERING = {Input.OK: State.DONE, Input.ERROR: State.FAILED, Input.COMPLETION: State.EARLY}

#: The life of a command. OK leads to AWAITING instead of DONE where a completion is due.
LIFE: dict[State, dict[Input, State]] = {
    State.ARMED: {Input.WRITTEN: State.SENT},
    State.SENT: {Input.REPLY: State.SENT, Input.PROMPT: State.PROMPTED, **_ANSWERING},
    State.PROMPTED: {Input.REPLY: State.PROMPTED, Input.ENTERED: State.ENTERED, **_ANSWERING},
    State.ENTERED: {Input.REPLY: State.ENTERED, **_ANSWERING},
    State.EARLY: _ENDED_EARLY,
    State.AWAITING: {Input.COMPLETION: State.DONE, Input.REPLY: State.AWAITING, Input.QUIET: State.AWAITING},
    State.DONE: {},
    State.FAILED: {},
}

_WAITS_FOR_FINAL = frozenset({State.ARMED, State.SENT, State.PROMPTED, State.ENTERED, State.EARLY})
_CODE = re.compile(rb"\+CM[ES] ERROR:[ \t]*(.*)\Z")
#: Lines of an answer, and bytes of them together, that are kept: an answer that is longer fails by name.
ANSWER_LINES, ANSWER_BYTES = 16_384, 1_048_576
#: Bytes of a line of the module that an error shows.
_SHOWN, _SHOWN_LINES = 256, 8
_NUMBER = re.compile(r"[0-9]{1,40}")


class Exchange:
    """One command and all that came of it.

    ``text`` is the command line as it was written, without CR. ``size`` is the length in bytes of a payload without a
    length of its own, where the caller knows it. ``granted`` is the number of entry bytes that the module takes (None:
    until the terminator). ``given_up`` is set by the demux when nobody waits for the answer any more. ``payload_end``
    is the offset in the received stream behind the payload that came last.
    """

    __slots__ = (
        "_octets",
        "_ok_first",
        "answering",
        "command",
        "echoed",
        "error_codes",
        "final",
        "given_up",
        "granted",
        "lines",
        "payload_end",
        "size",
        "state",
        "text",
    )

    def __init__(self, command: Command[Any], *, size: int | None = None, text: bytes | None = None) -> None:
        self.command = command
        self.text = command.text if text is None else text
        self.size = size
        self.state = State.ARMED
        wire = command.wire
        entry = wire.entry
        self.granted: int | None = None if entry is None else _own_size(command)
        self.lines: list[LineEvent] = []
        self.final: FinalLine | None = None
        self.payload_end = 0
        self._octets = 0
        self.echoed = False
        self.given_up = False
        self._ok_first = entry is not None and entry.ok_first
        self.error_codes: type[Code] | None = None
        self.answering = wire.completion is not None and wire.completion.expected(command)

    @property
    def finished(self) -> bool:
        """Whether nothing more is awaited."""
        return self.state is State.DONE or self.state is State.FAILED

    @property
    def waits_for_final(self) -> bool:
        """Whether its final result is still to come."""
        return self.state in _WAITS_FOR_FINAL

    @property
    def port_free(self) -> bool:
        """Whether another command may be written."""
        if self.state in _WAITS_FOR_FINAL:
            return False
        completion = self.command.wire.completion
        return self.finished or completion is None or not completion.holds_port

    @property
    def prompted(self) -> bool:
        """Whether the module has asked for the entry and waits for it."""
        return self.state is State.PROMPTED

    def written(self) -> None:
        """Note that the command line has been handed to the port."""
        self.take(Input.WRITTEN)
        if self.command.wire.unanswered:
            self.take(Input.OK)

    def entered(self) -> None:
        """Note that the whole entry has been handed to the port."""
        if self.state is State.PROMPTED:
            self.take(Input.ENTERED)

    def take(self, what: Input, line: LineEvent | None = None) -> bool:
        """Move along; False when the table has no such move from here."""
        following = LIFE[self.state].get(what)
        if following is None:
            return False
        if what is Input.OK and self._ok_first:
            self._ok_first, following = False, self.state
        elif what is Input.OK and self.answering and self.state is not State.EARLY:
            following = State.AWAITING
        elif what is Input.QUIET and self.optional:
            following = State.DONE
        self.state = following
        if line is not None:
            if isinstance(line, FinalLine):
                self.final = line
            else:
                self._octets += len(line.text)
                if self.complete_so_far:
                    self.lines.append(line)
                if what is Input.PROMPT:
                    self._ok_first = False
                    self._grant(line)
                elif what is Input.REPLY and self.command.wire.final_reply:
                    self.take(Input.OK)
        return True

    @property
    def complete_so_far(self) -> bool:
        """Whether all that has come of the answer is kept."""
        return self._octets <= ANSWER_BYTES and len(self.lines) < ANSWER_LINES

    @property
    def optional(self) -> bool:
        """Whether its final result was seen and its completion may stay away."""
        completion = self.command.wire.completion
        return self.state is State.AWAITING and completion is not None and completion.optional

    def end(self, line: LineEvent) -> None:
        """Note the line that ends the work; ``complete`` moves on once nothing can continue it."""
        self.lines.append(line)

    def complete(self, continuation: LineEvent | None) -> bool:
        """The completion has come, with the line that continued it, if any; False where none was due."""
        if continuation is not None:
            self.lines.append(continuation)
        return self.take(Input.COMPLETION)

    def _grant(self, line: LineEvent) -> None:
        """Take the number of bytes that a prompt grants."""
        entry = self.command.wire.entry
        if entry is not None and isinstance(entry.size, Granted) and line.compiled is not None and line.match:
            value = line.compiled.value(line.match, entry.size.field)
            self.granted = value if isinstance(value, int) else None

    def answer(self) -> object:
        """What awaiting the command returns.

        Raises CommandFailed when the final result was an error, or a code stands in place of the declared reply;
        ProtocolError when that reply did not come, or was longer than what is kept.
        """
        if self.state is State.FAILED:
            raise self.failure()
        if not self.complete_so_far:
            raise ProtocolError(
                f"{self.command.masked}: the answer has more than {ANSWER_LINES} lines or {ANSWER_BYTES} bytes",
                seen=self._seen(),
            )
        if isinstance(self.command, RawCommand):
            replies = (line.text for line in self.lines if line.kind == "reply")
            return tuple(text.decode("utf-8", "backslashreplace") for text in replies)
        return self._declared_answer(type(self.command).answer)

    def _declared_answer(self, wanted: Any) -> object:
        if wanted is None or wanted is NoneType:
            return None
        if get_origin(wanted) is tuple:
            kinds = get_args(wanted)[0]
            return tuple(line.message for line in self.lines if _is(line, kinds))
        found = [line.message for line in self.lines if _is(line, wanted)]
        if found:
            return found[-1]
        if get_origin(wanted) in (Union, UnionType) and NoneType in get_args(wanted):
            return None
        said = self._said()
        if said is not None:
            raise self._failed(f"{said}", said)
        raise ProtocolError(f"{self.command.masked}: OK came without the declared answer", seen=self._seen())

    def _seen(self) -> bytes:
        """The last lines, as far as an error shows them."""
        return b", ".join(line.text[:_SHOWN] for line in self.lines[-_SHOWN_LINES:])

    def failure(self) -> CommandFailed:
        """The error that a bad final result means: its number, or the code that a line in front of it has said."""
        text = b"" if self.final is None else self.final.text
        found = _CODE.match(text)
        shown = text[:_SHOWN].decode("ascii", "backslashreplace")
        if found is None:
            said = self._said()
            if said is not None:
                return self._failed(f"{said}", said)
            return CommandFailed(f"{self.command.masked}: {shown}", command=self.command.masked, code=shown)
        word = found[1].decode("ascii", "backslashreplace").strip()
        codes = self.error_codes if text.startswith(b"+CME") else self.command.wire.codes
        number = int(word) if _NUMBER.fullmatch(word) else None
        if number is None or codes is None or not issubclass(codes, Code):
            code: int | str = word if number is None else number
            return CommandFailed(f"{self.command.masked}: {shown}", command=self.command.masked, code=code)
        return self._failed(shown, codes(number))

    def _said(self) -> Code | Word | None:
        """The code that a line of this command has said last."""
        codes = self.command.wire.codes
        if codes is not None:
            for message in filter(None, (line.message for line in reversed(self.lines))):
                for name in type(message).model_fields:
                    if isinstance(value := getattr(message, name), codes):
                        return value
        return None

    def _failed(self, shown: str, code: Code | Word) -> CommandFailed:
        return CommandFailed(
            f"{self.command.masked}: {shown} ({code.meaning})",
            command=self.command.masked,
            code=str(code) if isinstance(code, Word) else int(code),
            meaning=code.meaning,
            retry=code.retry,
            remedy=code.remedy,
        )

    def __repr__(self) -> str:
        return f"Exchange({self.command.masked}, {self.state.value})"


def _own_size(command: Command[Any]) -> int | None:
    entry = command.wire.entry
    if entry is None or not isinstance(entry.size, ByParameter):
        return None
    value = getattr(command, entry.size.field)
    return value if isinstance(value, int) else None


def _is(line: LineEvent, wanted: Any) -> bool:
    declaration = line.declaration
    kinds = [kind for kind in (get_args(wanted) or (wanted,)) if kind is not NoneType]
    return declaration is not None and any(issubclass(declaration, kind) for kind in kinds)
