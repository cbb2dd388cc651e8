"""One port with its demux and its bus: received bytes to events, and the operations that they move along."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from simcom_async.at.command import LINES_WITHOUT_AT
from simcom_async.at.demux import Demux
from simcom_async.at.dialect import WireState
from simcom_async.at.event import Event, PayloadChunk
from simcom_async.at.exchange import State
from simcom_async.errors import LinkError
from simcom_async.link.condition import Condition, LinkChanged
from simcom_async.link.tally import Tally
from simcom_async.link.timer import LazyTimer, WireTime
from simcom_async.link.trace import Trace

if TYPE_CHECKING:
    from simcom_async.at.command import Command
    from simcom_async.link.bus import EventBus
    from simcom_async.link.operation import Operation
    from simcom_async.ports.clock import Clock
    from simcom_async.ports.port import Port

__all__ = ["Channel", "Timings", "spelling"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Seconds that belong to the link and not to a command.

    ``quiet``: silence that ends what has no other end. ``queue``: the longest wait for the port. ``settle``: silence
    after which nothing late is expected any more, nor a line that belongs to the one before it. ``probe``: for the
    answer to AT. ``resync``: to find the step again. ``closing``: that ``aclose`` leaves to an abort under way.
    ``unsettled``: between two looks at a service whose end was not seen; they grow up to thirty times this.
    """

    quiet: float = 0.02
    queue: float = 300.0
    settle: float = 0.3
    probe: float = 1.0
    resync: float = 20.0
    closing: float = 1.0
    unsettled: float = 2.0

    def silence(self, demux: Demux) -> float:
        """The silence that ends what is open; a line that is still to come has longer than the rest of one."""
        return self.settle if demux.continues else self.quiet


class Observer(Protocol):
    """Whoever decides what a channel does next."""

    def free(self) -> None:
        """Another command can be written."""

    def asked(self, operation: Operation) -> None:
        """The module asks for the entry of an operation."""

    def settled(self, operation: Operation) -> None:
        """A completion that was due has come."""

    def fail(self, operation: Operation, error: Exception) -> None:
        """The sink of an operation raised ``error``."""

    def follow(self, command: Command[Any]) -> None:
        """A command has changed the wire; when it has changed the rate the port is held until ``release``."""


