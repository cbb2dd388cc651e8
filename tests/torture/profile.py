"""What a verb does when nothing goes wrong: at which moments it can be struck."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Iterable
from dataclasses import dataclass, field
from typing import Any

from simcom_async.virtual.fault import Fault
from simcom_async.virtual.piece import Kind, Piece

__all__ = ["Profile", "Said", "Stepped", "Witness"]


@dataclass(frozen=True)
class Said:
    """A line of the module, under the command of this number."""

    kind: Kind
    text: str
    command: int


@dataclass
class Profile:
    """A clean run: its command lines, the lines of the module, the bytes said to each command, the awaits."""

    commands: list[str] = field(default_factory=list)
    lines: list[Said] = field(default_factory=list)
    output: list[int] = field(default_factory=list)
    awaits: int = 0

    def occurrence(self, number: int) -> int:
        """The how-manieth command line with its text the command of this number is, and what comes before it."""
        text = self.commands[number].upper()
        return sum(text in line.upper() for line in self.commands[: number + 1])


@dataclass(kw_only=True, eq=False)
class Witness(Fault):
    """Nothing goes wrong: it only looks."""

    profile: Profile = field(init=False)

    def begins(self, channel: object, line: str) -> None:
        """A command line begins."""
        self.profile.commands.append(line)
        self.profile.output.append(0)

    def outgoing(self, piece: Piece) -> Iterable[Piece]:
        """Something is said."""
        profile = self.profile
        if profile.output:
            profile.output[-1] += len(piece.data)
        if piece.kind not in (Kind.ECHO, Kind.PAYLOAD):
            for line in piece.data.split(b"\r\n"):
                if line:
                    profile.lines.append(Said(piece.kind, line.decode("latin-1"), len(profile.commands) - 1))
        return (piece,)


class Stepped:
    """Awaits some work step by step, and calls ``strike`` as it begins its ``at``-th await (None: never)."""

    def __init__(self, work: Awaitable[Any], at: int | None = None, strike: Callable[[], None] | None = None) -> None:
        self._work = work
        self._at = at
        self._strike = strike
        self.count = 0

    def __await__(self) -> Generator[Any, Any, Any]:
        inner = self._work.__await__()
        step: Callable[[], Any] = lambda: next(inner)  # noqa: E731
        while True:
            try:
                waits_for = step()
            except StopIteration as end:
                return end.value
            self.count += 1
            if self.count == self._at and self._strike is not None:
                self._strike()
            try:
                sent = yield waits_for
            except BaseException as error:
                thrown = error
                step = lambda: inner.throw(thrown)  # type: ignore[attr-defined]  # noqa: E731, B023
            else:
                step = lambda: inner.send(sent)  # type: ignore[attr-defined]  # noqa: E731, B023
