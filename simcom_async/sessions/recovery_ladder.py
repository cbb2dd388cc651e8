"""Which layers an attempt to get a module back goes through, and how each of them is carried out and reported."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from simcom_async.errors import CommandTimeout, LinkError, ModemError, SimcomError
from simcom_async.link.layer import Layer, Undertaken
from simcom_async.sessions.recovery_layers import GONE
from simcom_async.sessions.recovery_policy import Trouble

if TYPE_CHECKING:
    from simcom_async.link.link import Link
    from simcom_async.ports.clock import Clock
    from simcom_async.sessions.recovery_layers import Layers
    from simcom_async.sessions.recovery_policy import RecoveryPolicy
    from simcom_async.sessions.recovery_troubles import Calm

__all__ = ["Asked", "Ladder"]


@dataclass(slots=True)
class Asked:
    """Layers that somebody asked for, and the ``failure`` of the last of them where none has helped."""

    layers: tuple[Layer, ...]
    failure: SimcomError | None = None


class _Occasion(Enum):
    """What an attempt is for."""

    SEARCH = "the module has to be found"
    DUE = "a layer is due"
    ASKED = "somebody asked"


@dataclass(frozen=True, slots=True)
class _Plan:
    """The layers of one attempt, and why they are taken."""

    occasion: _Occasion
    layers: tuple[Layer, ...]
    why: str


class Ladder:
    """Climbs from layer to layer until one of them helps.

    ``find`` finds the module on its line, with those of the link's layers that it is given, or raises; ``found`` says
    whether it is ready, ``known`` whether it ever was.
    """

    def __init__(
        self,
        link: Link,
        clock: Clock,
        policy: RecoveryPolicy,
        layers: Layers,
        calm: Calm,
        *,
        find: Callable[[Collection[Layer]], Awaitable[None]],
        found: Callable[[], bool],
        known: Callable[[], bool],
    ) -> None:
        self._link = link
        self._clock = clock
        self._policy = policy
        self._layers = layers
        self._calm = calm
        self._find = find
        self._found = found
        self._known = known
        self._asked: Asked | None = None
        self._due: tuple[Layer, str] | None = None
        self._missed_at: float | None = None

    @property
    def due(self) -> bool:
        """Whether a layer is due and can be taken now: it disturbs whoever uses a service."""
        return self._due is not None and not self._link.claimed

    def ask(self, layers: tuple[Layer, ...]) -> Asked:
        """The next attempt goes through these layers."""
        asked = self._asked = Asked(layers)
        return asked

    def demand(self, layer: Layer, why: str) -> None:
        """This layer is due, as soon as no service is claimed."""
        self._due = (layer, why)

    async def climb(self) -> None:
        """Make one attempt. Raises what it has failed with, and what was tried besides, unless the module is there."""
        if self._missed_at is None:
            self._missed_at = self._clock.time()
        asked = self._asked
        failure = await self._climb(self._plan())
        if asked is not None:
            asked.failure = failure
        if failure is not None and not self._found():
            raise failure
        self._missed_at = None

    async def _climb(self, plan: _Plan) -> SimcomError | None:
        """Take the layers of a plan until one helps; what the last has failed with."""
        failure: SimcomError | None = None
        if Layer.PROBE in plan.layers:
            try:
                await self._find(plan.layers)
            except SimcomError as error:
                failure = error
            else:
                return None
        for layer in plan.layers:
            if layer < Layer.REOPEN or (plan.occasion is _Occasion.SEARCH and not self._may(layer)):
                continue
            failure = await self._take(layer, plan.why, failure)
            if failure is None:
                return None
        return failure

    def _plan(self) -> _Plan:
        asked, self._asked = self._asked, None
        if asked is not None:
            return _Plan(_Occasion.ASKED, asked.layers, "asked to recover")
        if self._due is not None and self.due:
            (layer, why), self._due = self._due, None
            return _Plan(_Occasion.DUE, (layer,), why)
        return _Plan(_Occasion.SEARCH, self._policy.ladder(Trouble.SILENT), Trouble.SILENT.value)

    def _may(self, layer: Layer) -> bool:
        """Whether a layer makes sense for a silent module.

        Its port is not opened again when it has just been. A port that is away for a short time comes back by itself:
        somebody has pulled a cable, or the module restarts.
        """
        away = self._link.condition in GONE
        if layer is Layer.REOPEN:
            return self._known() and not away
        missed = self._clock.time() - (self._missed_at or 0.0)
        early = away and self._known() and missed < self._policy.away
        return self._layers.there(layer) and not early and self._calm.over()

    async def _take(self, layer: Layer, why: str, failure: SimcomError | None) -> SimcomError | None:
        """Carry out a layer and look for the module; None when that has helped, else what is to be told."""
        with Undertaken(self._link.bus, self._clock.time, layer, why if failure is None else str(failure)) as step:
            refusal: SimcomError | None = None
            try:
                await self._layers.take(layer)
            except SimcomError as error:
                step.in_vain(str(error))
                refusal = _joined(failure, layer, error)
                if failure is not None:
                    return refusal
            try:
                await self._find(())  # whatever came of it: a module that answered AT before does so still
                if layer is Layer.RADIO and refusal is None:
                    await self._layers.network()
            except (LinkError, CommandTimeout, ModemError) as error:
                step.in_vain(str(error))
                return refusal or failure or error
            if refusal is None:
                step.helped("the module is ready")
        return refusal


def _joined(failure: SimcomError | None, layer: Layer, error: SimcomError) -> SimcomError:
    """What has failed before, with the failure of a layer behind it."""
    if failure is None:
        return error
    kind = type(failure) if isinstance(failure, LinkError) else LinkError
    port, seen = getattr(failure, "port", None), getattr(failure, "seen", b"")
    joined = kind(f"{failure}; {layer.name}: {error}", port=port, seen=seen)
    joined.__cause__ = error
    return joined
