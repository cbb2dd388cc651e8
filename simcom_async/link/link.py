"""The link: one port, one bus, one command in flight."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from simcom_async.at.demux import Demux
from simcom_async.at.exchange import Exchange
from simcom_async.commands.topics import ModuleBooted
from simcom_async.errors import PortLost, SimcomError, UsageError
from simcom_async.link.bus import EventBus
from simcom_async.link.channel import Channel, Timings, spelling
from simcom_async.link.claims import Claim, Claims
from simcom_async.link.condition import Condition
from simcom_async.link.entry import Entered, check_entry
from simcom_async.link.evidence import Witness, gone
from simcom_async.link.operation import Operation
from simcom_async.link.queue import Priority
from simcom_async.link.repeat import repeated
from simcom_async.link.schedule import Schedule
from simcom_async.ports.clock import Clock, LoopClock
from simcom_async.ports.owner import Owner

if TYPE_CHECKING:
    from simcom_async.at.command import Command, Service
    from simcom_async.at.dialect import Dialect, WireState
    from simcom_async.ports.port import Port

__all__ = ["Link"]

A = TypeVar("A")


class Link:
    """Sends commands over a port, one at a time, and publishes all that comes on ``bus``; ``aclose`` is its end."""

    def __init__(
        self,
        port: Port,
        dialect: Dialect,
        *,
        clock: Clock | None = None,
        state: WireState | None = None,
        timings: Timings | None = None,
    ) -> None:
        clock = LoopClock() if clock is None else clock
        self.bus = EventBus(clock)
        self._clock = clock
        self._port = port
        self._channel = Channel(port, Demux(dialect, state), self.bus, clock, timings or Timings())
        self._claims = Claims()
        self._schedule = Schedule(self._channel, self._claims)
        self.tally, self.takes_now = self._channel.tally, self._schedule.takes_now
        recovery = self._schedule.recovery
        self.rescue, self.settled, self.forget = recovery.rescue, recovery.until_settled, recovery.forget
        self.left = self._claims.left
        self.watch_claims, self.attest = self._claims.watch, Witness(self._channel).attest
        self.bus.attest = self.attest
        self._owner: Owner | None = None
        self._closed: asyncio.Event | None = None
        self.bus.on(ModuleBooted, recovery.restarted)

    @property
    def condition(self) -> Condition:
        """How the link is doing."""
        return self._channel.condition

    @property
    def dialect(self) -> Dialect:
        """The dialect in force; a new one applies from the next command and the next line on."""
        return self._channel.demux.dialect

    @dialect.setter
    def dialect(self, dialect: Dialect) -> None:
        self._channel.demux.dialect = dialect

    @property
    def state(self) -> WireState:
        """What is known of the wire."""
        return self._channel.demux.state

    @property
    def flow_control(self) -> bool:
        """Whether ``pause`` makes the module wait; elsewhere its bytes are lost."""
        return self._port.flow_control

    async def open(self) -> None:
        """Opens the port and starts reading. Raises LinkError as the port does, UsageError when it is open or ended."""
        if self._closed is not None or self.condition not in (Condition.CLOSED, Condition.LOST):
            raise UsageError(f"the link over {self._port.url} is {self.condition.value} and cannot be opened")
        if self._owner is not None:
            await self._owner.aclose()
        owner = self._owner = Owner(f"link over {self._port.url}", failed=self._broken)
        await owner.start()
        try:
            await self._port.open(self._channel.received, self._lost)
        except BaseException:
            await owner.aclose()
            raise
        self._schedule.start(owner)
        self._channel.opened()

    async def aclose(self) -> None:
        """Ends everything in flight, within a bound, and closes the port and the bus; again is harmless."""
        if self._closed is not None:
            await self._closed.wait()
            return
        self._closed = asyncio.Event()
        self._channel.closing, self._channel.accepts = True, False
        try:
            for operation in self._schedule.operations():
                self._schedule.fail(operation, self._gone(operation.command))
            end = self._channel.time.now() + self._channel.timings.closing
            await self._channel.until(lambda: not self._schedule.recovery.busy, end)
        finally:
            try:
                await self._shut()
            finally:
                self._closed.set()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def send(
        self,
        command: Command[A],
        *,
        entry: Entered | None = None,
        sink: Callable[[bytes], None] | None = None,
        size: int | None = None,
        timeout: float | None = None,
        priority: Priority = Priority.NORMAL,
        admit: bool = True,
        retries: int = 0,
    ) -> A:
        """Sends a command and returns its answer when its work has ended.

        ``entry`` is handed over after the prompt; ``sink`` gets each piece of its payload; ``size`` is the length in
        bytes of a payload that has none of its own; ``timeout`` replaces the declared seconds to its final result and
        completion; ``admit=False`` sends what the dialect or a claim would refuse; ``retries`` are for repeatable
        commands only.

        Raises UsageError (nothing was written), CommandFailed, CommandTimeout, LinkError. A cancellation aborts it.
        """

        async def once() -> A:
            try:
                exchange = await self.exchange(
                    command, entry=entry, sink=sink, size=size, timeout=timeout, priority=priority, admit=admit
                )
                return cast("A", exchange.answer())
            except SimcomError as error:
                self.attest(error)
                raise

        settle = self._channel.timings.settle
        return await (repeated(once, command, retries, self._clock, settle) if retries else once())

    async def exchange(
        self,
        command: Command[Any],
        *,
        entry: Entered | None = None,
        sink: Callable[[bytes], None] | None = None,
        size: int | None = None,
        timeout: float | None = None,
        priority: Priority = Priority.NORMAL,
        admit: bool = True,
    ) -> Exchange:
        """Sends a command as ``send`` does; all that came of it, whatever its final result."""
        channel = self._channel
        if admit:
            channel.demux.dialect.admit(command)
            if self._claims.held or self._claims.unsettled:
                self._claims.admit(command)
        if entry is not None or command.wire.entry is not None:
            check_entry(command, entry)
        if not channel.accepts:
            raise self._gone(command)
        state = channel.demux.state
        exchange = Exchange(command, size=size, text=spelling(command, state) if state.spellings else None)
        operation = Operation(exchange, priority)
        operation.sink, operation.timeout = sink, timeout
        self._schedule.submit(operation, entry)
        try:
            await operation.done
        except asyncio.CancelledError:
            if operation.done.cancelled():
                self._schedule.give_up(operation, f"{command.masked} was cancelled")
            raise
        if entry is not None:
            operation.check_entered()
        return exchange

    def claim(self, service: Service) -> Claim:
        """Takes a service until the end of the ``with`` block. Raises ServiceBusy, see ``Claims``."""
        return self._claims.claim(service, self.dialect)

    @property
    def claimed(self) -> frozenset[Service]:
        """The services that somebody has taken."""
        return frozenset(self._claims.held)

    def pause(self) -> None:
        """Stops reading the port, and with it all deadlines. For ports with flow control: others lose bytes."""
        self._channel.pause()

    def resume(self) -> None:
        """Goes on reading."""
        self._channel.resume()

    async def drop(self, why: str) -> None:
        """Closes the port as if it were lost; ``open`` opens it again."""
        self._lost(PortLost(f"{self._port.url} {why}", port=self._port.url))
        await self._port.aclose()

    def _lost(self, error: PortLost) -> None:
        """The port is gone: everything in flight and queued fails by name."""
        self.attest(error)
        self._schedule.stop(lambda operation: self._gone(operation.command, error))
        self._channel.gone(Condition.LOST, str(error))
        self.bus.fail(error)

    def _broken(self, error: BaseException) -> None:
        """A task of the link's own has failed, which is a bug: nobody must go on waiting for it."""
        lost = PortLost(f"{self._port.url}: the link has failed: {error!r}", port=self._port.url)
        lost.__cause__ = error
        self._lost(lost)

    def _gone(self, command: Command[Any], cause: PortLost | None = None) -> PortLost:
        condition = Condition.CLOSED if self._closed is not None else self.condition
        return gone(self._channel, command, condition, cause)

    async def _shut(self) -> None:
        self._schedule.stop(lambda operation: self._gone(operation.command))
        self._channel.gone(Condition.CLOSED, "closed")
        try:
            if self._owner is not None:
                await self._owner.aclose()
        finally:
            try:
                await self._port.aclose()
            finally:
                self.bus.close()
