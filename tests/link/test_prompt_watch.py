"""A prompt that came damaged is known at once, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from simcom_async.errors import CommandTimeout, ProtocolError
from simcom_async.link.condition import Condition

from .speech import Body, Distant, LevelRead, Put

OK = b"\r\nOK\r\n"


@pytest.mark.parametrize(
    "text", [b"DOWNOAD", b"DWNLOAD", b"DOWNL\xffAD", b"DOWNNLOAD", b"OWNLOAD", b"\x00DOWNLOAD", b"DOWNLO"]
)
async def test_a_prompt_that_is_damaged_is_an_error_soon_and_its_entry_is_ended(link, peer, clock, start, text):
    sending = await start(link.send(Distant(), entry=b"ab"))
    await clock.run(30)
    await peer.says(b"\r\n" + text + b"\r\n")
    assert not sending.done()
    await clock.run(1.1)
    with pytest.raises(ProtocolError, match="came in place of b'DOWNLOAD'") as caught:
        await sending
    assert text in caught.value.seen
    asking = await start(link.send(LevelRead()))
    await clock.run_until(peer.hears(b"AT\r\x1a"), 5)
    peer.answers = {b"AT": OK, b"AT+LEVEL?": b"\r\n+LEVEL: 77\r\n" + OK}
    await peer.says(OK)
    assert (await clock.run_until(asking, 5)).value == 77
    assert link.condition is Condition.READY


@pytest.mark.parametrize(
    "text",
    [b"RING", b"+XYZ: 1,2", b"+DISTANT: 4", b"DOWN", b"\xff", b"DOWNLOAD OF SOMETHING HAS BEGUN", b"+CME ERRR: 3"],
)
async def test_what_is_not_like_it_is_none(link, peer, clock, start, text):
    sending = await start(link.send(Distant(), entry=b"ab"))
    await peer.says(b"\r\n" + text + b"\r\n")
    await clock.run(50)
    await peer.says(b"\r\nDOWNLOAD\r\n")
    await peer.says(OK)
    await sending
    assert peer.heard == b"AT+DISTANT\rab\x1a"


@pytest.mark.parametrize("said", [b"\r\nDOWNLOAD\r\n", b"\r\nERROR\r\n"])
async def test_what_comes_behind_it_decides(link, peer, clock, start, said):
    sending = await start(link.send(Distant(), entry=b"ab"))
    await peer.says(b"\r\nDOWNLOAF\r\n")
    await clock.run(0.5)
    await peer.says(said)
    await clock.run(2)
    if b"ERROR" not in said:
        assert peer.heard == b"AT+DISTANT\rab\x1a"
        await peer.says(b"\r\nDOWNLOAF\r\n")
        await clock.run(2)
        assert not sending.done()
        await peer.says(OK)
    await clock.settle()
    assert sending.done()
    assert (sending.exception() is None) is (b"ERROR" not in said)


async def test_one_that_waits_for_the_port_is_not_concerned(link, peer, clock, start):
    first = await start(link.send(LevelRead()))
    second = await start(link.send(Put(size=2), entry=b"ab"))
    await peer.says(b"\r\nDOWNLOAF\r\n")
    await clock.run(1.5)
    await peer.says(b"\r\n+LEVEL: 1\r\n" + OK)
    assert (await first).value == 1
    await peer.says(b"\r\nDOWNLOAD\r\n")
    await peer.says(OK)
    await second


async def test_a_mark_is_like_nothing_else(link, peer, clock, start):
    sending = await start(link.send(Body(), entry=b"ab"))
    await peer.says(b"\r\n)\r\n")
    await clock.run(2.1)
    with pytest.raises(CommandTimeout, match="prompt limit"):
        await sending
    peer.answers = {b"AT": OK}
    await clock.run(5)
