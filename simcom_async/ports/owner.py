"""Background work with one owner: a task that holds the task group inside itself and is signalled from outside.

A task group or cancel scope held open between the enter and the exit of a public context manager breaks as soon as
those run in different tasks, as they do in a pytest-asyncio fixture. Here both happen in the owner's own task.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from simcom_async.errors import LinkError, UsageError

__all__ = ["Owner"]

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Owner:
    """Starts, stops and answers for a set of tasks; an error of one of them ends them all.

    ``failed`` is called once, in the event loop, with the first error of a task. Without it that error comes out of
    ``aclose()``. An owner lives once: it is started, and then closed.
    """

    def __init__(self, name: str, *, failed: Callable[[BaseException], None] | None = None) -> None:
        self.name = name
        self._failed = failed
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._group: asyncio.TaskGroup | None = None
        self._children: set[asyncio.Task[Any]] = set()
        self._error: BaseException | None = None
        self._told = False

    @property
    def running(self) -> bool:
        """Whether tasks can be spawned."""
        return self._group is not None and not self._stop.is_set()

    async def start(self) -> None:
        """Starts the owner's task. Raises ``UsageError`` the second time."""
        if self._task is not None:
            raise UsageError(f"{self.name} was started before")
        ready = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run(ready), name=self.name)
        await ready

    def spawn(
        self,
        work: Callable[[], Coroutine[Any, Any, T]] | Coroutine[Any, Any, T],
        *,
        name: str | None = None,
    ) -> asyncio.Task[T]:
        """Starts a task that is cancelled at ``aclose()``. Raises ``UsageError`` before start and after the end."""
        if self._group is None or self._stop.is_set():
            if isinstance(work, Coroutine):
                work.close()
            raise UsageError(f"{self.name} is not running: nothing can be spawned")
        coroutine = work if isinstance(work, Coroutine) else work()
        child = self._group.create_task(coroutine, name=name)
        self._children.add(child)
        child.add_done_callback(self._ended)
        return child

    async def aclose(self, limit: float = 5.0) -> None:
        """Cancels the tasks and waits for them, at most ``limit`` seconds; again is harmless.

        Raises the first error of a task, once, unless ``failed`` had it; ``LinkError`` when tasks do not end. Called
        by one of the owner's own tasks it only gives the signal and returns.
        """
        self._stop.set()
        if self._task is None or asyncio.current_task() in self._children:
            return
        await asyncio.wait({self._task}, timeout=limit)
        if not self._task.done():
            names = ", ".join(sorted(child.get_name() for child in self._children))
            raise LinkError(f"{self.name} still runs {limit} seconds after its end: {names}")
        error, self._error = self._error, None
        if error is not None and self._failed is None:
            raise error

    async def _run(self, ready: asyncio.Future[None]) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                if not ready.done():
                    ready.set_result(None)
                await self._stop.wait()
                for child in self._children:
                    child.cancel()
        except* Exception as group_error:
            _log.debug("%s ended with %d error(s)", self.name, len(group_error.exceptions))
        finally:
            self._stop.set()
            self._group = None

    def _ended(self, child: asyncio.Task[Any]) -> None:
        self._children.discard(child)
        error = None if child.cancelled() else child.exception()
        if error is None:
            return
        self._stop.set()  # the group is aborting: a task spawned now would never be cancelled
        if self._told:
            _log.error("%s: one more task failed: %s", self.name, child.get_name(), exc_info=error)
            return
        self._told, self._error = True, error
        if self._failed is not None:
            self._failed(error)
