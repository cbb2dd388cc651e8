from __future__ import annotations

import asyncio

from simcom_async.ports.clock import ManualClock
from simcom_async.ports.memory import MemoryPort, memory_line
from simcom_async.ports.port import OUTGOING_BOUND
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.outgoing import Outgoing
from simcom_async.virtual.piece import Kind, Piece


def line(data: bytes, **more: object) -> Piece:
    return Piece(Kind.LINE, data, **more)  # type: ignore[arg-type]


class Wire:
    """The far end of a line in memory, with the times of what arrives."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.reads: list[tuple[float, bytes]] = []

    def take(self, data: bytes) -> None:
        self.reads.append((round(self.clock.time(), 6), data))


async def joined(clock: ManualClock, baud: int | None = None) -> tuple[Outgoing, Wire, MemoryPort, MemoryPort]:
    far, near = memory_line()
    wire = Wire(clock)
    await far.open(wire.take, lambda error: None)
    await near.open(lambda data: None, lambda error: None)
    return Outgoing(near, clock, VirtualModem(clock=clock).faults, baud=baud), wire, near, far


async def test_pieces_go_in_one_write(clock: ManualClock) -> None:
    out, wire, *_ = await joined(clock)
    out.send(line(b"one"), line(b"two"))
    out.send()
    await clock.run(0)
    assert wire.reads == [(0, b"onetwo")]


async def test_pieces_apart_go_in_writes_of_their_own(clock: ManualClock) -> None:
    out, wire, *_ = await joined(clock)
    out.send(line(b"one", apart=True), line(b"two", apart=True), line(b"three"))
    await clock.run(0)
    assert wire.reads == [(0, b"one"), (0, b"two"), (0, b"three")]


async def test_a_delay_holds_up_what_follows(clock: ManualClock) -> None:
    out, wire, *_ = await joined(clock)
    out.send(line(b"one"), line(b"two", delay=2.0))
    out.send(line(b"three"))
    await clock.run(1)
    assert [data for _, data in wire.reads] == [b"one"]
    await clock.run(2)
    assert wire.reads == [(0, b"one"), (2, b"two"), (2, b"three")]


async def test_a_strike_comes_behind_its_bytes(clock: ManualClock) -> None:
    out, wire, *_ = await joined(clock)
    seen: list[str] = []
    out.send(line(b"one", strike=lambda: seen.append("strike")), line(b"two"))
    assert seen == ["strike"]
    await clock.run(0)
    assert b"".join(data for _, data in wire.reads) == b"onetwo"


async def test_the_pace_is_ten_bits_a_byte(clock: ManualClock) -> None:
    out, wire, *_ = await joined(clock, baud=9600)
    out.send(line(bytes(960)))
    await clock.run(0.5)
    received = sum(len(data) for _, data in wire.reads)
    assert 470 <= received <= 490
    await clock.run(0.6)
    assert sum(len(data) for _, data in wire.reads) == 960
    assert max(len(data) for _, data in wire.reads) <= 2
    out.send(line(b"x", strike=lambda: wire.take(b"struck")))
    await clock.run(0.1)
    assert [data for _, data in wire.reads[-2:]] in ([b"x", b"struck"], [b"struck", b"x"])


async def test_draining_waits_for_room(clock: ManualClock) -> None:
    out, *_ = await joined(clock, baud=9600)
    await out.drain()
    out.send(line(bytes(100)))
    waiting = asyncio.create_task(out.drain(0))
    await clock.run(0.05)
    assert not waiting.done()
    await clock.run(0.2)
    assert waiting.done()


async def test_draining_waits_for_the_port_too(clock: ManualClock) -> None:
    out, _, near, far = await joined(clock)
    far.pause()
    out.send(line(bytes(100_000)))
    waiting = asyncio.create_task(out.drain())
    await clock.run(1)
    assert not waiting.done()
    far.resume()
    await clock.run(0)
    assert waiting.done()
    far.pause()
    out.send(line(bytes(100_000)))
    waiting = asyncio.create_task(out.drain())
    await clock.run(0)
    near.unplug()
    await clock.run(0)
    assert waiting.done()


async def test_what_exceeds_the_bound_is_dropped_and_counted(clock: ManualClock) -> None:
    out, *_ = await joined(clock, baud=9600)
    out.send(line(bytes(OUTGOING_BOUND)))
    out.send(line(bytes(1000)))
    assert out.dropped == 1000
    out.clear()
    assert out.dropped > OUTGOING_BOUND
    await clock.run(1)


async def test_what_a_lost_port_does_not_take_is_counted(clock: ManualClock) -> None:
    out, _, near, _ = await joined(clock)
    near.unplug()
    out.send(line(b"gone"))
    assert out.dropped == 4


async def test_joined_pieces_go_with_those_that_wait(clock: ManualClock) -> None:
    out, wire, *_ = await joined(clock)
    seen: list[str] = []
    out.send(line(b"one", joined=True))
    out.send(line(b"two", delay=2.0), line(b"three", joined=True, strike=lambda: seen.append("strike")))
    out.send(line(b"four", joined=True), line(b"five"))
    await clock.run(3)
    assert wire.reads == [(0, b"one"), (2, b"twothree"), (2, b"four"), (2, b"five")]
    assert seen == ["strike"]
