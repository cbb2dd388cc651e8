"""What is received comes at the pace of a line, however fast it was sent."""

from simcom_async.ports import memory_line
from simcom_async.ports.clock import ManualClock
from simcom_async.ports.paced import PacedPort

from .conftest import Inbox

BAUD = 9600  # 960 bytes a second


async def paced(clock):
    far, near = memory_line(clock=clock)
    port, inbox, nobody = PacedPort(near, clock, BAUD), Inbox(), Inbox()
    await far.open(nobody.sink, nobody.lost)
    await port.open(inbox.sink, inbox.lost)
    return far, port, inbox


async def test_bytes_come_when_a_line_would_have_carried_them():
    clock = ManualClock()
    far, port, inbox = await paced(clock)
    far.write(bytes(960))
    await clock.run(0.5)
    assert 470 <= len(inbox.data) <= 480
    await clock.run(0.501)
    assert len(inbox.data) == 960
    far.write(b"x")
    await clock.run(0)
    assert len(inbox.data) == 960
    await clock.run(0.002)
    assert inbox.data.endswith(b"x")
    await port.aclose()
    await far.aclose()


async def test_what_it_has_no_room_for_waits_at_the_sender():
    clock = ManualClock()
    far, port, inbox = await paced(clock)
    sent = bytes(range(256)) * 100
    for start in range(0, len(sent), 1024):
        far.write(sent[start : start + 1024])
        await clock.run(0)
    assert len(port._waiting) < 4096 + 1024
    await clock.run(len(sent) / 960 + 0.1)
    assert bytes(inbox.data) == sent
    await port.aclose()
    await far.aclose()


async def test_a_pause_holds_all_of_it():
    clock = ManualClock()
    far, port, inbox = await paced(clock)
    far.write(bytes(100))
    await clock.run(0.05)
    port.pause()
    before = len(inbox.data)
    await clock.run(10)
    assert len(inbox.data) == before < 100
    port.resume()
    await clock.run(0.1)
    assert len(inbox.data) == 100
    await port.aclose()
    await far.aclose()


async def test_another_rate_is_followed_and_closing_drops_what_waits():
    clock = ManualClock()
    far, port, inbox = await paced(clock)
    await port.set_baud(96000)
    far.write(bytes(960))
    await clock.run(0.101)
    assert len(inbox.data) == 960
    far.write(bytes(960))
    await clock.run(0)
    await port.aclose()
    await clock.run(1)
    assert len(inbox.data) == 960
    await far.aclose()
