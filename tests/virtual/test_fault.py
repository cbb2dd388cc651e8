from __future__ import annotations

from random import Random

import pytest

from simcom_async.ports.clock import ManualClock
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.channel import Channel
from simcom_async.virtual.fault import Fault
from simcom_async.virtual.piece import Kind, Piece
from tests.virtual.client import Client
from tests.virtual.conftest import Start


def added(virtual: VirtualModem, fault: Fault) -> Fault:
    fault.added(virtual, Random(0))
    return fault


@pytest.fixture
async def channel(virtual: VirtualModem, client: Client) -> Channel:
    return virtual.lines.channels[0]


async def test_it_is_armed_at_once(virtual: VirtualModem) -> None:
    assert added(virtual, Fault()).armed


async def test_it_is_armed_by_a_time(clock: ManualClock, start: Start) -> None:
    fault = added(await start(clock=clock), Fault(at=2.0, command="CSQ"))
    await clock.run(1)
    assert not fault.armed
    await clock.run(2)
    assert fault.armed


async def test_it_is_armed_by_a_command_of_any_case(virtual: VirtualModem, channel: Channel) -> None:
    fault = added(virtual, Fault(command="+csq", times=2))
    fault.begins(channel, "+CREG?")
    assert not fault.armed
    fault.begins(channel, "+CREG?;+CSQ")
    assert fault.armed
    fault.struck()
    assert not fault.armed
    fault.begins(channel, "+CSQ")
    fault.struck()
    assert fault.spent
    fault.begins(channel, "+CSQ")
    assert not fault.armed


async def test_it_may_strike_always(virtual: VirtualModem) -> None:
    fault = added(virtual, Fault(times=None))
    for _ in range(10):
        fault.struck()
    assert not fault.spent
    assert fault.armed


async def test_by_itself_it_changes_nothing(virtual: VirtualModem, channel: Channel) -> None:
    fault = added(virtual, Fault())
    piece = Piece(Kind.FINAL, b"OK")
    assert list(fault.outgoing(piece)) == [piece]
    assert fault.incoming(b"AT") == b"AT"
    fault.ends(channel, "+CSQ")
    assert not fault.meant("+CSQ")
