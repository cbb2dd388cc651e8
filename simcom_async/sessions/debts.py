"""What was left undone at a module, and is done when it has been found again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from simcom_async.errors import CommandFailed

__all__ = ["Debts"]

_log = logging.getLogger(__name__)


class Debts:
    """Work that is owed to the module on a port, in the order in which it was."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._owed: list[Callable[[], Coroutine[Any, Any, None]]] = []

    def owe(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Add work."""
        self._owed.append(work)

    async def settle(self) -> None:
        """Do it all. What the module refuses is logged; what fails otherwise is raised, and owed still."""
        while self._owed:
            try:
                await self._owed[0]()
            except CommandFailed as error:
                _log.warning("%s: what was left undone stays so: %s", self._url, error)
            del self._owed[0]
