import asyncio

import pytest

from simcom_async.at.command import RawCommand
from simcom_async.at.event import Noise, PayloadChunk, UrcLine
from simcom_async.commands.pop3_mail import Pop3Get, Pop3Path, Pop3Saved
from simcom_async.dialects import DIALECTS
from simcom_async.errors import (
    CommandTimeout,
    LinkError,
)
from simcom_async.link.condition import Condition
from simcom_async.link.link import Link
from simcom_async.ports.memory import MemoryPort, _Wire, memory_line
from simcom_async.ports.port import OUTGOING_BOUND

from .speech import (
    SPEECH,
    Action,
    ActionDone,
    Get,
    GetDone,
    IdleRead,
    Level,
    LevelRead,
    Note,
    Rate,
    Read,
    ReadHeader,
    Work,
    Write,
)

OK = b"\r\nOK\r\n"


async def test_the_rest_of_a_line_that_never_ended_is_no_part_of_an_answer(link, peer, clock, start):
    noise = link.bus.subscribe(Noise)
    await peer.says(b"x")
    await clock.run(1)
    assert not noise.pending
    sending = await start(link.send(RawCommand.of("+ANY")))
    assert [event.text for event in noise.take()] == [b"x"]
    await peer.says(b"\r\nall of it\r\n\r\nOK\r\n")
    assert await sending == ("all of it",)


async def test_a_line_that_has_just_begun_is_whole_although_a_command_is_written_meanwhile(link, peer, clock, start):
    urcs = link.bus.subscribe(UrcLine)
    await peer.says(b"\r\n+NOTE: ")
    await clock.run(0.1)
    sending = await start(link.send(RawCommand.of("+ANY")))
    await peer.says(b"1\r\n\r\nOK\r\n")
    await sending
    assert [event.text for event in urcs.take()] == [b"+NOTE: 1"]


async def test_a_command_without_at_has_no_line_end(link, peer, start):
    from simcom_async.commands.general import Repeat

    sending = await start(link.send(Repeat(), admit=False))
    assert peer.news == b"A/"
    await peer.says(OK)
    await sending


async def test_the_spelling_of_the_module_is_used(link, peer, start):
    link.state.spellings["+WORK"] = "+WRK"
    sending = await start(link.send(Work()))
    assert peer.news == b"AT+WRK\r"
    await peer.says(OK)
    await sending


async def test_the_command_is_armed_before_it_is_written(clock):
    """Law 3: an answer that comes in the very call of write is not too early."""

    class Hasty:
        url = "hasty"
        pending = 0

        async def open(self, sink, lost):
            self.sink = sink

        def write(self, data):
            self.sink(b"\r\n+LEVEL: 5\r\n\r\nOK\r\n")

        async def aclose(self):
            pass

    link = Link(Hasty(), SPEECH, clock=clock)
    await link.open()
    assert await link.send(LevelRead()) == Level(value=5)
    await link.aclose()


async def test_the_port_is_free_between_final_result_and_completion(link, peer, start):
    action = await start(link.send(Action(method=0)))
    await peer.says(OK)
    level = await start(link.send(LevelRead()))
    await peer.says(b"\r\n+LEVEL: 4\r\n\r\n+ACTION: 0,404\r\n\r\nOK\r\n")
    assert await level == Level(value=4)
    assert await action == ActionDone(method=0, status=404)


async def test_the_port_is_held_where_the_declaration_says_so(link, peer, start):
    getting = await start(link.send(Get()))
    await peer.says(OK)
    working = await start(link.send(Work()))
    await peer.says(b"\r\n+GET: DATA,2\r\nOK\r\n")
    assert peer.news == b"AT+GET\r"
    await peer.says(b"\r\n+GET: 0\r\n")
    assert await getting == GetDone(code=0)
    assert peer.news == b"AT+WORK\r"
    await peer.says(OK)
    await working


async def test_an_optional_completion_stays_away_by_silence(link, peer, clock, start):
    sending = await start(link.send(Write()))
    await peer.says(OK)
    assert not sending.done()
    await clock.run(0.1)
    assert await sending is None
    sending = await start(link.send(Write()))
    await peer.says(OK + b"\r\n+NOTE: 3\r\n")
    assert await sending == Note(value=3)


@pytest.mark.parametrize("comes", [True, False])
async def test_a_line_that_belongs_to_the_one_before_may_come_later_than_the_rest_of_one(clock, comes):
    near, far = memory_line(clock=clock)
    await far.open(lambda data: None, lambda error: None)
    async with Link(near, DIALECTS["sim7100"], clock=clock) as link:
        getting = asyncio.create_task(link.send(Pop3Get(number=1)))
        await clock.settle()
        far.write(OK + b"\r\n+POP3: SUCCESS\r\n")
        await clock.run(0.25)
        assert not getting.done()
        if comes:
            far.write(b"\r\nC:/Email/090901120000/, EMAIL000.TXT\r\n")
        await clock.run(0.1)
        path = Pop3Path(directory="C:/Email/090901120000/", file="EMAIL000.TXT")
        assert await getting == (path if comes else Pop3Saved())
    await far.aclose()


async def test_the_sink_gets_the_pieces_of_the_payload(link, peer, start):
    pieces = []
    chunks = link.bus.subscribe(PayloadChunk)
    sending = await start(link.send(Read(), sink=pieces.append))
    await peer.says(b"\r\n+READ: 9\r\nab", b"OK\r\n", b"\x1a>\r", b"\r\nOK\r\n")
    assert await sending == ReadHeader(length=9)
    assert b"".join(pieces) == b"abOK\r\n\x1a>\r"
    assert sum(len(chunk.data) for chunk in chunks.take()) == 9


