"""Files by FTP in blocks through the whole stack: against a bare copy, and against the loop that is written by hand."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from benchmarks.farend import BYTES_PER_SECOND, FarEnd
from benchmarks.handloop import HandLoop
from benchmarks.measure import Benchmark, Goal, Ratio, Rounds, interleave_async
from benchmarks.module import Module, peak_of
from benchmarks.reference import RawPort, Waiter
from benchmarks.transfer import Nowhere, Sides, found, goals

SIZE = 1_000_000
PACED = 46_080  # four seconds of a line at 115200 baud
LARGE = 50_000_000
BLOCK = 1460
SERVER = {"user": "user", "password": "secret"}

_HEADER = re.compile(rb"\+FTPGET: ?2,(\d+)\r\n")
_EVENT = re.compile(rb"\+FTPGET: ?1,(\d+)\r\n")
_CREDIT = re.compile(rb"\+FTPPUT: ?1,1,(\d+)\r\n")

#: Our side: what opens a modem. Its session is not typed here, so that the rows of a version without it say missing.
OpenModem = Callable[..., Any]


def _ours() -> OpenModem:
    from simcom_async.modem import open_modem
    from simcom_async.sessions.ftp import FtpSession  # noqa: F401 - what is measured must be there

    return open_modem


class FtpByHand(HandLoop):
    """FTP in blocks, by hand."""

    @staticmethod
    def settings(port: int) -> tuple[bytes, ...]:
        """The session's parameters."""
        return (
            b"AT+FTPCID=1",
            b'AT+FTPSERV="127.0.0.1"',
            b"AT+FTPPORT=%d" % port,
            b'AT+FTPUN="user"',
            b'AT+FTPPW="secret"',
            b"AT+FTPMODE=1",
            b'AT+FTPGETPATH="/"',
            b'AT+FTPPUTPATH="/"',
        )

    async def download(self, name: bytes) -> int:
        """Read a file; its size."""
        await self.command(b'AT+FTPGETNAME="%b"' % name)
        await self.command(b"AT+FTPGET=1")
        await self.find(_EVENT)
        body = bytearray()
        while True:
            await self.write(b"AT+FTPGET=2,%d\r" % BLOCK)
            size = int((await self.find(_HEADER))[1])
            body += await self.exactly(size)
            await self.until(b"OK\r\n")
            if not size and (await self.find(_EVENT))[1] == b"0":
                return len(body)

    async def upload(self, name: bytes, body: bytes) -> None:
        """Write a file."""
        await self.command(b'AT+FTPPUTNAME="%b"' % name)
        await self.command(b"AT+FTPPUT=1")
        place = 0
        while place < len(body):
            block = body[place : place + int((await self.find(_CREDIT))[1])]
            await self.write(b"AT+FTPPUT=2,%d\r" % len(block))
            await self.until(b"+FTPPUT: 2,%d\r\n" % len(block))
            await self.write(block)
            await self.until(b"OK\r\n")
            place += len(block)
        await self.find(_CREDIT)
        await self.command(b"AT+FTPPUT=2,0")
        await self.until(b"+FTPPUT: 1,0\r\n")


async def _transfers(
    open_modem: OpenModem, theirs: Module, module: Module, far: FarEnd
) -> dict[str, tuple[Rounds, Rounds]]:
    body = os.urandom(SIZE)
    waiter = Waiter()
    raw = RawPort(far.paths[0])
    raw.open(waiter.received)
    hand = await FtpByHand.open(theirs.path, FtpByHand.settings(theirs.ftp))
    seen = {}
    async with open_modem(module.path, apn="x") as modem, modem.ftp("127.0.0.1", module.ftp, **SERVER) as ftp:

        async def copied_down() -> None:
            done = waiter.count(SIZE)
            far.bulk(SIZE)
            await done
            far.wait()

        async def copied_up() -> None:
            far.drain(SIZE)
            await asyncio.to_thread(raw.write_all, body)
            far.wait()

        down, up = Sides(), Sides()
        sides = {
            "copy": down.timed("copy", copied_down),
            "hand": down.timed("hand", lambda: hand.download(b"file")),
            "ours": down.timed("ours", lambda: ftp.download("/file", Nowhere())),
        }
        seen["download"] = await interleave_async(sides), down.elapsed
        sides = {
            "copy": up.timed("copy", copied_up),
            "hand": up.timed("hand", lambda: hand.upload(b"hand", body)),
            "ours": up.timed("ours", lambda: ftp.upload(body, "/ours")),
        }
        seen["upload"] = await interleave_async(sides), up.elapsed
    raw.close()
    await hand.aclose()
    return seen


