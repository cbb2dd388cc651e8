"""A real SMTP server on loopback (RFC 5321, 4954, 3207), which keeps the mails that it takes."""

from __future__ import annotations

import ssl
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import TYPE_CHECKING

from simcom_async.errors import MissingExtra
from simcom_async.sites.mail_policy import MailCommand, MailPolicy
from simcom_async.sites.requests import LOG_LIMIT
from simcom_async.sites.site import Site

if TYPE_CHECKING:
    from simcom_async.sites.smtp_server import SmtpListener

__all__ = ["SIZE_LIMIT", "ReceivedMail", "SmtpSite"]

SIZE_LIMIT = 32 * 1024 * 1024
"""Bytes of a mail that the server takes, where nothing else is asked for."""


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """A mail that was taken: its envelope, and its bytes as they were before they went over the wire.

    ``user`` is who had logged in, ``name`` how the client introduced itself.
    """

    connection: int
    sender: str
    recipients: tuple[str, ...]
    content: bytes
    user: str = ""
    name: str = ""

    @property
    def message(self) -> EmailMessage:
        """It, parsed."""
        return BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(self.content)


class SmtpSite(Site):
    """A real SMTP server. ``users`` maps names to passwords; without any it offers no AUTH.

    ``auth_required``: 530 before a login. ``tls``: TLS from the first byte, or with ``starttls`` when it is asked
    for. ``mails`` holds the last 1,000 that it took, ``commands`` what it was told; ``faults`` go wrong. Needs the
    extra ``sites``; start() raises MissingExtra without it.
    """

    scheme = "smtp"

    def __init__(
        self,
        *,
        users: Mapping[str, str] | None = None,
        auth_required: bool = False,
        size_limit: int = SIZE_LIMIT,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        starttls: bool = False,
    ) -> None:
        super().__init__(host, port, tls=tls)
        self.users = dict(users or {})
        self.auth_required = auth_required
        self.size_limit = size_limit
        self.starttls = starttls
        self.policy = MailPolicy(users=self.users)
        self.log = self.policy.log
        self.faults = self.policy.faults
        self.received: deque[ReceivedMail] = deque(maxlen=LOG_LIMIT)
        self._listener: SmtpListener | None = None

    @property
    def commands(self) -> list[MailCommand]:
        """What it was told so far, oldest first."""
        return list(self.log.commands)

    @property
    def mails(self) -> list[ReceivedMail]:
        """What it took so far, oldest first."""
        return list(self.received)

    def take(self, mail: ReceivedMail) -> None:
        """Keep a mail."""
        self.received.append(mail)
        self.log.notify()

    def release(self) -> None:
        """Let the commands go on that a fault has left hanging; the faults that did it are over."""
        self.policy.release()

    async def mail(self, count: int = 1, timeout: float = 10.0) -> ReceivedMail:
        """Wait for the ``count``-th mail. Raises TimeoutError."""
        await self.until(lambda: len(self.received) >= count, timeout)
        return self.received[count - 1]

    async def told(self, verb: str, count: int = 1, timeout: float = 10.0) -> MailCommand:
        """Wait for the ``count``-th command with this verb. Raises TimeoutError."""
        await self.until(lambda: len(self._of(verb)) >= count, timeout)
        return self._of(verb)[count - 1]

    async def until(self, condition: Callable[[], object], timeout: float = 10.0) -> None:
        """Wait until ``condition()`` is true, asked whenever something happens. Raises TimeoutError."""
        await self.log.until(condition, timeout)

    def _of(self, verb: str) -> list[MailCommand]:
        return [command for command in self.log.commands if command.verb == verb]

    async def _listen(self) -> int:
        try:
            from simcom_async.sites.smtp_server import SmtpListener
        except ModuleNotFoundError as error:
            raise MissingExtra("sites", error.name or "aiosmtpd") from error
        self._listener = SmtpListener(self)
        return await self._listener.start(self.host, self._wanted_port)

    async def _close(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            await listener.aclose()
