"""AT+SAPBR: the bearer profiles and the bearers (SIM800 AT manual 9.2.1)."""

from __future__ import annotations

from pydantic import SecretStr

from simcom_async.at.command import Command
from simcom_async.at.message import Message
from simcom_async.commands import bearer as messages
from simcom_async.virtual.turn import Answers, Turn

__all__ = ["ANSWERS"]

ANSWERS = Answers()


@ANSWERS.to(messages.SapbrOpen)
async def _open(turn: Turn[messages.SapbrOpen]) -> None:
    turn.modem.network.open_bearer(turn.command.cid)


@ANSWERS.to(messages.SapbrClose)
async def _close(turn: Turn[messages.SapbrClose]) -> None:
    turn.modem.network.close_bearer(turn.command.cid)


@ANSWERS.to(messages.SapbrQuery)
async def _query(turn: Turn[messages.SapbrQuery]) -> Message:
    bearer = turn.modem.network.bearers[turn.command.cid]
    return messages.BearerState(cid=turn.command.cid, status=bearer.status, address=bearer.address)


@ANSWERS.to(messages.SapbrContype)
async def _contype(turn: Turn[messages.SapbrContype]) -> None:
    turn.modem.network.bearers[turn.command.cid].contype = turn.command.value


@ANSWERS.to(messages.SapbrApn)
async def _apn(turn: Turn[messages.SapbrApn]) -> None:
    turn.modem.network.bearers[turn.command.cid].apn = turn.command.value


@ANSWERS.to(messages.SapbrUser)
async def _user(turn: Turn[messages.SapbrUser]) -> None:
    turn.modem.network.bearers[turn.command.cid].user = turn.command.value


@ANSWERS.to(messages.SapbrPassword)
async def _password(turn: Turn[messages.SapbrPassword]) -> None:
    turn.modem.network.bearers[turn.command.cid].password = turn.command.value.get_secret_value()


@ANSWERS.to(messages.SapbrPhonenum)
async def _phone(turn: Turn[messages.SapbrPhonenum]) -> None:
    turn.modem.network.bearers[turn.command.cid].phone = turn.command.value


@ANSWERS.to(messages.SapbrRate)
async def _rate(turn: Turn[messages.SapbrRate]) -> None:
    turn.modem.network.bearers[turn.command.cid].rate = turn.command.value


@ANSWERS.to(messages.SapbrGet)
async def _get(turn: Turn[messages.SapbrGet]) -> list[Message]:
    bearer = turn.modem.network.bearers[turn.command.cid]
    lines: dict[type[Command[None]], Message] = {
        messages.SapbrContype: messages.SapbrContypeLine(value=bearer.contype),
        messages.SapbrApn: messages.SapbrApnLine(value=bearer.apn),
        messages.SapbrPhonenum: messages.SapbrPhonenumLine(value=bearer.phone),
        messages.SapbrUser: messages.SapbrUserLine(value=bearer.user),
        messages.SapbrPassword: messages.SapbrPasswordLine(value=SecretStr(bearer.password)),
        messages.SapbrRate: messages.SapbrRateLine(value=bearer.rate),
    }
    speaks = turn.modem.dialect.speaks
    return [messages.SapbrHeader(), *(line for command, line in lines.items() if speaks(command))]
