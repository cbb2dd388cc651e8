"""The FTP client of a module (RFC 959), over aioftp: one control connection, data connections in both modes.

aioftp has the commands, the replies' codes and PASV; the active mode and the module's own error codes are added here.
All bytes go through the module's network, whose failures keep their names.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Literal, NoReturn, cast

import aioftp

from simcom_async.commands.ftp import FtpCode
from simcom_async.virtual.ftp_failure import FtpFailure
from simcom_async.virtual.ftp_work import alongside
from simcom_async.virtual.internet import ConnectFailed, Connection, Internet, NetworkFailure, SilentServer, within

if TYPE_CHECKING:
    from simcom_async.ports.clock import Clock

__all__ = ["DataType", "FtpClient"]

DataType = Literal["A", "I"]

#: Bytes of a line, lines of a reply, replies that nobody has asked for: more is no FTP.
_LINE_LIMIT = 8192
_LINES_LIMIT = 256
_REPLIES_LIMIT = 16
#: Seconds that a server has to say good-bye.
_FAREWELL = 1.0
#: Replies that mean the same whatever was asked (RFC 959 4.2.2).
_CLOSING, _NO_DATA_CONNECTION, _BAD_OFFSET = "421", "425", "554"


class FtpClient(aioftp.Client):
    """One session with a server: ``reach``, ``greeting``, ``login``; then questions (``ask``) and ``transfer``.

    Everything raises NetworkFailure by its cause; a reply that refuses is a FtpFailure with the code given for it.
    """

    def __init__(self, internet: Internet, clock: Clock, *, bearer: int, idle: float, passive: bool) -> None:
        super().__init__(encoding="latin-1")
        self._internet = internet
        self._clock = clock
        self._bearer = bearer
        self._idle = idle
        self._passive = passive
        self._control: Connection | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._replies: deque[tuple[aioftp.Code, list[str]]] = deque()
        self._failure: NetworkFailure | None = None
        self._news = asyncio.Event()

    # The control connection

    async def reach(self, host: str, port: int) -> None:
        """Connect."""
        try:
            connection = await self._internet.connect(host, port, bearer=self._bearer, idle=self._idle)
        except SilentServer:
            raise
        except ConnectFailed as failure:
            raise FtpFailure(FtpCode.CONNECT_ERROR, str(failure)) from failure
        self._control = connection
        self.server_host, self.server_port = connection.peer, port
        end = _End(connection)
        # aioftp's stream only passes calls on to what it takes for asyncio's streams.
        self._stream = aioftp.ThrottleStreamIO(cast("asyncio.StreamReader", end), cast("asyncio.StreamWriter", end), {})
        self._hearing = asyncio.create_task(self._hear())

    async def greeting(self) -> None:
        """Wait until the server is ready."""
        await self.ask(None, "220", refused=FtpCode.SERVER_ERROR, waits="120")

    async def login(self, user: str = "", password: str = "", account: str = "") -> None:
        """Log in; without a name as ``anonymous`` (RFC 1635)."""
        name = user or "anonymous"
        await self.ask(f"USER {name}", "230", "331", refused=FtpCode.USER_ERROR)
        if self._answered == "331":
            await self.ask(f"PASS {password}", "230", "202", refused=FtpCode.PASSWORD_ERROR, secret=True)

    async def ask(
        self, command: str | None, *expected: str, refused: FtpCode, waits: str = "", secret: bool = False
    ) -> list[str]:
        """Send a command (None: only wait) and return the lines of its reply, which must be one of ``expected``."""
        censor_after = 5 if secret else None
        try:
            code, lines = await self.command(command, expected, waits or (), censor_after)
        except aioftp.StatusCodeError as error:
            received = error.received_codes[-1]
            raise FtpFailure(FtpCode.SERVER_ERROR if received == _CLOSING else refused, received) from error
        self._answered = code
        return lines

    async def interruption(self) -> NoReturn:
        """Wait for what must not come during a transfer: a reply, or the end of the connection."""
        while not self._replies:
            if self._failure is not None:
                raise self._failure
            await self._change()
        raise ConnectFailed("the server breaks off")

    async def loss(self) -> NoReturn:
        """Wait for the end of the connection, after the last reply that somebody may wait for."""
        while self._failure is None or self._replies:
            await self._change()
        raise self._failure

    async def bye(self) -> None:
        """End the session in order, as far as a second allows."""
        if self._control is None:
            return
        with suppress(NetworkFailure, TimeoutError):
            await within(self._clock, _FAREWELL, self.ask("QUIT", "221", refused=FtpCode.SERVER_ERROR))
        await self._control.aclose()

    def cut(self) -> None:
        """End it at once; again is harmless."""
        if self._hearing is not None:
            self._hearing.cancel()
        if self._control is not None:
            self._control.abort()

    # Data connections

    async def transfer(self, command: str, kind: DataType, *, refused: FtpCode, offset: int = 0) -> Connection:
        """Begin a transfer, with the type and the offset; the data connection."""
        await self.ask(f"TYPE {kind}", "200", refused=FtpCode.TYPE_ERROR)
        if self._passive:
            connection = await self._connect_data()
            try:
                await self._begin(command, offset, refused)
            except BaseException:
                connection.abort()
                raise
            return connection
        with await self._listen() as listener:
            await self._begin(command, offset, refused)
            return await self._accept(listener)

    async def settle(self, refused: FtpCode) -> None:
        """Wait for the reply that ends a transfer."""
        await self.ask(None, "2xx", refused=refused, waits="1xx")

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
        """The server's address is the one that the control connection has: others come from behind a NAT."""
        refused = FtpCode.PASSIVE_ERROR
        extended = ":" in self.server_host
        lines = await self.ask("EPSV" if extended else "PASV", "229" if extended else "227", refused=refused)
        try:
            _, port = (self.parse_epsv_response if extended else self.parse_pasv_response)(lines[-1])
            return await self._internet.connect(
                self.server_host, port, bearer=self._bearer, idle=self._idle, mapped=False
            )
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

    # What the server says

    async def parse_response(self) -> tuple[aioftp.Code, list[str]]:
        """The next reply. Raises SilentServer when none comes in time."""
        while not self._replies:
            if self._failure is not None:
                raise self._failure
            try:
                await within(self._clock, self._idle, self._change())
            except TimeoutError as error:
                raise SilentServer("no reply") from error
        return self._replies.popleft()

    @property
    def _connection(self) -> Connection:
        assert self._control is not None  # noqa: S101 - connect comes first
        return self._control

    async def _change(self) -> None:
        self._news.clear()
        await self._news.wait()

    async def _hear(self) -> None:
        """Take every reply as it comes, so that the end of the connection is noticed at any time."""
        try:
            while len(self._replies) < _REPLIES_LIMIT:
                self._replies.append(await self._reply())
                self._news.set()
            self._failure = FtpFailure(FtpCode.REPLY_ERROR, "replies that nobody has asked for")
        except NetworkFailure as failure:
            self._failure = failure
        self._news.set()

    async def _reply(self) -> tuple[aioftp.Code, list[str]]:
        """One reply of one line or more (RFC 959 4.2)."""
        line = await self._line()
        code, rest = line[:3], line[3:]
        if not code.isdigit() or len(code) < 3 or rest[:1] not in ("", " ", "-"):
            raise FtpFailure(FtpCode.REPLY_ERROR, line)
        lines = [rest]
        while rest[:1] == "-" and (len(lines) == 1 or not line.startswith(f"{code} ")):
            line = await self._line()
            lines.append(line[3:] if line.startswith(code) else line)
            if len(lines) > _LINES_LIMIT:
                raise FtpFailure(FtpCode.REPLY_ERROR, "a reply without an end")
        return aioftp.Code(code), lines

    async def _line(self) -> str:
        line = await self.stream.readline()
        if not line:
            raise FtpFailure(FtpCode.SERVER_ERROR, "the server has closed the connection")
        return line.decode(self.encoding).rstrip("\r\n")


class _End:
    """Looks to aioftp like asyncio's reader and writer, and is a connection of the module."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._heard = bytearray()
        self._said = b""

    async def readline(self) -> bytes:
        """The next line with its end; empty at the end of the connection. Silence is no failure: none may be due."""
        while (end := self._heard.find(b"\n") + 1) == 0:
            if len(self._heard) > _LINE_LIMIT:
                raise FtpFailure(FtpCode.REPLY_ERROR, "a line without an end")
            try:
                data = await self._connection.read()
            except SilentServer:
                continue
            if not data:
                return b""
            self._heard += data
        line = bytes(self._heard[:end])
        del self._heard[:end]
        return line

    def write(self, data: bytes) -> None:
        """Remember it for the next drain."""
        self._said += data

    async def drain(self) -> None:
        """Send."""
        said, self._said = self._said, b""
        await self._connection.write(said)

    def close(self) -> None:
        """End the connection."""
        self._connection.abort()
