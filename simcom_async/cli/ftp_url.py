"""What is named at an FTP server: by a URL, which may be a pattern."""

from __future__ import annotations

import glob
import posixpath
import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

import click

from simcom_async.cli.status import Refused

if TYPE_CHECKING:
    from simcom_async.sessions.ftp import FtpSession
    from simcom_async.sessions.ftp_listing import FtpEntry

__all__ = ["FtpUrl", "entries", "expanded", "is_url"]

#: The port of each scheme where a URL names none (RFC 4217 gives ``ftps`` none of its own; IANA does).
_PORTS = {"ftp": 21, "ftps": 990}
_MAGIC = re.compile(r"[*?\[]")
_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


@dataclass(frozen=True, slots=True, kw_only=True)
class FtpUrl:
    """``ftp://[USER@]HOST[:PORT]/PATH``: ``path`` is decoded, ``pattern`` its last part where that is one.

    ``*``, ``?`` and ``[...]`` make a pattern; encoded (``%2A``) they mean themselves. Encoded bytes that are no UTF-8
    (``%E4``) are kept as PEP 383 has them: where the module carries any byte they name the file, elsewhere the command
    raises UsageError.
    """

    tls: bool
    host: str
    port: int
    user: str | None = field(repr=False)
    password: str | None = field(repr=False)
    path: str
    pattern: str | None

    @classmethod
    def of(cls, text: str) -> FtpUrl:
        """Read it. Raises click.BadParameter, which shows nothing of what may be a secret."""
        scheme, _, rest = text.partition("://")
        authority, slash, path = rest.partition("/")
        try:
            parts = urlsplit(f"//{authority}")
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise _bad("its host or port cannot be read") from error
        if scheme.lower() not in _PORTS or not host or parts.netloc != authority or port == 0:
            raise _bad("a file at a server is ftp://HOST[:PORT]/PATH, or ftps://")
        head, _, last = path.rpartition("/")
        if _MAGIC.search(head):
            raise _bad("only the last part of a path may be a pattern")
        return cls(
            tls=scheme.lower() == "ftps",
            host=host,
            port=_PORTS[scheme.lower()] if port is None else port,
            user=None if parts.username is None else _decoded(parts.username),
            password=None if parts.password is None else _decoded(parts.password),
            path=slash + _decoded(path) if slash else "/",
            pattern=_ENCODED.sub(lambda found: glob.escape(_decoded(found[0])), last) if _MAGIC.search(last) else None,
        )

    @property
    def server(self) -> tuple[bool, str, int, str | None, str | None]:
        """What two URLs of one session have in common."""
        return self.tls, self.host, self.port, self.user, self.password

    @property
    def directory(self) -> str:
        """The path without its last part, with a slash at its end."""
        return self.path.rpartition("/")[0] + "/"

    def matches(self, name: str) -> bool:
        """Whether the pattern means this name; names that begin with a dot are meant only by patterns that do."""
        pattern = self.pattern or ""
        return fnmatchcase(name, pattern) and name.startswith(".") <= pattern.startswith(".")

    def at(self, path: str) -> str:
        """The URL of another path at this server, without a user."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'ftps' if self.tls else 'ftp'}://{host}:{self.port}{quote(path, errors='surrogateescape')}"


def is_url(word: str) -> bool:
    """Whether a word of the command line names something at a server."""
    return "://" in word


async def entries(ftp: FtpSession, url: FtpUrl, timeout: float | None) -> list[FtpEntry]:
    """What a directory holds, or those of it that a pattern means. Raises Refused when it means none."""
    if url.pattern is None:
        return await ftp.list(url.path, timeout=timeout)
    found = [entry for entry in await ftp.list(url.directory, timeout=timeout) if url.matches(_name(entry))]
    if not found:
        raise Refused(f"{url.at(url.directory)}: nothing there matches {url.pattern}")
    return found


async def expanded(ftp: FtpSession, url: FtpUrl, timeout: float | None) -> list[str]:
    """The paths of the files that a URL means. Raises Refused when a pattern means none."""
    if url.pattern is None:
        return [url.path]
    from simcom_async.sessions.ftp_listing import FtpKind

    kinds = (FtpKind.FILE, FtpKind.LINK)
    names = sorted({_name(entry) for entry in await entries(ftp, url, timeout) if entry.kind in kinds})
    if not names:
        raise Refused(f"{url.at(url.directory)}: no file there matches {url.pattern}")
    return [url.directory + name for name in names]


def _name(entry: FtpEntry) -> str:
    """The name without the directory that some servers put before it: never a way out of the goal's directory."""
    return posixpath.basename(entry.name)


def _decoded(text: str) -> str:
    return unquote(text, errors="surrogateescape")


def _bad(why: str) -> click.BadParameter:
    return click.BadParameter(why, param_hint="URL")
