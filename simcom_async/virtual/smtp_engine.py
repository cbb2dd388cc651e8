"""aiosmtplib over a connection of the module: its commands and its reading of replies, our bytes and deadlines."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, cast

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol

from simcom_async.ports.clock import Clock
from simcom_async.virtual.internet import Connection, NetworkFailure, SilentServer, within
from simcom_async.virtual.mail_failure import MailReason, SmtpStage

__all__ = ["SmtpEngine"]

#: Bytes that have to find room within the limit of silence.
_PIECE = 65536
_READY, _CLOSING, _ACCEPTED = 220, 421, 250
_REASONS = {_CLOSING: MailReason.CLOSED, 530: MailReason.AUTH_REQUIRED, -1: MailReason.GARBAGE}
#: What is said of a login (RFC 4954 section 6): too weak, wrong, only with TLS.
_LOGIN_REFUSED = {534, 535, 538}


class SmtpEngine:
    """The commands of one session. Raises NetworkFailure, or one of ``errors``, whose ``meaning`` it knows."""

    errors: tuple[type[Exception], ...] = (aiosmtplib.SMTPException, ValueError)

    def __init__(self, clock: Clock, idle: float) -> None:
        self._clock = clock
        self._idle = idle
        self._smtp = aiosmtplib.SMTP(timeout=None, start_tls=False)
        self._dialogue: Dialogue | None = None
        self.lost = asyncio.Event()

    def meaning(self, error: Exception, stage: SmtpStage) -> tuple[MailReason, str]:
        """The reason behind an error, and the server's answer."""
        if isinstance(error, aiosmtplib.SMTPServerDisconnected):
            return MailReason.CLOSED, ""
        if not isinstance(error, aiosmtplib.SMTPResponseException):
            return MailReason.REFUSED, ""
        reply = error.message if error.code < 0 else f"{error.code} {error.message}"
        if stage is SmtpStage.LOGIN and error.code in _LOGIN_REFUSED:
            return MailReason.AUTH_FAILED, reply
        return _REASONS.get(error.code, MailReason.REFUSED), reply

    # The session

    async def greeting(self, connection: Connection) -> None:
        """Wait until the server is ready."""
        self._dialogue = Dialogue(connection, self._clock, self._idle, self.lost)
        self._smtp.protocol = self._dialogue
        self._dialogue.hear()
        reply = await self._dialogue.read_response()
        if reply.code != _READY:
            raise aiosmtplib.SMTPConnectResponseError(reply.code, reply.message)

    async def hello(self, name: str) -> None:
        """EHLO, else HELO."""
        address = self._talk.connection.local
        literal = f"[IPv6:{address}]" if ":" in address else f"[{address}]"
        self._smtp.local_hostname = name or literal
        try:
            await self._smtp.ehlo()
        except aiosmtplib.SMTPHeloError as error:
            if error.code == _CLOSING:
                raise
            await self._smtp.helo()

    async def secure(self, host: str) -> None:
        """STARTTLS."""
        reply = await self._smtp.execute_command(b"STARTTLS")
        if reply.code != _READY:
            raise aiosmtplib.SMTPResponseException(reply.code, reply.message)
        await self._talk.secure(host)

    async def login(self, user: str, password: str) -> None:
        """AUTH."""
        offered = self._smtp.server_auth_methods
        if "plain" in offered and "login" not in offered:
            await self._smtp.auth_plain(user, password)
        elif "cram-md5" in offered and "login" not in offered:
            await self._smtp.auth_crammd5(user, password)
        else:
            await self._smtp.auth_login(user, password)

    async def sender(self, address: str) -> None:
        """MAIL FROM."""
        await self._smtp.mail(_sayable(address), encoding="utf-8")

    async def recipient(self, address: str) -> None:
        """RCPT TO."""
        await self._smtp.rcpt(_sayable(address), encoding="utf-8")

    async def data(self) -> None:
        """DATA."""
        reply = await self._smtp.execute_command(b"DATA")
        if reply.code != 354:
            raise aiosmtplib.SMTPDataError(reply.code, reply.message)
        self._talk.expect()

    async def write(self, data: bytes) -> None:
        """Send bytes of the mail, unless the server has answered already."""
        for start in range(0, len(data), _PIECE):
            self._talk.heed()
            try:
                await self._talk.connection.write(data[start : start + _PIECE])
            except SilentServer:
                raise
            except NetworkFailure:
                await self._talk.last_words()
                raise

    async def finish(self, data: bytes) -> str:
        """Send the last bytes, and wait for the answer."""
        self._talk.write(data)
        reply = await self._talk.read_response()
        if reply.code != _ACCEPTED:
            raise aiosmtplib.SMTPDataError(reply.code, reply.message)
        return f"{reply.code} {reply.message}"

    async def bye(self) -> None:
        """QUIT; whatever is answered."""
        try:
            await self._smtp.execute_command(b"QUIT")
        except aiosmtplib.SMTPException:
            return

    def cut(self) -> None:
        """Hear no more."""
        if self._dialogue is not None:
            self._dialogue.deafen()

    @property
    def _talk(self) -> Dialogue:
        if self._dialogue is None:
            raise aiosmtplib.SMTPServerDisconnected("there is no connection")
        return self._dialogue


