"""One event loop for all cases of a process: what is in memory needs no selector, and no loop of its own each time."""

from __future__ import annotations

import asyncio
import atexit
from collections.abc import Coroutine
from contextlib import suppress
from functools import cache
from selectors import SelectorKey, SelectSelector
from typing import Any, TypeVar

__all__ = ["run"]

T = TypeVar("T")


class _Blind(SelectSelector):
    """Nothing comes from outside, so a loop that has nothing to do would wait for ever."""

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        assert timeout is not None, "nothing is ready to run, and nothing will be"
        return []


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of ``work``, which has nothing to do with sockets or threads and leaves no task behind."""
    loop = _loop()
    try:
        result = loop.run_until_complete(work)
        left = asyncio.all_tasks(loop)
        assert not left, f"it leaves behind {left}"
        return result
    finally:
        for task in asyncio.all_tasks(loop):  # the next one begins with nothing
            task.cancel()
            with suppress(BaseException):
                loop.run_until_complete(task)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.SelectorEventLoop(_Blind())
    atexit.register(loop.close)
    return loop
