"""Who is written next: by priority, and nobody waits for ever."""

from __future__ import annotations

import itertools
from bisect import insort
from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simcom_async.link.operation import Operation

__all__ = ["CommandQueue", "Priority"]


class Priority(IntEnum):
    """How urgent a command is. A less urgent one is written in spite of more urgent ones once it has waited longer.

    The number is the head start in seconds that a command gives to the more urgent ones: ageing.
    """

    URGENT = 0
    NORMAL = 5
    BACKGROUND = 30


class CommandQueue:
    """The operations that wait for the port (``waiting``), in the order in which they are to be written."""

    def __init__(self) -> None:
        self.waiting: list[tuple[float, int, Operation]] = []
        self._numbers = itertools.count()

    def __iter__(self) -> Iterator[Operation]:
        return iter([operation for _, _, operation in self.waiting])

    def add(self, operation: Operation) -> None:
        """Queues an operation behind those that are more urgent, or have waited for longer than their head start."""
        rank = operation.queued_at + operation.priority
        insort(self.waiting, (rank, next(self._numbers), operation))

    def take(self, eligible: Callable[[Operation], bool]) -> Operation | None:
        """The first operation that can be written now."""
        for place, (_, _, operation) in enumerate(self.waiting):
            if eligible(operation):
                del self.waiting[place]
                return operation
        return None

    def remove(self, operation: Operation) -> bool:
        """Takes an operation out; False when it is not in here."""
        for place, (_, _, waiting) in enumerate(self.waiting):
            if waiting is operation:
                del self.waiting[place]
                return True
        return False

    def clear(self) -> None:
        """Forgets all that waits."""
        self.waiting.clear()
