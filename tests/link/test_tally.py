"""What a link counts."""

import pytest

from simcom_async.errors import CommandFailed, CommandTimeout, PortLost
from simcom_async.link.bus import EventBus
from simcom_async.link.condition import Condition, LinkChanged
from simcom_async.link.tally import WINDOW, Tally

from .speech import LevelRead, Read, SendMail, Work

OK, ERROR = b"\r\nOK\r\n", b"\r\nERROR\r\n"


async def test_commands_and_bytes_are_counted(link, peer, clock, start):
    tally = link.tally
    assert (tally.commands, tally.last_heard) == (0, None)
    await clock.run(7)
    reading = await start(link.send(LevelRead()))
    assert (tally.commands, tally.bytes_out, tally.bytes_in) == (1, len(b"AT+LEVEL?\r"), 0)
    await peer.says(b"\r\n+LEVEL: 3\r\n", OK)
    await reading
    assert (tally.bytes_in, tally.last_heard, tally.failed) == (19, clock.time(), 0)
    failing = await start(link.send(Work()))
    await peer.says(ERROR)
    with pytest.raises(CommandFailed):
        await failing
    assert (tally.commands, tally.failed, tally.failure_rate) == (2, 1, 0.5)


async def test_time_outs_in_a_row_end_with_an_answer(link, peer, clock, start):
    tally = link.tally
    for count in (1, 2):
        sending = await start(link.send(Work()))
        await clock.run(5.1)
        with pytest.raises(CommandTimeout):
            await sending
        assert (tally.timeouts, tally.consecutive_timeouts) == (count, 1)
        peer.answers = {b"AT": OK}
        await clock.run(20)
        assert link.condition is Condition.READY
        assert tally.consecutive_timeouts == 0  # what the link has asked was answered
    assert tally.timeout_rate == 2 / tally.commands


async def test_time_outs_in_a_row(link, peer, clock, start):
    mails = [await start(link.send(SendMail(), timeout=2)), await start(link.send(Work(), timeout=3))]
    await peer.says(OK)
    await clock.run(4)
    for mail in mails:
        with pytest.raises(CommandTimeout):
            await mail
    assert link.tally.consecutive_timeouts == 2
    await clock.run(40)


async def test_waiting_for_ones_turn_is_no_time_out_of_the_module(link, peer, clock, start):
    long = await start(link.send(Work(), timeout=1000))
    waiting = await start(link.send(LevelRead()))
    await clock.run(301)
    with pytest.raises(CommandTimeout, match="queue limit"):
        await waiting
    assert link.tally.timeouts == 0
    await peer.says(OK)
    await long


async def test_a_completion_that_reports_a_failure_is_an_answer(link, peer, start):
    mail = await start(link.send(SendMail()))
    await peer.says(OK)
    assert link.tally.bytes_out == len(b"AT+SEND\r")
    await peer.says(b"\r\n+SEND: 1\r\n")
    await mail
    assert (link.tally.commands, link.tally.failed) == (1, 0)


async def test_noise_late_lines_and_restarts(link, peer, clock, start):
    tally = link.tally
    await peer.says(b"\xfe\x80garbage\xff\r\n")
    await clock.run(1)
    assert (tally.noise, tally.sense) == (1, 0)
    given_up = await start(link.send(LevelRead(), timeout=5))
    await clock.run(5.1)
    with pytest.raises(CommandTimeout):
        await given_up
    await peer.says(b"\r\n+LEVEL: 3\r\n", OK)
    assert tally.late == 2
    assert tally.sense > 0
    peer.answers = {b"AT": OK}
    await clock.run(20)
    await peer.says(b"\r\nRDY\r\n")
    assert tally.restarts == 1
    await clock.run(20)


async def test_payload_is_heard(link, peer, clock, start):
    reading = await start(link.send(Read()))
    await peer.says(b"\r\n+READ: 100\r\n")
    before = link.tally.sense
    await peer.says(b"\x00" * 50)
    assert link.tally.sense == before + 50
    await peer.says(b"\xff" * 50, OK)
    await reading
    assert link.tally.noise == 0


async def test_losses(link, peer, clock):
    peer.port.unplug()
    await clock.settle()
    assert link.condition is Condition.LOST
    assert link.tally.losses == 1
    with pytest.raises(PortLost):
        await link.send(Work())
    assert link.tally.commands == 0


async def test_only_the_last_hundred_commands_make_a_rate() -> None:
    tally = Tally()
    tally.watch(EventBus())
    for _ in range(10):
        tally.commands += 1
        tally.ended(failed=True)
    assert tally.failure_rate == 1.0
    for _ in range(WINDOW - 5):
        tally.commands += 1
        tally.ended(failed=False)
    assert tally.failure_rate == 0.05
    for _ in range(5):
        tally.commands += 1
        tally.ended(failed=False)
    assert (tally.failure_rate, tally.failed) == (0.0, 10)
    for _ in range(1000):
        tally.commands += 1
        tally.timed_out()
    assert (tally.timeout_rate, tally.consecutive_timeouts) == (1.0, 1000)
    assert len(tally._timeouts) == WINDOW


async def test_a_loss_is_counted_where_the_link_says_it() -> None:
    tally, bus = Tally(), EventBus()
    tally.watch(bus)
    for condition in Condition:
        bus.publish(LinkChanged(condition, "a test"))
    assert tally.losses == 1


async def test_what_can_be_written_at_once(link, peer, clock, start):
    assert link.takes_now(LevelRead())
    mail = await start(link.send(SendMail()))
    assert not link.takes_now(LevelRead())
    await peer.says(OK)
    assert link.takes_now(LevelRead())  # a completion that is due leaves the port free
    await peer.says(b"\r\n+SEND: 1\r\n")
    await mail
    link.pause()
    assert not link.takes_now(LevelRead())
    link.resume()
    assert link.takes_now(LevelRead())
    given_up = await start(link.send(Work()))
    await clock.run(6)
    with pytest.raises(CommandTimeout):
        await given_up
    assert not link.takes_now(LevelRead())
    await clock.run(40)
    assert link.condition is Condition.OUT_OF_STEP
    assert not link.takes_now(LevelRead())
