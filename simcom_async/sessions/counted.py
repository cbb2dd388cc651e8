"""Reading what a module has stored: counted, checked against the line, and read again when bytes were lost on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from simcom_async.at.command import Command
from simcom_async.at.event import FinalLine, PayloadChunk
from simcom_async.errors import CommandTimeout, ProtocolError

if TYPE_CHECKING:
    from simcom_async.link.link import Link

__all__ = ["Counted", "CountedRead", "Reading", "read_counted", "read_stored"]

_ATTEMPTS = 3
_LINE_END = 2  # bytes that stand between a payload and the final result behind it


class CountedRead(Protocol):
    """The header of a counted payload."""

    @property
    def length(self) -> int:
        """How many bytes follow it."""


Counted = Command[CountedRead | None]


@dataclass(frozen=True, slots=True)
class Reading:
    """``data`` of which ``told`` bytes were announced; ``bare``: no line end stood behind it.

    A payload that lost bytes on the line takes as many of what follows it: the CR LF in front of the final result.
    """

    data: bytes
    told: int
    bare: bool


async def read_counted(link: Link, command: Counted) -> Reading:
    """Send a command that reads a counted payload."""
    pieces: list[bytes] = []
    gap = [0, _LINE_END]

    def ended(chunk: PayloadChunk) -> None:
        gap[:] = chunk.end, _LINE_END

    def finished(line: FinalLine) -> None:
        gap[1] = line.start - gap[0]

    with link.bus.on(PayloadChunk, ended), link.bus.on(FinalLine, finished):
        header = await link.send(command, sink=pieces.append)
    told = 0 if header is None else header.length
    return Reading(b"".join(pieces), told, bare=bool(told) and gap[1] < _LINE_END)


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
