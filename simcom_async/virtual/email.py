"""The e-mail of the SIM900, the SIM800 and the SIM7000: what was set, and the SMTP or POP3 session under way.

There is one session at a time (SIM900 e-mail manual 1.1). AT+EMAILCID and AT+EMAILTO are stored by default.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from simcom_async.at.setting import Setting
from simcom_async.commands import email as messages
from simcom_async.commands import email_smtp_settings as settings
from simcom_async.virtual.email_compose import Attached, Letter
from simcom_async.virtual.network import APPLICATION
from simcom_async.virtual.turn import Answers

if TYPE_CHECKING:
    from simcom_async.at.command import Reservation
    from simcom_async.commands.email_smtp_settings import EmailSmtpRecipientType
    from simcom_async.virtual.email_box import Box
    from simcom_async.virtual.email_sending import Sending
    from simcom_async.virtual.modem import VirtualModem

__all__ = ["ANSWERS", "Draft", "EmailService"]

ANSWERS = Answers()
S = TypeVar("S", bound=Setting)


@dataclass(slots=True)
class Draft:
    """What is set of a mail, apart from the settings that are stored by default.

    ``account`` are user and password, None: no authentication.
    """

    recipients: dict[tuple[EmailSmtpRecipientType, int], tuple[str, str]] = field(default_factory=dict)
    body: bytes = b""
    attached: Attached | None = None
    account: tuple[str, str] | None = field(default=None, repr=False)


class EmailService:
    """The e-mail of one module. ``sending`` is a mail that is being sent, ``box`` a session with a mailbox."""

    def __init__(self, modem: VirtualModem) -> None:
        self.modem = modem
        self.draft = Draft()
        self.sending: Sending | None = None
        self.box: Box | None = None

    def end(self) -> None:
        """The power is off."""
        if self.sending is not None:
            self.sending.cut()
        if self.box is not None:
            self.box.cut()

    @property
    def idle(self) -> bool:
        """Whether there is no session of either kind."""
        return self.sending is None and self.box is None

    @property
    def reserved(self) -> Reservation | None:
        """What the module takes, and nothing else, while data wait to be read."""
        return None if self.box is None else self.box.reserved

    def setting(self, kind: type[S]) -> S:
        """What is set."""
        found = self.modem.profile.read(kind)
        assert found is not None  # noqa: S101 - every setting of e-mail has a value at the factory
        return found

    @property
    def letter(self) -> Letter:
        """What is set of the mail."""
        sender = self.setting(settings.EmailSmtpFrom)
        return Letter(
            sender=(sender.address, sender.name or ""),
            recipients=self.draft.recipients,
            subject=self.setting(settings.EmailSmtpSubject).subject,
            body=self.draft.body,
            charset=self.setting(settings.EmailSmtpCharset).charset,
            attached=self.draft.attached,
        )

    @property
    def addresses(self) -> list[str]:
        """Whom it goes to: To, Cc and Bcc."""
        return [self.draft.recipients[place][0] for place in sorted(self.draft.recipients)]

    @property
    def timeout(self) -> float:
        """Seconds for which a server may be silent."""
        return self.modem.options.network_timeout or self.setting(messages.EmailTimeout).timeout

    @property
    def bearer(self) -> int:
        """The bearer of AT+EMAILCID, or where that is closed and the other one open, the application network's."""
        cid, bearers = self.setting(messages.EmailCid).cid, self.modem.network.bearers
        return APPLICATION if bearers[APPLICATION].is_open and not bearers[cid].is_open else cid

    @property
    def bearer_open(self) -> bool:
        """Whether there is a bearer."""
        return self.modem.network.bearers[self.bearer].is_open
