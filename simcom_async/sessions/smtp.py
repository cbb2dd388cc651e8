"""SMTP: a mail goes out, by whichever way the dialect can carry it, once or not at all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from email.message import EmailMessage
from typing import TYPE_CHECKING

from pydantic import SecretStr

from simcom_async.at.command import Service
from simcom_async.errors import (
    CommandTimeout,
    ModemError,
    OutcomeUnknown,
    SimcomError,
    SmtpError,
    UnsupportedService,
    UsageError,
)
from simcom_async.sessions.mail import Letter, taken_apart, wrapped
from simcom_async.sessions.progress import Direction, Meter, Progress
from simcom_async.sessions.restart import restart_behind
from simcom_async.sessions.resumption import INTERRUPTIONS, Resumption
from simcom_async.sessions.session import Session
from simcom_async.sessions.smtp_flow import MailServer, Outfit, SmtpFlow
from simcom_async.sessions.smtp_numeric import NumericSmtp
from simcom_async.sessions.smtp_textual import TextualSmtp
from simcom_async.sessions.witness import witnessed

if TYPE_CHECKING:
    from simcom_async.sessions.attach import Attachment
    from simcom_async.sessions.files import FilesSession
    from simcom_async.sessions.network import NetworkSession

__all__ = ["SmtpResult", "SmtpSession"]

#: The ways to send a mail; the first that the dialect has is taken.
FLOWS: tuple[type[SmtpFlow], ...] = (NumericSmtp, TextualSmtp)


@dataclass(frozen=True, slots=True)
class SmtpResult:
    """A mail that the server has taken: from ``sender`` for everybody in ``accepted``, with these ``attachments``.

    ``replaced`` are headers that the module has written in its own way (Date, Message-ID). ``whole``: the mail went as
    one attachment.
    """

    sender: str
    accepted: tuple[str, ...]
    attachments: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    whole: bool = False


@witnessed("_link")
class SmtpSession(Session):
    """Mails through the module; one at a time, others wait for their turn.

    How a mail ended is a MailSent on the bus, too.
    """

    service = Service.SMTP

    def __init__(self, attachment: Attachment, network: NetworkSession, files: FilesSession) -> None:
        super().__init__(attachment)
        self._network = network
        self._files = files
        self._upsets: int | None = None

    async def send(
        self,
        message: EmailMessage,
        *,
        hostname: str,
        port: int = 25,
        username: str | None = None,
        password: str | SecretStr | None = None,
        whole_as_attachment: bool = False,
        retry_unsent: bool = False,
        progress: Progress | None = None,
        timeout: float | None = None,
    ) -> SmtpResult:
        """Send a mail by the server at ``hostname``; who has got it.

        A module writes the mail itself: one that it cannot write (other versions of the text, own headers, too many
        attachments, a body that is too long) raises UsageError, naming what it is, before a byte is sent; with
        ``whole_as_attachment`` it goes as the file message.eml of a mail that the module can write. ``retry_unsent``:
        begin again, a few times, after failures that may pass and before which the mail was certainly not sent, a
        restart or a lost bearer among them. ``timeout``: seconds from the command that sends it to its end.

        Raises SmtpError when the mail was not sent; OutcomeUnknown, also in place of a cancellation, when it may have
        been: it is never sent twice.
        """
        secret = SecretStr(password) if isinstance(password, str) else password
        server = MailServer(hostname=hostname, port=port, username=username, password=secret, timeout=timeout)
        flow = self._prepared(message, server, progress, whole=whole_as_attachment)
        resumption = Resumption(self._attachment, self.service)
        while True:
            try:
                await self._once(flow)
                break
            except OutcomeUnknown:
                raise
            except INTERRUPTIONS as error:
                if not retry_unsent:
                    raise
                await resumption.after(error, 0)
            flow = self._prepared(message, server, progress, whole=whole_as_attachment)
        letter = flow.letter
        return SmtpResult(
            letter.sender.address,
            tuple(mailbox.address for mailbox in letter.recipients),
            tuple(attachment.name for attachment in letter.attachments),
            letter.replaced,
            letter.whole,
        )

    async def _once(self, flow: SmtpFlow) -> None:
        """Send the mail. Raises OutcomeUnknown where it may have been sent; else it was not."""
        try:
            await self._perform(flow)
        except OutcomeUnknown:
            raise
        except (SimcomError, asyncio.CancelledError) as error:
            if not isinstance(error, SmtpError) and not _certain(flow, error):
                raise _unknown(flow, error) from error
            if isinstance(error, ModemError) and self._restarted:
                raise restart_behind(error, self._attachment) from error
            raise

    async def _perform(self, flow: SmtpFlow) -> None:
        claim = await self.enter(held=False)
        self._upsets = None
        try:
            await self._network.ready()
            self._upsets = self._attachment.upsets
            await flow.perform()
        finally:
            await self.leave(claim, flow.end)

    @property
    def _restarted(self) -> bool:
        """Whether the module has restarted since the mail was begun."""
        return self._upsets not in (None, self._attachment.upsets)

    def _prepared(
        self, message: EmailMessage, server: MailServer, progress: Progress | None, *, whole: bool
    ) -> SmtpFlow:
        """The flow of a mail, ready to begin; no byte has been sent."""
        try:
            return self._flow(taken_apart(message), server, progress)
        except UnsupportedService:
            raise
        except UsageError:
            if not whole:
                raise
        return self._flow(wrapped(message), server, progress)

    def _flow(self, letter: Letter, server: MailServer, progress: Progress | None) -> SmtpFlow:
        dialect = self._link.dialect
        for kind in FLOWS:
            if kind.speaks(dialect):
                meter = Meter(self._link.bus, self.service, Direction.SEND, progress)
                outfit = Outfit(attachment=self._attachment, network=self._network, files=self._files, meter=meter)
                flow = kind(outfit, server, letter)
                flow.prepare()
                return flow
        raise UnsupportedService(
            f"SMTP is not for the {dialect.name} dialect: it has no commands for it", field="service", value="SMTP"
        )


def _certain(flow: SmtpFlow, error: BaseException) -> bool:
    """Whether the mail was not sent."""
    queued = isinstance(error, CommandTimeout) and error.limit == "queue"
    return not flow.underway or isinstance(error, UsageError) or queued


def _unknown(flow: SmtpFlow, error: BaseException) -> OutcomeUnknown:
    why = "it was cancelled" if isinstance(error, asyncio.CancelledError) else str(error)
    known = "was sent, but" if flow.sent else "may have been sent:"
    return OutcomeUnknown(
        f"{flow.what} {known} {why}; look whether it has arrived before it is sent again", command="AT+SMTPSEND"
    )
