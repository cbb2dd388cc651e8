"""Asking a module who it is, and nothing else: it may be somebody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simcom_async.commands.general import At
from simcom_async.commands.identity import GsmSerialNumber
from simcom_async.commands.sim import CardNumberRead, IccidRead
from simcom_async.dialects import GENERAL
from simcom_async.errors import CommandFailed, CommandTimeout, LinkError, ProtocolError
from simcom_async.link.channel import Timings
from simcom_async.link.link import Link
from simcom_async.ports.binding import Trait
from simcom_async.ports.port import Port

if TYPE_CHECKING:
    from simcom_async.ports.clock import Clock

__all__ = ["recognise"]

_ANSWER = 1.0  # seconds
_TIMINGS = Timings(resync=3.0, closing=0.1)
_QUESTIONS: dict[Trait, tuple[Any, ...]] = {
    Trait.IMEI: (GsmSerialNumber,),
    Trait.ICCID: (CardNumberRead, IccidRead),
    Trait.USB: (),
}


async def recognise(port: Port, trait: Trait, clock: Clock | None = None) -> str | None:
    """What the module behind a port says of ``trait``; None where it has none to tell (no card, not ready).

    Takes five seconds at most for a module that does not answer AT. No setting of the module is touched. Raises
    LinkError, with what was seen.
    """
    async with Link(port, GENERAL, clock=clock, timings=_TIMINGS) as link:
        try:
            try:
                await link.send(At(), timeout=_ANSWER)
            except CommandTimeout:
                await link.send(At(), timeout=_ANSWER)  # behind the link's own attempts, which train a module
            return await _said(link, trait)
        except (CommandTimeout, CommandFailed, LinkError) as error:
            seen = getattr(error, "seen", b"")
            shown = f"{seen[-64:]!r} was seen" if seen else "nothing was seen"
            raise LinkError(f"{port.url} does not answer AT: {shown}", port=port.url, seen=seen) from error


async def _said(link: Link, trait: Trait) -> str | None:
    for question in _QUESTIONS[trait]:
        try:
            answer = await link.send(question(), timeout=5 * _ANSWER, admit=False)
        except (CommandFailed, ProtocolError):
            continue  # not for this series, or there is no card
        return str(getattr(answer, "imei", None) or answer.iccid)
    return None if _QUESTIONS[trait] else ""
