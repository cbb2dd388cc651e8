"""What a host enters after a prompt, as far as it has come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Entered", "Entry"]


@dataclass(frozen=True, slots=True)
class Entered:
    """What the host has entered: all of it, or (not ``complete``) what came before the timer; or ``cancelled``."""

    data: bytes
    complete: bool = True
    cancelled: bool = False


class Entry:
    """Data that the host is entering, at most ``maximum`` bytes of them kept; ``done`` has it in the end.

    With ``sink`` nothing is kept: each piece is handed on as it comes.
    """

    def __init__(self, maximum: int | None, sink: Callable[[bytes], None] | None = None) -> None:
        self.done: asyncio.Future[Entered] = asyncio.get_running_loop().create_future()
        self._data = bytearray()
        self._maximum = maximum
        self._sink = sink

    def add(self, data: bytes) -> None:
        """Take more."""
        if self._sink is not None:
            self._sink(data)
            return
        room = len(data) if self._maximum is None else self._maximum - len(self._data)
        self._data += data[: max(0, room)]

    def end(self, *, cancelled: bool) -> None:
        """It is complete, or was cancelled."""
        self._finish(Entered(bytes(self._data), cancelled=cancelled))

    def expire(self) -> None:
        """Its time is over."""
        self._finish(Entered(bytes(self._data), complete=False))

    def _finish(self, entered: Entered) -> None:
        if not self.done.done():
            self.done.set_result(entered)
