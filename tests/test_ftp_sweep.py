"""Files of all sizes go up and come down by every way, mode, family and server, whole and from each tenth on.

Issue 3, line 2. ``make test-long`` does all of it, the ordinary run every size up to 65,536 bytes with one seeded tenth
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

from simcom_async.errors import LimitExceeded
from simcom_async.modem import Modem
from simcom_async.sessions.ftp import FtpSession
from simcom_async.sessions.ftp_flow import FtpWay
from simcom_async.sites import FtpSite
from tests.sessions.ftp_ends import FAMILIES, WAYS, Gathered, Server, ends, session
from tests.sites.vsftpd import MISSING, Vsftpd

SEED = 4
TENTHS = 10
#: Bytes of the module's memory that a file may have (SIM800 AT manual 12.2.20).
MEMORY = 300_000
SIZES = (0, 1, 1_459, 1_460, 1_461, 65_536)
LARGEST = 5_000_000
FILES = {f"{size} bytes": Random(size).randbytes(size) for size in (*SIZES, LARGEST)}
FILES["all values"] = bytes(range(256))
SHORT = [name for name, body in FILES.items() if len(body) <= SIZES[-1]]

SERVERS = [
    "pyftpdlib",
    pytest.param("vsftpd", marks=[pytest.mark.server, pytest.mark.skipif(MISSING != "", reason=MISSING)]),
]
F = TypeVar("F", bound=Callable[..., object])


def corners(test: F) -> F:
    """At each server, with each family, in both modes."""
    for names, values in (("server", SERVERS), ("dialect", FAMILIES), ("passive", (True, False))):
        test = pytest.mark.parametrize(names, values)(test)
    return test


@dataclass
class Stand:
    """A server, a modem and a session between them."""

    server: Server
    modem: Modem
    ftp: FtpSession
    ways: tuple[FtpWay, ...]
    home: str

    def carries(self, way: FtpWay, size: int) -> bool:
        """Whether a way takes so many bytes."""
        return way is not FtpWay.MEMORY or size <= MEMORY


@asynccontextmanager
async def stand(server: str, dialect: str, *, passive: bool, binary: bool = True) -> AsyncIterator[Stand]:
    """A stand for one corner of the sweep."""
    made: Server = FtpSite() if server == "pyftpdlib" else Vsftpd()
    home = "" if server == "pyftpdlib" else Vsftpd.home
    async with (
        made as there,
        ends(dialect) as (_, modem),
        session(modem, there, passive=passive, binary=binary) as ftp,
    ):
        yield Stand(there, modem, ftp, WAYS[dialect], home)


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
    moved = await at.ftp.download(remote, local, resume=True, via=way)
    assert local.read_bytes() == body
    assert os.listdir(folder) == [local.name]
    local.unlink()


def draw(server: str, dialect: str, passive: bool) -> Iterator[tuple[bytes, FtpWay, int]]:
    """Each short file, by each way at pyftpdlib and by one at vsftpd, which is slow; with a tenth by the seed."""
    random = Random(f"{SEED}/{server}/{dialect}/{passive}")
    ways = WAYS[dialect]
    for place, name in enumerate(SHORT):
        for way in ways if server == "pyftpdlib" else (ways[place % len(ways)],):
            yield FILES[name], way, random.randrange(TENTHS)


@corners
async def test_a_sample(server: str, dialect: str, passive: bool, tmp_path: Path) -> None:
    async with stand(server, dialect, passive=passive) as at:
        for body, way, tenth in draw(server, dialect, passive):
            await send(at, body, way)
            await fetch(at, body, way, tenth, tmp_path)


@pytest.mark.parametrize("server", ["pyftpdlib", "vsftpd"])
def test_in_the_sample_everything_occurs(server: str) -> None:
    drawn = {corner: list(draw(server, *corner)) for corner in product(FAMILIES, (True, False))}
    assert {tenth for sample in drawn.values() for _, _, tenth in sample} == set(range(TENTHS))
    for (dialect, _), sample in drawn.items():
        assert {way for _, way, _ in sample} == set(WAYS[dialect])
        assert {len(body) for body, _, _ in sample} == {*SIZES, 256}


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", FILES)
@corners
async def test_all_of_it(server: str, dialect: str, passive: bool, name: str, tmp_path: Path) -> None:
    body = FILES[name]
    async with stand(server, dialect, passive=passive) as at:
        for way in at.ways:
            if not at.carries(way, len(body)):
                with pytest.raises(LimitExceeded):
                    await at.ftp.upload(body, f"{at.home}/up", via=way)
                with pytest.raises(LimitExceeded):
                    await at.ftp.download(f"{at.home}/up", Gathered(), via=way)
                continue
            await send(at, body, way)
            for tenth in range(TENTHS):
                await fetch(at, body, way, tenth, tmp_path)


@corners
async def test_appended(server: str, dialect: str, passive: bool) -> None:
    async with stand(server, dialect, passive=passive) as at:
        remote = f"{at.home}/log"
        at.server.publish(remote, b"old")
        expected = b"old"
        for way, size in product(at.ways, (1, 1_460, 10_000)):
            body = Random(size).randbytes(size)
            await at.ftp.upload(body, remote, append=True, via=way)
            expected += body
            assert at.server.read(remote) == expected


@corners
async def test_under_a_name_of_the_servers_own(server: str, dialect: str, passive: bool) -> None:
    async with stand(server, dialect, passive=passive) as at:
        remote = f"{at.home}/f"
        at.server.publish(remote, b"first")
        for way in at.ways:
            await at.ftp.upload(f"by {way}".encode(), remote, unique=True, via=way)
        assert {at.server.read(path) for path in at.server.paths} == {b"first", *(b"by " + w.encode() for w in at.ways)}
        assert at.server.read(remote) == b"first"


@corners
async def test_text_has_the_line_ends_of_the_wire(server: str, dialect: str, passive: bool) -> None:
    text = b"".join(b"line %d\r\n" % number for number in range(500))
    async with stand(server, dialect, passive=passive, binary=False) as at:
        for up, down in product(at.ways, at.ways):
            remote = f"{at.home}/{up}.txt"
            await at.ftp.upload(text, remote, via=up)
            assert at.server.read(remote) == text.replace(b"\r\n", b"\n")
            gathered = Gathered()
            await at.ftp.download(remote, gathered, via=down)
            assert gathered.data == text


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_beyond_the_limit_of_a_way_nothing_is_sent(dialect: str) -> None:
    async with stand("pyftpdlib", dialect, passive=True) as at:
        site = at.server
        assert isinstance(site, FtpSite)
        with pytest.raises(LimitExceeded, match="300000"):
            await at.ftp.upload(bytes(MEMORY + 1), "/up", via=FtpWay.MEMORY)
        assert site.log.connections == 0
        site.publish("/long", MEMORY + 1)
        with pytest.raises(LimitExceeded, match="300000"):
            await at.ftp.download("/long", Gathered(), via=FtpWay.MEMORY)
        assert "RETR" not in [command.verb for command in site.commands]
        gathered = Gathered()
        await at.ftp.download("/long", gathered, offset=1, via=FtpWay.MEMORY)
        assert gathered.data == site.read("/long")[1:]
        await at.ftp.upload(bytes(MEMORY), "/up", via=FtpWay.MEMORY)
        assert site.read("/up") == bytes(MEMORY)
