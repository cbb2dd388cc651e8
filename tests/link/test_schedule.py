import asyncio

import pytest

from simcom_async.errors import (
    CommandTimeout,
    LinkError,
)

from .speech import (
    Action,
    Hasty,
    Level,
    LevelRead,
    Read,
    SendMail,
    SendRead,
    SendState,
    Sent,
    Work,
)

OK = b"\r\nOK\r\n"


async def test_one_command_is_in_flight(link, peer, start):
    first, second = await start(link.send(Work())), await start(link.send(LevelRead()))
    assert peer.news == b"AT+WORK\r"
    await peer.says(OK)
    assert peer.news == b"AT+LEVEL?\r"
    await peer.says(b"\r\n+LEVEL: 3\r\n" + OK)
    assert (await first, await second) == (None, Level(value=3))


async def test_too_many_waiting_commands_are_refused(link, peer, start):
    busy = await start(link.send(Work()))
    waiting = [asyncio.ensure_future(link.send(Work())) for _ in range(1024)]
    await asyncio.sleep(0)
    with pytest.raises(LinkError, match="1024 commands wait"):
        await link.send(Work())
    peer.answers = {b"AT+WORK": OK}
    await peer.says(OK)
    await asyncio.gather(busy, *waiting)


async def test_a_reply_that_looks_like_a_due_completion_waits_for_it(link, peer, start):
    """Rule 3 of the architecture, section 6."""
    mail = await start(link.send(SendMail()))
    await peer.says(OK)
    asking, level = await start(link.send(SendRead())), await start(link.send(LevelRead()))
    assert peer.news == b"AT+SEND\rAT+LEVEL?\r"
    await peer.says(b"\r\n+LEVEL: 1\r\n" + OK)
    await level
    assert peer.news == b""
    await peer.says(b"\r\n+SEND: 1\r\n")
    assert await mail == Sent(code=1)
    assert peer.news == b"AT+SEND?\r"
    await peer.says(b"\r\n+SEND: 9\r\n" + OK)
    assert await asking == SendState(code=9)


async def test_a_time_out_says_which_limit_in_which_state_and_what_was_seen(link, peer, clock, start):
    sending = await start(link.send(Work()))
    await peer.says(b"\r\n+LEVEL: 5\r\n")
    await clock.run(4.9)
    assert not sending.done()
    await clock.run(0.2)
    with pytest.raises(CommandTimeout) as caught:
        await sending
    error = caught.value
    assert (error.command, error.limit, error.waited) == ("AT+WORK", "final", 5.0)
    assert error.state == "written, waiting for its answer"
    assert error.seen == b"\r\n+LEVEL: 5\r\n"
    assert str(error) == (
        "AT+WORK: final limit after 5 s, written, waiting for its answer; received was b'\\r\\n+LEVEL: 5\\r\\n'"
    )


@pytest.mark.parametrize(("spoken", "waited", "limit"), [(b"", 1.0, "first byte"), (b"\r\n", 5.0, "final")])
async def test_the_first_byte_has_a_limit_of_its_own(link, peer, clock, start, spoken, waited, limit):
    sending = await start(link.send(Hasty()))
    if spoken:
        await peer.says(spoken)
    await clock.run(6)
    with pytest.raises(CommandTimeout) as caught:
        await sending
    assert (caught.value.limit, caught.value.waited) == (limit, waited)


async def test_silence_in_a_payload_has_a_limit_and_progress_extends_it(link, peer, clock, start):
    sending = await start(link.send(Read()))
    await peer.says(b"\r\n+READ: 100\r\n")
    for _ in range(10):
        await peer.says(b"x" * 9)
        await clock.run(2.5)
    assert not sending.done()
    await clock.run(0.6)
    with pytest.raises(CommandTimeout) as caught:
        await sending
    assert (caught.value.limit, round(caught.value.waited, 3)) == ("idle", 25.5)


async def test_a_time_out_of_ones_own_is_the_total_and_progress_does_not_extend_it(link, peer, clock, start):
    sending = await start(link.send(Read(), timeout=6))
    await peer.says(b"\r\n+READ: 100\r\n")
    for _ in range(5):
        await clock.run(1)
        await peer.says(b"x")
    await clock.run(1.1)
    with pytest.raises(CommandTimeout) as caught:
        await sending
    assert (caught.value.limit, caught.value.waited) == ("total", 6.0)
    peer.answers = {b"AT": OK}
    longer = await start(link.send(Work(), timeout=600))
    await clock.run(100)
    assert not longer.done()
    await peer.says(OK)
    await longer


async def test_waiting_for_the_port_is_no_wire_time_but_has_a_limit(link, peer, clock, start):
    busy = await start(link.send(Work(), timeout=1000))
    waiting = await start(link.send(Work(), timeout=7))
    queued = await start(link.send(LevelRead()))
    await clock.run(290)
    assert not waiting.done()
    await peer.says(OK)
    await busy
    await clock.run(6.9)
    assert not waiting.done()
    await clock.run(4)
    for limit, call in (("total", waiting), ("queue", queued)):
        with pytest.raises(CommandTimeout) as caught:
            await call
        assert caught.value.limit == limit
    assert caught.value.state == "waiting for the port"
    assert b"LEVEL" not in peer.heard


async def test_one_timer_serves_many_commands(link, peer, clock):
    """No heap push a command: what is due next is the same moment after a hundred commands."""
    peer.answers = {b"AT+WORK": OK}
    await link.send(Work())
    due, timers = clock.next_due, len(clock._timers)
    for _ in range(100):
        await link.send(Work())
    assert (clock.next_due, len(clock._timers)) == (due, timers)


async def test_nothing_is_polled_while_nothing_is_awaited(link, peer, clock):
    peer.answers = {b"AT+WORK": OK}
    await link.send(Work())
    await clock.run(20)
    assert clock.next_due is None
    await peer.says(b"\r\n+LEVEL: 1\r\n")
    assert clock.next_due is None


async def test_a_completion_that_never_comes_is_a_time_out_by_name(link, peer, clock, start):
    sending = await start(link.send(Action(method=1)))
    await peer.says(OK)
    peer.answers = {b"AT+STOP": OK}
    await clock.run(31)
    with pytest.raises(CommandTimeout, match=r"AT\+ACTION=1: completion limit after 30 s") as caught:
        await sending
    assert caught.value.state == "final result seen, waiting for the completion"
    assert caught.value.limit == "completion"