class Dialogue(SMTPProtocol):
    """Looks to aiosmtplib like its protocol on a transport, and is a connection of the module."""

    def __init__(self, connection: Connection, clock: Clock, idle: float, lost: asyncio.Event) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self.connection = connection
        self._clock = clock
        self._idle = idle
        self._lost = lost
        self._said = b""
        self._hearing: asyncio.Task[None] | None = None
        self.connection_made(_End(connection))

    def hear(self) -> None:
        """Take replies as they come, so that the end of the connection is noticed at any time."""
        self._hearing = asyncio.create_task(self._hear())

    def deafen(self) -> None:
        """Take no more."""
        if self._hearing is not None:
            self._hearing.cancel()

    async def secure(self, host: str) -> None:
        """Go on with TLS; what the server has said before that is not believed (RFC 3207 section 4.2)."""
        self.deafen()
        del self._buffer[:]
        await self.connection.secure(host)
        self.hear()

    def write(self, data: bytes) -> None:
        """Remember it until the reply is asked for."""
        self._said += data

    async def read_response(self, timeout: float | None = None) -> aiosmtplib.SMTPResponse:
        """Send what is to be said, and wait for the reply. Raises NetworkFailure, SMTPException."""
        said, self._said = self._said, b""
        if said:
            self.expect()
            await self.connection.write(said)
        try:
            return await within(self._clock, self._idle, super().read_response(timeout))
        except TimeoutError as error:
            raise SilentServer("no reply") from error

    def expect(self) -> None:
        """From now on a reply may come."""
        self._response_pending = True

    def heed(self) -> None:
        """Raise what came too early: a reply in the middle of the mail, or the end."""
        waiter = self._response_waiter
        if waiter is None:
            raise aiosmtplib.SMTPServerDisconnected("the connection is lost")
        if waiter.done():
            reply = waiter.result()
            raise aiosmtplib.SMTPDataError(reply.code, reply.message)

    async def last_words(self) -> None:
        """Raise the reply that a server gave before it closed the connection, as far as it has come."""
        if self._hearing is not None:
            with suppress(TimeoutError):
                await within(self._clock, self._idle, asyncio.wait([self._hearing]))
        self.heed()

    async def _hear(self) -> None:
        try:
            while True:
                try:
                    data = await self.connection.read()
                except SilentServer:
                    continue  # none may be due
                if not data:
                    break
                self.data_received(data)
        except NetworkFailure as failure:
            self._end(failure)
        else:
            self._end(None)

    def _end(self, failure: Exception | None) -> None:
        self.connection_lost(failure)
        self._lost.set()


class _End(asyncio.WriteTransport):
    """Looks to aiosmtplib like a transport."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection

    def is_closing(self) -> bool:
        """The connection itself says so, when it is used."""
        return False

    def close(self) -> None:
        """End the connection."""
        self._connection.abort()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """It knows none."""
        return cast("Any", default)


def _sayable(address: str) -> str:
    """An address that cannot be anything else on the wire: aiosmtplib would make another one of it."""
    if not address.isprintable():
        raise ValueError("a control character in an address")
    return address
