"""Ships rotating logs to an FTP server through a modem: each byte arrives once, whatever happens on the way.

    python examples/ftp_log_shipper.py                              # a virtual SIM800, a server on loopback, trouble
    python examples/ftp_log_shipper.py --port /dev/ttyUSB2 --apn internet \
        --server ftp.example.com --user gateway --folder /logs /var/log/app      # password: SIMCOM_FTP_PASSWORD

A local log is known by its inode and its first bytes, so rotation does not confuse it, and has a file of its own at
the server: app.log.20260304T050607.000001, ...000002 and so on; put together in this order they are the log. How far a
file has come is what the server says: an append that ended in an unknown way is not repeated, but the size is asked,
and asked again until it stays the same, because bytes of the old connection may still be on their way. What has come
since the last good end is then read back: if it is not what was sent (bytes of a broken append that arrived behind the
next one), the file is sent anew from its start. DIRECTORY/.shipped.json says which file is which.
"""

import argparse
import asyncio
import contextlib
import hashlib
import json
import logging
import logging.handlers
import os
import posixpath
import random
import re
import signal
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import simcom_async
from simcom_async.sites import FtpFault, FtpSite
from simcom_async.virtual.faults import LoseBearer, Reset

ATTEMPTS = 8  # in a row for one file, before the round is given up
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 120.0  # seconds, doubled after each failure
CHUNK = 131_072  # bytes appended before the size is asked again, and read back at most
HEAD = 256  # bytes by which a file is known, beside its inode
REMEMBERED = 1_000  # files
LOG = re.compile(r"(?P<stem>.+\.log)(?:\.(?P<age>\d+))?")
MAY_PASS = (simcom_async.ModemError, simcom_async.LinkError, simcom_async.CommandTimeout, simcom_async.OutcomeUnknown)


class Unsettled(Exception):
    """The size at the server is not what it must be, or does not stay the same."""


@dataclass
class Record:
    """One local file: its name at the server, by what it is known, and how many bytes the server has confirmed."""

    name: str
    head: str
    length: int
    done: int = 0


