"""Calls: a data call whose other end swallows what it gets, and voice calls that nobody answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simcom_async.at.message import Message
from simcom_async.at.response import Result
from simcom_async.commands import call as messages
from simcom_async.virtual.turn import Answers, Refused, Turn

if TYPE_CHECKING:
    from simcom_async.virtual.modem import VirtualModem

__all__ = ["ANSWERS", "Calls"]

ANSWERS = Answers()
_PACKET_SERVICES = ("*99", "*98")


class Calls:
    """The data call of a module. ``received`` counts the bytes that the host has sent into it."""

    def __init__(self, modem: VirtualModem) -> None:
        self._modem = modem
        self.connected = False
        self.received = 0
        self.presentation = 0

    def connect(self) -> None:
        """The other end has answered."""
        self.connected, self.received = True, 0

    def receive(self, data: bytes) -> None:
        """Data of the host: there is nobody who would answer PPP."""
        self.received += len(data)

    def hang_up(self) -> None:
        """The call is over."""
        self.connected = False

    def lose(self) -> None:
        """The network ends the call: who is in the data mode is told."""
        if self.connected:
            self.connected = False
            self._modem.no_carrier()


@ANSWERS.to(messages.Dial)
async def _dial(turn: Turn[messages.Dial]) -> None:
    modem = turn.modem
    number = turn.command.number.upper().lstrip("TP")
    if not modem.network.registered or not number.startswith(_PACKET_SERVICES):
        turn.result = Result.NO_CARRIER
        return
    modem.calls.connect()
    turn.result = Result.CONNECT


@ANSWERS.to(messages.DialVoice)
async def _dial_voice(turn: Turn[messages.DialVoice]) -> None:
    turn.result = Result.OK if turn.modem.network.registered else Result.NO_CARRIER
    turn.afterwards(turn.modem.no_carrier)


@ANSWERS.to(messages.Answer)
async def _answer(turn: Turn[messages.Answer]) -> None:
    turn.result = Result.NO_CARRIER


@ANSWERS.to(messages.HangUp)
async def _hang_up(turn: Turn[messages.HangUp]) -> None:
    turn.modem.calls.hang_up()


@ANSWERS.to(messages.VoiceHangUp, messages.ToneDialling, messages.PulseDialling)
async def _nothing(turn: Turn[messages.VoiceHangUp]) -> None:
    """Without effect."""


@ANSWERS.to(messages.ResumeConnection)
async def _resume(turn: Turn[messages.ResumeConnection]) -> None:
    turn.result = Result.CONNECT if turn.modem.calls.connected else Result.NO_CARRIER


@ANSWERS.to(messages.CallerPresentation)
async def _present(turn: Turn[messages.CallerPresentation]) -> None:
    if not turn.modem.network.registered:
        raise Refused(30)
    turn.modem.calls.presentation = turn.command.mode


@ANSWERS.to(messages.CallerPresentationRead)
async def _presentation(turn: Turn[messages.CallerPresentationRead]) -> Message:
    return messages.CallerPresentationState(
        mode=turn.modem.calls.presentation, provision=messages.CallerProvision.PROVISIONED
    )
