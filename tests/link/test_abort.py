"""Law 8, field notes 7.6: cancelled at every point, the declared abort is sent and the link goes on."""

import asyncio

import pytest

from simcom_async.at.command import Service
from simcom_async.at.event import LateReply
from simcom_async.errors import CommandFailed, ServiceBusy
from simcom_async.link.abort import LONGEST
from simcom_async.link.condition import Condition
from simcom_async.link.link import Link
from simcom_async.ports.memory import memory_line

from .speech import (
    SPEECH,
    Action,
    Body,
    Dial,
    Get,
    LevelRead,
    Pack,
    Push,
    Put,
    Read,
    SendMail,
    Sent,
    Stream,
    TimedPut,
    Work,
    Write,
)

OK = b"\r\nOK\r\n"
READY = b"\r\nDOWNLOAD\r\n"


async def cancelled(call):
    """Cancels a call and shows that its caller is released in the next turns of the loop."""
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call


async def usable(link, peer, clock, start):
    """Shows that the next command is answered by its own answer."""
    peer.answers = {b"AT": OK, b"AT+LEVEL?": b"\r\n+LEVEL: 77\r\n\r\nOK\r\n"}
    asking = await start(link.send(LevelRead()))
    assert (await clock.run_until(asking, 30)).value == 77
    assert link.condition is Condition.READY


async def stalled(*given):
    for piece in given:
        yield piece
    await asyncio.Event().wait()


async def test_in_the_queue_nothing_is_written(link, peer, clock, start):
    busy = await start(link.send(Work()))
    queued = await start(link.send(Put(size=3), entry=b"abc"))
    await cancelled(queued)
    await peer.says(OK)
    await busy
    assert peer.heard == b"AT+WORK\r"
    assert link.condition is Condition.READY


async def test_while_the_answer_is_due_it_is_waited_for(link, peer, clock, start):
    late = link.bus.subscribe(LateReply)
    sending = await start(link.send(Work()))
    await cancelled(sending)
    assert link.condition is Condition.DRAINING
    waiting = await start(link.send(LevelRead()))
    await clock.run(2)
    assert peer.heard == b"AT+WORK\r"
    await peer.says(OK)
    assert [event.text for event in late.take()] == [b"OK"]
    await clock.run(0.1)
    assert peer.heard == b"AT+WORK\rAT+LEVEL?\r"
    await peer.says(b"\r\n+LEVEL: 1\r\n" + OK)
    assert (await waiting).value == 1


async def test_an_answer_that_never_comes_ends_in_finding_the_step(link, peer, clock, start):
    sending = await start(link.send(Work()))
    await cancelled(sending)
    await usable(link, peer, clock, start)
    assert peer.heard.startswith(b"AT+WORK\rAT\r")


async def test_during_write(clock, start):
    """The command is still in the port's buffer: it goes out whole, and its answer is late."""
    near, far = memory_line(clock=clock, baud=1200)
    heard = b""

    def answer(data):
        nonlocal heard
        heard += data
        if data.endswith(b"\r"):
            far.write(b"\r\n+LEVEL: 1\r\n\r\nOK\r\n" if heard.count(b"\r") == 1 else b"\r\n+LEVEL: 2\r\n\r\nOK\r\n")

    await far.open(answer, lambda error: None)
    link = Link(near, SPEECH, clock=clock)
    await link.open()
    sending = await start(link.send(LevelRead()))
    await clock.run(0.02)
    assert 0 < len(heard) < 5
    await cancelled(sending)
    asking = await start(link.send(LevelRead()))
    assert (await clock.run_until(asking, 10)).value == 2
    assert heard == b"AT+LEVEL?\rAT+LEVEL?\r"
    await link.aclose()
    await far.aclose()


@pytest.mark.parametrize("when", ["before", "at"])
async def test_a_block_is_handed_over_whole_though_nobody_waits(link, peer, clock, start, when):
    sending = await start(link.send(Put(size=3), entry=b"abc"))
    if when == "at":
        peer.say(READY)
    await cancelled(sending)
    if when == "before":
        await peer.says(READY)
    await clock.settle()
    await peer.says(OK)
    await clock.run(1)
    await usable(link, peer, clock, start)
    assert peer.heard.startswith(b"AT+PUT=3\rabcAT")


