"""``simcom virtual``: one virtual modem, until it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simcom_async.cli.options import verbose_option
from simcom_async.cli.serving import ADDRESS, announce, stop_signals

if TYPE_CHECKING:
    from simcom_async.virtual import VirtualModem
    from simcom_async.virtual.fault import Fault

__all__ = ["command"]

_KEYS = """\b
Keys of --set:
  urc_delay=SECONDS        from the final result to the first URC of an operation (1.5)
  repeat=SECONDS           between repeats of URCs such as +FTPGET: 1,1
  unread_timeout=SECONDS   until unread data ends a session
  network_timeout=SECONDS  how long it waits for a silent server
  bearer_lifetime=SECONDS  after which the network drops an open bearer (never)
  echo=on|off              (on)
  baud=BITS                pacing of the line (unlimited)
  boot=ready|cold|off      (ready)
  autobaud=COUNT           of AT that go unanswered first (0)
  wire=real|documented     spacing and spelling (real)
  cmee=0|1|2               +CMEE at power-on
  space=BYTES              of each drive of its file system (33554432)
  pin=DIGITS               the PIN that the SIM asks for (none)
  imei=, iccid=, operator=, rssi=
  tls_verify=off|FILE      (off)
  tls_minimum=, tls_maximum=1.0|1.1|1.2|1.3
  lower_case=on|off        names of HTTP header fields that AT+CHTTPACT hands on (off)

\b
Example:
  simcom virtual --dialect sim800 --pty --map www.example.com=127.0.0.1:8080 --set urc_delay=0

\b
A file of --faults is TOML; docs/faults.md has every kind and key:
  [[fault]]
  kind = "lose-bytes"
  command = "+HTTPREAD"
  occurrence = 3
  offset = 40
"""


@click.command(epilog=_KEYS)
@click.option("--dialect", required=True, metavar="NAME", help="The module series: sim800.")
@click.option("--pty", is_flag=True, help="Serve a pseudo-terminal (the default).")
@click.option(
    "--link",
    type=click.Path(),
    metavar="PATH",
    help="A link to the pseudo-terminal, by a name that stays.",
)
@click.option("--tcp", type=ADDRESS, metavar="HOST:PORT", help="Serve TCP; port 0 takes a free one.")
@click.option(
    "--files",
    type=click.Path(exists=True, file_okay=False),
    metavar="DIR",
    help="The module's own file system, one folder a drive.",
)
@click.option(
    "--map",
    "hosts",
    multiple=True,
    metavar="HOST[:PORT]=HOST:PORT",
    help="What it would connect to is found elsewhere; may be given several times.",
)
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Its personality; see below.")
@click.option(
    "--faults",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="What goes wrong, and when; see below.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Decides its numbers, and its faults.")
@verbose_option
def command(
    dialect: str,
    *,
    pty: bool,
    link: str | None,
    tcp: tuple[str, int] | None,
    files: str | None,
    hosts: Sequence[str],
    settings: Sequence[str],
    faults: Path | None,
    seed: int,
) -> None:
    """Run a virtual modem until SIGINT or SIGTERM.

    The first line on stdout is a JSON object that says where it can be reached.
    """
    from simcom_async.virtual import Options, VirtualModem
    from simcom_async.virtual.faults import load_faults

    options: dict[str, Any] = Options.pairs(settings)
    Options.of(options)
    script = load_faults(faults) if faults is not None else []
    modem = VirtualModem(dialect, hosts=_map(hosts), files=files, seed=seed, **options)
    asyncio.run(_serve(modem, script, pty=pty or link is not None or tcp is None, link=link, tcp=tcp))


async def _serve(
    modem: VirtualModem, faults: Sequence[Fault], *, pty: bool, link: str | None, tcp: tuple[str, int] | None
) -> None:
    with stop_signals() as told:
        async with modem:
            facts: dict[str, object] = {"dialect": modem.dialect.name}
            if pty:
                facts["pty"] = await modem.open_pty(link)
            if tcp is not None:
                facts["tcp"] = await modem.listen_tcp(*tcp)
            for fault in faults:
                modem.faults.add(fault)
            announce(facts)
            await told.wait()


def _map(texts: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        source, equals, target = text.partition("=")
        if not source or not equals:
            raise click.BadParameter(f"{text!r} is not HOST[:PORT]=HOST:PORT", param_hint="--map")
        found[source] = target
    return found
