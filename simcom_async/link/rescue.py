"""A module that does not answer AT, brought out of what a host that died has left open, step by step."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simcom_async.at.exchange import State
from simcom_async.commands.general import At
from simcom_async.errors import LinkError, PortLost
from simcom_async.link.abort import ask
from simcom_async.ports.port import Rated

if TYPE_CHECKING:
    from simcom_async.link.channel import Channel

__all__ = ["LIMIT", "RATES", "Rescue"]

_log = logging.getLogger("simcom_async.link")

#: Seconds in which no further step is begun; the one under way takes at most a few more.
LIMIT = 40.0
#: What serial lines of these modules usually run at, in bit/s, the likelier first.
RATES = (115200, 9600, 57600, 38400, 19200, 230400, 460800, 921600)

_STREAM = 10.0  # seconds that a payload may go on until something is sent into it
_PATIENCE = 0.5  # for the answer to one AT
_TRIES = 2
_RATE_PATIENCE = 0.3
_RATE_TRIES = 3  # the first may end a line of garbage, the second train the module
_GUARD = 1.1  # a little more than the second of V.250 (S12; SIM800 AT manual 2.2.12)
_BITS_A_BYTE = 10
_USUAL_RATE = 115200
_SHOWN = 64


@dataclass(frozen=True, slots=True)
class _Step:
    """What is ``sent``, between silences of ``guard`` seconds, and ``where`` the module was left if it helps."""

    name: str
    where: str
    sent: bytes = b""
    guard: float = 0.0


#: What does least comes first: ESC throws text away that Ctrl-Z would send, and neither harms a counted entry.
_STEPS = (
    _Step("silence", "sending a payload, which was let run out"),
    _Step("ATQ0", "told to keep its results to itself (ATQ1)", b"ATQ0\r"),
    _Step("ESC", "at a prompt, and what had been entered was thrown away", b"\x1b"),
    _Step("+++", "in the data mode; the call is still there, ATH ends it", b"+++", _GUARD),
    _Step("Ctrl-Z", "in an entry up to Ctrl-Z, which was ended as it was", b"\x1a"),
    _Step("ETX", "in an entry up to ETX, which was ended as it was", b"\x03"),
    _Step("1460 blanks", "in a counted entry, which was filled up with blanks", b" " * 1460),
    _Step("2636 blanks more", "in a long counted entry, which was filled up with blanks", b" " * 2636),
)
_LONGER = "an entry of more bytes may be open still, until the module's own timer ends it"


class Rescue:
    """Looks for the module of a channel that nobody else uses meanwhile.

    Afterwards ``answered`` says whether AT was, ``tried`` and ``seen`` what was done and what came last, ``found`` how
    the module was left.
    """

    def __init__(self, channel: Channel) -> None:
        self.tried: list[str] = []
        self.seen = b""
        self.answered = False
        self.found: str | None = None
        self._channel = channel
        self._end = 0.0
        self._sends = False

    @property
    def account(self) -> str:
        """What was tried in vain, for an error."""
        words = [f"tried in vain: {', '.join(self.tried)}"]
        if self._sends:
            words.append("it sends without a pause")
        return "; ".join([*words, _LONGER])

    async def run(self) -> None:
        """Goes through the steps until AT is answered; begins none after LIMIT seconds. Raises PortLost."""
        self._end = self._channel.time.now() + LIMIT
        self.answered = await self._steps() or await self._sweep()
        if self.answered:
            _log.warning("%s: answers after %s: the module was %s", self._channel.port.url, self.tried[-1], self.found)

    async def _steps(self) -> bool:
        for step in _STEPS:
            if self._channel.time.reached(self._end - self._takes(step)):
                return False
            await self._carry_out(step)
            if await self._answers(step.name, _TRIES, _PATIENCE):
                self.found = step.where
                return True
        return False

    async def _carry_out(self, step: _Step) -> None:
        channel = self._channel
        await self._silence()
        if step.sent:
            await self._wait(step.guard)
            channel.write(step.sent)
            await self._wait(max(step.guard, self._takes(step)))
            await self._silence()

    async def _silence(self) -> None:
        """Lets what the module is sending run out, within a bound; one that never ends is not waited for again."""
        channel = self._channel
        now = channel.time.now()
        if not self._sends:
            end = max(now + channel.timings.settle, min(now + _STREAM, self._end))
            self._sends = not await channel.silence(channel.timings.settle, end)
        channel.flush()
        channel.demux.forget()  # what an entry has echoed and swallowed is not answered any more

    async def _answers(self, name: str, tries: int, patience: float) -> bool:
        """Sends AT a few times; whether OK came."""
        channel = self._channel
        self.tried.append(name)
        for _ in range(tries):
            exchange = await ask(channel, At(), channel.time.now() + patience)
            if exchange.state is State.DONE:
                return True
        seen = channel.trace.seen()
        self.seen = seen or self.seen
        _log.info("%s: no answer to AT after %s, %r was seen", channel.port.url, name, seen[-_SHOWN:])
        return False

    async def _sweep(self) -> bool:
        """Tries the usual rates of a serial line; stays at the one where AT is answered, else at the old one."""
        port, state = self._channel.port, self._channel.demux.state
        before = port.line_rate if isinstance(port, Rated) else None
        if before is None:
            return False
        found = before
        try:
            for rate in RATES:
                if self._channel.time.reached(self._end):
                    break
                if rate != before and await self._set(rate):
                    await self._silence()
                    if await self._answers(f"{rate} bit/s", _RATE_TRIES, _RATE_PATIENCE):
                        found = state.baud = rate
                        self.found = f"at {rate} bit/s, while {before} was asked for"
                        return True
        finally:
            if found == before:
                await self._set(before)
        return False

    async def _set(self, rate: int) -> bool:
        try:
            await self._channel.port.set_baud(rate)
        except PortLost:
            raise
        except LinkError as error:
            _log.info("%s", error)
            return False
        return True

    async def _wait(self, seconds: float) -> None:
        await self._channel.until(lambda: False, self._channel.time.now() + seconds)

    def _takes(self, step: _Step) -> float:
        """The seconds in which the bytes of a step leave, as far as the rate is known."""
        port = self._channel.port
        rate = (port.line_rate if isinstance(port, Rated) else None) or self._channel.demux.state.baud or _USUAL_RATE
        return len(step.sent) * _BITS_A_BYTE / rate
