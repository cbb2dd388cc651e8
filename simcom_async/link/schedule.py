"""When a command is written, how long it may take, and what becomes of one that is given up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simcom_async.at.exchange import Exchange, State
from simcom_async.errors import LinkError
from simcom_async.link.boot_watch import BootWatch, boot_line, streams
from simcom_async.link.condition import Condition
from simcom_async.link.entry import BLOCK, enter_block, hand_over
from simcom_async.link.operation import Operation
from simcom_async.link.prompt_watch import PromptWatch
from simcom_async.link.queue import CommandQueue, Priority
from simcom_async.link.recovery import Recovery
from simcom_async.link.reserved import Reserved
from simcom_async.link.timer import LazyTimer

if TYPE_CHECKING:
    from simcom_async.at.command import Command
    from simcom_async.link.channel import Channel
    from simcom_async.link.claims import Claims
    from simcom_async.link.entry import Entered
    from simcom_async.ports.owner import Owner

__all__ = ["Schedule"]

#: Commands that may wait for a port.
_QUEUE_BOUND = 1024
#: Limits that silence reaches.
_SILENT = frozenset({"idle", "final", "completion"})


class Schedule:
    """The commands of one channel: queued, written one at a time, ended when their patience is."""

    def __init__(self, channel: Channel, claims: Claims) -> None:
        self.recovery = Recovery(channel, claims, self._send, self._fail_queued)
        self._channel = channel
        self._claims = claims
        self._reserved = Reserved(channel.bus)
        self._time = channel.time
        self._queue = CommandQueue()
        self._deadlines = LazyTimer(channel.time, self._look)
        self._owner: Owner | None = None
        channel.report_to(self, self._deadlines)
        channel.tally.watch(channel.bus)

    def start(self, owner: Owner) -> None:
        """Runs its tasks in ``owner`` from here on."""
        self._owner = owner
        self.recovery.start(owner)

    def stop(self, error: Callable[[Operation], Exception]) -> None:
        """The port is closed or gone: ends everything, each operation with an error of its own."""
        self._deadlines.cancel()
        self._reserved.end()
        self.recovery.stop()
        operations = self.operations()
        self._queue.clear()
        for operation in operations:
            operation.stop()
            operation.fail(error(operation))

    def operations(self) -> list[Operation]:
        """All that somebody waits for."""
        return [*self._channel.operations(), *self._queue]

    def submit(self, operation: Operation, entry: Entered | None) -> None:
        """Writes the command, or queues it. Raises LinkError when too many wait already."""
        channel, waiting = self._channel, self._queue.waiting
        if len(waiting) >= _QUEUE_BOUND:
            url = channel.port.url
            raise LinkError(f"{url}: {_QUEUE_BOUND} commands wait for the port already", port=url)
        if isinstance(entry, bytes) and len(entry) <= BLOCK:
            operation.block = entry
        elif entry is not None and self._owner is not None:
            operation.prompt = asyncio.get_running_loop().create_future()
            operation.transfer = self._owner.spawn(self._transfer(operation, entry))
        if streams(type(operation.command)):
            BootWatch(channel, operation)
        if entry is not None:
            PromptWatch(channel, operation, self.fail)
        now = self._time.now()
        if not waiting and channel.current is None and not channel.held and self._eligible(operation):
            channel.start(operation, now)
            return
        operation.queued_at = now
        self._queue.add(operation)
        self._deadlines.arm(operation.queued_at + channel.timings.queue)
        if channel.condition is Condition.OUT_OF_STEP:
            self.recovery.find_step("a command waits")
        self.free()

    def free(self) -> None:
        """Writes what waits, as long as the port is free."""
        queue = self._queue
        while queue.waiting and self._channel.free and (operation := queue.take(self._eligible)) is not None:
            self._channel.start(operation, self._time.now())

    def asked(self, operation: Operation) -> None:
        """The module asks for its entry: a block is written at once, all else by its own task."""
        operation.asked()
        error = None if operation.block is None else enter_block(self._channel, operation, operation.block)
        if error is not None:
            self.fail(operation, error)

    def settled(self, operation: Operation) -> None:
        """The completion of an operation has come."""
        self._channel.tally.ended(operation.exchange.state is State.FAILED)
        self._reserved.begin(operation)
        self.recovery.settled(operation)

    def follow(self, command: Command[Any]) -> None:
        """Takes the port's rate along when the module has changed its own."""
        baud = self._channel.demux.state.baud
        if baud and any(change.state == "baud" for change in command.wire.changes):
            self._channel.held = True
            self.recovery.follow(baud)

    def takes_now(self, command: Command[Any]) -> bool:
        """Whether a command would be written at once: the port is free, nobody waits for it, nothing forbids it."""
        channel = self._channel
        free = channel.free and not self._queue.waiting and not channel.time.stopped
        return free and self._eligible(Operation(Exchange(command)))

    def fail(self, operation: Operation, error: Exception) -> None:
        """Who waits for it gets ``error``, and what was written is aborted."""
        operation.fail(error)
        self.give_up(operation, str(error))

    def give_up(self, operation: Operation, reason: str) -> None:
        """Nobody waits for it any more: takes it out of the queue, or has it aborted as declared (law 8)."""
        operation.stop()
        if not self._queue.remove(operation) and not operation.given_up and not operation.exchange.finished:
            self.recovery.take(operation, reason)

    def _eligible(self, operation: Operation) -> bool:
        """Whether the module takes it now, and its reply cannot be taken for a completion that is still due.

        What nobody is in a hurry for also waits where the module may begin to refuse it while it is on its way.
        """
        due = self._channel.due
        if not self._reserved.takes(operation):
            return False
        if not due or operation.inner:
            return True
        patient = operation.priority is Priority.BACKGROUND
        return not any(
            operation.may_be_confused_with(other) or (patient and other.command.wire.reserves is not None)
            for other in due
        )

    async def _send(self, command: Command[Any]) -> object:
        """Sends a command of the link's own through the queue, past all claims."""
        operation = Operation(Exchange(command), Priority.URGENT, inner=True)
        self.submit(operation, None)
        await operation.done
        return operation.exchange.answer()

    async def _transfer(self, operation: Operation, entry: Entered) -> None:
        try:
            await hand_over(self._channel, operation, entry)
        except Exception as error:  # the source's, too: it belongs to who waits for the command
            self.fail(operation, error)

    def _look(self) -> float | None:
        """Ends the patience with what has waited too long; returns when to look again."""
        now = self._time.now()
        following = []
        for operation in self._channel.operations():
            when, limit = operation.limit()
            excusable = limit == "completion" or (limit == "idle" and operation.exchange.prompted)
            if self._time.reached(when) and excusable and self._claims.excuse(operation):
                operation.progress = now
                when, limit = operation.limit()
            if not self._time.reached(when):
                following.append(when)
            else:
                self._time_out(operation, limit)
        for operation in self._queue:
            when = operation.queued_at + self._channel.timings.queue
            if not self._time.reached(when):
                following.append(when)
            else:
                self.fail(operation, operation.timed_out("queue", now - operation.queued_at, b""))
        return min(following, default=None)

    def _time_out(self, operation: Operation, limit: str) -> None:
        """Nothing comes any more: what came last says whether the module has restarted in the middle of its answer."""
        channel = self._channel
        seen = channel.trace.seen()
        boot = boot_line(channel) if operation is channel.current and limit in _SILENT else None
        if boot is not None:
            channel.bus.publish(boot)
            return
        channel.tally.timed_out()
        self.fail(operation, operation.timed_out(limit, self._time.now() - operation.written_at, seen))

    def _fail_queued(self, error: LinkError) -> None:
        for operation in self._queue:
            self.fail(operation, LinkError(f"{operation.command.masked}: {error}", port=error.port, seen=error.seen))
