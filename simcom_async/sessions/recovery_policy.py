"""What may be done about a module that does not do its work, how soon, and how often."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields
from enum import Enum
from typing import TYPE_CHECKING

from simcom_async.errors import UsageError
from simcom_async.link.layer import Layer

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["LADDERS", "PowerHook", "RecoveryPolicy", "Trouble"]

PowerHook = Callable[[], Awaitable[object]]
"""Switches the module's supply off and on, or presses its key; called without parameters."""


class Trouble(Enum):
    """What is wrong with a module."""

    SILENT = "AT is not answered"
    STUCK = "AT is answered, but the work does not end"
    OFFLINE = "the network is out of reach"


#: What is done about each trouble, in this order.
LADDERS: dict[Trouble, tuple[Layer, ...]] = {
    Trouble.SILENT: (Layer.PROBE, Layer.ESCAPE, Layer.SWEEP, Layer.REOPEN, Layer.POWER),
    Trouble.STUCK: (Layer.ABORT, Layer.RESET, Layer.POWER),
    Trouble.OFFLINE: (Layer.RADIO, Layer.RESET, Layer.POWER),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryPolicy:
    """How a modem helps itself. All times are seconds. Making one raises UsageError for a value outside its limits.

    ``layers`` that are allowed; PROBE and ABORT are always. ``first_pause``, ``longest_pause``: between two attempts to
    find a module; each is twice as long as the one before. ``jitter``: the share of a pause that chance takes away, so
    that the modems of a farm do not knock in step; ``seed`` decides it (None: the port's name does).

    RADIO, RESET, and POWER for a module that answers AT, interrupt whoever uses it. They come only while no service is
    claimed, and only when all that disturbs less has failed again and again: ``bearer_failures`` in a row, or the
    registration lost for ``unregistered``; ``timeouts`` of commands in a row, or work that was given up and has not
    ended for ``unsettled``. ``calm``: between two of them, twice as long after each, up to sixteen times.

    ``away``: how long a port that was there has to be missing until the power hook is called for it.
    ``registration``: that RADIO waits for the network; ``boot``: that RESET and POWER wait for the boot lines;
    ``power``: that the power hook may take.
    """

    layers: Collection[Layer] = frozenset(Layer)
    first_pause: float = 1.0
    longest_pause: float = 60.0
    jitter: float = 0.25
    seed: int | None = None
    bearer_failures: int = 3
    unregistered: float = 600.0
    timeouts: int = 5
    unsettled: float = 600.0
    calm: float = 300.0
    away: float = 60.0
    registration: float = 120.0
    boot: float = 30.0
    power: float = 30.0

    def __post_init__(self) -> None:
        for layer in self.layers:
            if not isinstance(layer, Layer):
                raise UsageError(f"layers: {layer!r} is none", field="layers", value=layer, allowed="Layer")
        object.__setattr__(self, "layers", frozenset(self.layers) | {Layer.PROBE, Layer.ABORT})
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name not in ("layers", "seed", "jitter") and not value > 0:
                raise UsageError(f"{field.name}: {value} is not above 0", field=field.name, value=value)
        if not 0 <= self.jitter <= 1:
            raise UsageError("jitter: 0 to 1 is allowed", field="jitter", value=self.jitter, allowed="0 to 1")
        if self.first_pause > self.longest_pause:
            raise UsageError("first_pause: longer than longest_pause", field="first_pause", value=self.first_pause)

    def ladder(self, trouble: Trouble) -> tuple[Layer, ...]:
        """The layers for a trouble that are allowed."""
        return tuple(layer for layer in LADDERS[trouble] if layer in self.layers)
