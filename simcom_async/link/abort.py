"""How a command that was given up is ended, as its declaration says (law 8)."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from simcom_async.at.command import Means
from simcom_async.at.event import PayloadChunk
from simcom_async.at.exchange import Exchange
from simcom_async.errors import CommandTimeout, LinkError, ModemError
from simcom_async.link.operation import Operation

if TYPE_CHECKING:
    from simcom_async.at.command import Command, Probe
    from simcom_async.link.channel import Channel

__all__ = ["ENDS", "FILL", "LONGEST", "ask", "leave_port", "outlast", "settle"]

Send = Callable[["Command[Any]"], Awaitable[object]]

_log = logging.getLogger("simcom_async.link")

#: What ends an entry, where a byte does.
ENDS = {Means.ESC: b"\x1b", Means.SUB: b"\x1a", Means.ETX: b"\x03"}
#: Seconds for what comes of work that was given up and that nothing ends.
LONGEST = 600.0
#: What fills up an entry that nobody wants any more: blanks do no harm in any text.
FILL = b" " * 4096


async def ask(channel: Channel, command: Command[Any], end: float) -> Exchange:
    """Sends a command on a port that is held for it; waits until ``end`` for its final result."""
    operation = Operation(Exchange(command), inner=True)
    exchange = operation.exchange
    channel.start(operation, channel.time.now())
    if operation.done.done():
        await operation.done
    try:
        await channel.until(lambda: not exchange.waits_for_final, end)
    finally:
        if channel.current is operation:
            channel.current = None
    return exchange


async def leave_port(channel: Channel, operation: Operation, end: float) -> bool:
    """Aborts an operation that holds the port, and waits until ``end`` for its final result, and its completion.

    Returns whether the final result was seen: then no answer of it can come any more.
    """
    exchange = operation.exchange
    if not await channel.until(lambda: exchange.prompted or not exchange.waits_for_final, end):
        return False
    if exchange.prompted:
        end = max(end, await _leave_entry(channel, operation))
        if not await channel.until(lambda: not exchange.waits_for_final, end):
            return False
    completion = operation.command.wire.completion
    if not exchange.finished and completion is not None and completion.holds_port:
        await _end_work(channel, operation)
    return True


async def settle(channel: Channel, operation: Operation, send: Send, *, abort: bool) -> None:
    """Sees to it that work which leaves the port free has ended: with ``abort`` by its abort, else by asking its probe.

    Where neither is declared its completion alone can tell, and this returns without it.
    """
    probe = operation.command.wire.probe
    if abort:
        await _abort(channel, operation, send)
    if probe is not None and not operation.settled:
        await _ask_until_idle(channel, operation, probe, send, abort=abort)


async def outlast(channel: Channel, operation: Operation) -> None:
    """Waits for a completion that nothing brings, as long again as it was given: then it was lost on the line.

    Only so its service can be had again without a person.
    """
    seconds = min(LONGEST, max(operation.command.wire.patience.completion, channel.timings.resync))
    if not await channel.until(lambda: operation.settled or operation.exchange.finished, channel.time.now() + seconds):
        operation.settled = True
        what = f"the end of {operation.command.masked} was not seen in {seconds:g} s more"
        _log.warning("%s: %s: it is taken for ended", channel.port.url, what)


async def _abort(channel: Channel, operation: Operation, send: Send) -> None:
    """Sends the abort of the work, where it has one; it is settled when the module has obeyed."""
    abort, exchange = operation.command.wire.abort, operation.exchange
    if abort.command is None or abort.after not in (Means.COMMAND, Means.WAIT):
        return
    try:
        await send(abort.command())
    except ModemError as error:
        # It has nothing to end: the work has ended already, and its probe, where it has one, says so.
        _log.debug("%s: the abort of %s was refused: %s", channel.port.url, operation.command.masked, error)
        return
    except (CommandTimeout, LinkError) as error:
        _log.warning("%s: the abort of %s failed: %s", channel.port.url, operation.command.masked, error)
        return
    # What the abort ends may still say so itself; after that nothing more can come.
    await channel.until(lambda: exchange.finished, channel.time.now() + channel.timings.settle)
    operation.settled = True


async def _ask_until_idle(channel: Channel, operation: Operation, probe: Probe, send: Send, *, abort: bool) -> None:
    """Asks again and again; where it is busy still, the abort has perhaps not been heard."""
    pause = channel.timings.unsettled

    def ended() -> bool:
        return operation.exchange.finished or operation.settled

    while not await channel.until(ended, channel.time.now() + pause):
        operation.settled = await _idle(channel, probe, send)
        if abort and not operation.settled:
            await _abort(channel, operation, send)
        pause = min(pause * 2, channel.timings.unsettled * 30)


async def _idle(channel: Channel, probe: Probe, send: Send) -> bool:
    try:
        answer = await send(probe.command())
    except (ModemError, CommandTimeout, LinkError) as error:
        _log.debug("%s: it is not known whether the service is idle: %s", channel.port.url, error)
        return False
    return bool(getattr(answer, probe.field) == probe.idle)


async def _leave_entry(channel: Channel, operation: Operation) -> float:
    """Ends an entry; returns until when its final result may be waited for."""
    wire = operation.command.wire
    patience = wire.patience.final
    means = wire.abort.entry
    if means is Means.FILL and operation.exchange.granted is not None:
        await _fill(channel, operation)
    elif means in ENDS:
        channel.write(ENDS[means])
    elif wire.entry is not None and wire.entry.timer is not None:
        # The module gives up by itself when its own timer has run out.
        patience += float(getattr(operation.command, wire.entry.timer)) / 1000
    return channel.time.now() + patience


async def _fill(channel: Channel, operation: Operation) -> None:
    """Gives the module the bytes that are missing of the count: those of a block, which it keeps; else any."""
    exchange = operation.exchange
    if operation.left is None:
        operation.left = exchange.granted or 0
    rest = (operation.block or b"")[(exchange.granted or 0) - operation.left :]
    while operation.left and exchange.prompted:
        piece, rest = (rest or FILL)[: operation.left], b""
        operation.left -= len(piece)
        channel.write(piece)
        if not operation.left:
            exchange.entered()
        await channel.port.drain()


async def _end_work(channel: Channel, operation: Operation) -> None:
    """Ends work that holds the port until its completion."""
    wire = operation.command.wire
    exchange = operation.exchange
    end = channel.time.now() + wire.patience.completion
    if wire.abort.after is Means.COMMAND and wire.abort.command is not None:
        await _ask_for_end(channel, operation, wire.abort.command())
        end = channel.time.now() + channel.timings.settle
    elif wire.abort.after in ENDS:
        channel.write(ENDS[wire.abort.after])
    else:
        await _wait_out(channel, operation)
        return
    await channel.until(lambda: exchange.finished, end)


async def _ask_for_end(channel: Channel, operation: Operation, command: Command[Any]) -> None:
    """Sends a command whose OK says that the work has ended."""
    asked = await ask(channel, command, channel.time.now() + command.wire.patience.final)
    operation.settled = asked.final is not None and asked.final.ok
    operation.unanswered |= asked.final is None


async def _wait_out(channel: Channel, operation: Operation) -> None:
    """Waits for the end of work that nothing ends before, as long as something comes, and no longer than LONGEST.

    What goes on for longer keeps the module from answering, and is left to those who find such a module again.
    """
    wire = operation.command.wire
    latest = channel.time.now() + LONGEST
    if wire.abort.command is not None:
        await _ask_in_pauses(channel, operation, wire.abort.command, latest)
        return
    came: list[PayloadChunk] = []
    with channel.bus.on(PayloadChunk, lambda chunk: came.append(chunk) if not came else None):
        end = channel.time.now() + wire.patience.completion
        while not await channel.until(lambda: operation.exchange.finished, min(end, latest)) and came:
            if channel.time.reached(latest):
                return
            came.clear()
            end = channel.time.now() + wire.patience.completion


async def _ask_in_pauses(channel: Channel, operation: Operation, kind: type[Command[Any]], latest: float) -> None:
    """The same where the OK of a command shows that it has ended: that is sent in pauses between payloads."""
    patience = operation.command.wire.patience

    def ended() -> bool:
        return operation.exchange.finished or operation.settled

    def limit() -> float:
        limit = operation.progress + (patience.idle if operation.payload else patience.completion)
        return min(limit, latest)

    def came(chunk: PayloadChunk) -> None:
        if chunk.command is operation.command:
            operation.progress, operation.payload = channel.time.now(), not chunk.last

    with channel.bus.on(PayloadChunk, came):
        while not await channel.until(ended, min(limit(), channel.time.now() + channel.timings.settle)):
            if channel.time.reached(limit()):
                return
            if not operation.payload and channel.time.reached(operation.progress + channel.timings.settle):
                await _ask_for_end(channel, operation, kind())
