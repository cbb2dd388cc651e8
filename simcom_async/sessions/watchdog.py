"""A watch over a module that nobody uses: it notices one that has fallen silent, and keeps its health fresh."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import TYPE_CHECKING, Any

from simcom_async.at.event import FinalLine
from simcom_async.commands.general import At, SlowClock
from simcom_async.commands.network import SignalQualityRead
from simcom_async.commands.topics import ModuleBooted
from simcom_async.errors import CommandFailed, SimcomError, UsageError
from simcom_async.link.queue import Priority
from simcom_async.sessions.life_cycle import Lost
from simcom_async.sessions.registration import READS, NetworkRegistration

if TYPE_CHECKING:
    from simcom_async.at.command import Command
    from simcom_async.sessions.attach import Attachment
    from simcom_async.sessions.health import Vitals

__all__ = ["Watchdog"]

_ANSWER = 5.0  # seconds: each of these commands is answered at once

_SLOW_CLOCK = re.compile(rb"\+CSCLK=([0-9])", re.IGNORECASE)

_log = logging.getLogger(__name__)


class Watchdog:
    """Looks at a module every ``period`` seconds, in a task of the modem's owner.

    Whatever was heard since the last look, payload as well as answers, shows that the module lives; noise does not.
    Where nothing was, and the port is free, it sends AT, and waits 5 seconds for OK. A port that is held is left
    alone: whatever holds it has a patience of its own. A time-out makes the attachment look after the module, whoever
    waited: so one that falls silent while nobody uses it is suspect within ``period`` and 5 seconds.

    It asks for signal and registration as well, behind everybody else; in a mailbox of which a module takes nothing
    else while an answer is unread, between two answers (``Priority.BACKGROUND``).

    A module that was told to sleep, or has said that it may (``AT+CSCLK=1`` and ``2``), is asked nothing until it is
    told otherwise, has restarted, or its port was lost: a question would wake it, and while DTR lets it sleep it hears
    none (SIM800 AT manual 6.2.20). Whether it lives shows with what others ask of it.
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
        self._sleeps = False
        if period is not None:
            bus = self._link.bus
            bus.on(FinalLine, self._told)
            bus.on(SlowClock, lambda clock: self._sleep(clock.mode > 0))
            bus.on(ModuleBooted, lambda _: self._sleep(False))
            bus.on(Lost, lambda _: self._sleep(False))

    def start(self) -> None:
        """Keep watch from now on, until the modem is closed; again is harmless."""
        if self._period is not None and (self._task is None or self._task.done()):
            self._task = self._attachment.spawn(lambda: self._run(self._period or 0.0))

    async def _run(self, period: float) -> None:
        self._heard = self._link.tally.sense
        while True:
            await self._clock.sleep(period)
            if not (self._attachment.disturbed or self._sleeps):
                await self._look()
            self._vitals.judge()

    async def _look(self) -> None:
        """See whether the module lives; ask it how it is."""
        silent = self._link.tally.sense == self._heard and self._link.takes_now(At())
        if silent and await self._answer(At(), Priority.URGENT) is None:
            return
        if self._asking is None or self._asking.done():
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

    def _told(self, line: FinalLine) -> None:
        """A command has ended: perhaps one that lets the module sleep, whoever sent it, in a line of several or not."""
        text = line.command.text if line.ok and line.command is not None else b""
        if b"SCLK" in text.upper() and (modes := _SLOW_CLOCK.findall(text.replace(b" ", b""))):
            self._sleep(modes[-1] != b"0")

    def _sleep(self, may: bool) -> None:
        if may and not self._sleeps:
            _log.info("%s: the module may sleep, the watchdog leaves it alone", self._attachment.url)
        self._sleeps = may

    async def _answer(self, command: Command[Any], priority: Priority) -> object:
        """Send a command; what it answers, True for nothing in particular, None without an answer."""
        try:
            return await self._link.send(command, priority=priority, timeout=_ANSWER) or True
        except CommandFailed:
            return True  # it said no, which is an answer
        except SimcomError as error:
            _log.info("%s: %s", self._attachment.url, error)
            return None
