from __future__ import annotations

import logging

import pytest

from simcom_async.at.command import Command
from simcom_async.commands.network import SignalQualityRead
from simcom_async.dialects import SIM800
from simcom_async.errors import UsageError
from simcom_async.ports.clock import ManualClock
from simcom_async.sites import HttpSite, Route
from simcom_async.virtual import VirtualModem
from simcom_async.virtual import network as network_answers
from simcom_async.virtual.turn import Turn
from tests.virtual.client import Client
from tests.virtual.conftest import Start, attach

OK = b"\r\nOK\r\n"
BOOT = b"\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n"


def test_a_dialect_may_be_given_by_name() -> None:
    assert VirtualModem("sim800").dialect is SIM800
    assert VirtualModem(SIM800).dialect is SIM800
    with pytest.raises(UsageError, match="sim800"):
        VirtualModem("sim1")


@pytest.mark.parametrize("option", [{"speed": 1}, {"hosts": {"a": "b"}}, {"cmee": 9}])
def test_options_are_checked_when_it_is_made(option: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        VirtualModem("sim800", **option)  # type: ignore[arg-type]


async def test_boot_ready_says_nothing(start: Start) -> None:
    client = await Client((await start()).port()).open()
    await client.silent()


async def test_boot_cold_speaks_when_a_client_connects(start: Start) -> None:
    virtual = await start(boot="cold")
    client = await Client(virtual.port()).open()
    await client.hear(BOOT)
    await client.aclose()
    await client.open()
    await client.silent()


async def test_boot_cold_with_a_pin(start: Start) -> None:
    client = await Client((await start(boot="cold", pin="1234")).port()).open()
    await client.hear(b"\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: SIM PIN\r\n")
    await client.silent()


async def test_boot_off_waits_for_the_key(start: Start) -> None:
    virtual = await start(boot="off")
    client = await Client(virtual.port()).open()
    client.send(b"AT\r")
    await client.silent()
    virtual.power_off()
    virtual.power_on()
    virtual.power_on()
    await client.hear(BOOT)
    await client.silent()


async def test_while_it_looks_for_the_rate_it_hears_nothing(start: Start) -> None:
    virtual = await start(autobaud=3, boot="cold")
    client = await Client(virtual.port()).open()
    await client.hear(b"\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n")
    for _ in range(3):
        client.send(b"AT\r")
        await client.silent()
    client.send(b"AT\r")
    await client.hear(b"AT\r" + OK)


async def test_a_power_cycle_forgets_what_was_under_way(clock: ManualClock, start: Start) -> None:
    async with HttpSite([Route(length=5000)]) as site:
        virtual = await start(clock=clock, bearer_lifetime=100)
        client = await attach(virtual)
        await client.ok(b"AT+SAPBR=1,1", b"AT+HTTPINIT", b'AT+HTTPPARA="CID",1')
        site.gate.shut()
        await client.ok(b'AT+HTTPPARA="URL","' + site.url.encode() + b'"', b"AT+HTTPACTION=0")
        await site.gate.held()
        virtual.reset()
        await client.hear(BOOT)
        assert virtual.internet.count == 0
        site.gate.open()
        await clock.run(200)
        await client.silent()


async def test_a_power_cut_in_an_entry(virtual: VirtualModem, client: Client) -> None:
    await client.ok(b"AT+HTTPINIT")
    await client.ask(b"AT+HTTPDATA=10,120000", b"\r\nDOWNLOAD\r\n")
    client.send(b"123")
    await client.silent()
    virtual.reset()
    await client.hear(BOOT)
    client.send(b"4567890AT\r")
    await client.hear(b"4567890AT\r" + OK)


async def test_several_lines_have_a_state_of_their_own(virtual: VirtualModem) -> None:
    one = await attach(virtual)
    two = await attach(virtual, echo=True)
    await one.ok(b"AT+HTTPINIT")
    two.send(b"AT+HTTPINIT\r")
    await two.hear(b"AT+HTTPINIT\r\r\nERROR\r\n")


async def test_an_error_of_its_own_code_comes_out_in_the_end(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(turn: Turn[Command[None]]) -> None:
        raise ZeroDivisionError

    caplog.set_level(logging.CRITICAL)
    table = dict(network_answers.ANSWERS.table)
    monkeypatch.setattr("simcom_async.virtual.modem.answer_to", lambda dialect, command: broken)
    assert SignalQualityRead in table
    virtual = VirtualModem("sim800")
    await virtual.start()
    client = await Client(virtual.port()).open()
    client.send(b"AT+CSQ\r")
    await client.hear(b"AT+CSQ\r")
    await client.silent()
    with pytest.raises(ZeroDivisionError):
        await virtual.aclose()
    await virtual.aclose()


async def test_many_at_once(start: Start) -> None:
    clients = [await attach(await start(seed=number)) for number in range(20)]
    for client in clients:
        client.send(b"AT+CGSN\r")
    numbers = {await client.hear_until(OK) for client in clients}
    assert len(numbers) == 20
