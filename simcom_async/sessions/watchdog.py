"""A watch over a module that nobody uses: it notices one that has fallen silent, and keeps its health fresh."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from simcom_async.commands.general import At
from simcom_async.commands.network import SignalQualityRead
from simcom_async.errors import CommandFailed, CommandTimeout, LinkError, SimcomError, UsageError
from simcom_async.link.condition import Condition, LinkChanged
from simcom_async.link.queue import Priority
from simcom_async.sessions.registration import READS, NetworkRegistration

if TYPE_CHECKING:
    from simcom_async.at.command import Command
    from simcom_async.sessions.attach import Attachment
    from simcom_async.sessions.health import Vitals

__all__ = ["Watchdog"]

_PROBE = 5.0  # seconds for the answer to AT
#: Seconds in which the link has found the step again after a time-out, or has given up (Timings.resync and a few more).
_RESYNC = 40.0

_log = logging.getLogger(__name__)


class Watchdog:
    """Looks at a module every ``period`` seconds, in a task of the modem's owner.

    Whatever was heard since the last look, payload as well as answers, shows that the module lives; noise does not.
    Where nothing was, and the port is free, it sends AT. A port that is held is left alone: whatever holds it has a
    patience of its own. An AT without an answer, and the link's own for 20 seconds after it, make the module suspect
    (``Attachment.suspect``): one that falls silent while nobody uses it is noticed within ``period`` and 30 seconds.

    It asks for signal and registration as well, behind everybody else, and where nothing is reserved.
    """

    def __init__(self, attachment: Attachment, vitals: Vitals, period: float | None) -> None:
        if period is not None and not period > 0:
            raise UsageError(f"watchdog: {period} is not above 0", field="watchdog", value=period, allowed="seconds")
        self._attachment = attachment
        self._link = attachment.link
        self._clock = attachment.clock
        self._vitals = vitals
        self._period = period
        self._task: asyncio.Task[None] | None = None
        self._asking: asyncio.Task[None] | None = None
        self._heard = 0

    def start(self) -> None:
        """Keep watch from now on, until the modem is closed; again is harmless."""
        if self._period is not None and (self._task is None or self._task.done()):
            self._task = self._attachment.spawn(lambda: self._run(self._period or 0.0))

    async def _run(self, period: float) -> None:
        self._heard = self._link.tally.sense
        while True:
            await self._clock.sleep(period)
            if not self._attachment.disturbed:
                await self._look()
            self._vitals.judge()

    async def _look(self) -> None:
        """See whether the module lives; ask it how it is."""
        silent = self._link.tally.sense == self._heard
        if self._link.condition is Condition.OUT_OF_STEP:
            self._suspect("the link could not find the step again")
            return
        if silent and self._link.takes_now(At()) and not await self._answers(At(), Priority.URGENT, _PROBE):
            return
        if self._asking is None or self._asking.done():
            self._asking = self._attachment.spawn(self._ask)
        self._heard = self._link.tally.sense

    async def _ask(self) -> None:
        """Signal and registration: whoever listens for the answers gets them."""
        if not await self._answers(SignalQualityRead(), Priority.BACKGROUND):
            return
        for read in READS:
            if self._link.dialect.speaks(read):
                state: Any = await self._answers(read(), Priority.BACKGROUND)
                if not state or (state is not True and NetworkRegistration(state.stat).registered):
                    break
        self._heard = self._link.tally.sense

    async def _answers(self, command: Command[Any], priority: Priority, timeout: float | None = None) -> object:
        """Send a command; what it answers, True for nothing in particular, None where it could not be sent.

        Without an answer the module is suspect, unless the link hears from it again, and False is returned.
        """
        try:
            return await self._link.send(command, priority=priority, timeout=timeout) or True
        except CommandFailed:
            return True  # it said no, which is an answer
        except CommandTimeout as error:
            if error.limit == "queue":
                return None
            seen = str(error)
        except LinkError as error:
            seen = str(error)
        except SimcomError as error:
            _log.debug("%s: %s", self._attachment.url, error)
            return None
        if await self._in_step():
            return None
        if self._link.condition is Condition.OUT_OF_STEP:
            self._suspect(seen)
        return False

    async def _in_step(self) -> bool:
        """Whether the link finds the step again, which it is looking for."""
        try:
            if self._link.condition is Condition.DRAINING:
                await self._link.bus.wait_for(
                    LinkChanged, timeout=_RESYNC, where=lambda event: event.condition is not Condition.DRAINING
                )
        except (CommandTimeout, LinkError) as error:
            _log.debug("%s: %s", self._attachment.url, error)
        return self._link.condition is Condition.READY

    def _suspect(self, why: str) -> None:
        _log.warning("%s: the module has fallen silent: %s", self._attachment.url, why)
        self._attachment.suspect(f"it has fallen silent: {why}")
