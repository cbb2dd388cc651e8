"""Work that is not broken off when whoever asked for it is cancelled, or waits no longer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from simcom_async.errors import CommandTimeout, PortLost

if TYPE_CHECKING:
    from simcom_async.sessions.attach import Attachment

__all__ = ["Errand"]

A = TypeVar("A")


class Errand(Generic[A]):
    """Runs ``work`` in the background to its end; it ends with the modem at the latest."""

    def __init__(self, attachment: Attachment, work: Callable[[], Coroutine[Any, Any, A]]) -> None:
        self._attachment = attachment
        self._result: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._result.add_done_callback(asyncio.Future.exception)  # heard of here, in case nobody waits for it
        attachment.spawn(lambda: self._run(work)).add_done_callback(self._over)

    @property
    def done(self) -> bool:
        """Whether it has ended, in whichever way."""
        return self._result.done()

    async def result(self, timeout: float | None = None) -> A:
        """What it returned. Raises what it raised; CommandTimeout after ``timeout`` seconds, while it goes on."""
        waiting = asyncio.shield(self._result)
        if timeout is None:
            return await waiting
        late = CommandTimeout(f"no end within {timeout} s", state="under way", waited=timeout)
        clock = self._attachment.clock
        timer = clock.call_at(clock.time() + timeout, lambda: _fail(waiting, late))
        try:
            return await waiting
        finally:
            timer.cancel()

    async def over(self) -> None:
        """Wait for its end, whichever that is."""
        await asyncio.wait([self._result])
        self._result.exception()

    async def _run(self, work: Callable[[], Coroutine[Any, Any, A]]) -> None:
        try:
            answer = await work()
        except Exception as error:
            self._result.set_exception(error)
        else:
            self._result.set_result(answer)

    def _over(self, _: asyncio.Task[None]) -> None:
        """The task has ended, perhaps before it began: the modem was closed."""
        if not self._result.done():
            url = self._attachment.url
            self._result.set_exception(PortLost(f"{url} was closed meanwhile", port=url))


def _fail(waiting: asyncio.Future[Any], error: Exception) -> None:
    if not waiting.done():
        waiting.set_exception(error)