@pytest.mark.parametrize(
    ("command", "prompt", "abort"),
    [
        (Put(size=3), READY, b"   "),
        (Put(size=100_000), READY, b" " * 100_000),
        (Body(), b"\r\n> ", b"\x1b"),
        (Stream(), b"\r\n> ", b"\x1a"),
    ],
)
@pytest.mark.parametrize("when", ["before", "at", "inside"])
async def test_at_the_prompt_and_inside_the_entry(link, peer, clock, start, command, prompt, abort, when):
    begun = b"x" * 2000 if when == "inside" and abort != b"   " else b""
    sending = await start(link.send(command, entry=stalled(begun) if begun else stalled()))
    text = peer.news
    if when == "before":
        await cancelled(sending)
    await peer.says(prompt)
    if when != "before":
        await cancelled(sending)
    assert link.condition is Condition.DRAINING
    await clock.settle()
    assert peer.news == begun + (abort[len(begun) :] if abort.isspace() else abort)
    await peer.says(OK)
    await clock.run(0.1)
    assert link.condition is Condition.READY
    assert peer.heard.startswith(text)
    await usable(link, peer, clock, start)
    assert b"AT\r" not in peer.heard


async def test_a_block_that_was_begun_is_finished(link, peer, clock, start):
    """A counted block of up to 1460 bytes is on its way as soon as it is begun."""
    sending = await start(link.send(Put(size=1460), entry=b"b" * 1460))
    peer.say(READY)
    await peer.hears(b"AT+PUT=1460\rb")
    await cancelled(sending)
    await clock.settle()
    assert peer.heard == b"AT+PUT=1460\r" + b"b" * 1460
    await peer.says(OK)
    await usable(link, peer, clock, start)


async def test_an_entry_that_ends_by_the_timer_of_the_module_is_waited_for(link, peer, clock, start):
    sending = await start(link.send(TimedPut(size=5000, time=20_000), entry=stalled(b"q" * 2000)))
    await peer.says(READY)
    await cancelled(sending)
    await clock.run(19)
    assert peer.heard == b"AT+TPUT=5000,20000\r" + b"q" * 2000
    assert link.condition is Condition.DRAINING
    await peer.says(OK)
    await clock.run(0.1)
    await usable(link, peer, clock, start)
    assert b"AT\r" not in peer.heard


async def test_mid_payload_the_rest_is_received_and_goes_nowhere(link, peer, clock, start):
    found = []
    sending = await start(link.send(Read(), sink=found.append))
    await peer.says(b"\r\n+READ: 8\r\nabcd")
    await cancelled(sending)
    await peer.says(b"OK\r\n", OK)
    await clock.run(0.1)
    assert found == [b"abcd"]
    await usable(link, peer, clock, start)
    assert b"AT\r" not in peer.heard


async def test_a_payload_that_stops_for_ever_is_ended(link, peer, clock, start):
    sending = await start(link.send(Read()))
    await peer.says(b"\r\n+READ: 100\r\nabcd")
    await cancelled(sending)
    await usable(link, peer, clock, start)


async def test_while_the_completion_is_due_the_declared_command_is_sent(link, peer, clock, start):
    sending = await start(link.send(Action(method=1)))
    await peer.says(OK)
    await cancelled(sending)
    await clock.settle()
    assert peer.news == b"AT+ACTION=1\rAT+STOP\r"
    with pytest.raises(ServiceBusy):
        link.claim(Service.HTTP)
    await peer.says(OK)
    with pytest.raises(ServiceBusy):
        link.claim(Service.HTTP)
    await clock.run(0.4)
    with link.claim(Service.HTTP):
        again = await start(link.send(Action(method=1)))
        await peer.says(OK, b"\r\n+ACTION: 1,200\r\n")
        assert (await again).status == 200


async def test_what_the_abort_ends_may_still_say_so(link, peer, clock, start):
    late = link.bus.subscribe(LateReply)
    sending = await start(link.send(Action(method=1)))
    await peer.says(OK)
    await cancelled(sending)
    await peer.says(OK)
    await clock.run(0.1)
    await peer.says(b"\r\n+ACTION: 1,601\r\n")
    assert [event.text for event in late.take()] == [b"+ACTION: 1,601"]
    link.claim(Service.HTTP).release()


