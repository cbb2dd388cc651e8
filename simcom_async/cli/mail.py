"""``simcom mail``: mails sent, and mailboxes read, through a modem."""

from __future__ import annotations

import asyncio
import functools
import mimetypes
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any

import click

from simcom_async.cli.options import Target, json_option, modem_options
from simcom_async.cli.output import print_json, print_table, progress, remark
from simcom_async.ports.address import host_and_port
from simcom_async.sessions.local_file import LocalFile

if TYPE_CHECKING:
    from simcom_async.sessions.pop3 import Pop3Session

__all__ = ["command"]

_PASSWORD = "SIMCOM_MAIL_PASSWORD"  # noqa: S105 - the name of a variable
_SMTP_PORT, _POP3_PORT = 25, 110
_UNKNOWN = "application/octet-stream"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    r"""Send mails, and read a mailbox.

    The password is taken from SIMCOM_MAIL_PASSWORD, or asked for.

    \b
    Examples:
      simcom mail send --port /dev/ttyUSB2 --server mail.example.com --from a@example.com --text Hot ops@example.com
      simcom mail list --port /dev/ttyUSB2 --server pop.example.com --user joe
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A mail server, an account there, and the modem."""

    target: Target
    host: str
    port: int | None
    user: str | None
    timeout: float | None

    def password(self) -> str | None:
        """That of the environment, else what is typed; None without a user."""
        known = os.environ.get(_PASSWORD)
        if self.user is None or known is not None:
            return None if self.user is None else known
        if not sys.stdin.isatty():
            raise click.UsageError(f"the password of {self.user} is missing: set {_PASSWORD}")
        answer: str = click.prompt(f"Password of {self.user} at {self.host}", hide_input=True, err=True)
        return answer

    def read(self, work: Callable[[Pop3Session], Awaitable[None]]) -> None:
        """Open the modem and the mailbox, and do the work."""
        if self.user is None:
            raise click.UsageError("whose mailbox? give --user")
        asyncio.run(self._read(self.user, self.password() or "", work))

    async def _read(self, user: str, password: str, work: Callable[[Pop3Session], Awaitable[None]]) -> None:
        async with (
            self.target.open() as modem,
            modem.pop3(self.host, user, password, port=self.port or _POP3_PORT, timeout=self.timeout) as box,
        ):
            await work(box)


def server_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add what is said of a server, and the modem's options; the function gets both as ``server``."""

    @functools.wraps(function)
    def called(
        *arguments: Any, address: str, user: str | None, timeout: float | None, target: Target, **named: Any
    ) -> None:
        host, port = _address(address)
        function(*arguments, server=Server(target=target, host=host, port=port, user=user, timeout=timeout), **named)

    for option in reversed(_SERVER):
        called = option(called)
    return modem_options(called)


_SERVER = (
    click.option(
        "--server",
        "address",
        envvar="SIMCOM_MAIL_SERVER",
        show_envvar=True,
        required=True,
        metavar="HOST[:PORT]",
        help="The mail server.",
    ),
    click.option("--user", envvar="SIMCOM_MAIL_USER", show_envvar=True, metavar="NAME", help="The account there."),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        metavar="SECONDS",
        help="How long the server may take.",
    ),
)


@command.command()
@click.argument("to", nargs=-1, metavar="ADDRESS...")
@click.option("--from", "sender", required=True, metavar="ADDRESS", help="The sender: 'Name <local@domain>'.")
@click.option("--cc", multiple=True, metavar="ADDRESS", help="A further recipient, whom all see.")
@click.option("--bcc", multiple=True, metavar="ADDRESS", help="A further recipient, whom nobody sees.")
@click.option("--subject", default="", metavar="TEXT", help="The subject.")
@click.option("--text", metavar="TEXT", help="The text; without it, it is stdin.")
@click.option(
    "--attach",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A file to send along.",
)
@click.option("--whole", is_flag=True, help="What the module cannot write may go whole, as one attachment.")
@json_option
@server_options
def send(
    to: Sequence[str],
    *,
    sender: str,
    cc: Sequence[str],
    bcc: Sequence[str],
    subject: str,
    text: str | None,
    attach: Sequence[Path],
    whole: bool,
    as_json: bool,
    server: Server,
) -> None:
    r"""Send a mail, once. When it is not known whether it was sent, that is an error, and it is not sent again.

    \b
    Example:
      simcom mail send --port /dev/ttyUSB2 --server mail.example.com --user pump7 --from pump7@example.com \
        --subject Log --text 'See attachment' --attach pump.log ops@example.com
    """
    message = _message({"From": (sender,), "To": to, "Cc": cc, "Bcc": bcc}, subject, _body(text), attach)
    asyncio.run(_send(message, server, server.password(), whole=whole, as_json=as_json))


