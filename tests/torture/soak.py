"""Many virtual modems in one process, each at mixed jobs, each met by random faults; then nothing may be left.

``python -m tests.torture.soak --modems 64 --minutes 8 --seed 6`` prints what was done and what is left. Two more
scenes: all modules lose their power in the middle of a transfer, and pseudo-terminals are pulled out under load.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import sys
import tempfile
import time
import tracemalloc
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from simcom_async.errors import ServiceBusy, SimcomError, UsageError
from simcom_async.modem import Modem, open_modem
from simcom_async.sites import FtpSite, HttpSite, Pop3Site, SmtpSite, generated
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import (
    DropLine,
    Fault,
    GarbleBytes,
    LoseBearer,
    LoseBytes,
    LoseNetwork,
    NoFinal,
    PowerLoss,
    RemoveSim,
    Reset,
    Split,
    Unplug,
)
from tests.sessions.ftp_ends import Gathered
from tests.sessions.mails import mail
from tests.torture.loop import run

__all__ = ["Farm", "Report", "power_cycled", "replugged", "soaked"]

FAMILIES = ("sim800", "sim900", "sim7000", "sim7100")
MODULE: dict[str, Any] = {"urc_delay": 0, "network_timeout": 5.0, "repeat": 10.0, "unread_timeout": 30.0}
BODY = generated(0, 4_000)
LARGE = generated(0, 60_000)
#: Seconds that a modem has to do something simple once nothing goes wrong any more.
BOUND = 400.0
#: Bytes by which the memory of the process may grow in the course, for each modem: what its bus and its log remember.
GROWTH = 200_000
#: Seconds between two faults of a modem.
PAUSE = (0.5, 4.0)


@dataclass
class Report:
    """What was done, and what was not right."""

    jobs: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest: float = 0.0
    growth: int = 0

    def text(self) -> str:
        """In some lines."""
        lines = [
            f"{self.jobs.total()} jobs were done: {_counted(self.jobs)}",
            f"{self.errors.total()} ended in an error by name: {_counted(self.errors)}",
            f"{self.faults.total()} faults: {_counted(self.faults)}",
            f"at the end the slowest modem had done something simple after {self.slowest:.1f} s",
            f"memory has grown by {self.growth} bytes a modem",
        ]
        return "\n".join([*lines, *(f"WRONG: {one}" for one in self.wrong)])


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common())


class Farm:
    """So many modems with their modules, and the servers that all of them use."""

    def __init__(self, count: int, seed: int) -> None:
        self.count = count
        self.random = Random(seed)
        self.report = Report()
        self.pairs: list[tuple[VirtualModem, Modem]] = []
        self.over = False
        self.warm_at = 0.0
        self.warm = asyncio.Event()
        self._number = 0

    @asynccontextmanager
    async def open(self, *, pty: Path | None = None) -> AsyncIterator[None]:
        """Everything is there; with ``pty`` the lines are pseudo-terminals, with names in this folder."""
        async with (
            HttpSite() as self.web,
            FtpSite({"/f": BODY, "/large": LARGE}) as self.store,
            SmtpSite() as self.mailer,
            Pop3Site([mail("one\n", subject="one"), mail("two\n", subject="two")]) as self.box,
            AsyncExitStack() as stack,
        ):
            self.web.publish("/f", BODY)
            for number in range(self.count):
                module = VirtualModem(FAMILIES[number % len(FAMILIES)], seed=number, **MODULE)
                virtual = await stack.enter_async_context(module)
                port = virtual.port() if pty is None else await virtual.open_pty(pty / f"modem{number}")
                modem = await stack.enter_async_context(open_modem(port, apn="internet"))
                self.pairs.append((virtual, modem))
            yield

    # Jobs

    def jobs(self, modem: Modem) -> list[Callable[[Modem], Awaitable[None]]]:
        """What this modem can do."""
        name = modem.dialect.name
        found = [self.download, self.upload, self.listed, self.sent, self.read, self.looked]
        return found if name == "sim7000" else [*found, self.got, self.posted]

    async def got(self, modem: Modem) -> None:
        response = await modem.http.get(self.web.url_of("/f"))
        assert response.body == BODY, "the body of a page is another one"

    async def posted(self, modem: Modem) -> None:
        response = await modem.http.post(self.web.url_of("/none"), BODY)
        assert response.status == 404, "a page that is not there"

    async def download(self, modem: Modem) -> None:
        async with self._ftp(modem) as ftp:
            goal = Gathered()
            await ftp.download("/f", goal)
        assert bytes(goal.data) == BODY, "a file is another one"

    async def upload(self, modem: Modem) -> None:
        self._number += 1
        path = f"/up{self._number}"
        async with self._ftp(modem) as ftp:
            await ftp.upload(BODY, path)
        assert self.store.read(path) == BODY, "what was stored is another file"
        self.store.remove(path)

    async def listed(self, modem: Modem) -> None:
        async with self._ftp(modem) as ftp:
            names = {entry.name for entry in await ftp.list("/")}
        assert "large" in names, "a file is missing in a list"

    async def sent(self, modem: Modem) -> None:
        host, port = self.mailer.address
        await modem.smtp.send(mail("Hello\n"), hostname=host, port=port)

    async def read(self, modem: Modem) -> None:
        host, port = self.box.address
        async with modem.pop3(host, "user", "secret", port=port) as box:
            sources = [await box.source(number) for number, _ in await box.list()]
        assert sources == [one.content for one in self.box.mails], "a mail is another one"

    async def looked(self, modem: Modem) -> None:
        await modem.network.signal()
        told = await modem.at("+CGSN")
        assert told == (modem.identity.imei,), f"the IMEI is {modem.identity.imei}, and now {told}"

    def _ftp(self, modem: Modem) -> Any:
        host, port = self.store.address
        return modem.ftp(host, port, user="user", password="secret")

    # The course

    async def work(self, modem: Modem, random: Random, end: float, *, altered: bool) -> None:
        """One job after the other. With ``altered`` bytes may be changed on the wire, and nobody can know.

        ``over`` ends it, too: a mail that may have been sent when its verb is cancelled is an error like any other.
        """
        while not self.over and time.monotonic() < end:
            job = random.choice(self.jobs(modem))
            try:
                await job(modem)
            except (UsageError, AssertionError) as error:
                if isinstance(error, ServiceBusy):
                    self.report.errors["ServiceBusy"] += 1
                    await asyncio.sleep(1)
                elif not (altered and isinstance(error, AssertionError)):
                    self.report.wrong.append(f"{job.__name__} by {modem!r}: {type(error).__name__}: {error}")
            except SimcomError as error:
                self.report.errors[type(error).__name__] += 1
            except OSError as error:
                self.report.wrong.append(f"{job.__name__} by {modem!r}: {error!r}")
            else:
                self.report.jobs[job.__name__] += 1
            if time.monotonic() >= self.warm_at:
                self.warm.set()
            await asyncio.sleep(0)

    async def trouble(self, virtual: VirtualModem, random: Random, end: float, *, altered: bool) -> None:
        """One fault after the other."""
        while time.monotonic() < end:
            await asyncio.sleep(random.uniform(*PAUSE))
            fault = trouble_of(random, altered=altered)
            self.report.faults[type(fault).__name__] += 1
            virtual.faults.add(fault)
            if len(virtual.faults) > 3:
                virtual.faults.clear()
        calm(virtual)

    async def simple(self, modem: Modem) -> None:
        """Something simple, as often as it takes, within the bound."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        while True:
            try:
                await self.looked(modem)
                await self.download(modem)
            except (SimcomError, AssertionError) as error:
                if loop.time() > started + BOUND:
                    self.report.wrong.append(f"{modem!r} does nothing any more: {error!r}")
                    return
                await asyncio.sleep(1)
            else:
                self.report.slowest = max(self.report.slowest, loop.time() - started)
                return

    async def everybody_simple(self) -> None:
        """Every modem can do something simple again."""
        await asyncio.gather(*(self.simple(modem) for _, modem in self.pairs))


