"""HTTP: requests and streams, by whichever way the dialect can carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, Unpack

from simcom_async.at.command import Service
from simcom_async.errors import SimcomError, UnsupportedService, UsageError
from simcom_async.sessions.http_action import ActionFlow
from simcom_async.sessions.http_flow import HttpFlow
from simcom_async.sessions.http_raw import RawFlow
from simcom_async.sessions.http_redirect import REDIRECTS, redirected, redirected_again
from simcom_async.sessions.http_request import HttpOptions, HttpRequest, Source
from simcom_async.sessions.http_response import HttpResponse
from simcom_async.sessions.http_resume import OVERLAP, Version, joined
from simcom_async.sessions.http_tls import TlsFlow
from simcom_async.sessions.progress import Direction, Meter
from simcom_async.sessions.restart import restart_named
from simcom_async.sessions.resumption import INTERRUPTIONS, Resumption
from simcom_async.sessions.session import Session
from simcom_async.sessions.whole import gathered_whole
from simcom_async.sessions.witness import witnessed

if TYPE_CHECKING:
    from simcom_async.link.claims import Claim
    from simcom_async.sessions.attach import Attachment
    from simcom_async.sessions.network import NetworkSession

__all__ = ["HttpSession", "HttpStream"]

#: The ways to carry a request; the first that the dialect has is taken.
FLOWS: tuple[type[HttpFlow], ...] = (ActionFlow, RawFlow, TlsFlow)


@witnessed("_link")
class HttpSession(Session):
    """HTTP through the module.

    An answer such as 404 is returned. Raises UsageError before a byte is sent, UnsupportedService for what the module
    has no command for, HttpError for the module's own results. Requests wait for each other; while a stream is open
    they get ServiceBusy. Options: see HttpOptions.
    """

    service = Service.HTTP

    def __init__(self, attachment: Attachment, network: NetworkSession) -> None:
        super().__init__(attachment)
        self._network = network

    async def get(self, url: str, **options: Unpack[HttpOptions]) -> HttpResponse:
        """Fetch a resource, of any size; with ``offset`` its bytes from there on."""
        return await self.request("GET", url, **options)

    async def head(self, url: str, **options: Unpack[HttpOptions]) -> HttpResponse:
        """Fetch the status and the headers only."""
        return await self.request("HEAD", url, **options)

    async def delete(self, url: str, **options: Unpack[HttpOptions]) -> HttpResponse:
        """Delete a resource."""
        return await self.request("DELETE", url, **options)

    async def post(self, url: str, body: Source | None = None, **options: Unpack[HttpOptions]) -> HttpResponse:
        """Send a body: bytes, the path of a file, or an async iterable of bytes."""
        return await self.request("POST", url, body, **options)

    async def put(self, url: str, body: Source | None = None, **options: Unpack[HttpOptions]) -> HttpResponse:
        """Store a body as a resource."""
        return await self.request("PUT", url, body, **options)

    async def request(
        self, method: str, url: str, body: Source | None = None, **options: Unpack[HttpOptions]
    ) -> HttpResponse:
        """Any method; the answer with its whole body."""
        request = HttpRequest(method=method, url=url, body=body, **options)
        async with HttpStream(self, request, held=False) as stream:
            return HttpResponse(stream.status, stream.headers, await stream.read())

    def stream(self, method: str, url: str, body: Source | None = None, **options: Unpack[HttpOptions]) -> HttpStream:
        """The same with the body in pieces: open it with ``async with``, read it with ``async for``."""
        return HttpStream(self, HttpRequest(method=method, url=url, body=body, **options), held=True)

    def flow(self, request: HttpRequest) -> HttpFlow:
        """The first way that can carry a request in the dialect. Raises UnsupportedService."""
        dialect = self._link.dialect
        for flow in FLOWS:
            if flow.carries(dialect, request):
                return flow(self._attachment, self._network, request)
        carried = " and ".join(flow.ability() for flow in FLOWS if flow.speaks(dialect))
        what = f"it carries {carried}" if carried else "it has no commands for HTTP"
        raise UnsupportedService(
            f"{request.method} over {request.scheme} is not for the {dialect.name} dialect: {what}",
            field="method",
            value=request.method,
            allowed=carried,
        )

    async def prepared(self, request: HttpRequest) -> HttpFlow:
        """The flow of a request, ready to begin; no byte has been sent."""
        flow = self.flow(request)
        await flow.prepare()
        return flow

    def resumption(self, request: HttpRequest) -> Resumption | None:
        """What lets an interrupted request go on, None: nothing does."""
        return Resumption(self._attachment, self.service, request.offset) if request.resume else None

    def meter(self, request: HttpRequest) -> Meter:
        """What counts the bytes of an answer; ``progress`` hears of them where it does not hear of the request's."""
        progress = request.progress if request.body is None else None
        return Meter(self._link.bus, self.service, Direction.RECEIVE, progress)