async def test_the_abort_and_the_probe_are_admitted_while_unsettled(link, peer, clock, start):
    from .speech import IdleRead, Stop

    sending = await start(link.send(Action(method=1)))
    await peer.says(OK)
    await cancelled(sending)
    await clock.settle()
    await peer.says(b"\r\nERROR\r\n")
    for command, answer in ((Stop(), OK), (IdleRead(), b"\r\n+IDLE: 1\r\n" + OK)):
        helping = await start(link.send(command))
        await peer.says(answer)
        await helping
    with pytest.raises(ServiceBusy):
        await link.send(Action(method=1))


async def test_before_the_final_result_of_an_operation(link, peer, clock, start):
    """The work may have begun: when OK comes after all, it is stopped."""
    sending = await start(link.send(Action(method=1)))
    await cancelled(sending)
    await peer.says(OK)
    await clock.run(0.1)
    assert peer.news == b"AT+ACTION=1\rAT+STOP\r"
    await peer.says(OK)
    await clock.run(0.4)
    link.claim(Service.HTTP).release()


async def test_work_that_cannot_be_stopped_is_waited_for(link, peer, clock, start):
    sending = await start(link.send(SendMail()))
    await peer.says(OK)
    await cancelled(sending)
    await clock.run(29)
    assert peer.news == b"AT+SEND\r"
    with pytest.raises(ServiceBusy):
        await link.send(SendMail())
    await usable(link, peer, clock, start)
    await peer.says(b"\r\n+SEND: 1\r\n")
    peer.answers = {}
    again = await start(link.send(SendMail()))
    await peer.says(OK, b"\r\n+SEND: 2\r\n")
    assert await again == Sent(code=2)


async def test_work_that_holds_the_port_is_stopped_by_its_command(link, peer, clock, start):
    found = []
    sending = await start(link.send(Get(), sink=found.append))
    await peer.says(OK, b"\r\n+GET: DATA,3\r\nabc")
    await cancelled(sending)
    await clock.settle()
    assert peer.news == b"AT+GET\rAT+STOPGET\r"
    await peer.says(b"\r\n+GET: DATA,3\r\ndef", b"\r\nOK\r\n", b"\r\n+GET: 80\r\n")
    await clock.run(1)
    assert found == [b"abc"]
    link.claim(Service.FTP).release()
    await usable(link, peer, clock, start)


async def test_work_that_holds_the_port_and_does_not_stop_stays_unsettled(link, peer, clock, start):
    sending = await start(link.send(Get()))
    await peer.says(OK)
    await cancelled(sending)
    await clock.settle()
    await peer.says(b"\r\nERROR\r\n")
    await clock.run(1)
    await usable(link, peer, clock, start)
    assert peer.heard == b"AT+GET\rAT+STOPGET\rAT+LEVEL?\r"
    with pytest.raises(ServiceBusy):
        link.claim(Service.FTP)
    await peer.says(b"\r\n+GET: 0\r\n")
    link.claim(Service.FTP).release()


async def pushed(peer, start, link):
    """A file on its way that nobody wants any more."""
    sending = await start(link.send(Push()))
    await peer.says(OK + b"\r\n+PUSH: DATA\r\n", b"first")
    await cancelled(sending)
    return await start(link.settled(Service.FTP, None))


async def test_what_nothing_stops_is_waited_out_as_long_as_it_comes(link, peer, clock, start):
    settling = await pushed(peer, start, link)
    for _ in range(5):
        await clock.run(8)
        await peer.says(b"more")
        with pytest.raises(ServiceBusy):
            link.claim(Service.FTP)
    assert not settling.done()
    await peer.says(b"\x03\r\n+PUSH: 0\r\n")
    await settling
    link.claim(Service.FTP).release()
    await usable(link, peer, clock, start)
    assert peer.heard == b"AT+PUSH\rAT+LEVEL?\r"


