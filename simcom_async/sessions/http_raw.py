"""HTTP over AT+CHTTPACT: the host enters a whole request, the module pushes the whole answer.

The port carries nothing else meanwhile, and nothing but the server ends it. Where the port has flow control a slow
reader makes the module wait, elsewhere what waits unread is bounded (law 7).
"""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from simcom_async.at.command import Service
from simcom_async.at.event import Noise, PayloadChunk
from simcom_async.commands.chttp import ChttpAct, ChttpCode, ChttpEvent
from simcom_async.commands.chttps import ChttpsClose, ChttpsStop
from simcom_async.errors import CommandFailed, HttpError, ProtocolError
from simcom_async.sessions.http_carried import CarriedFlow
from simcom_async.sessions.http_flow import http_error, refused_error
from simcom_async.sessions.parameter import composed
from simcom_async.sessions.pushed import Pushed
from simcom_async.sessions.refusable import taken
from simcom_async.sessions.undertaking import Undertaking

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from simcom_async.link.claims import Claim
    from simcom_async.link.subscription import Listener
    from simcom_async.sessions.attach import Attachment
    from simcom_async.sessions.busy import Busy
    from simcom_async.sessions.http_request import HttpRequest
    from simcom_async.sessions.network import NetworkSession

__all__ = ["RawFlow"]

_GRACE = 5.0  # seconds in which a server that has given its whole answer closes the connection
_UNREAD = 600.0  # seconds for what is left of an answer that nobody wants any more


class RawFlow(CarriedFlow):
    """A request by AT+CHTTPACT, any method, without TLS."""

    needs = (ChttpAct,)
    schemes = ("http",)
    lost = ChttpCode.NETWORK
    broken = ChttpCode.TRANSFER_FAILED

    def __init__(self, attachment: Attachment, network: NetworkSession, request: HttpRequest) -> None:
        super().__init__(attachment, network, request)
        self._pushed = Pushed(self._link, self._broken_off)
        self._packet: list[bytes] = []
        self._failure: ProtocolError | None = None
        self._strange: ProtocolError | None = None
        self._begun = self._entered = False
        self._work: Undertaking[ChttpEvent] | None = None
        self._watches: tuple[Listener[Any], ...] = ()

    async def begin(self, claim: Claim) -> None:
        """As every way; what is entered may take its time."""
        self._claim = claim
        await super().begin(claim)

    async def outgoing(self) -> AsyncGenerator[bytes, None]:
        """As every way. A module that asks for it is busy with nothing else; it cannot be entered again."""
        self._entered = True
        self._link.left.discard(self.service)
        async with aclosing(super().outgoing()) as pieces:
            async for piece in pieces:
                yield piece

    async def read_body(self, size: int) -> bytes:
        """The next bytes of the request's body; meanwhile the module waits, and nobody's patience ends."""
        self._claim.waiting = True
        try:
            return await super().read_body(size)
        finally:
            self._claim.waiting = False

    async def end(self) -> None:
        """Wait no more; what still comes of it goes nowhere."""
        work, self._work = self._work, None
        watches, self._watches = self._watches, ()
        for watch in watches:
            watch.close()
        if work is None:
            return
        self._pushed.close()
        if self._messages.complete:
            await work.ends_within(_GRACE)
        await work.give_up()
        await self._link.settled(self.service, _UNREAD)

    def _build(self) -> None:
        request = self._request
        field = "url" if request.proxy_address is None else "proxy"
        host, port = request.proxy_address or request.server
        self._command = composed(self._link.dialect, {"host": field, "port": field}, ChttpAct, host=host, port=port)

    async def _ask(self) -> None:
        if not self._watches:
            self._watches = (self._link.bus.on(PayloadChunk, self._came), self._link.bus.on(Noise, self._strayed))
        self._work = Undertaking(self._attachment, self._command, entry=self.outgoing())

    async def _freed(self, error: HttpError, busy: Busy) -> bool:
        """As declared. What keeps it busy is a session of AT+CHTTPSOPSE that was left open, which is ended, or an
        AT+CHTTPACT that was under way when the port went, which is waited for.
        """
        if error.code != ChttpCode.BUSY or self._entered:
            return False
        return await self._close_session() or await busy.again(error)

    async def _close_session(self) -> bool:
        """End a session that nobody has; whether there was one."""
        if Service.HTTPS in self._link.claimed or not self._link.dialect.speaks(ChttpsClose):
            return False
        found = [await taken(self._link, command) for command in (ChttpsClose(), ChttpsStop())]
        return any(found)

    async def _take(self) -> bytes:
        work, pushed = self._work, self._pushed
        assert work is not None  # noqa: S101 - begin comes first
        await work.until(lambda: bool(pushed.size or self._failure or self._strange))
        if self._strange is not None:  # what stands behind a packet was in it, and what it had has come to harm
            raise self._strange
        if pushed.size:
            return pushed.take()
        if self._failure is not None:
            raise self._failure
        self._check(work)
        return b""

    def _came(self, chunk: PayloadChunk) -> None:
        """A packet counts when all of it is there: in one that breaks off a module's boot lines look like its data."""
        if chunk.command is not self._command:
            return
        self._begun = True
        self._packet.append(chunk.data)
        if not chunk.last:
            return
        packet, self._packet = b"".join(self._packet), []
        if not chunk.complete:
            return
        try:
            self._pushed.put(packet)
        except ProtocolError as error:
            self._failure = error
        if self._work is not None:
            self._work.changed.set()

    def _strayed(self, noise: Noise) -> None:
        """Behind a packet there is nothing but the next one, or the end."""
        if self._begun and self._strange is None:
            what = f"{noise.text[:64]!r} came between the packets; bytes were lost or added on the line"
            self._strange = self._broken_off(f"{what}, use flow control")
            if self._work is not None:
                self._work.changed.set()

    def _check(self, work: Undertaking[ChttpEvent]) -> None:
        """Raise what has broken it off."""
        try:
            code = work.answer().code
        except CommandFailed as error:
            raise refused_error(self._request, error, ChttpCode) from error
        if code is not ChttpCode.DONE:
            raise http_error(self._request, self._command.masked, code)

    def _broken_off(self, why: str) -> ProtocolError:
        return ProtocolError(f"{self._request.method} {self._request.url}: {why}")
