"""Short messages: taken, counted, and gone. There is nobody to write to."""

from __future__ import annotations

from dataclasses import dataclass, field

from simcom_async.at.message import Message
from simcom_async.commands import sms as messages
from simcom_async.commands.results import CmsError
from simcom_async.commands.sms import Storage
from simcom_async.virtual.turn import Answers, Refused, Turn

__all__ = ["ANSWERS", "Messages"]

ANSWERS = Answers()
_CAPACITY = 40


@dataclass(slots=True)
class Messages:
    """The message service of a module. ``sent`` counts the messages that it took."""

    sent: int = 0
    service: int = 0
    storages: list[Storage] = field(default_factory=lambda: [Storage.SIM] * 3)


@ANSWERS.to(messages.SmsSend, messages.SmsSendPdu)
async def _send(turn: Turn[messages.SmsSend]) -> Message | None:
    _check(turn.modem.sim.usable)
    entered = await turn.entry(messages.SmsPrompt(), blank=True)
    if entered.cancelled:
        return None
    if not turn.modem.network.registered:
        raise Refused(CmsError.NO_NETWORK, group="CMS")
    turn.modem.messages.sent += 1
    return messages.SmsReference(reference=turn.modem.messages.sent % 256)


@ANSWERS.to(messages.SmsList, messages.SmsListPdu)
async def _list(turn: Turn[messages.SmsList]) -> None:
    _check(turn.modem.sim.usable)


@ANSWERS.to(messages.SmsRead)
async def _read(turn: Turn[messages.SmsRead]) -> None:
    _check(turn.modem.sim.usable)


@ANSWERS.to(messages.SmsDelete)
async def _delete(turn: Turn[messages.SmsDelete]) -> None:
    _check(turn.modem.sim.usable)


@ANSWERS.to(messages.MessageService)
async def _service(turn: Turn[messages.MessageService]) -> Message:
    turn.modem.messages.service = turn.command.service
    return messages.MessageServiceSupport(received=1, sent=1, broadcast=1)


@ANSWERS.to(messages.MessageServiceRead)
async def _service_read(turn: Turn[messages.MessageServiceRead]) -> Message:
    return messages.MessageServiceState(service=turn.modem.messages.service, received=1, sent=1, broadcast=1)


@ANSWERS.to(messages.StorageSelect)
async def _select(turn: Turn[messages.StorageSelect]) -> Message:
    chosen = turn.modem.messages.storages
    wanted = (turn.command.read, turn.command.write, turn.command.received)
    turn.modem.messages.storages = [new or old for new, old in zip(wanted, chosen, strict=True)]
    return messages.StorageUse(used_1=0, total_1=_CAPACITY, used_2=0, total_2=_CAPACITY, used_3=0, total_3=_CAPACITY)


@ANSWERS.to(messages.StorageRead)
async def _storages(turn: Turn[messages.StorageRead]) -> Message:
    first, second, third = turn.modem.messages.storages
    return messages.StorageState(
        storage_1=first,
        used_1=0,
        total_1=_CAPACITY,
        storage_2=second,
        used_2=0,
        total_2=_CAPACITY,
        storage_3=third,
        used_3=0,
        total_3=_CAPACITY,
    )


def _check(usable: bool) -> None:
    if not usable:
        raise Refused(CmsError.SIM_NOT_INSERTED, group="CMS")
