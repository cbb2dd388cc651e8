"""A watch over a module that nobody uses: it notices one that has fallen silent, and keeps its health fresh."""

from __future__ import annotations

import asyncio
import logging
from functools import cache
from typing import TYPE_CHECKING, Any

from simcom_async.commands.general import At
from simcom_async.commands.network import SignalQualityRead
from simcom_async.errors import CommandFailed, SimcomError, UsageError
from simcom_async.link.queue import Priority
from simcom_async.sessions.registration import READS, NetworkRegistration

if TYPE_CHECKING:
    from simcom_async.at.command import Command, Service
    from simcom_async.at.dialect import Dialect
    from simcom_async.sessions.attach import Attachment
    from simcom_async.sessions.health import Vitals

__all__ = ["Watchdog"]

_ANSWER = 5.0  # seconds: each of these commands is answered at once

_log = logging.getLogger(__name__)


@cache
def _reserving(dialect: Dialect) -> frozenset[Service]:
    """The services in which a module takes nothing but certain commands at times."""
    wires = (command.wire for command in dialect.commands)
    return frozenset(wire.service for wire in wires if wire.reserves is not None and wire.service is not None)


class Watchdog:
    """Looks at a module every ``period`` seconds, in a task of the modem's owner.

    Whatever was heard since the last look, payload as well as answers, shows that the module lives; noise does not.
    Where nothing was, and the port is free, it sends AT, and waits 5 seconds for OK. A port that is held is left
    alone: whatever holds it has a patience of its own. A time-out makes the attachment look after the module, whoever
    waited: so one that falls silent while nobody uses it is suspect within ``period`` and 5 seconds.

    It asks for signal and registration as well, behind everybody else; not while somebody uses a service in which a
    module refuses other commands: it may begin to do so while the question is on its way.
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
        silent = self._link.tally.sense == self._heard and self._link.takes_now(At())
        if silent and await self._answer(At(), Priority.URGENT) is None:
            return
        rests = self._asking is None or self._asking.done()
        if rests and not self._link.claimed & _reserving(self._link.dialect):
            self._asking = self._attachment.spawn(self._ask)
        self._heard = self._link.tally.sense

    async def _ask(self) -> None:
        """Signal and registration: whoever listens for the answers gets them."""
        if await self._answer(SignalQualityRead(), Priority.BACKGROUND) is None:
            return
        for read in READS:
            if self._link.dialect.speaks(read):
                state: Any = await self._answer(read(), Priority.BACKGROUND)
                if state is None or (state is not True and NetworkRegistration(state.stat).registered):
                    break
        self._heard = self._link.tally.sense

    async def _answer(self, command: Command[Any], priority: Priority) -> object:
        """Send a command; what it answers, True for nothing in particular, None without an answer."""
        try:
            return await self._link.send(command, priority=priority, timeout=_ANSWER) or True
        except CommandFailed:
            return True  # it said no, which is an answer
        except SimcomError as error:
            _log.info("%s: %s", self._attachment.url, error)
            return None
