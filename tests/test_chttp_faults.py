"""HTTP and HTTPS of the SIM7100, struck at a random point: each request ends in the right error or with all it asked.

Issue 5, line 4: the server closes or resets, TLS fails, a line is lost or late, the bearer drops, the module restarts;
200 seeded runs, a sample of them in the ordinary run. Run one again with ``-k "test_struck[17]"``.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import product
from random import Random

import pytest

from simcom_async.errors import CommandTimeout, HttpError, LinkError, ModemRestarted, ProtocolError, SimcomError
from simcom_async.sites import Route, ServerFault
from simcom_async.virtual.faults import DropLine, EarlyEvent, FailServer, LateLine, LoseBearer, Reset, ServerFailure
from tests.sessions.ftp_ends import FastClock
from tests.sessions.http_ends import SCHEMES, Stand, stand

RUNS, SAMPLE = 200, 24
SPEED = 12.0
#: Seconds of the clock for the whole of a run: no more than three silent waits for a server.
LIMIT = 400.0
LONGEST = 90_000

FAULTS = ("server", "connection", "line", "late", "bearer", "restart")
KINDS = list(product(FAULTS, SCHEMES, ("get", "post")))
Random(5).shuffle(KINDS)
#: Lines that may be lost: those that tell, and the ends.
LINES = {
    "http": ("+CHTTPACT: 0",),
    "https": ("+CHTTPS: RECV EVENT", "+CHTTPSNOTIFY: PEER CLOSED", "+CHTTPSSEND: 0", "+CHTTPSRECV: 0"),
}
COMMANDS = {"http": ("CHTTPACT",), "https": ("CHTTPSSTART", "CHTTPSOPSE", "CHTTPSSEND=", "CHTTPSRECV=", "CHTTPSCLSE")}
#: What is right for each fault, beside the whole answer.
ALLOWED: dict[str, tuple[type[SimcomError], ...]] = {
    "server": (HttpError,),
    "connection": (HttpError,),
    "line": (CommandTimeout,),
    "late": (),
    "bearer": (HttpError,),
    # within a packet the first lines of the module are data as any; then it is silent, and has forgotten all
    "restart": (ModemRestarted, CommandTimeout, ProtocolError),
}


@dataclass
class Run:
    """One run: what strikes, and a request."""

    number: int
    at: Stand
    body: bytes

    def __post_init__(self) -> None:
        self.random = Random(self.number)
        self.fault, self.scheme, self.goal = kind_of(self.number)
        close = self.random.random() < 0.3
        self.route = Route(path="/x", body=self.body, chunked=self.random.random() < 0.4, close=close)
        if self.goal == "post":
            self.route = replace(self.route, method="POST", body=None, echo=True, chunked=False)

    def arm(self) -> None:
        """Have it struck somewhere."""
        getattr(self, f"_{self.fault}")()
        self.at.site.routes.append(self.route)

    async def ask(self) -> bytes:
        """Do it."""
        body = self.body if self.goal == "post" else None
        url = self.at.site.url_of("/x")
        return (await self.at.modem.http.request(self.goal, url, body)).body

    def _server(self) -> None:
        """It closes, or resets, without an answer or in the middle of it."""
        fault = self.random.choice((ServerFault.CLOSE, ServerFault.RESET))
        after = self.random.choice((None, self.random.randrange(len(self.body))))
        self.route = replace(self.route, fault=fault, fault_after=after)

    def _connection(self) -> None:
        """The connection cannot be made: no name, nobody there, TLS that fails."""
        failures = [ServerFailure.DNS, ServerFailure.REFUSE, ServerFailure.SILENT, ServerFailure.RESET]
        failures += [ServerFailure.TLS] * 4 if self.scheme == "https" else []
        failure = self.random.choice(failures)
        after = self.random.randrange(len(self.body)) if failure is ServerFailure.RESET else 0
        self.at.virtual.faults.add(FailServer(failure, after=after, times=2))

    def _line(self) -> None:
        """A line of the module is lost."""
        self.at.virtual.faults.add(DropLine(self.random.choice(LINES[self.scheme]), times=1))

    def _late(self) -> None:
        """A line of the module comes late, or early."""
        if (self.scheme, self.goal) == ("https", "get") and self.random.random() < 0.4:
            self.at.virtual.faults.add(EarlyEvent(command="CHTTPSSEND"))
            return
        text = self.random.choice(("OK", *LINES[self.scheme]))
        command = self.random.choice(COMMANDS[self.scheme]) if text == "OK" else None
        late = LateLine(text, seconds=self.random.choice((0.1, 1.0, 5.0)), times=1, command=command)
        self.at.virtual.faults.add(late)

    def _bearer(self) -> None:
        self._strike(LoseBearer())

    def _restart(self) -> None:
        self._strike(Reset())

    def _strike(self, fault: LoseBearer | Reset) -> None:
        """At a byte of the server, or of what the module says to a command."""
        random = self.random
        if random.random() < 0.5:
            self.at.site.gate.shut(after=random.randrange(len(self.body)))
            self.at.virtual.spawn(lambda: self._at_the_gate(fault))
        else:
            fault.command = random.choice(COMMANDS[self.scheme])
            fault.offset = random.choice((0, random.randrange(60), random.randrange(len(self.body))))
            self.at.virtual.faults.add(fault)

    async def _at_the_gate(self, fault: LoseBearer | Reset) -> None:
        await self.at.site.gate.held()
        self.at.virtual.faults.add(fault)
        self.at.site.gate.open()


def kind_of(number: int) -> tuple[str, str, str]:
    """What strikes, how it is carried, and what is asked."""
    return KINDS[number % len(KINDS)]


async def go(number: int) -> None:
    """One run, then a plain request that must succeed."""
    body = Random(number).randbytes(Random(number).randrange(1, LONGEST))
    fault, scheme, _ = kind_of(number)
    async with asyncio.timeout(LIMIT / SPEED), stand(scheme, FastClock(SPEED)) as at:
        run = Run(number, at, body)
        run.arm()
        ended: bytes | SimcomError
        try:
            ended = await run.ask()
        except (HttpError, LinkError, CommandTimeout) as error:
            ended = error
        print(f"run {number}, {kind_of(number)}: {ended if isinstance(ended, SimcomError) else len(ended)!r}")
        if isinstance(ended, SimcomError):
            assert isinstance(ended, ALLOWED[fault])
        else:
            assert (len(ended), sha256(ended).digest()) == (len(body), sha256(body).digest())
        at.virtual.faults.clear()
        at.site.gate.open()
        assert (await at.modem.http.get(at.site.publish("/next", b"next"))).body == b"next"
        assert not at.virtual.chttps.started


def test_in_the_sample_everything_occurs() -> None:
    assert {kind_of(number) for number in range(SAMPLE)} == set(KINDS)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("number", range(SAMPLE))
async def test_struck(number: int) -> None:
    await go(number)


@pytest.mark.long
@pytest.mark.timeout(60)
@pytest.mark.parametrize("number", range(SAMPLE, RUNS))
async def test_struck_again(number: int) -> None:
    await go(number)
