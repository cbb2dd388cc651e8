"""What the demo shows of FTP."""

from __future__ import annotations

import functools
import hashlib
import io
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from simcom_async.cli.demo.stage import Outcome, Stage, Step, sha256
from simcom_async.cli.output import Report
from simcom_async.sessions.ftp import FtpSession
from simcom_async.sessions.ftp_flow import FtpWay
from simcom_async.sites import Body, FtpSite, generated
from simcom_async.virtual.faults import LoseBearer

__all__ = ["STEPS"]

#: A file that looks like the module's own words, and holds what ends and escapes its streams.
_AWKWARD = b"\r\nOK\r\n\r\nERROR\r\n+FTPGET: 1,0\r\n+FTPPUT: 1,0\r\n> \x03\x10\x10\x03\x1a\x1b" + bytes(range(256))
_MODIFIED = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
_MEMORY = 100_000
_MIDDLE = 200_000
_LARGE = 1_000_000


def _session(stage: Stage, *, passive: bool = True) -> FtpSession:
    site = stage.site(FtpSite)
    ((user, password),) = site.users.items()
    return stage.modem.ftp(site.host, site.port, user=user, password=password, passive=passive)


async def _get(
    stage: Stage, report: Report, *, body: bytes, passive: bool = True, via: FtpWay | None = None
) -> Outcome:
    stage.site(FtpSite).publish("/get", body)
    received = io.BytesIO()
    async with _session(stage, passive=passive) as ftp:
        await ftp.download("/get", received, progress=report, via=via)
    return Outcome(received.tell(), sha256(received.getvalue()), sha256(body), _mistaken(stage, passive=passive))


async def _put(
    stage: Stage, report: Report, *, body: bytes, passive: bool = True, via: FtpWay | None = None
) -> Outcome:
    async with _session(stage, passive=passive) as ftp:
        await ftp.upload(body, "/put", progress=report, via=via)
    stored = stage.site(FtpSite).read("/put")
    return Outcome(len(stored), sha256(stored), sha256(body), _mistaken(stage, passive=passive))


def _mistaken(stage: Stage, *, passive: bool) -> str:
    """The complaint when the last connection was not of the mode that was asked for."""
    site = stage.site(FtpSite)
    verbs = {command.verb for command in site.commands if command.connection == site.log.connections}
    wanted = {"PASV", "EPSV"} if passive else {"PORT", "EPRT"}
    return "" if verbs & wanted else f"the server was not told {' or '.join(sorted(wanted))}"


async def _append(stage: Stage, report: Report) -> Outcome:
    old, new = generated(0, 3_000), generated(3_000, 5_000)
    site = stage.site(FtpSite)
    site.publish("/append", old)
    async with _session(stage) as ftp:
        await ftp.upload(new, "/append", append=True, progress=report)
    stored = site.read("/append")
    return Outcome(len(stored), sha256(stored), sha256(old + new))


async def _resume(stage: Stage, report: Report) -> Outcome:
    """The network drops the bearer half way, and the stack goes on from there by itself."""
    site, faults = stage.site(FtpSite), [LoseBearer()]
    site.publish("/resume", _MIDDLE)

    def told(done: int, total: int | None) -> None:
        report(done, total)
        if faults and done >= _MIDDLE // 3:
            stage.virtual.faults.add(faults.pop())

    with tempfile.TemporaryDirectory(prefix="simcom-demo-") as folder:
        goal = Path(folder) / "resume"
        async with _session(stage) as ftp:
            await ftp.download("/resume", goal, resume=True, progress=told)
        received = goal.read_bytes()
    resumed = any(command.verb == "REST" and command.argument != "0" for command in site.commands)
    complaint = "" if resumed else "the server was asked for all of it again"
    return Outcome(len(received), sha256(received), Body(_MIDDLE).checksum, complaint)


