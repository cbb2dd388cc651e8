"""A session of the module with a mailbox: from AT+POP3IN to +POP3OUT.

Where the documents are silent: AT+POP3OUT while a question is under way waits for its answer; while the module is still
logging in it breaks that off. A connection that is lost is 63, without a bearer everything is 61, and so is an answer
that is not to be understood. Only AT+POP3OUT says QUIT to the server; whatever else ends a session deletes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from simcom_async.at.message import Urc
from simcom_async.commands.email_pop3 import (
    EmailPop3Answer,
    EmailPop3Ended,
    EmailPop3LoginCode,
    EmailPop3LoginResult,
    EmailPop3OutCode,
    EmailPop3Server,
)
from simcom_async.commands.email_pop3_fetch import EmailPop3Fetched
from simcom_async.virtual.email_unread import NotRead, Unread
from simcom_async.virtual.internet import ConnectFailed, NetworkFailure
from simcom_async.virtual.mail_failure import MailReason, Pop3Failure, Pop3Negative, Pop3Stage
from simcom_async.virtual.pop3_client import Pop3Client
from simcom_async.virtual.turn import Refused

if TYPE_CHECKING:
    from simcom_async.at.command import Reservation
    from simcom_async.virtual.email import EmailService
    from simcom_async.virtual.turn import Operation, Turn

__all__ = ["Box", "login_code", "out_code"]

_PORT = 110
#: Response codes of a server that would take the password at another time (RFC 2449 8.1, RFC 3206).
_NOT_NOW = ("[IN-USE]", "[LOGIN-DELAY]", "[SYS/TEMP]", "[SYS/PERM]")
_LOGIN_CODES = {
    MailReason.NAME: EmailPop3LoginCode.DNS_ERROR,
    MailReason.CONNECT: EmailPop3LoginCode.CONNECT_ERROR,
    MailReason.CLOSED: EmailPop3LoginCode.CONNECT_ERROR,
    MailReason.BUSY: EmailPop3LoginCode.NETWORK_ERROR,
    MailReason.SILENT: EmailPop3LoginCode.TIMEOUT,
}
_OUT_CODES = {
    MailReason.CLOSED: EmailPop3OutCode.CONNECT_ERROR,
    MailReason.SILENT: EmailPop3OutCode.TIMEOUT,
}


def login_code(error: NetworkFailure | Pop3Negative, *, bearer_open: bool) -> EmailPop3LoginCode:
    """The code of a login that did not succeed."""
    if isinstance(error, Pop3Negative):
        if error.stage is Pop3Stage.GREETING or any(word in error.reply.upper() for word in _NOT_NOW):
            return EmailPop3LoginCode.REFUSED
        return EmailPop3LoginCode.USER_ERROR if error.stage is Pop3Stage.USER else EmailPop3LoginCode.PASSWORD_ERROR
    if not bearer_open:
        return EmailPop3LoginCode.NETWORK_ERROR
    if not isinstance(error, Pop3Failure):
        return EmailPop3LoginCode.CONNECT_ERROR
    if error.stage is Pop3Stage.CONNECT and error.reason is MailReason.SILENT:
        return EmailPop3LoginCode.CONNECT_ERROR
    return _LOGIN_CODES.get(error.reason, EmailPop3LoginCode.SERVER_ERROR)


def out_code(failure: NetworkFailure, *, bearer_open: bool) -> EmailPop3OutCode:
    """The code of a session that a failure has ended."""
    if isinstance(failure, NotRead):
        return EmailPop3OutCode.READ_TIMEOUT
    if not bearer_open or not isinstance(failure, Pop3Failure):
        return EmailPop3OutCode.NETWORK_ERROR
    return _OUT_CODES.get(failure.reason, EmailPop3OutCode.NETWORK_ERROR)


class Box:
    """One session. It takes one question at a time; ``unread`` is an answer of several lines that waits to be read."""

    def __init__(self, service: EmailService) -> None:
        self._service = service
        modem = service.modem
        self._client = Pop3Client(modem.internet, modem.clock, bearer=service.bearer, idle=service.timeout)
        self._account = service.setting(EmailPop3Server)
        self._reservation: Reservation | None = None
        self._login: asyncio.Task[Any] | None = None
        self._logged_in = self._leaving = False
        self._idle = asyncio.Event()
        self._idle.set()
        self.unread: Unread | None = None

    @property
    def reserved(self) -> Reservation | None:
        """What the module takes, and nothing else, while an answer waits to be read."""
        return None if self.unread is None else self._reservation

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._service.box is not self

    def cut(self) -> None:
        """End it at once, without a word."""
        self._client.cut()

    # Logging in and out

    async def log_in(self, operation: Operation) -> None:
        """Connect and log in, and say how that ended."""
        if self.over:
            return
        self._login = asyncio.current_task()
        code = await self._attempt()
        await operation.urc(EmailPop3LoginResult(code=code), just_before=lambda: self._entered(code))

    def leave(self, turn: Turn[Any]) -> None:
        """Log out, behind the OK. Raises Refused when it is under way."""
        if self._leaving:
            raise Refused
        self._leaving = True
        turn.operate(self._log_out)

    async def _attempt(self) -> EmailPop3LoginCode:
        account, client = self._account, self._client
        try:
            if not self._service.bearer_open:
                raise ConnectFailed("there is no bearer")
            await client.reach(account.host, account.port or _PORT)
            await client.login(account.user, account.password.get_secret_value())
        except (NetworkFailure, Pop3Negative) as error:
            client.cut()
            return login_code(error, bearer_open=self._service.bearer_open)
        return EmailPop3LoginCode.LOGGED_IN

    def _entered(self, code: EmailPop3LoginCode) -> None:
        self._login = None
        self._logged_in = code is EmailPop3LoginCode.LOGGED_IN
        if not self._logged_in:
            self._close()

    async def _log_out(self, operation: Operation) -> None:
        if self._login is not None:
            self._login.cancel()
            await self._end(operation, EmailPop3OutCode.LOGGED_OUT)
            return
        if self.unread is not None:
            self.unread.stop()
        await self._idle.wait()
        if self.over:
            return  # what was under way has ended the session, and said so
        try:
            await self._client.quit()
        except Pop3Negative:
            code = EmailPop3OutCode.NETWORK_ERROR  # not all that was marked is deleted
        except NetworkFailure as failure:
            code = out_code(failure, bearer_open=self._service.bearer_open)
        else:
            code = EmailPop3OutCode.LOGGED_OUT
        await self._end(operation, code)

    # Questions

    def ask(self, turn: Turn[Any], question: Callable[[Pop3Client], Awaitable[Urc]], negative: Urc) -> None:
        """Ask the server behind the OK, and say what it answers. Raises Refused when something else is under way."""
        self._begin()
        turn.operate(lambda operation: self._answer(operation, question, negative))

    def fetch(self, turn: Turn[Any], verb: str) -> None:
        """Ask for an answer of several lines, which then waits to be read. Raises Refused as ``ask`` does."""
        self._begin()
        self._reservation = turn.command.wire.reserves
        turn.operate(lambda operation: self._fetch(operation, verb))

    def _begin(self) -> None:
        if not self._logged_in or self._leaving or not self._idle.is_set():
            raise Refused
        self._idle.clear()

    async def _answer(
        self, operation: Operation, question: Callable[[Pop3Client], Awaitable[Urc]], negative: Urc
    ) -> None:
        try:
            answer = await question(self._client)
        except Pop3Negative:
            answer = negative
        except NetworkFailure as failure:
            await self._fail(operation, failure)
            return
        await operation.urc(answer, just_before=self._idle.set)

    async def _fetch(self, operation: Operation, verb: str) -> None:
        try:
            answer = await self._client.ask(verb, raw=True)
            unread = Unread(self._service.modem, answer, self._read)
            positive = EmailPop3Fetched(answer=EmailPop3Answer.POSITIVE)
            await operation.urc(positive, just_before=lambda: self._wait_for_reader(unread))
            await unread.attend(operation)
        except Pop3Negative:
            negative = EmailPop3Fetched(answer=EmailPop3Answer.NEGATIVE)
            await operation.urc(negative, just_before=self._idle.set)
        except NetworkFailure as failure:
            await self._fail(operation, failure)
        else:
            if self.unread is unread:  # nobody reads it any more
                self._idle.set()

    def _wait_for_reader(self, unread: Unread) -> None:
        self.unread = unread
        if self._leaving:
            unread.stop()

    def _read(self) -> None:
        """All of the answer has been read."""
        self.unread = None
        self._idle.set()

    # The end

    async def _fail(self, operation: Operation, failure: NetworkFailure) -> None:
        await self._end(operation, out_code(failure, bearer_open=self._service.bearer_open))

    async def _end(self, operation: Operation, code: EmailPop3OutCode) -> None:
        self._client.cut()
        await operation.urc(EmailPop3Ended(code=code), just_before=self._close)

    def _close(self) -> None:
        self.unread = None
        self._client.cut()
        if not self.over:
            self._service.box = None
        self._idle.set()
