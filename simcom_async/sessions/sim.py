"""The card: found, and unlocked where it asks for its PIN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import SecretStr

from simcom_async.commands.results import CmeError
from simcom_async.commands.sim import Lock, PinEnter, PinRead
from simcom_async.errors import CommandFailed, ServiceFailed, UsageError

if TYPE_CHECKING:
    from simcom_async.link.link import Link
    from simcom_async.ports.clock import Clock

__all__ = ["Card"]

_READY_LIMIT = 20.0  # seconds that a card may take to come up
_POLL = 1.0
_COMING_UP = (Lock.NOT_READY, CmeError.SIM_BUSY)
_ASKED = {
    Lock.SIM_PIN: "give its PIN as pin= when the modem is opened",
    Lock.SIM_PUK: "the PIN was wrong three times: enter PUK and new PIN with AT+CPIN",
    Lock.NOT_INSERTED: "insert a card and restart the module",
    Lock.NOT_READY: "check the card and its holder, or restart the module",
}


class Card:
    """The SIM card of a module. Its PIN is entered when it asks, and once: a wrong one is not tried again."""

    def __init__(self, link: Link, clock: Clock, pin: str | SecretStr | None) -> None:
        self._link = link
        self._clock = clock
        self._pin = _checked(pin)

    async def unlock(self) -> None:
        """Wait until the card is ready, with its PIN where it asks for it.

        Raises ServiceFailed with what the card asks for, and CommandFailed when there is none or its PIN was wrong.
        """
        until = self._clock.time() + _READY_LIMIT
        while (state := await self._state()) != Lock.READY:
            if state == Lock.SIM_PIN and self._pin is not None:
                await self._enter(self._pin)
            elif state in _COMING_UP and self._clock.time() < until:
                await self._clock.sleep(_POLL)
            else:
                raise _refusal(state)

    async def _state(self) -> Lock | CmeError:
        """What the card says, or the busy result in its place."""
        try:
            return (await self._link.send(PinRead())).state
        except CommandFailed as error:
            if error.code == CmeError.SIM_BUSY:
                return CmeError.SIM_BUSY
            raise

    async def _enter(self, pin: SecretStr) -> None:
        self._pin = None
        await self._link.send(PinEnter(pin=pin))


def _checked(pin: str | SecretStr | None) -> SecretStr | None:
    text = pin.get_secret_value() if isinstance(pin, SecretStr) else pin
    if text is None or text == "":
        return None
    if not (str(text).isdecimal() and str(text).isascii() and 4 <= len(str(text)) <= 8):
        raise UsageError("pin: 4 to 8 digits are allowed", field="pin", allowed="4 to 8 digits")
    return SecretStr(str(text))


def _refusal(state: Lock | CmeError) -> ServiceFailed:
    shown = state.meaning if isinstance(state, CmeError) else state.value
    known = _ASKED.get(state, "") if isinstance(state, Lock) else ""
    remedy = known or "check the card, or unlock it with AT+CPIN"
    return ServiceFailed(
        f"the SIM card says {shown}: {remedy}", command="AT+CPIN?", code=shown, meaning=shown, remedy=remedy
    )
