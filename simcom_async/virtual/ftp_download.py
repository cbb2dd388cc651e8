"""Downloads of a module by FTP: in blocks that the host reads, into the module's memory, and as one stream.

Where the manuals are silent: a host that has read all there was, and has not been told so yet, has SETTLING seconds to
read on, and then learns what there is to say; with ``wire=documented`` the end comes at once (SIM800 IP note 3.9). A
file that is longer than the memory ends in 79 and nothing of it is kept.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simcom_async.at.escape import DLE_ETX
from simcom_async.commands.ftp import FtpCode, FtpEvent
from simcom_async.commands.ftp_extended import FtpEtGetStream
from simcom_async.virtual.ftp_failure import FtpFailure
from simcom_async.virtual.ftp_passage import take
from simcom_async.virtual.ftp_work import Work, alongside
from simcom_async.virtual.piece import Kind, Piece
from simcom_async.virtual.turn import Refused

if TYPE_CHECKING:
    from simcom_async.virtual.channel import Channel
    from simcom_async.virtual.ftp import FtpService
    from simcom_async.virtual.ftp_client import DataType, FtpClient
    from simcom_async.virtual.internet import Connection
    from simcom_async.virtual.turn import Operation

__all__ = ["MEMORY", "BlockDownload", "Download", "MemoryDownload", "Source", "StreamDownload"]

#: Bytes of the module's memory for a whole file: its ``300k`` (SIM800 AT manual 12.2.20).
MEMORY = 307_200
#: Bytes that wait for the host before the server has to wait, and a read of the network on top of them.
WAITING = 65_536
#: Seconds between two calls of READY, and until data that nobody reads end the session; the manuals give no number.
REPEAT, UNREAD = 10.0, 75.0
#: Seconds that a host has to read on.
SETTLING = 0.5
#: Bytes of a stream that are put on the line at a time.
_PORTION = 4096


@dataclass(frozen=True, slots=True)
class Source:
    """What to get: the command (RETR, LIST), the type, the offset, and the code of a refusal."""

    command: str
    kind: DataType
    refused: FtpCode
    offset: int = 0


class Download(Work):
    """Gets data. What a server refuses after it has begun is a broken download."""

    def __init__(
        self, service: FtpService, event: type[FtpEvent], source: Source, *, ended: Callable[[], None] | None = None
    ) -> None:
        super().__init__(service, event, ended=ended)
        self._source = source

    async def perform(self, client: FtpClient, operation: Operation) -> None:
        """Begin the transfer, and take what comes."""
        source = self._source
        connection = await client.transfer(source.command, source.kind, refused=source.refused, offset=source.offset)
        try:
            await self.take(client, connection, operation)
        finally:
            connection.abort()

    @abstractmethod
    async def take(self, client: FtpClient, connection: Connection, operation: Operation) -> None:
        """Take what comes. Raises NetworkFailure."""

    async def receive(self, client: FtpClient, connection: Connection, piece: Callable[[bytes], Any]) -> None:
        """Hand on all that comes, to a function that may have to be awaited, up to the server's last word."""
        await take(client, connection, piece)


