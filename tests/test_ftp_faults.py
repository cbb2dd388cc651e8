"""Transfers that are struck at a random point: each ends in the right error or goes on to an identical file.

Issue 3, line 3: the bearer drops, the server closes, the password is wrong, the module restarts; 200 seeded runs, a
sample of them in the ordinary run. Run one again with ``-k "test_struck[17]"`` or ``test_struck_again[17]``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random

import pytest

from simcom_async.commands.ftp import FtpCode
from simcom_async.errors import (
    CommandTimeout,
    FtpError,
    LinkError,
    ModemRestarted,
    ProtocolError,
    ServiceFailed,
    SimcomError,
)
from simcom_async.sessions.ftp import FtpSession
from simcom_async.sessions.ftp_flow import FtpWay
from simcom_async.sites import FtpFault, FtpSite, ServerFault
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import Fault, LoseBearer, Reset
from tests.sessions.ftp_ends import WAYS, FastClock, site_session

RUNS, SAMPLE = 200, 24
SPEED = 20.0
#: Seconds of the clock for the whole of a run: no more than five silent waits for a server.
LIMIT = 400.0
LONGEST = 90_000
BEGIN = {FtpWay.BLOCKS: "FTPGET=1", FtpWay.MEMORY: "FTPEXTGET=1", FtpWay.ETX: "FTPETGET=1"}

WAYS_OF = [(family, way) for family, ways in WAYS.items() for way in ways]
KINDS = list(product(("bearer", "server", "password", "restart"), WAYS_OF, ("down", "resumed", "up")))
Random(3).shuffle(KINDS)

#: The right ends of a transfer that was struck, beside the good one.
ALLOWED: dict[str, frozenset[FtpCode]] = {
    "bearer": frozenset({FtpCode.NETWORK_ERROR}),
    "server": frozenset(
        {
            FtpCode.CONNECT_ERROR,  # it is reset at once
            FtpCode.SERVER_ERROR,  # the control connection is closed
            FtpCode.NETWORK_ERROR,  # it is reset
            FtpCode.UPLOAD_ERROR,  # the data connection is closed
            FtpCode.DOWNLOAD_ERROR,
        }
    ),
    "password": frozenset({FtpCode.PASSWORD_ERROR}),
    "restart": frozenset(),  # it is ModemRestarted, see Run
}


@dataclass(slots=True, kw_only=True, eq=False)
class Later(FtpFault):
    """A fault of the server that lets the first commands of its kind pass."""

    skip: int = 0

    def takes(self, verb: str, argument: str) -> bool:
        if self.skip and self.times != 0 and self.command.upper() == verb:
            self.skip -= 1
            return False
        return super(Later, self).takes(verb, argument)


@dataclass(eq=False)
class AtCommand(Fault):
    """Strikes at the beginning of a command about FTP, when ``skip`` of them have passed."""

    skip: int
    strike: Callable[[], None]

    def begins(self, channel: object, line: str) -> None:
        if "FTP" not in line:
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
        self.fault, (self.family, self.way), self.goal = kind_of(self.number)
        self.local = self.folder / "down"
        #: One that is resumed asks for size and time first, each in a session of its own with the server.
        self.logins = (3 if self.family == "sim7000" else 2) if self.goal == "resumed" else 1

    def arm(self) -> None:
        """Have it struck somewhere: at a command, at a byte of the server, at a byte of the module."""
        random = self.random
        if self.fault == "password":
            times, skip = random.choice((1, None)), random.randrange(self.logins)
            self.site.faults.append(Later(command="PASS", reply="530 no", times=times, skip=skip))
        elif self.fault == "server":
            self._arm_server()
        else:
            self._arm_module()

    async def transfer(self, ftp: FtpSession) -> None:
        """Do it."""
        if self.goal == "up":
            await ftp.upload(self.body, "/up", via=self.way)
        else:
            await ftp.download("/down", self.local, resume=self.goal == "resumed", via=self.way)

    def check(self, error: SimcomError | None) -> None:
        """Whether it ended as it may, and nothing is corrupt."""
        if error is None:
            moved = self.site.read("/up") if self.goal == "up" else self.local.read_bytes()
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

    def _check_error(self, error: SimcomError) -> None:
        assert self.fault == "password" or self.goal != "resumed", f"not gone on with: {error!r}"
        if self.fault == "restart":
            # Within a payload the first lines of the module are data as any; then it is silent, and has forgotten all.
            right = (ModemRestarted, CommandTimeout, ProtocolError) if self.goal == "down" else ModemRestarted
            assert isinstance(error, right), repr(error)
        else:
            assert isinstance(error, FtpError), repr(error)
            assert error.code in ALLOWED[self.fault], repr(error)

    def _arm_server(self) -> None:
        random, fault = self.random, self.random.choice((ServerFault.CLOSE, ServerFault.RESET))
        verb = "STOR" if self.goal == "up" else "RETR"
        if random.random() < 0.4:
            step = random.choice(("", "USER", "PASS", "TYPE", "PASV", verb))
            skip = random.randrange(self.logins) if step in ("", "USER", "PASS") else 0
            self.site.faults.append(Later(command=step, fault=fault, times=1, skip=skip))
        else:
            self.site.faults.append(Later(command=verb, fault=fault, after=random.randrange(len(self.body)), times=1))

    def _arm_module(self) -> None:
        random, length = self.random, len(self.body)
        chance = random.random()
        if chance < 0.3:
            self.virtual.faults.add(AtCommand(random.randrange(12 + self.logins), self._strike))
        elif chance < 0.7 or self.goal == "up":
            self.site.gate.shut(after=random.randrange(length))
            self.virtual.spawn(self._at_the_gate)
        else:
            kind = LoseBearer if self.fault == "bearer" else Reset
            self.virtual.faults.add(kind(command=BEGIN[self.way], offset=random.randrange(length)))

    async def _at_the_gate(self) -> None:
        await self.site.gate.held()
        self._strike()
        self.site.gate.open()

    def _strike(self) -> None:
        if self.fault == "bearer":
            self.virtual.network.lose_bearer(1)
        else:
            self.virtual.reset()


def kind_of(number: int) -> tuple[str, tuple[str, FtpWay], str]:
    """What strikes, the family with its way, and where the bytes go."""
    return KINDS[number % len(KINDS)]


async def go(number: int, folder: Path) -> None:
    """One run, then a plain download that must succeed."""
    random = Random(number)
    body = random.randbytes(random.randrange(1, LONGEST))
    family = kind_of(number)[1][0]
    clock = FastClock(SPEED)
    files = {"/down": body, "/next": b"next"}
    async with (
        asyncio.timeout(LIMIT / SPEED),
        site_session(files, family, clock=clock) as (site, virtual, _, ftp),
    ):
        run = Run(number, virtual, site, folder, body)
        run.arm()
        error: SimcomError | None = None
        try:
            await run.transfer(ftp)
        except (ServiceFailed, LinkError, CommandTimeout) as caught:
            error = caught
        site.faults.clear()
        virtual.faults.clear()
        site.gate.open()
        run.check(error)
        await ftp.download("/next", folder / "next")
        assert (folder / "next").read_bytes() == b"next"


def test_in_the_sample_everything_occurs() -> None:
    faults, ways, goals = zip(*map(kind_of, range(SAMPLE)), strict=True)
    assert set(faults) == {"bearer", "server", "password", "restart"}
    assert set(ways) == set(WAYS_OF)
    assert set(goals) == {"down", "resumed", "up"}


@pytest.mark.parametrize("number", range(SAMPLE))
async def test_struck(number: int, tmp_path: Path) -> None:
    print(f"run {number}: {kind_of(number)}")
    await go(number, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("number", range(SAMPLE, RUNS))
async def test_struck_again(number: int, tmp_path: Path) -> None:
    print(f"run {number}: {kind_of(number)}")
    await go(number, tmp_path)
