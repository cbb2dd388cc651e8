"""The SMTP client of a module (RFC 5321), over aiosmtplib: one connection, a mail as the bytes that the module made.

All bytes go through the module's network; what fails is told by stage and reason, for each family to have its codes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn

from simcom_async.errors import MissingExtra
from simcom_async.virtual.dot_stuffing import DotStuffing
from simcom_async.virtual.internet import Connection, Internet, NetworkFailure, within
from simcom_async.virtual.mail_failure import MailReason, SmtpFailure, SmtpStage, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simcom_async.ports.clock import Clock
    from simcom_async.virtual.smtp_engine import SmtpEngine

__all__ = ["SmtpClient"]

#: Seconds that a server has to say good-bye.
_FAREWELL = 1.0


class SmtpClient:
    """One session: ``reach``, ``hello``, perhaps ``login``; ``envelope``, ``begin``, ``write``, ``finish``; ``bye``.

    ``idle``: seconds of each silence. Every call raises SmtpFailure with its stage and reason, at once when the
    connection is lost. Who has called ``reach`` calls ``cut`` in the end. Raises MissingExtra without aiosmtplib.
    """

    def __init__(self, internet: Internet, clock: Clock, *, bearer: int, idle: float) -> None:
        try:
            from simcom_async.virtual.smtp_engine import SmtpEngine
        except ModuleNotFoundError as error:
            raise MissingExtra("virtual", error.name or "aiosmtplib") from error
        self._internet = internet
        self._clock = clock
        self._bearer = bearer
        self._idle = idle
        self._engine: SmtpEngine = SmtpEngine(clock, idle)
        self._connection: Connection | None = None
        self._stuffing = DotStuffing()
        self.stage = SmtpStage.CONNECT

    # The connection

    async def reach(self, host: str, port: int, *, tls: bool = False) -> None:
        """Connect (``tls``: with TLS from the first byte) and wait for the greeting."""
        with self._at(SmtpStage.CONNECT):
            self._connection = await self._internet.connect(host, port, bearer=self._bearer, tls=tls, idle=self._idle)
        with self._at(SmtpStage.GREETING):
            await self._engine.greeting(self._connection)

    async def hello(self, name: str = "") -> None:
        """EHLO, or HELO where the server does not know it; as ``name``, or as the module's address."""
        with self._at(SmtpStage.HELLO):
            await self._engine.hello(name)

    async def secure(self, host: str, name: str = "") -> None:
        """STARTTLS, and hello again."""
        with self._at(SmtpStage.TLS):
            await self._engine.secure(host)
        await self.hello(name)

    async def login(self, user: str, password: str) -> None:
        """Log in by the first of LOGIN, PLAIN and CRAM-MD5 that the server offers (LOGIN, where it offers none)."""
        with self._at(SmtpStage.LOGIN):
            await self._engine.login(user, password)

    async def bye(self) -> None:
        """End the session in order, as far as a second allows; never raises."""
        if self._connection is None:
            return
        self.stage = SmtpStage.QUIT
        with suppress(NetworkFailure, TimeoutError):
            await within(self._clock, _FAREWELL, self._engine.bye())
        self._engine.cut()
        await self._connection.aclose()

    def cut(self) -> None:
        """End it at once; again is harmless."""
        self._engine.cut()
        if self._connection is not None:
            self._connection.abort()

    async def loss(self) -> NoReturn:
        """Wait for the end of the connection, and raise it; for whoever waits for something else meanwhile."""
        await self._engine.lost.wait()
        raise SmtpFailure(self.stage, MailReason.CLOSED)

    # A mail

    async def envelope(self, sender: str, recipients: Iterable[str]) -> None:
        """MAIL FROM, and RCPT TO for each. The first recipient that is refused ends it, with its name."""
        with self._at(SmtpStage.SENDER):
            await self._engine.sender(sender)
        for recipient in recipients:
            with self._at(SmtpStage.RECIPIENT, recipient):
                await self._engine.recipient(recipient)

    async def begin(self) -> None:
        """DATA."""
        with self._at(SmtpStage.DATA):
            await self._engine.data()
        self._stuffing = DotStuffing()
        self.stage = SmtpStage.CONTENT

    async def write(self, piece: bytes) -> None:
        """Send the next piece of the mail, of any size; waits for room. Dots and line ends are cared for."""
        with self._at(SmtpStage.CONTENT):
            await self._engine.write(self._stuffing.feed(piece))

    async def finish(self) -> str:
        """End the mail; the server's answer, which says that it has taken it."""
        with self._at(SmtpStage.CONTENT):
            rest = self._stuffing.end()
            await self._engine.write(rest[:-1])
        with self._at(SmtpStage.ACCEPTANCE):
            return await self._engine.finish(rest[-1:])

    async def send(self, sender: str, recipients: Iterable[str], mail: bytes) -> str:
        """``envelope``, ``begin``, ``write``, ``finish`` of a mail that is there as a whole."""
        await self.envelope(sender, recipients)
        await self.begin()
        await self.write(mail)
        return await self.finish()

    @contextmanager
    def _at(self, stage: SmtpStage, recipient: str = "") -> Iterator[None]:
        self.stage = stage
        try:
            yield
        except NetworkFailure as failure:
            reason = reason_of(failure, connected=stage is not SmtpStage.CONNECT)
            raise SmtpFailure(stage, reason, recipient=recipient) from failure
        except self._engine.errors as error:
            reason, reply = self._engine.meaning(error, stage)
            raise SmtpFailure(stage, reason, reply, recipient=recipient) from error
