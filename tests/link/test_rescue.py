"""What a host that died has left open is ended step by step, within a bound, and told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from simcom_async.commands.general import At
from simcom_async.dialects import GENERAL
from simcom_async.errors import CommandTimeout, LinkError, PortLost
from simcom_async.link.condition import Condition
from simcom_async.link.link import Link
from simcom_async.link.rescue import LIMIT, RATES
from simcom_async.ports.clock import ManualClock
from simcom_async.ports.memory import MemoryPort, memory_line
from simcom_async.ports.passing import PassingPort
from simcom_async.ports.port import Lost, Port, Sink

OK = b"\r\nOK\r\n"
GARBAGE = b"\xfe\x80\x00\xf8"
#: What the steps write between the AT that ask whether they have helped.
STEPS = [b"ATQ0\r", b"\x1b", b"+++", b"\x1a", b"\x03", b" " * 1460, b" " * 2636]


class Module:
    """The far end of a line: answers AT once it has heard ``key``, and keeps account of all that is no AT."""

    def __init__(self, port: MemoryPort, key: bytes | None, clock: ManualClock) -> None:
        self.port = port
        self.key = key
        self.clock = clock
        self.heard: list[bytes] = []
        self.times: list[float] = []
        self.asked = 0
        self.answer: Callable[[bytes], None] = lambda data: None

    def __call__(self, data: bytes) -> None:
        if data == b"AT\r":
            self.asked += 1
        else:
            self.heard.append(data)
        self.times.append(self.clock.time())
        self.answer(data)
        if data == b"AT\r" and (self.key is None or self.key in self.heard):
            self.port.write(OK)


class SerialLine(PassingPort):
    """A serial line whose far end runs at ``rate``: at another one each of them reads garbage."""

    def __init__(self, port: Port, rate: int, *, impossible: tuple[int, ...] = ()) -> None:
        super().__init__(port)
        self.rate = rate
        self.rates = [115200]
        self._impossible = impossible
        self._sink: Sink | None = None

    @property
    def line_rate(self) -> int:
        return self.rates[-1]

    async def open(self, sink: Sink, lost: Lost) -> None:
        self._sink = sink
        await super().open(sink, lost)

    def write(self, data: bytes) -> None:
        if self.line_rate == self.rate:
            super().write(data)
        elif self._sink is not None:
            asyncio.get_running_loop().call_soon(self._sink, GARBAGE)

    async def set_baud(self, baud: int) -> None:
        if baud in self._impossible:
            raise LinkError(f"cannot do {baud} bit/s", port=self.url)
        self.rates.append(baud)


@asynccontextmanager
async def silent(key: bytes | None = b"never") -> AsyncIterator[tuple[ManualClock, Link, Module]]:
    """A link that has asked in vain."""
    clock = ManualClock()
    host, port = memory_line()
    async with lost_touch(Link(host, GENERAL, clock=clock), port, key, clock) as (link, module):
        yield clock, link, module


@asynccontextmanager
async def lost_touch(
    link: Link, port: MemoryPort, key: bytes | None, clock: ManualClock
) -> AsyncIterator[tuple[Link, Module]]:
    module = Module(port, key, clock)
    await port.open(module, lambda error: None)
    await link.open()
    with pytest.raises(CommandTimeout):
        await clock.run_until(link.send(At(), timeout=0.3), 60)
    with pytest.raises(LinkError, match="no certain answer"):
        await clock.run_until(link.send(At()), 60)
    assert link.condition is Condition.OUT_OF_STEP
    yield link, module
    await clock.run_until(link.aclose(), 10)
    await port.aclose()


@pytest.mark.parametrize("key", STEPS)
async def test_the_step_that_helps_is_the_last_and_is_told(key: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async with silent(key) as (clock, link, module):
        rescue = await clock.run_until(link.rescue(), LIMIT)
        assert rescue.answered
        ended = [b"ATH\r"] if key == b"+++" else []  # a data call that a host has left is hung up
        assert module.heard == STEPS[: STEPS.index(key) + 1] + ended
        assert f"memory: answers after {rescue.tried[-1]}: the module was {rescue.found}" in caplog.text
        await clock.run_until(link.send(At()), 10)
        assert link.condition is Condition.READY


async def test_nothing_is_sent_into_a_module_that_was_only_sending() -> None:
    async with silent() as (clock, link, module):
        work = asyncio.ensure_future(link.rescue())
        for _ in range(40):
            module.port.write(b"payload")
            await clock.run(0.2)
        module.key = None
        rescue = await clock.run_until(work, LIMIT)
        assert rescue.answered
        assert module.heard == []
        assert rescue.found == "sending a payload, which was let run out"


async def test_three_plus_signs_stand_between_silences() -> None:
    async with silent() as (clock, link, module):
        module.times.clear()
        await clock.run_until(link.rescue(), LIMIT)
        kinds = module.heard.index(b"+++")
        assert kinds == 2
        # two AT behind each of the steps silence, ATQ0, ESC; then the plus signs
        at = 3 * 2 + kinds
        assert module.times[at] - module.times[at - 1] >= 1
        assert module.times[at + 1] - module.times[at] >= 1


async def test_all_is_bounded_and_what_was_tried_is_in_the_account() -> None:
    async with silent() as (clock, link, module):
        start = clock.time()
        rescue = await clock.run_until(link.rescue(), LIMIT)
        assert not rescue.answered
        assert clock.time() - start < 20
        assert module.heard == STEPS
        assert sum(map(len, module.heard)) + 3 * module.asked < 4400
        assert rescue.account == (
            "tried in vain: silence, ATQ0, ESC, +++, Ctrl-Z, ETX, 1460 blanks, 2636 blanks more; "
            "an entry of more bytes may be open still, until the module's own timer ends it"
        )
        assert link.condition is Condition.OUT_OF_STEP
        with pytest.raises(LinkError, match="no certain answer"):
            await clock.run_until(link.send(At()), 60)


async def test_a_module_that_never_stops_sending_is_bounded_too() -> None:
    async with silent() as (clock, link, module):
        work = asyncio.ensure_future(link.rescue())
        start = clock.time()
        while not work.done():
            module.port.write(b"more\r\n")
            await clock.run(0.1)
        rescue = await work
        assert clock.time() - start < LIMIT
        assert "it sends without a pause" in rescue.account
        assert rescue.seen.endswith(b"more\r\n")


@pytest.mark.parametrize("rate", [rate for rate in RATES if rate != 115200])
async def test_the_rate_is_found_and_kept(rate: int, caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock()
    host, port = memory_line()
    line = SerialLine(host, rate)
    async with lost_touch(Link(line, GENERAL, clock=clock), port, None, clock) as (link, _):
        rescue = await clock.run_until(link.rescue(), LIMIT + 5)
        assert rescue.answered
        assert line.rates[-1] == link.state.baud == rate
        assert f"the module was at {rate} bit/s, while 115200 was asked for" in caplog.text
        await clock.run_until(link.send(At()), 10)


async def test_without_an_answer_the_rate_stays_and_one_that_cannot_be_had_is_passed_over() -> None:
    clock = ManualClock()
    host, port = memory_line()
    line = SerialLine(host, 300, impossible=(921600,))
    async with lost_touch(Link(line, GENERAL, clock=clock), port, None, clock) as (link, _):
        rescue = await clock.run_until(link.rescue(), LIMIT + 5)
        assert not rescue.answered
        assert line.rates == [115200, *RATES[1:-1], 115200]
        assert "460800 bit/s" in rescue.account
        assert "921600" not in rescue.account
        assert rescue.seen.endswith(GARBAGE)


async def test_no_step_is_begun_that_would_end_behind_the_limit() -> None:
    """At 600 bit/s 1,460 blanks take 24 seconds, and 2,636 more would take 44."""
    clock = ManualClock()
    host, port = memory_line()
    line = SerialLine(host, 300)
    line.rates = [600]
    async with lost_touch(Link(line, GENERAL, clock=clock), port, None, clock) as (link, _):
        start = clock.time()
        rescue = await clock.run_until(link.rescue(), 2 * LIMIT)
        assert not rescue.answered
        assert "1460 blanks" in rescue.tried
        assert "2636 blanks more" not in rescue.tried
        assert line.rates[0] == line.rates[-1] == 600
        assert len(line.rates) < len(RATES)
        assert clock.time() - start < LIMIT + 5


async def test_a_cancelled_search_leaves_a_link_that_can_find_its_step() -> None:
    async with silent() as (clock, link, module):
        work = asyncio.ensure_future(link.rescue())
        await clock.run(3)
        work.cancel()
        await asyncio.wait({work})
        assert work.cancelled()
        assert link.condition is Condition.OUT_OF_STEP
        module.key = None
        await clock.run_until(link.send(At()), 30)


async def test_a_port_that_goes_meanwhile_ends_it() -> None:
    async with silent() as (clock, link, module):
        work = asyncio.ensure_future(link.rescue())
        await clock.run(3)
        module.port.unplug()
        with pytest.raises(PortLost):
            await clock.run_until(work, LIMIT)
        assert link.condition is Condition.LOST


async def test_a_link_in_step_needs_no_help() -> None:
    clock = ManualClock()
    host, port = memory_line()
    module = Module(port, None, clock)
    await port.open(module, lambda error: None)
    async with Link(host, GENERAL, clock=clock) as link:
        rescue = await clock.run_until(link.rescue(), 1)
        assert rescue.answered
        assert rescue.tried == []
        assert module.heard == []
