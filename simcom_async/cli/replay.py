"""``simcom replay``: a recording served as a module."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from simcom_async.cli.options import verbose_option
from simcom_async.cli.output import remark
from simcom_async.cli.serving import ADDRESS, announce, client_port, place, stop_signals, stopped

if TYPE_CHECKING:
    from simcom_async.ports.record import Recording

__all__ = ["command"]


@click.command()
@click.argument("file", type=click.Path(dir_okay=False), metavar="FILE")
@click.option("--pty", is_flag=True, help="Serve a pseudo-terminal (the default).")
@click.option("--tcp", type=ADDRESS, metavar="HOST:PORT", help="Serve TCP; port 0 takes a free one.")
@click.option("--realtime", is_flag=True, help="Keep the recorded distances in time.")
@verbose_option
def command(file: str, *, pty: bool, tcp: tuple[str, int] | None, realtime: bool) -> None:
    r"""Serve a recording as a module, until SIGINT or SIGTERM.

    The first line on stdout is a JSON object that says where it can be reached. The client has to send what was
    recorded and gets what was recorded; one that sends something else ends it, with exit status 3.

    \b
    Example:
      simcom replay session.jsonl
    """
    from simcom_async.ports.record import read_recording

    if pty and tcp is not None:
        raise click.UsageError("--pty and --tcp exclude each other: a recording is served once")
    asyncio.run(_serve(read_recording(file), tcp, realtime=realtime))


async def _serve(recording: Recording, tcp: tuple[str, int] | None, *, realtime: bool) -> None:
    from simcom_async.cli.bridge import Bridge
    from simcom_async.ports.replay import ReplayPort

    replay = ReplayPort(recording, realtime=realtime)
    client = client_port(tcp, replay.resume)
    with stop_signals() as told:
        async with Bridge(client, replay) as bridge:
            if tcp is not None:
                replay.pause()  # what was said before the first command is for the first client
            announce({"dialect": recording.dialect, **place(client)})
            await stopped(told, bridge.failure())
            if replay.remaining:
                remark(f"{replay.remaining} of {len(recording.entries)} entries were not reached")
