"""A real POP3 server on loopback (RFC 1939): one box of mails, each as the bytes that it is."""

from __future__ import annotations

import asyncio
import hashlib
import re
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simcom_async.sites.gate import Gate
from simcom_async.sites.mail_policy import MailCommand, MailPolicy
from simcom_async.sites.pop3_server import Pop3Conversation
from simcom_async.sites.site import StreamSite

if TYPE_CHECKING:
    from email.message import EmailMessage

__all__ = ["Pop3Site", "StoredMail"]

_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A mail in the box: its lines end with CR LF, the last one, too."""

    content: bytes
    uid: str

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return len(self.content)


class Pop3Site(StreamSite):
    """A real POP3 server: ``mails`` are in its box, which every user of ``users`` (names to passwords) sees.

    What a session has deleted goes with its QUIT, into ``deleted``; sessions see the box as it was when they logged
    in. ``commands`` holds what it was told, ``gate`` holds long answers half way, ``faults`` go wrong. ``tls``: TLS
    from the first byte.
    """

    scheme = "pop3"

    def __init__(
        self,
        mails: Iterable[bytes | EmailMessage] = (),
        *,
        users: Mapping[str, str] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(host, port, tls=tls)
        self.users = dict(users or {"user": "secret"})
        self.policy = MailPolicy(users=self.users)
        self.log = self.policy.log
        self.faults = self.policy.faults
        self.gate = Gate()
        self.mails: list[StoredMail] = []
        self.deleted: list[StoredMail] = []
        self._serial = 0
        for mail in mails:
            self.publish(mail)

    @property
    def commands(self) -> list[MailCommand]:
        """What it was told so far, oldest first."""
        return list(self.log.commands)

    def publish(self, mail: bytes | EmailMessage, uid: str | None = None) -> StoredMail:
        """Put a mail into the box; without ``uid`` it gets one of its own."""
        content = _LINE_END.sub(b"\r\n", mail if isinstance(mail, bytes) else mail.as_bytes())
        if not content.endswith(b"\r\n"):
            content += b"\r\n"
        self._serial += 1
        stored = StoredMail(content, uid or f"{self._serial}-{hashlib.sha256(content).hexdigest()[:16]}")
        self.mails.append(stored)
        return stored

    def remove(self, mails: Iterable[StoredMail]) -> None:
        """Take mails out of the box."""
        for mail in mails:
            if mail in self.mails:
                self.mails.remove(mail)
                self.deleted.append(mail)
        self.log.notify()

    def release(self) -> None:
        """Let the commands go on that a fault has left hanging; the faults that did it are over."""
        self.policy.release()

    async def told(self, verb: str, count: int = 1, timeout: float = 10.0) -> MailCommand:
        """Wait for the ``count``-th command with this verb. Raises TimeoutError."""
        await self.until(lambda: len(self._of(verb)) >= count, timeout)
        return self._of(verb)[count - 1]

    async def until(self, condition: Callable[[], object], timeout: float = 10.0) -> None:
        """Wait until ``condition()`` is true, asked whenever something happens. Raises TimeoutError."""
        await self.log.until(condition, timeout)

    def _of(self, verb: str) -> list[MailCommand]:
        return [command for command in self.log.commands if command.verb == verb]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Pop3Conversation(self, reader, writer).run()
