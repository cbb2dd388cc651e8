"""``simcom at``: raw commands."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from simcom_async.cli.options import Target, json_option, modem_options
from simcom_async.cli.output import print_json
from simcom_async.cli.status import Refused

if TYPE_CHECKING:
    from simcom_async.modem import Modem

__all__ = ["command"]

Exchange = dict[str, Any]

_SHOWN = ("command", "lines", "result")


@click.command()
@click.argument("commands", metavar="COMMAND...", nargs=-1, required=True)
@click.option("--timeout", type=float, metavar="SECONDS", help="How long each may take.")
@json_option
@modem_options
def command(commands: Sequence[str], *, timeout: float | None, as_json: bool, target: Target) -> None:
    r"""Send raw commands and print the replies. The first that fails ends it.

    A - reads the commands from stdin, one a line: so a PIN is in no process list.

    \b
    Example:
      simcom at --port /dev/ttyUSB2 +CSQ "+CREG?"
    """
    asyncio.run(_send(_lines(commands), timeout, target, as_json=as_json))


def _lines(commands: Sequence[str]) -> list[str]:
    found: list[str] = []
    for text in commands:
        found += sys.stdin.read().splitlines() if text == "-" else [text]
    return [line.strip() for line in found if line.strip()]


async def _send(lines: Sequence[str], timeout: float | None, target: Target, *, as_json: bool) -> None:
    done: list[Exchange] = []
    try:
        async with target.open() as modem:
            for line in lines:
                exchange = await _exchange(modem, line, timeout)
                done.append(exchange)
                if not as_json:
                    _show(exchange)
                if exchange["failed"]:
                    raise Refused(f"{exchange['command']}: {exchange['result']}")
    finally:
        if as_json:
            print_json([{name: exchange[name] for name in _SHOWN} for exchange in done])


async def _exchange(modem: Modem, line: str, timeout: float | None) -> Exchange:
    from simcom_async.at.event import FinalLine
    from simcom_async.at.explain import read_command
    from simcom_async.errors import CommandFailed

    body = line[2:] if line[:2].upper() == "AT" else line
    masked = read_command(body.encode("ascii", "replace"), modem.dialect).masked
    finals: list[str] = []
    listener = modem.on(FinalLine, lambda event: finals.append(event.text.decode("ascii", "backslashreplace")))
    reply: tuple[str, ...] = ()
    failed = False
    try:
        reply = await modem.at(line, timeout=timeout)
    except CommandFailed:
        failed = True
    finally:
        listener.close()
    return {"command": masked, "lines": list(reply), "result": finals[-1], "failed": failed}


def _show(exchange: Exchange) -> None:
    for line in (*exchange["lines"], exchange["result"]):
        click.echo(line)
