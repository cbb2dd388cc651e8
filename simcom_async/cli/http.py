"""``simcom http``: files through a modem's HTTP."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from simcom_async.cli.options import Target, json_option, modem_options
from simcom_async.cli.output import print_json, progress, remark
from simcom_async.cli.status import Refused
from simcom_async.sessions.local_file import LocalFile

if TYPE_CHECKING:
    from simcom_async.sessions.http import HttpStream
    from simcom_async.sessions.http_request import HttpOptions, Source

__all__ = ["command"]

_STDIN = "-"
_EXCLUDED = "--resume and --offset exclude each other"
_NO = 400
"""A status from here on says no (RFC 9110 section 15.5)."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    r"""Fetch and send over HTTP.

    \b
    Example:
      simcom http get --port /dev/ttyUSB2 --apn internet http://example.com/fw.bin -o fw.bin
    """


def request_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add what all requests can be told, and the modem's options; the function gets the former as ``options``."""

    @functools.wraps(function)
    def called(
        *arguments: Any,
        header: Sequence[str],
        proxy: str | None,
        no_redirects: bool,
        timeout: float | None,
        **named: Any,
    ) -> None:
        options: HttpOptions = {"follow_redirects": not no_redirects, "headers": _headers(header)}
        if proxy is not None:
            options["proxy"] = proxy
        if timeout is not None:
            options["timeout"] = timeout
        function(*arguments, options=options, **named)

    for option in reversed(_REQUEST):
        called = option(called)
    return json_option(modem_options(called))


_REQUEST = (
    click.argument("url"),
    click.option(
        "--header", multiple=True, metavar="'NAME: VALUE'", help="A further header line; @FILE reads them from a file."
    ),
    click.option("--proxy", metavar="HOST:PORT", help="An HTTP proxy."),
    click.option("--no-redirects", is_flag=True, help="Do not follow redirects."),
    click.option("--timeout", type=float, metavar="SECONDS", help="How long the server may take."),
)
_output_option = click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the body here."
)


@command.command()
@_output_option
@click.option(
    "--offset", type=click.IntRange(min=0), default=0, metavar="BYTES", help="Leave so many out at the start."
)
@click.option("--resume", is_flag=True, help="Go on with what an earlier try has left, and after failures.")
@request_options
def get(
    url: str, *, output: Path | None, offset: int, resume: bool, options: HttpOptions, as_json: bool, target: Target
) -> None:
    r"""Fetch a resource of any size, to stdout or a file.

    FILE appears when all of it is there. With --resume what has come stays in FILE.part when the rest does not, and the
    next --resume asks for the rest; what has changed meanwhile is fetched anew. With --json the body goes to FILE or
    nowhere.

    \b
    Examples:
      simcom http get --port /dev/ttyUSB2 --apn internet http://example.com/fw.bin -o fw.bin
      simcom http get --port /dev/ttyUSB2 --apn internet --resume http://example.com/fw.bin -o fw.bin
    """
    if resume:
        if output is None or offset:
            raise click.UsageError("--resume goes on with a file: it needs -o FILE" if output is None else _EXCLUDED)
        asyncio.run(_resume(url, output, options, target, as_json=as_json))
        return
    if offset:
        options["offset"] = offset
    asyncio.run(_Transfer("GET", url, options, output, as_json=as_json).run(target))


@command.command()
@_output_option
@click.option("--data", metavar="TEXT", help="The body, as UTF-8.")
@click.option(
    "--data-file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    metavar="FILE",
    help="The file that holds the body; without --data and --data-file it is stdin.",
)
@click.option("--content-type", metavar="TYPE", help="Media type of the body.")
@request_options
def post(
    url: str,
    *,
    output: Path | None,
    data: str | None,
    data_file: Path | None,
    content_type: str | None,
    options: HttpOptions,
    as_json: bool,
    target: Target,
) -> None:
    r"""Send a body; print the answer's.

    \b
    Example:
      simcom http post --port /dev/ttyUSB2 --data '{"t": 21.5}' --content-type application/json http://example.com/log
    """
    if content_type is not None:
        options["content_type"] = content_type
    body = _body(data, data_file)
    asyncio.run(_Transfer("POST", url, options, output, body, as_json=as_json).run(target))


