"""HTTP: requests and streams, by whichever way the dialect can carry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self, Unpack

from simcom_async.at.command import Service
from simcom_async.errors import UnsupportedService, UsageError
from simcom_async.sessions.http_action import ActionFlow
from simcom_async.sessions.http_flow import HttpFlow
from simcom_async.sessions.http_raw import RawFlow
from simcom_async.sessions.http_redirect import REDIRECTS, redirected, redirected_again
from simcom_async.sessions.http_request import HttpOptions, HttpRequest, Source
from simcom_async.sessions.http_response import HttpResponse
from simcom_async.sessions.http_tls import TlsFlow
from simcom_async.sessions.progress import Direction, Meter
from simcom_async.sessions.session import Session
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

    def meter(self, request: HttpRequest) -> Meter:
        """What counts the bytes of an answer; ``progress`` hears of them where it does not hear of the request's."""
        progress = request.progress if request.body is None else None
        return Meter(self._link.bus, self.service, Direction.RECEIVE, progress)


@witnessed("_session._link")
class HttpStream:
    """An answer whose body comes in pieces, inside ``async with``.

    ``status``, ``headers`` (None where the module tells none) and ``length`` (bytes in all, None: not known) are there
    from the start. The body is fetched as it is read, so a slow reader loses nothing.
    """

    def __init__(self, session: HttpSession, request: HttpRequest, *, held: bool) -> None:
        self._session = session
        self._request = request
        self._held = held
        self._meter = session.meter(request)
        self._claim: Claim | None = None
        self._flow: HttpFlow | None = None

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
            following = await self._begin()
            if following is None:
                return self
            await self.aclose()
            self._request = following
        raise redirected_again(self._request)

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        flow = self._open
        piece = await flow.read()
        if not piece:
            raise StopAsyncIteration
        self._meter.add(len(piece), flow.length)
        return piece

    async def read(self) -> bytes:
        """The rest of the body."""
        body = bytearray()
        async for piece in self:
            body += piece
        return bytes(body)

    async def aclose(self) -> None:
        """End the request, wherever it is; again is harmless."""
        flow, claim = self._flow, self._claim
        self._flow = self._claim = None
        if flow is not None and claim is not None:
            try:
                await self._session.leave(claim, flow.end)
            finally:
                await flow.release()

    async def _begin(self) -> HttpRequest | None:
        """Ask; the request that the answer redirects to, where that is to be followed and the module does not."""
        request = self._request
        flow = await self._session.prepared(request)
        try:
            claim = await self._session.enter(held=self._held, service=flow.service)
        except BaseException:
            await flow.release()
            raise
        self._flow, self._claim = flow, claim
        try:
            await flow.begin(claim)
            return redirected(request, flow) if request.follow_redirects and not flow.follows else None
        except BaseException:
            await self.aclose()
            raise

    @property
    def _open(self) -> HttpFlow:
        if self._flow is None:
            raise UsageError("the stream is not open: read it inside its async with block")
        return self._flow
