"""A mailbox over AT+POP3SRV to AT+POP3OUT, with numbers as results: SIM900, SIM800, SIM7000.

An answer of several lines is read piece by piece; until its last byte the module takes nothing else but the logout, and
that one has the server delete what is marked. So it is read to its end before the marks are taken back.
"""

from __future__ import annotations

import logging
import re
from typing import Any, TypeVar

from simcom_async.at.command import Command, Service
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
    EmailPop3Fetched,
    EmailPop3List,
    EmailPop3Progress,
    EmailPop3Read,
    EmailPop3Retrieve,
    EmailPop3Top,
    EmailPop3UidList,
)
from simcom_async.errors import CommandFailed, CommandTimeout, ModemError, PortLost, ProtocolError, SimcomError
from simcom_async.sessions.mail_server import module_timeout
from simcom_async.sessions.parameter import composed
from simcom_async.sessions.pop3_answer import HeldAnswer
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

_PAUSES = (0.2, 1.0, 3.0)  # seconds for a question that a lost line has left under way
_PAUSE = 0.01  # seconds in which more may come
_PATIENCE = 5.0  # seconds for the end of a question that was waited for before

_NUMBER = re.compile(r"[0-9]{1,20}")
_log = logging.getLogger(__name__)

R = TypeVar("R")


