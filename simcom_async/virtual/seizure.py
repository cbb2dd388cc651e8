"""Taking a line of the module for data that nobody has asked for by a command."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from simcom_async.at.responder import Mode, Responder

__all__ = ["Seizure"]


class Seizure:
    """Who wants the line, in order. While somebody has ``taken`` it no command is taken up and no URC is said."""

    def __init__(self, responder: Responder, go_on: Callable[[], None]) -> None:
        self._responder = responder
        self._go_on = go_on
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.taken = False

    async def seize(self) -> None:
        """Take the line as soon as it is free."""
        if self._responder.mode is not Mode.COMMAND:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            try:
                await waiter
            except asyncio.CancelledError:
                if not waiter.cancelled():
                    self.release()
                raise
        self._responder.mode = Mode.HELD
        self.taken = True

    def release(self) -> None:
        """Give it back; nothing happens when the module has been switched off meanwhile."""
        if self.taken:
            self.taken = False
            self._go_on()

    def hand_over(self) -> bool:
        """The line is free: whether somebody has taken it."""
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                self.taken = True
                waiter.set_result(None)
                return True
        return False

    def forget(self) -> None:
        """The module has been switched off."""
        self.taken = False
        self._waiting.clear()
