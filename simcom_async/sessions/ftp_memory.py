"""FTP by way of the module's memory: whole files, of at most 300,000 bytes (SIM800 AT manual 12.2.20 and 12.2.26)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from simcom_async.at.command import Service
from simcom_async.commands.ftp import FtpPut
from simcom_async.commands.ftp_extended import (
    FTP_MEMORY_LIMIT,
    FTP_MEMORY_MAXIMUM,
    FtpExtGet,
    FtpExtGetOff,
    FtpExtGetOutput,
    FtpExtGetRead,
    FtpExtPut,
    FtpExtPutInput,
)
from simcom_async.errors import CommandFailed, LimitExceeded
from simcom_async.sessions.counted import USUAL_RATE, block_size, read_stored
from simcom_async.sessions.ftp_flow import Download, Upload

if TYPE_CHECKING:
    from simcom_async.link.claims import Claim
    from simcom_async.sessions.ftp_operation import FtpOperation
    from simcom_async.sessions.source import ByteSource

__all__ = ["MemoryDownload", "MemoryUpload", "check_memory"]

#: Bytes a second that the slowest network carries, and seconds for all that is no transfer (SIM800 AT manual 12.2.14).
_SLOWEST, _ELSE = 500, 85
_ENTRY = 16_384  # bytes to enter at a time: the port is free in between
_TIMES = (10_000, 1_000_000)  # milliseconds for an entry, at least and at most


class MemoryDownload(Download):
    """A file that the module fetches whole, and then hands out as often as is asked."""

    def __init__(self, operation: FtpOperation) -> None:
        self._operation = operation
        self._position = self._size = 0
        self._begun = False

    async def begin(self, claim: Claim) -> None:
        """Have it fetched, and ask how long it is."""
        operation, command = self._operation, FtpExtGet()
        await operation.ready()
        self._begun = True
        link = operation.link
        operation.check(await link.send(command, timeout=_patience(FTP_MEMORY_MAXIMUM)), command)
        stored = await link.send(FtpExtGetRead())
        if stored.state != 1 or stored.length is None:
            raise operation.broken("the module says that it has no file in its memory")
        self._size = stored.length

    async def read(self) -> bytes:
        """The next bytes of the memory; what was harmed on the line is read again."""
        link = self._operation.link
        length = min(self._size - self._position, block_size(link.state.baud))
        if not length:
            return b""
        try:
            data = await read_stored(link, FtpExtGetOutput(position=self._position, length=length), length)
        except CommandFailed as error:
            raise self._operation.broken("the module no longer has what it has fetched") from error
        self._position += len(data)
        return data

    async def end(self) -> None:
        """Free the memory."""
        if self._begun:
            self._begun = False
            await self._operation.link.settled(Service.FTP, _patience(0))
            await self._operation.link.send(FtpExtGetOff())


class MemoryUpload(Upload):
    """A file that the module gets whole before it talks to the server."""

    def __init__(self, operation: FtpOperation) -> None:
        self._operation = operation
        self._begun = False
        self._body = b""

    async def prepare(self, source: ByteSource) -> None:
        """Gather the whole file."""
        self._body = await source.read(FTP_MEMORY_LIMIT + 1)
        check_memory(len(self._body))

    async def send(self, source: ByteSource, claim: Claim, sent: Callable[[int], None]) -> None:
        """Fill the memory, then have it sent."""
        link, body = self._operation.link, self._body
        await self._operation.ready()
        self._begun = True
        await link.send(FtpExtPut(mode=1))
        for start in range(0, len(body), _ENTRY):
            piece = body[start : start + _ENTRY]
            command = FtpExtPutInput(position=start, length=len(piece), time=self._time(len(piece)))
            await link.send(command, entry=piece)
            sent(len(piece))
        put = FtpPut()
        self._operation.check(await link.send(put, timeout=_patience(len(body))), put)

    async def end(self) -> None:
        """Free the memory, and go back to the ordinary way."""
        if self._begun:
            self._begun = False
            await self._operation.link.settled(Service.FTP, _patience(0))
            await self._operation.link.send(FtpExtPut(mode=0))

    def _time(self, size: int) -> int:
        """Milliseconds that the module waits for an entry: ten bits a byte at the rate of the line, twice."""
        needed = math.ceil(2 * size * 10_000 / (self._operation.link.state.baud or USUAL_RATE))
        return min(max(needed, _TIMES[0]), _TIMES[1])


def check_memory(size: int) -> None:
    """Raise LimitExceeded where the memory cannot hold so many bytes."""
    if size > FTP_MEMORY_LIMIT:
        raise LimitExceeded(
            f"via: the module's memory holds at most {FTP_MEMORY_LIMIT} bytes, this has {size} or more; take blocks",
            field="via",
            value=size,
            allowed=f"at most {FTP_MEMORY_LIMIT} bytes",
        )


def _patience(size: int) -> float:
    """Seconds in which the module has moved so many bytes, on the slowest network."""
    return _ELSE + size / _SLOWEST
