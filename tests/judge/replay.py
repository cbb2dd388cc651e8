"""A transcript against the host: its lines are sent by a real link, its module is played at the far end of the line."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from simcom_async.at.command import ByParameter, Command, Entry, RawCommand, Terminated
from simcom_async.at.dialect import Dialect
from simcom_async.at.event import Event, FinalLine, LineEvent, PayloadChunk, PromptLine, UrcLine
from simcom_async.at.message import Message
from simcom_async.errors import CommandFailed, UsageError
from simcom_async.link.channel import Timings
from simcom_async.link.link import Link
from simcom_async.link.subscription import Overflow, Subscription
from simcom_async.ports.memory import memory_line
from tests.judge.console import DEADLINE, Console
from tests.judge.declared import built, part_of
from tests.judge.farend import Hears, Manner, Says, Turn
from tests.judge.farend import play as far_end
from tests.judge.fields import assert_declared
from tests.judge.transcript import Does, Transcript

__all__ = ["SPELLINGS", "Replay", "judge_line", "replay", "spelled"]

#: Where the host writes another spelling than the document: the AT manual prints this one, and the case of the tag does
#: not matter (device-facts 5.1); blanks behind commas are the printer's (SIM7100 Internet service 4.1).
#: What is ASCII needs no hex, a path is one hex string, and AT+CHTTPSSEND has two S (device-facts 8.1).
SPELLINGS = {
    '"Contype"': '"CONTYPE"',
    '", ': '",',
    "AT+CHTTPSEND": "AT+CHTTPSSEND",
    '{non-ascii}"74657374"': '"test"',
    '{non-ascii}"74657374646972"': '"testdir"',
    '"/2F74657374646972/B2E2CAD42E747874"': '"2F746573746469722FB2E2CAD42E747874"',
}

#: A line that says no although OK follows (SIM7100 Internet service 4.3, A20).
REFUSED_WITH_OK = re.compile(rb"\+POP3: *ONGOING")


@dataclass(slots=True)
class Asked:
    """A command that was sent: what it became, what it should, and what came of it so far."""

    command: Command[Any]
    task: asyncio.Task[Any]
    pieces: list[bytes] = field(default_factory=list)
    payloads: list[bytes] = field(default_factory=list)
    events: list[LineEvent] = field(default_factory=list)
    failed: bool = False


def spelled(line: str) -> bytes:
    """The line as the host writes it."""
    for printed, spelling in SPELLINGS.items():
        line = line.replace(printed, spelling)
    return line.encode("latin-1")


def judge_line(event: Event, turn: Says) -> None:
    """One line has become what the transcript says that it is."""
    line = turn.line or ""
    assert isinstance(event, LineEvent)
    assert event.text.decode("latin-1") == line
    if turn.step.final:
        assert isinstance(event, FinalLine)
        assert event.ok == (line == "OK")
        return
    kind = UrcLine if turn.step.later else PromptLine if turn.step.does is Does.PROMPT else LineEvent
    assert isinstance(event, kind), f"{line!r} became {event!r}"
    if isinstance(event, PromptLine) and isinstance(event.command, RawCommand):
        return  # a mark behind a command that was sent raw, of which nothing is declared
    assert_declared(event, line, turn.captures)


class Replay:
    """One transcript on one link. ``refused`` are its lines that the dialect rightly does not take, ``held`` those that
    the link rightly holds back while another command is under way, or its answer is unread.
    """

    def __init__(
        self, link: Link, module: Console, lines: Sequence[str], refused: Sequence[str], held: Sequence[str]
    ) -> None:
        self._link = link
        self._module = module
        self._refused = refused
        self._held = held
        self._left = Counter(lines)
        self._waiting: list[asyncio.Task[Any]] = []
        self._asked: list[Asked] = []
        self._events: Subscription[Event] = link.bus.subscribe(
            LineEvent, PayloadChunk, bound=65536, overflow=Overflow.FAIL
        )

    async def turn(self, turns: Sequence[Turn]) -> None:
        """One command line and all that follows it up to the next."""
        line = turns[0].data[:-1].decode("latin-1")
        asked = await self._send(line, turns)
        raw = isinstance(asked.command, RawCommand)
        wire = (line.encode("latin-1") if raw else spelled(line)) + b"\r"
        assert await self._module.read(len(wire)) == wire
        await self._give_up_waiting()
        for turn in turns[1:]:
            if isinstance(turn, Hears):
                heard = await self._module.read(len(turn.data))
                assert heard == turn.data, f"{line}: the entry came as {heard!r}"
            else:
                self._module.write(wire if turn.step.does is Does.SEND else turn.data)
        for turn in turns[1:]:
            if isinstance(turn, Says):
                await self._see(turn, asked)
        await self._settle()

    async def _send(self, line: str, turns: Sequence[Turn]) -> Asked:
        command, admit = await self._admitted(line)
        entry = next((turn.data for turn in turns[1:] if isinstance(turn, Hears)), None)
        declared = command.wire.entry
        if entry is None and declared is not None:
            entry = _at_hand(command, declared)
        elif entry is not None and declared is not None and isinstance(declared.size, Terminated):
            decoder = declared.size.codec.decoder()
            data = decoder.receive(entry)
            assert decoder.finished
            if decoder.cancelled:  # as only a program can that writes the bytes itself
                command = RawCommand.of(line)
            else:
                entry = data
        pieces: list[bytes] = []
        sending = self._link.send(command, entry=entry, sink=pieces.append, admit=admit)
        asked = Asked(command, asyncio.create_task(sending), pieces)
        self._asked.append(asked)
        return asked

    async def _admitted(self, line: str) -> tuple[Command[Any], bool]:
        """The declared command; one that is refused is first shown to be refused, then sent all the same.

        One that is held back is queued in front of the same line sent raw, which a program may always do.
        """
        part = part_of(self._link.dialect, line)
        if part.command is not None:
            assert line not in self._refused, f"{line} should be refused"
            self._left[line] -= 1
            if line not in self._held or self._left[line]:  # the last one is held back
                return part.command, True
            self._waiting.append(asyncio.create_task(self._link.send(part.command)))
            return RawCommand.of(line), True
        assert line in self._refused, f"{line}: {part.refusal}"
        with pytest.raises(UsageError):
            await self._link.send(built(self._link.dialect, line))
        return RawCommand.of(line), False

    async def _give_up_waiting(self) -> None:
        """What the link holds back has not been written, though something behind it was; nor will it be."""
        while self._waiting:
            task = self._waiting.pop()
            assert not task.done()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert self._module.unread == b"", "a command was written that should have been held back"

    async def _see(self, turn: Says, asked: Asked) -> None:
        """What the module said has become events, in order."""
        if turn.payload is not None:
            asked.payloads.append(turn.payload)
            assert await self._payload(asked) == turn.payload
            return
        event = await self._next()
        if isinstance(event, PayloadChunk) and not event.data and event.last:
            event = await self._next()  # the end of a text, of which there was nothing
        if turn.line is None:
            assert isinstance(event, LineEvent)
            assert event.kind == "echo"
            return
        judge_line(event, turn)
        assert isinstance(event, LineEvent)
        asked.failed = asked.failed or (isinstance(event, FinalLine) and not event.ok)
        for owner in self._asked:
            if event.command is owner.command:
                owner.events.append(event)

    async def _payload(self, asked: Asked) -> bytes:
        data = b""
        while True:
            event = await self._next()
            assert isinstance(event, PayloadChunk)
            assert event.command is asked.command
            assert event.offset == len(data)
            data += event.data
            if event.last:
                assert event.complete
                return data

    async def _next(self) -> Event:
        event = await self._events.get(DEADLINE)
        assert isinstance(event, Event)
        return event

    async def _settle(self) -> None:
        """Commands whose last line has come have returned, with that line's values; the others still wait."""
        for asked in list(self._asked):
            final = any(isinstance(event, FinalLine) for event in asked.events)
            completion = asked.command.wire.completion
            due = completion is not None and not completion.optional and completion.expected(asked.command)
            waits = due and not asked.failed
            if final and (not waits or any(isinstance(event, UrcLine) for event in asked.events)):
                await self._answered(asked)
                self._asked.remove(asked)
            else:
                assert not asked.task.done(), f"{asked.command} returned too early"

    async def _answered(self, asked: Asked) -> None:
        async with asyncio.timeout(DEADLINE):
            if asked.failed or any(REFUSED_WITH_OK.fullmatch(event.text) for event in asked.events):
                with pytest.raises(CommandFailed):
                    await asked.task
                return
            answer = await asked.task
        assert b"".join(asked.pieces) == b"".join(asked.payloads)
        messages = [event.message for event in asked.events if event.message is not None]
        if isinstance(answer, Message):
            assert answer in messages
        elif isinstance(answer, tuple) and not isinstance(asked.command, RawCommand):
            assert all(message in messages for message in answer)
        assert answer is not None or type(asked.command).answer is None or not messages

    async def aclose(self) -> None:
        """Leave no task behind, also where the replay has failed."""
        tasks = [*(asked.task for asked in self._asked), *self._waiting]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def end(self, unended: Sequence[str]) -> None:
        """Nothing is left: no other command waits, and no event has come of which the transcript does not speak."""
        assert [asked.command.masked for asked in self._asked] == list(unended)
        assert self._events.pending == 0


