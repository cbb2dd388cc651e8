"""One blocking call in a thread of its own, with a time limit.

The threads are daemons: a driver that never returns costs its thread, not the end of the program, as a pool's would.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

__all__ = ["call_in_thread", "start_in_thread"]

T = TypeVar("T")

_log = logging.getLogger(__name__)


def start_in_thread(
    call: Callable[[], T], *, name: str, late: Callable[[T], object] | None = None
) -> asyncio.Future[T]:
    """Starts ``call`` and returns its future.

    When the future was cancelled, or the loop has ended, a result still goes to ``late`` (in a thread).
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def done(result: T) -> None:
        if not future.done():
            future.set_result(result)
        elif late is not None:
            _give_back(late, result, name)

    def failed(error: BaseException) -> None:
        if not future.done():
            future.set_exception(error)
        else:
            _log.debug("%s failed after nobody waited: %r", name, error)

    def run() -> None:
        try:
            result = call()
        except BaseException as error:  # it belongs to whoever awaits the future
            _post(loop, partial(failed, error))
            return
        if not _post(loop, partial(done, result)) and late is not None:
            late(result)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future


async def call_in_thread(call: Callable[[], T], *, limit: float, name: str) -> T:
    """Runs ``call`` and returns its result; raises ``TimeoutError`` after ``limit`` seconds, while it goes on."""
    async with asyncio.timeout(limit):
        return await start_in_thread(call, name=name)


def _give_back(late: Callable[[T], object], result: T, name: str) -> None:
    threading.Thread(target=late, args=(result,), name=f"{name} (late)", daemon=True).start()


def _post(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> bool:
    """Whether the loop could still be told."""
    try:
        loop.call_soon_threadsafe(callback)
    except RuntimeError:
        return False
    return True
