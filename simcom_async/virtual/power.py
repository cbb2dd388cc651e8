"""Functionality, battery, and switching off."""

from __future__ import annotations

from simcom_async.at.message import Message
from simcom_async.commands import power as messages
from simcom_async.commands.power import FunctionalityLevel
from simcom_async.commands.sim import Lock, PinState
from simcom_async.virtual.turn import Answers, Turn

__all__ = ["ANSWERS"]

ANSWERS = Answers()


@ANSWERS.to(messages.FunctionalityWrite)
async def _set(turn: Turn[messages.FunctionalityWrite]) -> None:
    modem, level = turn.modem, turn.command.level
    if turn.command.reset:
        turn.afterwards(modem.reset)
        return
    before, modem.level = modem.level, level
    if before is level:
        return
    modem.network.switch_radio(level is FunctionalityLevel.FULL)
    if level is FunctionalityLevel.MINIMUM:
        modem.urc(PinState(state=Lock.NOT_READY))
    elif before is FunctionalityLevel.MINIMUM:
        modem.urc(PinState(state=modem.sim.lock))


@ANSWERS.to(messages.FunctionalityRead)
async def _read(turn: Turn[messages.FunctionalityRead]) -> Message:
    return messages.Functionality(level=turn.modem.level)


@ANSWERS.to(messages.BatteryChargeRead)
async def _battery(turn: Turn[messages.BatteryChargeRead]) -> Message:
    return messages.BatteryCharge(status=messages.ChargeStatus.NOT_CHARGING, percent=96, millivolts=4110)


@ANSWERS.to(messages.PowerOff)
async def _off(turn: Turn[messages.PowerOff]) -> None:
    turn.result = turn.modem.dialect.habits.power_down
    turn.afterwards(turn.modem.power_off)


@ANSWERS.to(messages.PowerOffAtOnce)
async def _off_at_once(turn: Turn[messages.PowerOffAtOnce]) -> None:
    turn.result = None
    turn.afterwards(turn.modem.power_off)


@ANSWERS.to(messages.PowerOffQuietly)
async def _off_quietly(turn: Turn[messages.PowerOffQuietly]) -> None:
    turn.afterwards(turn.modem.power_off)


@ANSWERS.to(messages.Restart)
async def _restart(turn: Turn[messages.Restart]) -> None:
    turn.afterwards(turn.modem.reset)
