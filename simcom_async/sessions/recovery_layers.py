"""The layers of recovery that the link does not have: port, radio, module, supply. Each is bounded."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from simcom_async.commands.power import FunctionalityLevel, FunctionalityWrite, Restart
from simcom_async.commands.topics import ModuleBooted, ModuleReady
from simcom_async.errors import CommandFailed, CommandTimeout, LinkError, SimcomError
from simcom_async.link.condition import Condition
from simcom_async.link.layer import Layer
from simcom_async.sessions.registration import await_registration

if TYPE_CHECKING:
    from simcom_async.link.link import Link
    from simcom_async.link.subscription import Subscription
    from simcom_async.ports.clock import Clock
    from simcom_async.ports.owner import Owner
    from simcom_async.sessions.recovery_policy import PowerHook, RecoveryPolicy

__all__ = ["GONE", "Layers"]

_log = logging.getLogger(__name__)

GONE = (Condition.CLOSED, Condition.LOST)
_POLL = 1.0  # seconds between two looks for a port that went with its module


class Layers:
    """What can be done from REOPEN on; afterwards the module has to be found anew."""

    def __init__(
        self, link: Link, clock: Clock, policy: RecoveryPolicy, *, owner: Owner, power: PowerHook | None
    ) -> None:
        self._link = link
        self._clock = clock
        self._policy = policy
        self._owner = owner
        self._power = power

    def there(self, layer: Layer) -> bool:
        """Whether a layer can be had: POWER needs a hook."""
        return layer is not Layer.POWER or self._power is not None

    async def take(self, layer: Layer) -> None:
        """Carry out a layer. Raises SimcomError; what a power hook raises is the cause of a LinkError."""
        if layer is Layer.REOPEN:
            await self._reopen("is opened again: AT was not answered")
        elif layer is Layer.RADIO:
            await self._radio_off_and_on()
        elif layer is Layer.RESET:
            await self._reset()
        elif layer is Layer.POWER:
            await self._switch()

    async def network(self) -> None:
        """Wait until the network serves the module again. Raises CommandTimeout, ServiceFailed, CommandFailed."""
        await await_registration(self._link, self._clock, self._policy.registration)

    async def _reopen(self, why: str) -> None:
        if self._link.condition not in GONE:
            await self._link.drop(why)

    async def _radio_off_and_on(self) -> None:
        try:
            await self._link.send(FunctionalityWrite(level=FunctionalityLevel.RADIO_OFF))
        except CommandFailed:
            await self._link.send(FunctionalityWrite(level=FunctionalityLevel.MINIMUM))
        await self._link.send(FunctionalityWrite(level=FunctionalityLevel.FULL))

    async def _reset(self) -> None:
        """By AT+CRESET where the dialect has it, else by AT+CFUN=1,1, whose OK may be lost with the restart."""
        command = Restart() if self._link.dialect.speaks(Restart) else FunctionalityWrite(level=1, reset=1)
        booted = self._link.bus.subscribe(ModuleBooted, ModuleReady)
        try:
            await self._link.send(command)
        except CommandFailed:
            booted.close()
            raise
        except (CommandTimeout, LinkError) as error:
            _log.debug("no OK to %s: %s", command.masked, error)
        await self._boots(booted)

    async def _switch(self) -> None:
        """Call the user's hook, for a bounded time. One that does not end is cancelled."""
        booted = self._link.bus.subscribe(ModuleBooted, ModuleReady)
        try:
            await self._call_hook()
        except BaseException:
            booted.close()
            raise
        await self._boots(booted)

    async def _call_hook(self) -> None:
        hook, limit = self._power, self._policy.power
        if hook is None:
            return
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        failures: list[Exception] = []

        async def call() -> None:
            try:
                await hook()
            except Exception as error:  # the user's function: told below, with whoever waits for the module
                failures.append(error)

        task = self._owner.spawn(call, name="the power hook")
        task.add_done_callback(lambda _: _wake(over))
        timer = self._clock.call_at(self._clock.time() + limit, lambda: _wake(over))
        try:
            await over
            if not task.done():
                raise LinkError(f"the power hook did not end within {limit:g} s and was cancelled")
        finally:
            timer.cancel()
            task.cancel()
        if failures:
            raise LinkError(f"the power hook failed: {failures[0]!r}") from failures[0]

    async def _boots(self, said: Subscription[Any]) -> None:
        """Wait for the boot lines; a port that goes with the module is opened when it is there again.

        A module that looks for the rate does not say that it boots, only what has come up (SIM800 AT manual 2.2.41.1),
        or nothing: then the line is begun anew, so that nothing of before is believed.
        """
        end = self._clock.time() + self._policy.boot
        try:
            if self._link.condition not in GONE and not isinstance(await said.get(self._policy.boot), ModuleBooted):
                await self._reopen("is opened again: the module was restarted")
        except CommandTimeout:
            await self._reopen("is opened again: the module was restarted")
        except LinkError as error:
            _log.debug("the port has gone with its module: %s", error)
        finally:
            said.close()
        while self._link.condition in GONE:
            try:
                await self._link.open()
            except SimcomError as error:
                if self._clock.time() >= end:
                    raise
                _log.debug("not there yet: %s", error)
                await self._clock.sleep(_POLL)


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
