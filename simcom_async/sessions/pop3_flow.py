"""What every way of reading a mailbox has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from pydantic import SecretStr

from simcom_async.at.code import Code, Word
from simcom_async.at.command import Command
from simcom_async.at.dialect import Dialect
from simcom_async.at.fields import Text
from simcom_async.errors import CommandFailed, Pop3Error, UnsupportedService, UsageError
from simcom_async.sessions.mail_server import check_server, check_timeout

if TYPE_CHECKING:
    from simcom_async.link.link import Link
    from simcom_async.sessions.attach import Attachment
    from simcom_async.sessions.files import FilesSession
    from simcom_async.sessions.network import NetworkSession

__all__ = [
    "MailSize",
    "MailUid",
    "MailboxSize",
    "Pop3Account",
    "Pop3Flow",
    "Pop3Outfit",
    "pop3_error",
    "refused_by_server",
]

_LEAST = Text(min=1)


class MailboxSize(NamedTuple):
    """How many mails there are, and their size in bytes."""

    mails: int
    size: int


class MailSize(NamedTuple):
    """The number of a mail in this session, and its size in bytes as the server counts it."""

    number: int
    size: int


class MailUid(NamedTuple):
    """The number of a mail in this session, and its id in all sessions."""

    number: int
    uid: str


@dataclass(frozen=True, kw_only=True)
class Pop3Account:
    """A mailbox at a server. Making one raises UsageError, naming field and limit."""

    host: str
    user: str
    password: SecretStr
    port: int = 110
    timeout: float | None = None

    def __post_init__(self) -> None:
        check_server("host", self.host, self.port)
        if not isinstance(self.user, str):
            raise UsageError(f"user: a {type(self.user).__name__} cannot be taken, allowed is str", field="user")
        _LEAST.check("user", self.user)
        _LEAST.check("password", self.password.get_secret_value(), secret=True)
        check_timeout(self.timeout)


@dataclass(frozen=True, kw_only=True)
class Pop3Outfit:
    """What a flow works with: the module, its line, its network and its files."""

    attachment: Attachment
    network: NetworkSession
    files: FilesSession

    @property
    def link(self) -> Link:
        """The line."""
        return self.attachment.link


class Pop3Flow(ABC):
    """One session with a mailbox through one family of commands.

    ``needs`` are the commands without which it cannot be taken. ``ended``: why the session is over, None while it is
    not; ``closed``: it was ended in order. Each call is one step that is never broken off; all raise Pop3Error.
    """

    needs: ClassVar[tuple[type[Command[Any]], ...]]

    closed = False
    ended: Pop3Error | None = None

    def __init__(self, outfit: Pop3Outfit, account: Pop3Account) -> None:
        self.outfit = outfit
        self.account = account

    @classmethod
    def speaks(cls, dialect: Dialect) -> bool:
        """Whether the dialect has the commands of this flow."""
        return all(dialect.speaks(command) for command in cls.needs)

    @property
    def what(self) -> str:
        """The mailbox, for errors."""
        return f"mailbox of {self.account.user} at {self.account.host}:{self.account.port}"

    @abstractmethod
    def prepare(self) -> None:
        """Build the commands of the login, so that what is wrong raises UsageError before a byte is sent."""

    @abstractmethod
    async def login(self) -> None:
        """Log in."""

    @abstractmethod
    async def stat(self) -> MailboxSize:
        """Number and size of the mails."""

    @abstractmethod
    async def sizes(self) -> list[MailSize]:
        """Number and size of every mail."""

    @abstractmethod
    async def size(self, number: int) -> int:
        """The size of one mail in bytes."""

    async def uids(self) -> list[MailUid]:
        """Number and id of every mail. Raises UnsupportedService."""
        raise self._lacks("unique ids (UIDL)")

    @abstractmethod
    async def headers(self, number: int) -> bytes:
        """The header of a mail, as much of it as the family tells."""

    async def top(self, number: int, lines: int) -> None:
        """Begin to read the header and some lines. Raises UnsupportedService."""
        raise self._lacks("reading the first lines (TOP)")

    @abstractmethod
    async def retrieve(self, number: int) -> None:
        """Begin to read a mail."""

    @abstractmethod
    async def read(self) -> bytes:
        """The next bytes of what is read, empty at its end."""

    @abstractmethod
    async def discard(self) -> None:
        """Be done with what is read, wherever it is."""

    @abstractmethod
    async def delete(self, number: int) -> None:
        """Mark a mail."""

    async def reset(self) -> None:
        """Remove all marks. Raises UnsupportedService."""
        raise self._lacks("removing marks (RSET)")

    @abstractmethod
    async def logout(self) -> None:
        """End the session in order: the server deletes what is marked."""

    @abstractmethod
    async def abandon(self, *, marked: bool) -> None:
        """End the session without a deletion; ``marked``: mails may be marked."""

    @abstractmethod
    async def forsake(self) -> None:
        """End a session that a lost line has left open in the module, without a deletion; harmless without one."""

    def _lacks(self, what: str) -> UnsupportedService:
        name = self.outfit.link.dialect.name
        return UnsupportedService(
            f"{what} is not for the {name} dialect: it has no command", field="service", value=what
        )

    def _error(self, code: Code | Word, command: Command[Any], doing: str) -> Pop3Error:
        return pop3_error(f"{self.what}: {doing}", code, command)

    def _failed(self, error: CommandFailed, doing: str) -> Pop3Error:
        """The error of a command that the module refused."""
        remedy = f"; {error.remedy}" if error.remedy else ""
        return Pop3Error(
            f"{self.what}: {doing}: {error.code}, {error.meaning or 'refused'}{remedy}",
            command=error.command,
            code=error.code,
            meaning=error.meaning,
            retry=error.retry,
            remedy=error.remedy,
        )


def pop3_error(what: str, code: Code | Word, command: Command[Any]) -> Pop3Error:
    """The error of a module's code."""
    shown: int | str = int(code) if isinstance(code, Code) else str(code)
    return Pop3Error(
        f"{what}: {shown}, {code.meaning}" + (f"; {code.remedy}" if code.remedy else ""),
        command=command.masked,
        code=shown,
        meaning=code.meaning,
        retry=code.retry,
        remedy=code.remedy,
    )


def refused_by_server(what: str, command: Command[Any]) -> Pop3Error:
    """The error of a negative answer."""
    meaning = "the server said no (-ERR)"
    return Pop3Error(f"{what}: 0, {meaning}", command=command.masked, code=0, meaning=meaning)