class NumericPop3(Pop3Flow):
    """One session; ``login`` begins it, ``logout`` or ``abandon`` ends it."""

    needs = (EmailPop3Server, EmailPop3Login, EmailPop3Logout, EmailPop3Retrieve, EmailPop3Read)

    def __init__(self, outfit: Pop3Outfit, account: Pop3Account) -> None:
        super().__init__(outfit, account)
        self._settings: list[Command[None]] = []
        self._answer = HeldAnswer(outfit.attachment, self.what, self._check_ended)
        self._inside = self._leaving = False
        self._watch = outfit.link.bus.on(EmailPop3Ended, self._session_ended)

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
        if result.code == EmailPop3LoginCode.NETWORK_ERROR:
            self.outfit.network.suspect()  # a restart that nobody has noticed has closed the bearer
            await self.outfit.network.ready()
            result = await self._log_in()
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
        rows = await self._table(EmailPop3List(), "list")
        for number, size in rows:
            if not _NUMBER.fullmatch(size):
                raise ProtocolError(f"{self.what}: list: {size!r} is no size of mail {number}")
        return [MailSize(number, int(size)) for number, size in rows]

    async def size(self, number: int) -> int:
        """LIST of one mail."""
        return (await self._ask(EmailPop3Size(number=number), EmailPop3SizeResult, f"size of mail {number}")).size or 0

    async def uids(self) -> list[MailUid]:
        """UIDL."""
        return [MailUid(number, uid) for number, uid in await self._table(EmailPop3UidList(), "unique ids")]

    async def headers(self, number: int) -> bytes:
        """TOP without lines."""
        await self.top(number, 0)
        return await self._answer.whole()

    async def top(self, number: int, lines: int) -> None:
        """TOP."""
        await self._begin(EmailPop3Top(number=number, lines=lines), f"first lines of mail {number}")

    async def retrieve(self, number: int) -> None:
        """RETR."""
        await self._begin(EmailPop3Retrieve(number=number), f"mail {number}")

    async def read(self) -> bytes:
        """The next piece."""
        return await self._answer.read()

    async def discard(self) -> None:
        """Read it away: nothing else ends it and keeps the session."""
        await self._answer.discard()

    async def delete(self, number: int) -> None:
        """DELE."""
        await self._ask(EmailPop3Delete(number=number), EmailPop3DeleteResult, f"deletion of mail {number}")

    async def reset(self) -> None:
        """RSET."""
        await self._ask(EmailPop3Reset(), EmailPop3ResetResult, "reset")

    async def logout(self) -> None:
        """QUIT."""
        await self.discard()
        self._check_ended()
        self._leaving = True
        result = await self.outfit.link.send(EmailPop3Logout())
        self.closed = True
        if result.code is not EmailPop3OutCode.LOGGED_OUT:
            raise self._error(result.code, EmailPop3Logout(), "logout")

    async def abandon(self, *, marked: bool) -> None:
        """RSET and QUIT; where the marks cannot be taken back the connection is dropped, which deletes nothing."""
        try:
            if self.closed or self.ended is not None:
                return
            if await self._unheard():
                await self.forsake()
                if self._inside and not self._leaving and self.ended is None:
                    await self._drop()
                return
            if marked:
                await self._unmark()
            self._leaving = True
            if self.ended is None:
                await self.outfit.link.send(EmailPop3Logout())
        except CommandFailed:
            return  # there is no session any more
        except CommandTimeout:
            await self._unheard()  # who logs in next ends what is left
            raise
        finally:
            self._close()

    async def _unheard(self) -> bool:
        """Whether the end of a question was not heard: its answer may wait in the module. Nothing more is due then."""
        link = self.outfit.link
        try:
            return await link.settled(Service.POP3, _PATIENCE)
        except CommandTimeout:
            link.forget(Service.POP3)
        return True

    async def forsake(self) -> None:
        """Read away what waits, then RSET and QUIT; a question that is still under way is waited for."""
        link, clock = self.outfit.link, self.outfit.attachment.clock
        for pause in _PAUSES:
            await self._read_away()
            try:
                result = await link.send(EmailPop3Reset())
            except CommandFailed:
                await clock.sleep(pause)
                continue
            if isinstance(result, EmailPop3ResetResult) and result.answer is EmailPop3Answer.POSITIVE:
                self._leaving = True
                await link.send(EmailPop3Logout())
            return

    async def _read_away(self) -> None:
        link, clock = self.outfit.link, self.outfit.attachment.clock
        try:
            while (await link.send(EmailPop3Read())).progress is not EmailPop3Progress.LAST:
                await clock.sleep(_PAUSE)
        except CommandFailed as error:
            _log.debug("nothing waits: %s", error)

    async def _unmark(self) -> None:
        try:
            await self.discard()
            await self.reset()
        except PortLost:
            raise  # it goes on when the line is there again
        except SimcomError as error:
            if self.ended is None:
                if isinstance(error, ModemError):
                    await self._read_away()  # it keeps the module from everything else
                await self.outfit.network.down()
                raise

    async def _log_in(self) -> EmailPop3LoginResult | EmailPop3Ended:
        for setting in self._settings:
            await self.outfit.link.send(setting)
        return await self.outfit.link.send(EmailPop3Login())

    async def _close_old(self) -> None:
        """Close what somebody has left behind, without a deletion; that there is nothing is told by ERROR."""
        link, network = self.outfit.link, self.outfit.network
        try:
            result = await link.send(EmailPop3Reset())
            if isinstance(result, EmailPop3Ended):
                return
            if result.answer is EmailPop3Answer.POSITIVE:
                await link.send(EmailPop3Logout())
                return
        except CommandFailed:
            _log.debug("%s: POP3 is not idle", self.outfit.attachment.url)
        await self._read_away()  # it keeps the module from everything else
        await self._drop()
        await network.ready()

    async def _drop(self) -> None:
        """End the session with its bearer: nothing is deleted."""
        self._answer.expect_end()
        await self.outfit.network.down()
        await self._until_ended()

    async def _until_ended(self) -> None:
        """Wait for the end of a session without its bearer: a question under way brings it, one at rest is asked."""
        for pause in _PAUSES:
            try:
                await self.outfit.link.send(EmailPop3Reset())
            except CommandFailed:
                if not await self._answer.ended_within(pause):
                    continue
            return

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
        await self._ask(command, EmailPop3Fetched, doing)
        self._answer.begin()

    async def _table(self, command: Command[Any], doing: str) -> list[tuple[int, str]]:
        """Lines of a number and a word."""
        await self._begin(command, doing)
        rows = []
        for line in (await self._answer.whole()).split(b"\r\n"):
            number, _, word = line.decode("ascii", "backslashreplace").strip().partition(" ")
            if _NUMBER.fullmatch(number) and word.strip():
                rows.append((int(number), word.split()[0]))
            elif line:
                raise ProtocolError(f"{self.what}: {doing}: {line!r} is no line of a list")
        return rows

    def _check_ended(self) -> None:
        if self.ended is not None:
            raise self.ended

    def _session_ended(self, event: EmailPop3Ended) -> None:
        if self._inside and self.ended is None and not self._leaving:
            self.ended = self._error(event.code, EmailPop3Logout(), "session")
        self._answer.end()

    def _close(self) -> None:
        self._answer.close()
        self._watch.close()
