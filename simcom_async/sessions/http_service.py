"""The HTTP service inside the module: started, told a request, asked for what it holds, stopped."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simcom_async.at.command import Command, Service
from simcom_async.at.fields import Text
from simcom_async.commands.http import (
    BODY_MAXIMUM,
    HttpAction,
    HttpActionResult,
    HttpDataInput,
    HttpHead,
    HttpInit,
    HttpMethod,
    HttpRead,
    HttpReadRange,
    HttpSsl,
    HttpStatus,
    HttpTerm,
)
from simcom_async.commands.http_parameters import (
    HttpParaBreak,
    HttpParaBreakEnd,
    HttpParaCid,
    HttpParaContent,
    HttpParaProxyAddress,
    HttpParaProxyPort,
    HttpParaRedirect,
    HttpParaTimeout,
    HttpParaUrl,
    HttpParaUserAgent,
    HttpParaUserHeaders,
)
from simcom_async.errors import CommandFailed, HttpError, LimitExceeded, ModemError, UsageError
from simcom_async.sessions.counted import USUAL_RATE, block_size, read_stored
from simcom_async.sessions.http_body import gathered
from simcom_async.sessions.http_flow import http_error
from simcom_async.sessions.http_request import HttpRequest
from simcom_async.sessions.http_response import parsed_headers
from simcom_async.sessions.parameter import built, limits
from simcom_async.sessions.progress import Direction, Meter
from simcom_async.sessions.refusable import taken

if TYPE_CHECKING:
    from simcom_async.link.link import Link
    from simcom_async.ports.clock import Clock
    from simcom_async.sessions.network import NetworkSession

__all__ = ["HttpService", "Span"]

_OWN_CODES = 600  # and above: the module's own results, not the server's (SIM800 AT manual 11.2.5)
_REPEATABLE = frozenset({"GET", "HEAD"})
#: Seconds before the one further try that each of these gets (device-facts 9, numbers 1 and 2).
_REMEDIES = {HttpStatus.NETWORK_ERROR: 0.0, HttpStatus.DNS_ERROR: 3.0, HttpStatus.STACK_BUSY: 3.0}
_MARGIN = 30.0  # seconds that the host waits longer than the module, so that the module's own result comes first
_ENTRY_PIECE = 1_460
_PARAMETER = Text()
_LINE_END = r"\r\n"  # the four characters stand for a line end (device-facts 4.1)


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of a resource from ``first`` to ``last``, both included; ``last`` None: to its end."""

    first: int = 0
    last: int | None = None

    @property
    def commands(self) -> tuple[Command[None], ...]:
        """What asks for these bytes; nothing for all of them."""
        if self.last is not None:
            return HttpParaBreak(value=self.first), HttpParaBreakEnd(value=self.last)
        return (HttpParaBreak(value=self.first),) if self.first else ()


