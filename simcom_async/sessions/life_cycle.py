"""The life of a modem: its states as events, and which of them may follow which."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from simcom_async.at.event import Event

if TYPE_CHECKING:
    from simcom_async.link.bus import EventBus

__all__ = ["MOVES", "Booting", "Busy", "Closed", "Life", "LifeCycle", "Lost", "Opening", "Ready", "Suspect"]


class LifeCycle(Event):
    """A modem has come to another state, because of ``why``. A subscription to it outlives the loss of the port."""

    kind: ClassVar[str] = "life"
    lasting: ClassVar[bool] = True
    __slots__ = ("why",)

    def __init__(self, why: str) -> None:
        self.why = why

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.why})"


class Opening(LifeCycle):
    """The line is being opened, and the module sought on it."""

    __slots__ = ()


class Booting(LifeCycle):
    """The module is starting: all of its state is gone."""

    __slots__ = ()


class Ready(LifeCycle):
    """The module has been found and does what it is told; no service is claimed."""

    __slots__ = ()


class Busy(LifeCycle):
    """The same, while somebody uses a service."""

    __slots__ = ()


class Suspect(LifeCycle):
    """The module gave no answer in time, or does not do its work: it is being looked after."""

    __slots__ = ()


class Lost(LifeCycle):
    """The port is gone, or nothing has helped so far; the modem goes on looking for the module by itself."""

    __slots__ = ()


class Closed(LifeCycle):
    """The modem is not open; once it was closed nothing opens it any more."""

    __slots__ = ()


#: Which state may follow which. A move that is not here does not happen.
MOVES: dict[type[LifeCycle], tuple[type[LifeCycle], ...]] = {
    Closed: (Opening,),
    Opening: (Booting, Ready, Busy, Lost, Closed),
    Booting: (Ready, Busy, Lost, Closed),
    Ready: (Busy, Booting, Suspect, Lost, Closed),
    Busy: (Ready, Booting, Suspect, Lost, Closed),
    Suspect: (Ready, Busy, Booting, Lost, Closed),
    Lost: (Opening, Booting, Closed),
}


class Life:
    """Where one modem is in its life: ``state``. Each change is published."""

    def __init__(self, bus: EventBus) -> None:
        self.state: LifeCycle = Closed("it has not been opened")
        self._bus = bus
        self._over = False

    def enter(self, state: LifeCycle) -> None:
        """Come to another state, where the table allows it; staying where it is is no change."""
        if self._over or type(state) not in MOVES[type(self.state)]:
            return
        self.state = state
        self._over = isinstance(state, Closed)
        self._bus.publish(state)

    def within(self, *states: type[LifeCycle]) -> bool:
        """Whether it is in one of these states."""
        return isinstance(self.state, states)
