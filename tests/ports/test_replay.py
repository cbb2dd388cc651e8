"""A recording served as a module."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcom_async.errors import PortLost, ProtocolError, UsageError
from simcom_async.ports.clock import ManualClock
from simcom_async.ports.record import Entry, Recording
from simcom_async.ports.replay import ReplayPort

DIALOGUE = (
    Entry(0.5, "rx", b"RDY\r\n"),
    Entry(1.0, "tx", b"AT\r"),
    Entry(1.1, "rx", b"AT\r"),
    Entry(1.3, "rx", b"\r\nOK\r\n"),
    Entry(2.0, "tx", b'AT+X="***"\r'),
    Entry(2.5, "rx", b"\r\nOK\r\n"),
    Entry(9.0, "rx", b"\r\n+X: 1\r\n"),
)

pytestmark = pytest.mark.usefixtures("no_errors")


def recording(*entries):
    return Recording("sim800", None, entries)


@pytest.fixture
def opened(inbox):
    async def open_(*entries, **options):
        port, box = ReplayPort(recording(*(entries or DIALOGUE)), **options), inbox()
        await port.open(box.sink, box.lost)
        return port, box

    return open_


async def test_a_dialogue_is_served(opened):
    port, box = await opened()
    assert await box.holds(5) == b"RDY\r\n"
    assert port.remaining == 6
    port.write(b"AT\r")
    await box.holds(14)
    assert box.reads[1:] == [b"AT\r", b"\r\nOK\r\n"]
    port.write(b'AT+X="s3c"\r')
    await box.holds(29)
    assert box.reads[3:] == [b"\r\nOK\r\n", b"\r\n+X: 1\r\n"]
    assert port.remaining == 0
    await port.drain()
    await port.set_baud(9600)
    assert (port.url, port.pending, box.losses) == ("replay", 0, [])


async def test_nothing_is_received_before_its_command_was_sent(opened):
    port, box = await opened()
    await box.holds(5)
    port.write(b"A")
    for _ in range(5):
        await asyncio.sleep(0)
    assert box.data == b"RDY\r\n"
    port.write(b"T\r")
    await box.holds(6)


async def test_it_starts_over_when_opened_again(opened, inbox):
    port, _ = await opened()
    with pytest.raises(UsageError, match="already open"):
        await port.open(inbox().sink, inbox().lost)
    port.write(b"AT\r")
    await port.aclose()
    await port.aclose()
    with pytest.raises(PortLost):
        port.write(b"AT\r")
    with pytest.raises(PortLost):
        await port.drain()
    box = inbox()
    await port.open(box.sink, box.lost)
    assert port.remaining == len(DIALOGUE)
    assert await box.holds(5) == b"RDY\r\n"
    port.write(b"AT\r")
    await port.aclose()
    for _ in range(5):
        await asyncio.sleep(0)
    assert box.data == b"RDY\r\n"
    assert box.losses == []


async def test_a_deviation_is_an_error_and_a_loss(opened):
    port, box = await opened()
    with pytest.raises(ProtocolError, match=r"entry 2: expected b'AT\\r', came b'ATI'") as caught:
        port.write(b"ATI\r")
    assert caught.value.port == "replay"
    error = await box.loss()
    assert error.__cause__ is caught.value
    with pytest.raises(PortLost, match="left the recording"):
        port.write(b"AT\r")
    for _ in range(5):
        await asyncio.sleep(0)
    assert box.losses == [error]


async def test_a_deviation_in_a_later_write_of_an_entry(opened):
    port, _ = await opened()
    port.write(b"A")
    with pytest.raises(ProtocolError, match=r"expected b'T\\r', came b'X'"):
        port.write(b"X")


async def test_a_deviation_shows_no_secret(opened):
    port, _ = await opened()
    port.write(b"AT\r")
    with pytest.raises(ProtocolError) as caught:
        port.write(b'AT+X="longer"\r')
    assert "came b'AT+X=\"****'" in str(caught.value)
    assert "lon" not in str(caught.value)


async def test_more_than_was_recorded(opened):
    port, _ = await opened(Entry(0, "tx", b"AT\r"))
    with pytest.raises(ProtocolError, match=r"entry 1: nothing more is sent; came b'AT\\r'"):
        port.write(b"AT\rAT\r")


async def test_an_empty_recording(opened):
    port, box = await opened(Entry(None, "rx", b"x"))
    assert await box.holds(1) == b"x"
    port = ReplayPort(recording())
    await port.open(box.sink, box.lost)
    with pytest.raises(ProtocolError):
        port.write(b"AT\r")


async def test_pausing_holds_the_rest_back(opened):
    port, box = await opened()
    port.pause()
    port.write(b"AT\r")
    for _ in range(5):
        await asyncio.sleep(0)
    assert box.data == b""
    port.resume()
    port.resume()
    assert await box.holds(14) == b"RDY\r\nAT\r\r\nOK\r\n"


async def test_in_real_time_the_distances_are_the_recorded_ones(opened):
    clock = ManualClock(1000.0)
    port, box = await opened(realtime=True, clock=clock)
    await clock.run(0)
    assert box.reads == [b"RDY\r\n"]
    await clock.run(100)
    port.write(b"AT\r")
    await clock.run(0.09)
    assert box.reads[1:] == []
    await clock.run(0.02)
    assert box.reads[1:] == [b"AT\r"]
    await clock.run(0.2)
    assert box.reads[1:] == [b"AT\r", b"\r\nOK\r\n"]
    port.write(b'AT+X="abc"\r')
    await clock.run(6.99)
    assert len(box.reads) == 4
    await clock.run(0.02)
    assert box.reads[4:] == [b"\r\n+X: 1\r\n"]


async def test_without_times_nothing_waits(opened):
    port, box = await opened(Entry(None, "tx", b"AT\r"), Entry(None, "rx", b"OK"), realtime=True, clock=ManualClock())
    port.write(b"AT\r")
    assert await box.holds(2) == b"OK"


@given(st.data())
def test_how_the_host_cuts_its_writes_does_not_matter(data):
    sent = b'AT\rAT+X="abc"\r'
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=6)))
    parts = [sent[a:b] for a, b in zip([0, *cuts], [*cuts, len(sent)], strict=True)]

    async def use():
        received = bytearray()
        port = ReplayPort(recording(*DIALOGUE))
        await port.open(received.extend, pytest.fail)
        for part in parts:
            port.write(part)
            for _ in range(data.draw(st.integers(0, 3))):
                await asyncio.sleep(0)
        clock = ManualClock()
        await clock.settle()
        assert received == b"".join(entry.data for entry in DIALOGUE if entry.dir == "rx")
        assert port.remaining == 0

    asyncio.run(use())
