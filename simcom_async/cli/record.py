"""``simcom record``: the traffic of a port, written down with secrets masked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from simcom_async.cli.options import Target, modem_options
from simcom_async.cli.serving import ADDRESS, announce, client_port, place, stop_signals, stopped

if TYPE_CHECKING:
    from simcom_async.cli.recorder import MaskingRecorder

__all__ = ["command"]


@click.command()
@click.argument("file", type=click.Path(dir_okay=False), metavar="FILE")
@click.argument("commands", metavar="[COMMAND]...", nargs=-1)
@click.option("--tcp", type=ADDRESS, metavar="HOST:PORT", help="Serve TCP in the place of a pseudo-terminal.")
@modem_options
def command(file: str, commands: Sequence[str], *, tcp: tuple[str, int] | None, target: Target) -> None:
    r"""Record a port's traffic to FILE, secrets masked.

    With COMMANDs these are sent, just as they are, and the replies printed. Without, a new pseudo-terminal is bridged
    to the port and its path printed as JSON: any program's traffic can be recorded there, until SIGINT or SIGTERM.

    \b
    Examples:
      simcom record --port /dev/ttyUSB2 session.jsonl ATI +CSQ
      simcom record --port /dev/ttyUSB2 session.jsonl
    """
    asyncio.run(_send(file, commands, target) if commands else _bridge(file, tcp, target))


def _recorder(file: str, target: Target) -> MaskingRecorder:
    from simcom_async.cli.recorder import MaskingRecorder
    from simcom_async.dialects import DIALECTS
    from simcom_async.ports.open import open_url
    from simcom_async.sessions.recognition import recognise

    dialects = tuple(DIALECTS.values()) if target.dialect is None else (target.spoken,)
    return MaskingRecorder(open_url(target.url, baud=target.baud, recognise=recognise), file, dialects, target.dialect)


async def _send(file: str, commands: Sequence[str], target: Target) -> None:
    from simcom_async.at.command import RawCommand
    from simcom_async.at.event import EchoLine, LineEvent
    from simcom_async.at.explain import read_command
    from simcom_async.at.secret import raw_command
    from simcom_async.dialects import DIALECTS
    from simcom_async.link.link import Link

    def show(event: LineEvent) -> None:
        if not isinstance(event, EchoLine):
            click.echo(event.text.decode("utf-8", "backslashreplace"))

    async with Link(_recorder(file, target), target.spoken) as link:
        link.bus.on(LineEvent, show)
        for text in commands:
            body = text[2:] if text[:2].upper() == "AT" else text
            command = read_command(body.encode("ascii", "replace"), target.spoken)
            if isinstance(command, RawCommand):
                command = raw_command(command.line, (target.spoken, *DIALECTS.values()))
            await link.send(command, admit=False)


async def _bridge(file: str, tcp: tuple[str, int] | None, target: Target) -> None:
    from simcom_async.cli.bridge import Bridge

    client = client_port(tcp)
    with stop_signals() as told:
        async with Bridge(client, _recorder(file, target)) as bridge:
            announce(place(client))
            await stopped(told, bridge.failure())