@command.command()
@request_options
def head(url: str, *, options: HttpOptions, as_json: bool, target: Target) -> None:
    r"""Fetch status and headers only.

    \b
    Example:
      simcom http head --port /dev/ttyUSB2 --apn internet http://example.com/fw.bin
    """
    asyncio.run(_head(url, options, target, as_json=as_json))


async def _resume(url: str, path: Path, options: HttpOptions, target: Target, *, as_json: bool) -> None:
    from simcom_async.cli.http_fetch import HttpFetch

    with progress(f"GET {_short(url)}") as report:
        async with target.open() as modem:
            done = await HttpFetch(url=url, path=path, options=options).run(modem, report)
    if as_json:
        headers = None if done.headers is None else dict(done.headers)
        facts = {"url": url, "status": done.status, "headers": headers, "offset": done.offset, "length": done.length}
        print_json({**facts, "sha256": done.sha256})
    elif done.whole:
        remark(f"{path}: {done}")
    if not done.whole:
        raise Refused(f"{url}: the server answered {_named(done.status)}")


async def _head(url: str, options: HttpOptions, target: Target, *, as_json: bool) -> None:
    async with target.open() as modem:
        response = await modem.http.head(url, **options)
    headers = None if response.headers is None else dict(response.headers)
    if as_json:
        print_json({"url": url, "status": response.status, "headers": headers})
    else:
        click.echo(_named(response.status))
        for name, value in (headers or {}).items():
            click.echo(f"{name}: {value}")
    _check(url, response.status)


@dataclass
class _Transfer:
    """One request whose answer has a body."""

    method: str
    url: str
    options: HttpOptions
    output: Path | None
    body: Source | None = None
    as_json: bool = False

    async def run(self, target: Target) -> None:
        """Carry it out; raises Refused when the server says no."""
        with progress(f"{self.method} {_short(self.url)}") as report:
            async with target.open() as modem:
                self.options["progress"] = report
                async with modem.http.stream(self.method, self.url, self.body, **self.options) as response:
                    status, headers = response.status, response.headers
                    length, checksum = await self._receive(response)
        if self.as_json:
            shown = None if headers is None else dict(headers)
            print_json({"url": self.url, "status": status, "headers": shown, "length": length, "sha256": checksum})
        _check(self.url, status)

    async def _receive(self, response: HttpStream) -> tuple[int, str]:
        if self.output is not None and response.status < _NO:
            return await _store(response, self.output)
        return await _copy(response, None if self.output is not None or self.as_json else sys.stdout.buffer)


async def _store(response: HttpStream, path: Path) -> tuple[int, str]:
    """Have the body in a file when it is whole; its length and SHA-256."""
    file = LocalFile(path)
    await file.open()
    try:
        async for piece in response:
            file.write(piece)
        await file.commit()
    except BaseException:
        await file.keep()
        raise
    return file.size, file.checksum


async def _copy(response: HttpStream, output: BinaryIO | None) -> tuple[int, str]:
    """Write the body, or only look at it; its length and SHA-256."""
    length, digest = 0, hashlib.sha256()
    async for piece in response:
        length += len(piece)
        digest.update(piece)
        if output is not None:
            output.write(piece)
    if output is not None:
        output.flush()
    return length, digest.hexdigest()


def _headers(lines: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        texts = Path(line[1:]).read_text("utf-8").splitlines() if line.startswith("@") else [line]
        for text in texts:
            name, colon, value = text.partition(":")
            if not colon:
                raise click.BadParameter("a header is 'NAME: VALUE' or @FILE", param_hint="--header")
            found[name.strip()] = value.strip()
    return found


def _body(data: str | None, data_file: Path | None) -> Source:
    if data is not None and data_file is not None:
        raise click.UsageError("--data and --data-file exclude each other")
    if data is not None:
        return data.encode()
    if data_file is not None and str(data_file) != _STDIN:
        return data_file
    if sys.stdin.isatty():
        raise click.UsageError("the body is missing: give --data, --data-file, or pipe it in")
    return sys.stdin.buffer.read()


def _check(url: str, status: int) -> None:
    if status >= _NO:
        raise Refused(f"{url}: the server answered {_named(status)}")


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _short(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2] or url
