"""The layers of recovery, the gentlest first, and the events that say what each of them has done."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, ClassVar, Self

from simcom_async.at.event import Event

if TYPE_CHECKING:
    from simcom_async.link.bus import EventBus

__all__ = ["Layer", "LayerOutcome", "RecoveryStep", "Undertaken"]


class Layer(IntEnum):
    """What can be done about a module that does not do its work; what disturbs less is smaller."""

    PROBE = 1
    ABORT = 2
    ESCAPE = 3
    SWEEP = 4
    REOPEN = 5
    RADIO = 6
    RESET = 7
    POWER = 8

    @property
    def meaning(self) -> str:
        """What it does, in words."""
        return _MEANINGS[self]


_MEANINGS = {
    Layer.PROBE: "wait for silence, and ask AT until an answer is certain to be its own",
    Layer.ABORT: "end what was given up, as its declaration says",
    Layer.ESCAPE: "end what a host that died may have left open: ESC, +++, Ctrl-Z, ETX, blanks",
    Layer.SWEEP: "look for the module at other rates",
    Layer.REOPEN: "close the port and open it again",
    Layer.RADIO: "switch the radio off and on, and wait for the network",
    Layer.RESET: "restart the module by its command",
    Layer.POWER: "call the user's power hook",
}


class LayerOutcome(Enum):
    """How far a layer has come."""

    BEGUN = "begun"
    HELPED = "helped"
    IN_VAIN = "in vain"


class RecoveryStep(Event):
    """One layer of recovery has begun or ended: ``layer``, ``outcome``, the ``seconds`` that it took, and ``why``.

    ``why`` is the reason for which it begins, and what has come of it at its end.
    """

    kind: ClassVar[str] = "recovery"
    lasting: ClassVar[bool] = True
    __slots__ = ("layer", "outcome", "seconds", "why")

    def __init__(self, layer: Layer, outcome: LayerOutcome, why: str, seconds: float = 0.0) -> None:
        self.layer = layer
        self.outcome = outcome
        self.why = why
        self.seconds = seconds

    def __repr__(self) -> str:
        return f"RecoveryStep({self.layer.name} {self.outcome.value} after {self.seconds:.1f} s: {self.why})"


class Undertaken:
    """One layer under way: says that it begins, and once how it ended; ``with`` it was in vain unless it helped.

    ``now`` tells the seconds.
    """

    def __init__(self, bus: EventBus, now: Callable[[], float], layer: Layer, why: str) -> None:
        self._bus = bus
        self._now = now
        self._layer = layer
        self._start = now()
        self._ended = False
        bus.publish(RecoveryStep(layer, LayerOutcome.BEGUN, why))

    def helped(self, why: str) -> None:
        """It was enough."""
        self._end(LayerOutcome.HELPED, why)

    def in_vain(self, why: str) -> None:
        """It was not enough; harmless when it has ended."""
        self._end(LayerOutcome.IN_VAIN, why)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self.in_vain("broken off" if error is None else str(error) or "broken off")

    def _end(self, outcome: LayerOutcome, why: str) -> None:
        if not self._ended:
            self._ended = True
            self._bus.publish(RecoveryStep(self._layer, outcome, why, self._now() - self._start))
