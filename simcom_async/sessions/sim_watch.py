"""The card of a module, taken out and put in: events that say so, whichever words the module has for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from simcom_async.at.event import Event
from simcom_async.commands.sim import Lock, PinState
from simcom_async.commands.topics import SimChanged

if TYPE_CHECKING:
    from simcom_async.link.bus import EventBus

__all__ = ["SimInserted", "SimRemoved", "SimWatch"]

_SILENT_OF_IT = (Lock.NOT_READY,)  # said of any card while the radio is off, or the card comes up


class SimRemoved(Event):
    """The card is not there any more: registration and bearer go with it."""

    kind: ClassVar[str] = "sim"
    lasting: ClassVar[bool] = True
    __slots__ = ()

    def __repr__(self) -> str:
        return "SimRemoved()"


class SimInserted(Event):
    """A card is there again; ``state`` is what it waits for."""

    kind: ClassVar[str] = "sim"
    lasting: ClassVar[bool] = True
    __slots__ = ("state",)

    def __init__(self, state: Lock) -> None:
        self.state = state

    def __repr__(self) -> str:
        return f"SimInserted({self.state})"


class SimWatch:
    """Publishes each change once, whether the module said it by itself or was asked. ``there`` is None until known."""

    def __init__(self, bus: EventBus) -> None:
        self.there: bool | None = None
        self._bus = bus
        self._watch = bus.on(SimChanged, self._changed)

    def close(self) -> None:
        """Publish nothing more."""
        self._watch.close()

    def _changed(self, said: SimChanged) -> None:
        if not isinstance(said, PinState) or said.state in _SILENT_OF_IT:
            return
        before, self.there = self.there, said.state is not Lock.NOT_INSERTED
        if before is not self.there and not self.there:
            self._bus.publish(SimRemoved())
        elif before is False and self.there:
            self._bus.publish(SimInserted(said.state))
