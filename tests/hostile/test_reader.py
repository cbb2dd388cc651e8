"""What the reader of a link spends on a module that says too much: memory bounded by a constant, time by its bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import cycle, islice, repeat

import pytest

from simcom_async.at.command import RawCommand
from simcom_async.at.demux import Demux
from simcom_async.at.event import Event, Gap, LineEvent, Noise, UrcLine
from simcom_async.at.exchange import ANSWER_LINES, Exchange
from simcom_async.at.message import Message
from simcom_async.errors import ProtocolError, SimcomError
from simcom_async.link.subscription import Overflow, Overrun
from tests.hostile.measure import MEGABYTE, growth, peak_memory, resident
from tests.hostile.sample import sampled
from tests.hostile.stage import READ, at_link
from tests.link.speech import SPEECH, Body, Get, Level, LevelRead, Read, Stream, Work

#: Bytes in use at the peak of a flood in reads of SHORT bytes, and left when it is over, whatever is said how long.
PEAK, LEFT = 2 * MEGABYTE, 200_000
SHORT, READS = 8_192, 4
#: The same for the whole process, which is what a long flood is measured by.
LONG_FLOOD, RESIDENT = 20 * MEGABYTE, 32 * MEGABYTE
#: A cost in proportion to four times as many bytes; with the square it would be 16.
LINEAR = 9.0

#: One read of each, as it comes without an end.
FLOODS = {
    "a line without an end": b"x" * READ,
    "a line of one tag without an end": b"+LEVEL: " + b"1" * READ,
    "empty lines": b"\r\n" * (READ // 2),
    "nothing but CR": b"\r" * READ,
    "nothing but LF": b"\n" * READ,
    "NUL": b"\0" * READ,
    "0xFF": b"\xff" * READ,
    "blanks": b" " * READ,
    "blanks behind a tag": b"+LEVEL:" + b" " * 60_000 + b"\r\n",
    "URCs": b"\r\n+LEVEL: 3\r\n" * (READ // 13),
    "URCs that nobody declares": b"\r\n+XYZZY: 1,2\r\n" * (READ // 15),
    "final results": b"\r\nOK\r\n" * (READ // 6),
    "errors with a number": b"\r\n+CME ERROR: " + b"9" * 5_000 + b"\r\n",
    "prompts": b"\r\n> " * (READ // 4),
    "marks": b">" * READ,
    "the echo again and again": b"AT+WORK\r" * (READ // 8),
    "headers of one byte each": b"\r\n+GET: DATA,1\r\nx" * (READ // 17),
    "headers of wrong counts": b"\r\n+GET: DATA,-5\r\n+GET: DATA,99999999999\r\n" * (READ // 42),
    "a header with 5,000 digits": b"\r\n+GET: DATA," + b"9" * 5_000 + b"\r\n",
    "boot lines": b"\r\nRDY\r\n" * (READ // 7),
    "ten thousand fields": b"\r\n+LEVEL: " + b"1," * 8_000 + b"\r\n",
    "nested quotes": b'\r\n+LEVEL: "' + b'""' * 8_000 + b"\r\n",
}


def reads(data: bytes, size: int, count: int) -> Iterator[bytes]:
    """So many reads of a flood."""
    piece = (data * (size // len(data) + 1))[:size]
    return repeat(piece, count)


@pytest.mark.parametrize("what", sampled(FLOODS, 5, 2))
async def test_a_flood_leaves_nothing_behind_and_a_link_that_works(what: str) -> None:
    async with at_link() as (link, far, clock):
        await far.flood(clock, reads(FLOODS[what], SHORT, 1))  # what is made once is made
        with peak_memory() as peak:
            await far.flood(clock, reads(FLOODS[what], SHORT, READS))
        assert (peak.octets < PEAK, peak.left < LEFT) == (True, True), (peak.octets, peak.left)
        far.say(b"\r\n")
        await clock.run(60)
        assert await clock.run_until(link.send(Work()), 60) is None


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("what", FLOODS)
async def test_a_long_flood_needs_no_more_memory_than_a_short_one(what: str) -> None:
    async with at_link() as (link, far, clock):
        await far.flood(clock, reads(FLOODS[what], READ, 5))
        before = resident()
        await far.flood(clock, reads(FLOODS[what], READ, LONG_FLOOD // READ))
        assert resident() - before < RESIDENT
        far.say(b"\r\n")
        await clock.run(60)
        assert await clock.run_until(link.send(Work()), 60) is None


COMMANDS = {
    "a command": (Work(), None),
    "a question": (LevelRead(), None),
    "a counted answer": (Read(), None),
    "packets": (Get(), None),
    "an entry": (Body(), b"text"),
    "a long entry": (Stream(), b"x" * 10_000),
}


@pytest.mark.parametrize("what", sampled(FLOODS, 5, 3))
async def test_a_flood_under_a_command_ends_it_by_name_within_its_patience(what: str) -> None:
    await under_a_command(what, list(COMMANDS)[list(FLOODS).index(what) % len(COMMANDS)])


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("what", FLOODS)
async def test_every_flood_under_every_command(what: str, command: str) -> None:
    await under_a_command(what, command)


async def under_a_command(what: str, name: str) -> None:
    command, entry = COMMANDS[name]
    async with at_link() as (link, far, clock):
        far.answer = lambda line: None
        work = asyncio.ensure_future(link.send(command, entry=entry))
        await clock.settle()
        await far.flood(clock, reads(FLOODS[what], SHORT, 1))
        with peak_memory() as peak:
            await far.flood(clock, reads(FLOODS[what], SHORT, READS))
        assert (peak.octets < PEAK, peak.left < LEFT) == (True, True), (peak.octets, peak.left)
        (ended,) = await clock.run_until(asyncio.gather(work, return_exceptions=True), 60)
        assert isinstance(ended, SimcomError | Message | None)
        assert len(str(ended)) < 5_000
        far.answer = lambda line: b"\r\nOK\r\n"
        far.say(b"\r\n")
        await clock.run(120)
        assert await clock.run_until(link.send(Work()), 120) is None


@pytest.mark.parametrize("armed", [False, True])
@pytest.mark.parametrize("what", sampled(FLOODS, 4, 1))
def test_the_time_of_a_flood_grows_with_its_bytes(what: str, armed: bool) -> None:
    data = FLOODS[what]

    def receive(octets: int) -> None:
        demux = Demux(SPEECH)
        if armed:
            demux.arm(Exchange(Get()))
        whole = (data * (octets // len(data) + 1))[:octets]
        for start in range(0, octets, READ):
            demux.receive(whole[start : start + READ])

    assert growth(receive, READ) < LINEAR


@pytest.mark.parametrize("what", sampled(FLOODS, 6, 4))
def test_the_time_of_a_flood_does_not_depend_on_the_size_of_its_reads(what: str) -> None:
    data = (FLOODS[what] * 3)[: 2 * READ]

    def receive(size: int) -> None:
        demux = Demux(SPEECH)
        for start in range(0, len(data), size):
            demux.receive(data[start : start + size])

    assert growth(receive, READ // 2) < 4.0


#: Lines of several sorts, in the order of a busy module.
MIXED = (
    b"\r\n+LEVEL: 3\r\n",
    b"\r\n+XYZZY: 1\r\n",
    b"\r\n\xff\xfe\r\n",
    b"\r\n+ACTION: 1,200\r\n",
    b"\r\n+LEVEL: x\r\n",
)


@pytest.mark.parametrize("overflow", [Overflow.DROP_OLDEST, Overflow.DROP_NEWEST])
async def test_each_of_a_hundred_thousand_lines_is_delivered_or_counted(overflow: Overflow) -> None:
    count, bound = 100_000, 100
    async with at_link() as (link, far, clock):
        with link.bus.subscribe(LineEvent, bound=bound, overflow=overflow) as lines:
            lines_of = list(islice(cycle(MIXED), 1_000))
            for _ in range(count // 1_000):
                far.say(b"".join(lines_of))
                await clock.settle()
            found: list[Event] = list(lines.take())
        missed = sum(event.count for event in found if isinstance(event, Gap))
        assert len(found) <= bound + 1
        assert missed + sum(not isinstance(event, Gap) for event in found) == count
        assert lines.lost == missed


async def test_a_subscription_that_must_not_lose_anything_ends_by_name() -> None:
    async with at_link() as (link, far, clock):
        with link.bus.subscribe(UrcLine, bound=50, overflow=Overflow.FAIL) as lines:
            await far.flood(clock, [b"\r\n+LEVEL: 3\r\n" * 1_000] * 3)
            assert len(lines.take()) == 50
            with pytest.raises(Overrun):
                await lines.get(1)


async def test_the_newest_of_each_kind_is_kept_and_the_rest_counted() -> None:
    async with at_link() as (link, far, clock):
        with link.bus.subscribe(LineEvent, bound=50, overflow=Overflow.COALESCE) as lines:
            await far.flood(clock, [b"".join(islice(cycle(MIXED), 1_000))] * 20)
            found = lines.take()
        kept = [event for event in found if not isinstance(event, Gap)]
        assert len(kept) + sum(event.count for event in found if isinstance(event, Gap)) == 20_000
        assert len(kept) < len(MIXED) + 1


async def test_a_slow_reader_of_noise_holds_a_bounded_number_of_bytes() -> None:
    async with at_link() as (link, far, clock):
        with link.bus.subscribe(Noise) as noise, peak_memory() as peak:
            await far.flood(clock, [b"x" * READ] * 300)
        assert noise.lost
        assert peak.octets < 256 * 16_384 + PEAK


async def test_numbers_that_the_manual_does_not_have_survive_as_they_are() -> None:
    async with at_link() as (link, far, clock):
        with link.bus.subscribe(Level) as levels:
            far.say(b"\r\n+LEVEL: 4294967296\r\n\r\n+LEVEL: -1\r\n\r\n+LEVEL: " + b"9" * 5_000 + b"\r\n")
            await clock.settle()
            assert [level.value for level in levels.take()] == [4294967296, -1]  # type: ignore[union-attr]


@pytest.mark.parametrize(("line", "count"), [(b"+NAME: 1\r\n", ANSWER_LINES), (b"x" * 16_000 + b"\r\n", 66)])
async def test_an_answer_without_an_end_is_kept_as_far_as_the_limit_and_fails_by_name(line: bytes, count: int) -> None:
    async with at_link() as (link, far, clock):
        far.answer = lambda heard: b"\r\n" + line * (count + 9) + b"OK\r\n"
        with pytest.raises(ProtocolError, match="more than") as caught:
            await clock.run_until(link.send(RawCommand(line="AT+NAME")), 60)
        assert len(caught.value.seen) < 5_000
        far.answer = lambda heard: b"\r\n" + line * (count - 1) + b"OK\r\n"
        assert len(await clock.run_until(link.send(RawCommand(line="AT+NAME")), 60)) == count - 1