async def test_a_payload_that_has_broken_off_swallows_no_later_answer(link, peer, clock, start):
    settling = await pushed(peer, start, link)
    await clock.run(8)
    peer.answers = {b"AT": OK, b"AT+LEVEL?": b"\r\n+LEVEL: 77\r\n\r\nOK\r\n"}
    asking = await start(link.send(LevelRead()))
    assert (await clock.run_until(asking, 60)).value == 77
    assert link.condition is Condition.READY
    with pytest.raises(ServiceBusy):
        link.claim(Service.FTP)
    settling.cancel()


async def test_a_payload_that_has_broken_off_for_good_leaves_the_link_out_of_step(link, peer, clock, start):
    settling = await pushed(peer, start, link)
    await clock.run(200)
    assert link.condition is Condition.OUT_OF_STEP
    settling.cancel()


async def test_an_optional_completion_needs_no_abort(link, peer, clock, start):
    sending = await start(link.send(Write()))
    await peer.says(OK)
    await cancelled(sending)
    await clock.run(1)
    await usable(link, peer, clock, start)
    assert peer.heard == b"AT+NOTE\rAT+LEVEL?\r"


async def test_cancelling_at_each_turn_of_the_loop(clock):
    """Whenever it is cancelled, the next command gets its own answer and nothing is left behind."""
    before = asyncio.all_tasks()
    for turns in range(14):
        near, far = memory_line(clock=clock)
        heard = bytearray()

        def answer(data, heard=heard, far=far):
            heard.extend(data)
            if data.endswith(b"+PUT=2000\r"):
                far.write(READY)
            elif data == b"AT+LEVEL?\r":
                far.write(b"\r\n+LEVEL: 77\r\n\r\nOK\r\n")
            elif data == b"AT\r" or heard.endswith((b"x" * 2000, b" ")):
                far.write(OK)

        await far.open(answer, lambda error: None)
        link = Link(near, SPEECH, clock=clock)
        await link.open()
        sending = asyncio.ensure_future(link.send(Put(size=2000), entry=b"x" * 2000))
        for _ in range(turns):
            await asyncio.sleep(0)
        sending.cancel()
        await asyncio.wait({sending})
        level = await clock.run_until(link.send(LevelRead()), 30)
        assert level.value == 77
        entered = bytes(heard).replace(b"AT+PUT=2000\r", b"").replace(b"AT+LEVEL?\r", b"").replace(b"AT\r", b"")
        assert len(entered) in (0, 2000)
        await clock.run_until(link.aclose(), 5)
        await far.aclose()
    assert asyncio.all_tasks() == before


async def test_work_that_holds_the_port_may_be_ended_by_a_byte(link, peer, clock, start):
    sending = await start(link.send(Dial()))
    await peer.says(OK)
    await cancelled(sending)
    await clock.settle()
    assert peer.news == b"AT+DIAL\r\x1b"
    await peer.says(b"\r\n+DIAL: 3\r\n")
    await usable(link, peer, clock, start)
    assert peer.heard == b"AT+DIAL\r\x1bAT+LEVEL?\r"


async def test_a_probe_that_fails_is_sent_again(link, peer, clock, start):
    peer.answers = {b"AT+STOP": b"\r\nERROR\r\n", b"AT+IDLE?": b"\r\nERROR\r\n"}
    sending = await start(link.send(Action(method=1)))
    await peer.says(OK)
    await cancelled(sending)
    await clock.run(7)
    assert peer.heard.count(b"AT+IDLE?") == 2
    peer.answers[b"AT+IDLE?"] = b"\r\n+IDLE: 0\r\n" + OK
    await clock.run(8)
    link.claim(Service.HTTP).release()
    await clock.run(1000)
    assert peer.heard.count(b"AT+IDLE?") == 3


async def test_a_port_that_goes_while_an_entry_is_filled_up_ends_it(clock, start):
    near, far = memory_line(clock=clock, baud=9600)
    await far.open(lambda data: None, lambda error: None)
    link = Link(near, SPEECH, clock=clock)
    await link.open()
    sending = await start(link.send(Put(size=100_000), entry=stalled()))
    far.write(READY)
    await clock.run(0.5)
    await cancelled(sending)
    await clock.run(10)
    assert link.condition is Condition.DRAINING
    far.unplug()
    await clock.settle()
    assert link.condition is Condition.LOST
    await link.aclose()
    await far.aclose()


