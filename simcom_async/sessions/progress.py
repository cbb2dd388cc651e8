"""How far a transfer has come: for the caller's ``progress`` and for whoever looks on."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from simcom_async.at.command import Service
from simcom_async.at.event import Event

if TYPE_CHECKING:
    from simcom_async.link.bus import EventBus

__all__ = ["Direction", "Meter", "Progress", "TransferProgress"]

Progress = Callable[[int, int | None], None]
"""Called with the bytes done so far and the bytes in all (None: not known), in the task that moves them."""


class Direction(StrEnum):
    """Which way the bytes move."""

    RECEIVE = "receive"
    SEND = "send"


class TransferProgress(Event):
    """``done`` bytes of ``total`` (None: not known) have been moved by the session of ``service``."""

    __slots__ = ("direction", "done", "service", "total")

    def __init__(self, service: Service, direction: Direction, done: int, total: int | None) -> None:
        self.service = service
        self.direction = direction
        self.done = done
        self.total = total

    def __repr__(self) -> str:
        return f"TransferProgress({self.service.value}, {self.direction.value}, {self.done} of {self.total})"


class Meter:
    """Counts the bytes of one transfer and tells of them: as events, and to ``progress`` where there is one."""

    def __init__(self, bus: EventBus, service: Service, direction: Direction, progress: Progress | None) -> None:
        self.done = 0
        self._bus = bus
        self._service = service
        self._direction = direction
        self._progress = progress

    def add(self, count: int, total: int | None) -> None:
        """So many more bytes have been moved."""
        self.done += count
        self._bus.publish(TransferProgress(self._service, self._direction, self.done, total))
        if self._progress is not None:
            self._progress(self.done, total)