def trouble_of(random: Random, *, altered: bool) -> Fault:
    """A fault that goes away by itself."""
    seconds = random.choice((0.0, 0.2, 1.0, 3.0))
    command = random.choice((None, None, "", "+FTP", "+HTTP", "+CFT", "+CHTTP", "+POP3", "+SMTP"))
    happening = random.choice((Unplug, Unplug, Reset, PowerLoss, LoseBearer, LoseNetwork, RemoveSim, None))
    if happening in (Reset, LoseBearer):
        return happening(command=command, offset=random.choice((None, 20, 500)))
    if happening is not None:
        return happening(command=command, offset=random.choice((None, 20, 500)), seconds=seconds)
    if altered:
        return random.choice((LoseBytes, GarbleBytes))(rate=0.001, times=3)
    return random.choice(
        (
            Split(size=1, most=9, times=500),
            NoFinal(command=command or ""),
            DropLine("OK", command=command),
        )
    )


def calm(virtual: VirtualModem) -> None:
    """Nothing goes wrong any more."""
    virtual.faults.clear()
    virtual.plug()
    virtual.power_on()
    if not virtual.sim.inserted:
        virtual.insert_sim()
    virtual.network.regain_coverage()


async def soaked(count: int, seconds: float, seed: int, *, altered: bool = False) -> Report:
    """So many modems at work for so many seconds of this machine."""
    farm = Farm(count, seed)
    report = farm.report
    before = await _counts()
    async with farm.open():
        end = time.monotonic() + seconds
        works = [
            work
            for virtual, modem in farm.pairs
            for work in (
                farm.work(modem, Random(farm.random.random()), end, altered=altered),
                farm.trouble(virtual, Random(farm.random.random()), end, altered=altered),
            )
        ]
        tasks = [asyncio.ensure_future(work) for work in works]
        farm.warm_at = end - seconds * 0.6
        await farm.warm.wait()
        started = _memory()
        await asyncio.gather(*tasks)
        await asyncio.sleep(5)
        for virtual, _ in farm.pairs:
            calm(virtual)
        report.growth = (_memory() - started) // count
        await farm.everybody_simple()
    await _left(before, report)
    if report.growth > GROWTH:
        report.wrong.append(f"memory has grown by {report.growth} bytes a modem")
    return report