def _at_hand(command: Command[Any], entry: Entry) -> bytes:
    """What a program would enter where the module of the transcript does not let it: nothing of it may be written."""
    return b"x" * (getattr(command, entry.size.field) if isinstance(entry.size, ByParameter) else 1)


async def replay(
    transcript: Transcript,
    dialect: Dialect,
    manner: Manner = Manner.PRINTED,
    *,
    refused: Sequence[str] = (),
    held: Sequence[str] = (),
    unended: Sequence[str] = (),
    said: Sequence[Turn] | None = None,
    kind: Callable[..., Replay] = Replay,
    timings: Timings | None = None,
) -> None:
    """The whole transcript against the host; ``unended`` are its commands that it leaves without an end.

    ``said`` is the course that is played in its place, ``kind`` who judges it.
    """
    near, far = memory_line()
    link = Link(near, dialect, timings=timings)
    async with Console(far) as module:
        await link.open()
        course = _turns(list(far_end(transcript, manner) if said is None else said))
        lines = [turns[0].data[:-1].decode("latin-1") for turns in course]
        player = kind(link, module, lines, refused, held)
        try:
            for turns in course:
                await player.turn(turns)
            await player.end(unended)
        finally:
            await link.aclose()
            await player.aclose()


def _turns(turns: Sequence[Turn]) -> list[list[Turn]]:
    found: list[list[Turn]] = []
    for turn in turns:
        if isinstance(turn, Hears) and turn.step.does is Does.SEND:
            found.append([])
        found[-1].append(turn)
    return found
