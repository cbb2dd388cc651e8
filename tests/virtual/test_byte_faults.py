from __future__ import annotations

from collections.abc import Callable

import pytest

from simcom_async.errors import UsageError
from simcom_async.ports.clock import ManualClock
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.fault import Fault
from simcom_async.virtual.faults import Delay, DoubleBytes, GarbleBytes, InsertBytes, LoseBytes, Merge, Reset, Split
from tests.virtual.client import Client
from tests.virtual.conftest import Start, attach

OK = b"\r\nOK\r\n"
CSQ = b"\r\n+CSQ: 21,0\r\n" + OK


async def test_split_reads(virtual: VirtualModem, client: Client) -> None:
    client.reads.clear()
    virtual.faults.add(Split(size=4))
    await client.ask(b"AT+CSQ", CSQ)
    assert [len(read) for read in client.reads] == [4, 4, 4, 2, 4, 2]
    virtual.faults.clear()
    client.reads.clear()
    await client.ask(b"AT+CSQ", CSQ)
    assert client.reads == [CSQ]


async def test_split_reads_of_many_sizes_depend_on_the_seed_only(start: Start) -> None:
    sizes = []
    for seed in (1, 1, 2):
        virtual = await start(seed=seed)
        client = await attach(virtual)
        virtual.faults.add(Split(size=1, most=5))
        client.reads.clear()
        for _ in range(5):
            await client.ask(b"AT+CSQ", CSQ)
        sizes.append([len(read) for read in client.reads])
    assert sizes[0] == sizes[1] != sizes[2]
    assert set(sizes[0]) <= {1, 2, 3, 4, 5}


async def test_split_reads_of_one_command(virtual: VirtualModem, client: Client) -> None:
    virtual.faults.add(Split(size=14, command="+CSQ"))
    client.reads.clear()
    await client.ok(b"AT")
    await client.ask(b"AT+CSQ", CSQ)
    assert client.reads == [OK, CSQ[:14], CSQ[14:]]


async def test_split_reads_with_gaps(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock)
    client = await attach(virtual)
    virtual.faults.add(Split(size=3, gap=0.1))
    client.send(b"AT\r")
    await clock.run(0)
    await client.hear(b"\r\nO")
    await client.silent()
    await clock.run(0.1)
    await client.hear(b"K\r\n")


async def test_delay(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock)
    client = await attach(virtual)
    virtual.faults.add(Delay(seconds=2, jitter=1))
    client.send(b"AT\r")
    await clock.run(2)
    await client.silent()
    await clock.run(1)
    await client.hear(OK)


@pytest.mark.parametrize(
    ("fault", "heard"),
    [
        (LoseBytes(offset=3), b"\r\n+SQ: 21,0\r\n" + OK),
        (LoseBytes(offset=2, count=4), b"\r\n: 21,0\r\n" + OK),
        (LoseBytes(), b"\n+CSQ: 21,0\r\n" + OK),
        (DoubleBytes(offset=4), b"\r\n+CSSQ: 21,0\r\n" + OK),
        (InsertBytes(offset=2, data=b"\x00\xff"), b"\r\n\x00\xff+CSQ: 21,0\r\n" + OK),
        (LoseBytes(offset=12, count=2), b"\r\n+CSQ: 21,0\r\nOK\r\n"),
        (LoseBytes(offset=1000), CSQ),
        (LoseBytes(rate=0.0), CSQ),
        (DoubleBytes(rate=1.0), bytes(byte for byte in CSQ for _ in range(2))),
    ],
)
async def test_bytes_are_struck_where_the_script_says(
    virtual: VirtualModem, client: Client, fault: Fault, heard: bytes
) -> None:
    virtual.faults.add(fault)
    await client.ask(b"AT+CSQ", heard)


async def test_a_script_is_over_when_it_is_over(virtual: VirtualModem, client: Client) -> None:
    virtual.faults.add(LoseBytes(offset=3, times=1))
    await client.ask(b"AT+CSQ", b"\r\n+SQ: 21,0\r\n" + OK)
    await client.ask(b"AT+CSQ", CSQ)


async def test_a_command_arms_it_each_time_again(virtual: VirtualModem, client: Client) -> None:
    virtual.faults.add(LoseBytes(offset=2, command="+CSQ", times=2))
    await client.ok(b"AT")
    for _ in range(2):
        await client.ask(b"AT+CSQ", b"\r\nCSQ: 21,0\r\n" + OK)
        await client.ok(b"AT")
    await client.ask(b"AT+CSQ", CSQ)


