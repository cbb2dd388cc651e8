"""The entry of a command: bytes handed over after the prompt, never more and never fewer than the module takes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from simcom_async.at.command import ByParameter, Command, RawCommand, Terminated
from simcom_async.errors import LimitExceeded, LinkError, UsageError

if TYPE_CHECKING:
    from simcom_async.link.channel import Channel
    from simcom_async.link.operation import Operation

__all__ = ["BLOCK", "Entered", "check_entry", "hand_over"]

Entered = bytes | AsyncIterable[bytes]

#: A counted block of up to this many bytes is written whole: it is finished even when its sender is cancelled.
BLOCK = 1460
_PIECE = 4096


def check_entry(command: Command[Any], entry: Entered | None) -> None:
    """Raises UsageError or LimitExceeded for what can be known of an entry before anything is written."""
    declared = command.wire.entry
    if declared is None:
        if entry is not None and not isinstance(command, RawCommand):
            raise UsageError(f"{command.masked} takes no entry", field="entry")
        return
    size = declared.size
    count = getattr(command, size.field) if isinstance(size, ByParameter) else None
    if entry is None:
        if count == 0:
            return
        raise UsageError(f"{command.masked} needs an entry: bytes to hand over after its prompt", field="entry")
    if not isinstance(entry, bytes):
        return
    if isinstance(size, Terminated):
        size.codec.encode(entry)
    if count is not None and len(entry) != count:
        raise UsageError(
            f"{command.masked}: the entry has {len(entry)} bytes, the command says {count}",
            field="entry",
            value=len(entry),
            allowed=f"{count} bytes",
        )
    _check_maximum(command, len(entry))


def enter_block(channel: Channel, operation: Operation, block: bytes) -> Exception | None:
    """Writes a whole entry of at most BLOCK bytes, at once; what went wrong belongs to who waits for the command."""
    declared = operation.command.wire.entry
    exchange = operation.exchange
    if declared is None:
        count = len(block)
    elif isinstance(declared.size, Terminated):
        block = declared.size.codec.encode(block) + declared.size.codec.end
        count = len(block)
    else:
        count = exchange.granted or 0
    piece = block[:count]
    operation.left = count - len(piece)
    try:
        channel.write(piece, operation)
    except LinkError as error:
        return error
    if operation.left:
        return _size_error(operation, str(len(piece)), count)
    exchange.entered()
    return None


async def hand_over(channel: Channel, operation: Operation, entry: Entered) -> None:
    """Waits for the prompt, then writes the entry. Ends early when the module has ended the command by itself.

    A source that is too short raises UsageError; one that is too long leaves its ``complaint`` with the operation,
    because what the module asked for has been handed over.
    """
    if operation.prompt is not None:
        await operation.prompt
    if not operation.exchange.prompted:
        return
    declared = operation.command.wire.entry
    async with aclosing(_pieces(entry)) as source:
        if declared is None:
            async for piece in source:
                await _write(channel, operation, piece)
            operation.exchange.entered()
        elif isinstance(declared.size, Terminated):
            await _terminated(channel, operation, source, declared.size)
        else:
            await _counted(channel, operation, source, cut=isinstance(entry, bytes))


async def _counted(channel: Channel, operation: Operation, source: AsyncIterator[bytes], *, cut: bool) -> None:
    """As many bytes as were granted. ``cut``: the rest of a source that is longer stays with its owner."""
    count = operation.exchange.granted or 0
    left = operation.left = count
    if count <= BLOCK:
        source = _pieces(await _gathered(source, count + 1))
    async for piece in source:
        if len(piece) > left and not cut:
            operation.complaint = _size_error(operation, f"more than {count}", count)
        piece = piece[:left]
        if piece:
            left = operation.left = left - len(piece)
            await _write(channel, operation, piece, last=not left)
        if operation.complaint is not None or (cut and not left):
            return
    if left:
        raise _size_error(operation, str(count - left), count)


async def _terminated(channel: Channel, operation: Operation, source: AsyncIterator[bytes], size: Terminated) -> None:
    total = 0
    async for piece in source:
        total += len(piece)
        _check_maximum(operation.command, total)
        await _write(channel, operation, size.codec.encode(piece))
    await _write(channel, operation, size.codec.end, last=True)


async def _write(channel: Channel, operation: Operation, piece: bytes, *, last: bool = False) -> None:
    if not operation.given_up and operation.exchange.prompted:
        channel.write(piece, operation)
        if last:
            operation.exchange.entered()
        await channel.port.drain()


async def _pieces(entry: Entered) -> AsyncGenerator[bytes, None]:
    if isinstance(entry, bytes):
        step = len(entry) if len(entry) <= BLOCK else _PIECE
        for start in range(0, len(entry), step or 1):
            yield entry[start : start + step]
        return
    async for given in entry:
        for start in range(0, len(given), _PIECE):
            yield bytes(given[start : start + _PIECE])


async def _gathered(source: AsyncIterator[bytes], enough: int) -> bytes:
    found = b""
    async for piece in source:
        found += piece
        if len(found) >= enough:
            break
    return found


def _check_maximum(command: Command[Any], size: int) -> None:
    declared = command.wire.entry
    if declared is not None and declared.maximum is not None and size > declared.maximum:
        raise LimitExceeded(
            f"{command.masked}: the entry has {size} bytes or more, allowed are {declared.maximum}",
            field="entry",
            value=size,
            allowed=f"{declared.maximum} bytes or fewer",
        )


def _size_error(operation: Operation, had: str, count: int) -> UsageError:
    return UsageError(
        f"{operation.command.masked}: the entry had {had} bytes, the module takes {count}",
        field="entry",
        allowed=f"{count} bytes",
    )
