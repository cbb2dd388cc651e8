"""``simcom ftp``: files through a modem's FTP."""

from __future__ import annotations

import asyncio
import functools
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from simcom_async.cli.ftp_move import Get, Put, goal_of, sources
from simcom_async.cli.ftp_url import FtpUrl, entries, expanded, is_url
from simcom_async.cli.options import Target, json_option, modem_options
from simcom_async.cli.output import print_json, print_json_lines, print_table, print_text, remark

if TYPE_CHECKING:
    from simcom_async.sessions.ftp import FtpSession

__all__ = ["command"]

_PASSWORD = "SIMCOM_FTP_PASSWORD"  # noqa: S105 - the name of a variable
_ANONYMOUS = "anonymous"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    r"""Move and manage files at an FTP server.

    A file at a server is named by its URL, ftp://[USER@]HOST[:PORT]/PATH, or ftps://... for TLS. The last part of a
    path may be a pattern of *, ? and [...] (quote it). The password is taken from SIMCOM_FTP_PASSWORD, or asked for.

    \b
    Examples:
      simcom ftp get --port /dev/ttyUSB2 --user u ftp://ftp.example.com/fw.bin
      simcom ftp put --port /dev/ttyUSB2 --user u /var/log/app.log ftp://ftp.example.com/logs/
      simcom ftp ls --port /dev/ttyUSB2 --user u --tls ftp://ftp.example.com/
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """How the server of the URLs is talked to, and through which modem."""

    target: Target
    user: str | None
    active: bool
    timeout: float | None
    tls: bool = False
    single_ip: bool = False
    binary: bool = True

    def run(self, urls: Sequence[FtpUrl], work: Callable[[FtpSession], Awaitable[None]]) -> None:
        """Open the modem and a session with the one server of all URLs, and do the work."""
        if len({url.server for url in urls}) > 1:
            raise click.UsageError("the URLs are of several servers: one call talks to one")
        user = urls[0].user or self.user or _ANONYMOUS
        asyncio.run(self._run(urls[0], user, _password(urls[0], user), work))

    async def _run(self, url: FtpUrl, user: str, password: str, work: Callable[[FtpSession], Awaitable[None]]) -> None:
        async with (
            self.target.open() as modem,
            modem.ftp(
                url.host,
                url.port,
                user=user,
                password=password,
                tls=url.tls or self.tls,
                passive=not self.active,
                binary=self.binary,
                single_ip=self.single_ip,
            ) as ftp,
        ):
            await work(ftp)


def server_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add what is said of a server, and the modem's options; the function gets both as ``server``."""

    @functools.wraps(function)
    def called(
        *arguments: Any,
        user: str | None,
        active: bool,
        tls: bool,
        single_ip: bool,
        timeout: float | None,
        target: Target,
        in_ascii: bool = False,
        **named: Any,
    ) -> None:
        ways = {"active": active, "tls": tls, "single_ip": single_ip, "binary": not in_ascii}
        server = Server(target=target, user=user, timeout=timeout, **ways)
        function(*arguments, server=server, **named)

    for option in reversed(_SERVER):
        called = option(called)
    return modem_options(called)


_SERVER = (
    click.option(
        "--user", envvar="SIMCOM_FTP_USER", show_envvar=True, metavar="NAME", help="User; without one anonymous."
    ),
    click.option("--active", is_flag=True, help="The server opens the data connections, not the module."),
    click.option("--tls", is_flag=True, help="FTPS, which ftps://HOST means as well, there on port 990."),
    click.option("--single-ip", is_flag=True, help="FTPS: data connections go to HOST, whatever address it tells."),
    click.option(
        "--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="For each operation."
    ),
)
_ascii_option = click.option(
    "--ascii", "in_ascii", is_flag=True, help="A text, whose line ends are the server's business."
)
_via_option = click.option(
    "--via",
    type=click.Choice(["blocks", "memory", "etx", "pushed", "counted", "file"]),
    help="How the bytes cross the line; without it as the module can and the size allows.",
)


