import asyncio
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simcom_async.at.command import RawCommand
from simcom_async.errors import CommandFailed, CommandTimeout, LimitExceeded, ProtocolError, UsageError
from simcom_async.link.link import Link
from simcom_async.ports.clock import ManualClock
from simcom_async.ports.memory import memory_line

from .speech import SPEECH, Body, Credit, Offer, Put, Stream, TimedPut, Work

OK = b"\r\nOK\r\n"
READY = b"\r\nDOWNLOAD\r\n"


async def pieces(*given):
    for piece in given:
        yield piece


async def test_a_counted_entry_is_handed_over_after_the_prompt(link, peer, start):
    sending = await start(link.send(Put(size=5), entry=b"OK\r\n\x1a"))
    assert peer.news == b"AT+PUT=5\r"
    await peer.says(READY)
    assert peer.news == b"OK\r\n\x1a"
    assert not sending.done()
    await peer.says(OK)
    assert await sending is None


async def test_an_entry_may_come_in_pieces(link, peer, start):
    sending = await start(link.send(Put(size=6), entry=pieces(b"ab", b"", b"cde", b"f")))
    await peer.says(READY)
    assert peer.news == b"AT+PUT=6\rabcdef"
    await peer.says(OK)
    await sending


async def test_a_terminated_entry_is_escaped_and_ended(link, peer, start):
    sending = await start(link.send(Stream(), entry=pieces(b"a\x1a", b"\x03b")))
    await peer.says(b"\r\n> ")
    assert peer.news == b"AT+STREAM\ra\x03\x1a\x03\x03b\x1a"
    await peer.says(OK)
    await sending


async def test_the_echo_of_an_entry_is_no_answer(link, peer, start):
    sending = await start(link.send(Body(), entry=b"OK\rERROR"))
    await peer.says(b"AT+BODY\r\r\n> ")
    assert peer.news == b"AT+BODY\rOK\rERROR\x1a"
    await peer.says(b"OK\rERR", b"OR")
    assert not sending.done()
    await peer.says(OK)
    assert await sending is None


async def test_no_more_is_handed_over_than_was_granted(link, peer, start):
    sending = await start(link.send(Offer(size=8), entry=b"12345678"))
    await peer.says(b"\r\n+OFFER: 3\r\n")
    assert peer.news == b"AT+OFFER=8\r123"
    await peer.says(OK)
    assert await sending == Credit(count=3)


async def test_an_undeclared_command_may_have_an_entry(link, peer, start):
    sending = await start(link.send(RawCommand.of("+CMGS=5"), entry=b"text\x1a"))
    await peer.says(b"\r\n> ")
    assert peer.news == b"AT+CMGS=5\rtext\x1a"
    await peer.says(b"\r\n+CMGS: 4\r\n" + OK)
    assert await sending == ("+CMGS: 4",)


async def test_nothing_to_hand_over_needs_no_entry(link, peer, start):
    sending = await start(link.send(Put(size=0)))
    await peer.says(OK)
    await sending


@pytest.mark.parametrize(
    ("command", "entry", "error", "text"),
    [
        (Put(size=5), None, UsageError, "needs an entry"),
        (Put(size=5), b"1234", UsageError, "the entry has 4 bytes, the command says 5"),
        (Put(size=5), b"123456", UsageError, "the entry has 6 bytes, the command says 5"),
        (Put(size=100_001), bytes(100_001), LimitExceeded, "allowed are 100000"),
        (Body(), bytes(5001), LimitExceeded, "allowed are 5000"),
        (Body(), b"a\x1ab", UsageError, "0x1A"),
        (Work(), b"x", UsageError, "takes no entry"),
    ],
)
async def test_what_can_be_known_before_is_refused_before(link, peer, command, entry, error, text):
    with pytest.raises(error, match=text):
        await link.send(command, entry=entry)
    assert peer.news == b""


async def test_a_source_that_is_too_short_is_an_error_and_the_count_is_filled_up(link, peer, clock, start):
    sending = await start(link.send(Put(size=3000), entry=pieces(b"x" * 2000)))
    await peer.says(READY)
    await clock.settle()
    assert peer.news == b"AT+PUT=3000\r" + b"x" * 2000 + b" " * 1000
    with pytest.raises(UsageError, match=r"AT\+PUT=3000: the entry had 2000 bytes, the module takes 3000"):
        await sending
    working = await start(link.send(Work()))
    assert peer.news == b""
    await peer.says(OK)
    await clock.run(0.1)
    assert peer.news == b"AT+WORK\r"
    await peer.says(OK)
    await working


async def test_a_source_that_is_too_long_is_an_error_and_the_module_gets_what_it_takes(link, peer, start):
    for size, parts in ((4, (b"abc", b"def")), (3000, (b"y" * 3000, b"z"))):
        sending = await start(link.send(Put(size=size), entry=pieces(*parts)))
        await peer.says(READY)
        assert peer.news == b"AT+PUT=%d\r" % size + b"".join(parts)[:size]
        await peer.says(OK)
        with pytest.raises(UsageError, match=f"the entry had more than {size} bytes, the module takes {size}"):
            await sending