@dataclass(frozen=True, slots=True)
class _Head:
    """How a server answered at first; what is fetched of it later is of the same ``version``."""

    status: int
    headers: Mapping[str, str] | None
    length: int | None
    version: Version


@witnessed("_session._link")
class HttpStream:
    """An answer whose body comes in pieces, inside ``async with``.

    ``status``, ``headers`` (None where the module tells none) and ``length`` (bytes in all, None: not known) are there
    from the start. The body is fetched as it is read, so a slow reader loses nothing.
    """

    def __init__(self, session: HttpSession, request: HttpRequest, *, held: bool) -> None:
        self._session = session
        self._attachment = session.attachment
        self._request = request
        self._held = held
        self._meter = session.meter(request)
        self._resumption = session.resumption(request)
        self._claim: Claim | None = None
        self._flow: HttpFlow | None = None
        self._head: _Head | None = None
        self._tail = self._early = b""
        self._upsets = 0  # of the module, when the request began

    @property
    def status(self) -> int:
        """The server's status."""
        return self._open.status

    @property
    def headers(self) -> Mapping[str, str] | None:
        """The headers by lower-cased name, None where the module tells none."""
        return self._open.headers

    @property
    def length(self) -> int | None:
        """How many bytes the body has, None where nobody knows."""
        return self._open.length

    async def __aenter__(self) -> Self:
        for _ in range(REDIRECTS + 1):
            flow = await self._begin(self._request)
            following = await self._redirected(flow)
            if following is None:
                version = Version.of(flow, self._request.offset)
                self._head = _Head(flow.status, flow.headers, flow.length, version)
                return self
            await self.aclose()
            self._request = following
        raise redirected_again(self._request)

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        length = self._open.length
        piece = await self._read()
        if not piece:
            raise StopAsyncIteration
        self._meter.add(len(piece), length)
        if self._resumption is not None:
            self._tail = (self._tail + piece)[-OVERLAP:]
        return piece

    async def read(self) -> bytes:
        """The rest of the body. Raises ProtocolError when it is more than WHOLE_MAXIMUM bytes."""
        return await gathered_whole(self, f"{self._request.method} {self._request.url}")

    async def aclose(self) -> None:
        """End the request, wherever it is; again is harmless."""
        self._head = None
        await self._leave()

    async def _leave(self) -> None:
        flow, claim = self._flow, self._claim
        self._flow = self._claim = None
        if flow is not None and claim is not None:
            try:
                await self._session.leave(claim, flow.end)
            finally:
                await flow.release()

    async def _begin(self, request: HttpRequest) -> HttpFlow:
        """Ask, when it is one's turn."""
        flow = await self._session.prepared(request)
        try:
            claim = await self._session.enter(held=self._held, service=flow.service)
        except BaseException:
            await flow.release()
            raise
        self._flow, self._claim = flow, claim
        self._upsets = self._attachment.upsets
        try:
            with restart_named(self._attachment, self._upsets):
                await flow.begin(claim)
        except BaseException:
            await self._leave()
            raise
        return flow

    async def _redirected(self, flow: HttpFlow) -> HttpRequest | None:
        """The request that the answer redirects to, where that is to be followed and the module does not."""
        try:
            return redirected(self._request, flow) if self._request.follow_redirects and not flow.follows else None
        except BaseException:
            await self.aclose()
            raise

    async def _read(self) -> bytes:
        """The next bytes, be it of a further request behind a failure."""
        flow, early = self._flow, self._early
        if early:
            self._early = b""
            return early
        while flow is not None:
            try:
                with restart_named(self._attachment, self._upsets):
                    return await flow.read()
            except INTERRUPTIONS as error:
                if self._resumption is None:
                    raise
                interruption = error
            try:
                flow = await self._go_on(self._resumption, interruption)
                if self._early:
                    return await self._read()
            except BaseException:
                self._head = None  # what is missing is no end
                raise
        return b""

    async def _go_on(self, resumption: Resumption, error: SimcomError) -> HttpFlow | None:
        """Ask for the rest until it comes; None: there is none. Raises what cannot be gone on after."""
        head, offset = self._open, self._request.offset + self._meter.done
        conditional = self._flow is not None and self._flow.conditional
        start = offset - len(self._tail)
        request = head.version.following(self._request, start, conditional=conditional)
        while True:
            await self._leave()
            if head.version.size == offset:
                return None
            await resumption.after(error, offset)
            try:
                flow = await self._begin(request)
                head.version.check(request, flow, start)
                self._early = await joined(request, flow, self._tail)
            except INTERRUPTIONS as again:
                error = again
            else:
                return flow

    @property
    def _open(self) -> _Head:
        if self._head is None:
            raise UsageError("the stream is not open: read it inside its async with block")
        return self._head
