"""The first words with a module: it answers AT, in step, without echo and with numbered errors."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from simcom_async.at.event import EchoLine, FinalLine, LateReply, Noise, ReplyLine
from simcom_async.commands.general import At, Echo, ErrorReport
from simcom_async.errors import CommandFailed, CommandTimeout, LinkError, ModemRestarted, PortLost

if TYPE_CHECKING:
    from collections.abc import Collection

    from simcom_async.link.layer import Layer
    from simcom_async.link.link import Link
    from simcom_async.ports.clock import Clock

__all__ = ["Greeting"]

_log = logging.getLogger(__name__)

_TRAIN = 10  # how many AT a module may need to find the rate (device-facts 9, number 21)
_TRAIN_PAUSE = 0.3
_STRAY = 0.2  # seconds in which an answer to something older comes
_NUMBERED_ERRORS = 1
_SHOWN = 64


class Greeting:
    """Brings an open line to the point where commands can be sent. Raises LinkError with what was seen and tried."""

    def __init__(self, link: Link, url: str, clock: Clock) -> None:
        self._link = link
        self._url = url
        self._clock = clock

    async def answered(self, layers: Collection[Layer]) -> None:
        """Send AT until the module has found the rate and answers; then look for it in all that silences a module.

        ``layers`` are those of the link that are allowed.
        """
        seen, refused = b"", False
        for _ in range(_TRAIN):
            try:
                refused = False
                await self._link.send(At(), timeout=_TRAIN_PAUSE)
            except (PortLost, ModemRestarted):
                raise
            except CommandFailed as error:
                refused = True
                seen = str(error.code).encode("ascii", "replace")  # perhaps of a line that somebody else began
            except CommandTimeout as error:
                seen = error.seen or seen
            except LinkError as error:
                seen = error.seen or seen
                break
            else:
                return
        if refused:
            raise _unanswered(self._url, self._link.state.baud, seen)
        await self._rescue(seen, layers)

    async def _rescue(self, seen: bytes, layers: Collection[Layer]) -> None:
        """End what a host that died may have left open, and look at other rates. Raises LinkError with what was tried.

        Only for a module that gave no answer at all: a prompt, an entry, a payload, the data mode swallow AT.
        """
        rescue = await self._link.rescue(layers)
        if not rescue.answered:
            raise _unanswered(self._url, self._link.state.baud, rescue.seen or seen, rescue.account)
        await self._link.send(At())

    async def fall_in_step(self) -> None:
        """Send AT until nothing but its OK comes: what was asked before the line was lost may be answered only now."""
        for _ in range(_TRAIN):
            with self._link.bus.subscribe(ReplyLine, FinalLine, LateReply, Noise) as said:
                await self._link.send(At())
                await self._clock.sleep(_STRAY)
            if said.pending == 1:
                return

    async def silence_echo(self) -> None:
        """Switch echo off and look whether it is; a line that echoes by itself is understood all the same."""
        for _ in range(2):
            await self._link.send(Echo(value=0))
            with self._link.bus.subscribe(EchoLine, bound=1) as echoes:
                await self._link.send(At())
            if not echoes.lost and not echoes.pending:
                return
        self._link.state.echo = True
        _log.warning("%s: ATE0 was answered with OK, but the line still echoes", self._url)

    async def number_errors(self) -> None:
        """Have errors numbered; a module that cannot is none the worse."""
        try:
            await self._link.send(ErrorReport(level=_NUMBERED_ERRORS))
        except CommandFailed:
            _log.debug("%s: no AT+CMEE, errors have no number", self._url)


def _unanswered(url: str, baud: int | None, seen: bytes, account: str = "") -> LinkError:
    rate = "" if baud is None else f" at {baud} bit/s"
    tried = f"; {account}" if account else ""
    return LinkError(f"{url}: no answer to AT{rate}: {_guess(seen)}{tried}", port=url, seen=seen)


def _guess(seen: bytes) -> str:
    """What was seen, and what that may mean."""
    shown = f"{seen[-_SHOWN:]!r} was seen"
    if not seen:
        return (
            "nothing was seen; check power, wiring and rate, and whether another program uses the port; "
            "a module in data mode or in the middle of an entry is silent, too"
        )
    if set(seen.split()) <= {b"AT"}:
        return f"{shown}, its echo and no more: it is in data mode, or the line leads back to itself"
    if all(byte in b"\r\n\t" or 0x20 <= byte < 0x7F for byte in seen):
        return f"{shown}: it is busy or in data mode, or this is not its port for commands"
    return f"{shown}: the rate is another one, try baud=, or the line is disturbed"