class BlockDownload(Download):
    """Data that the host reads in blocks, after READY, which is said again while data wait."""

    def __init__(
        self, service: FtpService, event: type[FtpEvent], source: Source, *, ended: Callable[[], None] | None = None
    ) -> None:
        super().__init__(service, event, source, ended=ended)
        options = service.modem.options
        self._repeat = options.repeat or REPEAT
        self._unread = options.unread_timeout or UNREAD
        self._prompt_end = options.wire == "documented"
        self._buffer = bytearray()
        self._complete = False
        self._told_at: float | None = None
        self._waiting_since = self._read_at = 0.0
        self._hungry = self._drained = False
        self._changed = asyncio.Event()
        self._room = asyncio.Event()

    async def take(self, client: FtpClient, connection: Connection, operation: Operation) -> None:
        """Fill the buffer, as far as the host reads, and say what there is."""
        await alongside(self._announce(operation), self._fill(client, connection))

    def read(self, size: int) -> bytes:
        """The next block, perhaps empty. Raises Refused before READY."""
        if self._told_at is None:
            raise Refused
        size = self.service.modem.faults.short_read(min(size, len(self._buffer)))
        block = bytes(self._buffer[:size])
        del self._buffer[:size]
        self._hungry, self._drained = not block, not self._buffer
        self._read_at = self.clock.time()
        self._room.set()
        return block

    def was_read(self) -> None:
        """The host has the block, and may read on."""
        self._read_at = self.clock.time()
        self._changed.set()

    async def _fill(self, client: FtpClient, connection: Connection) -> None:
        await self.receive(client, connection, self._add)
        self._complete = True
        self._changed.set()

    async def _add(self, data: bytes) -> None:
        if not self._buffer:
            self._waiting_since = self.clock.time()
            self._changed.set()
        self._buffer += data
        while len(self._buffer) >= WAITING:
            self._room.clear()
            await self._room.wait()

    async def _announce(self, operation: Operation) -> None:
        while True:
            due = self._due()
            if due is None or due > self.clock.time():
                await self._until(due)
            elif not self._buffer:
                return
            elif self.clock.time() >= self._expiry:
                raise FtpFailure(FtpCode.TIMEOUT, "the host does not read")
            else:
                await operation.urc(self.says(FtpCode.READY), just_before=self._told)

    @property
    def _expiry(self) -> float:
        return max(self._waiting_since, self._read_at) + self._unread

    def _due(self) -> float | None:
        """When there is something to say next; None: not before something happens."""
        now = self.clock.time()
        if not self._buffer:
            if not self._complete:
                return None
            asked = self._told_at is None or self._hungry or self._prompt_end
            return now if asked else self._read_at + SETTLING
        if self._told_at is None or self._hungry:
            return now
        again = max(self._told_at, self._read_at) + (SETTLING if self._drained else self._repeat)
        return min(again, self._expiry)

    def _told(self) -> None:
        self._told_at = self.clock.time()
        self._hungry = self._drained = False

    async def _until(self, when: float | None) -> None:
        self._changed.clear()
        timer = None if when is None else self.clock.call_at(when, self._changed.set)
        try:
            await self._changed.wait()
        finally:
            if timer is not None:
                timer.cancel()


class MemoryDownload(Download):
    """A file into the module's memory, which has MEMORY bytes of room."""

    async def take(self, client: FtpClient, connection: Connection, operation: Operation) -> None:
        """Keep all of it, or nothing."""
        received = self.service.memory.received = bytearray()

        def keep(data: bytes) -> None:
            received.extend(data)
            if len(received) > MEMORY:
                raise FtpFailure(FtpCode.DOWNLOAD_ERROR, "the file is longer than the memory")

        try:
            await self.receive(client, connection, keep)
        except BaseException:
            received.clear()
            raise


class StreamDownload(Download):
    """A file straight to the line that asked for it, which belongs to it up to the URC behind ETX."""

    def __init__(
        self,
        service: FtpService,
        event: type[FtpEvent],
        source: Source,
        channel: Channel,
        *,
        ended: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(service, event, source, ended=ended)
        self._channel = channel

    async def take(self, client: FtpClient, connection: Connection, operation: Operation) -> None:
        """Send it; the end mark comes, whatever happens."""
        channel = self._channel
        await operation.due()
        await channel.seizure.seize()
        channel.out.send(channel.wording.unsolicited(channel.wording.encode(FtpEtGetStream())))
        try:
            await self.receive(client, connection, self._send)
        finally:
            if channel.seizure.taken:  # no more, when the power went
                channel.out.send(Piece(Kind.PAYLOAD, DLE_ETX.end))

    async def run(self, operation: Operation) -> None:
        """As all work; the line is given back in any case."""
        try:
            await super().run(operation)
        finally:
            self._channel.seizure.release()

    async def end(self, operation: Operation, code: FtpCode) -> None:
        """Say how it ended, and give the line back."""
        await super().end(operation, code)
        self._channel.seizure.release()

    async def _send(self, data: bytes) -> None:
        out, seizure = self._channel.out, self._channel.seizure
        for start in range(0, len(data), _PORTION):
            if not seizure.taken:
                return  # the power went, in the middle of it
            out.send(Piece(Kind.PAYLOAD, DLE_ETX.encode(data[start : start + _PORTION])))
            await out.drain()
