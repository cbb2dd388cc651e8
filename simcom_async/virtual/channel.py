"""One line of a virtual modem: a responder behind a port, and the order in which things are said on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from simcom_async.at.dialect import WireState
from simcom_async.at.escape import EscapeCodec
from simcom_async.at.responder import (
    CommandLine,
    Echo,
    EntryChunk,
    EntryEnd,
    Escape,
    Item,
    Mode,
    OnlineChunk,
    Responder,
)
from simcom_async.at.response import Result
from simcom_async.errors import PortLost
from simcom_async.ports.paced import PacedPort
from simcom_async.ports.port import LOW_WATER, Port
from simcom_async.ports.pty import PtyPort
from simcom_async.virtual.entry import Entered, Entry
from simcom_async.virtual.guard import Guard
from simcom_async.virtual.outgoing import Outgoing
from simcom_async.virtual.piece import Kind, Piece
from simcom_async.virtual.profile import Stored
from simcom_async.virtual.seizure import Seizure
from simcom_async.virtual.turn import Operation, Refused, Turn
from simcom_async.virtual.unsolicited import Unsolicited
from simcom_async.virtual.wording import Wording

if TYPE_CHECKING:
    from simcom_async.virtual.modem import VirtualModem

__all__ = ["Channel"]

_GUARD_REGISTER = 12


class Channel:
    """What a host on one port sees of the module. Its state outlives the clients that come and go on the port."""

    def __init__(self, modem: VirtualModem, port: Port, *, baud: int | None = None) -> None:
        self.modem = modem
        self.port = port
        self.line = port if baud is None else PacedPort(port, modem.clock, baud)
        self.state = WireState()
        self.responder = Responder(modem.dialect, self.state)
        self.wording = Wording.of(modem.dialect, self.state, documented=modem.options.wire == "documented")
        self.out = Outgoing(port, modem.clock, modem.faults, baud=baud)
        self.unsolicited = Unsolicited(self.responder, self.out, modem.clock)
        self._task: asyncio.Task[None] | None = None
        self._entry: Entry | None = None
        self.seizure = Seizure(self.responder, lambda: self._go_on(online=False))
        self._guard = Guard(modem.clock, self._guard_time, lambda: self._take(self.responder.quiet()))
        self._unheard = self._life = 0
        self._cold = False
        self.attached = False

    async def open(self) -> None:
        """Take the port. Raises LinkError where it cannot be had."""
        await self.line.open(self._receive, self._lost)
        self.attached = True

    async def aclose(self) -> None:
        """Give the port back."""
        self.attached = False
        self.out.clear()
        await self.line.aclose()

    # Power

    def start(self, stored: Stored, *, boot: bool) -> None:
        """The module is on: with its boot lines now (``boot``), when a client connects, or without."""
        self.responder.reset()
        self.adopt(stored)
        self._unheard = self.modem.options.autobaud
        self._cold = not boot and self.modem.options.boot == "cold"
        if boot:
            self._boot()

    def stop(self) -> None:
        """The module is off: nothing more is said, nothing is heard, no answer goes on."""
        self._life += 1
        self._guard.cancel()
        self._entry = None
        self.unsolicited.clear()
        self.seizure.forget()
        self.out.clear()
        self.responder.reset()
        task, self._task = self._task, None
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    def adopt(self, stored: Stored) -> None:
        """The wire is as a profile says."""
        self.state.echo, self.state.verbose = stored.echo, stored.verbose
        self.state.quiet, self.state.cmee = stored.quiet, stored.cmee
        self.responder.backspace = stored.registers.get(5, 8)

    def connected(self) -> None:
        """A client has come: a module that was switched on with it says so."""
        if self._cold and self.modem.powered:
            self._boot()

    def hang_up(self) -> None:
        """The client has gone, or has dropped DTR: the data mode ends, the state stays (AT&D0: even that goes on)."""
        if self.responder.mode is Mode.ONLINE and self.modem.profile.now.basics.get("&D", 2) != 0:
            self.modem.calls.hang_up()
            self.offline(None)

    def _boot(self) -> None:
        self._cold = False
        for line in self.modem.boot_lines(autobaud=self._unheard > 0):
            self.out.send(self.wording.unsolicited(line.encode("ascii")))

    # What is heard

    def _receive(self, data: bytes) -> None:
        if not self.modem.powered:
            return
        if self.modem.faults:
            data = self.modem.faults.incoming(data)
        self.unsolicited.typed_at = self.modem.clock.time()
        self._take(self.responder.receive(data))

    def _lost(self, error: PortLost) -> None:
        self.attached = False
        self.out.clear()
        self.hang_up()

    def _take(self, items: list[Item]) -> None:
        for item in items:
            match item:
                case CommandLine() if self._unheard:
                    self._unheard -= 1
                    if not self._unheard and self.modem.dialect.habits.autobaud:
                        self.interject(self.modem.dialect.habits.autobaud)
                    self._take(self.responder.resume())
                case CommandLine():
                    self._task = self.modem.spawn(partial(self._carry_out, item))
                case Echo(data) if not self._unheard:
                    self._echo(data)
                case EntryChunk(data) if self._entry is not None:
                    self._entry.add(data)
                case EntryEnd(cancelled) if self._entry is not None:
                    self._entry.end(cancelled=cancelled)
                case Echo() | EntryChunk() | EntryEnd():
                    continue  # nobody listens: it looks for the rate, or the entry is over
                case OnlineChunk(data):
                    self.modem.calls.receive(data)
                    self._guard.watch()
                case Escape():
                    self.offline(Result.OK)

    def _echo(self, data: bytes) -> None:
        # A terminal that a client left with echo on sends our echo back to us: two echoes would never end.
        if not (isinstance(self.port, PtyPort) and self.port.echo):
            self.out.send(Piece(Kind.ECHO, data))

    # What is said

    async def _carry_out(self, line: CommandLine) -> None:
        """Answer one command line: its commands one after another, up to the first that fails."""
        text, life = line.text.decode("latin-1"), self._life
        self.modem.faults.begins(self, text)
        turns: list[Turn[Any]] = []
        pieces: list[Piece] = []
        failure: Refused | None = None
        for part in line.parts:
            self.out.send(*pieces)
            pieces = []
            if life != self._life:
                return
            if part.command is None:
                failure = Refused(None if part.refusal is None else part.refusal.number)
                break
            turn = Turn(self.modem, self, part.command)
            try:
                pieces = self.wording.answer(await self.modem.answer(turn))
            except Refused as refused:
                failure = refused
                break
            self.state.change(part.command)
            turns.append(turn)
        if life != self._life:
            return
        if failure is not None:
            pieces += self.wording.failure(failure)
        else:
            pieces += self.wording.final(turns[-1].result if turns else Result.OK)
        await self._finish(text, turns, pieces)

    async def _finish(self, text: str, turns: list[Turn[Any]], pieces: list[Piece]) -> None:
        life = self._life
        operations = [operation for turn in turns for operation in turn.operations]
        if operations and self.modem.faults.completes_early():
            await self._spoken(operations.pop())
        self.out.send(*pieces)
        if life != self._life:
            return  # it was switched off in the middle of its answer
        not_before = self.modem.clock.time() + self.modem.options.urc_delay
        for operation in operations:
            self.modem.operate(partial(operation.run, not_before))
        self.modem.faults.ends(self, text)
        followers = [follower for turn in turns for follower in turn.followers]
        await self.out.drain(0 if followers else LOW_WATER)
        for follower in followers:
            follower()
        if life != self._life:
            return
        if self.out.baud is not None and self.state.baud:
            self.out.baud = self.state.baud
            await self.line.set_baud(self.state.baud)
        self._task = None
        self._go_on(Result.CONNECT in [turn.result for turn in turns[-1:]])

    async def _spoken(self, operation: Operation) -> None:
        """Let an operation run until its first URC is out, in front of the final result that is still due."""
        spoke = asyncio.Event()
        self.modem.operate(partial(operation.run, 0.0, spoke.set))
        await spoke.wait()
        self.unsolicited.flush()

    def _go_on(self, online: bool) -> None:
        """The answer is complete: what waited is said, then what the host has sent meanwhile is taken up."""
        if online:
            self._guard.watch()
            self._take(self.responder.online())
            return
        self.unsolicited.flush()
        if not self.seizure.hand_over():
            self._take(self.responder.resume())

    # Entries

    async def enter(
        self,
        prompt: Piece,
        size: int | EscapeCodec,
        *,
        echoed: bool,
        maximum: int | None,
        seconds: float | None,
        sink: Callable[[bytes], None] | None = None,
    ) -> Entered:
        """Send a prompt and take the entry; after ``seconds`` it is over with what has come, ``sink`` gets it."""
        entry = self._entry = Entry(maximum, sink)
        self.out.send(prompt)
        if self._entry is not entry:
            raise asyncio.CancelledError  # the module was switched off in the middle of the prompt
        self._take(self.responder.enter(size, echoed=echoed))
        timer = None
        if seconds is not None:
            timer = self.modem.clock.call_at(self.modem.clock.time() + seconds, entry.expire)
        try:
            return await entry.done
        finally:
            if timer is not None:
                timer.cancel()
            if self._entry is entry:
                self._entry = None
                self.responder.end_entry()

    # Unsolicited lines

    def urc(self, line: bytes) -> None:
        """Say a line that nobody asked for, as soon as no answer, no entry and no connection is under way."""
        self.unsolicited.say(self.wording.unsolicited(line))

    def interject(self, line: str) -> None:
        """Say a line right now, whatever is under way."""
        self.out.send(self.wording.unsolicited(line.encode("latin-1")))

    # The data mode

    def offline(self, result: Result | None) -> None:
        """The data mode is over."""
        self._guard.cancel()
        if result is not None:
            self.out.send(*self.wording.final(result))
        self._go_on(online=False)

    def _guard_time(self) -> int:
        return self.modem.profile.now.registers.get(_GUARD_REGISTER, 50)
