"""What the module takes, and nothing else, while something waits to be fetched (``Reservation`` of the language)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from simcom_async.at.event import FinalLine
from simcom_async.commands.topics import ModuleBooted
from simcom_async.link.condition import ServiceSettled

if TYPE_CHECKING:
    from simcom_async.at.command import Command, Ending, Reservation
    from simcom_async.at.message import Message
    from simcom_async.link.bus import EventBus
    from simcom_async.link.operation import Operation
    from simcom_async.link.subscription import Listener

__all__ = ["Reserved"]


class Reserved:
    """The reservation in force, if any: other extended commands wait until it is over, unless they are sent raw."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus
        self._now: Reservation | None = None
        self._watches: list[Listener[Any]] = []

    def takes(self, operation: Operation) -> bool:
        """Whether the module takes the command now."""
        command = operation.command
        if self._now is None or operation.inner or not command.wire.name.startswith("+"):
            return True
        return isinstance(command, self._now.commands)

    def begin(self, operation: Operation) -> None:
        """The work of a command has ended: perhaps with something that has to be fetched."""
        reservation = operation.command.wire.reserves
        if reservation is None or not _met(operation, reservation.begins):
            return
        self.end()
        self._now = reservation
        for ending in reservation.endings:
            self._watches.append(self._bus.on(ending.message, partial(self._look, ending, operation.command)))
        self._watches.append(self._bus.on(ModuleBooted, self.end))
        self._watches.append(self._bus.on(FinalLine, self._refused))
        self._watches.append(self._bus.on(ServiceSettled, self._settled))

    def end(self, _: object = None) -> None:
        """Everything is taken again."""
        self._now = None
        watches, self._watches = self._watches, []
        for watch in watches:
            watch.close()

    def _refused(self, line: FinalLine) -> None:
        """A module that refuses what it is reserved for knows nothing of it: it has restarted, or given up."""
        if self._now is not None and not line.ok and isinstance(line.command, self._now.commands):
            self.end()

    def _settled(self, event: ServiceSettled) -> None:
        """Work that ends it was given up, and is known to have ended: that line was lost."""
        kinds = () if self._now is None else self._now.commands
        if any(kind.wire.completion is not None and event.command.startswith(f"AT{kind.wire.name}") for kind in kinds):
            self.end()

    def _look(self, ending: Ending, command: Command[Any], message: Message) -> None:
        if ending.ends(command, message):
            self.end()


def _met(operation: Operation, ending: Ending) -> bool:
    """Whether one of the lines of its exchange is this message, with these values."""
    found = (line.message for line in operation.exchange.lines if line.declaration is ending.message)
    return any(message is not None and ending.ends(operation.command, message) for message in found)
