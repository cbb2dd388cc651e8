import asyncio

import pytest

from simcom_async.at.command import RawCommand, Service
from simcom_async.at.event import FinalLine, LateReply, ReplyLine, UrcLine
from simcom_async.errors import (
    CommandFailed,
    LinkError,
    PortLost,
    UnsupportedCommand,
    UsageError,
)
from simcom_async.link.condition import Condition, LinkChanged
from simcom_async.link.link import Link
from simcom_async.ports.memory import memory_line
from simcom_async.ports.serial import SerialPort

from .speech import (
    SPEECH,
    Action,
    ActionDone,
    Level,
    LevelRead,
    Password,
    Unspoken,
    Work,
)

OK = b"\r\nOK\r\n"


async def test_a_command_returns_its_answer(link, peer, start):
    sending = await start(link.send(LevelRead()))
    assert peer.news == b"AT+LEVEL?\r"
    await peer.says(b"\r\n+LEVEL: 7\r\n\r\nOK\r\n")
    assert await sending == Level(value=7)


async def test_a_bad_final_result_raises_and_the_port_is_free(link, peer, start):
    sending = await start(link.send(Work()))
    await peer.says(b"\r\n+CME ERROR: 3\r\n")
    with pytest.raises(CommandFailed, match=r"AT\+WORK: \+CME ERROR: 3"):
        await sending
    again = await start(link.send(Work()))
    await peer.says(OK)
    assert await again is None


async def test_all_that_comes_is_on_the_bus_when_the_answer_is_returned(link, peer, start):
    events = link.bus.subscribe(UrcLine, ReplyLine, FinalLine)
    sending = await start(link.send(Work()))
    await peer.says(b"\r\n+LEVEL: 1\r\n\r\nOK\r\n")
    await sending
    assert [event.kind for event in events.take()] == ["urc", "final"]


async def test_an_undeclared_command_returns_its_lines(link, peer, start):
    sending = await start(link.send(RawCommand.of("AT+CSQ")))
    assert peer.news == b"AT+CSQ\r"
    await peer.says(b"\r\n+CSQ: 20,0\r\n\r\nOK\r\n")
    assert await sending == ("+CSQ: 20,0",)


async def test_what_the_dialect_does_not_speak_is_refused_unless_asked_for(link, peer, start):
    with pytest.raises(UnsupportedCommand):
        await link.send(Unspoken())
    assert peer.news == b""
    sending = await start(link.send(Unspoken(), admit=False))
    assert peer.news == b"AT+UNSPOKEN\r"
    await peer.says(OK)
    await sending


async def test_no_parameter_breaks_out(link, peer):
    """Law 11, at the link: nothing is written for a value that would end the command line."""
    for value in ['a"b', "a\rAT+WORK", "a\nb", "a\x1ab", "a\x1bb", "x" * 21]:
        with pytest.raises(UsageError):
            await link.send(Password(password=value))
    assert peer.news == b""


async def test_a_callback_may_start_a_command(link, peer, start):
    tasks = []
    link.bus.on(Level, lambda message: tasks.append(asyncio.ensure_future(link.send(Work()))))
    peer.answers = {b"AT+WORK": OK}
    await peer.says(b"\r\n+LEVEL: 1\r\n\r\n+LEVEL: 2\r\n")
    assert await asyncio.gather(*tasks) == [None, None]


@pytest.mark.parametrize(
    "dialogue",
    [
        [b"\r\nOK\r\n", b"\r\n+ACTION: 1,200\r\n"],
        [b"\r\n+ACTION: 1,200\r\n", b"\r\nOK\r\n"],
        [b"\r\nOK\r\n\r\n+ACTION: 0,200\r\n", b"\r\n+ACTION: 1,200\r\n"],
    ],
)
async def test_the_answer_is_returned_on_completion_in_either_order(link, peer, start, dialogue):
    """Law 4, field notes 7.3: OK says "heard you"."""
    sending = await start(link.send(Action(method=1)))
    await peer.says(dialogue[0])
    assert not sending.done()
    await peer.says(dialogue[1])
    assert await sending == ActionDone(method=1, status=200)


async def test_a_lost_port_fails_everything_by_name_and_can_be_opened_again(link, peer, clock, start):
    changes = []
    link.bus.on(LinkChanged, lambda event: changes.append(event.condition))
    action = await start(link.send(Action(method=1)))
    await peer.says(OK)
    calls = [action, await start(link.send(Work())), await start(link.send(LevelRead()))]
    reading = await start(link.bus.subscribe(Level).get())
    peer.port.unplug()
    await clock.settle()
    for call, text in zip(calls, ("AT+ACTION=1", "AT+WORK", "AT+LEVEL?"), strict=True):
        with pytest.raises(PortLost, match="memory was unplugged") as caught:
            await call
        assert str(caught.value).startswith(text)
        assert caught.value.port == "memory"
    with pytest.raises(PortLost):
        await reading
    with pytest.raises(PortLost, match=r"AT\+WORK: the link over memory is lost"):
        await link.send(Work())
    await peer.open()
    await link.open()
    peer.answers = {b"AT+WORK": OK}
    assert await link.send(Work()) is None
    assert changes == [Condition.LOST, Condition.READY]
    with pytest.raises(UsageError, match="ready"):
        await link.open()