class HttpService:
    """The module's own HTTP service, as AT+HTTPINIT starts it, for one request."""

    def __init__(self, link: Link, clock: Clock, network: NetworkSession, request: HttpRequest) -> None:
        self._link = link
        self._clock = clock
        self._network = network
        self._request = request
        self._started = False
        self._body = b""
        self._parameters: tuple[Command[None], ...] = ()
        self._deadline = _deadline(request.timeout)
        self._action = HttpAction(method=HttpMethod[request.method])

    async def prepare(self) -> None:
        """Gather the body, build the commands and check them; no byte is sent."""
        request, dialect = self._request, self._link.dialect
        dialect.admit(self._action)
        _check_fields(request)
        host, port = request.proxy_address or (None, None)
        lines = _LINE_END.join(request.header_lines)
        wanted: tuple[tuple[str, type[Command[None]], object], ...] = (
            ("cid", HttpParaCid, self._network.cid),
            ("url", HttpParaUrl, request.address),
            ("headers[User-Agent]", HttpParaUserAgent, request.user_agent),
            ("proxy", HttpParaProxyAddress, host),
            ("proxy", HttpParaProxyPort, port),
            ("follow_redirects", HttpParaRedirect, 1 if request.follow_redirects else None),
            ("timeout", HttpParaTimeout, _module_timeout(request.timeout)),
            ("content_type", HttpParaContent, request.media_type),
        )
        commands = [built(dialect, field, kind, value) for field, kind, value in wanted if value is not None]
        if lines:
            commands.append(built(dialect, "headers", HttpParaUserHeaders, lines, secret=True))
        for command in Span(1, 1).commands if request.offset or request.resume else ():
            dialect.admit(command)
        self._parameters = tuple(commands)
        self._body = await gathered(request.body, BODY_MAXIMUM)
        if self._body:
            dialect.admit(self._entry)

    async def perform(self, span: Span) -> HttpActionResult:
        """Carry the request out for these bytes of the resource; raises HttpError for the module's own results.

        Only GET and HEAD are tried again, once for each result that has a remedy (law 9).
        """
        tried: set[HttpStatus] = set()
        while True:
            result = await self._attempt(span)
            if result.status < _OWN_CODES:
                return result
            if result.status == HttpStatus.NETWORK_ERROR:
                self._network.suspect()
            if self._request.method not in _REPEATABLE or result.status in tried or result.status not in _REMEDIES:
                raise self.error(result.status)
            tried.add(result.status)
            await self._remedy(result.status)

    async def head(self) -> dict[str, str] | None:
        """The headers of the answer; None where the module has no command for them."""
        if not self._link.dialect.speaks(HttpHead):
            return None
        try:
            return parsed_headers(await read_stored(self._link, HttpHead(), BODY_MAXIMUM, least=0))
        except CommandFailed:
            return None  # firmware before the manual's version 1.12 has no such command

    async def read(self, start: int, size: int, *, whole: bool = False) -> bytes:
        """At most ``size`` bytes of the stored body from ``start`` on, at least one; ``whole``: this is all of it."""
        command = HttpRead() if whole else HttpReadRange(start=start, size=size)
        return await read_stored(self._link, command, size)

    async def stop(self) -> None:
        """End the service, if it was started."""
        if not self._started:
            return
        await taken(self._link, HttpTerm())  # ERROR says no more than that it is ended already (device-facts 1.3)
        self._started = False
        if self._request.scheme == "https":
            await self._link.settled(Service.HTTP, _MARGIN)
            await self._switch_tls_off()

    def error(self, status: HttpStatus, remedy: str = "") -> HttpError:
        """The error of a result that no answer comes with."""
        return http_error(self._request, self._action.masked, status, remedy)

    @property
    def block(self) -> int:
        """Bytes to read at a time."""
        return block_size(self._link.state.baud)

    async def _remedy(self, status: HttpStatus) -> None:
        """Do what may help against this result; raises it when that fails."""
        await self._clock.sleep(_REMEDIES[status])
        try:
            await self._network.ready()
        except ModemError as error:
            raise self.error(status, str(error)) from error

    async def _attempt(self, span: Span) -> HttpActionResult:
        await self._start()
        for command in (*self._parameters, *span.commands):
            await self._link.send(command)
        if self._body:
            await self._enter()
        return await self._link.send(self._action, timeout=self._deadline)

    async def _start(self) -> None:
        await self.stop()
        self._started = True  # from here on it has to be stopped, whatever comes of it
        try:
            await self._link.send(HttpInit())
        except CommandFailed:
            await taken(self._link, HttpTerm())  # a run before this one has left it started (device-facts 9, number 3)
            await self._link.send(HttpInit())
        if self._request.scheme == "https":
            await self._link.send(HttpSsl(enabled=1))

    @property
    def _entry(self) -> HttpDataInput:
        size = len(self._body)
        needed = math.ceil(2 * size * 10_000 / (self._link.state.baud or USUAL_RATE))  # ms, ten bits a byte, twice
        allowed = limits(HttpDataInput, "time")
        if needed > 2 * (allowed.high or needed):
            raise LimitExceeded(
                f"body: {size} bytes take longer than {allowed.high} ms at {self._link.state.baud} bit/s",
                field="body",
                value=size,
                allowed=f"what the line carries in {allowed.high} ms",
            )
        return HttpDataInput(size=size, time=min(max(needed, 10_000), allowed.high or needed))

    async def _enter(self) -> None:
        meter = Meter(self._link.bus, Service.HTTP, Direction.SEND, self._request.progress)
        trouble: list[Exception] = []
        await self._link.send(self._entry, entry=_pieces(self._body, meter, trouble))
        if trouble:
            raise trouble[0]

    async def _switch_tls_off(self) -> None:
        """The module keeps AT+HTTPSSL; some firmware takes it only while the service runs (device-facts 4.2)."""
        if not await taken(self._link, HttpSsl(enabled=0)):
            for command in (HttpInit(), HttpSsl(enabled=0), HttpTerm()):
                await taken(self._link, command)


def _check_fields(request: HttpRequest) -> None:
    """Raise UsageError for header values that the module's parameters cannot carry, or where it reads its escapes."""
    values = [(f"headers[{name}]", value, True) for name, value in (request.headers or {}).items()]
    if request.content_type is not None:
        values.append(("content_type", request.content_type, False))
    for field, value, secret in values:
        _PARAMETER.check(field, value, secret=secret)
        if "\\" in value:
            allowed = "a value without backslashes, which the module takes for line ends"
            shown = None if secret else value
            raise UsageError(
                f"{field}: this is not taken, allowed is {allowed}", field=field, value=shown, allowed=allowed
            )


async def _pieces(body: bytes, meter: Meter, trouble: list[Exception]) -> AsyncIterator[bytes]:
    """The body, counted; what the caller's ``progress`` raises waits until the module has all of its bytes."""
    for start in range(0, len(body), _ENTRY_PIECE):
        piece = body[start : start + _ENTRY_PIECE]
        yield piece
        if not trouble:
            try:
                meter.add(len(piece), len(body))
            except Exception as error:
                trouble.append(error)


def _module_timeout(timeout: float | None) -> int | None:
    """What the module is told of a time limit: it knows none below 30 seconds."""
    if timeout is None:
        return None
    return max(limits(HttpParaTimeout, "value").low or 0, math.ceil(timeout))


def _deadline(timeout: float | None) -> float | None:
    """How long the host waits: a limit that the module cannot keep is kept here, to the second."""
    if timeout is None:
        return None
    return timeout if timeout < (limits(HttpParaTimeout, "value").low or 0) else timeout + _MARGIN
