"""The guard time around the escape from the data mode (V.250 annex, S12)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simcom_async.ports.clock import Clock, Timer

__all__ = ["Guard"]

#: S12 counts fiftieths of a second (V.250 annex; SIM800 AT manual 2.2.12).
_UNIT = 0.02


class Guard:
    """Calls ``quiet`` when nothing has come for ``fiftieths()`` of a second since ``watch``."""

    def __init__(self, clock: Clock, fiftieths: Callable[[], int], quiet: Callable[[], None]) -> None:
        self._clock = clock
        self._fiftieths = fiftieths
        self._quiet = quiet
        self._timer: Timer | None = None

    def watch(self) -> None:
        """Begin anew."""
        self.cancel()
        self._timer = self._clock.call_at(self._clock.time() + self._fiftieths() * _UNIT, self._over)

    def cancel(self) -> None:
        """Do not call."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _over(self) -> None:
        self._timer = None
        self._quiet()