async def _send(message: EmailMessage, server: Server, password: str | None, *, whole: bool, as_json: bool) -> None:
    with progress("send") as report:
        async with server.target.open() as modem:
            result = await modem.smtp.send(
                message,
                hostname=server.host,
                port=server.port or _SMTP_PORT,
                username=server.user,
                password=password,
                whole_as_attachment=whole,
                progress=report,
                timeout=server.timeout,
            )
    if as_json:
        facts = {"sender": result.sender, "accepted": result.accepted, "attachments": result.attachments}
        print_json({**facts, "whole": result.whole})
    else:
        remark(f"sent to {', '.join(result.accepted)}")


@command.command(name="list")
@json_option
@server_options
def list_mails(*, as_json: bool, server: Server) -> None:
    r"""List the mails of a mailbox: number, size, sender, date and subject.

    \b
    Example:
      simcom mail list --port /dev/ttyUSB2 --server pop.example.com --user joe
    """

    async def work(box: Pop3Session) -> None:
        found = [
            {"number": number, "size": size, **_head(await box.headers(number))} for number, size in await box.list()
        ]
        if as_json:
            print_json(found)
        elif found:
            columns = ("number", "size", "date", "from", "subject")
            print_table(columns, [[str(row[name] or "") for name in columns] for row in found])

    server.read(work)


@command.command()
@click.argument("number", type=click.IntRange(min=1))
@click.option("--source", is_flag=True, help="All of it, byte for byte, as the server has it.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it to a file."
)
@click.option(
    "--save",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write the attachments into this directory.",
)
@json_option
@server_options
def read(number: int, *, source: bool, output: Path | None, save: Path | None, as_json: bool, server: Server) -> None:
    r"""Show the text of a mail, or its source; it stays in the mailbox.

    \b
    Example:
      simcom mail read --port /dev/ttyUSB2 --server pop.example.com --user joe 3 --save attachments
    """

    async def work(box: Pop3Session) -> None:
        with progress(f"mail {number}") as report:
            data = await box.source(number, progress=report)
        message = _parsed(data)
        text = message.get_body(("plain", "html"))
        shown = data if source else ("" if text is None else text.get_content()).encode()
        saved = [] if save is None else [await _save(part, save) for part in message.iter_attachments()]
        if output is not None:
            await _write(output, shown)
        if as_json:
            facts = {"number": number, "size": len(data), **_head(message), "to": str(message["To"] or "")}
            print_json({**facts, "text": None if text is None else text.get_content(), "saved": saved})
        elif output is None:
            sys.stdout.buffer.write(shown)
            sys.stdout.buffer.flush()

    server.read(work)


@command.command()
@click.argument("numbers", nargs=-1, required=True, type=click.IntRange(min=1), metavar="NUMBER...")
@server_options
def delete(numbers: Sequence[int], *, server: Server) -> None:
    r"""Delete mails: all of them, or none when one cannot be.

    \b
    Example:
      simcom mail delete --port /dev/ttyUSB2 --server pop.example.com --user joe 1 2
    """

    async def work(box: Pop3Session) -> None:
        for number in numbers:
            await box.delete(number)

    server.read(work)
    remark(f"deleted {', '.join(map(str, numbers))}")


def _address(address: str) -> tuple[str, int | None]:
    if ":" not in address:
        return address, None
    found = host_and_port(address)
    if found is None:
        raise click.BadParameter("a server is HOST or HOST:PORT", param_hint="--server")
    return found


def _body(text: str | None) -> str:
    if text is not None:
        return text
    if sys.stdin.isatty():
        remark("The text of the mail; Ctrl-D ends it.")
    return sys.stdin.read()


def _message(people: dict[str, Sequence[str]], subject: str, text: str, files: Sequence[Path]) -> EmailMessage:
    message = EmailMessage()
    try:
        for name, addresses in people.items():
            if addresses:
                message[name] = ", ".join(addresses)
        message["Subject"] = subject
    except (ValueError, LookupError) as error:
        raise click.UsageError(f"this cannot be part of a mail: {error}") from error
    message.set_content(text)
    for path in files:
        kind, _, subkind = (mimetypes.guess_type(path.name)[0] or _UNKNOWN).partition("/")
        message.add_attachment(path.read_bytes(), maintype=kind, subtype=subkind, filename=path.name)
    return message


def _parsed(data: bytes) -> EmailMessage:
    from email import message_from_bytes, policy

    return message_from_bytes(data, policy=policy.default)


def _head(message: EmailMessage) -> dict[str, str | None]:
    names = ("Date", "From", "Subject")
    return {name.lower(): None if message[name] is None else str(message[name]) for name in names}


async def _save(part: EmailMessage, folder: Path) -> str:
    """Write an attachment under the last part of its name, whatever the sender has put in front of it."""
    name = PureWindowsPath(part.get_filename() or "attachment").name.lstrip(".") or "attachment"
    goal, number = folder / name, 1
    while goal.exists():
        goal, number = folder / f"{Path(name).stem}-{number}{Path(name).suffix}", number + 1
    content = part.get_payload(decode=True)
    await _write(goal, content if isinstance(content, bytes) else part.as_bytes())
    return str(goal)


async def _write(path: Path, data: bytes) -> None:
    file = LocalFile(path)
    await file.open()
    try:
        file.write(data)
        await file.commit()
    except BaseException:
        await file.keep()
        raise
