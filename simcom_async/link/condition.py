"""How a link is doing, and the events that say so."""

from enum import Enum
from typing import ClassVar

from simcom_async.at.command import Service
from simcom_async.at.event import Event

__all__ = ["Condition", "LinkChanged", "ServiceSettled", "ServiceUnsettled"]


class Condition(Enum):
    """Whether commands can be written."""

    CLOSED = "closed"
    READY = "ready"
    DRAINING = "draining: what was given up is still being ended"
    OUT_OF_STEP = "out of step: it is not known what the next answer would belong to"
    LOST = "lost"

    @property
    def open(self) -> bool:
        """Whether a command can be accepted, to be written now or later."""
        return self in (Condition.READY, Condition.DRAINING, Condition.OUT_OF_STEP)


class LinkChanged(Event):
    """The link has another ``condition``; ``reason`` says why. ``silent``: because no answer came in time."""

    kind: ClassVar[str] = "link"
    __slots__ = ("condition", "reason", "silent")

    def __init__(self, condition: Condition, reason: str, *, silent: bool = False) -> None:
        self.condition = condition
        self.reason = reason
        self.silent = silent

    def __repr__(self) -> str:
        return f"LinkChanged({self.condition.name}, {self.reason})"


class ServiceUnsettled(Event):
    """Work of ``service`` was given up and its end not seen; ``command`` started it, secrets masked."""

    kind: ClassVar[str] = "unsettled"
    __slots__ = ("command", "service")

    def __init__(self, service: Service, command: str) -> None:
        self.service = service
        self.command = command

    def __repr__(self) -> str:
        return f"ServiceUnsettled({self.service}, {self.command})"


class ServiceSettled(Event):
    """Work of ``service`` that was given up has ended; ``command`` started it, secrets masked."""

    kind: ClassVar[str] = "settled"
    __slots__ = ("command", "service")

    def __init__(self, service: Service, command: str) -> None:
        self.service = service
        self.command = command

    def __repr__(self) -> str:
        return f"ServiceSettled({self.service}, {self.command})"
