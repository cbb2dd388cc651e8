"""Reading what a module has stored: counted, checked against the line, and read again when bytes were lost on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from simcom_async.at.command import Command
from simcom_async.at.event import LineEvent, Noise
from simcom_async.at.exchange import State
from simcom_async.at.message import Counted as CountedBy
from simcom_async.errors import CommandTimeout, ProtocolError

if TYPE_CHECKING:
    from simcom_async.link.link import Link

__all__ = [
    "USUAL_RATE",
    "Counted",
    "CountedRead",
    "Reading",
    "block_size",
    "read_counted",
    "read_stored",
]

_ATTEMPTS = 3
_LINE_END = 2  # bytes that stand between a payload and the final result behind it
_BLOCK_TIME = 350  # milliseconds that one read may keep the port from other commands

#: Bit/s of a line whose rate is not known.
USUAL_RATE = 115_200


class CountedRead(Protocol):
    """The header of a counted payload."""

    @property
    def length(self) -> int:
        """How many bytes follow it."""


Counted = Command[CountedRead | None]


@dataclass(frozen=True, slots=True)
class Reading:
    """``data`` of which ``told`` bytes were announced by ``header``; ``bare``: no line end stood behind it.

    A payload that lost bytes on the line takes as many of what follows it: the CR LF in front of the final result.
    """

    data: bytes
    told: int
    bare: bool
    header: LineEvent | None = field(default=None, compare=False)


async def read_counted(link: Link, command: Counted) -> Reading:
    """Send a command that reads a counted payload. Raises ProtocolError also where more came than was announced."""
    pieces: list[bytes] = []
    with link.bus.subscribe(Noise, bound=8) as noise:
        exchange = await link.exchange(command, sink=pieces.append)
    told, header = 0, None
    for line in exchange.lines:
        if line.declaration in command.wire.replies:
            told, header = _told(line), line
            break
    if not told or exchange.state is not State.DONE:
        exchange.answer()  # raises what there is to say of it
    if header is not None and any(isinstance(one, Noise) and one.start > header.start for one in noise.take()):
        raise ProtocolError(f"{command.masked}: something stands behind the {told} bytes that were announced")
    data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
    final = exchange.final
    bare = bool(told) and final is not None and final.start - exchange.payload_end < _LINE_END
    return Reading(data, told, bare, header)


def _told(line: LineEvent) -> int:
    """How many bytes a header announces, without building its message."""
    compiled, match = line.compiled, line.match
    opens = None if compiled is None else compiled.line.opens
    if compiled is None or match is None or not isinstance(opens, CountedBy):
        return 0
    count = compiled.value(match, opens.field)
    return count if isinstance(count, int) else 0


def block_size(baud: int | None) -> int:
    """Bytes to read at a time, so that one read leaves the port free soon enough at this rate in bit/s."""
    return min(8_192, max(1_460, (baud or USUAL_RATE) * _BLOCK_TIME // 10_000))


async def read_stored(link: Link, command: Counted, most: int, *, least: int = 1) -> bytes:
    """The payload of a repeatable read, of ``least`` to ``most`` bytes; one that came to harm is read again.

    Raises ProtocolError or CommandTimeout when that does not help. A module that never puts a line end behind its
    payload is known by saying the same twice.
    """
    before: Reading | None = None
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            reading = await read_counted(link, command)
            if not least <= reading.told <= most or len(reading.data) != reading.told:
                raise _wrong(command, reading, most)
        except (CommandTimeout, ProtocolError):
            if attempt == _ATTEMPTS:
                raise
            continue  # what the module has stored is still there
        if not reading.bare or reading == before:
            return reading.data
        before = reading
    raise ProtocolError(f"{command.masked}: bytes are lost on the line, {_ATTEMPTS} reads differ; use flow control")


def _wrong(command: Counted, reading: Reading, most: int) -> ProtocolError:
    return ProtocolError(
        f"{command.masked}: {len(reading.data)} bytes came, {reading.told} were announced, {most} asked for"
    )
