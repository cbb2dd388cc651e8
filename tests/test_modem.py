"""What a user holds."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest

import simcom_async
from simcom_async.at.event import ReplyLine
from simcom_async.commands.network import SignalQuality, SignalQualityRead
from simcom_async.commands.topics import BearerLost, RegistrationChanged
from simcom_async.dialects import SIM800
from simcom_async.errors import (
    CommandFailed,
    CommandTimeout,
    LinkError,
    PortLost,
    SimcomError,
    UnsupportedService,
    UsageError,
)
from simcom_async.modem import Modem, connect, open_modem
from simcom_async.ports import ManualClock, SerialPort, TcpListener, TcpPort
from simcom_async.sessions.pop3 import Pop3Session
from simcom_async.sessions.smtp import SmtpSession
from simcom_async.sites import HttpSite
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import LoseBearer, Stray

VIRTUAL = "virtual:sim800?urc_delay=0"


@pytest.fixture
async def held() -> AsyncIterator[Modem]:
    """Opened and closed by a fixture, whose two halves run in different tasks (law 12)."""
    async with open_modem(VIRTUAL, apn="internet") as modem:
        yield modem


async def test_it_works_inside_a_fixture(held: Modem) -> None:
    assert await held.at("+CSQ") == ("+CSQ: 21,0",)


async def test_opened_in_one_task_and_closed_in_another() -> None:
    modem = await asyncio.create_task(connect(VIRTUAL))
    assert await modem.at("+CSQ") == ("+CSQ: 21,0",)
    await asyncio.create_task(modem.aclose())


async def test_identity_and_dialect(held: Modem) -> None:
    assert held.identity.manufacturer == "SIMCOM_Ltd"
    assert held.identity.model == "SIMCOM_SIM800"
    assert held.identity.revision
    assert held.identity.imei.isdecimal()
    assert held.dialect is SIM800
    assert repr(held) == f"Modem({VIRTUAL}, sim800)"


@pytest.mark.parametrize("line", ["+CSQ", "AT+CSQ", "at+csq"])
async def test_raw_commands(held: Modem, line: str) -> None:
    assert await held.at(line) == ("+CSQ: 21,0",)


async def test_raw_commands_that_say_more_or_nothing(held: Modem) -> None:
    assert await held.at("") == ()
    assert await held.at("I") == ("SIM800 R14.18",)
    assert len(await held.at("+GSV")) == 3


async def test_a_raw_command_that_fails(held: Modem) -> None:
    with pytest.raises(CommandFailed, match=r"AT\+NONSENSE") as caught:
        await held.at("+NONSENSE")
    assert caught.value.command == "AT+NONSENSE"


@pytest.mark.parametrize("line", ["+CSQ\r", "+CSQ\nATH", "\x1a", "+CSQ\x1b", "ä"])
async def test_a_raw_command_cannot_break_out(held: Modem, line: str) -> None:
    before = held.bus.sequence
    with pytest.raises(UsageError, match="line"):
        await held.at(line)
    assert held.bus.sequence == before


@pytest.mark.parametrize("line", [None, b"+CSQ", 5])
async def test_a_raw_command_is_text(held: Modem, line: Any) -> None:
    with pytest.raises(UsageError, match="line"):
        await held.at(line)


async def test_declared_commands(held: Modem) -> None:
    assert await held.send(SignalQualityRead()) == SignalQuality(rssi=21, ber=0)


async def test_events_by_type(held: Modem) -> None:
    async with held.events(SignalQuality, ReplyLine) as events:
        await held.at("+CSQ")
        await held.send(SignalQualityRead())
        assert [type(event) for event in events.take()] == [ReplyLine, ReplyLine]
    async with held.events(SignalQuality) as levels:
        await held.send(SignalQualityRead())
        async for level in levels:
            assert level == SignalQuality(rssi=21, ber=0)
            break
    assert levels.closed


async def test_callbacks_and_waiting() -> None:
    async with VirtualModem("sim800", urc_delay=0) as virtual, open_modem(virtual.port(), apn="internet") as modem:
        await modem.network.up()
        heard: list[int] = []
        subscription = modem.on(BearerLost, lambda event: heard.append(event.cid))
        waiting = asyncio.ensure_future(modem.wait_for(BearerLost, timeout=10))
        await asyncio.sleep(0)
        virtual.faults.add(LoseBearer())
        assert (await waiting).cid == 1
        assert heard == [1]
        subscription.close()
        await modem.network.up()
        again = modem.bus.expect(BearerLost)
        virtual.faults.add(LoseBearer())
        await again.get(10)
        assert heard == [1]
        changed = asyncio.ensure_future(modem.wait_for(RegistrationChanged, timeout=10, where=lambda e: e.stat == 5))
        await asyncio.sleep(0)
        virtual.faults.add(Stray("+CREG: 2"))
        virtual.faults.add(Stray("+CREG: 5"))
        assert (await changed).stat == 5


async def test_waiting_has_an_end_that_shows_what_came_instead(held: Modem) -> None:
    async with held.events(BearerLost) as losses:
        for waiting in (held.wait_for(BearerLost, timeout=0.001), losses.get(0.001)):
            with pytest.raises(TimeoutError, match="no BearerLost within") as caught:
                await waiting
            assert isinstance(caught.value, CommandTimeout)
            assert caught.value.evidence is not None
            assert "AT" in str(caught.value.evidence)


async def test_a_service_that_a_family_has_not_says_so(held: Modem) -> None:
    with pytest.raises(UnsupportedService, match="for the sim800 dialect"):
        _ = held.files


async def test_the_services_are_there_from_the_start(held: Modem) -> None:
    box = held.pop3("pop.example.com", "u", "p", port=1100, timeout=20)
    assert (type(held.smtp), type(box)) == (SmtpSession, Pop3Session)


async def test_after_closing_everything_is_over() -> None:
    modem = await connect(VIRTUAL)
    await modem.aclose()
    await modem.aclose()
    with pytest.raises(PortLost):
        await modem.at("+CSQ")
    with pytest.raises(PortLost):
        await modem.http.get("http://example.com/")
    with pytest.raises(PortLost):
        await modem.network.signal()


async def test_as_a_context_of_its_own() -> None:
    async with VirtualModem("sim800") as virtual:
        port = virtual.port()
        async with await connect(port) as modem:  # opening it again is harmless
            assert await modem.at("+CSQ")
        async with await connect(port) as modem:
            assert await modem.at("+CSQ")


async def test_a_pty_and_tcp() -> None:
    async with VirtualModem("sim800", urc_delay=0) as virtual, HttpSite() as site:
        url = site.publish("/x", 10_000)
        path = await virtual.open_pty()
        host, port = await virtual.listen_tcp("127.0.0.1", 0)
        for address in (path, f"tcp://{host}:{port}", f"socket://{host}:{port}"):
            async with open_modem(address, apn="internet") as modem:
                assert len((await modem.http.get(url)).body) == 10_000
                assert modem.link.state.baud == (115_200 if address == path else None)


@pytest.mark.parametrize(
    "url", ["", "ttyUSB2", "http://example.com", "tcp://", "tcp://host", "virtual:", "virtual:sim999", "com"]
)
async def test_a_url_that_names_no_port(url: str) -> None:
    with pytest.raises(UsageError):
        await connect(url)


@pytest.mark.parametrize(
    "query",
    [
        "urc_delay=-1",
        "nonsense=1",
        "seed=x",
        pytest.param(f"seed={'9' * 5_000}", id="a-seed-without-end"),
        "cmee=3",
        "pin=1",
    ],
)
async def test_an_option_that_a_virtual_modem_does_not_have(query: str) -> None:
    with pytest.raises(UsageError):
        await connect(f"virtual:sim800?{query}")


async def test_options_of_a_virtual_modem() -> None:
    async with open_modem("virtual:sim800?rssi=3&seed=7&operator=My%20Net&cmee=2&urc_delay=0") as modem:
        assert await modem.at("+CSQ") == ("+CSQ: 3,0",)
        assert await modem.network.operator() == "My Net"
    async with open_modem("virtual:sim800?seed=8") as other:
        assert other.identity.imei != modem.identity.imei


@pytest.mark.parametrize("url", ["/dev/does-not-exist", "tcp://127.0.0.1:1"])
async def test_a_port_that_is_not_there(url: str) -> None:
    with pytest.raises(LinkError) as caught:
        await connect(url)
    assert caught.value.port is not None
    assert caught.value.port in str(caught.value)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"apn": 'a"b'}, "apn"),
        ({"apn": "a\r\nATH"}, "apn"),
        ({"user": "\x1a"}, "user"),
        ({"password": 's3cret"'}, "password"),
        ({"pin": "12a4"}, "pin"),
        ({"dialect": "sim999"}, "dialect"),
    ],
)
async def test_bad_input_is_refused_before_the_port_is_opened(given: dict[str, Any], field: str) -> None:
    async with VirtualModem("sim800") as virtual:
        port = virtual.port()
        with pytest.raises(UsageError) as caught:
            await connect(port, **given)
        assert caught.value.field == field
        assert not port.used
        assert "s3cret" not in f"{caught.value} {caught.value!r}"


async def test_nothing_is_left_behind_when_opening_fails() -> None:
    before = asyncio.all_tasks()
    with pytest.raises(UsageError):
        await connect(VIRTUAL, apn='"')
    with pytest.raises(SimcomError):
        async with open_modem("/dev/does-not-exist"):
            pytest.fail("it cannot be opened")
    assert asyncio.all_tasks() == before


async def test_a_virtual_modem_that_does_not_answer_is_taken_away_again() -> None:
    clock = ManualClock()
    before = asyncio.all_tasks()
    with pytest.raises(LinkError, match="nothing was seen"):
        await clock.run_until(connect("virtual:sim800?boot=off", clock=clock), 100)
    assert asyncio.all_tasks() == before


async def test_opening_can_be_cancelled_at_every_turn() -> None:
    before = asyncio.all_tasks()
    for turns in itertools.count():
        task = asyncio.create_task(connect(VIRTUAL))
        for _ in range(turns):
            await asyncio.sleep(0)
        if task.done():
            await task.result().aclose()
            break
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == before
    assert turns > 20


async def test_the_bearer_opens_with_the_first_request() -> None:
    async with (
        HttpSite() as site,
        VirtualModem("sim800", urc_delay=0) as virtual,
        open_modem(virtual.port(), apn="mine", user="joe", password="s3cret") as modem,
    ):
        bearer = virtual.network.bearers[1]
        assert not bearer.is_open
        await modem.http.get(site.publish("/x", b"x"))
        assert (bearer.is_open, bearer.apn, bearer.user, bearer.password) == (True, "mine", "joe", "s3cret")


async def test_the_public_names_are_the_same_objects() -> None:
    assert simcom_async.open_modem is open_modem
    assert simcom_async.VirtualModem is VirtualModem
    with pytest.raises(AttributeError, match="nothing"):
        _ = simcom_async.nothing  # type: ignore[attr-defined]


async def test_a_serial_line_takes_its_rate_and_a_port_may_be_given() -> None:
    async with VirtualModem("sim800") as virtual:
        path = await virtual.open_pty()
        async with open_modem(path, baud=9_600) as modem:
            assert modem.link.state.baud == 9_600
        async with open_modem(SerialPort(path)) as modem:
            assert await modem.at("+CSQ")
        address = await virtual.listen_tcp()
        async with open_modem(TcpPort(*address)) as modem:
            assert await modem.at("+CSQ")


async def test_a_silent_peer_on_tcp_is_named() -> None:
    clock = ManualClock()
    listener = TcpListener("127.0.0.1", 0)
    await listener.open(lambda _: None, lambda _: None)
    host, port = listener.address
    task = asyncio.ensure_future(connect(f"tcp://{host}:{port}", clock=clock))
    while not task.done():
        await clock.run(1)
    with pytest.raises(LinkError, match=f"tcp://{host}:{port}: no answer to AT: nothing was seen"):
        await task
    await listener.aclose()
