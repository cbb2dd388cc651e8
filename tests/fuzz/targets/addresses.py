"""Names of what is meant: URLs, paths at servers and in modules, options; read as what they say, or refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import click

from simcom_async.cli.ftp_url import FtpUrl
from simcom_async.errors import HttpError, UsageError
from simcom_async.sessions.ftp_path import RemoteFile, resolved
from simcom_async.sessions.http_redirect import redirected, redirected_again
from simcom_async.sessions.http_request import HttpRequest
from simcom_async.sessions.module_path import ModulePath
from simcom_async.virtual.url import Target
from tests.fuzz.supply import Supply, packed

MODULES = (
    "simcom_async.sessions.http_request",
    "simcom_async.sessions.http_redirect",
    "simcom_async.sessions.ftp_path",
    "simcom_async.sessions.module_path",
    "simcom_async.virtual.url",
)

_HOSTS = (
    "example.com",
    "10.0.0.1",
    "[::1]",
    "[",
    "a_b",
    "h:80",
    "h:0",
    "h:65536",
    "u@h",
    "u:p@h:8",
    "",
    "h:",
    "ex\u00e4",
    "h:\u0663",
    "\u2100",
    "h\\",
)
_PATHS = (
    "/",
    "/a/b?c=d#e",
    "//x",
    "?q",
    "/%2A*.txt",
    "/a b",
    "/..",
    "/\u00e4",
    "",
    "/x:8080",
    "/a[1].txt",
    "#f",
    "/\r\nX: y",
    '/"',
)
_SCHEMES = ("http://", "HTTPS://", "ftp://", "ftps://", "", "://", "//", "javascript:", "http:", "h\u0000ttp://")
_NAMES = (
    "a",
    "..",
    ".",
    "",
    "D:",
    "d:/",
    "C:",
    "x.txt",
    "a:b",
    "\u00e9",
    "x" * 255,
    "x" * 254,
    "\x7f",
    "a|b",
    "\ud800",
    "*",
)


def check(data: bytes) -> None:
    """One name of some sort."""
    supply = Supply(data)
    supply.pick((_http, _http, _module_path, _remote, _ftp_url, _target))(supply)


def _url(supply: Supply) -> str:
    if supply.byte() > 0xC0:
        return supply.text()
    url = supply.pick(_SCHEMES) + supply.pick(_HOSTS) + supply.pick(_PATHS)
    if supply.flag():
        place = supply.upto(len(url))
        url = url[:place] + supply.text() + url[place:]
    return url


def _http(supply: Supply) -> None:
    try:
        request = _request(supply)
    except UsageError as error:
        assert error.field is not None
        return
    host, port = request.server
    assert host
    assert 0 < port < 65536
    assert request.scheme in ("http", "https")
    assert request.target.startswith(("/", "?")) or not request.target
    for text in (request.target, request.absolute_target, request.host, request.address, *request.header_lines):
        assert text.isascii(), text
        assert text.isprintable(), f"{text!r} breaks out"
    for name, value in request.fields:
        assert f"{name}{value}".isprintable()
    assert request.proxy_address is None or 0 < request.proxy_address[1] < 65536
    _ = request.media_type, request.user_agent, request.ranged, repr(request)
    _redirect(supply, request)


def _request(supply: Supply) -> HttpRequest:
    headers: Any = {}
    for _ in range(supply.byte() % 3):
        headers[supply.pick(("Authorization", "content-type", "Range", "Host", "User-Agent", supply.text()))] = (
            supply.text()
        )
    wild = supply.byte() > 0xE0
    return HttpRequest(
        method=supply.pick(("GET", "POST", "head", "CONNECT", "PUT", supply.text())),
        url=supply.pick((None, 5, "http://a")) if wild and supply.flag() else _url(supply),  # type: ignore[arg-type]
        body=supply.pick((None, b"x", "x", 5, _Pieces())) if supply.flag() else None,  # type: ignore[arg-type]
        headers=supply.pick((None, [], {1: "x"}, {"a": 1})) if wild and supply.flag() else headers,  # type: ignore[arg-type]
        content_type=supply.pick((None, None, "text/plain", supply.text())),
        offset=supply.pick((0, 0, 5, -1, 2**31, True, "x")),  # type: ignore[arg-type]
        proxy=supply.pick((None, None, "p:1", "http://p/", "https://p", "u@p", "p/x", "[", supply.text())),
        follow_redirects=supply.pick((False, True, 1)),  # type: ignore[arg-type]
        timeout=supply.pick((None, 5, 0, float("nan"), "x", 1.5)),  # type: ignore[arg-type]
        progress=supply.pick((None, None, print, 5)),  # type: ignore[arg-type]
    )


class _Pieces:
    """A body that can be read once."""

    def __aiter__(self) -> _Pieces:
        return self

    async def __anext__(self) -> bytes:
        raise StopAsyncIteration


def _redirect(supply: Supply, request: HttpRequest) -> None:
    """Whatever a server says of another place: a request to it, an error by name, or nothing."""
    location = supply.pick((None, "/x", "http://other/y", _url(supply), supply.text()))
    answer: Any = SimpleNamespace(
        status=supply.pick((200, 301, 302, 303, 307, 308, 304)),
        headers=None if location is None and supply.flag() else {"location": location} if location is not None else {},
    )
    try:
        following = redirected(request, answer)
    except HttpError as error:
        assert error.code == answer.status
        return
    if following is None:
        return
    if (following.scheme, following.server) != (request.scheme, request.server):
        assert following.header("authorization") is None, "credentials go to another server"
    assert following.method in (request.method, "GET")
    assert following.target.isprintable()
    assert "redirected" in str(redirected_again(request))


def _path(supply: Supply) -> Any:
    if supply.byte() > 0xF8:
        return supply.pick((None, 5, b"x"))
    return "/".join(supply.pick(_NAMES) if supply.byte() % 4 else supply.text() for _ in range(supply.byte() % 6))


def _module_path(supply: Supply) -> None:
    given = _path(supply)
    for read in (ModulePath.of, ModulePath.named, ModulePath.file):
        try:
            path = read(given, "path")
        except UsageError as error:
            assert error.field == "path"
            continue
        assert len(path.drive) == 1
        assert path.drive.isupper()
        assert not {"", ".", ".."}.intersection(path.names)
        assert not any(set(name) & set('/\\:*?"<>|,;\r\n') for name in path.names)
        assert ModulePath.of(str(path)) == path
        assert path.names == () or path.folder / path.name == path
        assert read == ModulePath.of or path.name


def _remote(supply: Supply) -> None:
    directory, remote = (
        "/" + "/".join(name for name in (supply.pick(_NAMES) for _ in range(supply.byte() % 3))),
        _path(supply),
    )
    with suppress(UsageError):
        path = resolved(directory, remote)
        assert path.startswith("/")
        assert not path.startswith("//")
        assert not {".", ".."}.intersection(path.split("/"))
        assert resolved("/", path) == path
    with suppress(UsageError):
        file = RemoteFile.of(directory, remote)
        assert file.name
        assert file.directory.endswith("/")
        assert str(file) == file.path == resolved(directory, remote)


def _ftp_url(supply: Supply) -> None:
    text = _url(supply)
    try:
        url = FtpUrl.of(text)
    except click.BadParameter as error:
        assert not text or len(text) < 8 or text not in str(error), "what may be a secret is shown"
        return
    assert 0 < url.port < 65536
    assert url.path.startswith("/")
    assert url.pattern is None or url.matches(url.pattern) in (True, False)
    assert url.directory.endswith("/")
    shown = url.at(url.path)
    assert url.user is None or f"{url.user}@" not in shown
    with suppress(click.BadParameter, UnicodeEncodeError):
        url.path.encode("utf-8")  # other bytes are a matter of the server's own code page
        again = FtpUrl.of(shown)
        assert (again.server[1:3], again.path) == ((url.host, url.port), url.path)


def _target(supply: Supply) -> None:
    """What a module makes of the URL that it is given, and of a redirect."""
    given = _url(supply).encode("utf-8", "replace").decode("utf-8")  # as they are where a module reads them
    target = Target.of(given, tls=supply.flag())
    if target is None:
        return
    location = supply.pick(("/x", "http://h/", _url(supply), supply.text()))
    for found in (target, target.redirected(location.encode("utf-8", "replace").decode("utf-8"))):
        if found is None:
            continue
        assert 0 < found.port < 65536
        assert found.host
        assert found.secure is (found.scheme == "https")
        assert found.path.startswith("/")
        assert found.path.isascii()
        assert not set(found.path) & set(" \r\n\0"), "it breaks out of the request line"
        assert str(found)


def seeds() -> Iterator[bytes]:
    """Every scheme, host, path and name, at every reader."""
    for kind in range(6):
        for place in range(16):
            url = bytes([0, place % len(_SCHEMES), place, place % len(_PATHS), 0])
            if kind < 2:
                yield bytes([kind, 0, 0, 0]) + url + bytes([0, 0, 0, 0, 0, 0, 0, place % 5, place % 7])
                yield (
                    bytes([kind, 1, 0, 5])
                    + packed(b"x") * 2
                    + bytes([0, 0])
                    + url[:2]
                    + bytes([0, 0, 0, 1, place % 5])
                    + url
                )
            elif kind in (2, 3):
                yield bytes([kind, 0, 5, 1, place, 1, 2, 1, (place * 3) % 16, 1, 7, 1, 8]) + packed(b"a/b") + bytes([3])
            else:
                yield bytes([kind]) + url + bytes([place % 2, place % 4]) + url
