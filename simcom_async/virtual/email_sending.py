"""One mail being sent by the module: from AT+SMTPSEND to +SMTPSEND, with the attachment that the host hands over.

Where the documents are silent: a host that does not hand over has PATIENCE seconds for each block, then the session is
given up with 64 and the server has no mail; a connection that is lost is 63, without a bearer everything is 61.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from simcom_async.commands.email_smtp import EmailSmtpCode, EmailSmtpCredit, EmailSmtpResult
from simcom_async.commands.email_smtp_settings import EmailSmtpServer
from simcom_async.errors import MissingExtra
from simcom_async.virtual.email_compose import Composed
from simcom_async.virtual.ftp_work import alongside
from simcom_async.virtual.internet import ConnectFailed, NetworkFailure, SilentServer, within
from simcom_async.virtual.mail_failure import MailReason, SmtpFailure, SmtpStage
from simcom_async.virtual.smtp_client import SmtpClient
from simcom_async.virtual.turn import Refused

if TYPE_CHECKING:
    from simcom_async.virtual.email import EmailService
    from simcom_async.virtual.turn import Operation

__all__ = ["CREDIT", "PATIENCE", "Sending", "code_of"]

#: Bytes of an attachment that the module takes at a time (SIM900 e-mail manual 3.3).
CREDIT = 1360
#: Seconds that a host has for each block; no document says how long.
PATIENCE = 120.0
_PORT = 25

#: The codes of the reasons; what is not here is the server's answer.
_CODES = {
    MailReason.NAME: EmailSmtpCode.DNS_ERROR,
    MailReason.CONNECT: EmailSmtpCode.CONNECT_ERROR,
    MailReason.BUSY: EmailSmtpCode.NETWORK_ERROR,
    MailReason.SILENT: EmailSmtpCode.TIMEOUT,
    MailReason.AUTH_REQUIRED: EmailSmtpCode.AUTH_REQUIRED,
    MailReason.AUTH_FAILED: EmailSmtpCode.AUTH_FAILED,
}
_REFUSED = {SmtpStage.LOGIN: EmailSmtpCode.AUTH_FAILED, SmtpStage.RECIPIENT: EmailSmtpCode.BAD_RECIPIENT}


def code_of(failure: NetworkFailure, *, bearer_open: bool) -> EmailSmtpCode:
    """The code that the module says of a failure."""
    if not bearer_open:
        return EmailSmtpCode.NETWORK_ERROR
    if not isinstance(failure, SmtpFailure):
        return EmailSmtpCode.TIMEOUT if isinstance(failure, SilentServer) else EmailSmtpCode.CONNECT_ERROR
    if failure.stage is SmtpStage.CONNECT and failure.reason is MailReason.SILENT:
        return EmailSmtpCode.CONNECT_ERROR
    if failure.reason is MailReason.CLOSED and not failure.reply:
        return EmailSmtpCode.CONNECT_ERROR
    if failure.reason is MailReason.REFUSED:
        return _REFUSED.get(failure.stage, EmailSmtpCode.SERVER_ERROR)
    return _CODES.get(failure.reason, EmailSmtpCode.SERVER_ERROR)


class Sending:
    """A mail under way. With an attachment it gives credit, takes a block, and again, until the host has finished."""

    def __init__(self, service: EmailService, mail: Composed) -> None:
        self._service = service
        self._clock = service.modem.clock
        self._mail = mail
        self._server = service.setting(EmailSmtpServer)
        self._sender, self._recipients = service.letter.sender[0], service.addresses
        self._account = service.draft.account
        self._client: SmtpClient | None = None
        self._credit = self._attaching = self._finished = False
        self._block: bytes | None = None
        self._handed: asyncio.Future[bool] | None = None
        self._changed = asyncio.Event()

    # What the host does meanwhile

    def allow(self, size: int) -> None:
        """A block of this size may be entered, once. Raises Refused."""
        if not self._credit or size > CREDIT:
            raise Refused
        self._credit = False

    async def take(self, block: bytes) -> None:
        """A block has been entered: wait until it is on its way. Raises Refused when it cannot go."""
        if not self._attaching:
            raise Refused
        self._block = block
        self._handed = asyncio.get_running_loop().create_future()
        self._changed.set()
        if not await self._handed:
            raise Refused

    def finish(self) -> None:
        """There are no more blocks. Raises Refused before the first credit, and again."""
        if not self._attaching or self._finished:
            raise Refused
        self._credit, self._finished = False, True
        self._changed.set()

    def cut(self) -> None:
        """The power is off."""
        if self._client is not None:
            self._client.cut()

    # What the module does

    async def run(self, operation: Operation) -> None:
        """Send it, and say how it ended."""
        service = self._service
        try:
            client = self._client = SmtpClient(
                service.modem.internet, self._clock, bearer=service.bearer, idle=service.timeout
            )
        except MissingExtra:
            await self._end(operation, EmailSmtpCode.NETWORK_ERROR)
            raise
        try:
            code = await self._attempt(client, operation)
            await self._end(operation, code)
            if code is EmailSmtpCode.SENT:
                await client.bye()
        finally:
            client.cut()
            self._settle()

    async def _attempt(self, client: SmtpClient, operation: Operation) -> EmailSmtpCode:
        try:
            await self._deliver(client, operation)
        except NetworkFailure as failure:
            client.cut()
            return code_of(failure, bearer_open=self._service.bearer_open)
        finally:
            self._attaching = self._credit = False
            self._hand_over(taken=False)
        return EmailSmtpCode.SENT

    async def _deliver(self, client: SmtpClient, operation: Operation) -> None:
        if not self._service.bearer_open:
            raise ConnectFailed("there is no bearer")
        await client.reach(self._server.host, self._server.port or _PORT)
        await client.hello()
        if self._account is not None:
            await client.login(*self._account)
        await client.envelope(self._sender, self._recipients)
        await client.begin()
        await client.write(self._mail.head)
        if self._mail.tail:
            await alongside(self._attach(client, operation), client.loss())
            await client.write(self._mail.tail)
        await client.finish()

    async def _attach(self, client: SmtpClient, operation: Operation) -> None:
        while not self._finished:
            await operation.urc(EmailSmtpCredit(maximum=CREDIT), just_before=self._give_credit)
            await self._next()
            block, self._block = self._block, None
            if block is not None:
                await client.write(block)
                self._hand_over(taken=True)

    async def _next(self) -> None:
        """Wait for the host. Raises SilentServer: it has kept the server waiting for too long."""
        patience = self._service.modem.options.unread_timeout or PATIENCE
        while self._block is None and not self._finished:
            self._changed.clear()
            try:
                await within(self._clock, patience, self._changed.wait())
            except TimeoutError as error:
                raise SilentServer("the host hands nothing over") from error

    def _give_credit(self) -> None:
        self._attaching = True
        self._credit = not self._finished

    def _hand_over(self, *, taken: bool) -> None:
        handed, self._handed = self._handed, None
        if handed is not None and not handed.done():
            handed.set_result(taken)

    async def _end(self, operation: Operation, code: EmailSmtpCode) -> None:
        await operation.urc(EmailSmtpResult(code=code), just_before=self._settle)

    def _settle(self) -> None:
        if self._service.sending is self:
            self._service.sending = None
