"""How answers, prompts, results and unsolicited lines of one line look on the wire, as pieces of output."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from simcom_async.at.codec import compiled
from simcom_async.at.dialect import Dialect, WireState
from simcom_async.at.message import Message, Prompt
from simcom_async.at.response import ResponseFormat, Result
from simcom_async.virtual.piece import Kind, Piece

if TYPE_CHECKING:
    from simcom_async.at.code import Code
    from simcom_async.at.message import Line
    from simcom_async.virtual.turn import Answered, Refused

__all__ = ["Wording"]


_AS_DECLARED: Mapping[type[Message], Line] = MappingProxyType({})


class Wording:
    """Words for one line, as ``state`` has it; ``documented`` spelling or the real one; ``errors``: of +CME ERROR.

    ``spelled`` are the lines that the series prints in its own way.
    """

    def __init__(
        self,
        state: WireState,
        *,
        documented: bool,
        errors: type[Code] | None,
        spelled: Mapping[type[Message], Line] = _AS_DECLARED,
    ) -> None:
        self.format = ResponseFormat(state)
        self._documented = documented
        self._errors = errors
        self._spelled = spelled

    @classmethod
    def of(cls, dialect: Dialect, state: WireState, *, documented: bool) -> Wording:
        """The words of a series."""
        return cls(state, documented=documented, errors=dialect.errors, spelled=dialect.spelled)

    def encode(self, message: Message) -> bytes:
        """A message as a line, without line end."""
        kind = type(message)
        return compiled(kind).encode(message, documented=self._documented, spelled=self._spelled.get(kind))

    def answer(self, answered: Answered) -> list[Piece]:
        """An answer: its lines in one block, payloads right behind the line that opens them; a text opens by itself."""
        items = [] if answered is None else [answered] if isinstance(answered, Message) else list(answered)
        found: list[Piece] = []
        behind_line = False
        for item in items:
            if isinstance(item, bytes):
                found.append(Piece(Kind.PAYLOAD, item if found else self.format.opening + item))
                behind_line = False
                continue
            text = item.encode("latin-1") if isinstance(item, str) else self.encode(item)
            found.append(Piece(Kind.LINE, text + b"\r\n" if behind_line else self.format.information(text)))
            behind_line = True
        return found

    def prompt(self, message: Prompt, *, blank: bool = False) -> Piece:
        """A prompt: a line, or a mark, perhaps with a blank behind it."""
        text = self.encode(message)
        if not message.wire.mark:
            return Piece(Kind.PROMPT, self.format.information(text))
        return Piece(Kind.PROMPT, self.format.prompt(text + b" " if blank else text))

    def final(self, result: Result | str | None) -> list[Piece]:
        """A final result; None: there is none."""
        return [] if result is None else [Piece(Kind.FINAL, self.format.final(result))]

    def failure(self, refused: Refused) -> list[Piece]:
        """What a failure says, and its final result."""
        meaning = ""
        if self._errors is not None and refused.number is not None and refused.group == "CME":
            meaning = self._errors(refused.number).meaning
        final = Piece(Kind.FINAL, self.format.error(refused.number, meaning, group=refused.group))
        return [*self.answer(refused.said), final]

    def unsolicited(self, line: bytes) -> Piece:
        """A line that nobody asked for."""
        return Piece(Kind.URC, self.format.information(line))
