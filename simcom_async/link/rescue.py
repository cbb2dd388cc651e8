"""A module that does not answer AT, brought out of what a host that died has left open, step by step."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simcom_async.at.exchange import State
from simcom_async.commands.call import HangUp
from simcom_async.commands.general import At
from simcom_async.errors import LinkError, PortLost
from simcom_async.link.abort import ask
from simcom_async.link.layer import Layer, Undertaken
from simcom_async.link.unseen import leave_unseen
from simcom_async.ports.port import Rated

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from simcom_async.at.command import Command
    from simcom_async.link.channel import Channel
    from simcom_async.link.operation import Operation

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
_HANG_UP = 5.0  # seconds for the answer to ATH; a later one is found by whoever looks for the step
_GUARD = 1.1  # a little more than the second of V.250 (S12; SIM800 AT manual 2.2.12)
_BITS_A_BYTE = 10
_USUAL_RATE = 115200
_SHOWN = 64


@dataclass(frozen=True, slots=True)
class _Step:
    """What is ``sent``, between silences of ``guard`` seconds, and ``where`` the module was left if it helps.

    ``then`` is a command that makes an end of it.
    """

    name: str
    where: str
    sent: bytes = b""
    guard: float = 0.0
    then: type[Command[Any]] | None = None


#: What does least comes first: ESC throws text away that Ctrl-Z would send, and neither harms a counted entry.
_STEPS = (
    _Step("silence", "sending a payload, which was let run out"),
    _Step("ATQ0", "told to keep its results to itself (ATQ1)", b"ATQ0\r"),
    _Step("ESC", "at a prompt, and what had been entered was thrown away", b"\x1b"),
    _Step("+++", "in the data mode; its call was ended with ATH", b"+++", _GUARD, HangUp),
    _Step("Ctrl-Z", "in an entry up to Ctrl-Z, which was ended as it was", b"\x1a"),
    _Step("ETX", "in an entry up to ETX, which was ended as it was", b"\x03"),
    _Step("1460 blanks", "in a counted entry, which was filled up with blanks", b" " * 1460),
    _Step("2636 blanks more", "in a long counted entry, which was filled up with blanks", b" " * 2636),
)
_LONGER = "an entry of more bytes may be open still, until the module's own timer ends it"


class Rescue:
    """Looks for the module of a channel that nobody else uses meanwhile.

    Afterwards ``answered`` says whether AT was, ``tried`` and ``seen`` what was done and what came last, ``found`` how
    the module was left. ``left`` is a command in whose entry the port was lost.
    """

    def __init__(
        self, channel: Channel, layers: Collection[Layer] = frozenset(Layer), left: Operation | None = None
    ) -> None:
        self.tried: list[str] = []
        self.seen = b""
        self.answered = False
        self.found: str | None = None
        self._channel = channel
        self._layers = layers
        self._left = left
        self._end = 0.0
        self._sends = False

    @property
    def account(self) -> str:
        """What was tried in vain, for an error; empty where nothing was."""
        if not self.tried:
            return ""
        words = [f"tried in vain: {', '.join(self.tried)}"]
        if self._sends:
            words.append("it sends without a pause")
        return "; ".join([*words, _LONGER])

    async def run(self) -> None:
        """Goes through the steps until AT is answered; begins none after LIMIT seconds. Raises PortLost."""
        self._end = self._channel.time.now() + LIMIT
        self.answered = await self._report(Layer.ESCAPE, self._steps)
        if not self.answered and self._rate() is not None:
            self.answered = await self._report(Layer.SWEEP, self._sweep)
        if self.answered:
            _log.warning("%s: answers after %s: the module was %s", self._channel.port.url, self.tried[-1], self.found)

    async def _report(self, layer: Layer, work: Callable[[], Awaitable[bool]]) -> bool:
        """Does the work of a layer that is allowed, and says so."""
        if layer not in self._layers:
            return False
        channel, silent = self._channel, "AT is not answered"
        with Undertaken(channel.bus, channel.time.now, layer, silent) as step:
            if await work():
                step.helped(f"the module was {self.found}")
                return True
            step.in_vain(silent)
        return False

    async def _steps(self) -> bool:
        if self._left is not None:
            command = self._left.command.masked
            await leave_unseen(self._channel, self._left)
            if await self._answers(f"the end of {command}", _TRIES, _PATIENCE):
                self.found = f"in the entry of {command}, whose end was not seen"
                return True
        for step in _STEPS:
            if self._channel.time.reached(self._end - self._takes(step)):
                return False
            await self._carry_out(step)
            if await self._answers(step.name, _TRIES, _PATIENCE):
                self.found = step.where
                if step.then is not None:
                    await ask(self._channel, step.then(), self._channel.time.now() + _HANG_UP)
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
        state, before = self._channel.demux.state, self._rate()
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
            if found == before and before is not None:
                await self._set(before)
        return False

    def _rate(self) -> int | None:
        """The rate of the line in bit/s; None where every rate is as good as another."""
        port = self._channel.port
        return port.line_rate if isinstance(port, Rated) else None

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
        rate = self._rate() or self._channel.demux.state.baud or _USUAL_RATE
        return len(step.sent) * _BITS_A_BYTE / rate
