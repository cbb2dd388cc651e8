"""Files of all sizes go up and come down over a SIM7100 by every way, with TLS and without, whole and from each tenth.

Issue 5, line 2. ``make test-long`` does all of it, the ordinary run every size up to 65,536 bytes with one seeded tenth
each.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random
from typing import TypeVar

import pytest

from simcom_async.sessions.ftp import FtpSession
from simcom_async.sessions.ftp_flow import FtpWay
from tests.sessions.cftp_ends import DOWN, UP, server_of, tls_session
from tests.sessions.ftp_ends import Gathered, Server, ends
from tests.sites.vsftpd import MISSING, Vsftpd

SEED = 5
TENTHS = 10
SIZES = (0, 1, 1_459, 1_460, 1_461, 65_536)
LARGEST = 5_000_000
FILES = {f"{size} bytes": Random(size).randbytes(size) for size in (*SIZES, LARGEST)}
FILES["all values"] = bytes(range(256))
FILES["all escaped"] = b"\x03\x1a" * 10_000
FILES["words of a module"] = b"\r\nOK\r\n\r\n+CFTPGET: 0\r\n\r\n+CFTPSGET: DATA,9\r\n>\x1a\x1b\x03\r\nERROR\r\n" * 100
FILES["all escaped, long"] = b"\x03\x1a" * (LARGEST // 2)
SHORT = [name for name, body in FILES.items() if len(body) <= SIZES[-1]]

SERVERS = [
    "pyftpdlib",
    pytest.param("vsftpd", marks=[pytest.mark.server, pytest.mark.skipif(MISSING != "", reason=MISSING)]),
]
#: With TLS, and passive: with TLS there is no other mode.
MODES = [(False, True), (False, False), (True, True)]
F = TypeVar("F", bound=Callable[..., object])


def corners(test: F) -> F:
    """At each server, with TLS and without, in both modes."""
    test = pytest.mark.parametrize("server", SERVERS)(test)
    return pytest.mark.parametrize(("tls", "passive"), MODES)(test)


@dataclass
class Stand:
    """A server, and a session with it."""

    server: Server
    ftp: FtpSession
    home: str


@asynccontextmanager
async def stand(server: str, *, tls: bool, passive: bool) -> AsyncIterator[Stand]:
    """A stand for one corner of the sweep."""
    there = server_of(server, tls=tls)
    async with there, ends("sim7100") as (_, modem), tls_session(modem, there, tls=tls, passive=passive) as ftp:
        yield Stand(there, ftp, Vsftpd.home if server == "vsftpd" else "")


async def send(at: Stand, body: bytes, way: FtpWay) -> None:
    """Up, and as it was sent."""
    remote = f"{at.home}/up"
    moved = await at.ftp.upload(body, remote, via=way)
    assert moved.moved == len(body)
    assert at.server.read(remote) == body


async def fetch(at: Stand, body: bytes, way: FtpWay, tenth: int, folder: Path) -> None:
    """Down from a tenth on: by an offset, and behind what is there already."""
    remote, start = f"{at.home}/up", len(body) * tenth // TENTHS
    gathered = Gathered()
    moved = await at.ftp.download(remote, gathered, offset=start, via=way)
    assert (bytes(gathered.data), moved.offset) == (body[start:], start)
    local = folder / "down"
    local.write_bytes(body[:start])
    await at.ftp.download(remote, local, resume=True, via=way)
    assert local.read_bytes() == body
    assert os.listdir(folder) == [local.name]
    local.unlink()


def draw(server: str, tls: bool, passive: bool) -> Iterator[tuple[bytes, FtpWay, FtpWay, int]]:
    """Each short file, by each way at pyftpdlib and by one at vsftpd, which is slow; with a tenth by the seed."""
    random = Random(f"{SEED}/{server}/{tls}/{passive}")
    ways = list(zip(UP[tls], DOWN[tls], strict=True))
    for place, name in enumerate(SHORT):
        for up, down in ways if server == "pyftpdlib" and passive else (ways[place % len(ways)],):
            yield FILES[name], up, down, random.randrange(TENTHS)


@corners
async def test_a_sample(server: str, tls: bool, passive: bool, tmp_path: Path) -> None:
    async with stand(server, tls=tls, passive=passive) as at:
        for body, up, down, tenth in draw(server, tls, passive):
            await send(at, body, up)
            await fetch(at, body, down, tenth, tmp_path)


@pytest.mark.parametrize("server", ["pyftpdlib", "vsftpd"])
def test_in_the_sample_everything_occurs(server: str) -> None:
    drawn = {mode: list(draw(server, *mode)) for mode in MODES}
    assert {tenth for sample in drawn.values() for *_, tenth in sample} == set(range(TENTHS))
    for (tls, _), sample in drawn.items():
        assert {up for _, up, _, _ in sample} == set(UP[tls])
        assert {down for _, _, down, _ in sample} == set(DOWN[tls])
        assert {body for body, *_ in sample} == {FILES[name] for name in SHORT}


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", FILES)
@corners
async def test_all_of_it(server: str, tls: bool, passive: bool, name: str, tmp_path: Path) -> None:
    body = FILES[name]
    async with stand(server, tls=tls, passive=passive) as at:
        for up, down in product(UP[tls], DOWN[tls]):
            await send(at, body, up)
            for tenth in range(TENTHS) if up is UP[tls][0] else (0,):
                await fetch(at, body, down, tenth, tmp_path)
