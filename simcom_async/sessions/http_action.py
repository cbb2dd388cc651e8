"""HTTP over AT+HTTPINIT, AT+HTTPPARA and AT+HTTPACTION: the module keeps the answer, the host fetches it.

The module holds 319,488 bytes. What is longer is fetched as a row of ranges.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simcom_async.at.dialect import Dialect
from simcom_async.commands.http import (
    BODY_MAXIMUM,
    HttpAction,
    HttpInit,
    HttpMethod,
    HttpRead,
    HttpReadRange,
    HttpSsl,
    HttpStatus,
    HttpTerm,
)
from simcom_async.commands.http_parameters import HttpParaBreak, HttpParaBreakEnd, HttpParaCid, HttpParaUrl
from simcom_async.errors import HttpError
from simcom_async.sessions.http_flow import HttpFlow, check_place
from simcom_async.sessions.http_request import HttpRequest
from simcom_async.sessions.http_response import ContentRange
from simcom_async.sessions.http_service import HttpService, Span

if TYPE_CHECKING:
    from simcom_async.link.claims import Claim
    from simcom_async.sessions.attach import Attachment
    from simcom_async.sessions.network import NetworkSession

__all__ = ["ActionFlow"]

#: Bytes of one range: as many as today's firmware holds, and as the oldest in the manuals does (device-facts 4.2).
_LENGTH = re.compile(r"[0-9]{1,20}")
_RANGES = (318_976, 102_400)
_WITH_BODY = range(HttpStatus.OK, HttpStatus.PARTIAL_CONTENT + 1)
_NO_RANGES = "the server does not answer ranges, so no more of it can be fetched; ask for a shorter one"


@dataclass(slots=True)
class Stored:
    """What the module holds: ``size`` bytes of the resource from ``first`` on, of which ``read`` have been fetched."""

    status: int
    headers: Mapping[str, str] | None
    size: int
    first: int = 0
    read: int = 0

    @property
    def range(self) -> ContentRange | None:
        """The bytes that the server says these are."""
        return ContentRange.of(self.headers)

    @property
    def partial(self) -> bool:
        """Whether it is a range. Older firmware says 200 there, as the manual does (SIM800 IP note 3.7)."""
        ranged = self.status == HttpStatus.OK and self.range is not None
        return ranged or self.status == HttpStatus.PARTIAL_CONTENT

    @property
    def declared(self) -> int | None:
        """How many bytes the server said that would come."""
        text = (self.headers or {}).get("content-length", "")
        return int(text) if _LENGTH.fullmatch(text) else None

    @property
    def version(self) -> str | None:
        """What changes when the resource does."""
        headers = self.headers or {}
        return headers.get("etag") or headers.get("last-modified")


class ActionFlow(HttpFlow):
    """A request by the module's own HTTP service; longer bodies than it holds are fetched range by range."""

    needs = (HttpInit, HttpTerm, HttpParaCid, HttpParaUrl, HttpAction, HttpRead, HttpReadRange)
    methods = tuple(HttpMethod.__members__)
    follows = True

    def __init__(self, attachment: Attachment, network: NetworkSession, request: HttpRequest) -> None:
        link = attachment.link
        self._network = network
        self._request = request
        self._service = HttpService(link, attachment.clock, network, request)
        self._ranges = list(_RANGES)
        speaks = link.dialect.speaks
        self._divisible = (
            request.method == "GET" and not request.ranged and speaks(HttpParaBreak) and speaks(HttpParaBreakEnd)
        )
        self._divided = self._more = False
        self._end: int | None = None
        self._stored = Stored(0, None, 0)

    @classmethod
    def carries(cls, dialect: Dialect, request: HttpRequest) -> bool:
        """As every flow, and https only with the command for it."""
        return super().carries(dialect, request) and (request.scheme != "https" or dialect.speaks(HttpSsl))

    async def prepare(self) -> None:
        """Gather the body and build the commands."""
        await self._service.prepare()

    async def begin(self, claim: Claim) -> None:
        """Ask for all of it, or for the first range where that is more than the module holds."""
        await self._network.ready()
        offset = self._request.offset
        try:
            stored = await self._fetch(Span(offset))
            asked = BODY_MAXIMUM
        except HttpError as error:
            if error.code != HttpStatus.NO_MEMORY or not self._divisible:
                raise
            stored = await self._fetch_range(offset)
            asked = self._ranges[0]
            self._divided = stored.partial
        self._accept(stored, offset, asked)
        self._describe(stored, offset)

    async def read(self) -> bytes:
        """The next block; the next range is asked for when the module's memory has been read."""
        while (left := self._stored.size - self._stored.read) == 0:
            if not self._more or not await self._advance():
                return b""
        stored = self._stored
        block = min(left, self._service.block)
        data = await self._service.read(stored.read, block, whole=block == stored.size)
        stored.read += len(data)
        return data

    async def end(self) -> None:
        """Stop the module's service."""
        await self._service.stop()

    async def _fetch(self, span: Span) -> Stored:
        result = await self._service.perform(span)
        headers = await self._service.head()
        return Stored(int(result.status), headers, result.length, first=span.first)

    async def _fetch_range(self, first: int) -> Stored:
        """The next range, a shorter one when the module cannot hold it."""
        while True:
            try:
                return await self._fetch(Span(first, first + self._ranges[0] - 1))
            except HttpError as error:
                if error.code != HttpStatus.NO_MEMORY:
                    raise
                if len(self._ranges) == 1:
                    raise self._service.error(HttpStatus.NO_MEMORY, _NO_RANGES) from error
            del self._ranges[0]

    def _accept(self, stored: Stored, offset: int, asked: int) -> None:
        """Take the first part of an answer, and find out whether there is more."""
        self._stored = stored
        if stored.status not in _WITH_BODY or self._request.method == "HEAD":
            return
        found = stored.range
        if found is not None and not self._request.ranged:
            check_place(self._request, found, offset)
        elif not stored.partial:
            stored.first = 0  # the server ignored the range: it is all there, and what was not asked for is left out
            stored.read = min(offset, stored.size)
        self._end = found.total if found is not None else None
        if self._end is None and stored.declared is not None and not self._divided:
            self._end = stored.first + stored.declared
        self._more = self._divisible and self._incomplete(stored, asked)
        if self._request.method == "GET" and not self._divisible and stored.size < (stored.declared or 0):
            raise self._service.error(HttpStatus.NO_MEMORY)

    def _incomplete(self, stored: Stored, asked: int) -> bool:
        """Whether there is something behind these bytes; where nobody tells the size, a full memory says maybe."""
        return stored.size >= asked if self._end is None else stored.first + stored.size < self._end

    def _describe(self, stored: Stored, offset: int) -> None:
        """What the caller sees: the answer to what was asked, however it is fetched."""
        self.status, self.headers = stored.status, stored.headers
        self.length = stored.size - stored.read
        if self._more:
            self.length = None if self._end is None else self._end - offset
        if self._divided:
            self.status = int(HttpStatus.PARTIAL_CONTENT if offset else HttpStatus.OK)
            self.headers = _joined(stored.headers, offset, self._end)

    async def _advance(self) -> bool:
        """Have the module fetch the next range; False when there was nothing left."""
        before = self._stored
        first = before.first + before.size
        stored = await self._fetch_range(first)
        if stored.status == HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE and self._end is None:
            self._more = False
            return False
        self._check_part(before, stored, first)
        self._stored = stored
        found = stored.range
        if self._end is None and found is not None:
            self._end = found.total
        self._more = self._incomplete(stored, self._ranges[0])
        return True

    def _check_part(self, before: Stored, stored: Stored, first: int) -> None:
        """Whether a range belongs to the same resource as those before it."""
        if stored.status == HttpStatus.OK and not stored.partial:
            raise self._service.error(HttpStatus.NO_MEMORY, _NO_RANGES)
        if not stored.partial or not stored.size:
            raise self._service.error(HttpStatus(stored.status), f"fetch it again with offset={first}")
        found = stored.range
        if found is not None:
            check_place(self._request, found, first)
        changed = None not in (before.version, stored.version) and before.version != stored.version
        if changed or (found is not None and None not in (found.total, self._end) and found.total != self._end):
            raise _changed(self._request, first)


def _joined(headers: Mapping[str, str] | None, offset: int, end: int | None) -> Mapping[str, str] | None:
    """The headers of a range, as those of all ranges together."""
    if headers is None:
        return None
    joined = {name: value for name, value in headers.items() if name not in ("content-range", "content-length")}
    if end is not None:
        joined["content-length"] = str(end - offset)
        if offset:
            joined["content-range"] = f"bytes {offset}-{end - 1}/{end}"
    return joined


def _changed(request: HttpRequest, first: int) -> HttpError:
    return HttpError(
        f"GET {request.url}: it changed while it was fetched, after {first} bytes",
        code=int(HttpStatus.PARTIAL_CONTENT),
        meaning="the resource changed between two ranges",
        retry=True,
        remedy="fetch it again from the start",
    )
