"""Uploads of a module by FTP: in blocks for which it gives credit, from its memory, and as one stream."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simcom_async.commands.ftp import FtpCode, FtpEvent, FtpPutCredit
from simcom_async.virtual.ftp_failure import FtpFailure
from simcom_async.virtual.ftp_passage import Intake, give
from simcom_async.virtual.ftp_work import Work
from simcom_async.virtual.turn import Refused

if TYPE_CHECKING:
    from simcom_async.ports.port import Port
    from simcom_async.virtual.ftp import FtpService
    from simcom_async.virtual.ftp_client import DataType, FtpClient
    from simcom_async.virtual.internet import Connection
    from simcom_async.virtual.turn import Operation

__all__ = ["CREDIT", "BlockUpload", "Goal", "MemoryUpload", "StreamUpload", "Upload"]

#: Bytes that the module takes at a time (SIM800 IP note 3.10, SIM7000 FTP note 3.3; 1280 in another example).
CREDIT = 1360
#: Replies to ``STOU name`` of a server that wants it without (RFC 959 4.1.3).
_NO_ARGUMENT = ("501", "504")


@dataclass(frozen=True, slots=True)
class Goal:
    """Where to put it: STOR, APPE or STOU, the directory and the name, the type."""

    method: str
    directory: str
    name: str
    kind: DataType


class Upload(Work):
    """Puts data."""

    def __init__(self, service: FtpService, event: type[FtpEvent], goal: Goal) -> None:
        super().__init__(service, event)
        self._goal = goal

    async def perform(self, client: FtpClient, operation: Operation) -> None:
        """Begin the transfer, hand over the data, and wait for the server's last word."""
        connection = await self._begin(client)
        try:
            await give(client, connection, self.give(connection, operation), up=lambda: self.service.bearer_open)
        finally:
            connection.abort()

    @abstractmethod
    async def give(self, connection: Connection, operation: Operation) -> None:
        """Hand the data over. Raises NetworkFailure."""

    async def _begin(self, client: FtpClient) -> Connection:
        goal = self._goal
        if goal.method != "STOU":
            command = f"{goal.method} {self.service.joined(goal.directory, goal.name)}"
            return await client.transfer(command, goal.kind, refused=FtpCode.UPLOAD_ERROR)
        if goal.directory:
            await client.ask(f"CWD {goal.directory}", "250", refused=FtpCode.OPERATION_ERROR)
        try:
            return await client.transfer(f"STOU {goal.name}", goal.kind, refused=FtpCode.UPLOAD_ERROR)
        except FtpFailure as failure:
            if failure.reply not in _NO_ARGUMENT:
                raise
            return await client.transfer("STOU", goal.kind, refused=FtpCode.UPLOAD_ERROR)


class BlockUpload(Upload):
    """Data that the host writes in blocks, each after a credit."""

    def __init__(self, service: FtpService, event: type[FtpEvent], goal: Goal) -> None:
        super().__init__(service, event, goal)
        self._open = False
        self._credit = False
        self._block: bytes | None = None
        self._finished = False
        self._changed = asyncio.Event()

    def allow(self, size: int) -> None:
        """A block of this size may be entered, once. Raises Refused."""
        if not self._credit or size > CREDIT:
            raise Refused
        self._credit = False

    def offer(self, block: bytes) -> None:
        """A block has been entered."""
        self._block = block
        self._changed.set()

    def finish(self) -> None:
        """There are no more. Raises Refused before the first credit, and again."""
        if not self._open or self._finished:
            raise Refused
        self._credit, self._finished = False, True
        self._changed.set()

    async def give(self, connection: Connection, operation: Operation) -> None:
        """Give credit, send the block, and again, until the host has finished."""
        while not self._finished:
            await operation.urc(FtpPutCredit(maximum=CREDIT), just_before=self._give_credit)
            while self._block is None and not self._finished:
                self._changed.clear()
                await self._changed.wait()
            block, self._block = self._block, None
            if block is not None:
                await connection.write(block)
                await connection.flush()

    def _give_credit(self) -> None:
        self._open = True
        self._credit = not self._finished


class MemoryUpload(Upload):
    """What is in the module's memory."""

    async def give(self, connection: Connection, operation: Operation) -> None:
        """Send it."""
        await connection.write(bytes(self.service.memory.entered))
        await connection.flush()


class StreamUpload(Upload):
    """Data that the host enters as one stream; its line waits while the server takes none."""

    def __init__(self, service: FtpService, event: type[FtpEvent], goal: Goal) -> None:
        super().__init__(service, event, goal)
        self._ready = False
        self._intake = Intake()

    @property
    def waiting(self) -> int:
        """Bytes that wait for the server."""
        return self._intake.size

    def enter(self) -> None:
        """The host enters its data now, once. Raises Refused before READY."""
        if not self._ready:
            raise Refused
        self._ready = False

    def take(self, data: bytes, port: Port) -> None:
        """A part of the data, from this port."""
        self._intake.take(data, port)

    def finish(self) -> None:
        """The data are complete."""
        self._intake.finish()

    async def give(self, connection: Connection, operation: Operation) -> None:
        """Say that it is ready, and send what is entered, up to the end."""
        await operation.urc(self.says(FtpCode.READY), just_before=self._get_ready)
        await self._intake.pour(connection)

    def _get_ready(self) -> None:
        self._ready = True
