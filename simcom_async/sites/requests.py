"""What a server was asked: every request, as it was sent."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

__all__ = ["BODY_LIMIT", "LOG_LIMIT", "HttpRequest", "RequestLog"]

BODY_LIMIT = 16 * 1024 * 1024
"""Bytes of a request's body that are kept; the rest is counted and enters the checksum."""

LOG_LIMIT = 1_000
"""Requests that are kept; the oldest are dropped first."""


@dataclass(slots=True, eq=False)
class HttpRequest:
    """One request: ``target`` as sent (``/path`` or ``http://host/path``), ``headers`` in the order sent.

    ``received`` and ``sent`` count body bytes as they move; ``complete`` says that the request's body was
    received whole, ``status`` what was answered (None: nothing yet), ``broken`` that a side went away first.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    version: str = "1.1"
    received: int = 0
    complete: bool = False
    status: int | None = None
    sent: int = 0
    broken: bool = False
    _kept: bytearray = field(default_factory=bytearray, repr=False)
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256, repr=False)

    @property
    def path(self) -> str:
        """The path, without the query."""
        return urlsplit(self.target).path or "/"

    @property
    def query(self) -> str:
        """The query, without its question mark."""
        return urlsplit(self.target).query

    @property
    def absolute(self) -> bool:
        """Was the target a whole URL (absolute form, RFC 9112 section 3.2.2), as a proxy is asked?"""
        return "://" in self.target.partition("?")[0]

    @property
    def body(self) -> bytes:
        """The body so far, at most its first BODY_LIMIT bytes."""
        return bytes(self._kept)

    @property
    def checksum(self) -> str:
        """SHA-256 of the body so far, in hex."""
        return self._digest.hexdigest()

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def receive(self, data: bytes) -> None:
        """Take the next bytes of the body."""
        self.received += len(data)
        self._digest.update(data)
        self._kept += data[: BODY_LIMIT - len(self._kept)]


class RequestLog:
    """The last LOG_LIMIT requests, and a way to await what happens to them; ``count`` counts all of them."""

    def __init__(self) -> None:
        self.requests: deque[HttpRequest] = deque(maxlen=LOG_LIMIT)
        self.count = 0
        self._waiters: list[asyncio.Event] = []

    def add(self, request: HttpRequest) -> HttpRequest:
        """Note a request as soon as its head has come."""
        self.requests.append(request)
        self.count += 1
        self.notify()
        return request

    def notify(self) -> None:
        """Say that something happened to a request."""
        for waiter in self._waiters:
            waiter.set()

    async def until(self, condition: Callable[[], object], timeout: float = 10.0) -> None:
        """Return when ``condition()`` is true; it is asked whenever something happened. Raises TimeoutError."""
        happened = asyncio.Event()
        self._waiters.append(happened)
        try:
            async with asyncio.timeout(timeout):
                while not condition():
                    happened.clear()
                    await happened.wait()
        finally:
            self._waiters.remove(happened)
