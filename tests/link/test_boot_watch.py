"""A restart inside a payload without a length is noticed: boot lines, then silence, then an answer to AT."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simcom_async.at.command import Patience
from simcom_async.at.escape import DLE_ETX
from simcom_async.errors import CommandTimeout, ModemRestarted
from simcom_async.link.boot_watch import streams
from simcom_async.link.condition import Condition

from .speech import Get, LevelRead, Push, Ready, Work

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
