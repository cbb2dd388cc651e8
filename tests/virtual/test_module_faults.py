from __future__ import annotations

from typing import Any

import pytest

from simcom_async.errors import LinkError, UsageError
from simcom_async.ports.clock import ManualClock
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.fault import Fault
from simcom_async.virtual.faults import FailServer, LoseBearer, LoseNetwork, PowerLoss, RemoveSim, Reset, Unplug
from tests.virtual.client import Client
from tests.virtual.conftest import Start, attach
from tests.virtual.email_host import mailbox

OK = b"\r\nOK\r\n"
BOOT = b"\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n"


async def test_a_reset_in_the_middle_of_a_payload(virtual: VirtualModem, client: Client) -> None:
    await client.ok(b"AT+HTTPINIT")
    await client.ask(b"AT+HTTPDATA=10,1000", b"\r\nDOWNLOAD\r\n")
    client.send(b"0123456789")
    await client.hear(OK)
    virtual.faults.add(Reset(command="HTTPREAD", offset=len(b"\r\n+HTTPREAD: 10\r\n0123")))
    await client.ask(b"AT+HTTPREAD", b"\r\n+HTTPREAD: 10\r\n0123" + BOOT)
    await client.silent()
    client.send(b"ATE0\r")
    await client.hear(b"ATE0\r" + OK)
    await client.error(b"AT+HTTPREAD")


async def test_a_reset_when_a_command_comes(virtual: VirtualModem, client: Client) -> None:
    virtual.faults.add(Reset(command="+CSQ"))
    await client.ok(b"AT")
    await client.ask(b"AT+CSQ", BOOT)
    await client.silent()
    client.send(b"AT+CSQ\r")
    await client.hear(b"AT+CSQ\r\r\n+CSQ: 21,0\r\n" + OK)


async def test_a_reset_between_two_commands_of_a_line(virtual: VirtualModem, client: Client) -> None:
    virtual.faults.add(Reset(command="+CSQ", offset=14))
    await client.ask(b"AT+CSQ;+CREG?", b"\r\n+CSQ: 21,0\r\n" + BOOT)
    await client.silent()


async def test_power_loss_and_return(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock)
    client = await attach(virtual)
    virtual.faults.add(PowerLoss(at=5.0, seconds=10))
    await clock.run(6)
    client.send(b"AT\r")
    await client.silent()
    assert not virtual.powered
    await clock.run(10)
    await client.hear(BOOT)


async def test_power_loss_for_good(virtual: VirtualModem, client: Client) -> None:
    virtual.faults.add(PowerLoss(offset=3))
    await client.ask(b"AT", b"\r\nO")
    client.send(b"AT\r")
    await client.silent()


async def test_nothing_is_done_behind_a_final_result_with_which_the_power_went() -> None:
    async with mailbox([b"Subject: one\r\n\r\n"]) as (_, virtual, host):
        virtual.faults.add(PowerLoss(command="+POP3CMD", offset=len(OK)))
        await host.ok(b"AT+POP3CMD=2")
        await host.silent()


async def test_the_cable_is_pulled_and_put_back(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock)
    client = await attach(virtual)
    virtual.faults.add(Unplug(command="+CSQ", seconds=5))
    client.send(b"AT+CSQ\r")
    await client.gone()
    with pytest.raises(LinkError):
        await client.open()
    await clock.run(6)
    await client.open()
    await client.ask(b"AT+CSQ", b"\r\n+CSQ: 21,0\r\n" + OK)  # the echo is still off: only the cable was away


async def test_the_cable_is_pulled_for_good(virtual: VirtualModem, client: Client) -> None:
    virtual.faults.add(Unplug())
    await client.gone()
    with pytest.raises(LinkError):
        await client.open()
    virtual.plug()
    await client.silent()
    await client.open()
    await client.ok(b"AT")


@pytest.mark.parametrize(
    ("fault", "lines"),
    [
        (RemoveSim(), b"\r\n+CPIN: NOT INSERTED\r\n\r\n+SAPBR 1: DEACT\r\n\r\n+CREG: 0\r\n"),
        (LoseBearer(), b"\r\n+SAPBR 1: DEACT\r\n"),
        (LoseBearer(cid=2), b""),
        (LoseNetwork(), b"\r\n+SAPBR 1: DEACT\r\n\r\n+CREG: 2\r\n"),
    ],
)
async def test_what_else_can_be_lost(virtual: VirtualModem, client: Client, fault: Fault, lines: bytes) -> None:
    await client.ok(b"AT+CREG=1", b"AT+SAPBR=1,1")
    virtual.faults.add(fault)
    await client.hear(lines)
    await client.silent()


async def test_the_card_comes_back(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock)
    client = await attach(virtual)
    virtual.faults.add(RemoveSim(at=1.0, seconds=30))
    await clock.run(2)
    await client.hear(b"\r\n+CPIN: NOT INSERTED\r\n")
    await clock.run(30)
    await client.hear(b"\r\n+CPIN: READY\r\n")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"failure": "fire"}, "failure"),
        ({"failure": "reset", "after": -1}, "after"),
        ({"failure": "lie"}, "said"),
        ({"failure": "dns", "said": "x"}, "said"),
    ],
)
def test_wrong_failures_are_refused(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(UsageError) as caught:
        FailServer(**wrong)
    assert caught.value.field == field


async def test_some_connections_fail_by_chance(virtual: VirtualModem) -> None:
    virtual.faults.add(FailServer("dns", probability=0.5, times=None))
    failed = sum(virtual.faults.server_failure() is not None for _ in range(100))
    assert 30 < failed < 70


async def test_the_network_comes_back(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock)
    client = await attach(virtual)
    await client.ok(b"AT+CREG=1")
    virtual.faults.add(LoseNetwork(at=1.0, seconds=30))
    await clock.run(2)
    await client.hear(b"\r\n+CREG: 2\r\n")
    await clock.run(30)
    await client.hear(b"\r\n+CREG: 1\r\n")
