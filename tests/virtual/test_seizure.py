from __future__ import annotations

import asyncio

import pytest

from simcom_async.virtual import VirtualModem
from simcom_async.virtual.channel import Channel
from tests.virtual.client import Client

OK = b"\r\nOK\r\n"


@pytest.fixture
def channel(virtual: VirtualModem, client: Client) -> Channel:
    return virtual.lines.channels[0]


async def test_a_free_line_is_taken_at_once_and_nothing_else_is_said_meanwhile(
    virtual: VirtualModem, client: Client, channel: Channel
) -> None:
    await channel.seizure.seize()
    assert channel.seizure.taken
    client.send(b"AT\r")
    virtual.urc_line("RING")
    await client.silent()
    channel.seizure.release()
    assert not channel.seizure.taken
    await client.hear(b"\r\nRING\r\n" + OK)


async def test_who_waits_gets_it_in_order_and_before_further_commands(client: Client, channel: Channel) -> None:
    client.send(b'AT+CMGS="1"\r')
    await client.hear_until(b"> ")
    first, second = (asyncio.create_task(channel.seizure.seize()) for _ in range(2))
    await client.silent()
    assert not first.done()
    client.send(b"x\x1aAT\r")
    await client.hear_until(OK)
    await first
    await client.silent()
    assert not second.done()
    channel.seizure.release()
    await second
    await client.silent()
    channel.seizure.release()
    channel.seizure.release()
    await client.hear(OK)


async def test_who_gives_up_waiting_is_passed_over(client: Client, channel: Channel) -> None:
    client.send(b'AT+CMGS="1"\r')
    await client.hear_until(b"> ")
    waiting = asyncio.create_task(channel.seizure.seize())
    await client.silent()
    waiting.cancel()
    client.send(b"x\x1a")
    await client.hear_until(OK)
    assert waiting.cancelled()
    await client.ok(b"AT")


async def test_who_gives_up_just_when_it_is_his_turn_gives_it_back(client: Client, channel: Channel) -> None:
    await channel.seizure.seize()
    waiting = asyncio.create_task(channel.seizure.seize())
    await client.silent()
    channel.seizure.release()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert not channel.seizure.taken
    await client.ok(b"AT")


async def test_the_power_ends_it(virtual: VirtualModem, client: Client, channel: Channel) -> None:
    await channel.seizure.seize()
    virtual.power_off()
    virtual.power_on()
    await client.hear_until(b"SMS Ready\r\n")
    channel.seizure.release()
    client.send(b"ATE0\r")
    await client.hear_until(OK)
    await client.ok(b"AT")
