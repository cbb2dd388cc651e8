"""Files by FTP in blocks through the whole stack: against a bare copy, and against the loop that is written by hand."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping

from benchmarks.farend import BYTES_PER_SECOND, FarEnd
from benchmarks.handloop import HandLoop
from benchmarks.measure import Benchmark, Goal, Ratio, Rounds, cpu, interleave_async, ratio
from benchmarks.module import Module, peak_of
from benchmarks.reference import RawPort, Waiter

SIZE = 1_000_000
PACED = 46_080  # four seconds of a line at 115200 baud
LARGE = 50_000_000

Work = Callable[[], Awaitable[object]]
OpenModem = Callable[..., object]


def _ours() -> Callable[..., object]:
    from simcom_async.modem import open_modem
    from simcom_async.sessions.ftp import FtpSession  # noqa: F401 - what is measured must be there

    return open_modem


class _Nowhere:
    """What is downloaded goes no further."""

    def write(self, data: bytes) -> None:
        """Take it."""


class _Side:
    """The processor time that some work takes, and how long it takes."""

    def __init__(self) -> None:
        self.elapsed: Rounds = {}

    def timed(self, name: str, work: Work) -> Callable[[], Awaitable[float]]:
        """The work as a side of ``interleave_async``: its processor time."""
        seen = self.elapsed.setdefault(name, [])

        async def run() -> float:
            used, start = cpu(), time.perf_counter()
            await work()
            seen.append(time.perf_counter() - start)
            return cpu() - used

        return run


async def _transfers(open_modem: OpenModem, theirs: Module, module: Module, far: FarEnd) -> dict[str, tuple[Rounds, Rounds]]:
    body = os.urandom(SIZE)
    waiter = Waiter()
    raw = RawPort(far.paths[0])
    raw.open(waiter.received)
    hand = await HandLoop.open(theirs.paths[0], theirs.ftp)
    seen = {}
    async with open_modem(module.paths[0], apn="x") as modem:  # type: ignore[attr-defined]
        async with modem.ftp("127.0.0.1", module.ftp, user="user", password="secret") as ftp:

            async def copied_down() -> None:
                done = waiter.count(SIZE)
                far.bulk(SIZE)
                await done
                far.wait()

            async def copied_up() -> None:
                far.drain(SIZE)
                await asyncio.to_thread(raw.write_all, body)
                far.wait()

            down, up = _Side(), _Side()
            sides = {
                "copy": down.timed("copy", copied_down),
                "hand": down.timed("hand", lambda: hand.download(b"file")),
                "ours": down.timed("ours", lambda: ftp.download("/file", _Nowhere())),
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
    found = {}
    for name, (used, elapsed) in seen.items():
        note = f"[{min(used['ours']) * 1e3:.0f} ms of CPU, {min(elapsed['ours']) * 1e3:.0f} ms in all, a MB]"
        found[f"{name}, CPU, hand loop"] = Ratio(ratio(used, "hand", "ours"), note)
        found[f"{name}, time, hand loop"] = Ratio(ratio(elapsed, "hand", "ours"))
        found[f"{name}, CPU, copy"] = Ratio(ratio(used, "ours", "copy"))
        found[f"{name}, time, copy"] = Ratio(ratio(elapsed, "ours", "copy"))
    return found


async def _paced(open_modem: OpenModem, module: Module) -> dict[str, float]:
    body = os.urandom(PACED)
    found = {}
    async with open_modem(module.paths[0], apn="x") as modem:  # type: ignore[attr-defined]
        async with modem.ftp("127.0.0.1", module.ftp, user="user", password="secret") as ftp:
            await ftp.download("/small", _Nowhere())
            for name, work in (
                ("download", lambda: ftp.download("/paced", _Nowhere())),
                ("upload", lambda: ftp.upload(body, "/up")),
            ):
                start = time.perf_counter()
                await work()
                found[name] = PACED / BYTES_PER_SECOND / (time.perf_counter() - start)
    return found


def _measure_paced(open_modem: OpenModem) -> Mapping[str, Ratio]:
    with Module("sim800", files={"/paced": PACED, "/small": 100}, baud="115200") as module:
        found = asyncio.run(_paced(open_modem, module))
    return {name: Ratio(value) for name, value in found.items()}


async def _large(open_modem: OpenModem, module: Module) -> dict[str, Ratio]:
    """The peaks of each process while it moves a megabyte, and while it moves fifty of them."""

    def peaks() -> tuple[int, int]:
        return peak_of(os.getpid()), peak_of(module.pid)

    async def pieces(size: int):  # type: ignore[no-untyped-def]
        piece = os.urandom(50_000)
        for _ in range(0, size, len(piece)):
            yield piece

    async with open_modem(module.paths[0], apn="x") as modem:  # type: ignore[attr-defined]
        async with modem.ftp("127.0.0.1", module.ftp, user="user", password="secret") as ftp:
            peaks()
            await ftp.download("/file", _Nowhere())
            await ftp.upload(pieces(SIZE), "/up")
            before = peaks()
            await ftp.download("/large", _Nowhere())
            await ftp.upload(pieces(LARGE), "/up")
            after = peaks()
    grown = [(late - early) / 1024 for early, late in zip(before, after, strict=True)]
    return {
        "host": Ratio(after[0] / before[0], f"[{before[0] / 1024:.0f} MB, {grown[0]:+.1f}]"),
        "virtual modem": Ratio(after[1] / before[1], f"[{before[1] / 1024:.0f} MB with its server, {grown[1]:+.1f}]"),
    }


def _measure_memory(open_modem: OpenModem) -> Mapping[str, Ratio]:
    with Module("sim800", files={"/file": SIZE, "/large": LARGE}) as module:
        return asyncio.run(_large(open_modem, module))


def _goals(name: str) -> tuple[Goal, ...]:
    return (
        Goal(f"{name}, CPU, hand loop", 1.5, "x less than by hand"),
        Goal(f"{name}, time, hand loop", 1.0, "x faster than by hand", gates=False),
        Goal(f"{name}, CPU, copy", 30, "x a bare copy", at_most=True, gates=False),
        Goal(f"{name}, time, copy", 100, "x a bare copy", at_most=True, gates=False),
    )


BENCHMARKS = (
    Benchmark("ftp, 1 MB", (*_goals("download"), *_goals("upload")), _ours, _measure_cpu),
    Benchmark(
        "ftp, 115200 baud",
        (Goal("download", 0.85, "of the wire"), Goal("upload", 0.85, "of the wire")),
        _ours,
        _measure_paced,
    ),
    Benchmark(
        "ftp, 50 MB, memory",
        (
            Goal("host", 1.1, "x of 1 MB", at_most=True),
            Goal("virtual modem", 1.1, "x of 1 MB", at_most=True),
        ),
        _ours,
        _measure_memory,
    ),
)
