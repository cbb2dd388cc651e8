"""Whatever a host that died has left, the next one finds the module, or is told why not, within the deadline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest

from simcom_async.at.responder import Mode
from simcom_async.errors import LinkError
from simcom_async.modem import Modem, connect
from simcom_async.ports.clock import ManualClock
from simcom_async.sites import FtpSite, HttpSite
from simcom_async.virtual import VirtualModem
from tests.link.test_rescue import SerialLine
from tests.virtual import cftp_host, chttp_host, email_host, ftp_host
from tests.virtual.client import Client, until

FAMILIES = ("sim800", "sim900", "sim7000", "sim7100")
#: Seconds until open_modem is ready, or has said why not: what its docstring promises.
DEADLINE = 75
#: And so many more where a power hook is called: its own seconds, those for the boot, and what the docstring adds.
POWERED = 30 + 30 + 25
T = TypeVar("T")

OK = b"\r\nOK\r\n"
Condition = Callable[[Client], Awaitable[None]]


async def nothing(host: Client) -> None:
    """As the factory has it."""


def said(*lines: bytes, end: bytes = b"OK\r\n") -> Condition:
    """The host has sent these command lines; the last was answered up to ``end``."""

    async def leave(host: Client) -> None:
        for line in lines[:-1]:
            host.send(line + b"\r")
            await host.hear_until(b"OK\r\n")
        host.send(lines[-1] + b"\r")
        await host.hear_until(end)

    return leave


def entered(*lines: bytes, end: bytes = b">", data: bytes = b"the beginning") -> Condition:
    """The same, and has then begun an entry."""

    async def leave(host: Client) -> None:
        await said(*lines, end=end)(host)
        host.send(data)

    return leave


EVERYWHERE: dict[str, Condition] = {
    "ready": nothing,
    "echo off": said(b"ATE0"),
    "numeric": said(b"ATV0", end=b"0\r"),
    "numeric without echo": said(b"ATE0", b"ATV0", end=b"0\r"),
    "half a line": entered(b"AT", end=b"OK\r\n", data=b"AT+CSQ"),
    "quiet": said(b"AT", b"ATQ1", end=b"ATQ1\r"),
    "data mode": entered(b"AT&D0", b"ATD*99#", end=b"CONNECT\r\n", data=b"~\xff}#\xc0!"),
    "message": entered(b"AT+CMGF=1", b'AT+CMGS="+4912345"'),
}
SOMEWHERE: dict[tuple[str, str], Condition] = {
    ("sim800", "a mail"): entered(b"AT+EMAILCID=1", b"AT+SMTPBODY=500", end=b"DOWNLOAD\r\n"),
    ("sim900", "a mail"): entered(b"AT+EMAILCID=1", b"AT+SMTPBODY"),
    ("sim7000", "a mail"): entered(b"AT+EMAILCID=1", b"AT+SMTPBODY=500", end=b"DOWNLOAD\r\n"),
    ("sim7100", "a mail"): entered(b'AT+SMTPSRV="mail"', b'AT+SMTPFROM="a@b.c","A"', b"AT+SMTPBODY", end=b">> "),
    ("sim7100", "a file"): entered(b'AT+CFTRANRX="C:/a",1200'),
    ("sim7100", "a long file"): entered(b'AT+CFTRANRX="C:/a",4000'),
    ("sim800", "a body of HTTP"): entered(b"AT+HTTPINIT", b"AT+HTTPDATA=1000,120000", end=b"DOWNLOAD\r\n"),
    ("sim900", "a body of HTTP"): entered(b"AT+HTTPINIT", b"AT+HTTPDATA=1000,120000", end=b"DOWNLOAD\r\n"),
}


@asynccontextmanager
async def left(
    dialect: str, condition: Condition, clock: ManualClock, **options: Any
) -> AsyncIterator[tuple[VirtualModem, Client]]:
    """A module that a host has left so."""
    async with VirtualModem(dialect, clock=clock, urc_delay=0, **options) as virtual:
        host = Client(virtual.port())
        await host.open()
        await condition(host)
        await clock.settle()
        await host.aclose()
        yield virtual, host


async def within(clock: ManualClock, work: Awaitable[T], seconds: float = DEADLINE) -> T:
    return await clock.run_until(work, seconds)


async def works(clock: ManualClock, modem: Modem) -> None:
    assert (await within(clock, modem.at("+CSQ"), 10))[0].startswith("+CSQ: 21")
    assert modem.link.state.echo is False
    await within(clock, modem.aclose(), 10)


@pytest.mark.parametrize("condition", EVERYWHERE)
@pytest.mark.parametrize("dialect", FAMILIES)
async def test_conditions_of_all_families(dialect: str, condition: str) -> None:
    clock = ManualClock()
    async with left(dialect, EVERYWHERE[condition], clock) as (virtual, _):
        modem = await within(clock, connect(virtual.port(), clock=clock))
        assert modem.dialect.name == dialect
        await works(clock, modem)


@pytest.mark.parametrize(("dialect", "condition"), SOMEWHERE)
async def test_conditions_of_some_families(dialect: str, condition: str) -> None:
    clock = ManualClock()
    async with left(dialect, SOMEWHERE[dialect, condition], clock) as (virtual, _):
        await works(clock, await within(clock, connect(virtual.port(), clock=clock)))


@pytest.mark.parametrize("dialect", FAMILIES)
@pytest.mark.parametrize("options", [{"autobaud": 3}, {"autobaud": 12}, {"boot": "cold"}, {"echo": False}], ids=str)
async def test_conditions_of_the_start(dialect: str, options: dict[str, Any]) -> None:
    clock = ManualClock()
    async with VirtualModem(dialect, clock=clock, urc_delay=0, **options) as virtual:
        await works(clock, await within(clock, connect(virtual.port(), clock=clock)))


@pytest.mark.parametrize("dialect", FAMILIES)
@pytest.mark.parametrize("seconds", [1, 15, 30])
async def test_a_module_that_is_switched_on_meanwhile(dialect: str, seconds: float) -> None:
    clock = ManualClock()
    async with VirtualModem(dialect, clock=clock, urc_delay=0, boot="off") as virtual:
        clock.call_at(seconds, virtual.power_on)
        await works(clock, await within(clock, connect(virtual.port(), clock=clock)))


@pytest.mark.parametrize("dialect", FAMILIES)
@pytest.mark.parametrize("rate", [9600, 921600])
async def test_a_serial_line_at_another_rate(dialect: str, rate: int) -> None:
    clock = ManualClock()
    async with VirtualModem(dialect, clock=clock, urc_delay=0) as virtual:
        line = SerialLine(virtual.port(), rate)
        modem = await within(clock, connect(line, clock=clock))
        assert modem.link.state.baud == line.line_rate == rate
        await works(clock, modem)


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_a_module_that_is_off(dialect: str) -> None:
    clock = ManualClock()
    async with VirtualModem(dialect, clock=clock, boot="off") as virtual:
        with pytest.raises(LinkError, match=r"nothing was seen; check power, .*; tried in vain: silence, "):
            await within(clock, connect(virtual.port(), clock=clock))


@pytest.mark.parametrize("dialect", FAMILIES)
@pytest.mark.parametrize("options", [{}, {"autobaud": 3}], ids=str)
async def test_a_module_that_is_off_and_has_a_power_hook(dialect: str, options: dict[str, Any]) -> None:
    clock = ManualClock()
    async with VirtualModem(dialect, clock=clock, urc_delay=0, boot="off", **options) as virtual:

        async def power() -> None:
            called.append(clock.time())
            await clock.sleep(1.5)  # the key is held for so long
            clock.call_at(clock.time() + 4, virtual.power_on)

        called: list[float] = []
        opening = connect(virtual.port(), clock=clock, power=power)
        modem = await within(clock, opening, DEADLINE + POWERED)
        assert len(called) == 1
        assert called[0] <= DEADLINE
        assert clock.time() < 60 + (30 if options else 0)  # one that looks for the rate says no boot lines
        await works(clock, modem)


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_a_module_that_stays_off_whatever_its_hook_does(dialect: str) -> None:
    clock = ManualClock()

    async def power() -> None:
        await clock.sleep(3600)

    async with VirtualModem(dialect, clock=clock, boot="off") as virtual:
        with pytest.raises(LinkError, match=r"nothing was seen.*POWER: the power hook did not end within 30 s"):
            await within(clock, connect(virtual.port(), clock=clock, power=power), DEADLINE + POWERED)
        assert clock.next_due is None


async def test_a_module_that_stays_off_although_its_hook_did_its_best() -> None:
    clock = ManualClock()
    calls = 0

    async def power() -> None:
        nonlocal calls
        calls += 1
        await clock.sleep(29)

    async with VirtualModem("sim800", clock=clock, boot="off") as virtual:
        with pytest.raises(LinkError, match="nothing was seen"):
            await within(clock, connect(virtual.port(), clock=clock, power=power), DEADLINE + POWERED)
    assert calls == 1


async def test_a_data_call_that_a_host_has_left_is_hung_up() -> None:
    clock = ManualClock()
    async with left("sim800", EVERYWHERE["data mode"], clock) as (virtual, _):
        assert virtual.calls.connected
        modem = await within(clock, connect(virtual.port(), clock=clock))
        assert not virtual.calls.connected
        await works(clock, modem)


async def test_an_entry_that_is_too_long_to_be_filled_up() -> None:
    clock = ManualClock()
    async with left("sim7100", entered(b'AT+CFTRANRX="C:/a",8000'), clock) as (virtual, _):
        with pytest.raises(LinkError, match="an entry of more bytes may be open still, until the module's own timer"):
            await within(clock, connect(virtual.port(), clock=clock))
        modem = await within(clock, connect(virtual.port(), clock=clock))  # each attempt fills up more of it
        await works(clock, modem)


async def test_an_entry_that_its_own_timer_ends() -> None:
    clock = ManualClock()
    condition = entered(b"AT+HTTPINIT", b"AT+HTTPDATA=300000,60000", end=b"DOWNLOAD\r\n")
    async with left("sim800", condition, clock) as (virtual, _):
        with pytest.raises(LinkError, match="an entry of more bytes may be open still"):
            await within(clock, connect(virtual.port(), clock=clock))
        await works(clock, await within(clock, connect(virtual.port(), clock=clock)))


async def test_a_file_that_is_still_being_sent() -> None:
    clock = ManualClock()
    async with VirtualModem("sim7100", clock=clock, urc_delay=0, baud=9600) as virtual:
        virtual.file_system.write("a", b"payload, OK\r\n" * 2200)
        host = Client(virtual.port())
        await host.open()
        host.send(b'AT+CFTRANTX="C:/a"\r')
        await clock.run_until(host.hear_until(b"payload"), 10)
        await host.aclose()
        await works(clock, await within(clock, connect(virtual.port(), clock=clock)))


# --- in the middle of a transfer, with a server ----------------------------------------------------------------------


async def of_ftp_block(host: ftp_host.Host) -> None:
    await host.ok(b"AT+FTPPUT=1")
    await host.hear_until(b"1,1,")
    credit = (await host.hear_until(b"\r\n")).strip()
    host.send(b"AT+FTPPUT=2," + credit + b"\r")
    await host.hear_until(b"2," + credit + b"\r\n")
    host.send(b"the beginning")


async def of_ftp_stream(host: ftp_host.Host) -> None:
    await host.ok(b"AT+FTPETPUT=1")
    await host.urc(b"+FTPETPUT: 1,1")
    await host.ask(b"AT+FTPETPUT=2", b"\r\n+FTPETPUT: 2,1\r\n")
    host.send(b"the beginning\x10")


@pytest.mark.parametrize(
    ("dialect", "leave"),
    [(dialect, of_ftp_block) for dialect in ("sim800", "sim900", "sim7000")] + [("sim7000", of_ftp_stream)],
)
async def test_an_upload_half_done(dialect: str, leave: Callable[[ftp_host.Host], Awaitable[None]]) -> None:
    clock = ManualClock()
    async with ftp_host.session(dialect=dialect, clock=clock) as (_, virtual, host):
        await leave(host)
        await host.aclose()
        await works(clock, await patiently(clock, virtual, connect(virtual.port(), clock=clock)))


@pytest.mark.parametrize("dialect", ["sim800", "sim900", "sim7000"])
async def test_an_attachment_half_done(dialect: str) -> None:
    clock = ManualClock()
    async with email_host.outgoing(b'AT+SMTPFILE=1,"a.txt",0', dialect=dialect, clock=clock) as (_, virtual, host):
        await host.does(b"AT+SMTPSEND", b"+SMTPFT: 1,1360")
        await host.ask(b"AT+SMTPFT=1360", b"\r\n+SMTPFT: 2,1360\r\n")
        host.send(b"the beginning")
        await host.aclose()
        await works(clock, await patiently(clock, virtual, connect(virtual.port(), clock=clock)))


async def test_an_upload_of_a_sim7100_half_done() -> None:
    clock = ManualClock()
    async with cftp_host.session({}, clock=clock) as (site, virtual, host):
        await host.ask(b'AT+CFTPPUT="/f"', b"\r\n+CFTPPUT: BEGIN\r\n")
        host.send(b"the beginning\x03")
        await host.aclose()
        await works(clock, await patiently(clock, virtual, connect(virtual.port(), clock=clock)))
        assert site.read("/f").startswith(b"the beginning")


async def test_a_request_half_written() -> None:
    clock = ManualClock()
    async with HttpSite() as site, chttp_host.module(site, clock=clock) as virtual:
        host = await chttp_host.WebHost.of(virtual)
        await host.prompted()
        host.send(b"GET / HTTP/1.1\r\nHo")
        await host.aclose()
        await works(clock, await patiently(clock, virtual, connect(virtual.port(), clock=clock)))


@pytest.mark.parametrize("seconds", [10, 25])
async def test_a_download_of_a_sim7000_that_goes_on_meanwhile(seconds: float) -> None:
    clock = ManualClock()
    async with ftp_host.session({"/f": 100_000}, dialect="sim7000", clock=clock) as (site, virtual, host):
        site.gate.shut(after=5000)
        host.send(b"AT+FTPETGET=1\r")
        await host.hear_until(b"+FTPETGET: 1,1\r\n")
        await goes_on(clock, site, virtual, host, seconds)


@pytest.mark.parametrize("seconds", [10, 25])
async def test_a_download_of_a_sim7100_that_goes_on_meanwhile(seconds: float) -> None:
    clock = ManualClock()
    async with cftp_host.session({"/f": 100_000}, clock=clock) as (site, virtual, host):
        site.gate.shut(after=5000)
        host.send(b'AT+CFTPGET="/f"\r')
        await host.hear_until(b"+CFTPGET: DATA,")
        await goes_on(clock, site, virtual, host, seconds)


async def test_a_download_that_a_host_has_only_asked_for() -> None:
    """The next host has AT answered, and then comes the whole file."""
    clock = ManualClock()
    async with ftp_host.session({"/f": 100_000}, dialect="sim7000", clock=clock) as (site, virtual, host):
        site.gate.shut()
        await host.ok(b"AT+FTPETGET=1")
        await goes_on(clock, site, virtual, host, 10)


async def goes_on(clock: ManualClock, site: FtpSite, virtual: VirtualModem, host: Client, seconds: float) -> None:
    """The host dies while the server pauses; the server goes on so many seconds after the next host has come."""
    await site.gate.held()
    await host.aclose()
    clock.call_at(seconds, site.gate.open)
    opening = connect(virtual.port(), clock=clock)
    await works(clock, await patiently(clock, virtual, opening, lambda: clock.time() < seconds))


async def patiently(
    clock: ManualClock, virtual: VirtualModem, work: Coroutine[Any, Any, T], paused: Callable[[], bool] = lambda: False
) -> T:
    """Turns the clock while the module is not at work: a server on a real socket knows nothing of it."""
    task = asyncio.ensure_future(work)
    end = clock.time() + DEADLINE
    while not task.done():
        await until(lambda: task.done() or paused() or not busy(virtual))
        assert clock.time() < end
        await clock.run(0.1)
    return await task


def busy(virtual: VirtualModem) -> bool:
    """Whether the module is at work on an answer."""
    return any(channel.responder.mode is Mode.HELD for channel in virtual.lines.channels)


# --- the first verb behind it ----------------------------------------------------------------------------------------


async def in_a_download(host: ftp_host.Host) -> None:
    await host.ok(b"AT+FTPGET=1")
    await host.hear_until(b"1,1\r\n")
    host.send(b"AT+FTPGET=2,100\r")
    await host.hear_until(b"100\r\n")
    await host.exactly(100 + len(OK))


async def in_a_block(host: ftp_host.Host) -> None:
    await host.ok(b"AT+FTPGET=1")
    await host.hear_until(b"1,1\r\n")
    host.send(b"AT+FTPGET=2,1460\r")
    await host.hear_until(b"1460\r\n")


async def in_a_list(host: ftp_host.Host) -> None:
    await host.ok(b"AT+FTPLIST=1")
    await host.hear_until(b"1,1\r\n")


async def in_an_upload(host: ftp_host.Host) -> None:
    await host.ok(b"AT+FTPPUT=1")
    await host.hear_until(b"1,1,")
    await host.hear_until(b"\r\n")


async def with_a_file_in_the_memory(host: ftp_host.Host) -> None:
    await host.ok(b"AT+FTPEXTPUT=1")
    host.send(b"AT+FTPEXTPUT=2,0,5,10000\r")
    await host.hear_until(b"0,5\r\n")
    host.send(b"other")
    await host.hear_until(OK)


LEFT = (in_a_download, in_a_block, in_a_list, in_an_upload, of_ftp_block, with_a_file_in_the_memory)


@pytest.mark.parametrize("leave", LEFT)
@pytest.mark.parametrize("dialect", ["sim800", "sim900", "sim7000"])
async def test_the_first_verb_behind_a_host_that_has_died_in_ftp(
    dialect: str, leave: Callable[[ftp_host.Host], Awaitable[None]]
) -> None:
    clock = ManualClock()
    async with ftp_host.session({"/f": 20_000, "/g": b"whole"}, dialect=dialect, clock=clock) as (site, virtual, host):
        await leave(host)
        await host.aclose()
        modem = await patiently(clock, virtual, connect(virtual.port(), apn="internet", clock=clock))
        async with modem.ftp(ftp_host.HOST, user="user", password="secret") as ftp:
            assert await patiently(clock, virtual, ftp.open("/g", via="blocks").read()) == b"whole"
            await patiently(clock, virtual, ftp.upload(b"mine", "/h", via="blocks"))
        assert site.read("/h") == b"mine"
        await works(clock, modem)
