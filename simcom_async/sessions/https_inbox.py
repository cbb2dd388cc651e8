"""What a server says over a session of AT+CHTTPSOPSE: it waits in the module until the host fetches it.

The module says so once. That word is remembered, also when it comes early, and where it is lost a question takes its
place after some silence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simcom_async.at.command import Service
from simcom_async.at.event import Noise
from simcom_async.commands.chttps import (
    ChttpsCode,
    ChttpsDataWaiting,
    ChttpsPeerClosed,
    ChttpsReceive,
    ChttpsReceiveRead,
    ChttpsState,
    ChttpsStateRead,
)
from simcom_async.commands.topics import ModuleBooted
from simcom_async.errors import CommandFailed, CommandTimeout, ModemRestarted, PortLost, ProtocolError
from simcom_async.link.condition import LinkChanged
from simcom_async.sessions.counted import block_size
from simcom_async.sessions.http_flow import http_error, refused_error
from simcom_async.sessions.whole import Whole

if TYPE_CHECKING:
    from simcom_async.link.subscription import Listener
    from simcom_async.sessions.attach import Attachment
    from simcom_async.sessions.http_request import HttpRequest

__all__ = ["HttpsInbox"]

_FETCH_MAXIMUM = 1_048_576  # bytes that one command gives, whatever was asked for
_SILENCE = 130.0  # seconds that a server may be silent; the module waits 120 (SIM52xx HTTP note V0.02)
_GRACE = 2.0  # seconds for the word that what the server has answered was sent
_LOOK, _LONGEST_LOOK = 2.0, 30.0  # seconds of silence before the module is asked; they double


class HttpsInbox:
    """What waits of one session, from ``open`` to ``close``.

    ``peer_closed``: the server has closed the connection. ``told`` is called whenever the module has said something.
    """

    def __init__(self, attachment: Attachment, request: HttpRequest) -> None:
        self.peer_closed = False
        self.told: Callable[[], None] = lambda: None
        self._attachment = attachment
        self._link = attachment.link
        self._clock = attachment.clock
        self._request = request
        self._generation = 0
        self._watches: tuple[Listener[Any], ...] = ()
        self._changed = asyncio.Event()
        self._word = False  # the module has said that something waits
        self._left = 0  # bytes that are known to wait
        self._over = self._doubtful = False
        self._counts = self._link.dialect.speaks(ChttpsReceiveRead)
        self._states = self._link.dialect.speaks(ChttpsStateRead)
        self._blind = 1  # bytes to ask for where the module cannot tell how many wait

    @property
    def gone(self) -> bool:
        """Whether the module has restarted, or the line was lost, since it was opened."""
        return self._attachment.disturbed or self._attachment.generation != self._generation

    @property
    def heard(self) -> bool:
        """Whether the module has said anything that was not followed yet."""
        return self._word or self.peer_closed or self.gone

    def open(self) -> None:
        """Hear what the module says from here on."""
        self.close()
        bus = self._link.bus
        self._generation = self._attachment.generation
        self._watches = (
            bus.on(ChttpsDataWaiting, self._data_waits),
            bus.on(ChttpsPeerClosed, self._peer_closes),
            bus.on(ModuleBooted, lambda _: self._notify()),
            bus.on(LinkChanged, lambda _: self._notify()),
        )

    def close(self) -> None:
        """Hear no more; again is harmless."""
        for watch in self._watches:
            watch.close()
        self._watches = ()

    async def read(self) -> bytes:
        """The next bytes of the server, as soon as there are any; none: it has closed the connection.

        Raises HttpError when the connection has ended otherwise, CommandTimeout when nothing comes of it.
        """
        while not self._over:
            self._check_there()
            if not (self._left or self._word or self.peer_closed or self._doubtful):
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
            elif self.peer_closed or self._doubtful:
                data = await self._fetch(1)  # nothing waits: this says how it has ended
            else:
                continue
            if data:
                return data
        return b""

    @property
    def _block(self) -> int:
        """Bytes to ask for at a time."""
        return block_size(self._link.state.baud)

    def _data_waits(self, _: ChttpsDataWaiting) -> None:
        self._word = True
        self._notify()

    def _peer_closes(self, _: ChttpsPeerClosed) -> None:
        self.peer_closed = True
        self._notify()

    def _notify(self) -> None:
        self._changed.set()
        self.told()

    async def _listen(self) -> None:
        """Wait for a word of the module; after some silence look whether one was lost."""
        started, pause = self._clock.time(), _LOOK
        while not await self._word_within(pause):
            waited = self._clock.time() - started
            if waited >= _SILENCE:
                raise CommandTimeout(
                    f"{self._request.method} {self._request.url}: the server was silent for {waited:.0f} s",
                    command=ChttpsReceive(length=1).masked,
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
            while not self.heard and self._clock.time() < end:
                self._changed.clear()
                await self._changed.wait()
        finally:
            timer.cancel()
        self._check_there()
        return self.heard

    async def _look(self, *, last: bool) -> bool:
        """Ask whether something waits, or the session has ended, where the module can tell.

        Where it cannot, the ``last`` resort is to fetch: then the module waits for the server.
        """
        if self._counts:
            self._left = await self._count()
            if self._left:
                return True
        state = await self.state()
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

    async def state(self) -> ChttpsState | None:
        """How far the session has come, None where the module cannot tell."""
        if not self._states:
            return None
        try:
            return (await self._link.send(ChttpsStateRead())).state
        except CommandFailed:
            self._states = False
            return None

    async def _fetch(self, size: int) -> bytes:
        command = ChttpsReceive(length=size)
        whole = Whole(command.masked, _FETCH_MAXIMUM)
        await self._sent()
        with self._link.bus.subscribe(Noise, bound=8) as noise:
            try:
                code = (await self._link.send(command, sink=whole.add)).code
            except CommandFailed as error:
                if error.code != ChttpsCode.CLOSED and (not self.peer_closed or isinstance(error.code, int)):
                    raise refused_error(self._request, error, ChttpsCode) from error
                code = ChttpsCode.CLOSED
            strays = noise.pending
        data = whole.data
        if data and strays:
            raise ProtocolError(f"{command.masked}: something stands behind the {len(data)} bytes that were announced")
        if code is ChttpsCode.CLOSED:
            self.peer_closed, self._over = True, not data
        elif code is not ChttpsCode.DONE:
            raise http_error(self._request, command.masked, code)
        return data

    async def _sent(self) -> None:
        """The server answers, so it has the request: what is missing of the word on that is waited for no longer."""
        try:
            await self._link.settled(Service.HTTPS, _GRACE)
        except CommandTimeout:
            self._link.forget(Service.HTTPS)

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

    def _check_there(self) -> None:
        """Raise ModemRestarted, or PortLost, when nothing more can come of it."""
        if self.gone:
            kind = ModemRestarted if self._link.condition.open else PortLost
            why = "the module has restarted" if kind is ModemRestarted else "the line was lost"
            raise kind(f"{self._request.method} {self._request.url}: {why}", port=self._attachment.url)
