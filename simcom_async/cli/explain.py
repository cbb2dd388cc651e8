"""``simcom explain``: what each received byte of a recording is, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from simcom_async.cli.options import json_option, verbose_option
from simcom_async.cli.output import print_json_lines, print_table

if TYPE_CHECKING:
    from simcom_async.at.explain import Element

__all__ = ["command"]

_STDIN = "-"
_SHOWN = 60


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--dialect", metavar="NAME", help="What the module spoke; without it the recording's header says it.")
@json_option
@verbose_option
def command(file: str, dialect: str | None, as_json: bool) -> None:
    r"""Classify every received byte of a recording, without a modem. FILE may be - for stdin.

    With --json one object for each element, one a line.

    \b
    Example:
      simcom explain --json session.jsonl
    """
    from simcom_async.at.explain import explain
    from simcom_async.dialects import DIALECTS, GENERAL
    from simcom_async.errors import UsageError
    from simcom_async.ports.record import read_recording

    recording = read_recording("/dev/stdin" if file == _STDIN else file)
    name = dialect or recording.dialect or GENERAL.name
    if name not in DIALECTS:
        allowed = ", ".join(DIALECTS)
        raise UsageError(f"no dialect is named {name!r}; there are {allowed}", field="dialect", allowed=allowed)
    elements = explain(((entry.dir, entry.data) for entry in recording.entries), DIALECTS[name])
    if as_json:
        print_json_lines(element.as_json() for element in elements)
    else:
        print_table(("bytes", "kind", "text", "message", "why"), (_cells(element) for element in elements))


def _cells(element: Element) -> tuple[str, ...]:
    data = element.data if element.text is None else element.text
    shown = ascii((data or b"")[:_SHOWN].decode("latin-1"))[1:-1]
    if len(data or b"") > _SHOWN:
        shown += f"... ({len(data or b'')} bytes)"
    return f"{element.start}-{element.end}", element.kind, shown, element.message or "", element.why
