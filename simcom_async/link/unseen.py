"""An entry that the module may be in although its prompt, or the end of it, was not seen: ended as declared."""

from __future__ import annotations

import logging
from math import inf
from typing import TYPE_CHECKING

from simcom_async.at.command import ByParameter, Granted, Means
from simcom_async.at.exchange import State
from simcom_async.commands.general import At
from simcom_async.link.abort import ENDS, FILL, ask, leave_port

if TYPE_CHECKING:
    from simcom_async.at.exchange import Exchange
    from simcom_async.link.channel import Channel
    from simcom_async.link.operation import Operation

__all__ = ["in_entry", "leave_unseen", "missed"]

_log = logging.getLogger("simcom_async.link")

_PROBE = len(b"AT\r")
_SOON = 10.0  # seconds in which a prompt comes that waits for nobody else


def missed(operation: Operation) -> float:
    """From when on a prompt that nobody waits for any more is taken for lost, although it may be due still.

    A module that was not yet ready for the entry finds it ended as soon as it is.
    """
    if operation.command.wire.entry is None or operation.exchange.state is not State.SENT:
        return inf
    return operation.written_at + (0.0 if operation.spoilt else _SOON)


async def leave_unseen(channel: Channel, operation: Operation, end: float = 0.0) -> None:
    """Ends the entry of a command whose final result was not seen in time, if the module swallows what is written.

    That is what one AT shows, which is then part of the entry; a counted one gets no more than was asked for. Waits
    until ``end`` for what comes of that, and of work that holds the port. Whoever calls this finds the step again.
    """
    timings, wire, exchange = channel.timings, operation.command.wire, operation.exchange
    await channel.silence(timings.settle, channel.time.now() + timings.probe)
    channel.flush()
    probe = await ask(channel, At(), channel.time.now() + timings.probe)
    if not probe.waits_for_final:
        return
    _log.info("%s: AT is swallowed behind %s: ends its entry", channel.port.url, operation.command.masked)
    if wire.abort.entry in ENDS:
        channel.write(ENDS[wire.abort.entry])
    elif wire.abort.entry is Means.FILL:
        await _fill(channel, probe, _asked(operation) - _PROBE)
    elif wire.entry is not None and wire.entry.timer is not None:
        # The module gives up by itself when its own timer has run out.
        seconds = float(getattr(operation.command, wire.entry.timer)) / 1000
        await channel.until(lambda: not probe.waits_for_final, channel.time.now() + seconds)
    await channel.until(lambda: not (probe.waits_for_final and exchange.waits_for_final), end)
    if not exchange.waits_for_final:
        await leave_port(channel, operation, end)


def in_entry(operation: Operation | None) -> Operation | None:
    """An operation in whose entry the module may be."""
    waits = operation is not None and operation.exchange.waits_for_final and operation.command.wire.entry is not None
    return operation if waits else None


def _asked(operation: Operation) -> int:
    """How many bytes the module may wait for, at most."""
    command = operation.command
    size = None if command.wire.entry is None else command.wire.entry.size
    if isinstance(size, Granted) and size.asked:
        return int(getattr(command, size.asked))
    if isinstance(size, ByParameter):
        return int(getattr(command, size.field))
    return operation.exchange.granted or 0


async def _fill(channel: Channel, probe: Exchange, count: int) -> None:
    """Writes so many blanks; fewer where the module says that it has enough."""
    while count > 0 and probe.waits_for_final:
        piece = FILL[:count]
        count -= len(piece)
        channel.write(piece)
        await channel.port.drain()
