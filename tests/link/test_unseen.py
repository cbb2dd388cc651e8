"""An entry whose prompt or end was not seen is ended as its declaration says, with no more than was asked for."""

from __future__ import annotations

import asyncio

import pytest

from simcom_async.errors import CommandTimeout
from simcom_async.link.condition import Condition
from simcom_async.link.link import Link
from simcom_async.ports.memory import memory_line

from .speech import SPEECH, Body, Distant, Level, LevelRead, Offer, Put, Stream, TimedPut

OK = b"\r\nOK\r\n"


class Module:
    """Behind its first command line, which it answers with ``says``, it swallows ``count`` bytes, or up to ``end``.

    ``waits``: whether it is in that entry; it ends it when it is told to, or has what it wants.
    """

    def __init__(self, port, *, count=None, end=None, says=b""):
        self.port = port
        self.count = count
        self.end = end
        self.says = says
        self.heard = b""
        self.swallowed = b""
        self.waits = False
        self._rest = b""
        self._asked = False

    def __call__(self, data):
        self.heard += data
        self._rest += data
        while self._rest:
            if self.waits:
                self._swallow()
                continue
            line, end, rest = self._rest.partition(b"\r")
            if not end:
                return
            self._rest = rest
            self._answer(line.strip())

    def _swallow(self):
        taken = self._rest[:1]
        self._rest = self._rest[1:]
        self.swallowed += taken
        if taken == self.end or len(self.swallowed) == self.count:
            self.ends()

    def _answer(self, line):
        if line == b"AT+LEVEL?":
            self.port.write(b"\r\n+LEVEL: 77\r\n" + OK)
        elif line == b"AT" or self._asked:
            self.port.write(OK if line == b"AT" else b"\r\nERROR\r\n")
        else:
            self._asked = True
            self.waits = self.count is not None or self.end is not None
            self.port.write(self.says)

    def ends(self):
        """The entry is over."""
        self.waits = False
        self.port.write(OK)


@pytest.fixture
async def ends(clock):
    """Makes a link with a module at its far end."""
    opened = []

    async def made(**options):
        near, far = memory_line(clock=clock)
        module = Module(far, **options)
        await far.open(module, lambda error: None)
        link = Link(near, SPEECH, clock=clock)
        await link.open()
        opened.extend((link, far))
        return link, module

    yield made
    for one in opened:
        await clock.run_until(one.aclose(), 10)


async def usable(link, clock, start, within):
    """Shows that the next command is answered so soon."""
    asking = await start(link.send(LevelRead()))
    assert await clock.run_until(asking, within) == Level(value=77)
    assert link.condition is Condition.READY


@pytest.mark.parametrize("count", [3, 50, 5000])
async def test_a_count_is_filled_up(clock, start, ends, count):
    link, module = await ends(count=count)
    sending = await start(link.send(Put(size=count), entry=b"x" * count))
    await clock.run(2.1)
    with pytest.raises(CommandTimeout, match="prompt limit"):
        await sending
    await usable(link, clock, start, 6)
    assert module.swallowed == b"AT\r" + b" " * (count - 3)


@pytest.mark.parametrize("granted", [40, 100])
async def test_a_grant_that_was_not_seen_is_filled_up(clock, start, ends, granted):
    link, module = await ends(count=granted)
    sending = await start(link.send(Offer(size=100), entry=b"x" * 100))
    await clock.run(2.1)
    with pytest.raises(CommandTimeout):
        await sending
    await usable(link, clock, start, 6)
    assert module.swallowed == b"AT\r" + b" " * (granted - 3)


@pytest.mark.parametrize(("command", "end"), [(Body(), b"\x1b"), (Stream(), b"\x1a")])
async def test_what_has_an_end_is_ended(clock, start, ends, command, end):
    link, module = await ends(end=end)
    sending = await start(link.send(command, entry=b"text"))
    await clock.run(2.1)
    with pytest.raises(CommandTimeout):
        await sending
    await usable(link, clock, start, 6)
    assert module.swallowed == b"AT\r" + end


async def test_bytes_that_were_lost_on_the_way_are_made_up_for(clock, start, ends):
    """The module grants more than the line says: it waits for the rest."""
    link, module = await ends(count=60, says=b"\r\n+OFFER: 6\r\n")
    sending = await start(link.send(Offer(size=60), entry=b"x" * 60))
    await clock.run(5.1)
    with pytest.raises(CommandTimeout, match="final limit"):
        await sending
    await usable(link, clock, start, 6)
    assert module.swallowed == b"x" * 6 + b"AT\r" + b" " * 51


async def test_a_module_that_gives_up_by_itself_is_waited_for(clock, start, ends):
    link, module = await ends(count=5000)
    sending = await start(link.send(TimedPut(size=5000, time=60_000), entry=b"x" * 5000))
    await clock.run(2.1)
    with pytest.raises(CommandTimeout):
        await sending
    asking = await start(link.send(LevelRead()))
    await clock.run(50)
    module.ends()
    assert await clock.run_until(asking, 4) == Level(value=77)
    assert module.swallowed == b"AT\r"


async def test_a_module_that_answers_gets_nothing(clock, start, ends):
    link, module = await ends()
    sending = await start(link.send(Put(size=50), entry=b"x" * 50))
    await clock.run(2.1)
    with pytest.raises(CommandTimeout):
        await sending
    await usable(link, clock, start, 4)
    assert module.heard == b"AT+PUT=50\rAT\rAT\rAT\rAT+LEVEL?\r"


async def given_up_behind(clock, start, link, seconds):
    """Waits so long for a prompt that may take longer."""
    sending = await start(link.send(Distant(), entry=b"ab"))
    await clock.run(seconds)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending


@pytest.mark.parametrize("seconds", [2, 20])
async def test_a_prompt_that_is_given_up_is_soon_taken_for_lost_however_long_it_may_take(clock, start, ends, seconds):
    link, module = await ends(end=b"\x1a")
    await given_up_behind(clock, start, link, seconds)
    await usable(link, clock, start, within=13 if seconds < 10 else 5)
    assert module.swallowed == b"AT\r\x1a"


async def test_a_command_line_that_was_lost_is_soon_known_to_be(clock, start, ends):
    link, module = await ends()
    await given_up_behind(clock, start, link, 20)
    await usable(link, clock, start, within=5)
    assert b"\x1a" not in module.heard


@pytest.mark.parametrize("said", [b"", b"\r\nDOWNLOAD\r\n", b"\r\nERROR\r\n"])
async def test_one_that_comes_late_finds_its_entry_ended_and_is_waited_for(link, peer, clock, start, said):
    await given_up_behind(clock, start, link, 5)
    asking = await start(link.send(LevelRead()))
    await clock.run(60)
    assert peer.heard == b"AT+DISTANT\rAT\r\x1a"
    assert link.condition is Condition.DRAINING
    peer.answers = {b"AT": OK, b"AT+LEVEL?": b"\r\n+LEVEL: 77\r\n" + OK}
    await peer.says(said, OK)
    assert await clock.run_until(asking, 5) == Level(value=77)


async def test_one_that_never_comes_is_not_waited_for_longer_than_declared(link, peer, clock, start):
    await given_up_behind(clock, start, link, 5)
    await clock.run(90)
    assert link.condition is Condition.DRAINING
    await clock.run(35)
    assert link.condition is Condition.OUT_OF_STEP
