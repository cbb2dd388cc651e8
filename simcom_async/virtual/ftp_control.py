"""The control connection of a module's FTP client (RFC 959, 4217), over aioftp: questions, replies, TLS.

aioftp has the commands and the replies' codes; TLS and the module's own error codes are added here. All bytes go
through the module's network, whose failures keep their names.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn, cast

import aioftp

from simcom_async.commands.ftp import FtpCode
from simcom_async.virtual.ftp_failure import BoundlessReply, FtpFailure
from simcom_async.virtual.internet import (
    ConnectFailed,
    Connection,
    Internet,
    NetworkFailure,
    SilentServer,
    TlsFailed,
    within,
)

if TYPE_CHECKING:
    from simcom_async.ports.clock import Clock

__all__ = ["FtpControl"]

#: Bytes of a line, lines of a reply, preliminary replies to one command, replies that nobody wants: more is no FTP.
_LINE_LIMIT = 8192
_LINES_LIMIT = 256
_PRELIMINARY_LIMIT = 4
_REPLIES_LIMIT = 16
#: Seconds that a server has to say good-bye.
_FAREWELL = 1.0
#: The reply that means the same whatever was asked (RFC 959 4.2.2).
_CLOSING = "421"


class FtpControl(aioftp.Client):
    """One session with a server: ``reach``, ``greeting``, ``login``; then questions (``ask``).

    ``secure`` goes on with TLS, between greeting and login; ``tls_name`` is the server's name then. Everything raises
    NetworkFailure by its cause; a reply that refuses is a FtpFailure with the code given for it.
    """

    def __init__(self, internet: Internet, clock: Clock, *, bearer: int, idle: float) -> None:
        super().__init__(encoding="latin-1")
        self.tls_name = ""
        self._internet = internet
        self._clock = clock
        self._bearer = bearer
        self._idle = idle
        self._control: Connection | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._replies: deque[tuple[aioftp.Code, list[str]]] = deque()
        self._preliminary = 0
        self._begun = False  # a reply of several lines has
        self._failure: NetworkFailure | None = None
        self._news = asyncio.Event()

    # The control connection

    async def reach(self, host: str, port: int, *, tls: bool = False) -> None:
        """Connect; ``tls``: with TLS from the first byte, which ``protect`` goes on with."""
        try:
            connection = await self._internet.connect(host, port, bearer=self._bearer, tls=tls, idle=self._idle)
        except SilentServer:
            raise
        except ConnectFailed as failure:
            raise FtpFailure(FtpCode.CONNECT_ERROR, str(failure)) from failure
        self._control = connection
        self.server_host, self.server_port = connection.peer, port
        end = self._end = _End(connection)
        # aioftp's stream only passes calls on to what it takes for asyncio's streams.
        self._stream = aioftp.ThrottleStreamIO(cast("asyncio.StreamReader", end), cast("asyncio.StreamWriter", end), {})
        self._hearing = asyncio.create_task(self._hear())

    async def greeting(self) -> None:
        """Wait until the server is ready."""
        await self.ask(None, "220", refused=FtpCode.SERVER_ERROR, waits="120")

    async def secure(self, host: str, mechanism: str = "TLS") -> None:
        """Ask for TLS (RFC 4217 4), set it up with the server of this name, and protect. Raises TlsFailed."""
        try:
            await self.ask(f"AUTH {mechanism}", "234", refused=FtpCode.OPERATION_ERROR)
        except FtpFailure as failure:
            if failure.code is not FtpCode.OPERATION_ERROR:
                raise
            raise TlsFailed(f"the server has no TLS: {failure.reply}") from failure
        await asyncio.sleep(0)  # what the server has said in front of TLS has been heard by now
        if self._replies or self._begun or self._end.heard:
            raise TlsFailed("the server says more in front of TLS")
        await self._connection.secure(host)
        await self.protect(host)

    async def protect(self, host: str) -> None:
        """Protect the data connections (RFC 4217 9)."""
        for command in ("PBSZ 0", "PROT P"):
            await self.ask(command, "200", refused=FtpCode.OPERATION_ERROR)
        self.tls_name = host

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
        self._preliminary = 0
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

    async def ended(self) -> NetworkFailure:
        """Wait for the end of the connection; why it has ended."""
        while self._failure is None:
            await self._change()
        return self._failure

    async def logout(self) -> None:
        """End the session in order, as far as a second allows. Raises FtpFailure when the server refuses that."""
        try:
            with suppress(TimeoutError):
                await within(self._clock, _FAREWELL, self.ask("QUIT", "221", refused=FtpCode.OPERATION_ERROR))
        except NetworkFailure as failure:
            if isinstance(failure, FtpFailure) and failure.code is FtpCode.OPERATION_ERROR:
                raise
        finally:
            if self._control is not None:
                await self._control.aclose()

    async def bye(self) -> None:
        """End the session in order, as far as a second allows."""
        if self._control is not None:
            with suppress(FtpFailure):
                await self.logout()

    def cut(self) -> None:
        """End it at once; again is harmless."""
        if self._hearing is not None:
            self._hearing.cancel()
        if self._control is not None:
            self._control.abort()

    # What the server says

    async def parse_response(self) -> tuple[aioftp.Code, list[str]]:
        """The next reply. Raises SilentServer when none comes in time, FtpFailure when the last one does not."""
        while not self._replies:
            if self._failure is not None:
                raise self._failure
            try:
                await within(self._clock, self._idle, self._change())
            except TimeoutError as error:
                raise SilentServer("no reply") from error
        reply = self._replies.popleft()
        self._preliminary += reply[0].matches("1xx")
        if self._preliminary > _PRELIMINARY_LIMIT:
            raise FtpFailure(FtpCode.REPLY_ERROR, "preliminary replies without an end")
        return reply

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
        if not (code.isascii() and code.isdigit()) or len(code) < 3 or rest[:1] not in ("", " ", "-"):
            raise FtpFailure(FtpCode.REPLY_ERROR, line)
        lines = [rest]
        while rest[:1] == "-" and (len(lines) == 1 or not line.startswith(f"{code} ")):
            self._begun = True
            line = await self._line()
            lines.append(line[3:] if line.startswith(code) else line)
            if len(lines) > _LINES_LIMIT:
                raise BoundlessReply(FtpCode.REPLY_ERROR, "a reply without an end")
        self._begun = False
        return aioftp.Code(code), lines

    async def _line(self) -> str:
        line = await self.stream.readline()
        if not line:
            raise FtpFailure(FtpCode.SERVER_ERROR, "the server has closed the connection")
        return line.decode(self.encoding).rstrip("\r\n")


class _End:
    """Looks to aioftp like asyncio's reader and writer, and is a connection of the module.

    ``heard`` is a line that has begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.heard = bytearray()
        self._said = b""

    async def readline(self) -> bytes:
        """The next line with its end; empty at the end of the connection. Silence is no failure: none may be due."""
        while (end := self.heard.find(b"\n") + 1) == 0 and len(self.heard) <= _LINE_LIMIT:
            try:
                data = await self._connection.read()
            except SilentServer:
                continue
            if not data:
                return b""
            self.heard += data
        if not 0 < end <= _LINE_LIMIT + 1:
            raise BoundlessReply(FtpCode.REPLY_ERROR, "a line without an end")
        line = bytes(self.heard[:end])
        del self.heard[:end]
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
