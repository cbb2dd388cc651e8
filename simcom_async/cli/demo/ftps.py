"""What the demo shows of FTP and FTPS where the module pushes what it downloads."""

from __future__ import annotations

import functools
import hashlib
import io
import tempfile
from collections.abc import Callable
from pathlib import Path

from simcom_async.cli.demo.stage import Outcome, Stage, Step, sha256
from simcom_async.cli.output import Report
from simcom_async.sessions.ftp import FtpSession
from simcom_async.sessions.ftp_flow import FtpWay
from simcom_async.sites import Body, FtpSite, LoopbackCA, generated
from simcom_async.virtual.faults import LoseBearer

__all__ = ["STEPS", "secure_site"]

#: A file that looks like the module's own words, and one of nothing but what ends and escapes an entry.
_AWKWARD = b"\r\nOK\r\n\r\n+CFTPGET: 0\r\n\r\n+CFTPSGET: DATA,9\r\n> \x03\x1a\x1b" + bytes(range(256))
_ESCAPED = b"\x03\x1a" * 20_000
_MIDDLE = 200_000
_LARGE = 1_000_000
_HOST = "127.0.0.1"

Site = Callable[[], FtpSite]


def secure_site() -> FtpSite:
    """A server that takes nothing without TLS."""
    return FtpSite(certificate=LoopbackCA().pem(_HOST), tls_required=True)


def _session(stage: Stage, site: Site) -> FtpSession:
    server = stage.site(site)
    ((user, password),) = server.users.items()
    return stage.modem.ftp(server.host, server.port, user=user, password=password, tls=site is secure_site)


async def _get(stage: Stage, report: Report, *, site: Site, body: bytes, via: FtpWay | None = None) -> Outcome:
    stage.site(site).publish("/get", body)
    received = io.BytesIO()
    async with _session(stage, site) as ftp:
        await ftp.download("/get", received, progress=report, via=via)
    return Outcome(received.tell(), sha256(received.getvalue()), sha256(body), _mistaken(stage, site))


async def _put(stage: Stage, report: Report, *, site: Site, body: bytes, via: FtpWay | None = None) -> Outcome:
    async with _session(stage, site) as ftp:
        await ftp.upload(body, "/put", progress=report, via=via)
    stored = stage.site(site).read("/put")
    return Outcome(len(stored), sha256(stored), sha256(body), _mistaken(stage, site))


def _mistaken(stage: Stage, site: Site) -> str:
    """The complaint when the last connection had TLS where it was not asked for, or had none where it was."""
    log = stage.site(site).log
    secured = any(one.verb == "AUTH" for one in log.commands if one.connection == log.connections)
    return "" if secured is (site is secure_site) else f"TLS was {'' if secured else 'not '}asked for"


async def _resume(stage: Stage, report: Report, *, site: Site) -> Outcome:
    """The network drops the bearer half way, and the stack goes on from there by itself."""
    server, faults = stage.site(site), [LoseBearer()]
    server.publish("/resume", _MIDDLE)

    def told(done: int, total: int | None) -> None:
        report(done, total)
        if faults and done >= _MIDDLE // 3:
            stage.virtual.faults.add(faults.pop())

    with tempfile.TemporaryDirectory(prefix="simcom-demo-") as folder:
        goal = Path(folder) / "resume"
        async with _session(stage, site) as ftp:
            await ftp.download("/resume", goal, resume=True, progress=told)
        received = goal.read_bytes()
    resumed = any(command.verb == "REST" for command in server.commands)
    complaint = "" if resumed else "the server was asked for all of it again"
    return Outcome(len(received), sha256(received), Body(_MIDDLE).checksum, complaint)


async def _manage(stage: Stage, report: Report, *, site: Site) -> Outcome:
    """What is listed in between, and what the server has at the end, stands for it."""
    server = stage.site(site)
    async with _session(stage, site) as ftp:
        await ftp.mkdir("/made")
        await ftp.upload(b"0123456789", "/made/file")
        seen = [f"{entry.name} {entry.size}" for entry in await ftp.list("/made")]
        await ftp.delete("/made/file")
        seen.append(f"{server.exists('/made')} {server.exists('/made/file')}")
        await ftp.rmdir("/made")
        seen.append(f"{server.exists('/made')}")
    return Outcome(0, sha256(" ".join(seen).encode()), sha256(b"file 10 True False False"))


async def _large_get(stage: Stage, report: Report, *, site: Site) -> Outcome:
    stage.site(site).publish("/1m", _LARGE)
    digest, count = hashlib.sha256(), 0
    async with _session(stage, site) as ftp:
        async for piece in ftp.open("/1m", progress=report):
            digest.update(piece)
            count += len(piece)
    return Outcome(count, digest.hexdigest(), Body(_LARGE).checksum)


def _steps(name: str, site: Site) -> tuple[Step, ...]:
    get, put, only = functools.partial(_get, site=site), functools.partial(_put, site=site), (site,)
    return (
        Step(f"{name} GET", functools.partial(get, body=generated(0, 4_000)), only),
        Step(f"{name} GET of awkward bytes", functools.partial(get, body=_AWKWARD * 16), only),
        Step(f"{name} GET by file", functools.partial(get, body=generated(0, 20_000), via=FtpWay.FILE), only),
        Step(f"{name} GET, resumed", functools.partial(_resume, site=site), only),
        Step(f"{name} GET 1 MB", functools.partial(_large_get, site=site), only),
        Step(f"{name} PUT of awkward bytes", functools.partial(put, body=_AWKWARD * 16), only),
        Step(f"{name} PUT, all escaped", functools.partial(put, body=_ESCAPED), only),
        Step(f"{name} PUT by file", functools.partial(put, body=generated(0, 20_000), via=FtpWay.FILE), only),
        Step(f"{name} PUT 1 MB", functools.partial(put, body=generated(0, _LARGE)), only),
        Step(f"{name} MKD LIST DELE RMD", functools.partial(_manage, site=site), only),
    )


#: What is shown of each dialect.
STEPS: dict[str, tuple[Step, ...]] = {"sim7100": (*_steps("FTP", FtpSite), *_steps("FTPS", secure_site))}
