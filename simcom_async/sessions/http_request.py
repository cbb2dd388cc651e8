"""What is asked of an HTTP server, checked before a byte is sent, whatever way the module will take."""

from __future__ import annotations

import math
import os
import re
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypedDict
from urllib.parse import SplitResult, urlsplit

from simcom_async.at.fields import Range, Text
from simcom_async.errors import LimitExceeded, UsageError
from simcom_async.sessions.progress import Progress

__all__ = ["HttpOptions", "HttpRequest", "Source"]

Source = bytes | bytearray | memoryview | os.PathLike[str] | AsyncIterable[bytes]
"""A request body: bytes, the path of a file, or an async iterable of bytes."""

_BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})
_PORTS = {"http": 80, "https": 443}
_OWN_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection"})
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 section 5.6.2
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?")
_NOT_IN_URLS = frozenset(' "<>\\^`')
_PORT = Range(1, 65535)
_OFFSET = Range(0, 2**31 - 1)  # as far as a signed 32-bit number of a module counts
_LINE = Text()


class HttpOptions(TypedDict, total=False):
    """The keyword arguments of every HTTP verb.

    ``headers``: further header lines. ``content_type``: the media type of the body. ``offset``: resume, leaving out so
    many bytes at the start of the resource (GET). ``resume``: go on by itself after failures in the middle of the
    body that may pass, a lost bearer or a restart among them, by a further request for the rest; a document that has
    changed meanwhile raises HttpError (GET). ``proxy``: ``host:port`` of an HTTP proxy. ``follow_redirects``:
    follow them, by default they are answers. ``timeout``: seconds that the server may take, to its answer and for each
    further part of it that is waited for. ``progress``: called with bytes done and in all, of the request's body where
    there is one, else of the answer's.
    """

    headers: Mapping[str, str]
    content_type: str
    offset: int
    resume: bool
    proxy: str
    follow_redirects: bool
    timeout: float
    progress: Progress


@dataclass(frozen=True, kw_only=True)
class HttpRequest:
    """One checked request; making it raises UsageError, naming field, limit and value.

    Header values and bodies are in no repr and no error.
    """

    method: str
    url: str
    body: Source | None = field(default=None, repr=False)
    headers: Mapping[str, str] | None = field(default=None, repr=False)
    content_type: str | None = None
    offset: int = 0
    resume: bool = False
    proxy: str | None = None
    follow_redirects: bool = False
    timeout: float | None = None
    progress: Progress | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        _expect("method", self.method, str)
        object.__setattr__(self, "method", self.method.upper())
        if not _TOKEN.fullmatch(self.method):
            raise _refused("method", self.method, "a token such as GET")
        if self.method == "CONNECT":
            raise _refused("method", self.method, "a method that asks for a resource")
        _check_url(self.url)
        self._check_body()
        _check_headers(self.headers)
        if self.content_type is not None:
            _check_text("content_type", self.content_type)
        self._check_offset()
        _check_timeout(self.timeout)
        _expect("follow_redirects", self.follow_redirects, bool)
        if self.progress is not None and not callable(self.progress):
            raise _wrong_type("progress", self.progress, "a callable")
        self.proxy_address  # noqa: B018 - a wrong proxy raises here

    @property
    def scheme(self) -> str:
        """``http`` or ``https``."""
        return urlsplit(self.url).scheme.lower()

    @property
    def address(self) -> str:
        """The URL as it goes to the module: without its fragment, which no server sees (RFC 9110 section 7.1)."""
        return self.url.partition("#")[0]

    @property
    def server(self) -> tuple[str, int]:
        """Host and port of the server; port 80 or 443 unless told."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or _PORTS[self.scheme]

    @property
    def host(self) -> str:
        """The server as the Host header names it: with its port where that is not the usual one."""
        host, port = self.server
        return host if port == _PORTS[self.scheme] else f"{host}:{port}"

    @property
    def target(self) -> str:
        """What a server is asked for: path and query (RFC 9112 section 3.2.1)."""
        parts = urlsplit(self.address)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    @property
    def absolute_target(self) -> str:
        """What a proxy is asked for: the whole URL (RFC 9112 section 3.2.2)."""
        return f"{self.scheme}://{self.host}{self.target}"

    @cached_property
    def proxy_address(self) -> tuple[str, int] | None:
        """Host and port of the proxy; port 80 unless told."""
        return None if self.proxy is None else _proxy_address(self.proxy)

    @property
    def media_type(self) -> str | None:
        """The content type of the body, from ``content_type`` or a header of that name."""
        return self.content_type if self.content_type is not None else self.header("content-type")

    @property
    def user_agent(self) -> str | None:
        """The user agent, where the headers name one."""
        return self.header("user-agent")

    @property
    def ranged(self) -> bool:
        """Whether the caller's own headers ask for a range."""
        return self.header("range") is not None

    @property
    def header_lines(self) -> tuple[str, ...]:
        """The header lines that no parameter of the request stands for."""
        given = (self.headers or {}).items()
        return tuple(
            f"{name}: {value.strip()}" for name, value in given if name.lower() not in ("content-type", "user-agent")
        )

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """The header fields of the caller, the content type among them."""
        given = [(name, value.strip()) for name, value in (self.headers or {}).items()]
        if self.content_type is None:
            return tuple(given)
        others = [(name, value) for name, value in given if name.lower() != "content-type"]
        return (*others, ("Content-Type", self.content_type.strip()))

    @property
    def takes_body(self) -> bool:
        """Whether the method is one that has a body, be it empty."""
        return self.method in _BODY_METHODS

    def header(self, name: str) -> str | None:
        """The value of a header of the request; ``name`` in lower case."""
        for given, value in (self.headers or {}).items():
            if given.lower() == name:
                return value.strip()
        return None

    def _check_body(self) -> None:
        body = self.body
        if body is None:
            return
        if not isinstance(body, bytes | bytearray | memoryview | os.PathLike | AsyncIterable):
            raise _wrong_type("body", body, "bytes, a path or an async iterable of bytes")
        if self.method not in _BODY_METHODS:
            raise _refused("body", f"a body of {self.method}", f"a body with {', '.join(sorted(_BODY_METHODS))}")

    def _check_offset(self) -> None:
        _expect("offset", self.offset, int)
        _OFFSET.check("offset", self.offset)
        if self.offset and self.method != "GET":
            raise _refused("offset", self.offset, "an offset with GET")
        if self.offset and self.ranged:
            raise _refused("offset", self.offset, "either an offset or a Range header")
        _expect("resume", self.resume, bool)
        if self.resume and (self.method != "GET" or self.body is not None):
            raise _refused("resume", self.resume, "resume with GET, without a body")
        if self.resume and self.ranged:
            raise _refused("resume", self.resume, "either resume or a Range header")