def _measure_cpu(open_modem: OpenModem) -> Mapping[str, Ratio]:
    files = {"/file": SIZE}
    with FarEnd() as far, Module("sim800", files=files) as theirs, Module("sim800", files=files) as module:
        seen = asyncio.run(_transfers(open_modem, theirs, module, far))
    ratios: dict[str, Ratio] = {}
    for name, (used, elapsed) in seen.items():
        ratios |= found(name, used, elapsed)
    return ratios


async def _paced(open_modem: OpenModem, module: Module) -> dict[str, Ratio]:
    body = os.urandom(PACED)
    ratios = {}
    async with open_modem(module.path, apn="x") as modem, modem.ftp("127.0.0.1", module.ftp, **SERVER) as ftp:
        await ftp.download("/small", Nowhere())
        for name, work in (
            ("download", lambda: ftp.download("/paced", Nowhere())),
            ("upload", lambda: ftp.upload(body, "/up")),
        ):
            start = time.perf_counter()
            await work()
            ratios[name] = Ratio(PACED / BYTES_PER_SECOND / (time.perf_counter() - start))
    return ratios


def _measure_paced(open_modem: OpenModem) -> Mapping[str, Ratio]:
    with Module("sim800", files={"/paced": PACED, "/small": 100}, baud="115200") as module:
        return asyncio.run(_paced(open_modem, module))


async def _pieces(size: int) -> AsyncIterator[bytes]:
    piece = os.urandom(50_000)
    for _ in range(0, size, len(piece)):
        yield piece


async def _large(open_modem: OpenModem, module: Module) -> dict[str, Ratio]:
    """The peaks of each process while it moves a megabyte, and while it moves fifty of them."""

    def peaks() -> tuple[int, int]:
        return peak_of(os.getpid()), peak_of(module.pid)

    async with open_modem(module.path, apn="x") as modem, modem.ftp("127.0.0.1", module.ftp, **SERVER) as ftp:
        peaks()
        await ftp.download("/file", Nowhere())
        await ftp.upload(_pieces(SIZE), "/up")
        before = peaks()
        await ftp.download("/large", Nowhere())
        await ftp.upload(_pieces(LARGE), "/up")
        after = peaks()
    host, virtual = ((early / 1024, (late - early) / 1024) for early, late in zip(before, after, strict=True))
    return {
        "host": Ratio(after[0] / before[0], f"[{host[0]:.0f} MB, {host[1]:+.1f}]"),
        "virtual modem": Ratio(after[1] / before[1], f"[{virtual[0]:.0f} MB, {virtual[1]:+.1f}]"),
    }


def _measure_memory(open_modem: OpenModem) -> Mapping[str, Ratio]:
    with Module("sim800", files={"/file": SIZE, "/large": LARGE}) as module:
        return asyncio.run(_large(open_modem, module))


BENCHMARKS = (
    Benchmark("ftp, 1 MB", (*goals("download"), *goals("upload")), _ours, _measure_cpu),
    Benchmark(
        "ftp, 115200 baud",
        (Goal("download", 0.85, "of the wire"), Goal("upload", 0.85, "of the wire")),
        _ours,
        _measure_paced,
    ),
    Benchmark(
        "ftp, 50 MB, memory",
        (Goal("host", 1.1, "x of 1 MB", at_most=True), Goal("virtual modem", 1.1, "x of 1 MB", at_most=True)),
        _ours,
        _measure_memory,
    ),
)
