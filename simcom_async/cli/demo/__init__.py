"""``simcom demo``: the whole stack, from a verb down to bytes on a PTY and up again to a real server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import click

from simcom_async.cli.demo.stage import Row
from simcom_async.cli.options import json_option, verbose_option
from simcom_async.cli.output import print_json, print_table, progress, remark
from simcom_async.cli.status import Refused

__all__ = ["command"]

_COLUMNS = ("module", "operation", "bytes", "seconds", "SHA-256", "verified")
_WIDTH = 26


@click.command()
@json_option
@verbose_option
def command(as_json: bool) -> None:
    r"""Run every service of every module family against real servers.

    Virtual modems on pseudo-terminals, real servers on loopback, the whole stack in between. Each result is verified by
    its SHA-256; the exit status is 0 only if every one matched.

    \b
    Example:
      simcom demo
    """
    began = time.monotonic()
    rows = asyncio.run(_perform())
    if as_json:
        print_json([row.as_json() for row in rows])
    else:
        _show(rows, time.monotonic() - began)
    failed = [row for row in rows if not row.verified]
    if failed:
        raise Refused(f"{len(failed)} of {len(rows)} results are wrong")


async def _perform() -> list[Row]:
    from simcom_async.cli.demo.stage import Stage
    from simcom_async.cli.demo.steps import STEPS

    rows: list[Row] = []
    for dialect, steps in STEPS.items():
        async with Stage(dialect, [maker for step in steps for maker in step.sites]) as stage:
            remark(f"{stage.modem.identity.model} on {stage.path}, servers on {', '.join(stage.addresses)}")
            for step in steps:
                with progress(f"{dialect} {step.name:{_WIDTH}}") as report:
                    rows.append(await step.perform(stage, report))
    return rows


def _show(rows: Sequence[Row], seconds: float) -> None:
    cells = ((r.dialect, r.name, f"{r.size:,}", f"{r.seconds:.2f}", r.checksum[:16], r.verdict) for r in rows)
    print_table(_COLUMNS, cells)
    good = sum(row.verified for row in rows)
    click.echo(f"{good} of {len(rows)} results verified in {seconds:.1f} s")
