"""Sending a mail over AT+SMTPSRV to AT+SMTPFILE, with words as results: SIM7100.

The body goes in UTF-8 (AT+SMTPBCH), names and subject as encoded words. Attachments are files in the module: they are
placed before and removed behind it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from simcom_async.at.command import Command, Service
from simcom_async.commands.file_transfer import FileReceive
from simcom_async.commands.smtp import SmtpAccepted, SmtpCode, SmtpEnded, SmtpSend
from simcom_async.commands.smtp_content import (
    SMTP_ATTACHMENTS_BYTES,
    SMTP_ATTACHMENTS_MAXIMUM,
    SMTP_BODY_MAXIMUM,
    SmtpAttach,
    SmtpAttachmentsClear,
    SmtpBodyEntry,
    SmtpCharset,
    SmtpSubject,
)
from simcom_async.commands.smtp_settings import (
    SmtpAuth,
    SmtpAuthOff,
    SmtpRecipient,
    SmtpRecipientKind,
    SmtpRecipientsClear,
    SmtpSender,
    SmtpServer,
)
from simcom_async.errors import CommandFailed
from simcom_async.sessions.mail import Letter
from simcom_async.sessions.mail_parts import refused
from simcom_async.sessions.mail_store import MailFolder
from simcom_async.sessions.mail_words import header_text
from simcom_async.sessions.parameter import composed, limits
from simcom_async.sessions.smtp_flow import (
    MailServer,
    Outfit,
    SmtpFlow,
    body_lines,
    check_count,
    smtp_error,
    too_long,
    who,
)
from simcom_async.sessions.undertaking import Undertaking

if TYPE_CHECKING:
    from simcom_async.at.dialect import Dialect

__all__ = ["TextualSmtp"]

#: Results that say why a mail was not sent; of any other the server may have taken it all the same.
_CERTAIN = (
    SmtpCode.ONGOING,
    SmtpCode.OVERSIZE,
    SmtpCode.PARAM_ERROR,
    SmtpCode.AUTH_REQUIRED,
    SmtpCode.AUTH_ERROR,
)
_SETTLE = 60.0  # seconds that a mail which was given up may take to end
_ENTRY_ENDS = {"\x1a": "Ctrl-Z", "\x1b": "ESC", "\b": "BACKSPACE"}
_UNNAMEABLE = re.compile(r'[\\/:*?"<>|,;]')  # device-facts 6
_RECIPIENTS = (limits(SmtpRecipient, "index").high or 0) + 1


class TextualSmtp(SmtpFlow):
    """A mail that the module makes of its settings and of files in its file system."""

    needs = (SmtpServer, SmtpSender, SmtpRecipient, SmtpSubject, SmtpBodyEntry, SmtpSend)

    def __init__(self, outfit: Outfit, server: MailServer, letter: Letter) -> None:
        super().__init__(outfit, server, letter)
        self._settings: list[Command[None]] = []
        self._files: list[Command[None]] = []
        self._body = b""
        self._accepted = False
        self._folder: MailFolder | None = None
        self._work: Undertaking[SmtpEnded] | None = None

    def prepare(self) -> None:
        """Build all settings and the body, and see whether the module can attach what there is."""
        letter = self.letter
        self._body = body_lines(letter.text)
        found = [name for mark, name in _ENTRY_ENDS.items() if mark in letter.text]
        if found:
            raise refused(f"a body with {found[0]} in it, which ends or changes what is entered")
        if len(self._body) > SMTP_BODY_MAXIMUM:
            raise too_long(len(self._body), "", SMTP_BODY_MAXIMUM)
        self._settings = [
            *self._server_settings(),
            self._made({"address": "message From", "name": "message From"}, SmtpSender, **who(letter.sender)),
            *self._recipients(),
            SmtpCharset(charset="utf-8"),
            self._made({"subject": "message Subject"}, SmtpSubject, subject=header_text(letter.subject)),
            SmtpAttachmentsClear(),
        ]
        self._files = self._attachments()

    async def perform(self) -> None:
        """Set everything, place the attachments, then send."""
        link = self.outfit.link
        for setting in self._settings:
            await link.send(setting)
        await link.send(SmtpBodyEntry(), entry=self._body)
        self.outfit.meter.add(len(self._body), self._total)
        if self._files:
            await self._place()
        await self._send()

    async def end(self) -> None:
        """Stop a mail that is being sent, remove the attachments, and make the module forget the password."""
        link, work = self.outfit.link, self._work
        if work is not None and not work.done:
            await work.give_up()
            await link.settled(Service.SMTP, _SETTLE)
        if self._folder is not None:
            if not self.sent:
                await link.send(SmtpAttachmentsClear())
            await self._folder.remove()
        if self.server.username is not None:
            await link.send(SmtpAuthOff())

    # What the module is told

    def _server_settings(self) -> list[Command[None]]:
        server = self.server
        words = {"address": "hostname", "port": "port"}
        settings = [self._made(words, SmtpServer, address=server.hostname, port=server.port)]
        if server.username is None:
            return [*settings, SmtpAuthOff()]
        words = {"user": "username", "password": "password"}
        return [*settings, self._made(words, SmtpAuth, user=server.username, password=server.password)]

    def _recipients(self) -> list[Command[None]]:
        """Nobody of the mail before, and everybody of this one."""
        letter = self.letter
        found: list[Command[None]] = [SmtpRecipientsClear()]
        for kind, mailboxes in zip(SmtpRecipientKind, (letter.to, letter.cc, letter.bcc), strict=True):
            header = kind.name.capitalize()
            check_count(header, mailboxes, _RECIPIENTS)
            words = {"address": f"message {header}", "name": f"message {header}"}
            for index, mailbox in enumerate(mailboxes):
                found.append(self._made(words, SmtpRecipient, kind=kind, index=index, **who(mailbox)))
        return found

    def _attachments(self) -> list[Command[None]]:
        attachments = self.letter.attachments
        if len(attachments) > SMTP_ATTACHMENTS_MAXIMUM:
            raise refused(f"{len(attachments)} attachments in one mail, it has room for {SMTP_ATTACHMENTS_MAXIMUM}")
        size = sum(len(attachment.data) for attachment in attachments)
        if size > SMTP_ATTACHMENTS_BYTES:
            raise refused(
                f"attachments of {size} bytes, {SMTP_ATTACHMENTS_BYTES} is the most", "send them in several mails"
            )
        if attachments and not self._dialect.speaks(FileReceive):
            raise refused("attachments: its file system cannot be written")
        names: set[str] = set()
        found = []
        for index, attachment in enumerate(attachments, 1):
            name = attachment.name
            if _UNNAMEABLE.search(name) or name in (".", ".."):
                raise refused(f"an attachment called {name!r}, which is no file name there", "give it another name")
            if name.casefold() in names:
                raise refused(f"two attachments called {name!r}", "give one of them another name")
            names.add(name.casefold())
            found.append(self._made({"name": "message attachment"}, SmtpAttach, index=index, name=name))
        return found

    def _made(self, words: Mapping[str, str], kind: type[Command[None]], /, **values: object) -> Command[None]:
        return composed(self._dialect, words, kind, **values)

    @property
    def _dialect(self) -> Dialect:
        return self.outfit.link.dialect

    # Sending

    async def _place(self) -> None:
        """Write the attachments into a folder of their own, and select them there."""
        link = self.outfit.link
        self._folder = folder = MailFolder(self.outfit.files)
        await folder.make()
        for attachment in self.letter.attachments:
            before = self.outfit.meter.done
            await folder.put(attachment.name, attachment.data, partial(self._placed, before))
        async with folder.entered():
            for command in self._files:
                try:
                    await link.send(command)
                except CommandFailed as error:
                    raise smtp_error(self.what, str(error.code), command, certain=True) from error

    def _placed(self, before: int, done: int) -> None:
        meter = self.outfit.meter
        meter.add(before + done - meter.done, self._total)

    async def _send(self) -> None:
        command = SmtpSend()
        with self.outfit.link.bus.on(SmtpAccepted, self._begun):
            self.underway = True
            self._work = work = Undertaking(self.outfit.attachment, command, timeout=self.server.timeout)
            try:
                result = await work.ended()
            except CommandFailed as error:
                self.underway = self._accepted
                self.outfit.network.suspect()
                code = SmtpCode(str(error.code)) if error.meaning else str(error.code)
                raise smtp_error(self.what, code, command, certain=not self._accepted) from error
        self.sent = result.code is SmtpCode.SUCCESS
        if not self.sent:
            certain = not self._accepted or result.code in _CERTAIN
            raise smtp_error(self.what, result.code, command, certain=certain)

    def _begun(self, _: SmtpAccepted) -> None:
        self._accepted = True

    @property
    def _total(self) -> int:
        return len(self._body) + sum(len(attachment.data) for attachment in self.letter.attachments)