async def test_a_small_block_is_written_whole_or_not_at_all(link, peer, clock, start):
    gate = asyncio.Event()

    async def slow():
        yield b"ab"
        await gate.wait()
        yield b"cd"

    sending = await start(link.send(Put(size=4), entry=slow()))
    await peer.says(READY)
    assert peer.news == b"AT+PUT=4\r"
    gate.set()
    await clock.settle()
    assert peer.news == b"abcd"
    await peer.says(OK)
    await sending


async def test_a_source_that_fails_ends_the_entry_as_declared(link, peer, clock, start):
    async def failing():
        yield b"text"
        raise OSError("no such file")

    sending = await start(link.send(Body(), entry=failing()))
    await peer.says(b"\r\n> ")
    await clock.settle()
    assert peer.news == b"AT+BODY\rtext\x1b"
    with pytest.raises(OSError, match="no such file"):
        await sending
    await peer.says(OK)
    await clock.run(0.1)


async def test_too_much_text_ends_the_entry_as_declared(link, peer, clock, start):
    sending = await start(link.send(Body(), entry=pieces(bytes(4000), bytes(4000))))
    await peer.says(b"\r\n> ")
    await clock.settle()
    assert peer.news == b"AT+BODY\r" + bytes(4000) + b"\x1b"
    with pytest.raises(LimitExceeded):
        await sending
    await peer.says(OK)
    await clock.run(0.1)


async def test_a_source_that_stalls_is_a_time_out(link, peer, clock, start):
    async def stalling():
        yield b"z" * 2000
        await asyncio.Event().wait()

    sending = await start(link.send(Put(size=3000), entry=stalling()))
    await peer.says(READY)
    await clock.run(3.1)
    with pytest.raises(CommandTimeout) as caught:
        await sending
    assert caught.value.limit == "idle"
    assert caught.value.state == "prompted, waiting for its entry"
    assert peer.news == b"AT+PUT=3000\r" + b"z" * 2000 + b" " * 1000
    await peer.says(OK)
    await clock.run(0.1)


async def test_a_prompt_that_does_not_come_is_a_time_out(link, peer, clock, start):
    sending = await start(link.send(Put(size=3), entry=b"abc"))
    await clock.run(2.1)
    with pytest.raises(CommandTimeout) as caught:
        await sending
    assert caught.value.limit == "prompt"
    assert b"abc" not in peer.heard


async def test_an_error_instead_of_the_prompt_is_the_answer(link, peer, start):
    sending = await start(link.send(Put(size=3), entry=b"abc"))
    await peer.says(b"\r\nERROR\r\n")
    with pytest.raises(CommandFailed):
        await sending
    assert b"abc" not in peer.heard


async def test_a_module_that_ends_the_entry_early_is_noticed(link, peer, clock, start):
    gate = asyncio.Event()

    async def slow():
        yield b"x" * 2000
        await gate.wait()
        yield b"y" * 1000

    sending = await start(link.send(TimedPut(size=3000, time=1000), entry=slow()))
    await peer.says(READY)
    await clock.run(1)
    await peer.says(OK)
    with pytest.raises(ProtocolError, match="the module ended the entry after 2000 bytes"):
        await sending
    gate.set()
    await clock.settle()
    assert b"y" not in peer.heard


async def test_a_slow_line_is_waited_for(clock):
    """What a port has not sent yet is not piled up: the entry keeps to its low water mark."""
    near, far = memory_line(clock=clock, baud=115200)
    heard = bytearray()

    def answer(data):
        heard.extend(data)
        if data.endswith(b"\r"):
            far.write(READY)
        if len(heard) == 100_000 + len(b"AT+PUT=100000\r"):
            far.write(OK)

    await far.open(answer, lambda error: None)
    link = Link(near, SPEECH, clock=clock)
    await link.open()
    most = 0

    async def source():
        nonlocal most
        for _ in range(100):
            most = max(most, near.pending)
            yield bytes(1000)

    await clock.run_until(link.send(Put(size=100_000), entry=source()), 20)
    assert most < 20_000
    assert 8.6 < clock.time() < 9.0
    await link.aclose()
    await far.aclose()


@settings(max_examples=40)
@given(
    count=st.integers(0, 3000),
    cuts=st.lists(st.integers(0, 2000), max_size=8),
    granted=st.integers(1, 3000),
)
async def test_the_module_gets_exactly_what_it_takes(count, cuts, granted):
    """Never more bytes than granted, and never fewer: a source that is too short is filled up."""
    clock = ManualClock()
    near, far = memory_line(clock=clock)
    heard = bytearray()
    await far.open(heard.extend, lambda error: None)
    link = Link(near, SPEECH, clock=clock)
    await link.open()
    data = bytes(range(33, 127)) * 40
    places = sorted({0, count, *(cut for cut in cuts if cut < count)})
    source = pieces(*(data[one:two] for one, two in pairwise(places)))
    sending = asyncio.ensure_future(link.send(Offer(size=9), entry=source))
    await clock.settle()
    far.write(b"\r\n+OFFER: %d\r\n" % granted)
    await clock.settle()
    far.write(OK)
    await clock.settle()
    if count == granted:
        assert await sending == Credit(count=granted)
    else:
        with pytest.raises(UsageError):
            await sending
    assert heard == b"AT+OFFER=9\r" + (data[:count] + b" " * granted)[:granted]
    await clock.run_until(link.aclose(), 5)
    await far.aclose()
