"""The HTTPS stack of the module, and a session with one server: opened, written, read, closed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from simcom_async.at.command import Command, Service
from simcom_async.commands.chttps import (
    CHTTPS_SEND_MAXIMUM,
    ChttpsClose,
    ChttpsCode,
    ChttpsEvent,
    ChttpsFlush,
    ChttpsOpen,
    ChttpsSend,
    ChttpsSent,
    ChttpsStart,
    ChttpsState,
    ChttpsStop,
)
from simcom_async.errors import CommandFailed, HttpError
from simcom_async.sessions.http_flow import http_error, refused_error
from simcom_async.sessions.https_inbox import HttpsInbox
from simcom_async.sessions.refusable import taken
from simcom_async.sessions.spelling import learn_spelling
from simcom_async.sessions.undertaking import Undertaking

if TYPE_CHECKING:
    from simcom_async.sessions.attach import Attachment
    from simcom_async.sessions.http_request import HttpRequest

__all__ = ["HttpsService"]

_UNSENT_MAXIMUM = 10_240  # bytes behind which the module takes no further block (SIM52xx HTTP note V0.02)
_GRACE = 2.0  # seconds in which the module says that it has sent what the server has answered
_WORD = 15.0  # seconds in which the module says that a part of a long body has been sent
_SILENCE = 115.0  # seconds more in which it has been; the module waits 120 for the server (SIM52xx HTTP note V0.02)
_SETTLE = 150.0  # seconds that work which was given up may take to end
_TLS = "no session: the server's name, the connection or the TLS handshake has failed, the module does not say which"
_TLS_REMEDY = "check host and port, the server's certificate and its TLS versions, then retry"


class HttpsService:
    """One session of AT+CHTTPSOPSE, for one request; what the server says is in ``inbox``."""

    def __init__(self, attachment: Attachment, request: HttpRequest, command: ChttpsOpen) -> None:
        self.inbox = HttpsInbox(attachment, request)
        self._attachment = attachment
        self._link = attachment.link
        self._request = request
        self._command = command
        self._started = False
        self._unsent = 0  # bytes that were entered, and not known to have been sent
        self._sending: Undertaking[ChttpsSent] | None = None

    async def open(self) -> None:
        """Acquire the stack, and open a session. Raises HttpError."""
        link = self._link
        await learn_spelling(link, ChttpsSend)
        self.inbox.open()
        self._started = True
        if not await taken(self._link, ChttpsStart()):
            await taken(self._link, ChttpsClose())  # a run before this one has left it acquired, perhaps with a session
        try:
            self._check(await link.send(self._command), self._command)
        except CommandFailed as error:
            raise await self._not_opened(error) from error

    async def send(self, pieces: AsyncIterator[bytes]) -> None:
        """Enter all of it, and wait until it has been sent, or the server answers. Raises HttpError."""
        async for block in _blocks(pieces):
            if self._unsent + len(block) > _UNSENT_MAXIMUM:
                await self._flush()
            try:
                await self._enter(block)
            except CommandFailed as error:
                if not self._unsent or error.code == ChttpsCode.CLOSED:
                    raise refused_error(self._request, error, ChttpsCode) from error
                await self._flush()  # its memory is full
                await self._enter(block)
        await self._flush(last=True)

    async def close(self) -> None:
        """Close the session, and release the stack; ERROR says that the server has closed it before."""
        if not self._started:
            return
        self._started = False
        sending, self._sending = self._sending, None
        if sending is not None:
            if self.inbox.heard:
                await sending.ends_within(_GRACE)
            await sending.give_up()
            self._link.forget(Service.HTTPS)  # the end of the session ends it
        self.inbox.close()
        await self._link.settled(Service.HTTPS, _SETTLE)
        if self.inbox.gone:
            return  # the module knows nothing of it any more
        await taken(self._link, ChttpsClose())
        await taken(self._link, ChttpsStop())

    # To the server

    async def _enter(self, block: bytes) -> None:
        await self._link.send(ChttpsSend(length=len(block)), entry=block)
        self._unsent += len(block)

    async def _flush(self, *, last: bool = False) -> None:
        """Have it sent. Of the ``last`` of it the server's answer says so as well."""
        if not self._unsent:
            return
        self._unsent = 0
        command, inbox = ChttpsFlush(), self.inbox
        self._sending = work = Undertaking(self._attachment, command)
        inbox.told = work.changed.set
        if last:
            await work.until(lambda: inbox.heard)
        elif not await work.ends_within(_WORD):
            await work.give_up()  # perhaps its end was lost: from here on the module is asked how much is unsent
            await self._link.settled(Service.HTTPS, _SILENCE)
            return
        if not work.done:
            return
        try:
            self._check(work.answer(), command)
        except CommandFailed as error:
            raise refused_error(self._request, error, ChttpsCode) from error

    # The session

    async def _not_opened(self, error: CommandFailed) -> HttpError:
        """Why it was not opened, as far as the module tells."""
        if isinstance(error.code, int):
            return refused_error(self._request, error, ChttpsCode)
        state = await self.inbox.state()
        if state is not None and state < ChttpsState.NETWORK_OPEN:
            return http_error(self._request, error.command, ChttpsCode.NETWORK)
        return HttpError(
            f"{self._request.method} {self._request.url}: {_TLS}; {_TLS_REMEDY}",
            command=error.command,
            code=error.code,
            meaning=_TLS,
            retry=True,
            remedy=_TLS_REMEDY,
        )

    def _check(self, event: ChttpsEvent | None, command: Command[Any]) -> None:
        if event is not None and event.code is not ChttpsCode.DONE:
            raise http_error(self._request, command.masked, event.code)


async def _blocks(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in blocks as long as the module takes them."""
    waiting = bytearray()
    async for piece in pieces:
        waiting += piece
        while len(waiting) >= CHTTPS_SEND_MAXIMUM:
            yield bytes(waiting[:CHTTPS_SEND_MAXIMUM])
            del waiting[:CHTTPS_SEND_MAXIMUM]
    if waiting:
        yield bytes(waiting)