async def test_garbled_bytes_depend_on_the_seed_only(start: Start) -> None:
    heard = []
    for seed in (7, 7, 8):
        virtual = await start(seed=seed)
        client = await attach(virtual)
        virtual.faults.add(GarbleBytes(offset=2, count=10))
        client.send(b"AT+CSQ\r")
        heard.append(await client.hear_until(OK))
    assert heard[0] == heard[1] != heard[2]
    assert all(got != right for got, right in zip(heard[0][2:12], CSQ[2:12], strict=True))


async def test_a_rate_strikes_about_as_often_as_it_says(virtual: VirtualModem, client: Client) -> None:
    await client.ok(b"AT+HTTPINIT")
    await client.ask(b"AT+HTTPDATA=10000,1000", b"\r\nDOWNLOAD\r\n")
    client.send(b"x" * 10_000)
    await client.hear(OK)
    fault = virtual.faults.add(LoseBytes(rate=0.01))
    client.send(b"AT+HTTPREAD\r")
    heard = await client.hear_until(b"O")
    assert 9_800 < len(heard) < 9_980
    virtual.faults.remove(fault)
    virtual.faults.remove(fault)


async def test_bytes_towards_the_module(virtual: VirtualModem, client: Client) -> None:
    virtual.faults.add(LoseBytes(offset=2, towards="module", times=1))
    await client.error(b"AT++CSQ=9")  # one plus sign is lost
    virtual.faults.add(DoubleBytes(offset=2, towards="module", times=1))
    await client.error(b"AT+CSQ")
    await client.ask(b"AT+CSQ", CSQ)


async def test_it_can_begin_at_a_time(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock)
    client = await attach(virtual)
    virtual.faults.add(LoseBytes(offset=2, at=10.0, times=1))
    await client.ask(b"AT+CSQ", CSQ)
    await clock.run(11)
    await client.ask(b"AT+CSQ", b"\r\nCSQ: 21,0\r\n" + OK)


async def test_merged_reads(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock)
    client = await attach(virtual)
    client.reads.clear()
    virtual.faults.add(Merge(seconds=1, times=1))
    client.send(b"AT\r")
    await clock.run(0.5)
    client.send(b"AT+CSQ\r")
    virtual.urc_line("RING")
    await clock.run(0.4)
    assert client.reads == []
    await clock.run(0.2)
    assert len(client.reads) == 1
    assert sorted(client.reads[0].split(b"\r\n")) == sorted((OK + CSQ + b"\r\nRING\r\n").split(b"\r\n"))
    client.send(b"AT\r")
    await clock.run(0)
    assert client.reads[1:] == [OK]


async def test_merging_ends_where_a_strike_is_due(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock)
    client = await attach(virtual)
    virtual.faults.add(Reset(command="+CSQ", offset=4))
    virtual.faults.add(Merge(seconds=1))
    client.send(b"AT+CSQ\r")
    await clock.run(0.9)
    await client.silent()
    await clock.run(3)
    assert bytes(client.received).startswith(b"\r\n+C\r\nRDY\r\n")


async def test_one_answer_is_late(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock)
    client = await attach(virtual)
    virtual.faults.add(Delay(seconds=2, command="+CSQ", times=1))
    client.send(b"AT\rAT+CSQ\r")
    await clock.run(1.9)
    await client.hear(OK)
    await client.silent()
    await clock.run(0.2)
    await client.hear(CSQ)
    client.send(b"AT+CSQ\r")
    await clock.run(0)
    await client.hear(CSQ)


async def test_some_pieces_by_chance(virtual: VirtualModem, client: Client) -> None:
    virtual.faults.add(Split(size=3, probability=0.5))
    client.reads.clear()
    for _ in range(100):
        await client.ok(b"AT")
    whole = client.reads.count(OK)
    assert 30 < whole < 70
    assert len(client.reads) == whole + 2 * (100 - whole)


async def test_a_rate_can_have_a_beginning_and_an_end(virtual: VirtualModem, client: Client) -> None:
    virtual.faults.add(DoubleBytes(rate=1.0, offset=4, times=2))
    await client.ask(b"AT+CSQ", b"\r\n+CSSQQ: 21,0\r\n" + OK)
    await client.ask(b"AT+CSQ", CSQ)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (Split, {"size": 0}),
        (Split, {"size": 3, "most": 2}),
        (Delay, {"seconds": -1}),
        (Merge, {"seconds": -1}),
        (LoseBytes, {"rate": 2.0}),
        (LoseBytes, {"offset": -1}),
        (LoseBytes, {"towards": "nowhere"}),
        (InsertBytes, {"data": "text"}),
    ],
)
def test_wrong_values_are_refused(kind: Callable[..., Fault], wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError) as caught:
        kind(**wrong)
    assert caught.value.field == list(wrong)[-1]