@command.command()
@click.argument("words", nargs=-1, required=True, metavar="URL... [LOCAL]")
@click.option("--resume", is_flag=True, help="Go on with what an earlier try has left, and after failures.")
@_ascii_option
@_via_option
@json_option
@server_options
def get(words: tuple[str, ...], *, resume: bool, via: str | None, as_json: bool, server: Server) -> None:
    r"""Fetch files.

    LOCAL is a file, a directory (always so for a pattern, or several files), or - for stdout; without it files come
    here under their own names. A file appears when all of it is there. It stops at the first that fails.

    \b
    Examples:
      simcom ftp get --port /dev/ttyUSB2 --user u ftp://ftp.example.com/fw.bin --resume
      simcom ftp get --port /dev/ttyUSB2 --user u 'ftp://ftp.example.com/logs/*.log' logs/
    """
    local = None if is_url(words[-1]) else words[-1]
    urls = [FtpUrl.of(word) for word in (words if local is None else words[:-1])]
    if not urls:
        raise click.UsageError("which file? A file at a server is ftp://HOST/PATH")
    getting = Get(urls, local, as_json=as_json, resume=resume, via=via, timeout=server.timeout)
    server.run(urls, getting.run)


@command.command()
@click.argument("words", nargs=-1, required=True, metavar="FILE... URL")
@click.option("--append", is_flag=True, help="Write behind what the server has.")
@click.option("--unique", is_flag=True, help="Let the server choose the name.")
@click.option("--resume", is_flag=True, help="Ask how much the server has, and send only the rest.")
@_ascii_option
@_via_option
@json_option
@server_options
def put(
    words: tuple[str, ...],
    *,
    append: bool,
    unique: bool,
    resume: bool,
    via: str | None,
    as_json: bool,
    server: Server,
) -> None:
    r"""Send files; - is stdin, and patterns may be quoted.

    URL is a file, or a directory where it ends with a slash (always so for several files). It stops at the first file
    that fails.

    \b
    Examples:
      simcom ftp put --port /dev/ttyUSB2 --user u app.log ftp://ftp.example.com/logs/today.log --append
      simcom ftp put --port /dev/ttyUSB2 --user u '/var/log/*.log' ftp://ftp.example.com/logs/
    """
    if append + unique + resume > 1:
        raise click.UsageError("--append, --unique and --resume exclude each other")
    if resume and not server.binary:
        raise click.UsageError("--resume and --ascii exclude each other: sizes differ in a text")
    if len(words) == 1 or not is_url(words[-1]):
        raise click.UsageError("what goes where? FILE... ftp://HOST/PATH")
    url = FtpUrl.of(words[-1])
    with sources(words[:-1]) as files:
        pairs = [(shown, path, goal_of(url, shown, many=len(files) > 1)) for shown, path in files]
        putting = Put(
            url,
            pairs,
            as_json=as_json,
            append=append,
            unique=unique,
            resume=resume,
            via=via,
            timeout=server.timeout,
        )
        server.run([url], putting.run)


@command.command()
@click.argument("url")
@json_option
@server_options
def ls(url: str, *, as_json: bool, server: Server) -> None:
    r"""List a directory, or those of it that a pattern means.

    \b
    Example:
      simcom ftp ls --port /dev/ttyUSB2 --user u ftp://ftp.example.com/logs/
    """
    asked = FtpUrl.of(url)

    async def work(ftp: FtpSession) -> None:
        found = await entries(ftp, asked, server.timeout)
        facts = [
            {
                "name": entry.name,
                "type": entry.kind.value,
                "size": entry.size,
                "modified": None if entry.modified is None else entry.modified.isoformat(),
                "target": entry.target,
            }
            for entry in found
        ]
        if as_json:
            print_json(facts)
        elif facts:
            print_table(("type", "size", "modified", "name"), [_row(entry) for entry in facts])

    server.run([asked], work)


@command.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@server_options
def rm(urls: tuple[str, ...], *, server: Server) -> None:
    r"""Delete files. It stops at the first that fails.

    \b
    Example:
      simcom ftp rm --port /dev/ttyUSB2 --user u 'ftp://ftp.example.com/logs/*.old'
    """
    asked = [FtpUrl.of(url) for url in urls]

    async def work(ftp: FtpSession) -> None:
        for url in asked:
            for path in await expanded(ftp, url, server.timeout):
                await ftp.delete(path, timeout=server.timeout)
                remark(f"deleted {path}")

    server.run(asked, work)


