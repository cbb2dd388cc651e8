"""A restart in the middle of an answer is noticed wherever its boot lines fall, and what it has cut is not believed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simcom_async.at.command import Patience
from simcom_async.at.escape import DLE_ETX
from simcom_async.errors import CommandTimeout, ModemRestarted
from simcom_async.link.boot_watch import streams
from simcom_async.link.condition import Condition

from .speech import Action, Get, LevelRead, Push, Read, Ready, Work

OK = b"\r\nOK\r\n"
BOOT = b"\r\nRDY\r\n"


class SlowPush(Push):
    """The same from a slow server."""

    wire = replace(Push.wire, patience=Patience(final=5, completion=40, idle=30))


async def pushing(link, peer, start):
    """A payload that has begun."""
    found = []
    sending = await start(link.send(SlowPush(), sink=found.append, admit=False))
    await peer.says(OK, b"\r\n+PUSH: DATA\r\n", b"begun")
    peer.news  # noqa: B018 - what was said for that is forgotten
    return sending, found


def test_only_what_has_no_length_is_watched():
    assert [kind for kind in (Get, LevelRead, Push, Work) if streams(kind)] == [Push]


async def test_a_restart_is_noticed(link, peer, clock, start):
    booted = link.bus.subscribe(Ready)
    sending, _ = await pushing(link, peer, start)
    await peer.says(BOOT)
    await clock.run(4.9)
    assert peer.news == b""
    peer.answers = {b"AT": OK}
    await clock.run(0.2)
    with pytest.raises(ModemRestarted):
        await sending
    assert booted.pending == 1
    await clock.run(5)
    assert link.condition is Condition.READY


async def test_silence_alone_is_no_evidence(link, peer, clock, start):
    sending, _ = await pushing(link, peer, start)
    await clock.run(29)
    assert peer.news == b""
    await clock.run(2)
    with pytest.raises(CommandTimeout):
        await sending
    peer.answers = {b"AT": OK}
    await clock.run(30)


async def test_data_that_look_like_a_boot_line_and_go_on(link, peer, clock, start):
    sending, found = await pushing(link, peer, start)
    await peer.says(BOOT)
    await clock.run(4)
    await peer.says(b"more" * 200)
    await clock.run(6)
    assert peer.news == b""
    await peer.says(DLE_ETX.end, b"\r\n+PUSH: 0\r\n")
    assert (await sending).code == 0
    assert b"".join(found) == b"begun" + BOOT + b"more" * 200


async def test_a_module_that_does_not_answer_has_not_restarted(link, peer, clock, start):
    sending, found = await pushing(link, peer, start)
    await peer.says(BOOT)
    await clock.run(9)
    assert peer.news == b"AT\rAT\rAT\r"
    await peer.says(b"more", DLE_ETX.end, b"\r\n+PUSH: 0\r\n")
    assert (await sending).code == 0
    assert b"".join(found) == b"begun" + BOOT + b"more"


async def test_nothing_is_asked_when_it_has_ended(link, peer, clock, start):
    sending, _ = await pushing(link, peer, start)
    await peer.says(BOOT, DLE_ETX.end, b"\r\n+PUSH: 0\r\n")
    await sending
    await clock.run(60)
    assert peer.news == b""


async def broken_off(link, peer, start, *pieces):
    """Reading counted bytes that are followed by something else than the rest of them."""
    reading = await start(link.send(Read()))
    await peer.says(b"\r\n+READ: 100\r\n", b"twenty bytes of them", *pieces)
    return reading


async def in_step(link, peer, clock, seconds=5):
    """AT is answered, the restart was told once, and the link is usable."""
    booted = link.bus.subscribe(Ready)
    peer.answers = {b"AT": b"AT\r" + OK, b"AT+WORK": OK}
    await clock.run(seconds)
    assert link.condition is Condition.READY
    assert await clock.run_until(link.send(Work()), 5) is None
    return booted.pending


async def test_a_restart_in_a_counted_payload_is_named(link, peer, clock, start):
    reading = await broken_off(link, peer, start, BOOT, b"\r\n+CFUN: 1\r\n")
    await clock.run(2.9)
    assert not reading.done()
    assert await in_step(link, peer, clock) == 1
    with pytest.raises(ModemRestarted):
        await reading


async def test_a_boot_line_of_which_the_payload_has_taken_a_part(link, peer, clock, start):
    reading = await start(link.send(Read()))
    await peer.says(b"\r\n+READ: 8\r\n", b"four", BOOT, b"\r\n+CFUN: 1\r\n")
    assert await in_step(link, peer, clock, 10) == 1
    with pytest.raises(ModemRestarted):
        await reading


@pytest.mark.parametrize("behind", [b"\r\nOK\r\n", b"more\r\n+CME ERROR: 3\r\n"])
async def test_data_that_look_like_a_boot_line_and_are_not_all(link, peer, clock, start, behind):
    reading = await broken_off(link, peer, start, BOOT, behind)
    assert await in_step(link, peer, clock, 10) == 0
    with pytest.raises(CommandTimeout):
        await reading


async def test_a_limit_of_the_caller_is_no_silence(link, peer, clock, start):
    reading = await start(link.send(Read(), timeout=1))
    await peer.says(b"\r\n+READ: 30\r\n", BOOT)
    await clock.run(1)
    with pytest.raises(CommandTimeout):
        await reading
    await peer.says(b"twenty-one bytes more", b"..", OK)
    assert await in_step(link, peer, clock) == 0


async def test_a_restart_that_nobody_waits_for_any_more(link, peer, clock, start):
    reading = await broken_off(link, peer, start)
    reading.cancel()
    await clock.settle()
    await peer.says(BOOT)
    assert await in_step(link, peer, clock, 10) == 1


async def test_a_restart_that_was_heard_is_told_once(link, peer, clock, start):
    reading = await start(link.send(Read()))
    await peer.says(b"\r\n+READ: 4\r\n", b"four")
    reading.cancel()
    await clock.settle()
    booted = link.bus.subscribe(Ready)
    await peer.says(BOOT)
    assert booted.pending == 1
    assert await in_step(link, peer, clock, 10) == 0


async def acting(link, peer, start):
    """Something that ends with numbers, under way."""
    action = await start(link.send(Action(method=1)))
    await peer.says(OK, b"\r\n+ACTION: 1,20")
    return action


async def test_a_number_that_a_restart_has_cut_short_is_not_believed(link, peer, clock, start):
    action = await acting(link, peer, start)
    await peer.says(BOOT)
    with pytest.raises(ModemRestarted):
        await action


async def test_nor_where_the_boot_line_takes_its_time(link, peer, clock, start):
    action = await acting(link, peer, start)
    await clock.run(2)
    await peer.says(b"\r\n")
    await clock.run(0.01)
    await peer.says(b"RDY\r\n")
    with pytest.raises(ModemRestarted):
        await action


async def test_a_number_that_goes_on_behind_a_pause_is_whole(link, peer, clock, start):
    action = await acting(link, peer, start)
    await clock.run(2)
    await peer.says(b"0\r\n")
    assert not action.done()
    await clock.run(0.021)
    assert (await action).status == 200


async def test_what_comes_behind_it_holds_nothing_up(link, peer, clock, start):
    action = await acting(link, peer, start)
    await clock.run(2)
    await peer.says(b"0\r\n")
    await clock.run(0.015)
    await peer.says(b"\r\n+LEVEL: 1\r\n")
    assert not action.done()
    await clock.run(0.006)
    await peer.says(b"\r\n+LEVEL: 2\r\n")
    assert (await action).status == 200


async def test_a_word_cannot_have_been_cut_short(link, peer, start):
    working = await start(link.send(Work()))
    await peer.says(b"\r\nOK" + BOOT)
    assert await working is None
