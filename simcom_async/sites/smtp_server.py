"""The aiosmtpd side of SmtpSite: its conversations, each step noted and perhaps struck by a fault."""

from __future__ import annotations

import asyncio
import functools
import logging
import re
import warnings
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session, TLSSetupException

from simcom_async.sites.mail_policy import MailCommand, MailFault
from simcom_async.sites.smtp import ReceivedMail

if TYPE_CHECKING:
    from simcom_async.sites.smtp import SmtpSite

__all__ = ["SmtpListener"]

logging.getLogger("mail").addHandler(logging.NullHandler())  # or its warnings would go to the terminal
_ADDRESS = re.compile(r"<(.*?)>")


class SmtpListener:
    """Accepts connections, and decides what aiosmtpd leaves to decide."""

    def __init__(self, site: SmtpSite) -> None:
        self.site = site
        self.failure: BaseException | None = None
        self.conversations: set[Conversation] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; the port it got."""
        loop = asyncio.get_running_loop()
        tls = None if self.site.starttls else self.site.tls
        self._server = await loop.create_server(self._conversation, host, port, ssl=tls)
        got: int = self._server.sockets[0].getsockname()[1]
        return got

    async def aclose(self) -> None:
        """End every connection. Raises the first failure of the server itself."""
        if self._server is not None:
            self._server.close()
        tasks = [conversation.end() for conversation in self.conversations]
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()
        await asyncio.sleep(0)  # the closed transports release their sockets in the loop's next turn
        if self.failure is not None:
            raise self.failure

    def _conversation(self) -> Conversation:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a login without TLS is what modules do
            return Conversation(self)

    # What aiosmtpd asks

    async def handle_EHLO(
        self, server: Conversation, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Without users there is nothing to log in to."""
        session.host_name = hostname
        return [line for line in responses if self.site.users or not line.startswith("250-AUTH")]

    async def handle_DATA(self, server: Conversation, session: Session, envelope: Envelope) -> str:
        """A mail has come whole."""
        return await server.delivered(session, envelope)

    async def handle_exception(self, error: Exception) -> str:
        """Keep what went wrong in the server itself; a client that wants no TLS after all is none of it."""
        if not isinstance(error, TLSSetupException):
            self.failure = self.failure or error
        return "451 a mistake in the server"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        """Whether user and password are known."""
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        name, password = data.login.decode(errors="replace"), data.password.decode(errors="replace")
        known = name in self.site.users and self.site.users[name] == password
        return AuthResult(success=known, handled=False, auth_data=name)


class Conversation(SMTP):
    """One connection."""

    def __init__(self, listener: SmtpListener) -> None:
        site = listener.site
        super().__init__(
            listener,
            hostname="localhost",
            ident="ready",
            data_size_limit=site.size_limit,
            auth_required=site.auth_required,
            auth_require_tls=False,
            authenticator=listener.authenticate,
            tls_context=site.tls if site.starttls else None,
            loop=asyncio.get_running_loop(),
        )
        self._listener = listener
        self._site = site
        self._held: list[str] | None = None
        self._command = MailCommand(0, "")
        self._smtp_methods = {verb: self._step(verb, method) for verb, method in self._smtp_methods.items()}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has come (or, after STARTTLS, begins again)."""
        again = self._handler_coroutine is not None
        super().connection_made(transport)
        if not again and self._handler_coroutine is not None:
            self._site.log.connections += 1
            self._command = MailCommand(self._site.log.connections, "")
            self._listener.conversations.add(self)
            self._handler_coroutine.add_done_callback(self._ended)
            self._site.log.notify()

    def end(self) -> asyncio.Future[None]:
        """End it at once; what to wait for."""
        assert self._handler_coroutine is not None  # noqa: S101 - it has begun
        if self.transport is not None:
            self._wire().abort()
        self._handler_coroutine.cancel()
        return self._handler_coroutine

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._listener.conversations.discard(self)
        if self.transport is not None:  # aiosmtpd leaves its own end open when the client has closed the other
            self._wire().close()
        if not task.cancelled() and (error := task.exception()) is not None and not isinstance(error, ConnectionError):
            self._listener.failure = self._listener.failure or error

    async def push(self, status: str | bytes) -> None:
        """Say a line, unless it must not be said or nobody is there to hear it; the first one is the greeting."""
        line = status if isinstance(status, str) else status.decode(errors="replace")
        if not self._command.verb and not self._command.reply:
            self._command.reply = line
            fault = self._site.policy.fault_at("")
            if fault is not None and not await self._site.policy.strike(fault, self._say, self._wire()):
                return
        if self._held is None:
            await self._say(line)
        else:
            self._held.append(line)

    async def delivered(self, session: Session, envelope: Envelope) -> str:
        """Take a mail, unless a fault strikes; what to say to it."""
        self._command = self._site.log.add(MailCommand(self._command.connection, "."))
        fault = self._site.policy.fault_at(".")
        if fault is not None and not fault.done and not await self._strike(fault):
            return ""
        content = envelope.original_content or b""
        sender, recipients = envelope.mail_from or "", tuple(envelope.rcpt_tos)
        user, name = cast("str | None", session.auth_data) or "", session.host_name or ""
        self._site.take(ReceivedMail(self._command.connection, sender, recipients, content, user, name))
        if fault is not None and fault.done and not await self._strike(fault):
            return ""
        return "250 taken"

    def _step(self, verb: str, method: Callable[[str], Awaitable[None]]) -> Callable[[str], Awaitable[None]]:
        """A command: noted, and carried out unless a fault strikes."""

        @functools.wraps(method)
        async def step(argument: str) -> None:
            shown = _shown(verb, argument or "")
            self._command = self._site.log.add(MailCommand(self._command.connection, verb, shown))
            fault = self._site.policy.fault_at(verb, shown)
            if fault is not None and not fault.done and not await self._strike(fault):
                return
            if fault is None or not fault.done:
                await method(argument)
                return
            held: list[str] = []
            self._held = held
            await method(argument)
            self._held = None
            if await self._strike(fault):
                for line in held:
                    await self._say(line)

        return step

    async def _strike(self, fault: MailFault) -> bool:
        return await self._site.policy.strike(fault, self._say, self._wire())

    async def _say(self, line: str) -> None:
        if line and self.transport is not None and not self._wire().is_closing():
            self._command.reply = line
            self._site.log.notify()
            await super().push(line)

    def _wire(self) -> asyncio.Transport:
        """No property: aiosmtpd looks at all of them before there is a connection."""
        assert isinstance(self.transport, asyncio.Transport)  # noqa: S101 - of TCP or TLS
        return self.transport


def _shown(verb: str, argument: str) -> str:
    """An argument without secrets, an address without its brackets."""
    if verb == "AUTH":
        return argument.partition(" ")[0]
    address = _ADDRESS.search(argument) if verb in ("MAIL", "RCPT") else None
    return address[1] if address is not None else argument
