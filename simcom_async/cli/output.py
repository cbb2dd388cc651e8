"""What is printed: JSON and tables for results on stdout, progress and remarks on stderr."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import click

__all__ = ["Report", "print_json", "print_json_lines", "print_table", "print_text", "progress", "remark", "shown"]

Report = Callable[[int, int | None], None]
"""Takes the bytes done so far and the bytes in all (None: not known)."""

_HALF = re.compile("[\ud800-\udfff]")  # of a pair: the JSON of a name that is no UTF-8
_STEPS = 10
_UNKNOWN_STEP = 65_536


def print_json(value: object) -> None:
    """One JSON value on stdout; of a list one element a line."""
    if isinstance(value, list):
        click.echo("[" + ",\n ".join(_json(element) for element in value) + "]")
    else:
        click.echo(_json(value))


def print_json_lines(values: Iterable[object]) -> None:
    """JSON Lines on stdout: one value a line, no list around them."""
    for value in values:
        click.echo(_json(value))


def remark(text: str) -> None:
    """A line for people, on stderr."""
    click.echo(shown(text), err=True)


def print_text(text: str) -> None:
    """A line on stdout."""
    click.echo(shown(text))


def shown(text: str) -> str:
    """A text for people: bytes that are no UTF-8, which a name may hold (PEP 383), are escaped."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table on stdout, in plain columns where that is no terminal; without a head where all its names are empty."""
    if not sys.stdout.isatty():
        _plain([columns, *rows] if any(columns) else [*rows])
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=SIMPLE_HEAD, pad_edge=False, show_header=any(columns))
    for row in rows:
        table.add_row(*(Text(shown(cell)) for cell in row))
    Console(highlight=False).print(table)


@contextmanager
def progress(what: str) -> Iterator[Report]:
    """Show on stderr how far a transfer has come: a bar on a terminal, else a plain line now and then."""
    if not sys.stderr.isatty():
        yield _lines(what)
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task(shown(what), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
        if not bar.tasks[0].completed:
            bar.update(task, visible=False)


def _json(value: object) -> str:
    return _HALF.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def _plain(table: Sequence[Sequence[str]]) -> None:
    rows = [[shown(cell) for cell in row] for row in table]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _lines(what: str) -> Report:
    last = -1

    def report(done: int, total: int | None) -> None:
        nonlocal last
        step = done * _STEPS // total if total else done // _UNKNOWN_STEP
        if step > last:
            last = step
            remark(f"{what}: {done} bytes" if total is None else f"{what}: {done} of {total} bytes")

    return report
