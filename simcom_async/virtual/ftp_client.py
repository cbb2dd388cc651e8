"""The FTP client of a module (RFC 959, 4217): data connections in both modes, beside its control connection.

aioftp has PASV; the active mode and TLS are added here. A TLS session is never resumed: a server that demands that of
data connections refuses them.
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Literal

from simcom_async.commands.ftp import FtpCode
from simcom_async.virtual.ftp_control import FtpControl
from simcom_async.virtual.ftp_failure import FtpFailure
from simcom_async.virtual.ftp_work import alongside
from simcom_async.virtual.internet import Connection, Internet, NetworkFailure, within

if TYPE_CHECKING:
    from simcom_async.ports.clock import Clock

__all__ = ["DataType", "FtpClient"]

DataType = Literal["A", "I"]

#: Replies that mean the same whatever was asked (RFC 959 4.2.2).
_NO_DATA_CONNECTION, _BAD_OFFSET = "425", "554"


class FtpClient(FtpControl):
    """A session with a server that can ``transfer``; its data connections are protected as it is.

    ``passive``: the module makes them, to where the session goes, or with ``as_told`` to the address that the server
    says; else the server makes them.
    """

    def __init__(
        self, internet: Internet, clock: Clock, *, bearer: int, idle: float, passive: bool, as_told: bool = False
    ) -> None:
        super().__init__(internet, clock, bearer=bearer, idle=idle)
        self._passive = passive
        self._as_told = as_told

    async def transfer(self, command: str, kind: DataType, *, refused: FtpCode, offset: int = 0) -> Connection:
        """Begin a transfer, with the type and the offset; the data connection."""
        await self.ask(f"TYPE {kind}", "200", refused=FtpCode.TYPE_ERROR)
        if not self._passive:
            with await self._listen() as listener:
                await self._begin(command, offset, refused)
                return await self._protected(await self._accept(listener))
        connection = await self._connect_data()
        try:
            await self._begin(command, offset, refused)
        except BaseException:
            connection.abort()
            raise
        return await self._protected(connection)

    async def settle(self, refused: FtpCode) -> None:
        """Wait for the reply that ends a transfer."""
        await self.ask(None, "2xx", refused=refused, waits="1xx")

    async def _protected(self, connection: Connection) -> Connection:
        """The module stays the client of TLS, also on a connection that the server has made (RFC 4217 7)."""
        if self.tls_name:
            try:
                await alongside(connection.secure(self.tls_name), self.loss())
            except BaseException:
                connection.abort()
                raise
        return connection

    async def _begin(self, command: str, offset: int, refused: FtpCode) -> None:
        if offset:
            await self.ask(f"REST {offset}", "350", refused=FtpCode.REST_ERROR)
        try:
            await self.ask(command, "1xx", refused=refused)
        except FtpFailure as failure:
            if failure.reply == _NO_DATA_CONNECTION:
                raise FtpFailure(self._mode_error, failure.reply) from failure
            if failure.reply == _BAD_OFFSET and offset:
                raise FtpFailure(FtpCode.REST_ERROR, failure.reply) from failure
            raise

    @property
    def _mode_error(self) -> FtpCode:
        return FtpCode.PASSIVE_ERROR if self._passive else FtpCode.ACTIVE_ERROR

    async def _connect_data(self) -> Connection:
        """Without ``as_told`` the address is the one of the control connection: others come from behind a NAT."""
        refused = FtpCode.PASSIVE_ERROR
        extended = ":" in self.server_host
        lines = await self.ask("EPSV" if extended else "PASV", "229" if extended else "227", refused=refused)
        try:
            told, port = (self.parse_epsv_response if extended else self.parse_pasv_response)(lines[-1])
            host = told if told and self._as_told else self.server_host
            return await self._internet.connect(host, port, bearer=self._bearer, idle=self._idle, mapped=False)
        except (ValueError, IndexError, NetworkFailure) as error:
            raise FtpFailure(refused, str(error)) from error

    async def _listen(self) -> socket.socket:
        local = self._connection.local
        try:
            listener = socket.create_server((local, 0), family=socket.AF_INET6 if ":" in local else socket.AF_INET)
        except OSError as error:
            raise FtpFailure(FtpCode.ACTIVE_ERROR, str(error)) from error
        listener.setblocking(False)
        port = listener.getsockname()[1]
        command = f"EPRT |2|{local}|{port}|"
        if ":" not in local:
            command = f"PORT {local.replace('.', ',')},{port >> 8},{port & 255}"
        try:
            await self.ask(command, "2xx", refused=FtpCode.ACTIVE_ERROR)
        except BaseException:
            listener.close()
            raise
        return listener

    async def _accept(self, listener: socket.socket) -> Connection:
        loop = asyncio.get_running_loop()
        knocked = asyncio.Event()
        loop.add_reader(listener, knocked.set)
        try:
            await within(self._clock, self._idle, alongside(knocked.wait(), self.loss()))
        except TimeoutError as error:
            raise FtpFailure(FtpCode.ACTIVE_ERROR, "the server does not connect") from error
        finally:
            loop.remove_reader(listener)
        connection, _ = listener.accept()
        reader, writer = await asyncio.open_connection(sock=connection)
        return self._internet.adopt(reader, writer, bearer=self._bearer, idle=self._idle)
