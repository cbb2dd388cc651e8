"""A command whose work goes on while others are sent: begun here, awaited there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from simcom_async.at.command import Command
from simcom_async.errors import PortLost

if TYPE_CHECKING:
    from simcom_async.link.entry import Entered
    from simcom_async.sessions.attach import Attachment

__all__ = ["Undertaking"]

A = TypeVar("A")


class Undertaking(Generic[A]):
    """Sends a command in the background. ``changed`` is set when it ends, or by others.

    ``entry``, ``sink`` and ``timeout`` are those of ``Link.send``. ``give_up``: the link aborts it as declared.
    """

    def __init__(
        self,
        attachment: Attachment,
        command: Command[A],
        *,
        entry: Entered | None = None,
        sink: Callable[[bytes], None] | None = None,
        timeout: float | None = None,
    ) -> None:
        self.command = command
        self.changed = asyncio.Event()
        self._attachment = attachment
        self._entry = entry
        self._sink = sink
        self._timeout = timeout
        self._answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._answer.add_done_callback(_heard)  # in case that nobody waits for it
        self._task = attachment.spawn(self._send)
        self._task.add_done_callback(self._over)

    @property
    def done(self) -> bool:
        """Whether it has ended, in whichever way."""
        return self._answer.done()

    def answer(self) -> A:
        """What it answered. Raises what ``send`` raised."""
        return self._answer.result()

    async def ended(self) -> A:
        """Wait for its end; its answer."""
        return await asyncio.shield(self._answer)

    async def until(self, reached: Callable[[], bool]) -> None:
        """Wait until ``reached`` is true, looked at whenever something has changed, or until it has ended."""
        while not (self.done or reached()):
            self.changed.clear()
            await self.changed.wait()

    async def ends_within(self, seconds: float) -> bool:
        """Whether it ends so soon; returns then, or when the seconds are over."""
        clock = self._attachment.clock
        end = clock.time() + seconds
        timer = clock.call_at(end, self.changed.set)
        try:
            await self.until(lambda: clock.time() >= end)
        finally:
            timer.cancel()
        return self.done

    async def give_up(self) -> None:
        """Give it up, at once: what the link makes of that has begun on return; harmless when it has ended."""
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _send(self) -> None:
        try:
            answer = await self._attachment.link.send(
                self.command, entry=self._entry, sink=self._sink, timeout=self._timeout
            )
        except Exception as error:
            self._answer.set_exception(error)
        else:
            self._answer.set_result(answer)

    def _over(self, _: asyncio.Task[None]) -> None:
        """The task has ended, perhaps before it began."""
        if not self._answer.done():
            port = self._attachment.url
            self._answer.set_exception(PortLost(f"{self.command.masked}: {port} was closed meanwhile", port=port))
        self.changed.set()


def _heard(answer: asyncio.Future[Any]) -> None:
    if not answer.cancelled():
        answer.exception()
