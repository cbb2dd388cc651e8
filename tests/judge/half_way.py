"""Holds a slow server half way, so that a transcript can ask in the middle; nobody sleeps."""

from __future__ import annotations

import re

from tests.judge.needs import HALF_WAY, Surroundings
from tests.judge.transcript import Does, Step
from tests.judge.visitor import Visitor

__all__ = ["HalfWay"]

_ACTION = re.compile(r"AT\+HTTPACTION=(\d)")
_STATUS = re.compile(r"\+HTTPSTATUS: ?(\w+), ?(\d), ?(\d+), ?(\d+)")
_QUESTION = "AT+HTTPSTATUS?"
#: Questions after which a module that stands still is not half way and never will be.
ENOUGH = 500


class HalfWay:
    """The steps of a visitor at a slow server.

    The gate is shut before a request, and open again before its result is awaited. In between, the question of the
    transcript is asked beforehand until the module has all that the server let pass.
    """

    def __init__(self, visitor: Visitor, surroundings: Surroundings) -> None:
        assert surroundings.site is not None
        self._visitor = visitor
        self._surroundings = surroundings
        self._gate = surroundings.site.gate
        self._shut = False
        self.asked = 0

    async def before(self, step: Step) -> None:
        """What has to be done before a step of the transcript."""
        action = _ACTION.fullmatch(step.text)
        if action is not None:
            await self._before_action(action[1])
        elif step.does is Does.SEND and step.text == _QUESTION and self._shut:
            await self._until_half_way()
        elif step.later and self._shut:
            self._gate.open()
            self._shut = False

    async def _before_action(self, method: str) -> None:
        if method == "1":
            await self._visitor.enter(self._surroundings.post_data)
        self._gate.shut(after=HALF_WAY)
        self._shut = True

    async def _until_half_way(self) -> None:
        await self._gate.held()
        before = ""
        for _ in range(ENOUGH):
            answer = await self._visitor.ask(_QUESTION)
            self.asked += 1
            found = _STATUS.fullmatch(answer)
            assert found is not None, answer
            if int(found[3]) >= HALF_WAY:
                return
            before = answer
        raise AssertionError(f"the server holds at {HALF_WAY} bytes, the module says {before}")
