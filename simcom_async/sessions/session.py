"""What all sessions share: their turn at a service, and clean-up that outlives a cancelled caller."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from simcom_async.at.command import Service
from simcom_async.errors import CommandTimeout, ModemRestarted, PortLost, ServiceBusy

if TYPE_CHECKING:
    from simcom_async.link.claims import Claim
    from simcom_async.ports.clock import Clock
    from simcom_async.sessions.attach import Attachment

__all__ = ["Session", "Turns"]

_TURN_LIMIT = 600.0
_RELEASE_LIMIT = 5.0
_SETTLE_LIMIT = 30.0

_log = logging.getLogger(__name__)


class Turns:
    """Who may use a service of one modem: operations wait for each other, in the order in which they came.

    While a caller holds the service open (a stream) nobody waits: everybody else gets ServiceBusy at once, or the
    holder could wait for itself.
    """

    def __init__(self, service: Service, clock: Clock) -> None:
        self._service = service
        self._clock = clock
        self._taken = self._held = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def take(self, *, held: bool = False) -> None:
        """Wait for one's turn; ``held`` says that the caller decides when it ends. Raises ServiceBusy."""
        if self._held:
            raise self._busy()
        if self._taken:
            await self._wait()
        self._taken, self._held = True, held
        while held and self._waiting:
            _fail(self._waiting.popleft(), self._busy())

    def let_go(self) -> None:
        """The caller holds it open no more: it ends by itself, and can be waited for."""
        self._held = False

    def give_back(self) -> None:
        """Let the next one go on."""
        self.let_go()
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)  # it stays taken: nobody comes in between
                return
        self._taken = False

    async def _wait(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        timer = self._clock.call_at(self._clock.time() + _TURN_LIMIT, lambda: _fail(waiter, self._late()))
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self.give_back()
            raise
        finally:
            timer.cancel()

    def _busy(self) -> ServiceBusy:
        return ServiceBusy(f"{self._service}: a stream is open, end it first", field="service", value=self._service)

    def _late(self) -> CommandTimeout:
        return CommandTimeout(
            f"{self._service}: no turn within {_TURN_LIMIT} s", state="queued", waited=_TURN_LIMIT, limit="queue"
        )


class Session:
    """A service of one module, and its verbs."""

    service: ClassVar[Service]
    #: Seconds in which the module has to say that it has ended what was given up; until then nobody else has a turn.
    settle_limit: ClassVar[float] = _SETTLE_LIMIT

    def __init__(self, attachment: Attachment) -> None:
        self._attachment = attachment
        self._link = attachment.link
        self._clock = attachment.clock
        self._turns = Turns(self.service, self._clock)

    @property
    def attachment(self) -> Attachment:
        """The module."""
        return self._attachment

    async def enter(self, *, held: bool, service: Service | None = None) -> Claim:
        """Claim the service, or the ``service`` that carries it, when it is one's turn. Raises ServiceBusy."""
        await self._turns.take(held=held)
        try:
            return self._link.claim(service or self.service)
        except BaseException:
            self._turns.give_back()
            raise

    async def leave(self, claim: Claim, clean_up: Callable[[], Awaitable[None]]) -> None:
        """Clean up and give the service back. A caller who is cancelled does not wait: it goes on without them."""
        self._link.attest(sys.exception())  # before the clean-up adds to the traffic
        self._turns.let_go()
        if not self._attachment.running:
            self._release(claim)  # the line is closed: there is nothing to clean up
            return
        released = asyncio.get_running_loop().create_future()
        timer = self._clock.call_at(self._clock.time() + _RELEASE_LIMIT, lambda: _go_on(released))
        try:
            task = self._attachment.spawn(lambda: self._leave(claim, clean_up))
            task.add_done_callback(lambda _: _go_on(released))
            await released
        finally:
            timer.cancel()

    async def _leave(self, claim: Claim, clean_up: Callable[[], Awaitable[None]]) -> None:
        try:
            await self._end(claim, clean_up)
            await self._settle(claim)
        except (PortLost, ModemRestarted) as error:
            _log.debug("%s: %s ended by itself: %s", self._attachment.url, claim.service, error)
        except Exception as error:
            self._warn(claim, error)
        finally:
            self._release(claim)

    async def _end(self, claim: Claim, clean_up: Callable[[], Awaitable[None]]) -> None:
        try:
            await clean_up()
        except (PortLost, ModemRestarted):
            raise
        except Exception as error:
            # What was asked for has been done or has failed by its own error; the next user starts with a clean-up,
            # once that is over which this one has given up.
            self._warn(claim, error)

    def _warn(self, claim: Claim, error: Exception) -> None:
        _log.warning("%s: %s could not be ended in order: %s", self._attachment.url, claim.service, error)

    async def _settle(self, claim: Claim) -> None:
        """See what was given up ended. Raises CommandTimeout."""
        await self._link.settled(claim.service, self.settle_limit)

    def _release(self, claim: Claim) -> None:
        claim.release()
        self._turns.give_back()


def _fail(waiter: asyncio.Future[None], error: Exception) -> None:
    if not waiter.done():
        waiter.set_exception(error)


def _go_on(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
