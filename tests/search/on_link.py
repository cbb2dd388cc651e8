"""A transcript on a real link, with something that comes in between, or a module that restarts there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from simcom_async.at.event import LineEvent
from simcom_async.commands.general import At
from simcom_async.errors import CommandFailed, ModemRestarted
from simcom_async.link.channel import Timings
from tests.judge.console import DEADLINE
from tests.judge.farend import Hears, Says, Turn
from tests.judge.farend import play as far_end
from tests.judge.known import HELD_BACK, REFUSED, UNENDED
from tests.judge.replay import Replay, replay
from tests.judge.transcript import Does, Step
from tests.judge.wire import crlf
from tests.search.boundaries import Boundary
from tests.search.course import offset
from tests.search.search import Example
from tests.search.urcs import Insertion

__all__ = ["interrupted", "restarted"]

#: A link that need not wait long: everything here comes at once.
TIMINGS = Timings(settle=0.05)


@dataclass(frozen=True, slots=True)
class Interjected(Says):
    """What comes in between; ``lines`` are what it is."""

    lines: tuple[bytes, ...] = ()


class Interrupted(Replay):
    """The transcript goes on as if nothing had come; the link is usable behind it."""

    async def _see(self, turn: Says, asked: object) -> None:
        if not isinstance(turn, Interjected):
            return await super()._see(turn, asked)  # type: ignore[arg-type]
        for line in turn.lines:
            event = await self._next()
            assert isinstance(event, LineEvent)
            assert (event.text, event.command) == (line, None)
            assert event.kind in ("urc", "noise"), f"{line!r} became {event!r}"
        return None

    async def end(self, unended: Sequence[str]) -> None:
        """Nothing is left, and the next command is answered."""
        await super().end(unended)
        asking = asyncio.create_task(self._link.send(At()))
        assert await self._module.read(3) == b"AT\r"
        self._module.write(b"\r\nOK\r\n")
        await asking


class Restarted(Replay):
    """The module restarts in the middle: whoever waits for it learns it at once, and the link finds its step again.

    ``waiting`` is how many commands wait then, for their final result or for their end; one whose end may stay away may
    wait still.
    """

    def __init__(self, *arguments: Any, waiting: int) -> None:
        super().__init__(*arguments)
        self.over = False
        self._restarted = waiting

    async def turn(self, turns: Sequence[Turn]) -> None:
        """Up to the restart; nothing of the transcript is played behind it."""
        if self.over:
            return
        end = next((n for n, turn in enumerate(turns) if isinstance(turn, Interjected)), None)
        if end is None:
            await super().turn(turns)
            return
        self.over = True
        line = turns[0].data[:-1].decode("latin-1")
        await self._send(line, turns)
        echo = await self._module.read_past(b"\r")
        await self._give_up_waiting()
        for turn in turns[1 : end + 1]:
            if isinstance(turn, Hears):
                await self._module.read(len(turn.data))
            else:
                self._module.write(echo if turn.step.does is Does.SEND else turn.data)
        await self._recover()

    async def _recover(self) -> None:
        tasks = [asked.task for asked in self._asked]
        async with asyncio.timeout(DEADLINE):
            await asyncio.wait(tasks)
        errors = [error for task in tasks if (error := task.exception()) is not None]
        assert len([error for error in errors if isinstance(error, ModemRestarted)]) >= self._restarted, errors
        assert all(isinstance(error, ModemRestarted | CommandFailed) for error in errors), errors
        asking = asyncio.create_task(self._link.send(At()))
        answering = asyncio.create_task(self._answer())
        try:
            async with asyncio.timeout(DEADLINE):
                await asking
        finally:
            answering.cancel()
            await asyncio.gather(asking, answering, return_exceptions=True)

    async def _answer(self) -> None:
        """A module that answers AT and takes no notice of the rest of an entry."""
        while True:
            data = await self._module.read_past(b"\r")
            if data.endswith(b"AT\r"):
                self._module.write(b"\r\nOK\r\n")

    async def end(self, unended: Sequence[str]) -> None:
        """All tasks have ended before."""
        assert self.over


async def interrupted(dialogue: Example, place: Boundary, insertion: Insertion) -> None:
    """Plays it; raises AssertionError for whatever has become different."""
    await _play(dialogue, place, insertion, Interrupted)


async def restarted(dialogue: Example, place: Boundary, boot: bytes) -> None:
    """Plays it up to the place where the line ``boot`` comes."""
    oracle = dialogue.oracle
    found = oracle.situation(place, boot, offset(oracle.said.parts, place))
    sure = [command for command in found.due if command.wire.completion and not command.wire.completion.optional]
    waiting = len({id(command) for command in (found.flying, *sure) if command is not None})
    await _play(dialogue, place, Insertion("boot", crlf(boot), (boot,)), partial(Restarted, waiting=waiting))


async def _play(dialogue: Example, place: Boundary, insertion: Insertion, kind: Callable[..., Replay]) -> None:
    transcript = dialogue.transcript
    turns = list(far_end(transcript, dialogue.manner))
    turns.insert(_index(dialogue, turns, place), _interjected(insertion))
    await replay(
        transcript,
        dialogue.oracle.dialect,
        dialogue.manner,
        refused=REFUSED.get(transcript.name, ()),
        held=HELD_BACK.get(transcript.name, ()),
        unended=UNENDED.get(transcript.name, ()),
        said=turns,
        kind=kind,
        timings=TIMINGS,
    )


def _interjected(insertion: Insertion) -> Interjected:
    step = Step(Does.RECV, later=True)
    return Interjected(insertion.data, step, insertion.name, lines=insertion.lines)


def _index(dialogue: Example, turns: Sequence[Turn], place: Boundary) -> int:
    """Where among the turns the place is."""
    said = [number for number, turn in enumerate(turns) if isinstance(turn, Says)]
    found = [
        number + (one.start != place.at)
        for number, one in zip(said, dialogue.oracle.said.places, strict=True)
        if one.part == place.part and place.at in (one.start, one.end)
    ]
    return found[-1]
