"""Reading what a module has stored: counted, checked against the line, and read again when bytes were lost on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

from simcom_async.at.command import Command
from simcom_async.at.event import FinalLine, PayloadChunk
from simcom_async.errors import CommandTimeout, ProtocolError

if TYPE_CHECKING:
    from simcom_async.link.link import Link

__all__ = [
    "USUAL_RATE",
    "Counted",
    "CountedRead",
    "CountedReader",
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
    """``data`` of which ``told`` bytes were announced; ``bare``: no line end stood behind it.

    A payload that lost bytes on the line takes as many of what follows it: the CR LF in front of the final result.
    """

    data: bytes
    told: int
    bare: bool


class CountedReader:
    """Sends commands that read counted payloads, one after the other, inside a ``with`` block or until ``close``."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._command: Counted | None = None
        self._pieces: list[bytes] = []
        self._end = self._gap = 0
        self._watches = (link.bus.on(PayloadChunk, self._came), link.bus.on(FinalLine, self._ended))

    async def read(self, command: Counted) -> Reading:
        """Send one, and take its payload."""
        pieces: list[bytes] = []
        self._command, self._pieces, self._end, self._gap = command, pieces, 0, _LINE_END
        try:
            header = await self._link.send(command)
        finally:
            self._command = None
        told = 0 if header is None else header.length
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return Reading(data, told, bare=bool(told) and self._gap < _LINE_END)

    def close(self) -> None:
        """Listen no more; again is harmless."""
        for watch in self._watches:
            watch.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _came(self, chunk: PayloadChunk) -> None:
        if chunk.command is self._command and self._command is not None:
            if chunk.data:
                self._pieces.append(chunk.data)
            self._end = chunk.end

    def _ended(self, line: FinalLine) -> None:
        if self._command is not None:
            self._gap = line.start - self._end


async def read_counted(link: Link, command: Counted) -> Reading:
    """Send a command that reads a counted payload."""
    with CountedReader(link) as reader:
        return await reader.read(command)


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
