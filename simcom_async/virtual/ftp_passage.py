"""The bytes of one FTP transfer, in either direction: what may break it off, and the server's last word about it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, NoReturn

from simcom_async.commands.ftp import FtpCode
from simcom_async.virtual.ftp_failure import FtpFailure
from simcom_async.virtual.ftp_work import alongside
from simcom_async.virtual.internet import ConnectFailed, SilentServer

if TYPE_CHECKING:
    from simcom_async.ports.port import Port
    from simcom_async.virtual.ftp_client import FtpClient
    from simcom_async.virtual.internet import Connection

__all__ = ["Intake", "give", "take"]

#: Bytes of a stream that wait for the server before the line has to wait, and those at which it goes on.
HIGH, LOW = 65_536, 16_384


async def take(client: FtpClient, connection: Connection, piece: Callable[[bytes], Any]) -> None:
    """Hand on all that comes, to a function that may have to be awaited, up to the server's last word."""

    async def to_the_end() -> None:
        while data := await connection.read():
            waiting = piece(data)
            if waiting is not None:
                await waiting
        await client.settle(FtpCode.DOWNLOAD_ERROR)

    await alongside(to_the_end(), client.loss())


async def give(
    client: FtpClient, connection: Connection, data: Coroutine[Any, Any, None], *, up: Callable[[], bool]
) -> None:
    """Hand the data over, and wait for the server's last word. ``up``: whether there is a network still."""
    try:
        await alongside(data, _watch(connection), client.interruption())
    except ConnectFailed as failure:
        await _explain(client, connection, failure, up=up)
    await connection.aclose()
    await client.settle(FtpCode.UPLOAD_ERROR)


class Intake:
    """What a host enters for a server, and the server has not taken yet: beyond HIGH bytes its line has to wait.

    ``size`` counts them.
    """

    def __init__(self) -> None:
        self.size = 0
        self._waiting: deque[bytes] = deque()
        self._finished = False
        self._over = False
        self._paused: Port | None = None
        self._changed = asyncio.Event()

    def take(self, data: bytes, port: Port | None = None) -> None:
        """A part of the data, from this port."""
        if self._over:
            return  # the transfer has failed: what is left of the data goes nowhere
        self._waiting.append(data)
        self.size += len(data)
        if self.size > HIGH and self._paused is None and port is not None:
            self._paused = port
            port.pause()
        self._changed.set()

    def finish(self) -> None:
        """The data are complete."""
        self._finished = True
        self._changed.set()

    async def until(self, most: int) -> None:
        """Wait until at most so many bytes wait."""
        while self.size > most:
            await self._change()

    async def pour(self, connection: Connection) -> None:
        """Send what is entered, up to the end."""
        try:
            while self._waiting or not self._finished:
                if not self._waiting:
                    await self._change()
                    continue
                piece = self._waiting[0]
                await connection.write(piece)
                await connection.flush()
                self._waiting.popleft()
                self.size -= len(piece)
                self._changed.set()
                if self.size <= LOW:
                    self._go_on()
        finally:
            self.stop()

    def stop(self) -> None:
        """Nothing is taken any more: what is still entered goes nowhere, and its line need not wait."""
        self._over = True
        self._waiting.clear()
        self.size = 0
        self._changed.set()
        self._go_on()

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    def _go_on(self) -> None:
        port, self._paused = self._paused, None
        if port is not None:
            port.resume()


async def _explain(
    client: FtpClient, connection: Connection, failure: ConnectFailed, *, up: Callable[[], bool]
) -> NoReturn:
    """The server has stopped to take data; its next reply may say why."""
    if isinstance(failure, SilentServer) or not up():
        raise failure
    connection.abort()
    await client.settle(FtpCode.UPLOAD_ERROR)
    raise FtpFailure(FtpCode.UPLOAD_ERROR) from failure


async def _watch(connection: Connection) -> NoReturn:
    """Notice when the server closes a data connection on which it only listens."""
    while True:
        try:
            data = await connection.read()
        except SilentServer:
            continue
        if not data:
            raise ConnectFailed("the server has closed the data connection")
