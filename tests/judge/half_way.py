"""Holds a slow server half way, so that a transcript can ask in the middle; nobody sleeps."""

from __future__ import annotations

import re

from simcom_async.sites.gate import Gate
from tests.judge.transcript import Does, Step
from tests.judge.visitor import Visitor

__all__ = ["HALF_WAY", "HalfWay"]

#: Bytes of a body that pass before a slow server stops, where it is slow: what the document's example shows.
HALF_WAY = 1440
_ACTION = re.compile(r"AT\+HTTPACTION=(\d)")
_STATUS = re.compile(r"\+HTTPSTATUS: ?(\w+), ?(\d), ?(\d+), ?(\d+)")
_QUESTION = "AT+HTTPSTATUS?"


class HalfWay:
    """The steps of a visitor at a slow server, before whose gate it stands.

    The gate is shut before a request, and open again before its result is awaited. In between, the question of the
    transcript is asked beforehand until the module has all that the server let pass.
    """

    def __init__(self, gate: Gate, post_data: bytes) -> None:
        self._gate = gate
        self._post_data = post_data
        self._shut = False

    async def before(self, visitor: Visitor, step: Step) -> None:
        """What has to be done before a step of the transcript."""
        action = _ACTION.fullmatch(step.text)
        if action is not None:
            await self._before_action(visitor, action[1])
        elif step.does is Does.SEND and step.text == _QUESTION and self._shut:
            await self._until_half_way(visitor)
        elif step.later and self._shut:
            self._gate.open()
            self._shut = False

    async def _before_action(self, visitor: Visitor, method: str) -> None:
        if method == "1":
            await visitor.enter(self._post_data)
        self._gate.shut(after=HALF_WAY)
        self._shut = True

    async def _until_half_way(self, visitor: Visitor) -> None:
        await self._gate.held()
        await visitor.ask_until(_QUESTION, _half_way)


def _half_way(answer: str) -> bool:
    found = _STATUS.fullmatch(answer)
    assert found is not None, answer
    return int(found[3]) >= HALF_WAY
