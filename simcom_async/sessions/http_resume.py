"""Whether what an interrupted GET is answered with belongs to the same document as the bytes before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from simcom_async.errors import HttpError
from simcom_async.sessions.http_flow import PARTIAL_CONTENT
from simcom_async.sessions.http_request import HttpRequest

if TYPE_CHECKING:
    from simcom_async.sessions.http_flow import HttpFlow

__all__ = ["OVERLAP", "Version", "behind", "joined"]

#: Bytes that are asked for once more, to see that they are the same.
OVERLAP = 512

_OK = 200
_AGAIN = frozenset({408, 425, 429, *range(500, 600)})  # answers of a server that may be another one soon


@dataclass(frozen=True, slots=True)
class Version:
    """What is known of a document: its entity tag, when it was modified, and its size in bytes (None: not known)."""

    etag: str | None
    modified: str | None
    size: int | None

    @classmethod
    def of(cls, flow: HttpFlow, offset: int) -> Version:
        """What an answer says that begins ``offset`` bytes behind the start of the document."""
        headers = flow.headers or {}
        size = None if flow.length is None else offset + flow.length
        return cls(headers.get("etag"), headers.get("last-modified"), size)

    def following(self, request: HttpRequest, offset: int, *, conditional: bool) -> HttpRequest:
        """The request for the bytes from ``offset`` on; ``conditional``: of this version, or else for all of another.

        A weak tag is none that a range may be asked for with (RFC 9110 section 13.1.5).
        """
        tag = None if self.etag is None or self.etag.startswith("W/") else self.etag
        known = tag or self.modified
        fields = dict(request.headers or {})
        if conditional and known is not None and request.header("if-range") is None:
            fields["If-Range"] = known
        return replace(request, offset=offset, headers=fields or None)

    def check(self, request: HttpRequest, flow: HttpFlow, offset: int) -> None:
        """Raise HttpError where an answer from ``offset`` on is none, or is of another version."""
        if flow.status not in (_OK, PARTIAL_CONTENT):
            raise HttpError(
                f"GET {request.url}: {flow.status} came for the bytes from {offset} on",
                code=flow.status,
                meaning="the server gives no more of it",
                retry=flow.status in _AGAIN,
                remedy="fetch it again from the start",
            )
        found = Version.of(flow, offset)
        pairs = ((self.etag, found.etag), (self.modified, found.modified), (self.size, found.size))
        if any(None not in pair and pair[0] != pair[1] for pair in pairs):
            raise _changed(request, flow.status)


async def joined(request: HttpRequest, flow: HttpFlow, tail: bytes) -> bytes:
    """See that an answer begins with the bytes that came last; what of it comes behind them. Raises HttpError."""
    rest = await behind(flow.read, tail)
    if rest is None:
        raise _changed(request, flow.status)
    return rest


async def behind(read: Callable[[], Awaitable[bytes]], tail: bytes) -> bytes | None:
    """What has come behind the bytes that came last, when these were read once more; None: other bytes came, or fewer.

    ``read`` gives the next ones, none at the end.
    """
    came = b""
    while len(came) < len(tail) and (piece := await read()):
        came += piece
    return came[len(tail) :] if came.startswith(tail) else None


def _changed(request: HttpRequest, status: int) -> HttpError:
    return HttpError(
        f"GET {request.url}: it changed while it was fetched: from byte {request.offset} on it is not what it was",
        code=status,
        meaning="the document has changed",
        remedy="fetch it again from the start",
    )