class Channel:
    """What happens on one port: one operation holds it (``current``), others only await their completion (``due``).

    ``held`` keeps the port from everybody but the link's own recovery. ``accepts``: whether commands are taken at all.
    """

    def __init__(self, port: Port, demux: Demux, bus: EventBus, clock: Clock, timings: Timings) -> None:
        self.port = port
        self.demux = demux
        self.bus = bus
        self.timings = timings
        self.time = WireTime(clock)
        self.trace = Trace(port.url)
        self.tally = Tally()
        self.condition = Condition.CLOSED
        self.accepts = self.closing = False
        self.current: Operation | None = None
        self.due: list[Operation] = []
        self.held = False
        self._last = 0.0
        # Until when a line that went on behind a pause may turn out to have been cut by a restart.
        self._hold = 0.0
        self._quiet = LazyTimer(self.time, self._silent)
        self._watchers: set[asyncio.Future[None]] = set()

    def report_to(self, observer: Observer, deadlines: LazyTimer) -> None:
        """Whom to tell what happens, and which timer must fire when a patience ends."""
        self._observer = observer
        self._deadlines = deadlines

    @property
    def free(self) -> bool:
        """Whether a command can be written."""
        return self.current is None and not self.held

    def operations(self) -> list[Operation]:
        """The operations that somebody waits for, the one that holds the port first."""
        found = self.due if self.current is None or self.held else [self.current, *self.due]
        return [operation for operation in found if not operation.given_up]

    def opened(self) -> None:
        """The port has been opened."""
        self.held = False
        self.time.bind()
        self.change(Condition.READY, "opened")

    def change(self, condition: Condition, reason: str, *, silent: bool = False) -> None:
        """Notes and publishes how the link is doing."""
        self.condition = condition
        self.accepts = condition.open and not self.closing
        self.bus.publish(LinkChanged(condition, reason, silent=silent))

    def gone(self, condition: Condition, reason: str) -> None:
        """The port is closed or lost: nothing comes of anything any more."""
        self._quiet.cancel()
        self.held, self.current, self.due, self._hold = True, None, [], 0.0
        known = self.demux.state
        self.demux = Demux(self.demux.dialect, WireState(baud=known.baud, spellings=known.spellings))
        self.time.go_on()
        if self.condition is not condition:
            self.change(condition, reason)
        self.wake()

    def forget(self, operations: list[Operation]) -> None:
        """The module has restarted: nothing comes of these, and of the wire nothing is known."""
        self.due = [operation for operation in self.due if operation not in operations]
        self.demux.forget()
        state = self.demux.state
        state.echo = state.verbose = state.quiet = state.cmee = None

    def start(self, operation: Operation, now: float) -> None:
        """Arms the demux, then writes the command (law 3). What the port raises goes to who waits for the operation."""
        exchange = operation.exchange
        self.current = operation
        if self.demux.unfinished and now > self._last + self.timings.settle:
            self.bus.publish_all(self.demux.flush(), self.time.read(), 0)
        self.trace.command(exchange, now)
        self.demux.arm(exchange)
        operation.written_at = operation.progress = now
        exchange.written()
        line = exchange.text + _line_end(type(exchange.command))
        self.tally.written(len(line))
        try:
            self.port.write(line)
        except LinkError as error:
            self.current = None
            self.demux.settle(exchange)
            operation.fail(error)
            return
        if not self._deadlines.covers(now + operation.shortest):
            self._deadlines.arm(operation.limit()[0])

    def write(self, data: bytes, operation: Operation | None = None) -> None:
        """Writes bytes that are no command: an entry, or what ends one."""
        self.trace.entry(data, self.time.now(), echoes=self.demux.state.echo is not False)
        self.tally.bytes_out += len(data)
        self.demux.entered(data)
        self.port.write(data)
        if operation is not None:
            operation.progress = self.time.now()
            _encourage(self.due, operation, self.time.now())

    def received(self, data: bytes) -> None:
        """The port's sink: everything happens in this call, and nothing waits."""
        time = self.tally.last_heard = self.time.read()
        self.tally.bytes_in += len(data)
        now = self.time.at(time)
        if now > self._last + self.timings.settle and self.demux.unfinished:
            self._hold = now + self.timings.quiet
        self._last = now
        if self.current is not None:
            self.current.heard = True
        self.trace.received(data, now)
        events = self.demux.receive(data)
        if events:
            self._hand_on(events, time, len(data))
        if self._hold > now or self.demux.busy:
            self._quiet.arm(now + self.timings.silence(self.demux))
        if self._watchers:
            self.wake()

    def step(self) -> None:
        """Lets the operations follow what their exchanges have become."""
        if self._hold > self._last:
            return
        operation = self.current
        if operation is not None:
            exchange = operation.exchange
            if exchange.finished:
                self._finish(operation)
            elif exchange.state is not operation.state:
                self._advance(operation)
        if self.due:
            self._complete()
        if self.current is None and not self.held:
            self._observer.free()

    def release(self) -> None:
        """The link's own work on the port has ended."""
        self.held = False
        self.step()

    def _complete(self) -> None:
        """Resolves the operations whose completion has come."""
        for operation in self.due:
            if operation.exchange.finished:
                self.due = [other for other in self.due if other is not operation]
                operation.resolve()
                self._observer.settled(operation)

    def pause(self) -> None:
        """Stops reading; deadlines stand still."""
        self.time.stop()
        self.port.pause()

    def resume(self) -> None:
        """Goes on reading."""
        self.port.resume()
        self.time.go_on()
        self._last = self.time.now()
        if self.demux.busy:
            self._quiet.arm(self._last + self.timings.silence(self.demux))
        self._deadlines.look()
        self.wake()

    def flush(self) -> None:
        """Ends, incomplete, what is still open: nothing more will come of it."""
        self._hand_on(self.demux.flush(), self.time.read(), 0)

    async def until(self, reached: Callable[[], bool], end: float) -> bool:
        """Waits until ``reached``, looked at after each read; False when ``end`` came before."""
        while not reached():
            if self.time.reached(end):
                return False
            await self._activity(end)
        return True

    async def silence(self, seconds: float, end: float) -> bool:
        """Waits until nothing has been received for ``seconds`` from now on; False when ``end`` came before."""
        start = self.time.now()
        while not self.time.reached(until := max(start, self._last) + seconds):
            if self.time.reached(end):
                return False
            await self._activity(min(until, end))
        return True

    def wake(self) -> None:
        """Lets those who wait in ``until`` and ``silence`` look again."""
        for watcher in self._watchers:
            if not watcher.done():
                watcher.set_result(None)

    def _hand_on(self, events: list[Event], time: float, size: int) -> None:
        self.bus.publish_all(events, time, size)
        for event in events:
            if isinstance(event, PayloadChunk):
                self._payload(event)
        self.step()

    def _payload(self, chunk: PayloadChunk) -> None:
        for operation in self.due if self.current is None else (self.current, *self.due):
            if operation.command is chunk.command:
                try:
                    operation.came(chunk, self._last)
                except Exception as error:  # of the caller's function: it goes to the caller
                    self._observer.fail(operation, error)

    def _finish(self, operation: Operation) -> None:
        """Frees the port from an operation of which nothing more is awaited."""
        self.current = None
        if self.trace.delicate:
            self.trace.ended()
        operation.resolve()
        self.tally.ended(operation.exchange.state is State.FAILED)
        if self.due:
            _encourage(self.due, operation, self.time.now())
        if operation.command.wire.changes and operation.exchange.state is State.DONE:
            self._observer.follow(operation.command)

    def _advance(self, operation: Operation) -> None:
        """Lets an operation, whose exchange has come to another state, go on to what it waits for next."""
        state = operation.state = operation.exchange.state
        operation.progress = self.time.now()
        if state is State.PROMPTED:
            self._observer.asked(operation)
        elif operation.exchange.port_free:
            self.current = None
            self.trace.ended()
            self.trace.keep(operation.exchange)
            self.due.append(operation)
        self._deadlines.arm(operation.limit()[0])

    def _silent(self) -> float | None:
        quiet = self._last + self.timings.silence(self.demux)
        if not self.time.reached(quiet):
            return quiet
        held, self._hold = self._hold, 0.0
        if held or self.demux.busy:
            self._hand_on(self.demux.quiet(), self.time.read(), 0)
        return None

    async def _activity(self, until: float) -> None:
        """Waits for received bytes, or the moment ``until``."""
        watcher = asyncio.get_running_loop().create_future()
        self._watchers.add(watcher)
        try:
            await self.time.wait(watcher, until, self.wake)
        finally:
            self._watchers.discard(watcher)


def _encourage(due: list[Operation], operation: Operation, now: float) -> None:
    """A command of a service goes on: patience with the completions of that service begins anew."""
    service = operation.command.wire.service
    for other in due:
        if service is not None and other.command.wire.service is service:
            other.progress = now


@cache
def _line_end(kind: type[Command[Any]]) -> bytes:
    return b"" if kind.wire.name in LINES_WITHOUT_AT else b"\r"


def spelling(command: Command[Any], state: WireState) -> bytes | None:
    """The command line in the spelling that this module turned out to have; None: as declared."""
    name = command.wire.name
    if name not in state.spellings:
        return None
    return command.text.replace(name.encode("ascii"), state.spellings[name].encode("ascii"), 1)
