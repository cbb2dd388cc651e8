"""A module that is busy with what was left unfinished: it is asked again, until it has come to the end of that."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from simcom_async.errors import SimcomError

if TYPE_CHECKING:
    from simcom_async.at.command import Service
    from simcom_async.ports.clock import Clock

__all__ = ["Busy"]

_log = logging.getLogger(__name__)

_PAUSE, _LONGEST = 1.0, 15.0  # seconds before it is asked again; they double
_LIMIT = 150.0  # seconds in all: a module waits 120 for a server that is silent (SIM52xx HTTP note V0.02), and a margin


class Busy:
    """Has one operation wait for a module that refuses it as busy, and so has done nothing of it.

    It waits only where the ``service`` is among those that were left with work whose end nobody has heard.
    """

    def __init__(self, clock: Clock, left: set[Service], service: Service) -> None:
        self._clock = clock
        self._left = left
        self._service = service
        self._since: float | None = None
        self._pause = _PAUSE

    async def again(self, error: SimcomError) -> bool:
        """Wait until it is time to ask again; False at once when there is nothing to wait for, or no time left."""
        if self._service not in self._left:
            return False
        now = self._clock.time()
        if self._since is None:
            self._since = now
        if now + self._pause > self._since + _LIMIT:
            self._left.discard(self._service)  # what was left has ended: it is busy with something else
            return False
        _log.info("%s: it may be busy with what was left unfinished, asked again in %g s", error, self._pause)
        await self._clock.sleep(self._pause)
        self._pause = min(2 * self._pause, _LONGEST)
        return True