async def packed(peer, start, link):
    """A file in packets on its way that nobody wants any more."""
    sending = await start(link.send(Pack()))
    await peer.says(OK + b"\r\n+PACK: DATA,3\r\nabc")
    await cancelled(sending)
    return await start(link.settled(Service.FTP, None))


async def test_packets_that_nothing_stops_are_waited_out(link, peer, clock, start):
    """In a pause the module is asked, and does not answer; it does when it has ended, and says so itself as well."""
    settling = await packed(peer, start, link)
    for _ in range(3):
        await clock.run(15)
        await peer.says(b"\r\n+PACK: DATA,3\r\ndef")
    assert not settling.done()
    await peer.says(b"\r\n+PACK: 0\r\n", OK)
    await clock.run_until(settling, 1)
    await usable(link, peer, clock, start)
    assert peer.heard.replace(b"AT\r", b"") == b"AT+PACK\rAT+LEVEL?\r"


async def test_answers_to_what_was_asked_in_vain_answer_nothing_else(link, peer, clock, start):
    """A module that was held up answers all of it when it has ended, one after the other (law 5)."""
    await packed(peer, start, link)
    await clock.run(40)
    asked = peer.heard.count(b"AT\r")
    assert asked > 1
    working = await start(link.send(Work()))
    await peer.says(b"\r\n+PACK: 0\r\n", OK)
    peer.answers = {b"AT": OK}
    for _ in range(asked - 1):
        await clock.run(0.1)
        await peer.says(OK)
    await clock.run(5)
    assert peer.heard.endswith(b"AT+WORK\r")
    await peer.says(b"\r\nERROR\r\n")
    with pytest.raises(CommandFailed):
        await working


async def test_packets_that_come_without_a_pause_are_not_asked_for(link, peer, clock, start):
    settling = await packed(peer, start, link)
    for _ in range(100):
        await clock.run(0.2)
        await peer.says(b"\r\n+PACK: DATA,3\r\ndef")
    await peer.says(b"\r\n+PACK: 0\r\n")
    await clock.run_until(settling, 1)
    assert peer.heard == b"AT+PACK\r"


async def test_an_answer_shows_that_packets_have_ended_unheard(link, peer, clock, start):
    settling = await packed(peer, start, link)
    peer.answers = {b"AT": OK}
    await clock.run_until(settling, 2)
    assert peer.heard == b"AT+PACK\rAT\r"
    link.claim(Service.FTP).release()
    await usable(link, peer, clock, start)


async def test_a_packet_that_has_broken_off_swallows_no_later_answer(link, peer, clock, start):
    """The module has restarted in the middle of one, and nobody has heard of it."""
    sending = await start(link.send(Pack()))
    await peer.says(OK + b"\r\n+PACK: DATA,99\r\nabc\r\nRDY\r\n")
    await cancelled(sending)
    settling = await start(link.settled(Service.FTP, None))
    peer.answers = {b"AT": OK}
    await clock.run_until(settling, 30)
    link.claim(Service.FTP).release()
    await usable(link, peer, clock, start)


async def test_work_of_which_nothing_more_comes_can_be_forgotten(link, peer, clock, start):
    sending = await start(link.send(SendMail()))
    await peer.says(OK)
    await cancelled(sending)
    link.forget(Service.FTP)
    with pytest.raises(ServiceBusy):
        await link.send(SendMail())
    link.forget(SendMail.wire.service)
    again = await start(link.send(SendMail()))
    await peer.says(OK, b"\r\n+SEND: 2\r\n")
    assert await again == Sent(code=2)


@pytest.mark.parametrize("begun", ["pushed", "packed"])
async def test_what_never_ends_is_not_waited_out_for_ever(link, peer, clock, start, begun):
    """A module that sends without an end is left to those who find one that does not answer."""
    settling = await (pushed if begun == "pushed" else packed)(peer, start, link)
    piece = b"more" if begun == "pushed" else b"\r\n+PACK: DATA,3\r\ndef"
    began = clock.time()
    while link.condition is not Condition.OUT_OF_STEP:
        assert clock.time() - began < LONGEST + 60
        await clock.run(0.2)
        await peer.says(piece)
    assert clock.time() - began > LONGEST - 10
    settling.cancel()
    await asyncio.gather(settling, return_exceptions=True)
