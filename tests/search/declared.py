"""Dialogues of single commands, made of their declarations: what the transcripts do not ask, and what shadows what.

Each declared command without an entry or a text is sent, and answered with its replies at their limits, OK, and what
ends its work. Whether a declaration is true is judged elsewhere; here, that nothing in between is taken for an answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from simcom_async.at.codec import compiled
from simcom_async.at.command import Command, RawCommand
from simcom_async.at.dialect import Dialect
from simcom_async.at.exchange import State
from simcom_async.at.message import Message
from tests.judge.dialogue import Part, Quiet, Received, Send
from tests.judge.farend import Says
from tests.judge.spoken import Place, Spoken
from tests.judge.transcript import Does, Step
from tests.judge.wire import crlf
from tests.search.boundaries import boundaries
from tests.search.oracle import Oracle
from tests.search.search import Dialogue
from tests.test_declarations import sample, within

__all__ = ["questions"]


@cache
def questions(dialect: Dialect) -> tuple[Dialogue, ...]:
    """One dialogue for each command that can be asked alone, at its lower and at its upper limits."""
    found: list[Dialogue] = []
    for kind in sorted(dialect.table.declared, key=lambda kind: kind.__name__):
        for high in (False, True) if _alone(kind) else ():
            said = _spoken(dialect, within(dialect, sample(kind, high=high)), high=high)
            oracle = Oracle(dialect, said)
            if oracle.base.exchanges[0].state is State.DONE:
                name = f"{dialect.name}-{kind.__name__}/{'high' if high else 'low'}"
                found.append(Dialogue(name, oracle, tuple(boundaries(said, dialect))))
    return tuple(found)


def _alone(kind: type[Command[Any]]) -> bool:
    wire = kind.wire
    usual = not issubclass(kind, RawCommand) and wire.entry is None and wire.text is None
    return usual and not wire.unanswered and not wire.final_reply and wire.name not in ("A/", "+++")


def _spoken(dialect: Dialect, command: Any, *, high: bool) -> Spoken:
    lines = [(crlf(line), Says(crlf(line), step, step.text)) for line, step in _answer(dialect, command, high=high)]
    echo = command.text + b"\r"
    pieces = [(echo, Says(echo, Step(Does.SEND, command.text.decode("latin-1")))), *lines]
    places: list[Place] = []
    at = 0
    for data, turn in pieces:
        places.append(Place(1, at, at + len(data), turn))
        at += len(data)
    parts: tuple[Part, ...] = (Send(command), Received(b"".join(data for data, _ in pieces)), Quiet())
    return Spoken(parts, tuple(places))


def _answer(dialect: Dialect, command: Any, *, high: bool) -> Iterator[tuple[bytes, Step]]:
    """Its lines: replies, the final result, what ends its work."""
    wire = command.wire
    for reply in wire.replies:
        if compiled(reply).simple:
            yield _line(dialect, sample(reply, high=high), later=False)
    yield b"OK", Step(Does.RECV, "OK")
    if wire.completion is not None and wire.completion.expected(command):
        for ending in wire.completion.endings:
            for message in (sample(ending.message, high=high), sample(ending.message, high=not high)):
                same = {name: getattr(command, name) for name in ending.same}
                message = type(message)(**(dict(message) | same))
                if compiled(ending.message).simple and ending.ends(command, message):
                    yield _line(dialect, message, later=True)
                    return


def _line(dialect: Dialect, message: Message, *, later: bool) -> tuple[bytes, Step]:
    kind = type(message)
    line = compiled(kind).encode(message, spelled=dialect.spelled.get(kind))
    return line, Step(Does.RECV, line.decode("latin-1"), later=later)