@command.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@server_options
def mkdir(urls: tuple[str, ...], *, server: Server) -> None:
    r"""Make directories.

    \b
    Example:
      simcom ftp mkdir --port /dev/ttyUSB2 --user u ftp://ftp.example.com/logs
    """
    asked = [FtpUrl.of(url) for url in urls]

    async def work(ftp: FtpSession) -> None:
        for url in asked:
            await ftp.mkdir(url.path, timeout=server.timeout)

    server.run(asked, work)


@command.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@server_options
def rmdir(urls: tuple[str, ...], *, server: Server) -> None:
    r"""Remove directories, which must be empty.

    \b
    Example:
      simcom ftp rmdir --port /dev/ttyUSB2 --user u ftp://ftp.example.com/logs
    """
    asked = [FtpUrl.of(url) for url in urls]

    async def work(ftp: FtpSession) -> None:
        for url in asked:
            await ftp.rmdir(url.path, timeout=server.timeout)

    server.run(asked, work)


@command.command()
@click.argument("old", metavar="URL")
@click.argument("new")
@server_options
def mv(old: str, new: str, *, server: Server) -> None:
    r"""Rename or move a file at the server.

    NEW is a URL of the same server, a path, or a name in the same directory.

    \b
    Example:
      simcom ftp mv --port /dev/ttyUSB2 --user u ftp://ftp.example.com/logs/app.log app.old
    """
    urls = [FtpUrl.of(old)]
    if is_url(new):
        urls.append(FtpUrl.of(new))

    async def work(ftp: FtpSession) -> None:
        await ftp.cwd(urls[0].directory)
        await ftp.rename(urls[0].path, urls[1].path if len(urls) > 1 else new, timeout=server.timeout)

    server.run(urls, work)


@command.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@json_option
@server_options
def size(urls: tuple[str, ...], *, as_json: bool, server: Server) -> None:
    r"""Print the size of files in bytes.

    \b
    Example:
      simcom ftp size --port /dev/ttyUSB2 --user u ftp://ftp.example.com/fw.bin
    """

    async def ask(ftp: FtpSession, path: str) -> int:
        return await ftp.size(path, timeout=server.timeout)

    _ask(urls, "size", ask, server, as_json=as_json)


@command.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@json_option
@server_options
def mtime(urls: tuple[str, ...], *, as_json: bool, server: Server) -> None:
    r"""Print when files were last modified, in UTC.

    \b
    Example:
      simcom ftp mtime --port /dev/ttyUSB2 --user u ftp://ftp.example.com/fw.bin
    """

    async def ask(ftp: FtpSession, path: str) -> str:
        return (await ftp.mtime(path, timeout=server.timeout)).isoformat()

    _ask(urls, "mtime", ask, server, as_json=as_json)


def _ask(
    urls: tuple[str, ...],
    what: str,
    ask: Callable[[FtpSession, str], Awaitable[int | str]],
    server: Server,
    *,
    as_json: bool,
) -> None:
    """Ask something of each file; a lone one is answered without its name."""
    asked = [FtpUrl.of(url) for url in urls]
    alone = len(asked) == 1 and asked[0].pattern is None

    async def work(ftp: FtpSession) -> None:
        for url in asked:
            for path in await expanded(ftp, url, server.timeout):
                answer = await ask(ftp, path)
                if as_json:
                    print_json_lines([{"url": url.at(path), "remote": path, what: answer}])
                else:
                    print_text(str(answer) if alone else f"{answer}  {path}")

    server.run(asked, work)


def _password(url: FtpUrl, user: str) -> str:
    """That of the URL, else of the environment, else what is typed."""
    if url.password is not None:
        return url.password
    known = os.environ.get(_PASSWORD)
    if user == _ANONYMOUS or known is not None:
        return known or ""
    if not sys.stdin.isatty():
        raise click.UsageError(f"the password of {user} is missing: set {_PASSWORD}")
    asked = f"Password of {user} at {url.host}"
    answer: str = click.prompt(asked, hide_input=True, default="", show_default=False, err=True)
    return answer


def _row(entry: dict[str, Any]) -> tuple[str, str, str, str]:
    name = entry["name"] if entry["target"] is None else f"{entry['name']} -> {entry['target']}"
    size = "" if entry["size"] is None else str(entry["size"])
    return entry["type"], size, (entry["modified"] or "").replace("T", " "), name
