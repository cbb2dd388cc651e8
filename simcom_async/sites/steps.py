"""What servers of command and reply have in common: what they were told, and which command goes wrong."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from simcom_async.sites.requests import LOG_LIMIT, RequestLog
from simcom_async.sites.route import ServerFault

__all__ = ["StepFault", "StepLog"]

C = TypeVar("C")


@dataclass(slots=True, kw_only=True, eq=False)
class StepFault:
    """What goes wrong at one command, ``times`` times (None: always).

    ``command`` is its verb, empty: the greeting; ``argument``, where given, must be equal, too. The command is not
    carried out: ``reply`` is sent, and ``fault`` strikes the connection.
    """

    command: str = ""
    argument: str | None = None
    reply: str | None = None
    fault: ServerFault | None = None
    times: int | None = None

    def takes(self, verb: str, argument: str) -> bool:
        """Whether it strikes this command; counts the strike."""
        if self.times == 0 or self.command.upper() != verb or self.argument not in (None, argument):
            return False
        if self.times is not None:
            self.times -= 1
        return True


class StepLog(Generic[C]):
    """The last LOG_LIMIT commands; ``connections`` counts the connections, ``count`` all commands."""

    def __init__(self) -> None:
        self.commands: deque[C] = deque(maxlen=LOG_LIMIT)
        self.count = 0
        self.connections = 0
        self._happenings = RequestLog()

    def add(self, command: C) -> C:
        """Note a command."""
        self.commands.append(command)
        self.count += 1
        self.notify()
        return command

    def notify(self) -> None:
        """Say that something happened."""
        self._happenings.notify()

    async def until(self, condition: Callable[[], object], timeout: float = 10.0) -> None:
        """Return when ``condition()`` is true; it is asked whenever something happened. Raises TimeoutError."""
        await self._happenings.until(condition, timeout)
