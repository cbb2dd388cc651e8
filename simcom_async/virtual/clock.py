"""The clock of the module: it runs, from the time of this machine or from what was set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from simcom_async.at.message import Message
from simcom_async.at.setting import read_form
from simcom_async.commands.clock import Clock
from simcom_async.virtual.turn import Answers, Refused, Turn

if TYPE_CHECKING:
    from simcom_async.ports import clock as ports

__all__ = ["ANSWERS", "Calendar"]

ANSWERS = Answers()
_FORMAT = "%y/%m/%d,%H:%M:%S"
_QUARTER = timedelta(minutes=15)


class Calendar:
    """Date and time of the module; it goes on as the modem's clock does. ``zone`` is in quarters of an hour."""

    def __init__(self, clock: ports.Clock) -> None:
        self._clock = clock
        self.set(datetime.now(UTC).replace(tzinfo=None), 0)

    def set(self, local: datetime, zone: int) -> None:
        """It is ``local`` now."""
        self._at, self._started, self.zone = local, self._clock.time(), zone

    @property
    def now(self) -> datetime:
        """Local time."""
        return self._at + timedelta(seconds=self._clock.time() - self._started)

    @property
    def text(self) -> str:
        """As AT+CCLK writes it."""
        return f"{self.now.strftime(_FORMAT)}{self.zone:+03d}"


@ANSWERS.to(read_form(Clock))
async def _read(turn: Turn[Clock]) -> Message:
    return Clock(time=turn.modem.calendar.text)


@ANSWERS.to(Clock)
async def _set(turn: Turn[Clock]) -> None:
    text = turn.command.time
    try:
        local = datetime.strptime(text[:-3], _FORMAT)
    except ValueError as error:
        raise Refused from error
    turn.modem.calendar.set(local, int(text[-3:]))
