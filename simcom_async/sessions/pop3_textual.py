"""A mailbox over AT+POP3SRV to AT+POP3STOP, with words as results: SIM7100.

The module saves a mail as a file. It is read from there in counted packets, so that a line of the mail that looks like
a final result does no harm, and removed behind it. AT+POP3STOP ends the session without a deletion, whatever is going
on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from simcom_async.at.command import Command
from simcom_async.commands.pop3 import (
    Pop3Code,
    Pop3Entry,
    Pop3Failed,
    Pop3List,
    Pop3ListOne,
    Pop3Login,
    Pop3Logout,
    Pop3Number,
    Pop3Server,
    Pop3Stop,
)
from simcom_async.commands.pop3_mail import (
    Pop3Date,
    Pop3Delete,
    Pop3From,
    Pop3Get,
    Pop3Header,
    Pop3Path,
    Pop3Read,
    Pop3SavedHere,
    Pop3Saving,
    Pop3Subject,
)
from simcom_async.errors import CommandFailed, Pop3Error
from simcom_async.sessions.errand import Errand
from simcom_async.sessions.mail_store import removed
from simcom_async.sessions.parameter import composed
from simcom_async.sessions.pop3_flow import MailboxSize, MailSize, Pop3Account, Pop3Flow, Pop3Outfit
from simcom_async.sessions.whole import Whole

if TYPE_CHECKING:
    from simcom_async.sessions.file_stream import FileStream

__all__ = ["TextualPop3"]

T = TypeVar("T")

_NAMES = {Pop3From: "From", Pop3Date: "Date", Pop3Subject: "Subject"}
#: Failures after which there is no session any more.
_ENDING = frozenset(map(str, (Pop3Code.NETWORK_ERROR, Pop3Code.FILE_SYSTEM_ERROR)))


class TextualPop3(Pop3Flow):
    """One session; ``login`` begins it, ``logout`` or ``abandon`` ends it."""

    needs = (Pop3Server, Pop3Login, Pop3Logout, Pop3Stop, Pop3Get)

    def __init__(self, outfit: Pop3Outfit, account: Pop3Account) -> None:
        super().__init__(outfit, account)
        self._settings: Command[None] | None = None
        self._mail: FileStream | None = None
        self._unread = False
        self._kept: list[tuple[str, str]] = []

    def prepare(self) -> None:
        """Build the settings."""
        account = self.account
        words = {"address": "host", "user": "user", "password": "password", "port": "port"}
        values = {"address": account.host, "user": account.user, "password": account.password, "port": account.port}
        self._settings = composed(self.outfit.link.dialect, words, Pop3Server, **values)

    async def login(self) -> None:
        """Set the account and log in; a session that was left open is closed first."""
        link = self.outfit.link
        assert self._settings is not None  # noqa: S101 - prepare comes first
        try:
            await link.send(self._settings)
        except CommandFailed:
            await self._stop()
            await link.send(self._settings)
        try:
            await self._log_in()
        except CommandFailed as error:
            self.ended = self._failed(error, "login")
            raise self.ended from error

    async def _log_in(self) -> None:
        link, network = self.outfit.link, self.outfit.network
        try:
            await link.send(Pop3Login())
        except CommandFailed as error:
            if error.code != str(Pop3Code.NETWORK_ERROR):
                raise
            network.suspect()  # a restart that nobody has noticed may have closed the context
            await network.ready()
            await link.send(Pop3Login())

    async def stat(self) -> MailboxSize:
        """AT+POP3NUM."""
        found = await self._ask(Pop3Number(), "count")
        return MailboxSize(found.number, found.size)

    async def sizes(self) -> list[MailSize]:
        """AT+POP3LIST."""
        lines = await self._ask(Pop3List(), "list")
        return [MailSize(line.number, line.size) for line in lines if isinstance(line, Pop3Entry)]

    async def size(self, number: int) -> int:
        """AT+POP3LIST of one mail."""
        return (await self._ask(Pop3ListOne(number=number), f"size of mail {number}")).size

    async def headers(self, number: int) -> bytes:
        """AT+POP3HDR: sender, date and subject."""
        lines = await self._ask(Pop3Header(number=number), f"header of mail {number}")
        text = "".join(f"{_NAMES[type(line)]}: {line.text}\r\n" for line in lines)
        return text.encode("utf-8", "surrogateescape") + b"\r\n"

    async def retrieve(self, number: int) -> None:
        """AT+POP3GET, which saves the mail as it is."""
        command, doing = Pop3Get(number=number, saving=Pop3Saving.WHOLE), f"mail {number}"
        result = await self._ask(command, doing)
        if isinstance(result, Pop3Failed):
            error = self._error(result.code, command, doing)
            if str(result.code) in _ENDING:
                self.ended = error
            raise error
        if not isinstance(result, Pop3Path | Pop3SavedHere):
            raise Pop3Error(f"{self.what}: {doing}: the module did not say where it is", command=command.masked)
        self._kept.append((result.directory, result.file))
        self._unread = True
        files = self.outfit.files
        if files.carried_by(self.outfit.link.dialect):
            self._mail = files.open(result.directory + result.file)

    async def read(self) -> bytes:
        """The next part of the file; it is removed behind the last one."""
        data = b""
        if self._unread:
            data = await anext(self._mail, b"") if self._mail is not None else await self._printed()
            if not data or self._mail is None:
                await self.discard()
        return data

    async def discard(self) -> None:
        """Read no more of the file, and remove it."""
        mail, self._mail, self._unread = self._mail, None, False
        if mail is not None:
            await mail.aclose()
        await self._remove()

    async def delete(self, number: int) -> None:
        """AT+POP3DEL."""
        await self._ask(Pop3Delete(number=number), f"deletion of mail {number}")

    async def logout(self) -> None:
        """AT+POP3OUT."""
        await self.discard()
        await self._ask(Pop3Logout(), "logout")
        self.closed = True

    async def abandon(self, *, marked: bool) -> None:
        """AT+POP3STOP, and remove what was not read."""
        if not self.closed:
            await self._stop()
        await self.discard()

    async def forsake(self) -> None:
        """AT+POP3STOP; what was not read is removed when the module is ready for that."""
        await self._stop()
        Errand(self.outfit.attachment, self.discard)

    async def _stop(self) -> None:
        try:
            await self.outfit.link.send(Pop3Stop())
        except CommandFailed:
            return  # there is no session

    async def _ask(self, command: Command[T], doing: str) -> T:
        """Ask the server. Raises Pop3Error for what is refused."""
        try:
            return await self.outfit.link.send(command)
        except CommandFailed as error:
            failure = self._failed(error, doing)
            if str(error.code) in _ENDING:
                self.ended = failure
            raise failure from error

    async def _printed(self) -> bytes:
        """The mail as AT+POP3READ prints it, without a length: for a module whose files cannot be read."""
        mail = Whole(self.what)
        await self.outfit.link.send(Pop3Read(), sink=mail.add)
        return mail.data

    async def _remove(self) -> None:
        """Remove what was saved, and the folder that was made for it."""
        files = self.outfit.files
        while self._kept and files.carried_by(self.outfit.link.dialect):
            directory, file = self._kept.pop()
            await removed(files.delete(directory + file))
            await removed(files.rmdir(directory.rstrip("/")))
