"""The HTTP service of the SIM800, AT+HTTPINIT to AT+HTTPHEAD, over the real network (SIM800 AT manual chapter 11).

Where the manuals are silent: a body longer than BODY_MAXIMUM ends in 602 and nothing of it is stored, but its header
block is (AT+HTTPHEAD); AT+HTTPREAD behind the end of what is stored is ``+HTTPREAD: 0``.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from simcom_async.at.message import Message
from simcom_async.commands import http as messages
from simcom_async.commands.http import BODY_MAXIMUM, HttpActivity, HttpMethod, HttpStatus, HttpVerb
from simcom_async.virtual import fetch, internet
from simcom_async.virtual.fetch import Fetch, Request
from simcom_async.virtual.http_parameters import HttpParameters, loaded
from simcom_async.virtual.internet import Connection, NetworkFailure
from simcom_async.virtual.turn import Answered, Answers, Operation, Refused, Turn
from simcom_async.virtual.url import Target

if TYPE_CHECKING:
    from simcom_async.virtual.modem import VirtualModem

__all__ = ["ANSWERS", "HttpService"]

ANSWERS = Answers()
_INITIALISED = "HTTPINIT"

#: Causes by the module's own status, the most special first.
_STATUS: tuple[tuple[type[NetworkFailure], HttpStatus], ...] = (
    (fetch.NoHttp, HttpStatus.NOT_HTTP_PDU),
    (fetch.TooLarge, HttpStatus.NO_MEMORY),
    (internet.NameNotResolved, HttpStatus.DNS_ERROR),
    (internet.StackBusy, HttpStatus.STACK_BUSY),
    (internet.TlsAlert, HttpStatus.TLS_ALERT),
    (internet.TlsFailed, HttpStatus.TLS_FAILED),
    (internet.ConnectFailed, HttpStatus.NETWORK_ERROR),
)


class HttpService:
    """One HTTP session of a module: its parameters, what it has stored, and the request under way."""

    def __init__(self, modem: VirtualModem) -> None:
        self.modem = modem
        self.saved = False
        self.parameters = HttpParameters()
        self.forget()

    def forget(self) -> None:
        """Nothing is stored, nothing is under way."""
        self.upload = b""
        self.stored: bytes | None = None
        self.head: bytes | None = None
        self.verb = HttpVerb.GET
        self._fetch: Fetch | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """AT+HTTPINIT."""
        self.forget()
        self.parameters = loaded(self)
        self.saved = self.parameters != HttpParameters()
        self.modem.conditions.add(_INITIALISED)

    def end(self) -> None:
        """AT+HTTPTERM, or the power: a request under way ends without a word."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
        self.forget()

    @property
    def busy(self) -> bool:
        """Whether a request is under way."""
        return self._fetch is not None

    @property
    def progress(self) -> messages.HttpProgress:
        """What is going on."""
        under_way = self._fetch
        if under_way is None:
            return messages.HttpProgress(method=self.verb, status=HttpActivity.IDLE, finish=0, remain=0)
        activity = HttpActivity.SENDING if under_way.sending else HttpActivity.RECEIVING
        return messages.HttpProgress(method=self.verb, status=activity, finish=under_way.done, remain=under_way.left)

    def prepare(self, method: HttpMethod) -> Fetch:
        """A request is about to begin. Raises Refused when one is under way, or something is missing."""
        if self.busy or self.parameters.cid is None or not self.parameters.url:
            raise Refused
        self.verb = HttpVerb[method.name]
        self.stored = self.head = None
        self._fetch = Fetch(self._connect)
        return self._fetch

    async def perform(self, operation: Operation, method: HttpMethod, under_way: Fetch) -> None:
        """Do the request, and say how it ended."""
        if self._fetch is not under_way:
            return
        self._task = asyncio.current_task()
        status = await self._status(under_way, method)
        if under_way.status:
            self.head = under_way.head
        if status < HttpStatus.NOT_HTTP_PDU:
            self.stored = bytes(under_way.body)
        await operation.urc(
            messages.HttpActionResult(method=method, status=status, length=len(self.stored or b"")),
            just_before=self._settle,
        )

    def read(self, start: int, size: int) -> Answered:
        """A part of what is stored, as far as there is one."""
        if self.busy:
            raise Refused
        stored = self.stored
        if stored is None:
            return None
        size = self.modem.faults.short_read(min(size, max(0, len(stored) - start)))
        data = stored[start : start + size]
        return [messages.HttpReadHeader(length=len(data)), data]

    def _settle(self) -> None:
        self._fetch = self._task = None

    async def _status(self, under_way: Fetch, method: HttpMethod) -> HttpStatus:
        request = self._request(method)
        if request is None or not self._has_bearer():
            return HttpStatus.NETWORK_ERROR if request is not None else HttpStatus.DNS_ERROR
        try:
            await under_way.run(request)
        except NetworkFailure as failure:
            if not self._has_bearer():
                return HttpStatus.NETWORK_ERROR
            return next(status for cause, status in _STATUS if isinstance(failure, cause))
        return HttpStatus(under_way.status)

    def _has_bearer(self) -> bool:
        cid = self.parameters.cid
        return cid is not None and self.modem.network.bearers[cid].is_open

    def _request(self, method: HttpMethod) -> Request | None:
        given = self.parameters
        secure = self.modem.profile.read(messages.HttpSsl)
        target = Target.of(given.url, tls=secure is not None and secure.enabled == 1)
        if target is None:
            return None
        headers = [("Accept", "*/*"), ("User-Agent", given.agent), ("Connection", "close")]
        if given.range is not None and method is HttpMethod.GET:
            headers.append(("Range", given.range))
        if given.content and method is HttpMethod.POST:
            headers.append(("Content-Type", given.content))
        proxy = (given.proxy_address, given.proxy_port or 80) if given.proxy_address else None
        return Request(
            method.name,
            target,
            headers=(*headers, *given.headers),
            body=self.upload if method is HttpMethod.POST else b"",
            proxy=proxy,
            follow=given.redirect == 1,
            limit=BODY_MAXIMUM,
        )

    async def _connect(self, host: str, port: int, tls: bool) -> Connection:
        idle = self.modem.options.network_timeout or self.parameters.timeout
        bearer = self.parameters.cid or 1
        return await self.modem.internet.connect(host, port, bearer=bearer, tls=tls, idle=idle)


