"""A transcript as a dialogue for the demux, and where in it each thing is that the module says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simcom_async.at.command import Command, RawCommand
from simcom_async.at.dialect import Dialect
from tests.judge.declared import declared_command
from tests.judge.dialogue import Entered, Part, Quiet, Received, Send
from tests.judge.farend import Hears, Manner, Says
from tests.judge.farend import play as far_end
from tests.judge.known import HELD_BACK, REFUSED
from tests.judge.transcript import Does, Transcript

__all__ = ["Place", "Spoken", "spoken"]


@dataclass(frozen=True, slots=True)
class Place:
    """One thing that the module says: the number of its burst among the parts, its bytes there, and what it is."""

    part: int
    start: int
    end: int
    turn: Says


@dataclass(frozen=True, slots=True)
class Spoken:
    """The parts of a dialogue, and the places of all that the module says in them, in order."""

    parts: tuple[Part, ...]
    places: tuple[Place, ...]


def spoken(transcript: Transcript, manner: Manner, dialect: Dialect | None, *, apart: bool = False) -> Spoken:
    """The transcript as a dialogue; without a dialect its commands are raw ones, and so is what the link holds back.

    What comes together is one burst; ``apart``: there is silence around everything.
    """
    parts: list[Part] = []
    places: list[Place] = []
    written, raw = b"", set(REFUSED.get(transcript.name, ()))
    for turn in far_end(transcript, manner):
        match turn:
            case Hears(data, step) if step.does is Does.SEND:
                line = data[:-1].decode("latin-1")
                known = None if line in raw else dialect
                command: Command[Any] = RawCommand.of(line) if known is None else declared_command(known, line)
                raw |= {line} & set(HELD_BACK.get(transcript.name, ()))
                written = command.text
                parts += [Quiet(), Send(command)] if parts else [Send(command)]
            case Hears(data, _):
                parts.append(Entered(data))
            case Says(data, step):
                if step.does is Does.SEND:
                    data = written + b"\r"
                parts += [Quiet()] if apart and isinstance(parts[-1], Received) else []
                burst = parts[-1].data if isinstance(parts[-1], Received) else b""
                parts[len(parts) - bool(burst) :] = [Received(burst + data)]
                places.append(Place(len(parts) - 1, len(burst), len(burst) + len(data), turn))
    return Spoken((*parts, Quiet()), tuple(places))
