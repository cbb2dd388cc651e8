"""The HTTPS stack of the module, and a session with one server: opened, written, read, closed.

What the server says waits in the module, which says so once. That word is remembered, also when it comes early, and
where it is lost a question takes its place after some silence.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from simcom_async.at.command import Command, Service
from simcom_async.commands.chttps import (
    CHTTPS_SEND_MAXIMUM,
    ChttpsClose,
    ChttpsCode,
    ChttpsDataWaiting,
    ChttpsEvent,
    ChttpsFlush,
    ChttpsOpen,
    ChttpsPeerClosed,
    ChttpsReceive,
    ChttpsReceiveRead,
    ChttpsSend,
    ChttpsStart,
    ChttpsState,
    ChttpsStateRead,
    ChttpsStop,
)
from simcom_async.errors import CommandFailed, CommandTimeout, HttpError
from simcom_async.sessions.counted import block_size
from simcom_async.sessions.http_flow import http_error, refused_error
from simcom_async.sessions.spelling import learn_spelling

if TYPE_CHECKING:
    from simcom_async.link.subscription import Listener
    from simcom_async.sessions.attach import Attachment
    from simcom_async.sessions.http_request import HttpRequest

__all__ = ["HttpsService"]

_UNSENT_MAXIMUM = 10_240  # bytes behind which the module takes no further block (SIM52xx HTTP note V0.02)
_SILENCE = 130.0  # seconds that a server may be silent; the module waits 120 (SIM52xx HTTP note V0.02)
_LOOK, _LONGEST_LOOK = 2.0, 30.0  # seconds of silence before the module is asked; they double
_SETTLE = 150.0  # seconds that work which was given up may take to end
_TLS = "no session: the server's name, the connection or the TLS handshake has failed, the module does not say which"
_TLS_REMEDY = "check host and port, the server's certificate and its TLS versions, then retry"


class HttpsService:
    """One session of AT+CHTTPSOPSE, for one request."""

    def __init__(self, attachment: Attachment, request: HttpRequest, command: ChttpsOpen) -> None:
        self._attachment = attachment
        self._link = attachment.link
        self._clock = attachment.clock
        self._request = request
        self._command = command
        self._started = False
        self._generation = 0
        self._watches: tuple[Listener[Any], ...] = ()
        self._changed = asyncio.Event()
        self._unsent = 0  # bytes that were entered, and not known to have been sent
        self._word = False  # the module has said that something waits
        self._left = 0  # bytes that are known to wait
        self._closed = self._over = self._doubtful = False
        self._counts = self._link.dialect.speaks(ChttpsReceiveRead)
        self._states = self._link.dialect.speaks(ChttpsStateRead)
        self._blind = 1  # bytes to ask for where the module cannot tell how many wait

    @property
    def peer_closed(self) -> bool:
        """Whether the server is known to have closed the connection; what it said before may still be read."""
        return self._closed

    async def open(self) -> None:
        """Acquire the stack, and open a session. Raises HttpError."""
        link = self._link
        await learn_spelling(link, ChttpsSend)
        self._stop_watching()
        self._watches = (
            link.bus.on(ChttpsDataWaiting, self._data_waits),
            link.bus.on(ChttpsPeerClosed, self._peer_closes),
        )
        self._started, self._generation = True, self._attachment.generation
        if not await self._try(ChttpsStart()):
            await self._try(ChttpsClose())  # a run before this one has left it acquired, perhaps with a session
        try:
            self._check(await link.send(self._command), self._command)
        except CommandFailed as error:
            raise await self._not_opened(error) from error

    async def send(self, pieces: AsyncIterator[bytes]) -> None:
        """Enter all of it, and wait until it has been sent. Raises HttpError."""
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
        await self._flush()

    async def read(self) -> bytes:
        """The next bytes of the server, as soon as there are any; none: it has closed the connection.

        Raises HttpError when the connection has ended otherwise, CommandTimeout when nothing comes of it.
        """
        while not self._over:
            if not (self._left or self._word or self._closed or self._doubtful):
                await self._listen()
            if not self._left:
                self._word = False  # what comes from here on is told again
                if self._counts:
                    self._left = await self._count()
            if self._left:
                data = await self._fetch(min(self._left, self._block))
                self._left = max(0, self._left - len(data))
            elif not self._counts:
                data = await self._fetch_blindly()
            elif self._closed or self._doubtful:
                data = await self._fetch(1)  # nothing waits: this says how it has ended
            else:
                continue
            if data:
                return data
        return b""

    async def close(self) -> None:
        """Close the session, and release the stack; ERROR says that the server has closed it before."""
        if not self._started:
            return
        self._started = False
        self._stop_watching()
        await self._link.settled(Service.HTTPS, _SETTLE)
        if self._attachment.disturbed or self._attachment.generation != self._generation:
            return  # a module that has restarted knows nothing of it
        await self._try(ChttpsClose())
        await self._try(ChttpsStop())

    # To the server

    async def _enter(self, block: bytes) -> None:
        await self._link.send(ChttpsSend(length=len(block)), entry=block)
        self._unsent += len(block)

    async def _flush(self) -> None:
        if not self._unsent:
            return
        self._unsent = 0
        command = ChttpsFlush()
        try:
            self._check(await self._link.send(command), command)
        except CommandFailed as error:
            raise refused_error(self._request, error, ChttpsCode) from error

    # From the server

    @property
    def _block(self) -> int:
        """Bytes to ask for at a time."""
        return block_size(self._link.state.baud)

    def _data_waits(self, _: ChttpsDataWaiting) -> None:
        self._word = True
        self._changed.set()

    def _peer_closes(self, _: ChttpsPeerClosed) -> None:
        self._closed = True
        self._changed.set()

    async def _listen(self) -> None:
        """Wait for a word of the module; after some silence look whether one was lost."""
        started, pause = self._clock.time(), _LOOK
        while not await self._word_within(pause):
            waited = self._clock.time() - started
            if waited >= _SILENCE:
                raise CommandTimeout(
                    f"{self._request.method} {self._request.url}: the server was silent for {waited:.0f} s",
                    command=self._command.masked,
                    state="waiting for the server",
                    waited=waited,
                    limit="idle",
                )
            if await self._look(last=pause == _LONGEST_LOOK):
                return
            pause = min(2 * pause, _LONGEST_LOOK)

    async def _word_within(self, seconds: float) -> bool:
        """Whether the module has said something before so many seconds were over."""
        end = self._clock.time() + seconds
        timer = self._clock.call_at(end, self._changed.set)
        try:
            while not (self._word or self._closed) and self._clock.time() < end:
                self._changed.clear()
                await self._changed.wait()
        finally:
            timer.cancel()
        return self._word or self._closed

    async def _look(self, *, last: bool) -> bool:
        """Ask whether something waits, or the session has ended, where the module can tell.

        Where it cannot, the ``last`` resort is to fetch: then the module waits for the server.
        """
        if self._counts:
            self._left = await self._count()
            if self._left:
                return True
        state = await self._state()
        self._doubtful = state is not None and state is not ChttpsState.SESSION_OPEN
        self._word = self._word or (last and state is None and not self._counts)
        return self._doubtful or self._word

    async def _count(self) -> int:
        """How many bytes wait; none where the module cannot tell."""
        try:
            return (await self._link.send(ChttpsReceiveRead())).length
        except CommandFailed:
            self._counts = False
            return 0

    async def _state(self) -> ChttpsState | None:
        """How far the session has come, None where the module cannot tell."""
        if not self._states:
            return None
        try:
            return (await self._link.send(ChttpsStateRead())).state
        except CommandFailed:
            self._states = False
            return None

    async def _fetch(self, size: int) -> bytes:
        pieces: list[bytes] = []
        command = ChttpsReceive(length=size)
        try:
            code = (await self._link.send(command, sink=pieces.append)).code
        except CommandFailed as error:
            if error.code != ChttpsCode.CLOSED and (not self._closed or isinstance(error.code, int)):
                raise refused_error(self._request, error, ChttpsCode) from error
            code = ChttpsCode.CLOSED
        if code is ChttpsCode.CLOSED:
            self._closed, self._over = True, not pieces
        elif code is not ChttpsCode.DONE:
            raise http_error(self._request, command.masked, code)
        return b"".join(pieces)

    async def _fetch_blindly(self) -> bytes:
        """What waits, where nobody knows how much.

        To some modules the number is the least that they give, to others the most; the first answer tells them apart.
        Who has got as much as was asked for may have left something.
        """
        size = self._blind
        data = await self._fetch(size)
        if size == 1 and len(data) == 1:
            self._blind = self._block
        self._word = self._word or len(data) == size
        return data

    # The session

    async def _not_opened(self, error: CommandFailed) -> HttpError:
        """Why it was not opened, as far as the module tells."""
        if isinstance(error.code, int):
            return refused_error(self._request, error, ChttpsCode)
        state = await self._state()
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

    async def _try(self, command: Command[Any]) -> bool:
        """Send what may be refused; whether it was taken."""
        try:
            await self._link.send(command)
        except CommandFailed:
            return False
        return True

    def _stop_watching(self) -> None:
        for watch in self._watches:
            watch.close()
        self._watches = ()


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