@ANSWERS.to(messages.HttpInit)
async def _initialise(turn: Turn[messages.HttpInit]) -> None:
    if _INITIALISED in turn.modem.conditions:
        raise Refused
    turn.modem.http.start()


@ANSWERS.to(messages.HttpTerm)
async def _terminate(turn: Turn[messages.HttpTerm]) -> None:
    turn.modem.http.end()


@ANSWERS.to(messages.HttpDataClear)
async def _clear(turn: Turn[messages.HttpDataClear]) -> None:
    turn.modem.http.upload = b""
    turn.modem.http.stored = None


@ANSWERS.to(messages.HttpDataInput)
async def _enter(turn: Turn[messages.HttpDataInput]) -> None:
    service = turn.modem.http
    if service.busy:
        raise Refused
    entered = await turn.entry(messages.HttpDownload())
    service.upload = service.stored = entered.data


@ANSWERS.to(messages.HttpAction)
async def _act(turn: Turn[messages.HttpAction]) -> None:
    service, method = turn.modem.http, turn.command.method
    under_way = service.prepare(method)
    turn.operate(lambda operation: service.perform(operation, method, under_way))


@ANSWERS.to(messages.HttpRead)
async def _read(turn: Turn[messages.HttpRead]) -> Answered:
    return turn.modem.http.read(0, BODY_MAXIMUM)


@ANSWERS.to(messages.HttpReadRange)
async def _read_range(turn: Turn[messages.HttpReadRange]) -> Answered:
    return turn.modem.http.read(turn.command.start, turn.command.size)


@ANSWERS.to(messages.HttpHead)
async def _head(turn: Turn[messages.HttpHead]) -> Answered:
    head = turn.modem.http.head
    return None if head is None else [messages.HttpHeadHeader(length=len(head)), head]


@ANSWERS.to(messages.HttpStatusRead)
async def _progress(turn: Turn[messages.HttpStatusRead]) -> Message:
    return turn.modem.http.progress