async def test_a_port_that_is_dropped_is_lost_and_can_be_opened_again(link, peer, clock, start):
    link.state.baud = 9600
    work = await start(link.send(Work()))
    await clock.run_until(link.drop("is closed by a test"), 5)
    with pytest.raises(PortLost, match=r"AT\+WORK: memory is closed by a test"):
        await work
    assert link.condition is Condition.LOST
    assert not link._port._state.is_open
    await link.open()
    assert link.state.baud == 9600  # that of the port, which a reopened one has again
    peer.answers = {b"AT+WORK": OK}
    assert await link.send(Work()) is None


async def test_closing_ends_everything_and_leaks_nothing(clock):
    before = asyncio.all_tasks()
    near, far = memory_line(clock=clock)
    heard = []
    await far.open(heard.append, lambda error: None)
    link = Link(near, SPEECH, clock=clock)
    with pytest.raises(PortLost, match="closed"):
        await link.send(Work())
    async with link:
        sending, waiting = asyncio.create_task(link.send(Work())), asyncio.create_task(link.send(LevelRead()))
        reading = asyncio.create_task(link.bus.subscribe(Level).get())
        await clock.settle()
        closing = asyncio.create_task(clock.run_until(link.aclose(), 10))
        for call in (sending, waiting):
            with pytest.raises(PortLost, match="is"):
                await call
        await closing
        await link.aclose()
        with pytest.raises(UsageError):
            await reading
    with pytest.raises(PortLost, match="closed"):
        await link.send(Work())
    with pytest.raises(UsageError, match="closed"):
        await link.open()
    await far.aclose()
    assert link.condition is Condition.CLOSED
    assert clock.next_due is None
    assert asyncio.all_tasks() == before


async def test_closing_leaves_an_abort_time_to_be_sent(clock):
    near, far = memory_line(clock=clock)
    heard = []

    def answer(data):
        heard.append(data)
        far.write(OK)

    await far.open(answer, lambda error: None)
    link = Link(near, SPEECH, clock=clock)
    await link.open()
    sending = asyncio.create_task(link.send(Action(method=1)))
    await clock.settle()
    await clock.run_until(link.aclose(), 10)
    with pytest.raises(PortLost):
        await sending
    assert heard == [b"AT+ACTION=1\r", b"AT+STOP\r"]
    await far.aclose()


async def test_a_port_that_cannot_be_opened_leaves_nothing_behind(clock):
    before = asyncio.all_tasks()
    near, far = memory_line(clock=clock)
    far.unplug()
    link = Link(near, SPEECH, clock=clock)
    with pytest.raises(LinkError, match="unplugged"):
        await link.open()
    assert asyncio.all_tasks() == before
    assert link.condition is Condition.CLOSED
    await link.aclose()


async def test_a_burst_of_reports_with_odd_line_ends_is_delivered_whole(link, peer, clock, start):
    """Field notes 7.2: an unknown report, doubled carriage returns, three reports in one read, no last line feed."""
    lines = link.bus.subscribe(UrcLine, LateReply)
    sending = await start(link.send(Work()))
    await peer.says(b"\r\r\n+LEVEL: 1\r\r\n+NOVELTY: x\r\n\n+LEVEL: 2\r\n\r\nOK")
    assert not sending.done()
    await clock.run(0.1)
    assert await sending is None
    assert [event.text for event in lines.take()] == [b"+LEVEL: 1", b"+NOVELTY: x", b"+LEVEL: 2"]
    await peer.says(b"\r\n")


async def test_an_answer_may_come_in_single_bytes(link, peer, clock, start):
    sending = await start(link.send(LevelRead()))
    for byte in b"AT+LEVEL?\r\r\n+LEVEL: 12\r\n\r\nOK\r\n":
        await peer.says(bytes([byte]))
        await clock.run(0.001)
    assert await sending == Level(value=12)


async def test_a_failure_of_the_link_itself_leaves_nobody_waiting(link, peer, clock, start):
    async def bug():
        raise RuntimeError("a bug")

    sending = await start(link.send(Work()))
    link._owner.spawn(bug())
    await clock.settle()
    with pytest.raises(PortLost, match="the link has failed: RuntimeError"):
        await sending
    assert link.condition is Condition.LOST


async def test_a_call_that_is_cancelled_while_the_port_goes_is_released(link, peer, clock, start):
    for order in ("cancel first", "loss first"):
        sending = await start(link.send(Action(method=1)))
        if order == "cancel first":
            sending.cancel()
            peer.port.unplug()
        else:
            peer.port.unplug()
            sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await clock.settle()
        assert link.condition is Condition.LOST
        await peer.open()
        await link.open()
        link.claim(Service.HTTP).release()


def test_a_link_says_whether_its_port_makes_the_module_wait():
    assert Link(memory_line()[0], SPEECH).flow_control
    assert not Link(SerialPort("/dev/ttyUSB4711"), SPEECH).flow_control