def _check_url(url: str) -> None:
    _expect("url", url, str)
    hidden = "@" in url.partition("?")[0]
    _LINE.check("url", url, secret=hidden)
    for place, character in enumerate(url):
        if character in _NOT_IN_URLS:
            raise UsageError(
                f"url: {character!r} at position {place} cannot be part of a URL, percent-encode it (RFC 3986)",
                field="url",
                value=None if hidden else url,
                allowed="the characters of RFC 3986",
            )
    parts = _split("url", url, hidden)
    if parts.scheme.lower() not in _PORTS:
        raise _refused("url", None if hidden else url, "a URL that starts with http:// or https://")
    if "@" in parts.netloc:
        raise _refused("url", None, "a URL without user and password; send them in an Authorization header")
    _check_host("url", parts)


def _check_host(name: str, parts: SplitResult) -> None:
    if not _HOST.fullmatch(parts.hostname or ""):
        raise _refused(name, parts.geturl(), "a host name or an IPv4 address")
    if parts.port is not None:
        _PORT.check(name, parts.port)


def _split(name: str, text: str, hidden: bool = False) -> SplitResult:
    shown = None if hidden else text
    try:
        parts = urlsplit(text)
        _ = parts.port  # reading it is what checks it
    except ValueError as error:
        raise _refused(name, shown, "a host, a colon and a port from 1 to 65535") from error
    return parts


def _proxy_address(proxy: str) -> tuple[str, int]:
    _expect("proxy", proxy, str)
    _LINE.check("proxy", proxy, secret="@" in proxy)
    scheme, mark, rest = proxy.partition("://")
    parts = _split("proxy", f"//{rest if mark else proxy}", "@" in proxy)
    if mark and scheme.lower() != "http":
        raise _refused("proxy", None if "@" in proxy else proxy, "host:port of an HTTP proxy")
    if "@" in parts.netloc or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise _refused("proxy", None if "@" in proxy else proxy, "host:port, without user, password and path")
    _check_host("proxy", parts)
    return parts.hostname or "", parts.port or 80


def _check_headers(headers: Mapping[str, str] | None) -> None:
    if headers is None:
        return
    if not isinstance(headers, Mapping):
        raise _wrong_type("headers", headers, "a mapping of names to values")
    for name, value in headers.items():
        _expect("headers", name, str)
        if not _TOKEN.fullmatch(name):
            raise _refused("headers", name, "names of the characters that RFC 9110 section 5.1 has")
        if name.lower() in _OWN_HEADERS:
            raise _refused("headers", name, "headers other than those that the module writes itself")
        _check_text(f"headers[{name}]", value, secret=True)


def _check_text(name: str, value: str, *, secret: bool = False) -> None:
    """A value that stands in one header line: nothing may end the line."""
    _expect(name, value, str, secret=secret)
    for place, character in enumerate(value):
        if not " " <= character <= "~":
            raise UsageError(
                f"{name}: {character!r} at position {place} cannot be part of a header field, allowed are printable "
                "ASCII characters",
                field=name,
                value=None if secret else value,
                allowed="printable ASCII characters",
            )


def _check_timeout(timeout: float | None) -> None:
    if timeout is None:
        return
    _expect("timeout", timeout, (int, float))
    if not math.isfinite(timeout) or timeout <= 0:
        raise LimitExceeded(
            f"timeout: {timeout} is outside the limits, allowed are seconds above 0",
            field="timeout",
            value=timeout,
            allowed="seconds above 0",
        )


def _expect(name: str, value: object, kinds: type | tuple[type, ...], *, secret: bool = False) -> None:
    wanted = kinds if isinstance(kinds, tuple) else (kinds,)
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        raise _wrong_type(name, None if secret else value, " or ".join(kind.__name__ for kind in wanted))


def _wrong_type(name: str, value: object, allowed: str) -> UsageError:
    return UsageError(
        f"{name}: a {type(value).__name__} cannot be taken, allowed is {allowed}",
        field=name,
        value=value if isinstance(value, int | float | str) else type(value).__name__,
        allowed=allowed,
    )


def _refused(name: str, value: object, allowed: str) -> UsageError:
    shown = "" if value is None else f" {value!r}"
    return UsageError(f"{name}:{shown} is not taken, allowed is {allowed}", field=name, value=value, allowed=allowed)
