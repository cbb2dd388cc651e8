import asyncio
import logging

import pytest

from simcom_async.at.command import RawCommand, Service
from simcom_async.at.event import FinalLine, LateReply, PayloadChunk, ReplyLine, UrcLine
from simcom_async.commands.topics import ModuleBooted
from simcom_async.errors import (
    CommandFailed,
    CommandTimeout,
    LinkError,
    ModemRestarted,
    PortLost,
    ServiceBusy,
    UnsupportedCommand,
    UsageError,
)
from simcom_async.link.bus import EventBus
from simcom_async.link.condition import Condition, LinkChanged
from simcom_async.link.link import Link
from simcom_async.link.queue import Priority
from simcom_async.ports.memory import memory_line

from .speech import (
    SPEECH,
    Action,
    ActionDone,
    GetDone,
    Get,
    Hasty,
    Level,
    LevelRead,
    Note,
    Open,
    Password,
    Rate,
    Read,
    ReadHeader,
    SendMail,
    SendRead,
    SendState,
    Sent,
    Unspoken,
    Work,
    Write,
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


@pytest.mark.parametrize("echo", [b"", b"AT+LEVEL?\r"])
@pytest.mark.parametrize("first", ["reply", "report"])
async def test_reply_and_report_of_one_prefix_at_each_byte_split(clock, first, echo):
    """Field notes 7.1: the declared number of replies reached, the line is a report; before the command it is one, too."""
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


async def test_an_undeclared_command_returns_its_lines(link, peer, start):
    sending = await start(link.send(RawCommand.of("AT+CSQ")))
    assert peer.news == b"AT+CSQ\r"
    await peer.says(b"\r\n+CSQ: 20,0\r\n\r\nOK\r\n")
    assert await sending == ("+CSQ: 20,0",)


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


# What is refused before a byte is written


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


async def test_a_claim_takes_a_service_until_its_end(link):
    with link.claim(Service.HTTP) as claim:
        with pytest.raises(ServiceBusy, match="http"):
            link.claim(Service.HTTP)
        link.claim(Service.FTP).release()
    claim.release()
    with link.claim(Service.HTTP):
        claim.release()
        with pytest.raises(ServiceBusy):
            link.claim(Service.HTTP)


async def test_services_that_the_dialect_excludes_exclude_each_other(link, peer):
    with link.claim(Service.POP3):
        with pytest.raises(ServiceBusy, match="smtp: not while pop3 is claimed"):
            link.claim(Service.SMTP)
        with pytest.raises(ServiceBusy, match=r"AT\+SEND: not while pop3 is claimed"):
            await link.send(SendMail())
    with link.claim(Service.SMTP), pytest.raises(ServiceBusy):
        link.claim(Service.POP3)
    assert peer.news == b""


# Order


async def test_one_command_is_in_flight(link, peer, start):
    first, second = await start(link.send(Work())), await start(link.send(LevelRead()))
    assert peer.news == b"AT+WORK\r"
    await peer.says(OK)
    assert peer.news == b"AT+LEVEL?\r"
    await peer.says(b"\r\n+LEVEL: 3\r\n" + OK)
    assert (await first, await second) == (None, Level(value=3))


async def test_the_more_urgent_is_written_first(link, peer, start):
    busy = await start(link.send(Work()))
    calls = [
        await start(link.send(RawCommand.of(f"+{priority.name}"), priority=priority))
        for priority in (Priority.BACKGROUND, Priority.NORMAL, Priority.URGENT)
    ]
    peer.answers = {b"AT+URGENT": OK, b"AT+NORMAL": OK, b"AT+BACKGROUND": OK}
    await peer.says(OK)
    assert peer.news == b"AT+WORK\rAT+URGENT\rAT+NORMAL\rAT+BACKGROUND\r"
    await asyncio.gather(busy, *calls)


async def test_what_waits_for_long_is_written_in_spite_of_more_urgent_ones(link, peer, clock, start):
    busy = await start(link.send(Work(), timeout=1000))
    patient = await start(link.send(RawCommand.of("+OLD"), priority=Priority.BACKGROUND))
    await clock.run(Priority.BACKGROUND - Priority.NORMAL + 1)
    fresh = await start(link.send(RawCommand.of("+NEW"), priority=Priority.NORMAL))
    peer.answers = {b"AT+OLD": OK, b"AT+NEW": OK}
    await peer.says(OK)
    assert peer.news == b"AT+WORK\rAT+OLD\rAT+NEW\r"
    await asyncio.gather(busy, patient, fresh)


async def test_too_many_waiting_commands_are_refused(link, peer, start):
    busy = await start(link.send(Work()))
    waiting = [asyncio.ensure_future(link.send(Work())) for _ in range(1024)]
    await asyncio.sleep(0)
    with pytest.raises(LinkError, match="1024 commands wait"):
        await link.send(Work())
    peer.answers = {b"AT+WORK": OK}
    await peer.says(OK)
    await asyncio.gather(busy, *waiting)


async def test_a_callback_may_start_a_command(link, peer, start):
    tasks = []
    link.bus.on(Level, lambda message: tasks.append(asyncio.ensure_future(link.send(Work()))))
    peer.answers = {b"AT+WORK": OK}
    await peer.says(b"\r\n+LEVEL: 1\r\n\r\n+LEVEL: 2\r\n")
    assert await asyncio.gather(*tasks) == [None, None]


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


# Two endings


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


async def test_a_completion_that_never_comes_is_a_time_out_by_name(link, peer, clock, start):
    sending = await start(link.send(Action(method=1)))
    await peer.says(OK)
    peer.answers = {b"AT+STOP": OK}
    await clock.run(31)
    with pytest.raises(CommandTimeout, match=r"AT\+ACTION=1: completion limit after 30 s") as caught:
        await sending
    assert caught.value.state == "final result seen, waiting for the completion"
    assert caught.value.limit == "completion"


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


async def test_an_optional_completion_stays_away_by_silence(link, peer, clock, start):
    sending = await start(link.send(Write()))
    await peer.says(OK)
    assert not sending.done()
    await clock.run(0.1)
    assert await sending is None
    sending = await start(link.send(Write()))
    await peer.says(OK + b"\r\n+NOTE: 3\r\n")
    assert await sending == Note(value=3)


# Payload


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


# Patience


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


# Late answers


async def test_a_late_answer_never_answers_another_command(link, peer, clock, start):
    """Law 5, field notes 7.5: time-out, then a late OK, then another command."""
    late = link.bus.subscribe(LateReply)
    first = await start(link.send(LevelRead(), timeout=5))
    await clock.run(5.1)
    with pytest.raises(CommandTimeout):
        await first
    second = await start(link.send(LevelRead()))
    assert link.condition is Condition.DRAINING
    assert peer.news == b"AT+LEVEL?\r"
    await peer.says(b"\r\n+LEVEL: 1\r\n\r\nOK\r\n")
    assert not second.done()
    assert [event.text for event in late.take()] == [b"+LEVEL: 1", b"OK"]
    await clock.run(0.1)
    assert peer.news == b"AT+LEVEL?\r"
    await peer.says(b"\r\n+LEVEL: 2\r\n\r\nOK\r\n")
    assert await second == Level(value=2)
    assert link.condition is Condition.READY


@pytest.mark.parametrize("delay", [0.0, 0.31, 0.5, 0.7, 0.9])
async def test_an_answer_that_is_late_at_any_moment_of_finding_the_step_stays_late(link, peer, clock, start, delay):
    first = await start(link.send(LevelRead(), timeout=5))
    await clock.run(5.0)
    with pytest.raises(CommandTimeout):
        await first
    assert peer.news == b"AT+LEVEL?\r"
    peer.answers = {b"AT": OK}
    second = await start(link.send(LevelRead()))
    await clock.run(delay)
    await peer.says(b"\r\n+LEVEL: 1\r\n\r\nOK\r\n")
    await clock.run_until(peer.hears(b"AT+LEVEL?\r"), 20)
    await peer.says(b"\r\n+LEVEL: 2\r\n\r\nOK\r\n")
    assert (await second).value == 2


async def test_a_silent_module_is_probed_until_its_answers_stand_alone(link, peer, clock, start):
    first = await start(link.send(Work()))
    await clock.run(5.1)
    with pytest.raises(CommandTimeout):
        await first
    peer.answers = {b"AT": OK, b"AT+WORK": OK}
    peer.heard = b""
    second = await start(link.send(Work()))
    await clock.run(5)
    await second
    assert peer.heard == b"AT\rAT\rAT+WORK\r"


async def test_an_echo_makes_one_answer_certain(link, peer, clock, start):
    first = await start(link.send(Work()))
    await clock.run(5.1)
    with pytest.raises(CommandTimeout):
        await first
    peer.answers = {b"AT": b"AT\r\r\nOK\r\n", b"AT+WORK": b"AT+WORK\r\r\nOK\r\n"}
    peer.heard = b""
    second = await start(link.send(Work()))
    await clock.run(5)
    await second
    assert peer.heard == b"AT\rAT+WORK\r"


async def test_a_step_that_cannot_be_found_fails_by_name_and_is_looked_for_again(link, peer, clock, start):
    first = await start(link.send(Work()))
    await clock.run(5.1)
    with pytest.raises(CommandTimeout):
        await first
    second = await start(link.send(Work()))
    await peer.says(b"\x00garbage")
    await clock.run(25)
    with pytest.raises(LinkError, match=r"AT\+WORK: memory: no certain answer to AT within 20\.0 s") as caught:
        await second
    assert caught.value.port == "memory"
    assert link.condition is Condition.OUT_OF_STEP
    peer.answers = {b"AT": b"\r\n" + OK, b"AT+WORK": OK}
    third = await start(link.send(Work()))
    await clock.run(5)
    assert await third is None
    assert link.condition is Condition.READY


async def test_a_late_completion_never_completes_the_next_operation(link, peer, clock, start):
    """Law 5: the mail that was given up is unsettled; its late end ends nothing else."""
    first = await start(link.send(SendMail(), timeout=10))
    await peer.says(OK)
    await clock.run(10.1)
    with pytest.raises(CommandTimeout):
        await first
    with pytest.raises(ServiceBusy, match=r"smtp: not while AT\+SEND was given up and its end has not been seen"):
        await link.send(SendMail())
    with pytest.raises(ServiceBusy):
        link.claim(Service.SMTP)
    with pytest.raises(ServiceBusy):
        link.claim(Service.POP3)
    forced = await start(link.send(SendMail(), admit=False))
    settled = await start(link.settled(Service.SMTP, 100))
    late = link.bus.subscribe(LateReply)
    await peer.says(b"\r\n+SEND: 1\r\n")
    assert [event.text for event in late.take()] == [b"+SEND: 1"]
    await settled
    await peer.says(OK)
    assert not forced.done()
    await peer.says(b"\r\n+SEND: 2\r\n")
    assert await forced == Sent(code=2)
    link.claim(Service.SMTP).release()


async def test_a_probe_shows_an_unsettled_service_idle(link, peer, clock, start):
    sending = await start(link.send(Action(method=1)))
    await peer.says(OK)
    peer.answers = {b"AT+STOP": b"\r\nERROR\r\n", b"AT+IDLE?": b"\r\n+IDLE: 1\r\n\r\nOK\r\n"}
    await clock.run(31)
    with pytest.raises(CommandTimeout):
        await sending
    assert peer.news == b"AT+ACTION=1\rAT+STOP\r"
    settled = await start(link.settled(Service.HTTP, 100))
    await clock.run(2)
    assert peer.news == b"AT+IDLE?\r"
    assert not settled.done()
    peer.answers[b"AT+IDLE?"] = b"\r\n+IDLE: 0\r\n\r\nOK\r\n"
    await clock.run(4)
    await settled
    link.claim(Service.HTTP).release()


# Retries


async def test_only_repeatable_commands_are_repeated(link, peer, clock, start):
    """Law 9."""
    with pytest.raises(UsageError, match="must not be repeated"):
        await link.send(Work(), retries=1)
    assert peer.news == b""
    sending = await start(link.send(LevelRead(), retries=2, timeout=3))
    await clock.run(3.1)
    peer.answers = {b"AT": OK, b"AT+LEVEL?": b"\r\n+LEVEL: 6\r\n\r\nOK\r\n"}
    assert await clock.run_until(sending, 20) == Level(value=6)
    assert peer.heard.count(b"AT+LEVEL?") == 2


async def test_an_error_that_repeating_does_not_mend_is_raised_at_once(link, peer, start):
    sending = await start(link.send(LevelRead(), retries=5))
    await peer.says(b"\r\nERROR\r\n")
    with pytest.raises(CommandFailed):
        await sending
    assert peer.heard.count(b"AT+LEVEL?") == 1


# Restart, loss, end


async def test_a_restart_fails_what_is_in_flight_by_name(link, peer, clock, start):
    boots = link.bus.subscribe(ModuleBooted)
    action = await start(link.send(Action(method=1)))
    await peer.says(OK)
    sending, waiting = await start(link.send(Work())), await start(link.send(LevelRead()))
    link.state.echo = True
    peer.answers = {b"AT": OK, b"AT+LEVEL?": b"\r\n+LEVEL: 1\r\n" + OK}
    await peer.says(b"\r\nRDY\r\n")
    for call, text in ((sending, "AT+WORK"), (action, "AT+ACTION=1")):
        with pytest.raises(ModemRestarted) as caught:
            await call
        assert str(caught.value) == f"{text}: the module has restarted (Ready)"
    assert len(boots.take()) == 1
    assert link.state.echo is None
    await clock.run(3)
    assert await waiting == Level(value=1)
    link.claim(Service.HTTP).release()


async def test_a_restart_settles_what_was_unsettled(link, peer, clock, start):
    sending = await start(link.send(SendMail(), timeout=6))
    await peer.says(OK)
    await clock.run(7)
    with pytest.raises(CommandTimeout):
        await sending
    await peer.says(b"\r\nRDY\r\n")
    link.claim(Service.SMTP).release()
    again = await start(link.send(SendMail()))
    await peer.says(OK, b"\r\n+SEND: 1\r\n")
    assert await again == Sent(code=1)


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


async def test_a_port_lost_while_draining_ends_the_drain(link, peer, clock, start):
    sending = await start(link.send(Work()))
    await clock.run(5.1)
    with pytest.raises(CommandTimeout):
        await sending
    assert link.condition is Condition.DRAINING
    peer.port.unplug()
    await clock.settle()
    assert link.condition is Condition.LOST
    await clock.run(100)
    assert clock.next_due is None


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


# Secrets


async def test_secrets_stay_out_of_errors_and_logs(link, peer, clock, start, caplog):
    """Law 10."""
    secret = "hunter-two"
    with caplog.at_level(logging.DEBUG, "simcom_async.link"):
        sending = await start(link.send(Password(password=secret)))
        await peer.says(b'AT+PASS="hunt', b'er-two"\r\r\n')
        await clock.run(6)
        with pytest.raises(CommandTimeout) as caught:
            await sending
        peer.answers = {b"AT": OK}
        await clock.run(5)
        reading = await start(link.send(Password.query()))
        await peer.says(b'\r\n+PASS: "hunt', b'er-two"\r\n' + OK)
        assert (await reading).password.get_secret_value() == secret
        working = await start(link.send(Work()))
        await peer.says(OK)
        await working
    assert secret not in str(caught.value) + repr(caught.value.__dict__)
    assert caught.value.seen == b'AT+PASS="**********"\r\r\n'
    assert secret not in repr(link._schedule.operations())
    logged = caplog.text
    assert "hunt" not in logged
    assert "er-two" not in logged
    assert 'AT+PASS="**********"' in logged
    assert "RX b'\\r\\nOK\\r\\n'" in logged


async def test_a_bus_of_ones_own_is_not_needed(link):
    assert isinstance(link.bus, EventBus)
    assert link.dialect is SPEECH
    link.dialect = SPEECH
    assert await asyncio.sleep(0) is None


async def test_other_services_work_while_one_is_unsettled(link, peer, clock, start):
    sending = await start(link.send(SendMail(), timeout=6))
    await peer.says(OK)
    await clock.run(7)
    with pytest.raises(CommandTimeout):
        await sending
    with pytest.raises(ServiceBusy):
        link.claim(Service.POP3)
    with link.claim(Service.HTTP):
        pass
    opening = await start(link.send(Open()))
    await peer.says(OK)
    await opening
