"""The card of the virtual modem: in or out, locked or not, and its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simcom_async.at.message import Message
from simcom_async.commands import sim as messages
from simcom_async.commands.results import CmeError
from simcom_async.commands.sim import Lock
from simcom_async.virtual.turn import Answers, Refused, Turn

if TYPE_CHECKING:
    from simcom_async.virtual.options import Options

__all__ = ["ANSWERS", "Sim"]

ANSWERS = Answers()
#: What the virtual card asks for behind three wrong PINs.
PUK = "12345678"
_PIN_ATTEMPTS, _PUK_ATTEMPTS = 3, 10
_IMSI = "001010000000001"


class Sim:
    """One card. Attempts outlive the power, an accepted PIN does not."""

    def __init__(self, options: Options) -> None:
        self.inserted = True
        self.iccid = options.iccid
        self.imsi = _IMSI
        self.pin = options.pin
        self.pin_attempts = _PIN_ATTEMPTS
        self.puk_attempts = _PUK_ATTEMPTS
        self._open = self.pin is None

    def restart(self) -> None:
        """Power-on: the PIN is asked for again."""
        self._open = self.pin is None

    @property
    def lock(self) -> Lock:
        """What it waits for."""
        if not self.inserted:
            return Lock.NOT_INSERTED
        if self._open:
            return Lock.READY
        return Lock.SIM_PIN if self.pin_attempts else Lock.SIM_PUK

    @property
    def usable(self) -> bool:
        """Whether the network lets it in."""
        return self.lock is Lock.READY

    def check(self) -> None:
        """Raises Refused, with the cause, unless it is usable."""
        match self.lock:
            case Lock.NOT_INSERTED:
                raise Refused(CmeError.SIM_NOT_INSERTED)
            case Lock.SIM_PIN:
                raise Refused(CmeError.SIM_PIN_REQUIRED)
            case Lock.SIM_PUK:
                raise Refused(CmeError.SIM_PUK_REQUIRED)
            case _:
                return

    def enter(self, code: str, new_pin: str | None) -> None:
        """A PIN, or PUK and new PIN. Raises Refused: nothing is asked for, or it was wrong, which costs an attempt."""
        match self.lock:
            case Lock.NOT_INSERTED:
                raise Refused(CmeError.SIM_NOT_INSERTED)
            case Lock.SIM_PIN if new_pin is None:
                self._try_pin(code)
            case Lock.SIM_PUK if new_pin is not None:
                self._try_puk(code, new_pin)
            case Lock.SIM_PUK:
                raise Refused(CmeError.SIM_PUK_REQUIRED)
            case _:
                raise Refused(CmeError.OPERATION_NOT_ALLOWED)

    def _try_pin(self, code: str) -> None:
        if code != self.pin:
            self.pin_attempts -= 1
            raise Refused(CmeError.INCORRECT_PASSWORD if self.pin_attempts else CmeError.SIM_PUK_REQUIRED)
        self.pin_attempts = _PIN_ATTEMPTS
        self._open = True

    def _try_puk(self, code: str, new_pin: str) -> None:
        if code != PUK:
            self.puk_attempts -= 1
            if not self.puk_attempts:
                self.inserted = False
                raise Refused(CmeError.SIM_FAILURE)
            raise Refused(CmeError.INCORRECT_PASSWORD)
        self.pin, self.pin_attempts, self.puk_attempts = new_pin, _PIN_ATTEMPTS, _PUK_ATTEMPTS
        self._open = True


@ANSWERS.to(messages.PinRead)
async def _state(turn: Turn[messages.PinRead]) -> Message:
    sim = turn.modem.sim
    if not sim.inserted:
        raise Refused(CmeError.SIM_NOT_INSERTED)
    return messages.PinState(state=sim.lock)


@ANSWERS.to(messages.PinEnter)
async def _enter(turn: Turn[messages.PinEnter]) -> None:
    modem, new_pin = turn.modem, turn.command.new_pin
    before = modem.network.registration
    modem.sim.enter(turn.command.pin.get_secret_value(), None if new_pin is None else new_pin.get_secret_value())
    turn.afterwards(lambda: modem.unlocked(before))


@ANSWERS.to(messages.PinAttemptsRead)
async def _attempts(turn: Turn[messages.PinAttemptsRead]) -> Message:
    sim = turn.modem.sim
    return messages.PinAttempts(pin=sim.pin_attempts, pin2=_PIN_ATTEMPTS, puk=sim.puk_attempts, puk2=_PUK_ATTEMPTS)


@ANSWERS.to(messages.SubscriberIdentityRead)
async def _imsi(turn: Turn[messages.SubscriberIdentityRead]) -> Message:
    turn.modem.sim.check()
    return messages.SubscriberIdentity(imsi=turn.modem.sim.imsi)


@ANSWERS.to(messages.CardNumberRead)
async def _iccid(turn: Turn[messages.CardNumberRead]) -> Message:
    if not turn.modem.sim.inserted:
        raise Refused(CmeError.SIM_NOT_INSERTED)
    return messages.CardNumber(iccid=turn.modem.sim.iccid)


@ANSWERS.to(messages.IccidRead)
async def _named_iccid(turn: Turn[messages.IccidRead]) -> Message:
    if not turn.modem.sim.inserted:
        raise Refused(CmeError.SIM_NOT_INSERTED)
    return messages.Iccid(iccid=turn.modem.sim.iccid)


@ANSWERS.to(messages.ProviderNameRead)
async def _provider(turn: Turn[messages.ProviderNameRead]) -> Message:
    turn.modem.sim.check()
    return messages.ProviderName(name=turn.modem.options.operator, display=messages.DisplayMode.PROVIDER_ONLY)
