from __future__ import annotations

import pytest

from simcom_async.ports.clock import ManualClock
from simcom_async.virtual import VirtualModem
from tests.virtual.client import Client
from tests.virtual.conftest import Start, attach

OK = b"\r\nOK\r\n"
CONNECT = b"\r\nCONNECT\r\n"
NO_CARRIER = b"\r\nNO CARRIER\r\n"


@pytest.mark.parametrize("number", [b"*99#", b"T*99***1#", b"*98*1#", b"P*99#"])
async def test_packet_service_connects(virtual: VirtualModem, client: Client, number: bytes) -> None:
    await client.ask(b"ATD" + number, CONNECT)
    assert virtual.calls.connected


@pytest.mark.parametrize("number", [b"112", b"T+4912345"])
async def test_nobody_else_answers(client: Client, number: bytes) -> None:
    await client.ask(b"ATD" + number, NO_CARRIER)


async def test_without_service_there_is_no_carrier(virtual: VirtualModem, client: Client) -> None:
    virtual.network.lose_coverage()
    await client.ask(b"ATD*99#", NO_CARRIER)
    await client.ask(b"ATD112;", NO_CARRIER + NO_CARRIER)
    await client.error(b"AT+CLIP=1")


async def test_the_network_ends_the_call(virtual: VirtualModem, client: Client) -> None:
    await client.ask(b"ATD*99#", CONNECT)
    virtual.network.lose_coverage()
    await client.hear(NO_CARRIER)
    await client.ok(b"AT")
    virtual.network.regain_coverage()
    await client.silent()


async def test_the_network_ends_a_call_that_was_left(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock)
    client = await attach(virtual)
    await client.ask(b"ATD*99#", CONNECT)
    await clock.run(2)
    client.send(b"+++")
    await clock.run(2)
    await client.hear(OK)
    virtual.network.lose_coverage()
    await client.hear(NO_CARRIER)
    await client.ask(b"ATO", NO_CARRIER)


async def test_the_guard_time_is_a_register(clock: ManualClock, start: Start) -> None:
    client = await attach(await start(clock=clock))
    await client.ok(b"ATS12=5")
    await client.ask(b"ATD*99#", CONNECT)
    await clock.run(0.11)
    client.send(b"+++")
    await clock.run(0.11)
    await client.hear(OK)


async def test_unsolicited_lines_wait_for_the_end_of_the_data_mode(virtual: VirtualModem, client: Client) -> None:
    await client.ok(b"AT+SAPBR=1,1")
    await client.ask(b"ATD*99#", CONNECT)
    virtual.network.lose_bearer(1)
    await client.silent()
    virtual.hang_up()
    await client.hear(b"\r\n+SAPBR 1: DEACT\r\n")


async def test_a_falling_dtr_can_be_ignored(virtual: VirtualModem, client: Client) -> None:
    await client.ok(b"AT&D0")
    await client.ask(b"ATD*99#", CONNECT)
    virtual.hang_up()
    client.send(b"AT\r")
    await client.silent()
    assert virtual.calls.connected


async def test_there_is_no_call_to_answer(client: Client) -> None:
    await client.ask(b"ATA", NO_CARRIER)
    await client.ask(b"ATO", NO_CARRIER)
    await client.ok(b"ATH", b"ATH0", b"AT+HVOIC", b"ATT", b"ATP")


async def test_presentation_is_remembered(client: Client) -> None:
    await client.ok(b"AT+CLIP=1")
    await client.ask(b"AT+CLIP?", b"\r\n+CLIP: 1,1\r\n" + OK)
