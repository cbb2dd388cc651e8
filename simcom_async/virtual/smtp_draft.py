"""The mail that a module has been told so far, and where it is to be sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from simcom_async.commands.smtp_settings import SmtpRecipientKind
from simcom_async.virtual.file_place import Place

__all__ = ["DEFAULT_CHARSET", "DEFAULT_PORT", "Attached", "Draft"]

DEFAULT_PORT = 25
DEFAULT_CHARSET = "utf-8"


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes with a mail, and the size in bytes that it had when it was attached."""

    place: Place
    size: int


@dataclass(slots=True)
class Draft:
    """All that AT+SMTPSRV to AT+SMTPFILE have set: addresses with their names, which may be empty; the body as bytes.

    ``login`` is user name and password, None where the module does not log in.
    """

    server: str = ""
    port: int = DEFAULT_PORT
    login: tuple[str, str] | None = None
    sender: tuple[str, str] = ("", "")
    recipients: dict[tuple[SmtpRecipientKind, int], tuple[str, str]] = field(default_factory=dict)
    subject: str = ""
    body: bytes = b""
    charset: str = DEFAULT_CHARSET
    attachments: dict[int, Attached] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether there is all that a mail must have."""
        return bool(self.server and self.sender[0] and self.recipients)

    @property
    def envelope(self) -> list[str]:
        """The addresses of all recipients, by kind and index, each once."""
        return list(dict.fromkeys(self.recipients[place][0] for place in sorted(self.recipients)))

    def addressed(self, kind: SmtpRecipientKind) -> Iterator[tuple[str, str]]:
        """Address and name of the recipients of a kind, by index."""
        return (self.recipients[place] for place in sorted(self.recipients) if place[0] is kind)

    def sent(self) -> None:
        """The mail was sent: recipients, subject, body and attachments are gone."""
        self.recipients.clear()
        self.attachments.clear()
        self.subject, self.body = "", b""
