"""A mailbox over AT+POP3SRV to AT+POP3OUT, with numbers as results: SIM900, SIM800, SIM7000.

An answer of several lines is read piece by piece; until its last byte the module takes nothing else but the logout, and
that one has the server delete what is marked. So it is read to its end before the marks are taken back.
"""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

from simcom_async.at.command import Command
from simcom_async.commands.email import EmailCid, EmailTimeout
from simcom_async.commands.email_pop3 import (
    EmailPop3Answer,
    EmailPop3Count,
    EmailPop3CountResult,
    EmailPop3Delete,
    EmailPop3DeleteResult,
    EmailPop3Ended,
    EmailPop3Login,
    EmailPop3LoginCode,
    EmailPop3LoginResult,
    EmailPop3Logout,
    EmailPop3OutCode,
    EmailPop3Reset,
    EmailPop3ResetResult,
    EmailPop3Server,
    EmailPop3Size,
    EmailPop3SizeResult,
)
from simcom_async.commands.email_pop3_fetch import (
    EMAIL_CHUNK_MAXIMUM,
    EmailPop3Chunk,
    EmailPop3Fetched,
    EmailPop3List,
    EmailPop3Progress,
    EmailPop3Read,
    EmailPop3Retrieve,
    EmailPop3Top,
    EmailPop3UidList,
    EmailPop3Unread,
)
from simcom_async.errors import CommandFailed, CommandTimeout, PortLost, ProtocolError, SimcomError
from simcom_async.sessions.counted import CountedReader
from simcom_async.sessions.mail_server import module_timeout
from simcom_async.sessions.multiline import MultiLine
from simcom_async.sessions.parameter import composed
from simcom_async.sessions.pop3_flow import (
    MailboxSize,
    MailSize,
    MailUid,
    Pop3Account,
    Pop3Flow,
    Pop3Outfit,
    refused_by_server,
)

__all__ = ["NumericPop3"]

_MORE_LIMIT = 150.0  # seconds until the module says that more has come, or that the server is silent
_PAUSE = 0.01  # seconds in which more may come
_CLOSING_LIMIT = 5.0  # seconds until a session has ended whose connection is gone
_DRAIN_LIMIT = 120.0  # seconds for reading away what nobody wants

R = TypeVar("R")


