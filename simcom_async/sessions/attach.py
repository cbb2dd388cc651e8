"""One module on its line: found, in step, identified, and found again by itself after it was lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from simcom_async.at.dialect import Dialect
from simcom_async.commands.topics import ModuleBooted, ModuleReady
from simcom_async.errors import (
    CommandTimeout,
    LinkError,
    ModemRestarted,
    PortLost,
    SimcomError,
    UsageError,
)
from simcom_async.link.condition import Condition, LinkChanged
from simcom_async.link.layer import Layer
from simcom_async.ports.owner import Owner
from simcom_async.sessions.debts import Debts
from simcom_async.sessions.greeting import Greeting
from simcom_async.sessions.identity import Identity, dialect_of, identify_again
from simcom_async.sessions.life_cycle import Booting, Busy, Closed, Life, LifeCycle, Lost, Opening, Ready, Suspect
from simcom_async.sessions.recovery_ladder import Ladder
from simcom_async.sessions.recovery_layers import GONE, Layers
from simcom_async.sessions.recovery_pause import BackOff
from simcom_async.sessions.recovery_policy import PowerHook, RecoveryPolicy
from simcom_async.sessions.recovery_search import Search
from simcom_async.sessions.recovery_troubles import Calm, Troubles
from simcom_async.sessions.sim_watch import SimWatch

if TYPE_CHECKING:
    from simcom_async.link.link import Link
    from simcom_async.ports.clock import Clock

__all__ = ["Attachment"]

T = TypeVar("T")

_BOOTS = 3  # how often a module may restart while it is being attached


class Attachment:
    """Keeps one module ready for commands: the line open and in step, echo off, errors numbered, the dialect found.

    After a loss, a restart or a doubt, counted in ``upsets``, it looks for the module by itself, until it is closed.
    ``generation`` counts how often the module was found; what was true of it in an earlier one may not be now.
    """

    def __init__(
        self,
        link: Link,
        url: str,
        clock: Clock,
        dialect: Dialect | None,
        *,
        policy: RecoveryPolicy | None = None,
        power: PowerHook | None = None,
    ) -> None:
        self.link = link
        self.url = url
        self.clock = clock
        self.generation = 0
        self._dialect = dialect
        self._identity: Identity | None = None
        self._ready = self._closed = False
        self._debts = Debts(url)
        self.upsets = 0
        self._owner = Owner(f"modem on {url}")
        self._life = Life(link.bus)
        self._greeting = Greeting(link, url, clock)
        self.sim = SimWatch(link.bus)
        self._recovery(RecoveryPolicy() if policy is None else policy, power)
        link.watch_claims(self._claims_changed)
        self._watches = (
            link.bus.on(ModuleBooted, self._restarted),
            link.bus.on(ModuleReady, self._coming_up),
            link.bus.on(LinkChanged, self._changed),
        )

    def _recovery(self, policy: RecoveryPolicy, power: PowerHook | None) -> None:
        link, clock = self.link, self.clock
        calm = Calm(clock, policy)
        self._layers = Layers(link, clock, policy, owner=self._owner, power=power)
        self._ladder = Ladder(
            link,
            clock,
            policy,
            self._layers,
            calm,
            find=self._find,
            found=lambda: self._ready,
            known=lambda: self.generation > 0,
        )
        self._search = Search(self._owner, clock, BackOff(policy, self.url), self._attempt, self._failed)
        self.troubles = Troubles(link, clock, policy, calm, self._layers.there, self._demand)

    @property
    def identity(self) -> Identity:
        """Who the module says it is. Raises PortLost before it was asked."""
        if self._identity is None:
            raise PortLost(f"{self.url} has not been opened", port=self.url)
        return self._identity

    @property
    def running(self) -> bool:
        """Whether background work can be started: it is open, or was until the line was lost."""
        return self._owner.running

    @property
    def disturbed(self) -> bool:
        """Whether the module has restarted, or the line was lost, since it was ready."""
        return not self._ready

    @property
    def state(self) -> LifeCycle:
        """Where the modem is in its life."""
        return self._life.state

    async def open(self) -> None:
        """Open the line and find the module; again is harmless. Nothing stays open when that fails."""
        if self.running:
            return
        try:
            await self._owner.start()
            await self.ready()
        except BaseException:
            await self.aclose()
            raise

    async def ready(self) -> None:
        """Have the module ready: at once, or after the attempt to find it that is under way, or that begins now.

        A caller that is cancelled leaves the attempt as it is. Raises LinkError, with the port, what was seen and what
        to do, when the attempt fails.
        """
        if not self._ready:
            self._check_open()
            joined = self._search.under_way
            try:
                await self._search.join()
            except LinkError:
                if not (joined and self.running and self.link.condition in GONE):
                    raise
                await self._search.join()  # the port was not there yet when that attempt began

    def suspect(self, why: str) -> None:
        """Somebody has evidence that the module does not do its work: it is looked for at once."""
        self._life.enter(Suspect(why))
        self._disturbed()
        self._search.hurry()

    async def recover(self, up_to: Layer, at_least: Layer = Layer.PROBE) -> None:
        """Go through these layers, the gentlest first, until one of them helps, whatever the policy allows.

        Raises UsageError for layers that cannot be had, else what the last of them has failed with.
        """
        layers = tuple(layer for layer in Layer if at_least <= layer <= up_to and self._layers.there(layer))
        if up_to not in layers:
            why = f"{at_least.name} comes behind it" if at_least > up_to else "there is no power hook"
            raise UsageError(f"up_to: {up_to.name} cannot be had, {why}", field="up_to", value=up_to)
        while self._search.under_way:
            with suppress(SimcomError):  # that attempt is for others, who are told how it ends
                await self._search.join()
        self._check_open()
        asked = self._ladder.ask(layers)
        self.suspect("asked to recover")
        await self._search.join()
        if asked.failure is not None:
            raise asked.failure

    def owe(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do this when the module has been found again, before anything else: it was left in the middle of something.

        It sends commands over the link and must not wait for ``ready``. What the module refuses of it is logged.
        """
        self._debts.owe(work)

    def spawn(self, work: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Task[T]:
        """Start background work that ends with this attachment at the latest."""
        return self._owner.spawn(work)

    async def aclose(self) -> None:
        """Close the line; again is harmless."""
        self._closed = True
        self._ready = False
        self.troubles.close()
        self.sim.close()
        for watch in self._watches:
            watch.close()
        try:
            await self._owner.aclose()
        finally:
            self._life.enter(Closed("closed"))
            await self.link.aclose()

    def _check_open(self) -> None:
        if self._closed or not self.running:
            raise PortLost(f"{self.url} is {'closed' if self._closed else 'not open'}", port=self.url)

    async def _attempt(self) -> None:
        """Look for the module once, with all that may help."""
        if self._life.within(Lost, Closed):
            self._life.enter(Opening("looked for again" if self.generation else "being opened"))
        await self._ladder.climb()
        if not self._ready:
            raise ModemRestarted(f"{self.url}: the module has restarted, or was lost, again", port=self.url)

    def _failed(self, error: Exception) -> None:
        self._life.enter(Lost(str(error)))

    async def _find(self, layers: Collection[Layer]) -> None:
        silent = False
        for _ in range(_BOOTS):
            try:
                with suppress(ModemRestarted):  # a module that is just starting has to be found once more
                    self._ready = await self._attach(layers)
                if self._ready:
                    break
            except CommandTimeout as error:
                if silent:
                    raise LinkError(f"{self.url}: answers AT, but: {error}", port=self.url, seen=error.seen) from error
                silent = True  # what a host before has begun may have come in between
        if not self._ready:
            raise ModemRestarted(f"{self.url}: the module restarts again and again", port=self.url)
        self._rest()

    async def _attach(self, layers: Collection[Layer]) -> bool:
        """Go through all steps once; False when the module restarted meanwhile."""
        if self._closed:
            raise PortLost(f"{self.url} is closed", port=self.url)
        upset, lost = self.upsets, self.link.condition in GONE
        if lost:
            await self.link.open()
        await self._greeting.answered(layers)
        if lost and self.generation:
            await self._greeting.fall_in_step()
        await self._greeting.silence_echo()
        await self._greeting.number_errors()
        self._identity = await identify_again(self.link, self._identity, self.url)
        self.link.dialect = self._dialect or dialect_of(self._identity, self.url)
        self.generation += 1
        await self._debts.settle()
        return upset == self.upsets

    def _rest(self) -> None:
        """The module does its work: somebody uses it, or nobody."""
        claimed = ", ".join(sorted(self.link.claimed))
        self._life.enter(Busy(f"{claimed} is claimed") if claimed else Ready("nothing is claimed"))

    def _disturbed(self) -> None:
        self.upsets += 1
        self._ready = False
        if self.running:
            self._search.begin()

    def _restarted(self, boot: ModuleBooted) -> None:
        self._life.enter(Booting(f"the module has restarted: {type(boot).__name__}"))
        self._disturbed()
        self._search.hurry()

    def _coming_up(self, part: ModuleReady) -> None:
        """It was not there yet when it was sought, or does not say that it boots."""
        if self._life.within(Opening):
            self._life.enter(Booting(f"the module comes up: {type(part).__name__}"))

    def _changed(self, event: LinkChanged) -> None:
        if event.condition in GONE:
            if not self._search.under_way:
                self._life.enter(Lost(event.reason))
            self._disturbed()
        elif not self._ready:
            return  # it is being looked for
        elif event.condition is Condition.READY:
            self._rest()
        elif event.condition is Condition.OUT_OF_STEP:
            self.suspect(event.reason)
        elif event.silent:
            self._life.enter(Suspect(event.reason))

    def _claims_changed(self) -> None:
        if self._life.within(Ready, Busy):
            self._rest()
        if self._ladder.due:
            self.suspect("a layer of recovery is due")

    def _demand(self, layer: Layer, why: str) -> None:
        """A layer is due: it is taken in an attempt of its own, as soon as nobody uses a service."""
        self._ladder.demand(layer, why)
        if self._ladder.due:
            self.suspect(why)
