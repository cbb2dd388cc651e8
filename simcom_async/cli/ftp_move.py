"""What ``simcom ftp get`` and ``put`` do with their files: where each goes, and how it is moved."""

from __future__ import annotations

import asyncio
import glob
import posixpath
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simcom_async.cli.ftp_url import FtpUrl, expanded
from simcom_async.cli.output import print_json_lines, progress, remark
from simcom_async.cli.status import Refused
from simcom_async.errors import FtpError

if TYPE_CHECKING:
    from simcom_async.cli.output import Report
    from simcom_async.sessions.ftp import FtpSession
    from simcom_async.sessions.ftp_fetch import FtpTransfer

__all__ = ["Get", "Put", "goal_of", "sources"]

_STD = "-"
_READ = 65_536


@dataclass(frozen=True, slots=True)
class Get:
    """Files on their way here."""

    urls: Sequence[FtpUrl]
    local: str | None
    as_json: bool
    resume: bool
    via: str | None
    timeout: float | None

    def __post_init__(self) -> None:
        if self.local == _STD and self.as_json:
            raise click.UsageError("stdout cannot take both the file and --json")

    async def run(self, ftp: FtpSession) -> None:
        """Fetch one after the other."""
        files = [(url, path) for url in self.urls for path in await expanded(ftp, url, self.timeout)]
        for (url, path), goal in zip(files, self._goals([path for _, path in files]), strict=True):
            with progress(f"get {posixpath.basename(path)}") as report:
                done = await ftp.download(
                    path,
                    sys.stdout.buffer if goal is None else goal,
                    resume=self.resume,
                    progress=report,
                    via=self.via,
                    timeout=self.timeout,
                )
            if goal is None:
                sys.stdout.buffer.flush()
            elif self.as_json:
                print_json_lines([{"url": url.at(path), "remote": path, "local": str(goal), **_facts(done)}])
            else:
                remark(f"{goal}: {_told(done)}")

    def _goals(self, paths: Sequence[str]) -> list[Path | None]:
        """Where each file goes, None: to stdout. Raises click.UsageError."""
        if self.local == _STD:
            return [None] * len(paths)
        local = Path(self.local or "")
        if self.local is not None and not (local.is_dir() or self.local.endswith("/")):
            if len(self.urls) > 1 or self.urls[0].pattern is not None:
                raise click.UsageError(f"{local} is no directory, which several files need")
            return [local]
        goals = [local / posixpath.basename(path) for path in paths]
        if len(set(goals)) < len(goals):
            raise click.UsageError("two of the files have one name: fetch them one by one")
        return [*goals]


@dataclass(frozen=True, slots=True)
class Put:
    """Files on their way to the server: each as it is shown, as it is found, and as it shall be called there."""

    url: FtpUrl
    files: Sequence[tuple[str, Path, str]]
    as_json: bool
    append: bool
    unique: bool
    resume: bool
    via: str | None
    timeout: float | None

    async def run(self, ftp: FtpSession) -> None:
        """Send one after the other."""
        for shown, path, remote in self.files:
            with progress(f"put {posixpath.basename(shown)}") as report:
                done = await self._send(ftp, path, remote, report)
            if self.as_json:
                named = None if self.unique else remote  # the server does not tell
                url = None if named is None else self.url.at(named)
                print_json_lines([{"url": url, "remote": named, "local": shown, **_facts(done)}])
            else:
                remark(f"{'a name that the server chose' if self.unique else remote}: {_told(done)}")

    async def _send(self, ftp: FtpSession, path: Path, remote: str, report: Report) -> FtpTransfer:
        if self.resume:
            return await self._send_rest(ftp, path, remote, report)
        return await ftp.upload(
            path,
            remote,
            append=self.append,
            unique=self.unique,
            progress=report,
            via=self.via,
            timeout=self.timeout,
        )

    async def _send_rest(self, ftp: FtpSession, path: Path, remote: str, report: Report) -> FtpTransfer:
        """Append what the server has not got. Raises Refused where it has more."""
        from simcom_async.sessions.ftp_fetch import FtpTransfer

        size = (await asyncio.to_thread(path.stat)).st_size
        start = await _arrived(ftp, remote, self.timeout)
        if start > size:
            raise Refused(f"{remote} has {start} bytes, {path} only {size}: it is no part of it")
        if start == 0:
            return await ftp.upload(path, remote, progress=report, via=self.via, timeout=self.timeout)
        moved = 0
        if start < size:
            sent = await ftp.upload(
                _rest(path, start),
                remote,
                append=True,
                progress=lambda done, _: report(start + done, size),
                via=self.via,
                timeout=self.timeout,
            )
            moved = sent.moved
        return FtpTransfer(remote, start, moved, await asyncio.to_thread(_checksum, path))


@contextmanager
def sources(words: Sequence[str]) -> Iterator[list[tuple[str, Path]]]:
    """The files that words name, as they are shown and as they are found; stdin is kept in a file meanwhile.

    Raises click.UsageError for what is no file, and for a pattern that means none.
    """
    with tempfile.TemporaryDirectory(prefix="simcom-") as folder:
        found: list[tuple[str, Path]] = []
        for word in words:
            if word == _STD:
                kept = Path(folder) / "stdin"
                with kept.open("wb") as file:
                    shutil.copyfileobj(sys.stdin.buffer, file)
                found.append((word, kept))
            elif glob.has_magic(word) and not Path(word).exists():
                names = sorted(name for name in glob.glob(word) if Path(name).is_file())
                if not names:
                    raise click.UsageError(f"no file matches {word}")
                found += [(name, Path(name)) for name in names]
            else:
                found.append((word, _existing(word)))
        yield found


def _existing(word: str) -> Path:
    path = Path(word)
    if path.is_dir() or not path.exists():
        raise click.UsageError(f"{word} is a directory" if path.is_dir() else f"there is no file {word}")
    return path


def goal_of(url: FtpUrl, source: str, *, many: bool) -> str:
    """The path at the server for a local file. Raises click.UsageError."""
    if not url.path.endswith("/"):
        if many:
            raise click.UsageError(f"{url.at(url.path)} is a file; a directory, which several need, ends with /")
        return url.path
    if source == _STD:
        raise click.UsageError("stdin has no name: give that of the file in the URL")
    return url.path + Path(source).name


async def _arrived(ftp: FtpSession, remote: str, timeout: float | None) -> int:
    """How many bytes the server has of a file: 0 where its list says that there is none."""
    try:
        return await ftp.size(remote, timeout=timeout)
    except FtpError as error:
        if error.retry:
            raise
        directory, name = posixpath.split(remote)
        if name in [posixpath.basename(entry.name) for entry in await ftp.list(directory, timeout=timeout)]:
            raise  # it is there: not every server tells the size
        return 0


async def _rest(path: Path, start: int) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        file.seek(start)
        while piece := await asyncio.to_thread(file.read, _READ):
            yield piece


def _checksum(path: Path) -> str:
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _facts(done: FtpTransfer) -> dict[str, object]:
    return {"offset": done.offset, "bytes": done.moved, "sha256": done.sha256}


def _told(done: FtpTransfer) -> str:
    behind = f" from {done.offset} on" if done.offset else ""
    return f"{done.moved} bytes{behind}, SHA-256 {done.sha256}"
