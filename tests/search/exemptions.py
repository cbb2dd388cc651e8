"""Where what comes in between rightly means something else: the ambiguities that the wire itself has.

Each says when it ``applies``; then, and only then, the line need not come out as an unsolicited one and leave all
else alone. What may differ even so is confined by the oracle. Each has an ``example``, which the tests play, so that
none can stand here without being true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simcom_async.at.codec import compiled
from simcom_async.at.command import Command, RawCommand
from simcom_async.at.dialect import Dialect
from tests.search.boundaries import Boundary

__all__ = ["EXEMPTIONS", "Exemption", "Situation"]


@dataclass(frozen=True, slots=True)
class Situation:
    """What the module was asked when something came in between: ``flying`` is the command whose final result has not
    come, ``due`` are those whose completion has not.
    """

    dialect: Dialect
    line: bytes
    place: Boundary
    flying: Command[object] | None
    due: tuple[Command[object], ...]

    @property
    def declared(self) -> bool:
        """Whether the dialect has an unsolicited line of this kind."""
        return any(entry.match(self.line) for entry in self.dialect.table.unsolicited.get(self.tag, ()))

    @property
    def waiting(self) -> tuple[Command[object], ...]:
        """The commands whose work a line of this shape ends, or carries."""
        return tuple(command for command in self.due if self._awaits(command))

    def _awaits(self, command: Command[object]) -> bool:
        completion = command.wire.completion
        assert completion is not None
        awaited = [*(ending.message for ending in completion.endings), *completion.packets]
        return any(self.tag in compiled(one).tags and compiled(one).match(self.line) for one in awaited)

    @property
    def tag(self) -> bytes:
        """What stands before the colon."""
        return self.line.partition(b":")[0]


@dataclass(frozen=True, slots=True)
class Exemption:
    """``reason`` is why no host can tell it, ``example`` a transcript and a line that means something else in it."""

    reason: str
    applies: Callable[[Situation], bool]
    example: tuple[str, str]


def _is_a_reply(found: Situation) -> bool:
    """It has the shape of a reply, or prompt, that the command in flight waits for."""
    command = found.flying
    if command is None:
        return False
    expected = [*command.wire.replies]
    if command.wire.entry is not None:
        expected.append(command.wire.entry.prompt)
    return any(found.tag in compiled(one).tags and compiled(one).match(found.line) for one in expected)


def _is_awaited(found: Situation) -> bool:
    """It has the shape of what ends, or carries, the work of a command."""
    return bool(found.waiting)


def _is_named(found: Situation) -> bool:
    """It begins with the name of the command in flight, and nothing declares it."""
    command, name = found.flying, found.tag.decode("latin-1").upper()
    if isinstance(command, RawCommand):
        return name in command.line.upper()
    return command is not None and command.wire.name == name and not found.declared


def _is_text(found: Situation) -> bool:
    """It is no line of AT, and the command in flight is answered with such lines."""
    command = found.flying
    if command is None or found.declared:
        return False
    if isinstance(command, RawCommand):
        return found.line[:1] not in b"+*^"
    untagged = [reply for reply in command.wire.replies if not compiled(reply).line.tag]
    return any(compiled(reply).match(found.line) for reply in untagged)


def _ends_a_call(found: Situation) -> bool:
    """It is the result of a call, and the command in flight may have tried one."""
    command = found.flying
    dials = command is not None and (command.wire.dials or isinstance(command, RawCommand))
    return dials and found.line == b"NO CARRIER"


EXEMPTIONS: Mapping[str, Exemption] = {
    "reply": Exemption(
        "a state line with exactly the reply's shape answers the command",
        _is_a_reply,
        ("sim7100-https-chttpsend-unsent", "+CHTTPSSEND: 0"),
    ),
    "completion": Exemption(
        "a line that the work waits for ends it, or carries it on, whoever sent it",
        _is_awaited,
        ("sim800-ftp-get", "+FTPGET: 1,77"),
    ),
    "own name": Exemption(
        "what nobody declares and begins with the name of the command answers it",
        _is_named,
        ("sim7100-smtp-smtpsend-ongoing", "+SMTPSEND: 1"),
    ),
    "call": Exemption(
        "NO CARRIER is the final result of a command that dials, or of which nothing is known (V.250 5.7.1)",
        _ends_a_call,
        ("sim800-ftp-operror-twice", "NO CARRIER"),
    ),
    "text": Exemption(
        "an untagged reply is any line that nothing else declares",
        _is_text,
        ("sim800-ftp-operror-twice", "a NUL"),
    ),
}
