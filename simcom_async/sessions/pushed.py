"""What a module pushes, until somebody reads it: the memory for it is bounded (law 7)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simcom_async.link.link import Link

__all__ = ["Pushed"]

_HIGH = 65_536  # bytes unread at which the module has to wait
_BOUND = 1_048_576  # bytes unread at most, where it cannot be made to wait


class Pushed:
    """Bytes that have come and nobody has read; ``size`` is how many.

    Where the port has flow control a slow reader makes the module wait; elsewhere ``put`` raises what ``broken`` makes
    of the reason when there are too many. After ``close`` all that comes goes nowhere.
    """

    def __init__(self, link: Link, broken: Callable[[str], Exception]) -> None:
        self.size = 0
        self._link = link
        self._broken = broken
        self._pieces: deque[bytes] = deque()
        self._paused = self._closed = False

    def put(self, data: bytes) -> None:
        """Some more have come."""
        if self._closed:
            return
        self._pieces.append(data)
        self.size += len(data)
        if self.size > _HIGH and self._link.flow_control and not self._paused:
            self._paused = True
            self._link.pause()
        elif self.size > _BOUND:
            raise self._broken(
                f"{self.size} bytes wait unread, and without flow control the module cannot be made to wait; "
                "read faster, use flow control, or take blocks"
            )

    def take(self, keep: int = 0) -> bytes:
        """All of them, but for the last ``keep``."""
        data = b"".join(self._pieces)
        end = max(0, len(data) - keep)
        self._pieces = deque([data[end:]] if end < len(data) else [])
        self.size = len(data) - end
        self._go_on()
        return data[:end]

    def close(self) -> None:
        """Nobody reads any more."""
        self._closed = True
        self._pieces.clear()
        self.size = 0
        self._go_on()

    def _go_on(self) -> None:
        if self._paused:
            self._paused = False
            self._link.resume()