async def test_packets_reach_the_sink_while_the_completion_is_due(link, peer, start):
    pieces = []
    sending = await start(link.send(Get(), sink=pieces.append))
    await peer.says(OK, b"\r\n+GET: DATA,3\r\nabc", b"\r\n+GET: DATA,2\r\nde\r\n+GET: 0\r\n")
    assert await sending == GetDone(code=0)
    assert pieces == [b"abc", b"de"]


async def test_the_error_of_a_sink_is_the_error_of_the_command(link, peer, clock, start):
    def sink(data):
        raise ValueError("disk full")

    sending = await start(link.send(Read(), sink=sink))
    await peer.says(b"\r\n+READ: 5\r\nab")
    with pytest.raises(ValueError, match="disk full"):
        await sending
    await peer.says(b"cde", OK)
    working = await start(link.send(Work()))
    await clock.run(0.1)
    await peer.says(OK)
    assert await working is None


async def test_deadlines_stand_still_while_the_port_is_paused(link, peer, clock, start):
    sending = await start(link.send(Read()))
    await peer.says(b"\r\n+READ: 4\r\nab")
    link.pause()
    link.pause()
    peer.say(b"cd\r\nOK\r\n")
    await clock.run(1000)
    assert not sending.done()
    link.resume()
    link.resume()
    await clock.settle()
    assert await sending == ReadHeader(length=4)


async def test_deadlines_go_on_where_they_stopped(link, peer, clock, start):
    sending = await start(link.send(Work()))
    await clock.run(3)
    link.pause()
    await clock.run(100)
    link.resume()
    await clock.run(1.9)
    assert not sending.done()
    await clock.run(0.2)
    with pytest.raises(CommandTimeout):
        await sending


async def test_the_rate_follows_the_module(clock):
    near, far = memory_line(clock=clock, baud=9600)
    heard = b""

    def answer(data):
        nonlocal heard
        heard += data
        if data.endswith(b"\r"):
            far.write(OK)

    await far.open(answer, lambda error: None)
    link = Link(near, SPEECH, clock=clock)
    await link.open()
    await clock.run_until(link.send(Rate(rate=115200)), 10)
    assert link.state.baud == 115200
    start = clock.time()
    await clock.run_until(asyncio.gather(link.send(Work()), link.send(Work())), 10)
    assert heard.endswith(b"AT+WORK\rAT+WORK\r")
    assert near._wire._baud == 115200
    assert clock.time() - start < 16 * 10 / 9600 + 0.1
    await link.aclose()
    await far.aclose()


@pytest.mark.parametrize("echo", [b"", b"AT+LEVEL?\r"])
@pytest.mark.parametrize("first", ["reply", "report"])
async def test_reply_and_report_of_one_prefix_at_each_byte_split(clock, first, echo):
    """Field notes 7.1: behind the declared number of replies a line is a report; before the command it is one, too."""
    dialogue = echo + b"\r\n+LEVEL: 1\r\n\r\nOK\r\n\r\n+LEVEL: 2\r\n"
    before = b"" if first == "reply" else b"\r\n+LEVEL: 0\r\n"
    for cut in range(len(dialogue)):
        near, far = memory_line(clock=clock)
        heard = []
        await far.open(heard.append, lambda error: None)
        link = Link(near, SPEECH, clock=clock)
        await link.open()
        levels = link.bus.subscribe(Level)
        if before:
            far.write(before)
            await clock.settle()
        sending = asyncio.create_task(link.send(LevelRead()))
        await clock.settle()
        for piece in (dialogue[:cut], dialogue[cut:]):
            far.write(piece)
            await clock.settle()
        assert (await sending).value == 1
        assert [message.value for message in levels.take()] == ([0] if before else []) + [1, 2]
        await link.aclose()
        await far.aclose()


async def test_what_the_port_refuses_is_the_error_of_the_command(clock):
    near, far = memory_line(clock=clock, baud=115200)
    await far.open(lambda data: None, lambda error: None)
    link = Link(near, SPEECH, clock=clock)
    await link.open()
    near.write(bytes(OUTGOING_BOUND + 1))
    with pytest.raises(LinkError, match="memory does not take its bytes"):
        await link.send(Work())
    assert link.condition is Condition.READY
    await link.aclose()
    await far.aclose()


async def test_a_rate_that_the_port_cannot_follow_is_out_of_step(clock):
    class Stubborn(MemoryPort):
        async def set_baud(self, baud):
            raise LinkError(f"memory cannot do {baud} bit/s", port="memory")

    near, far = Stubborn(), MemoryPort()
    near._join(far, _Wire(near, far, clock, None))
    far._join(near, _Wire(far, near, clock, None))
    await far.open(lambda data: far.write(OK), lambda error: None)
    link = Link(near, SPEECH, clock=clock)
    await link.open()
    await link.send(Rate(rate=9600))
    await clock.settle()
    assert link.condition is Condition.OUT_OF_STEP
    await clock.run_until(link.aclose(), 5)
    await far.aclose()


@pytest.mark.parametrize(
    ("command", "answer", "lasts"),
    [(IdleRead(), b"\r\n+IDLE: 1\r\n" + OK, True), (LevelRead(), b"\r\n+LEVEL: 1\r\n" + OK, False)],
)
async def test_a_command_of_its_service_restarts_the_patience_with_a_completion(
    link, peer, clock, start, command, answer, lasts
):
    action = await start(link.send(Action(method=0)))
    await peer.says(OK)
    for _ in range(4):
        await clock.run(20)
        if action.done():
            break
        asking = await start(link.send(command))
        await peer.says(answer)
        await asking
    assert action.done() is not lasts
    if lasts:
        await peer.says(b"\r\n+ACTION: 0,200\r\n")
        assert (await action).status == 200
    else:
        with pytest.raises(CommandTimeout, match="completion limit"):
            await action
