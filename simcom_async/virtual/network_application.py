"""AT+CNACT: the application network of the SIM7000, a bearer of its own beside those of AT+SAPBR."""

from __future__ import annotations

from simcom_async.at.message import Message
from simcom_async.commands import network_application as messages
from simcom_async.commands.network_application import AppNetworkMode, AppNetworkStatus
from simcom_async.virtual.network import APPLICATION, deactivated
from simcom_async.virtual.turn import Answers, Turn

__all__ = ["ANSWERS"]

ANSWERS = Answers()
#: The access point that an LTE network gives.
_GIVEN = "internet"


@ANSWERS.to(messages.AppNetwork)
async def _switch(turn: Turn[messages.AppNetwork]) -> None:
    network = turn.modem.network
    if turn.command.mode is AppNetworkMode.OFF:
        network.close_bearer(APPLICATION)
        turn.operate(lambda operation: operation.urc(deactivated(APPLICATION)))
        return
    network.bearers[APPLICATION].apn = turn.command.apn or ""
    network.open_bearer(APPLICATION)
    turn.operate(lambda operation: operation.urc(messages.AppNetworkActivated()))


@ANSWERS.to(messages.AppNetworkRead)
async def _read(turn: Turn[messages.AppNetworkRead]) -> Message:
    bearer = turn.modem.network.bearers[APPLICATION]
    status = AppNetworkStatus.ACTIVATED if bearer.is_open else AppNetworkStatus.DEACTIVATED
    return messages.AppNetworkState(status=status, address=bearer.address)


@ANSWERS.to(messages.NetworkApnRead)
async def _given(turn: Turn[messages.NetworkApnRead]) -> Message:
    if not turn.modem.network.registered:
        return messages.NetworkApn(valid=0)
    return messages.NetworkApn(valid=1, apn=_GIVEN)
