"""What every way of sending a mail has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import SecretStr

from simcom_async.at.code import Code, Word
from simcom_async.at.command import Command
from simcom_async.at.dialect import Dialect
from simcom_async.errors import LimitExceeded, SmtpError, SmtpOutcomeUnknown, UsageError
from simcom_async.sessions.mail import Letter, Mailbox
from simcom_async.sessions.mail_parts import CannotCarry, refused
from simcom_async.sessions.mail_server import check_server, check_timeout
from simcom_async.sessions.mail_words import header_text

if TYPE_CHECKING:
    from simcom_async.link.link import Link
    from simcom_async.sessions.attach import Attachment
    from simcom_async.sessions.files import FilesSession
    from simcom_async.sessions.network import NetworkSession
    from simcom_async.sessions.progress import Meter

__all__ = [
    "MailServer",
    "Outfit",
    "SmtpFlow",
    "body_lines",
    "check_count",
    "long_line",
    "smtp_error",
    "too_long",
    "who",
]

_LINE = 998  # octets of a line (RFC 5321 4.5.3.1.6)


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """The server that takes the mail, and the account there. Making one raises UsageError, naming field and limit."""

    hostname: str
    port: int = 25
    username: str | None = None
    password: SecretStr | None = field(default=None)
    timeout: float | None = None

    def __post_init__(self) -> None:
        check_server("hostname", self.hostname, self.port)
        if (self.username is None) != (self.password is None):
            missing = "username" if self.username is None else "password"
            raise UsageError(f"{missing}: it is missing, a login needs user name and password", field=missing)
        if self.username is not None and not isinstance(self.username, str):
            raise UsageError(
                f"username: a {type(self.username).__name__} cannot be taken, allowed is str", field="username"
            )
        check_timeout(self.timeout)


@dataclass(frozen=True, kw_only=True)
class Outfit:
    """What a flow works with: the module, its line, its network, its files, and who counts the bytes."""

    attachment: Attachment
    network: NetworkSession
    files: FilesSession
    meter: Meter

    @property
    def link(self) -> Link:
        """The line."""
        return self.attachment.link


class SmtpFlow(ABC):
    """One mail on its way through one family of commands; made for it, and thrown away behind it.

    ``needs`` are the commands without which it cannot be taken. ``underway``: from here on the mail may have been sent,
    whatever is heard of it; ``sent``: the module has said that it was.
    """

    needs: ClassVar[tuple[type[Command[Any]], ...]]

    underway = False
    sent = False

    def __init__(self, outfit: Outfit, server: MailServer, letter: Letter) -> None:
        self.outfit = outfit
        self.server = server
        self.letter = letter

    @property
    def what(self) -> str:
        """What is done, for errors."""
        return f"mail to {', '.join(mailbox.address for mailbox in self.letter.recipients)}"

    @classmethod
    def speaks(cls, dialect: Dialect) -> bool:
        """Whether the dialect has the commands of this flow."""
        return all(dialect.speaks(command) for command in cls.needs)

    @abstractmethod
    def prepare(self) -> None:
        """Build the commands, so that what this family cannot carry raises UsageError before a byte is sent."""

    @abstractmethod
    async def perform(self) -> None:
        """Tell the module of the mail, and have it sent. Raises SmtpError."""

    @abstractmethod
    async def end(self) -> None:
        """Leave the module as it was found, whatever happened."""


def body_lines(text: str) -> bytes:
    """The body as it goes over the line: UTF-8, lines that end with CR LF."""
    return text.replace("\n", "\r\n").encode("utf-8")


def who(mailbox: Mailbox) -> dict[str, str | None]:
    """Address and name as parameters of a command; a name that a header cannot hold goes as encoded words."""
    return {"address": mailbox.address, "name": header_text(mailbox.name, name=True) or None}


def check_count(header: str, mailboxes: tuple[Mailbox, ...], most: int) -> None:
    """Raise LimitExceeded for more recipients in one header than the module has places for."""
    if len(mailboxes) > most:
        raise LimitExceeded(
            f"message {header}: {len(mailboxes)} recipients, the module has room for {most} in each of To, Cc and Bcc; "
            "send the mail to the others once more",
            field=f"message {header}",
            value=len(mailboxes),
            allowed=f"{most} or fewer",
        )


def too_long(size: int, coded: str, most: int) -> CannotCarry:
    """The error of a body that the module has no room for."""
    return refused(
        f"a body of {size} bytes{coded}, it has room for {most}",
        "attach it as a file, or let the whole mail go as one attachment (whole_as_attachment=True)",
    )


def long_line(body: bytes) -> bool:
    """Whether a line is longer than a mail server must take."""
    return any(len(line) > _LINE for line in body.split(b"\r\n"))


def smtp_error(what: str, code: Code | Word | str, command: Command[Any], *, certain: bool) -> SmtpError:
    """The error of a module's code; ``certain``: the mail was not sent."""
    known = code if isinstance(code, Code | Word) else None
    number: int | str = int(code) if isinstance(code, Code) else str(code)
    meaning = known.meaning if known is not None else "refused"
    remedy = known.remedy if known is not None else ""
    sentence = f"{what}: {number}, {meaning}"
    if certain:
        return SmtpError(
            sentence + (f"; {remedy}" if remedy else ""),
            command=command.masked,
            code=number,
            meaning=meaning,
            retry=known is not None and known.retry,
            remedy=remedy,
        )
    return SmtpOutcomeUnknown(
        f"{sentence}; the server may have taken the mail all the same: look before it is sent again",
        command=command.masked,
        code=number,
        meaning=meaning,
        remedy="look whether the mail has arrived before it is sent again",
    )