async def _list(stage: Stage, report: Report) -> Outcome:
    """Names and sizes stand for the list."""
    site = stage.site(FtpSite)
    site.mkdir("/list/folder")
    for size in (0, 1_459, 20_000):
        site.publish(f"/list/{size}.bin", size)
    async with _session(stage) as ftp:
        entries = await ftp.list("/list")
    seen = "".join(sorted(f"{entry.kind} {entry.name} {entry.size}\n" for entry in entries if entry.kind == "file"))
    folders = [entry.name for entry in entries if entry.kind == "directory"]
    wanted = "file 0.bin 0\nfile 1459.bin 1459\nfile 20000.bin 20000\n"
    complaint = "" if folders == ["folder"] else f"directories are {folders}"
    return Outcome(0, sha256(seen.encode()), sha256(wanted.encode()), complaint)


async def _manage(stage: Stage, report: Report) -> Outcome:
    """What the server has in between, and at the end, stands for it."""
    site = stage.site(FtpSite)
    async with _session(stage) as ftp:
        await ftp.mkdir("/made")
        await ftp.upload(b"0123456789", "/made/file")
        seen = [f"{await ftp.size('/made/file')}"]
        await ftp.delete("/made/file")
        seen.append(f"{site.exists('/made')} {site.exists('/made/file')}")
        await ftp.rmdir("/made")
        seen.append(f"{site.exists('/made')}")
    return Outcome(0, sha256(" ".join(seen).encode()), sha256(b"10 True False False"))


async def _rename(stage: Stage, report: Report) -> Outcome:
    """Content and time of the file under its new name stand for it."""
    site = stage.site(FtpSite)
    site.publish("/old.txt", b"renamed", modified=_MODIFIED)
    async with _session(stage) as ftp:
        await ftp.rename("/old.txt", "/new.txt")
        time = await ftp.mtime("/new.txt")
    seen = site.read("/new.txt") + time.isoformat().encode()
    return Outcome(7, sha256(seen), sha256(b"renamed" + _MODIFIED.isoformat().encode()))


async def _large_get(stage: Stage, report: Report) -> Outcome:
    stage.site(FtpSite).publish("/1m", _LARGE)
    digest, count = hashlib.sha256(), 0
    async with _session(stage) as ftp:
        async for piece in ftp.open("/1m", progress=report):
            digest.update(piece)
            count += len(piece)
    return Outcome(count, digest.hexdigest(), Body(_LARGE).checksum)


_FTP = (FtpSite,)
_EACH = (
    Step("FTP GET", functools.partial(_get, body=generated(0, 4_000)), _FTP),
    Step("FTP GET of awkward bytes", functools.partial(_get, body=_AWKWARD * 16), _FTP),
    Step("FTP GET, active", functools.partial(_get, body=generated(0, 20_000), passive=False), _FTP),
    Step("FTP GET, resumed", _resume, _FTP),
    Step("FTP GET 1 MB", _large_get, _FTP),
    Step("FTP PUT of awkward bytes", functools.partial(_put, body=_AWKWARD * 16), _FTP),
    Step("FTP PUT, active", functools.partial(_put, body=generated(0, 20_000), passive=False), _FTP),
    Step("FTP PUT by memory", functools.partial(_put, body=generated(0, _MEMORY), via=FtpWay.MEMORY), _FTP),
    Step("FTP PUT 1 MB", functools.partial(_put, body=generated(0, _LARGE)), _FTP),
    Step("FTP APPEND", _append, _FTP),
    Step("FTP LIST", _list, _FTP),
    Step("FTP MKD SIZE DELE RMD", _manage, _FTP),
)
_MORE = (
    Step("FTP GET by memory", functools.partial(_get, body=generated(0, _MEMORY), via=FtpWay.MEMORY), _FTP),
    Step("FTP GET by ETX", functools.partial(_get, body=_AWKWARD * 64, via=FtpWay.ETX), _FTP),
    Step("FTP PUT by ETX", functools.partial(_put, body=_AWKWARD * 64, via=FtpWay.ETX), _FTP),
    Step("FTP RENAME, MDTM", _rename, _FTP),
)

#: What is shown of each dialect.
STEPS: dict[str, tuple[Step, ...]] = {"sim900": _EACH, "sim800": _EACH, "sim7000": (*_EACH, *_MORE)}
