"""FTP and FTPS transfers over a SIM7100 that are struck at a random point: each ends in the right error or goes on.

Issue 5, line 4: the server closes or resets, TLS breaks, the network goes, the module restarts, a line is lost or late,
the caller cancels; 200 seeded runs, a sample of them in the ordinary run. Run one again with ``-k "test_struck[17]"``
or ``test_struck_again[17]``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random

import pytest

from simcom_async.commands.cftp import CftpCode
from simcom_async.commands.cftps import CftpsCode
from simcom_async.errors import (
    CommandTimeout,
    FtpError,
    LinkError,
    ModemRestarted,
    ProtocolError,
    ServiceFailed,
)
from simcom_async.sessions.ftp import FtpSession
from simcom_async.sessions.ftp_flow import FtpWay
from simcom_async.sites import FtpFault, FtpSite, ServerFault
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import DropLine, Fault, LateLine, LoseBearer, Reset
from tests.sessions.cftp_ends import DOWN, UP, site_session
from tests.sessions.ftp_ends import FastClock

RUNS, SAMPLE = 200, 24
SPEED = 20.0
#: Seconds of the clock for the whole of a run: no more than some silent waits for a server, or for a lost line.
LIMIT = 1_500.0
LONGEST = 60_000
FAULTS = ("server", "login", "bearer", "restart", "line", "cancel")
GOALS = ("down", "resumed", "up")
KINDS = [
    (fault, tls, goal, way)
    for fault, tls, goal in product(FAULTS, (False, True), GOALS)
    for way in (UP if goal == "up" else DOWN)[tls]
]
Random(5).shuffle(KINDS)

#: Codes of a transfer that was struck.
ALLOWED: dict[str, frozenset[int]] = {
    "server": frozenset(
        {
            CftpCode.TRANSFER_FAILED,
            CftpCode.NETWORK,
            CftpCode.LOGOUT_FAILED,
            CftpsCode.CLOSED,
            CftpsCode.TRANSFER_FAILED,
            CftpsCode.NETWORK,
            CftpsCode.TLS_ALERT,
        }
    ),
    "login": frozenset({CftpCode.LOGIN_FAILED, CftpsCode.REJECTED}),
    "bearer": frozenset(
        {
            CftpCode.NETWORK,
            CftpCode.TRANSFER_FAILED,
            CftpsCode.NETWORK,
            CftpsCode.CLOSED,
            CftpsCode.TRANSFER_FAILED,
        }
    ),
}
#: Commands of transfers, in whose work a fault begins.
BEGIN = {
    (False, "down", FtpWay.PUSHED): "CFTPGET=",
    (True, "down", FtpWay.PUSHED): "CFTPSGET=",
    (False, "down", FtpWay.FILE): "CFTPGETFILE=",
    (True, "down", FtpWay.FILE): "CFTPSGETFILE=",
    (False, "up", FtpWay.PUSHED): "CFTPPUT=",
    (True, "up", FtpWay.COUNTED): "CFTPSPUT",
    (False, "up", FtpWay.FILE): "CFTPPUTFILE=",
    (True, "up", FtpWay.FILE): "CFTPSPUTFILE=",
}


@dataclass(eq=False)
class AtCommand(Fault):
    """Strikes at the beginning of a command about FTP or files, when ``skip`` of them have passed."""

    skip: int
    strike: Callable[[], None]

    def begins(self, channel: object, line: str) -> None:
        if not any(word in line for word in ("CFTP", "+FS", "CFTRAN")):
            return
        if not self.skip:
            self.modem.clock.call_at(self.modem.clock.time(), self.strike)
        self.skip -= 1


@dataclass
class Run:
    """One run: what strikes, and a transfer."""

    number: int
    virtual: VirtualModem
    site: FtpSite
    folder: Path
    body: bytes

    def __post_init__(self) -> None:
        self.random = Random(self.number)
        self.fault, self.tls, self.goal, self.way = kind_of(self.number)
        self.local = self.folder / "down"
        self.task: asyncio.Task[object] | None = None

    @property
    def up(self) -> bool:
        return self.goal == "up"

    def arm(self) -> None:
        """Have it struck somewhere: at a command, at a byte of the server, at a byte of the module."""
        if self.fault == "login":
            self.site.faults.append(FtpFault(command="PASS", reply="530 no", times=self.random.choice((1, None))))
        elif self.fault == "server":
            self._arm_server()
        elif self.fault == "line":
            self._arm_line()
        else:
            self._arm_module()

    async def transfer(self, ftp: FtpSession) -> None:
        """Do it."""
        if self.up:
            await ftp.upload(self.body, "/up", via=self.way)
        else:
            await ftp.download("/down", self.local, resume=self.goal == "resumed", via=self.way)

    def check(self, error: BaseException | None) -> None:
        """Whether it ended as it may, and nothing is corrupt."""
        if error is None:
            moved = self.site.read("/up") if self.up else self.local.read_bytes()
            assert moved == self.body
        else:
            self._check_error(error)
            assert not self.local.exists()
            if self.site.exists("/up"):
                assert self.body.startswith(self.site.read("/up"))
        part = self.folder / "down.part"
        if part.exists():
            assert error is not None
            assert self.goal == "resumed"
            assert self.body.startswith(part.read_bytes())

    def _check_error(self, error: BaseException) -> None:
        if self.fault == "cancel":
            assert isinstance(error, asyncio.CancelledError), repr(error)
            return
        assert self.fault == "login" or self.goal != "resumed", f"not gone on with: {error!r}"
        if self.fault == "restart":
            # Within a packet the first lines of the module are data as any; then it is silent, and has forgotten all.
            right = (ModemRestarted, CommandTimeout, ProtocolError) if self.goal == "down" else ModemRestarted
            assert isinstance(error, right), repr(error)
        elif self.fault == "line":
            assert isinstance(error, (CommandTimeout, ProtocolError, FtpError)), repr(error)
        else:
            assert isinstance(error, FtpError), repr(error)
            assert error.code in ALLOWED[self.fault], repr(error)

    def _arm_server(self) -> None:
        random, fault = self.random, self.random.choice((ServerFault.CLOSE, ServerFault.RESET))
        verb = "STOR" if self.up else "RETR"
        if random.random() < 0.4:
            steps = ("", "USER", "PASS", "TYPE", "PASV", verb, *(("AUTH", "PROT") if self.tls else ()))
            self.site.faults.append(FtpFault(command=random.choice(steps), fault=fault, times=1))
        else:
            self.site.faults.append(
                FtpFault(command=verb, fault=fault, after=random.randrange(len(self.body)), times=1)
            )

    def _arm_line(self) -> None:
        begin = BEGIN[self.tls, "up" if self.up else "down", self.way]
        tag = f"+{begin.rstrip('=')}: 0"
        kind = self.random.choice((DropLine, LateLine))
        self.virtual.faults.add(kind(tag, times=1) if kind is DropLine else kind(tag, seconds=20.0, times=1))

    def _arm_module(self) -> None:
        random, length = self.random, len(self.body)
        chance = random.random()
        if chance < 0.4:
            self.virtual.faults.add(AtCommand(random.randrange(14), self._strike))
        elif chance < 0.8 or self.up or self.fault == "cancel":
            self.site.gate.shut(after=random.randrange(length))
            self.virtual.spawn(self._at_the_gate)
        else:
            kind = LoseBearer if self.fault == "bearer" else Reset
            self.virtual.faults.add(kind(command=BEGIN[self.tls, "down", self.way], offset=random.randrange(length)))

    async def _at_the_gate(self) -> None:
        await self.site.gate.held()
        self._strike()
        self.site.gate.open()

    def _strike(self) -> None:
        if self.fault == "bearer":
            self.virtual.network.lose_bearer(1)
        elif self.fault == "restart":
            self.virtual.reset()
        elif self.task is not None:
            self.task.cancel()


def kind_of(number: int) -> tuple[str, bool, str, FtpWay]:
    """What strikes, whether there is TLS, where the bytes go, and by which way."""
    return KINDS[number % len(KINDS)]


async def struck(run: Run, ftp: FtpSession) -> BaseException | None:
    """Do the transfer; how it ended."""
    run.arm()
    run.task = asyncio.ensure_future(run.transfer(ftp))
    try:
        await run.task
    except (ServiceFailed, LinkError, CommandTimeout, asyncio.CancelledError) as error:
        return error
    return None


async def go(number: int, folder: Path) -> None:
    """One run, then a plain download that must succeed."""
    random = Random(number)
    body = random.randbytes(random.randrange(1, LONGEST))
    clock = FastClock(SPEED)
    files = {"/down": body, "/next": b"next"}
    async with (
        asyncio.timeout(LIMIT / SPEED),
        site_session(files, tls=kind_of(number)[1], clock=clock) as (site, virtual, modem, ftp),
    ):
        run = Run(number, virtual, site, folder, body)
        error = await struck(run, ftp)
        site.faults.clear()
        virtual.faults.clear()
        site.gate.open()
        run.check(error)
        await ftp.download("/next", folder / "next")
        assert (folder / "next").read_bytes() == b"next"
        assert await modem.files.list() == []


def test_in_the_sample_everything_occurs() -> None:
    faults, secured, goals, ways = zip(*map(kind_of, range(SAMPLE)), strict=True)
    assert set(faults) == set(FAULTS)
    assert set(secured) == {False, True}
    assert set(goals) == set(GOALS)
    assert set(ways) == {FtpWay.PUSHED, FtpWay.COUNTED, FtpWay.FILE}


@pytest.mark.parametrize("number", range(SAMPLE))
async def test_struck(number: int, tmp_path: Path) -> None:
    print(f"run {number}: {kind_of(number)}")
    await go(number, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("number", range(SAMPLE, RUNS))
async def test_struck_again(number: int, tmp_path: Path) -> None:
    print(f"run {number}: {kind_of(number)}")
    await go(number, tmp_path)
