"""HTTP messages as they are, over a connection that the module makes: what its ways have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, ClassVar

from simcom_async.at.code import Code
from simcom_async.errors import HttpError
from simcom_async.sessions.busy import Busy
from simcom_async.sessions.deadline import Deadline
from simcom_async.sessions.http_flow import PARTIAL_CONTENT, HttpFlow, check_place
from simcom_async.sessions.http_message import HttpMessages
from simcom_async.sessions.progress import Direction, Meter
from simcom_async.sessions.source import ByteSource

if TYPE_CHECKING:
    from simcom_async.link.claims import Claim
    from simcom_async.sessions.attach import Attachment
    from simcom_async.sessions.http_request import HttpRequest
    from simcom_async.sessions.network import NetworkSession

__all__ = ["CarriedFlow"]

_HEAD_LIMIT = 300.0  # seconds from the first byte of an answer to the end of its head
_REPEATABLE = frozenset({"GET", "HEAD"})


class CarriedFlow(HttpFlow):
    """A request that the host writes itself, and an answer that it reads itself, header fields and all.

    A subclass makes the connection and moves the bytes. ``lost`` is its code of a network that is away: a request that
    may be repeated is, once, when the bearer has been opened again (law 9). ``broken`` is its code of a connection
    that ended too early.
    """

    conditional = True
    lost: ClassVar[Code]
    broken: ClassVar[Code]

    def __init__(self, attachment: Attachment, network: NetworkSession, request: HttpRequest) -> None:
        self._attachment = attachment
        self._link = attachment.link
        self._network = network
        self._request = request
        self._source: ByteSource | None = None
        self._early = b""
        self._trouble: list[Exception] = []
        self._meter = Meter(self._link.bus, self.service, Direction.SEND, request.progress)

    async def prepare(self) -> None:
        """Build the commands, open the body, and write the head."""
        self._build()
        body = self._request.body
        if body is not None:
            self._source = await ByteSource(body, "body").__aenter__()
        try:
            self._messages = self._made()
        except BaseException:
            await self.release()
            raise

    async def begin(self, claim: Claim) -> None:
        """Send the request, and wait for the head of the answer."""
        async with self._limit():
            await self._network.ready()
            try:
                await self._talk_when_free()
            except HttpError as error:
                if error.code != self.lost:
                    raise
                self._network.suspect()
                if self._request.method not in _REPEATABLE:
                    raise
                await self._network.ready()
                self._messages = self._made()
                await self._talk_when_free()
        if self._trouble:
            raise self._trouble[0]
        messages, offset = self._messages, self._request.offset
        if offset and messages.status == PARTIAL_CONTENT and messages.range is not None:
            check_place(self._request, messages.range, offset)
        self.status, self.headers, self.length = messages.status, messages.headers, messages.length

    async def read(self) -> bytes:
        """What has come of the body."""
        early, self._early = self._early, b""
        while not (early or self._messages.complete):
            async with self._limit():
                early = await self._receive()
        return early

    async def release(self) -> None:
        """Close the body."""
        source, self._source = self._source, None
        if source is not None:
            await source.__aexit__()

    def outgoing(self) -> AsyncGenerator[bytes, None]:
        """The request, piece by piece. What ``progress`` raises of it waits until the module has all of it."""
        return self._messages.outgoing(None if self._source is None else self.read_body, self._sent)

    async def read_body(self, size: int) -> bytes:
        """The next bytes of the request's body."""
        assert self._source is not None  # noqa: S101 - there is one, or nobody asks
        return await self._source.read(size)

    @abstractmethod
    def _build(self) -> None:
        """Build the command that makes the connection; raises UsageError in the caller's words."""

    @abstractmethod
    async def _ask(self) -> None:
        """Make the connection, and send the request or begin to. Raises HttpError."""

    @abstractmethod
    async def _take(self) -> bytes:
        """Wait for bytes of the server; none: it has closed the connection. Raises HttpError."""

    async def _freed(self, error: HttpError, busy: Busy) -> bool:
        """Whether a module that has refused it as busy is to be asked again, now; any other refusal stays."""
        return False

    def _made(self) -> HttpMessages:
        source = self._source
        return HttpMessages(self._request, 0 if source is None else source.size)

    async def _talk_when_free(self) -> None:
        """Talk; where the module is busy, and has done nothing of it, when it is so no more."""
        busy = Busy(self._attachment.clock, self._link.left, self.service)
        while True:
            try:
                return await self._talk()
            except HttpError as error:
                if not await self._freed(error, busy):
                    raise
            self._messages = self._made()

    async def _talk(self) -> None:
        await self._ask()
        self._early += await self._receive()  # whoever has begun to answer has not for ever to say how
        async with Deadline(
            self._attachment.clock, _HEAD_LIMIT, f"{self._request.method} {self._request.url}: the head"
        ):
            while not self._messages.status:
                self._early += await self._receive()

    async def _receive(self) -> bytes:
        data = await self._take()
        if data:
            return self._messages.receive(data)
        missing = self._messages.close()
        if missing:
            raise self._ended(missing)
        return b""

    def _ended(self, missing: str) -> HttpError:
        """The server has closed the connection before its answer was whole."""
        return HttpError(
            f"{self._request.method} {self._request.url}: the server closed the connection {missing}",
            code=int(self.broken),
            meaning="the answer is not whole",
            retry=True,
            remedy="send it again, if that does no harm",
        )

    def _sent(self, count: int) -> None:
        if not self._trouble and self._source is not None:
            try:
                self._meter.add(count, self._source.size)
            except Exception as error:  # the caller's function: its error goes to the caller
                self._trouble.append(error)

    def _limit(self) -> Deadline:
        request = self._request
        return Deadline(self._attachment.clock, request.timeout, f"{request.method} {request.url}")
