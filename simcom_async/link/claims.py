"""Which services are taken: claimed by somebody, or unsettled because the end of their work was not seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from simcom_async.at.command import Service
from simcom_async.errors import ServiceBusy

if TYPE_CHECKING:
    from simcom_async.at.command import Command
    from simcom_async.at.dialect import Dialect
    from simcom_async.link.operation import Operation

__all__ = ["Claim", "Claims"]


class Claim:
    """A service that is taken until ``release``, or until the end of the ``with`` block.

    ``waiting`` is set by its holder while it makes the module wait: the patience with completions of the service stands
    still then (law 7).
    """

    def __init__(self, service: Service, release: Callable[[Claim], None]) -> None:
        self.service = service
        self._release = release
        self._waiting = self._waited = False

    @property
    def waiting(self) -> bool:
        """Whether the holder makes the module wait."""
        return self._waiting

    @waiting.setter
    def waiting(self, waiting: bool) -> None:
        self._waiting = waiting
        self._waited = self._waited or waiting

    def excuses(self) -> bool:
        """Whether the holder has made the module wait since this was asked last."""
        waited, self._waited = self._waited, self._waiting
        return waited

    def release(self) -> None:
        """Gives the service back; again is harmless."""
        self._release(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


class Claims:
    """The services of one module: one user at a time, and none while the end of the last work is not known.

    A claim excludes other claims of the service and of those that the dialect declares as excluded. It does not look
    at who sends a command: that is the business of whoever claimed. ``left`` are services with work of which
    nobody will hear the end: the module may go on with it. Who finds it idle takes the service out.
    """

    def __init__(self) -> None:
        self.held: dict[Service, Claim] = {}
        self.unsettled: list[Operation] = []
        self.left: set[Service] = set()
        self._changed: Callable[[], None] = _nothing

    def claim(self, service: Service, dialect: Dialect) -> Claim:
        """Takes a service. Raises ServiceBusy when it is taken, unsettled, or excluded by one that is."""
        self._check_settled(service)
        for held in self.held:
            if held is service:
                raise ServiceBusy(f"{service}: the service is claimed already", field="service", value=service)
            if held in exclusions(dialect)[service]:
                raise ServiceBusy(f"{service}: not while {held} is claimed", field="service", value=service)
        for operation in self.unsettled:
            if operation.command.wire.service in exclusions(dialect)[service]:
                raise ServiceBusy(f"{service}: not while {_why(operation)}", field="service", value=service)
        claim = self.held[service] = Claim(service, self._give_back)
        self._changed()
        return claim

    def watch(self, changed: Callable[[], None]) -> None:
        """Has ``changed`` called whenever a service was taken or given back; there is one who watches."""
        self._changed = changed

    def admit(self, command: Command[Any]) -> None:
        """Raises ServiceBusy for a command whose service is unsettled, or that excludes a service that is taken."""
        wire = command.wire
        if wire.service is not None:
            self._check_settled(wire.service, command)
        if not wire.excludes:
            return
        taken = {operation.command.wire.service: _why(operation) for operation in self.unsettled}
        taken |= {service: f"{service} is claimed" for service in self.held}
        for service in wire.excludes:
            if service in taken and service is not wire.service:
                raise ServiceBusy(f"{command.masked}: not while {taken[service]}", field="service", value=service)

    def excuse(self, operation: Operation) -> bool:
        """Whether its completion is late because whoever holds its service makes the module wait."""
        service = operation.command.wire.service
        claim = None if service is None else self.held.get(service)
        return claim is not None and not operation.given_up and claim.excuses()

    def doubt(self, operation: Operation) -> None:
        """The end of its work is not known: its service is unsettled."""
        if operation.command.wire.service is not None and operation not in self.unsettled:
            self.unsettled.append(operation)

    def settle(self, operation: Operation) -> None:
        """The end of its work is known."""
        if operation in self.unsettled:
            self.unsettled.remove(operation)

    def lose(self, operations: Iterable[Operation]) -> None:
        """The port is gone, with these under way."""
        self.leave([*operations, *self.unsettled])
        self.unsettled.clear()

    def leave(self, operations: Iterable[Operation]) -> None:
        """Nobody will hear how these end."""
        services = (operation.command.wire.service for operation in operations)
        self.left.update(service for service in services if service is not None)

    def _check_settled(self, service: Service, command: Command[Any] | None = None) -> None:
        for operation in self.unsettled:
            wire = operation.command.wire
            helps = (wire.abort.command, None if wire.probe is None else wire.probe.command)
            if wire.service is not service or (command is not None and type(command) in helps):
                continue
            raise ServiceBusy(f"{service}: not while {_why(operation)}", field="service", value=service)

    def _give_back(self, claim: Claim) -> None:
        if self.held.get(claim.service) is claim:
            del self.held[claim.service]
            self._changed()


def _nothing() -> None:
    """Nobody watches."""


def exclusions(dialect: Dialect) -> dict[Service, frozenset[Service]]:
    """Which services exclude each other, in either direction, by the declared commands of a dialect."""
    return _exclusions(dialect.commands)


@cache
def _exclusions(commands: tuple[type[Command[Any]], ...]) -> dict[Service, frozenset[Service]]:
    found: dict[Service, set[Service]] = {service: set() for service in Service}
    for command in commands:
        service = command.wire.service
        if service is not None:
            for other in command.wire.excludes:
                found[service].add(other)
                found[other].add(service)
    return {service: frozenset(others) for service, others in found.items()}


def _why(operation: Operation) -> str:
    return f"{operation.command.masked} was given up and its end has not been seen"
