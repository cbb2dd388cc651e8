from __future__ import annotations

from random import Random
from typing import Any

import pytest

from simcom_async.errors import UsageError
from simcom_async.ports.clock import ManualClock
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.byte_faults import LoseBytes
from simcom_async.virtual.channel import Channel
from simcom_async.virtual.fault import Fault, kind_name
from simcom_async.virtual.piece import Kind, Piece
from tests.virtual.client import Client
from tests.virtual.conftest import Start, attach


def added(virtual: VirtualModem, fault: Fault) -> Fault:
    fault.added(virtual, Random(0))
    return fault


@pytest.fixture
async def channel(virtual: VirtualModem, client: Client) -> Channel:
    return virtual.lines.channels[0]


async def test_it_is_armed_at_once(virtual: VirtualModem) -> None:
    assert added(virtual, Fault()).armed


async def test_it_is_armed_by_a_time(clock: ManualClock, start: Start) -> None:
    fault = added(await start(clock=clock), Fault(at=2.0))
    await clock.run(1)
    assert not fault.armed
    await clock.run(2)
    assert fault.armed


async def test_with_a_time_commands_count_from_there_on(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock)
    client = await attach(virtual)
    fault = added(virtual, Fault(at=2.0, command="CSQ", occurrence=2))
    channel = virtual.lines.channels[0]
    armed = []
    for seconds in (0, 3, 0):
        await clock.run(seconds)
        fault.begins(channel, "+CSQ")
        armed.append(fault.armed)
    assert armed == [False, False, True]
    await client.aclose()


async def test_a_time_of_what_was_removed_does_not_come(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock)
    fault = virtual.faults.add(Fault(at=2.0))
    virtual.faults.remove(fault)
    other = virtual.faults.add(Fault(at=2.0))
    await virtual.aclose()
    await clock.run(3)
    assert not fault.armed
    assert not other.armed


async def test_commands_before_the_wanted_one_do_not_count(virtual: VirtualModem, channel: Channel) -> None:
    fault = added(virtual, Fault(command="CSQ", occurrence=3, times=None))
    armed = []
    for line in ("+CSQ", "+CREG?", "+CSQ", "+CSQ", "+CSQ"):
        fault.begins(channel, line)
        armed.append(fault.armed)
        fault.struck()
    assert armed == [False, False, False, True, True]


async def test_each_command_is_a_chance(virtual: VirtualModem, channel: Channel) -> None:
    fault = added(virtual, Fault(command="", probability=0.25, times=None))
    armed = 0
    for _ in range(400):
        fault.begins(channel, "+CSQ")
        armed += fault.armed
        fault.struck()
    assert 60 < armed < 140


async def test_without_a_command_there_is_one_chance(virtual: VirtualModem) -> None:
    seeds = [Fault(probability=0.25) for _ in range(400)]
    for number, fault in enumerate(seeds):
        fault.added(virtual, Random(number))
    assert 60 < sum(fault.chance() for fault in seeds) < 140
    assert not added(virtual, Fault(probability=0)).chance()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", -1.0),
        ("at", float("nan")),
        ("at", "soon"),
        ("command", 7),
        ("command", "\u20ac"),
        ("occurrence", 0),
        ("occurrence", True),
        ("probability", 1.1),
        ("times", 0),
        ("times", 1.5),
        ("seed", "x"),
    ],
)
def test_wrong_values_are_refused(field: str, value: Any) -> None:
    with pytest.raises(UsageError, match=f"^fault: {field} = ") as caught:
        Fault(**{field: value})
    assert caught.value.field == field
    assert caught.value.allowed


def test_its_name_in_a_file() -> None:
    assert kind_name(LoseBytes) == "lose-bytes"


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
