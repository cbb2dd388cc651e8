"""What the link does on its own: ending what was given up, and finding the step again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine
from typing import TYPE_CHECKING, Any

from simcom_async.at.command import Means
from simcom_async.at.event import LateReply, Noise
from simcom_async.at.exchange import State
from simcom_async.commands.general import At
from simcom_async.errors import CommandTimeout, LinkError
from simcom_async.link.abort import Send, ask, leave_port, outlast, settle
from simcom_async.link.boot_watch import boot_line, cut_short
from simcom_async.link.condition import Condition, ServiceSettled, ServiceUnsettled
from simcom_async.link.layer import Layer, Undertaken
from simcom_async.link.rescue import Rescue
from simcom_async.link.unseen import in_entry, leave_unseen, missed

if TYPE_CHECKING:
    from simcom_async.at.command import Service
    from simcom_async.commands.topics import ModuleBooted
    from simcom_async.link.channel import Channel
    from simcom_async.link.claims import Claims
    from simcom_async.link.operation import Operation
    from simcom_async.ports.owner import Owner

__all__ = ["Recovery", "resynchronise"]

_log = logging.getLogger("simcom_async.link")

#: Without an echo that names the probe, two answers in a row that stand alone show that nothing late is among them.
_CERTAIN = 2


class Recovery:
    """Ends operations that were given up, in tasks of the link's owner.

    One that holds the port keeps it until its final result was seen, or until the link is in step again; work that
    leaves the port free keeps its service claimed until it has ended. ``on_failed`` is called when the step cannot be
    found.
    """

    def __init__(self, channel: Channel, claims: Claims, send: Send, on_failed: Callable[[LinkError], None]) -> None:
        self._channel = channel
        self._claims = claims
        self._send = send
        self._on_failed = on_failed
        self._owner: Owner | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._left: Operation | None = None  # a command in whose entry the module may be

    @property
    def busy(self) -> bool:
        """Whether anything is still being ended."""
        return bool(self._tasks)

    @property
    def _draining(self) -> bool:
        return self._channel.condition is Condition.DRAINING

    def start(self, owner: Owner) -> None:
        """Runs its tasks in ``owner`` from here on."""
        self._owner = owner

    def stop(self) -> None:
        """Ends its tasks: the port is gone."""
        self._owner = None
        current, due = self._channel.current, self._channel.due
        self._left = in_entry(current) or self._left
        for task in self._tasks:
            task.cancel()
        self._claims.lose(due if current is None else [current, *due])

    def take(self, operation: Operation, reason: str) -> None:
        """Ends an operation that was written and that nobody waits for any more."""
        channel = self._channel
        operation.given_up = True
        channel.demux.abandon(operation.exchange)
        if operation is channel.current:
            channel.trace.keep(operation.exchange)
            end = channel.time.now() + channel.timings.settle
            if operation.exchange.state is not State.EARLY:  # else its work has ended, and its final result is lost
                end = max(end, operation.drained())
            channel.current = None
            self._left = in_entry(operation) or self._left
            self._hold(reason, silent=_timed_out(operation))
            if operation.exchange.answering:
                self._claims.doubt(operation)
            self._spawn(self._drain(operation, end, reason), f"drain after {operation.command.masked}")
        elif operation in channel.due:
            self._unsettled(operation, abort=True)

    def find_step(self, reason: str) -> None:
        """Finds out what the next answer will belong to; commands wait until then."""
        self._hold(reason)
        self._spawn(self._back_in_step(reason, certain=False), "resynchronise")

    async def rescue(self, layers: Collection[Layer] = frozenset(Layer)) -> Rescue:
        """Looks for a module that does not answer AT, see ``Rescue``; commands wait meanwhile.

        Takes LIMIT seconds and a few more, behind what the link is doing already. Raises PortLost.
        """
        channel = self._channel
        busy = channel.time.now() + channel.timings.resync + channel.timings.probe
        await channel.until(lambda: not self._draining, busy)
        rescue = Rescue(channel, layers, self._left)
        self._left = None
        if channel.condition is not Condition.OUT_OF_STEP:
            rescue.answered = channel.condition is Condition.READY
            return rescue
        self._hold("the module does not answer; what it was left in is being ended")
        try:
            await rescue.run()
        finally:
            if self._draining:  # else the port is gone
                self._rescued(rescue)
        return rescue

    def _rescued(self, rescue: Rescue) -> None:
        if rescue.answered:
            self.find_step("the module answers again")
            return
        url = self._channel.port.url
        account = f"; {rescue.account}" if rescue.account else ""
        self._fail(LinkError(f"{url}: no answer to AT{account}", port=url, seen=rescue.seen))

    def restarted(self, boot: ModuleBooted) -> None:
        """The module has booted: nothing that was under way will come to its end."""
        channel = self._channel
        self._left = in_entry(channel.current)  # it may have heard this behind its start
        self._claims.left.clear()
        ended = [one for one in channel.operations() if not one.exchange.finished or cut_short(one.exchange)]
        if channel.current in ended:
            channel.current = None
            self.find_step(f"the module has restarted: {type(boot).__name__}")
        channel.forget(ended)
        for operation in ended:
            operation.restarted(type(boot).__name__, channel.port.url, channel.trace.seen())
        for operation in list(self._claims.unsettled):
            operation.settled = True
            channel.forget([operation])
            self.settled(operation)

    async def until_settled(self, service: Service, timeout: float | None) -> bool:
        """Waits until work of ``service`` that was given up has ended; CommandTimeout after ``timeout`` seconds.

        Returns whether there was such work.
        """
        waited = False
        while any(operation.command.wire.service is service for operation in self._claims.unsettled):
            waited = True
            bus = self._channel.bus
            await bus.wait_for(ServiceSettled, timeout=timeout, where=lambda event: event.service is service)
        return waited

    def forget(self, service: Service) -> None:
        """Takes work of a service that was given up for ended: nothing more comes of it, as the caller knows."""
        for operation in list(self._claims.unsettled):
            if operation.command.wire.service is service and operation in self._channel.due:
                operation.settled = True
                self._end(operation)

    def follow(self, baud: int) -> None:
        """Changes the rate of the port, which is held until then."""
        self._spawn(self._set_baud(baud), f"{baud} bit/s")

    def settled(self, operation: Operation) -> None:
        """The completion of an operation has come; one that was given up gives its service back."""
        self._claims.settle(operation)
        service = operation.command.wire.service
        if operation.given_up and service is not None:
            self._channel.bus.publish(ServiceSettled(service, operation.command.masked))

    def _hold(self, reason: str, *, silent: bool = False) -> None:
        self._channel.held = True
        self._channel.change(Condition.DRAINING, reason, silent=silent)

    def _begin(self, layer: Layer, why: str) -> Undertaken:
        return Undertaken(self._channel.bus, self._channel.time.now, layer, why)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        if self._owner is None or not self._owner.running:
            work.close()
            return
        task = self._owner.spawn(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._channel.wake()

    async def _set_baud(self, baud: int) -> None:
        try:
            await self._channel.port.set_baud(baud)
        except LinkError as error:
            self._fail(error)
            return
        self._channel.release()

    async def _drain(self, operation: Operation, end: float, reason: str) -> None:
        exchange, restarts = operation.exchange, self._channel.tally.restarts
        try:
            certain = await self._leave_port(operation, end, reason)
        except LinkError as error:
            self.settled(operation)
            self._fail(error)
            return
        if not exchange.answering or exchange.finished or exchange.state is State.EARLY:
            self.settled(operation)  # its work has ended, whether or not its final result was seen
        else:
            completion = exchange.command.wire.completion
            waits = exchange.command.wire.abort.after is Means.WAIT
            aborted = certain and completion is not None and completion.holds_port and not waits
            self._channel.due.append(operation)
            self._unsettled(operation, abort=not aborted)
            certain = certain and not operation.payload  # one that has broken off swallows what comes next
        if not certain and restarts == self._channel.tally.restarts and (boot := boot_line(self._channel)) is not None:
            self._channel.bus.publish(boot)
        await self._back_in_step(reason, certain=certain and not operation.unanswered)

    async def _leave_port(self, operation: Operation, end: float, reason: str) -> bool:
        """Has it leave the port; whether its final result was seen, so that no answer of it can come any more."""
        with self._begin(Layer.ABORT, reason) as step:
            certain = await leave_port(self._channel, operation, min(end, missed(operation)))
            if not certain and operation.command.wire.entry is not None:
                await leave_unseen(self._channel, operation, end)
            if certain:
                step.helped("its final result was seen")
            step.in_vain("its final result was not seen")
        return certain

    async def _back_in_step(self, reason: str, *, certain: bool) -> None:
        """Finds the step; where silence is enough nothing is asked."""
        try:
            if certain:
                await resynchronise(self._channel, certain=True)
            else:
                with self._begin(Layer.PROBE, reason) as step:
                    await resynchronise(self._channel, certain=False)
                    step.helped("an answer was certain to be its own")
        except LinkError as error:
            self._fail(error)
            return
        self._left = None
        self._channel.change(Condition.READY, "in step")
        self._channel.release()

    def _fail(self, error: LinkError) -> None:
        self._channel.change(Condition.OUT_OF_STEP, str(error))
        self._on_failed(error)

    def _unsettled(self, operation: Operation, *, abort: bool) -> None:
        """Its completion was not seen: the service stays claimed until it is known to have ended."""
        if operation.settled:
            self._end(operation)
            return
        self._claims.doubt(operation)
        service = operation.command.wire.service
        if service is not None:
            self._channel.bus.publish(ServiceUnsettled(service, operation.command.masked))
        self._spawn(self._settle(operation, abort=abort), f"settle {operation.command.masked}")

    async def _settle(self, operation: Operation, *, abort: bool) -> None:
        with self._begin(Layer.ABORT, f"the end of {operation.command.masked} was not seen") as step:
            await settle(self._channel, operation, self._send, abort=abort)
            if operation.settled or operation.exchange.finished:
                step.helped("it has ended")
            else:
                await outlast(self._channel, operation)
                step.in_vain("nothing but its completion can tell that it has ended")
            if operation.settled and operation in self._channel.due:
                self._end(operation)

    def _end(self, operation: Operation) -> None:
        """Nothing more can come of it."""
        channel = self._channel
        channel.demux.settle(operation.exchange)
        channel.due = [other for other in channel.due if other is not operation]
        self._claims.leave([operation])
        self.settled(operation)
        channel.step()


def _timed_out(operation: Operation) -> bool:
    """Whether whoever waited for it was told that nothing came in time."""
    done = operation.done
    return done.done() and not done.cancelled() and isinstance(done.exception(), CommandTimeout)


async def resynchronise(channel: Channel, *, certain: bool) -> None:
    """Waits for silence, then sends AT until an answer is certain to be its own; ``certain``: silence is enough.

    Raises LinkError, with what was seen, when that does not come about.
    """
    timings = channel.timings
    url = channel.port.url
    end = channel.time.now() + timings.resync
    if certain:
        await channel.silence(timings.quiet, end)
        return
    clean = 0
    while clean < _CERTAIN:
        await channel.silence(timings.settle, end)
        channel.flush()
        if channel.time.reached(end):
            seen = channel.trace.seen()
            missing = f"{url}: no certain answer to AT within {timings.resync} s, received was {seen!r}"
            raise LinkError(missing, port=url, seen=seen)
        said = await _probe(channel, end)
        clean = clean + said if said else 0


async def _probe(channel: Channel, end: float) -> int:
    """Sends AT. Returns what its answer says: 2 when its own echo came before it, 1 when it stood alone, else 0."""
    timings = channel.timings
    with channel.bus.subscribe(LateReply, Noise) as strays:
        exchange = await ask(channel, At(), min(end, channel.time.now() + timings.probe))
        if exchange.state is not State.DONE:
            return 0
        await channel.silence(timings.settle, end)
        if exchange.echoed:
            return _CERTAIN
        return 0 if strays.pending else 1
