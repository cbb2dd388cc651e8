"""``simcom files``: the module's own file system."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import click

from simcom_async.cli.options import Target, json_option, modem_options
from simcom_async.cli.output import Report, print_json, print_table, progress, remark
from simcom_async.sessions.local_file import LocalFile

if TYPE_CHECKING:
    from simcom_async.sessions.file_visit import FileEntry
    from simcom_async.sessions.files import FilesSession

__all__ = ["command"]

_PIPE = "-"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    r"""Look at and move files in the module.

    A path in the module is absolute, D:/logs/app.log; without a drive it is on C:.

    \b
    Examples:
      simcom files ls --port /dev/ttyUSB2 D:/
      simcom files put --port /dev/ttyUSB2 ca.pem C:/ca.pem
    """


def files_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add the time limit and the modem's options; the function gets ``run``, which opens the modem and does work."""

    @functools.wraps(function)
    def called(*arguments: Any, target: Target, **named: Any) -> None:
        def run(work: Callable[[FilesSession], Awaitable[None]]) -> None:
            asyncio.run(_run(target, work))

        function(*arguments, run=run, **named)

    timeout = click.option(
        "--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="For each operation."
    )
    return timeout(modem_options(called))


Run = Callable[[Callable[["FilesSession"], Awaitable[None]]], None]


@command.command()
@click.argument("path", default="C:/")
@click.option("-r", "--recursive", is_flag=True, help="Also what is in the folders.")
@json_option
@files_options
def ls(path: str, *, recursive: bool, timeout: float | None, as_json: bool, run: Run) -> None:
    r"""List a folder, with the size and date of its files.

    \b
    Example:
      simcom files ls --port /dev/ttyUSB2 D:/ -r
    """

    async def work(files: FilesSession) -> None:
        if recursive:
            found = [entry async for entry in files.walk(path, details=True)]
        else:
            found = await files.list(path, details=True, timeout=timeout)
        if as_json:
            print_json([_facts(entry) for entry in found])
        elif found:
            print_table(("type", "size", "modified", "path"), [_row(entry) for entry in found])

    run(work)


@command.command()
@click.argument("path")
@click.argument("local", required=False)
@json_option
@files_options
def get(path: str, local: str | None, *, timeout: float | None, as_json: bool, run: Run) -> None:
    r"""Fetch a file of the module.

    LOCAL is a file, a directory, or - for stdout; without it the file comes here under its own name. It appears when
    all of it is there. With --json and - the bytes go nowhere.

    \b
    Example:
      simcom files get --port /dev/ttyUSB2 C:/Email/090901120000/EMAIL000.TXT mail.txt
    """

    async def work(files: FilesSession) -> None:
        goal = None if local == _PIPE else _goal(path, local)
        with progress(f"get {PurePosixPath(path).name}") as report:
            if goal is None:
                data = await files.read(path, progress=report, timeout=timeout)
                length, checksum = len(data), hashlib.sha256(data).hexdigest()
                if not as_json:
                    sys.stdout.buffer.write(data)
                    sys.stdout.buffer.flush()
            else:
                length, checksum = await _fetch(files, path, goal, report)
        if as_json:
            shown = None if goal is None else str(goal)
            print_json({"path": path, "local": shown, "length": length, "sha256": checksum})

    run(work)


@command.command()
@click.argument("local")
@click.argument("path")
@click.option("--keep", is_flag=True, help="Fail when there is a file of that name.")
@json_option
@files_options
def put(local: str, path: str, *, keep: bool, timeout: float | None, as_json: bool, run: Run) -> None:
    r"""Write a file into the module; LOCAL may be - for stdin.

    PATH is a file, or a folder where it ends with a slash. A file that is there is replaced.

    \b
    Example:
      simcom files put --port /dev/ttyUSB2 ca.pem C:/ca.pem
    """
    if local == _PIPE and path.endswith("/"):
        raise click.UsageError("what comes from stdin has no name: PATH must be a file")
    target = path + Path(local).name if path.endswith("/") else path
    data = sys.stdin.buffer.read() if local == _PIPE else Path(local)

    async def work(files: FilesSession) -> None:
        with progress(f"put {PurePosixPath(target).name}") as report:
            length = await files.write(target, data, overwrite=not keep, progress=report, timeout=timeout)
        if as_json:
            print_json({"path": target, "length": length})

    run(work)


@command.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@files_options
def rm(paths: tuple[str, ...], *, timeout: float | None, run: Run) -> None:
    r"""Remove files, and folders that are empty where PATH ends with a slash. It stops at the first that fails.

    \b
    Example:
      simcom files rm --port /dev/ttyUSB2 D:/old.log D:/empty/
    """

    async def work(files: FilesSession) -> None:
        for path in paths:
            if path.endswith("/"):
                await files.rmdir(path, timeout=timeout)
            else:
                await files.delete(path, timeout=timeout)
            remark(f"removed {path}")

    run(work)


async def _run(target: Target, work: Callable[[FilesSession], Awaitable[None]]) -> None:
    async with target.open() as modem:
        await work(modem.files)


async def _fetch(files: FilesSession, path: str, goal: Path, report: Report) -> tuple[int, str]:
    """Have the file here when it is whole; its length and SHA-256."""
    file = LocalFile(goal)
    await file.open()
    try:
        async with files.open(path, progress=report) as stream:
            async for piece in stream:
                file.write(piece)
        await file.commit()
    except BaseException:
        await file.keep()
        raise
    return file.size, file.checksum


def _goal(path: str, local: str | None) -> Path:
    name = PurePosixPath(path).name.rpartition(":")[2]
    goal = Path(local or name)
    return goal / name if goal.is_dir() else goal


def _facts(entry: FileEntry) -> dict[str, object]:
    return {
        "path": entry.path,
        "type": "folder" if entry.is_folder else "file",
        "size": entry.size,
        "modified": None if entry.modified is None else entry.modified.isoformat(),
    }


def _row(entry: FileEntry) -> tuple[str, ...]:
    return tuple("" if fact is None else str(fact) for fact in (_facts(entry)[key] for key in _KEYS))


_KEYS = ("type", "size", "modified", "path")