class Ledger:
    """The records, by inode, in a file that is written aside and moved into place.

    ``series`` is part of the names at the server: a ledger that was lost is not continued by mistake.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        kept: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        self.series: str = kept.get("series", time.strftime("%Y%m%dT%H%M%S", time.gmtime()))
        self.number: int = kept.get("number", 0)
        self.files = {inode: Record(**facts) for inode, facts in kept.get("files", {}).items()}

    def record(self, file: BinaryIO, stem: str) -> Record:
        """The record of an open file; a new one for a file that was never seen, or was cut."""
        status = os.fstat(file.fileno())
        inode, length = str(status.st_ino), min(HEAD, status.st_size)
        known = self.files.pop(inode, None)
        if known is None or status.st_size < known.done or head(file, known.length) != known.head:
            self.number += 1
            known = Record(f"{stem}.{self.series}.{self.number:06}", "", 0)
        self.files[inode] = known  # the last one that was used is the last one to be forgotten
        while len(self.files) > REMEMBERED:
            del self.files[next(iter(self.files))]
        if known.length != length:
            known.head, known.length = head(file, length), length
            self.save()
        return known

    def save(self) -> None:
        files = {inode: asdict(record) for inode, record in self.files.items()}
        facts = {"series": self.series, "number": self.number, "files": files}
        aside = self.path.with_suffix(".part")
        with aside.open("w") as file:
            json.dump(facts, file)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self.path)


class Shipper:
    """Ships one directory. ``settle``: seconds after which the size of a broken append is believed."""

    def __init__(self, modem: simcom_async.Modem, directory: Path, *, settle: float = 10.0, **server: object) -> None:
        self.modem = modem
        self.directory = directory
        self.folder = str(server.pop("folder", "/"))
        self.server = server
        self.settle = settle
        self.pause = FIRST_PAUSE
        self.ledger = Ledger(directory / ".shipped.json")
        self.sure: set[str] = set()  # files whose last append ended well, seen by this process

    async def watch(self, poll: float) -> None:
        """Ship what there is, again and again. Raises FtpError for what will not pass by itself."""
        while True:
            await self.round()
            await asyncio.sleep(poll)

    async def round(self) -> int:
        """Ship what there is now; the number of bytes. A file that does not go is left for the next round."""
        moved = 0
        with contextlib.ExitStack() as stack:
            for stem, file in opened_logs(self.directory, stack):
                if not os.fstat(file.fileno()).st_size:
                    continue
                record = self.ledger.record(file, stem)
                before = record.done
                if not await self.delivered(file, record):
                    print(f"{record.name}: given up for now")
                    break
                moved += record.done - before
        return moved

    async def delivered(self, file: BinaryIO, record: Record) -> bool:
        """Whether all of the file has arrived, after a bounded number of attempts without progress."""
        size, failures, pause = os.fstat(file.fileno()).st_size, 0, self.pause
        while record.done < size:
            try:
                record.done = await self.step(file, record, size)
                self.ledger.save()
                failures, pause = 0, self.pause
            except (*MAY_PASS, Unsettled) as error:
                if isinstance(error, simcom_async.FtpError) and not error.retry:
                    raise
                failures += 1
                print(f"{record.name}, failure {failures}: {error}", flush=True)
                if failures == ATTEMPTS:
                    return False
                await asyncio.sleep(pause * random.uniform(0.5, 1))
                pause = min(2 * pause, LONGEST_PAUSE)
        return True

    async def step(self, file: BinaryIO, record: Record, size: int) -> int:
        """Bring the server on by one chunk; how many bytes it has then."""
        remote = posixpath.join(self.folder, record.name)
        async with self.modem.ftp(**self.server) as ftp:  # type: ignore[arg-type]
            start = record.done if record.name in self.sure else await self.agreed(ftp, remote, file, record)
            if start == size:
                return start
            end = min(start + CHUNK, size)
            self.sure.discard(record.name)
            record.done = min(record.done, start)
            self.ledger.save()
            await ftp.upload(piece(file, start, end), remote, append=start > 0)
            now = await arrived(ftp, remote)
            if now != end:
                raise Unsettled(f"the server has {now} bytes, {end} were sent")
            self.sure.add(record.name)
            return end

    async def agreed(self, ftp: simcom_async.FtpSession, remote: str, file: BinaryIO, record: Record) -> int:
        """How many bytes the server has after an unknown end; 0 where they are not those of the file."""
        have, at = await self.settled(ftp, remote), record.done
        if have > at:
            async with ftp.open(remote, at) as stream:
                async for data in stream:
                    if data != os.pread(file.fileno(), len(data), at):
                        return 0
                    at += len(data)
            if at != have:
                raise Unsettled(f"the server gave {at} bytes, its size was {have}")
        return have

    async def settled(self, ftp: simcom_async.FtpSession, remote: str) -> int:
        """How many bytes the server has, once that stays the same."""
        before = await arrived(ftp, remote)
        for _ in range(ATTEMPTS):
            await asyncio.sleep(self.settle)
            now = await arrived(ftp, remote)
            if now == before:
                return now
            before = now
        raise Unsettled(f"the size of {remote} does not stay the same")


async def arrived(ftp: simcom_async.FtpSession, remote: str) -> int:
    """How many bytes of a file the server has. 0 is believed only when its list says that there is no such file."""
    try:
        return await ftp.size(remote)
    except simcom_async.FtpError as error:
        if error.retry:
            raise
        folder, name = posixpath.split(remote)
        if name in [posixpath.basename(entry.name) for entry in await ftp.list(folder)]:
            raise
        return 0


async def piece(file: BinaryIO, start: int, end: int) -> AsyncIterator[bytes]:
    """A part of an open file."""
    while start < end and (data := os.pread(file.fileno(), min(65_536, end - start), start)):
        yield data
        start += len(data)


def head(file: BinaryIO, length: int) -> str:
    """What a file begins with."""
    return hashlib.sha256(os.pread(file.fileno(), length, 0)).hexdigest()


def opened_logs(directory: Path, stack: contextlib.ExitStack) -> list[tuple[str, BinaryIO]]:
    """Every log, the oldest first, with the stem of its name; what is open stays the same file when it is renamed."""
    for _ in range(ATTEMPTS):
        found = names(directory)
        logs: list[tuple[str, BinaryIO]] = []
        with contextlib.suppress(FileNotFoundError):
            for stem, _, name, _ in found:
                logs.append((stem, stack.enter_context((directory / name).open("rb"))))
            if names(directory) == found:  # else it was rotated in between
                return logs
    return []


def names(directory: Path) -> list[tuple[str, int, str, int]]:
    """Stem, age (negative: the oldest comes first), name and inode of each log."""
    entries = ((LOG.fullmatch(entry.name), entry) for entry in os.scandir(directory) if entry.is_file())
    return sorted(
        (found["stem"], -int(found["age"] or 0), entry.name, entry.inode()) for found, entry in entries if found
    )


# The demo: a program that writes logs, and everything that can go wrong

PATIENCE = 60.0  # seconds


def write_logs(directory: Path, lines: int) -> bytes:
    """What a program logs, rotated as the standard library does it."""
    handler = logging.handlers.RotatingFileHandler(directory / "app.log", maxBytes=40_000, backupCount=99)
    texts = [f"{number:06} the temperature is {random.gauss(21, 2):.2f}" for number in range(lines)]
    for text in texts:
        handler.emit(logging.makeLogRecord({"msg": text}))
    handler.close()
    return "".join(f"{text}\n" for text in texts).encode()


async def troubled(site: FtpSite, virtual: simcom_async.VirtualModem) -> None:
    """The world outside: the bearer is lost, the module restarts, the server hangs up, each in the middle of a file."""
    await site.until(lambda: site.gate.passed > 20_000, PATIENCE)
    virtual.faults.add(LoseBearer())
    await site.until(lambda: site.gate.passed > 70_000, PATIENCE)
    virtual.faults.add(Reset())
    site.faults.append(FtpFault(command="APPE", after=5_000, times=1))


async def demonstrate() -> None:
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        async with FtpSite() as site, simcom_async.VirtualModem("sim800", urc_delay=0) as virtual:
            async with simcom_async.open_modem(virtual.port(), apn="internet") as modem:
                server = {"host": site.host, "port": site.port, "user": "user", "password": "secret"}
                shipper = Shipper(modem, directory, settle=0.1, **server)
                shipper.pause = 0.05
                trouble = asyncio.create_task(troubled(site, virtual))
                written = write_logs(directory, 5_000)
                await shipper.round()
                await trouble
            stored = b"".join(site.read(path) for path in site.paths)
            if stored != written:
                raise SystemExit("the bytes at the server are not those of the logs")
            print(f"{len(stored)} bytes in {len(site.paths)} files, each once, through a {modem.identity.model}")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path, nargs="?")
    parser.add_argument("--port", help="the modem; without it a virtual one, a server and logs of its own")
    parser.add_argument("--apn", default="internet")
    parser.add_argument("--server", default="ftp.example.com", metavar="HOST[:PORT]")
    parser.add_argument("--user", default="anonymous")
    parser.add_argument("--folder", default="/", help="at the server; it must be there")
    parser.add_argument("--poll", type=float, default=60.0, help="seconds between two looks at the directory")
    parser.add_argument(
        "--settle", type=float, default=10.0, help="seconds until the size of a broken append is believed"
    )
    chosen = parser.parse_args()
    if chosen.port is None:
        await demonstrate()
        return
    if chosen.directory is None:
        parser.error("which directory?")
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    host, _, port = chosen.server.partition(":")
    password = os.environ.get("SIMCOM_FTP_PASSWORD", "")
    server = {"host": host, "port": int(port or 21), "user": chosen.user, "password": password}
    try:
        async with simcom_async.open_modem(chosen.port, apn=chosen.apn) as modem:
            shipper = Shipper(modem, chosen.directory, settle=chosen.settle, folder=chosen.folder, **server)
            await shipper.watch(chosen.poll)
    except asyncio.CancelledError:
        print("stopped; the next start goes on from here")
    except simcom_async.SimcomError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    asyncio.run(main())
