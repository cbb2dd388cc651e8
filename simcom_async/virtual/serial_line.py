"""The permanent rate, and the port of unsolicited lines: a virtual modem says them on every line."""

from __future__ import annotations

from simcom_async.at.message import Message
from simcom_async.at.setting import read_form
from simcom_async.commands import serial_line as messages
from simcom_async.commands.serial_line import PermanentLineRate
from simcom_async.virtual.turn import Answers, Turn

__all__ = ["ANSWERS"]

ANSWERS = Answers()
#: Where the chosen port is kept over the power, and until then.
_PORT = "CATR"
_RATE = "IPREX"
_FACTORY_PORT = 0


@ANSWERS.to(PermanentLineRate)
async def _keep_rate(turn: Turn[PermanentLineRate]) -> None:
    turn.modem.flash[_RATE] = turn.command


@ANSWERS.to(read_form(PermanentLineRate))
async def _rate(turn: Turn[PermanentLineRate]) -> Message:
    kept = turn.modem.flash.get(_RATE)
    return kept if isinstance(kept, PermanentLineRate) else PermanentLineRate()


@ANSWERS.to(messages.UrcPortSelect)
async def _select(turn: Turn[messages.UrcPortSelect]) -> None:
    basics = turn.modem.profile.now.basics
    basics[_PORT] = turn.command.port
    if turn.command.save:
        turn.modem.flash[_PORT] = turn.command.port


@ANSWERS.to(messages.UrcPortRead)
async def _selected(turn: Turn[messages.UrcPortRead]) -> Message:
    kept = turn.modem.flash.get(_PORT, _FACTORY_PORT)
    first = kept if isinstance(kept, int) else _FACTORY_PORT
    return messages.UrcPort(port=turn.modem.profile.now.basics.get(_PORT, first))