async def power_cycled(count: int, seed: int) -> Report:
    """All modules lose their power in the middle of a transfer, and have it again two seconds later."""
    farm = Farm(count, seed)
    report = farm.report
    before = await _counts()
    async with farm.open():
        farm.store.gate.shut(after=len(LARGE) * count // 3)

        async def transfer(modem: Modem) -> None:
            async with farm._ftp(modem) as ftp:
                await ftp.download("/large", Gathered())

        tasks = [asyncio.ensure_future(transfer(modem)) for _, modem in farm.pairs]
        await farm.store.gate.held(60)
        for virtual, _ in farm.pairs:
            virtual.faults.add(PowerLoss(seconds=2.0))
            report.faults["PowerLoss"] += 1
        farm.store.gate.open()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, SimcomError) and not isinstance(result, UsageError):
                report.errors[type(result).__name__] += 1
            elif result is None:
                report.jobs["transfer"] += 1
            else:
                report.wrong.append(f"a transfer ended in {result!r}")
        await farm.everybody_simple()
    await _left(before, report)
    return report


async def replugged(count: int, times: int, seed: int) -> Report:
    """Modems on pseudo-terminals whose cables are pulled out, and put in again, under load."""
    farm = Farm(count, seed)
    report = farm.report
    before = await _counts()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        async with farm.open(pty=Path(folder)):
            end = time.monotonic() + 3_600
            tasks = [
                asyncio.ensure_future(farm.work(modem, Random(number), end, altered=False))
                for number, (_, modem) in enumerate(farm.pairs)
            ]
            for _ in range(times):  # pulled out at moments by chance: nothing is awaited here
                await asyncio.sleep(farm.random.uniform(0.2, 0.6))
                for virtual, _ in farm.pairs:
                    virtual.unplug()
                    report.faults["Unplug"] += 1
                await asyncio.sleep(0.1)
                for virtual, _ in farm.pairs:
                    virtual.plug()
            await asyncio.sleep(1)
            farm.over = True
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await farm.everybody_simple()
    await _left(before, report)
    return report


async def _counts() -> tuple[int, int]:
    """Tasks and descriptors."""
    await asyncio.sleep(0)
    gc.collect()
    return len(asyncio.all_tasks()), len(os.listdir("/proc/self/fd"))


async def _left(before: tuple[int, int], report: Report) -> None:
    """Note what is left behind everything was closed."""
    after = await _counts()
    for _ in range(200):
        if after <= before and after[1] <= before[1]:
            return
        await asyncio.sleep(0.01)  # threads and callbacks of the loop close descriptors, and tell nobody
        after = await _counts()
    report.wrong.append(f"{after[0]} tasks and {after[1]} descriptors are left, there were {before[0]} and {before[1]}")


def _memory() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def main() -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture.soak", description=__doc__)
    parser.add_argument("--modems", type=int, default=64)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--altered", action="store_true", help="bytes are changed on the wire, too")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    reports = {}
    tracemalloc.start()
    reports[f"soak of {given.modems} modems"] = run(
        soaked(given.modems, 60 * given.minutes, given.seed, altered=given.altered)
    )
    tracemalloc.stop()
    reports[f"{given.modems} modems without power at once"] = run(power_cycled(given.modems, given.seed))
    reports["pseudo-terminals pulled out under load"] = asyncio.run(
        replugged(min(given.modems, 8), 5 if given.minutes < 2 else 20, given.seed)
    )
    for title, report in reports.items():
        print(f"{title}, seed {given.seed}:\n{report.text()}\n")
    return 1 if any(report.wrong for report in reports.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