class NumericPop3(Pop3Flow):
    """One session; ``login`` begins it, ``logout`` or ``abandon`` ends it."""

    needs = (EmailPop3Server, EmailPop3Login, EmailPop3Logout, EmailPop3Retrieve, EmailPop3Read)

    def __init__(self, outfit: Pop3Outfit, account: Pop3Account) -> None:
        super().__init__(outfit, account)
        link = outfit.link
        self._settings: list[Command[None]] = []
        self._lines = MultiLine()
        self._arrived = asyncio.Event()
        self._last = self._short = self._inside = self._leaving = False
        self._reader = CountedReader(link)
        self._watches = (
            link.bus.on(EmailPop3Unread, self._more_came),
            link.bus.on(EmailPop3Chunk, self._chunk_came),
            link.bus.on(EmailPop3Ended, self._session_ended),
        )

    def prepare(self) -> None:
        """Build the settings."""
        account, dialect = self.account, self.outfit.link.dialect
        words = {"host": "host", "user": "user", "password": "password", "port": "port"}
        values = {"host": account.host, "user": account.user, "password": account.password, "port": account.port}
        self._settings = [
            composed(dialect, {"cid": "cid"}, EmailCid, cid=self.outfit.network.cid),
            EmailTimeout(timeout=module_timeout(account.timeout)),
            composed(dialect, words, EmailPop3Server, **values),
        ]

    async def login(self) -> None:
        """Set the account and log in; a session that was left open is closed first."""
        try:
            result = await self._log_in()
        except CommandFailed:
            await self._close_old()
            try:
                result = await self._log_in()
            except CommandFailed as error:
                raise self._failed(error, "login") from error
        if isinstance(result, EmailPop3Ended) or result.code is not EmailPop3LoginCode.LOGGED_IN:
            self.ended = self._error(result.code, EmailPop3Login(), "login")
            raise self.ended
        self._inside = True

    async def stat(self) -> MailboxSize:
        """AT+POP3NUM."""
        result = await self._ask(EmailPop3Count(), EmailPop3CountResult, "count")
        return MailboxSize(result.number or 0, result.size or 0)

    async def sizes(self) -> list[MailSize]:
        """LIST."""
        return [MailSize(number, int(size)) for number, size in await self._table(EmailPop3List(), "list")]

    async def size(self, number: int) -> int:
        """LIST of one mail."""
        return (await self._ask(EmailPop3Size(number=number), EmailPop3SizeResult, f"size of mail {number}")).size or 0

    async def uids(self) -> list[MailUid]:
        """UIDL."""
        return [MailUid(number, uid) for number, uid in await self._table(EmailPop3UidList(), "unique ids")]

    async def headers(self, number: int) -> bytes:
        """TOP without lines."""
        await self.top(number, 0)
        return await self._whole()

    async def top(self, number: int, lines: int) -> None:
        """TOP."""
        await self._begin(EmailPop3Top(number=number, lines=lines), f"first lines of mail {number}")

    async def retrieve(self, number: int) -> None:
        """RETR."""
        await self._begin(EmailPop3Retrieve(number=number), f"mail {number}")

    async def read(self) -> bytes:
        """The next piece."""
        while self.unread:
            data = self._lines.feed(await self._chunk())
            if self._over:
                data += self._lines.finish()
            if data:
                return data
        if self.ended is not None and not self._lines.ended:
            raise self.ended
        return b""

    async def discard(self) -> None:
        """Read it away: nothing else ends it and keeps the session."""
        clock = self.outfit.attachment.clock
        until = clock.time() + _DRAIN_LIMIT
        while self.unread:
            if clock.time() > until:
                raise CommandTimeout(f"{self.what}: it does not end", state="reading", waited=_DRAIN_LIMIT)
            await self._chunk()

    async def delete(self, number: int) -> None:
        """DELE."""
        await self._ask(EmailPop3Delete(number=number), EmailPop3DeleteResult, f"deletion of mail {number}")

    async def reset(self) -> None:
        """RSET."""
        await self._ask(EmailPop3Reset(), EmailPop3ResetResult, "reset")

    async def logout(self) -> None:
        """QUIT."""
        await self.discard()
        if self.ended is not None:
            raise self.ended
        self._leaving = True
        result = await self.outfit.link.send(EmailPop3Logout())
        self.closed = True
        if result.code is not EmailPop3OutCode.LOGGED_OUT:
            raise self._error(result.code, EmailPop3Logout(), "logout")

    async def abandon(self, *, marked: bool) -> None:
        """RSET and QUIT; where the marks cannot be taken back the connection is dropped, which deletes nothing."""
        try:
            if marked and not self.closed and self.ended is None:
                await self._unmark()
            self._leaving = True
            if not self.closed and self.ended is None:
                await self.outfit.link.send(EmailPop3Logout())
        except CommandFailed:
            return  # there is no session any more
        finally:
            self._close()

    async def forsake(self) -> None:
        """Read away what waits, then RSET and QUIT."""
        link = self.outfit.link
        try:
            while (await link.send(EmailPop3Read())).progress is not EmailPop3Progress.LAST:
                await self.outfit.attachment.clock.sleep(_PAUSE)
        except CommandFailed:
            pass  # nothing waits
        await link.send(EmailPop3Reset())
        await link.send(EmailPop3Logout())

    async def _unmark(self) -> None:
        try:
            await self.discard()
            await self.reset()
        except PortLost:
            raise  # it goes on when the line is there again
        except SimcomError:
            if self.ended is None:
                await self.outfit.network.down()
                raise

    async def _log_in(self) -> EmailPop3LoginResult | EmailPop3Ended:
        for setting in self._settings:
            await self.outfit.link.send(setting)
        return await self.outfit.link.send(EmailPop3Login())

    async def _close_old(self) -> None:
        """Close what somebody has left behind, without a deletion; that there is nothing is told by ERROR."""
        link = self.outfit.link
        try:
            await link.send(EmailPop3Reset())
            await link.send(EmailPop3Logout())
        except CommandFailed:
            self._arrived.clear()
            await self.outfit.network.down()
            await self._until_arrived(_CLOSING_LIMIT)
            await self.outfit.network.ready()

    async def _ask(self, command: Command[Any], kind: type[R], doing: str) -> R:
        """Ask the server, and take its answer. Raises Pop3Error for a negative one, and at the end of the session."""
        try:
            result = await self.outfit.link.send(command)
        except CommandFailed as error:
            raise self._failed(error, doing) from error
        if isinstance(result, EmailPop3Ended):
            self.ended = self._error(result.code, command, doing)
            raise self.ended
        assert isinstance(result, kind)  # noqa: S101 - the declaration has no third
        if getattr(result, "answer", None) is not EmailPop3Answer.POSITIVE:
            raise refused_by_server(f"{self.what}: {doing}", command)
        return result

    async def _begin(self, command: Command[Any], doing: str) -> None:
        self._lines = MultiLine()
        await self._ask(command, EmailPop3Fetched, doing)
        self.unread, self._short = True, False

    async def _whole(self) -> bytes:
        pieces = []
        while piece := await self.read():
            pieces.append(piece)
        return b"".join(pieces)

    async def _table(self, command: Command[Any], doing: str) -> list[tuple[int, str]]:
        """Lines of a number and a word."""
        await self._begin(command, doing)
        rows = []
        for line in (await self._whole()).split(b"\r\n"):
            number, _, word = line.decode("ascii", "backslashreplace").strip().partition(" ")
            if number.isdecimal() and word:
                rows.append((int(number), word.split()[0]))
            elif line:
                raise ProtocolError(f"{self.what}: {doing}: {line!r} is no line of a list")
        return rows

    async def _chunk(self) -> bytes:
        """What the module has, at most a piece; waits where it had nothing more."""
        if self._short and not (self._arrived.is_set() or await self._more()):
            return b""
        self._arrived.clear()
        self._last = False
        try:
            reading = await self._reader.read(EmailPop3Read())
        except CommandFailed as error:
            self.unread = False
            if self._lines.ended:
                return b""
            raise self.ended or self._failed(error, "reading") from error
        self.unread = self.unread and not self._last
        self._short = reading.told < (1 if self._lines.ended else EMAIL_CHUNK_MAXIMUM)
        if len(reading.data) != reading.told or reading.bare:
            raise ProtocolError(f"{self.what}: bytes were lost on the line; use flow control", port=self._url)
        return reading.data

    async def _more(self) -> bool:
        """Wait until the module says that more has come, or that the session has ended; False then."""
        await self._until_arrived(_MORE_LIMIT)
        return self.unread

    async def _until_arrived(self, limit: float) -> None:
        """Wait until more has come or the session has ended, at most ``limit`` seconds."""
        clock = self.outfit.attachment.clock
        timer = clock.call_at(clock.time() + limit, self._arrived.set)
        try:
            await self._arrived.wait()
        finally:
            timer.cancel()

    @property
    def _over(self) -> bool:
        return not self.unread

    @property
    def _url(self) -> str:
        return self.outfit.attachment.url

    def _more_came(self, _: EmailPop3Unread) -> None:
        self._arrived.set()

    def _chunk_came(self, chunk: EmailPop3Chunk) -> None:
        self._last = chunk.progress is EmailPop3Progress.LAST

    def _session_ended(self, event: EmailPop3Ended) -> None:
        self.unread = False
        if self._inside and self.ended is None and not self._leaving:
            self.ended = self._error(event.code, EmailPop3Logout(), "session")
        self._arrived.set()

    def _close(self) -> None:
        self._reader.close()
        for watch in self._watches:
            watch.close()
