"""Sending a mail over AT+SMTPSRV to AT+SMTPFT, with numbers as results: SIM900, SIM800, SIM7000.

Text that is not plain ASCII goes as hexadecimal digits of UTF-8 (AT+SMTPCS), which also carries what would end an
entry. The one attachment goes in base64, line by line, as much at a time as the module's credit says.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, TypeVar

from simcom_async.at.command import Command, Service
from simcom_async.commands.email import EmailCid, EmailTimeout
from simcom_async.commands.email_smtp import (
    EMAIL_BLOCK_MAXIMUM,
    EMAIL_BODY_MAXIMUM,
    EmailSmtpBlock,
    EmailSmtpBody,
    EmailSmtpBodyInput,
    EmailSmtpCode,
    EmailSmtpCredit,
    EmailSmtpFinish,
    EmailSmtpResult,
    EmailSmtpSend,
)
from simcom_async.commands.email_smtp_settings import (
    EMAIL_RECIPIENTS,
    EmailSmtpAuth,
    EmailSmtpAuthOff,
    EmailSmtpBinaryFile,
    EmailSmtpCharset,
    EmailSmtpFrom,
    EmailSmtpNoFile,
    EmailSmtpRecipient,
    EmailSmtpRecipientsRemove,
    EmailSmtpRecipientType,
    EmailSmtpServer,
    EmailSmtpSubject,
)
from simcom_async.errors import CommandFailed, CommandTimeout, SmtpError
from simcom_async.sessions.credit import Credits
from simcom_async.sessions.mail import Letter
from simcom_async.sessions.mail_parts import refused
from simcom_async.sessions.mail_server import module_timeout
from simcom_async.sessions.mail_words import header_text, hexadecimal, plain
from simcom_async.sessions.parameter import composed
from simcom_async.sessions.smtp_flow import (
    MailServer,
    Outfit,
    SmtpFlow,
    body_lines,
    check_count,
    long_line,
    smtp_error,
    too_long,
    who,
)
from simcom_async.sessions.undertaking import Undertaking

if TYPE_CHECKING:
    from simcom_async.at.dialect import Dialect
    from simcom_async.sessions.mail_parts import Attachment

__all__ = ["NumericSmtp"]

A = TypeVar("A")

#: Results that say why a mail was not sent; after any other the server may have taken it, once it had all of it: the
#: connection or the server's last answer was lost, or it was another answer.
_CERTAIN = (
    EmailSmtpCode.DNS_ERROR,
    EmailSmtpCode.AUTH_REQUIRED,
    EmailSmtpCode.AUTH_FAILED,
    EmailSmtpCode.BAD_RECIPIENT,
)
_SETTLE = 60.0  # seconds that a mail which was given up may take to end
_ENDING = 5.0  # seconds until a mail has ended whose connection is gone
_RAW_LINE, _CODED_LINE, _LINE = 57, 76, 78  # bytes of a line: raw, in base64, with CR LF (RFC 2045 6.8)
_TAKEN = frozenset(b"\t\n") | frozenset(range(0x20, 0x7F))


class NumericSmtp(SmtpFlow):
    """A mail that the module makes of its settings; nothing of it is sent before all is set."""

    needs = (EmailSmtpServer, EmailSmtpFrom, EmailSmtpRecipient, EmailSmtpSubject, EmailSmtpSend)

    def __init__(self, outfit: Outfit, server: MailServer, letter: Letter) -> None:
        super().__init__(outfit, server, letter)
        self._settings: list[Command[None]] = []
        self._body = b""
        self._work: Undertaking[EmailSmtpResult] | None = None

    def prepare(self) -> None:
        """Build all settings, the body, and see whether the module can attach what there is."""
        letter, plainly = self.letter, self._plainly
        self._settings = [
            *self._server_settings(),
            self._made({"address": "message From", "name": "message From"}, EmailSmtpFrom, **who(letter.sender)),
            *self._recipients(),
            *self._subject(plainly=plainly),
            self._file(),
        ]
        text = letter.text or "\n"
        self._body = body_lines(text) if plainly else hexadecimal(text.replace("\n", "\r\n")).encode("ascii")
        self._check_body()

    async def perform(self) -> None:
        """Set everything, then send."""
        for setting in self._settings:
            await self.outfit.link.send(setting)
        await self.outfit.link.send(self._entry, entry=self._body)
        self.outfit.meter.add(len(body_lines(self.letter.text)), self._total)
        try:
            await self._send()
        except SmtpError as error:
            if not isinstance(error.__cause__, CommandFailed) or not await self._stop_older():
                raise
            await self._send()  # it was refused before, so there are no two of it

    async def end(self) -> None:
        """Stop what waits for the attachment, in the only way there is, and make the module forget the password."""
        link, work = self.outfit.link, self._work
        if work is not None and not work.done:
            await work.give_up()
            if self.letter.attachments and not self.underway and link.claimed <= {Service.SMTP}:
                await self.outfit.network.down()  # nothing else ends a mail whose attachment does not come
            await link.settled(Service.SMTP, _SETTLE)
        if self.server.username is not None:
            await link.send(EmailSmtpAuthOff())

    # What the module is told

    def _server_settings(self) -> list[Command[None]]:
        server, network = self.server, self.outfit.network
        settings: list[Command[None]] = [
            self._made({"cid": "cid"}, EmailCid, cid=network.cid),
            EmailTimeout(timeout=module_timeout(server.timeout)),
            self._made({"host": "hostname", "port": "port"}, EmailSmtpServer, host=server.hostname, port=server.port),
        ]
        if server.username is None:
            return [*settings, EmailSmtpAuthOff()]
        words = {"user": "username", "password": "password"}
        return [*settings, self._made(words, EmailSmtpAuth, user=server.username, password=server.password)]

    def _recipients(self) -> list[Command[None]]:
        """Nobody of the mail before, and everybody of this one."""
        letter = self.letter
        found: list[Command[None]] = [EmailSmtpRecipientsRemove(type=kind) for kind in EmailSmtpRecipientType]
        for kind, mailboxes in zip(EmailSmtpRecipientType, (letter.to, letter.cc, letter.bcc), strict=True):
            check_count(kind.name.capitalize(), mailboxes, EMAIL_RECIPIENTS)
            for index, mailbox in enumerate(mailboxes):
                words = {"address": f"message {kind.name.capitalize()}", "name": f"message {kind.name.capitalize()}"}
                found.append(self._made(words, EmailSmtpRecipient, type=kind, index=index, **who(mailbox)))
        return found

    def _subject(self, *, plainly: bool) -> list[Command[None]]:
        words, subject = {"subject": "message Subject"}, self.letter.subject
        if not self._dialect.speaks(EmailSmtpCharset):
            return [self._made(words, EmailSmtpSubject, subject=header_text(subject))]
        return [
            EmailSmtpCharset(charset="ASCII" if plainly else "UTF-8"),
            self._made(words, EmailSmtpSubject, subject=subject if plainly else hexadecimal(subject)),
        ]

    def _file(self) -> Command[None]:
        attachments = self.letter.attachments
        if not attachments:
            return EmailSmtpNoFile()
        if len(attachments) > 1:
            raise refused(f"{len(attachments)} attachments in one mail, it has room for one")
        return self._made({"name": "message attachment"}, EmailSmtpBinaryFile, name=header_text(attachments[0].name))

    def _made(self, words: Mapping[str, str], kind: type[Command[None]], /, **values: object) -> Command[None]:
        return composed(self._dialect, words, kind, **values)

    def _check_body(self) -> None:
        if len(self._body) > EMAIL_BODY_MAXIMUM:
            coded = "" if self._plainly else f" ({len(self._body)} as hexadecimal digits)"
            raise too_long(len(self._body) // (1 if self._plainly else 2), coded, EMAIL_BODY_MAXIMUM)
        self._dialect.admit(self._entry)

    @property
    def _entry(self) -> Command[None]:
        """What takes the body, in the form that this series has."""
        if self._dialect.speaks(EmailSmtpBody):
            return EmailSmtpBody()
        return EmailSmtpBodyInput(length=len(self._body))

    @property
    def _plainly(self) -> bool:
        """Whether subject and body can go as they are."""
        text, body = self.letter.text, body_lines(self.letter.text)
        return plain(self.letter.subject) and _TAKEN.issuperset(text.encode("utf-8")) and not long_line(body)

    @property
    def _dialect(self) -> Dialect:
        return self.outfit.link.dialect

    # Sending

    async def _send(self) -> None:
        link, command = self.outfit.link, EmailSmtpSend()
        with Credits(link, EmailSmtpCredit, EmailSmtpBlock, EMAIL_BLOCK_MAXIMUM) as credits:
            self.underway = not self.letter.attachments
            self._work = work = Undertaking(self.outfit.attachment, command, timeout=self.server.timeout)
            for attachment in self.letter.attachments:
                await self._attach(work, credits, attachment)
            try:
                result = await work.ended()
            except CommandFailed as error:
                self.underway = False
                raise smtp_error(self.what, str(error.code), command, certain=True) from error
        if result.code is EmailSmtpCode.NETWORK_ERROR:
            self.outfit.network.suspect()
        self.sent = result.code is EmailSmtpCode.SENT
        if not self.sent:
            certain = not self.underway or result.code in _CERTAIN
            raise smtp_error(self.what, result.code, command, certain=certain)

    async def _stop_older(self) -> bool:
        """Stop a mail that a lost line has left waiting for its attachment; whether there was one."""
        link, network = self.outfit.link, self.outfit.network
        if not link.claimed <= {Service.SMTP}:
            return False
        with link.bus.subscribe(EmailSmtpResult) as results:
            await network.down()
            await network.ready()
            try:
                await results.get(_ENDING)
            except CommandTimeout:
                return False
        return True

    async def _attach(self, work: Undertaking[EmailSmtpResult], credits: Credits, attachment: Attachment) -> None:
        """Hand the attachment over, block by block; ends early when the module has ended the mail."""
        meter, before = self.outfit.meter, self.outfit.meter.done
        data, start, rest = memoryview(attachment.data), 0, b""
        while maximum := await credits.take(work):
            if not rest:
                raw = data[start : start + max(1, maximum // _LINE) * _RAW_LINE]
                start, rest = start + len(raw), _lines(raw)
            if not rest:
                self.underway = True
                await self._taken(work, self.outfit.link.send(EmailSmtpFinish()))
                return
            taken = await self._taken(work, credits.enter(rest[:maximum]))
            if taken is None:
                return
            rest = rest[taken:]
            if not rest:
                meter.add(start - (meter.done - before), self._total)

    async def _taken(self, work: Undertaking[EmailSmtpResult], sending: Awaitable[A]) -> A | None:
        """What comes of a command that belongs to the mail; None when the mail has ended before."""
        try:
            return await sending
        except CommandFailed:
            await work.ended()  # the module says itself why the mail has ended
            return None

    @property
    def _total(self) -> int:
        return len(body_lines(self.letter.text)) + sum(len(attachment.data) for attachment in self.letter.attachments)


def _lines(data: memoryview) -> bytes:
    """Base64 in lines of 76 characters with CR LF."""
    coded = b64encode(data)
    return b"".join(coded[place : place + _CODED_LINE] + b"\r\n" for place in range(0, len(coded), _CODED_LINE))
