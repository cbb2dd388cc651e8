"""A module that falls silent is noticed, and one that only works is left alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from simcom_async.at.event import FinalLine
from simcom_async.commands.general import SlowClock
from simcom_async.commands.network import Registration, SignalQuality
from simcom_async.errors import CommandFailed, UsageError
from simcom_async.modem import Modem, connect, open_modem
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.life_cycle import Lost, Suspect
from simcom_async.sites import FtpSite, HttpSite
from simcom_async.sites.pop3 import Pop3Site
from simcom_async.virtual import VirtualModem
from tests.sessions.ftp_ends import FastClock, Gathered, session
from tests.sessions.mail_ends import NUMERIC, mailbox
from tests.sessions.mails import mail
from tests.sessions.peer import ERROR, OK, Peer, attached, text

#: Minutes of a paced line pass here, in many turns of the loop.
pytestmark = pytest.mark.timeout(60)

FAMILIES = ("sim800", "sim900", "sim7000", "sim7100")
WITH_HTTP = ("sim800", "sim900", "sim7100")
PERIOD = 60.0
#: Within these seconds more than the period, says its docstring, a silent module is suspect.
BOUND = 5.0
#: ... and found, or lost, within these more (what ``open_modem`` says of a module that gives no answer, and the step).
SEARCH = 100.0


@asynccontextmanager
async def watched(clock: ManualClock, peer: Peer, period: float | None = PERIOD) -> AsyncIterator[Modem]:
    modem = await attached(peer, clock, watchdog=period)
    yield modem
    await clock.run_until(modem.aclose(), 60)


@asynccontextmanager
async def driven(
    clock: ManualClock, dialect: str, period: float = PERIOD, **options: Any
) -> AsyncIterator[tuple[Modem, VirtualModem]]:
    async with VirtualModem(dialect, clock=clock, urc_delay=0, **options) as virtual:
        opening = connect(virtual.port(), apn="internet", clock=clock, watchdog=period)
        modem = await clock.run_until(opening, 60)
        yield modem, virtual
        await clock.run_until(modem.aclose(), 60)


async def test_it_asks_a_module_of_which_nothing_is_heard() -> None:
    clock, peer = ManualClock(), Peer()
    async with watched(clock, peer) as modem:
        await clock.run(PERIOD - 1)
        assert peer.lines == []
        await clock.run(2)
        assert peer.lines == ["AT", "AT+CSQ", "AT+CREG?"]
        assert (modem.health.signal, modem.health.registration) == (-74, Registration.HOME)
        await clock.run(PERIOD)
        assert peer.lines[3:] == ["AT", "AT+CSQ", "AT+CREG?"]  # what it has asked itself is no sign of life for ever
        await clock.run(PERIOD - 10)
        await clock.run_until(modem.at("+CSQ"), 5)
        await clock.run(10)
        assert peer.lines[6:] == ["AT+CSQ", "AT+CSQ", "AT+CREG?"]


async def test_it_can_be_left_out() -> None:
    clock, peer = ManualClock(), Peer()
    async with watched(clock, peer, None):
        await clock.run(3600)
        assert peer.lines == []


@pytest.mark.parametrize("period", [0, -1, float("nan")])
async def test_a_period_that_is_none(period: float) -> None:
    with pytest.raises(UsageError, match="watchdog"):
        await connect("virtual:sim800", watchdog=period)


class Alarms:
    """The times at which a modem came under suspicion, or was lost."""

    def __init__(self, modem: Modem, clock: ManualClock) -> None:
        self.suspect: list[float] = []
        self.lost: list[float] = []
        modem.on(Suspect, lambda _: self.suspect.append(clock.time()))
        modem.on(Lost, lambda _: self.lost.append(clock.time()))


@pytest.mark.parametrize("dialect", FAMILIES)
@pytest.mark.parametrize("after", [1, 59])
async def test_a_module_that_falls_silent_is_noticed(dialect: str, after: float) -> None:
    clock = ManualClock()
    async with driven(clock, dialect) as (modem, virtual):
        alarms = Alarms(modem, clock)
        await clock.run(PERIOD + after)
        await clock.run_until(modem.at("+CSQ"), 5)
        assert modem.health.reasons == ()
        began = clock.time()
        virtual.power_off()
        await clock.run(PERIOD + BOUND)
        assert began < alarms.suspect[0] <= began + PERIOD + BOUND
        assert modem.health.reasons != ()
        await clock.run(SEARCH)
        assert alarms.lost
        virtual.power_on()
        assert await clock.run_until(modem.at("+CSQ"), 300) == ("+CSQ: 21,0",)
        assert modem.health.reasons == ()


async def test_noise_is_no_sign_of_life() -> None:
    clock, peer = ManualClock(), Peer()
    async with watched(clock, peer) as modem:
        alarms = Alarms(modem, clock)
        await clock.run(PERIOD + 1)
        peer.on("AT", None)
        for _ in range(int(PERIOD + BOUND)):
            peer.say(b"\xfe\x80\xf0\x81\r\n")
            await clock.run(1)
        assert alarms.suspect
        peer.on("AT", "\r\nOK\r\n")


async def test_an_answer_that_is_late_is_an_answer() -> None:
    clock, peer = ManualClock(), Peer()
    async with watched(clock, peer) as modem:
        alarms = Alarms(modem, clock)
        await clock.run(PERIOD + 1)
        peer.on("AT", None, "\r\nOK\r\n")
        await clock.run(PERIOD + 7)
        assert peer.lines[3:5] == ["AT", "AT"]
        await clock.run(PERIOD)
        assert len(alarms.suspect) == 1
        assert alarms.lost == []
        assert modem.health.ok


async def test_a_refusal_is_an_answer() -> None:
    clock, peer = ManualClock(), Peer(**{"AT+CSQ": ERROR, "AT+CREG?": ERROR, "AT+CGREG?": ERROR})
    async with watched(clock, peer) as modem:
        alarms = Alarms(modem, clock)
        await clock.run(5 * PERIOD)
        assert modem.health.signal is None
    assert peer.asked("AT+C")[:3] == ["AT+CSQ", "AT+CREG?", "AT+CGREG?"]
    assert alarms.suspect == alarms.lost == []


async def test_a_port_that_is_held_is_left_alone() -> None:
    clock, peer = ManualClock(), Peer(**{"AT+COPS=?": None})
    async with watched(clock, peer) as modem:
        alarms = Alarms(modem, clock)
        asking = asyncio.ensure_future(modem.at("+COPS=?", timeout=1000))
        await clock.run(250)
        assert peer.lines == ["AT+COPS=?"]
        peer.say("\r\nOK\r\n")
        await clock.settle()
        assert await asking == ()
        assert peer.lines == ["AT+COPS=?", "AT+CSQ", "AT+CREG?"]
    assert alarms.suspect == alarms.lost == []


async def test_a_port_that_is_paused_is_left_alone() -> None:
    clock, peer = ManualClock(), Peer()
    async with watched(clock, peer) as modem:
        alarms = Alarms(modem, clock)
        modem.link.pause()
        await clock.run(10 * PERIOD)
        modem.link.resume()
        await clock.run(2 * PERIOD)
    assert alarms.suspect == alarms.lost == []


@pytest.mark.parametrize("dialect", ["sim800", pytest.param("sim900", marks=pytest.mark.long), "sim7100"])
async def test_bulk_neither_starves_it_nor_is_broken_by_it(dialect: str) -> None:
    clock = ManualClock()
    period, size = 2.5, 20_000  # at 9,600 bit/s: 21 seconds and more
    async with HttpSite() as site, driven(clock, dialect, period, baud=9_600) as (modem, virtual):
        alarms = Alarms(modem, clock)
        url = site.publish("/x", size)
        began = clock.time()
        task = asyncio.ensure_future(modem.http.get(url))
        while not task.done():
            await clock.run(1)
            await asyncio.sleep(0)
        assert site.checksum("/x") == _checksum((await task).body)
        assert clock.time() - began > 6 * period
        assert alarms.suspect == alarms.lost == []
        assert modem.health.signal_age is not None
        assert modem.health.signal_age < 40  # a question that is put back 30 seconds is asked then
        virtual.power_off()
        await clock.run(period + BOUND)
        assert alarms.suspect


async def test_bulk_over_ftp() -> None:
    clock = FastClock(40)
    period, files = 0.7, {"down": 4_000}
    async with (
        FtpSite(files) as site,
        VirtualModem("sim7000", clock=clock, urc_delay=0, baud=9_600) as virtual,
        open_modem(virtual.port(), apn="internet", clock=clock, watchdog=period) as modem,
        session(modem, site) as ftp,
    ):
        alarms, began, goal = Alarms(modem, clock), clock.time(), Gathered()
        await ftp.download("down", goal)
        await ftp.upload(bytes(goal.data), "up")
        assert site.checksum("up") == site.checksum("down")
        assert clock.time() - began > 10 * period
        assert alarms.suspect == alarms.lost == []
        assert modem.health.signal_age is not None


@pytest.mark.parametrize("line", ["+CSCLK=1", "+csq;+csclk = 2;+CREG?", "typed", "read"])
async def test_a_module_that_may_sleep_is_left_asleep(line: str) -> None:
    """AT+CSCLK=1 and 2: it hears no question, or is woken by it, and its first bytes are lost."""
    clock, peer = ManualClock(), Peer(**{"AT+CSCLK?": text("+CSCLK: 2")})
    told = {"typed": SlowClock(mode=1), "read": SlowClock.query()}
    async with watched(clock, peer) as modem:
        alarms = Alarms(modem, clock)
        await clock.run_until(modem.send(told[line]) if line in told else modem.at(line), 5)
        await clock.run(5)
        peer.lines.clear()
        peer.on("AT", None)
        await clock.run(20 * PERIOD)
        assert peer.lines == []
        assert alarms.suspect == alarms.lost == []
        peer.on("AT", OK)
        await clock.run_until(modem.at("+CSCLK=0"), 5)
        await clock.run(2 * PERIOD)
        assert peer.lines[1:4] == ["AT+CSQ", "AT+CREG?", "AT"]


async def test_a_module_that_cannot_sleep_or_has_started_anew_is_watched() -> None:
    clock, peer = ManualClock(), Peer(**{"AT+CSCLK=1": ERROR})
    async with watched(clock, peer) as modem:
        with pytest.raises(CommandFailed):
            await clock.run_until(modem.at("+CSCLK=1"), 5)
        peer.lines.clear()
        await clock.run(2 * PERIOD)
        assert "AT+CSQ" in peer.lines
        await clock.run_until(modem.at("+CSCLK=2"), 5)
        await clock.run(5)
        peer.say("\r\nRDY\r\n")
        await clock.run(30)
        peer.lines.clear()
        await clock.run(2 * PERIOD)
        assert "AT+CSQ" in peer.lines


@pytest.mark.parametrize("dialect", ["sim800", *(pytest.param(name, marks=pytest.mark.long) for name in NUMERIC[:1])])
async def test_an_open_mailbox_is_no_reason_not_to_ask(dialect: str) -> None:
    clock = FastClock(40)
    async with (
        Pop3Site() as site,
        VirtualModem(dialect, clock=clock, urc_delay=0) as virtual,
        open_modem(virtual.port(), apn="internet", clock=clock, watchdog=1) as modem,
    ):
        site.publish(mail("line"))
        async with mailbox(modem, site) as box:
            quality = modem.bus.expect(SignalQuality)
            await quality.get(30)
            assert await box.source(1)
            quality = modem.bus.expect(SignalQuality)
            await quality.get(30)


@pytest.mark.parametrize(
    "dialect", ["sim800", *(pytest.param(name, marks=pytest.mark.long) for name in ("sim900", "sim7000", "sim7100"))]
)
async def test_a_mailbox_is_read_under_watch(dialect: str) -> None:
    """While an answer of it is unread a module refuses all else: no question comes in between, but behind it."""
    clock = FastClock(40)
    async with (
        Pop3Site() as site,
        VirtualModem(dialect, clock=clock, urc_delay=0, baud=19_200) as virtual,
        open_modem(virtual.port(), apn="internet", clock=clock, watchdog=0.2) as modem,
    ):
        stored, alarms = site.publish(mail("line\n" * 800)), Alarms(modem, clock)
        refused: set[str] = set()
        modem.on(FinalLine, lambda line: refused.update(() if line.ok or not line.command else [line.command.masked]))
        async with mailbox(modem, site) as box:
            assert await box.source(1) == stored.content
        assert alarms.suspect == alarms.lost == []
        assert not refused & {"AT", "AT+CSQ", "AT+CREG?", "AT+CGREG?", "AT+CEREG?"}
        before = modem.link.tally.commands
        await clock.sleep(1)
        assert modem.link.tally.commands > before


def _checksum(body: bytes) -> str:
    import hashlib

    return hashlib.sha256(body).hexdigest()


@pytest.mark.parametrize("dialect", WITH_HTTP)
async def test_a_server_that_thinks_is_no_silent_module(dialect: str) -> None:
    clock = ManualClock()
    async with HttpSite() as site, driven(clock, dialect, 10, network_timeout=500) as (modem, _):
        alarms = Alarms(modem, clock)
        url = site.publish("/x", b"at last")
        await clock.run_until(modem.network.up(), 60)
        site.gate.shut(after=0)
        task = asyncio.ensure_future(modem.http.get(url))
        await asyncio.sleep(0)
        while not site.requests:
            await clock.settle()
        await clock.run(50)
        site.gate.open()
        while not task.done():
            await clock.settle()
        assert (await task).body == b"at last"
        assert alarms.suspect == alarms.lost == []


async def test_it_is_not_in_the_way_of_who_looks_for_the_module() -> None:
    clock = ManualClock()
    async with driven(clock, "sim800") as (modem, virtual):
        virtual.unplug()
        await clock.run(10 * PERIOD)
        virtual.plug()
        await clock.run(1)
        assert await clock.run_until(modem.at("+CSQ"), 120) == ("+CSQ: 21,0",)
        await clock.run(3 * PERIOD)
        assert modem.health.ok
