"""Who the virtual modem says it is."""

from __future__ import annotations

from typing import Any

from simcom_async.at.dialect import Habits
from simcom_async.at.message import Message
from simcom_async.commands import identity as messages
from simcom_async.virtual.turn import Answers, Turn

__all__ = ["ANSWERS"]

ANSWERS = Answers()


@ANSWERS.to(messages.Identify)
async def _identify(turn: Turn[messages.Identify]) -> list[str]:
    habits = _habits(turn)
    facts = {
        "series": habits.model.rpartition("_")[2],
        "manufacturer": habits.manufacturer,
        "model": habits.model,
        "revision": habits.revision,
        "imei": turn.modem.options.imei,
        "capabilities": habits.capabilities,
    }
    return [line.format_map(facts) for line in habits.product]


@ANSWERS.to(messages.ProductInformation)
async def _product(turn: Turn[messages.ProductInformation]) -> list[Message]:
    habits = _habits(turn)
    texts = (habits.manufacturer, habits.model, f"Revision:{habits.revision}")
    return [messages.InformationText(text=text) for text in texts]


@ANSWERS.to(messages.ManufacturerIdentification, messages.GsmManufacturer)
async def _manufacturer(turn: Turn[messages.GsmManufacturer]) -> Message:
    return messages.InformationText(text=_habits(turn).manufacturer)


@ANSWERS.to(messages.ModelIdentification, messages.GsmModel)
async def _model(turn: Turn[messages.GsmModel]) -> Message:
    return messages.InformationText(text=_habits(turn).model)


@ANSWERS.to(messages.RevisionIdentification, messages.GsmRevision)
async def _revision(turn: Turn[messages.GsmRevision]) -> Message:
    return messages.Revision(revision=_habits(turn).revision)


@ANSWERS.to(messages.SerialNumberIdentification, messages.GsmSerialNumber)
async def _serial(turn: Turn[messages.GsmSerialNumber]) -> Message:
    return messages.SerialNumber(imei=turn.modem.options.imei)


@ANSWERS.to(messages.CapabilityList)
async def _capabilities(turn: Turn[messages.CapabilityList]) -> Message:
    return messages.Capabilities(names=_habits(turn).capabilities)


def _habits(turn: Turn[Any]) -> Habits:
    return turn.modem.dialect.habits
