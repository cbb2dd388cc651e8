import pytest

from simcom_async.at.command import Service
from simcom_async.at.event import LateReply
from simcom_async.commands.topics import ModuleBooted
from simcom_async.errors import (
    CommandTimeout,
    LinkError,
    ModemRestarted,
    ServiceBusy,
)
from simcom_async.link.condition import Condition

from .speech import (
    Action,
    Level,
    LevelRead,
    SendMail,
    Sent,
    Work,
)

OK = b"\r\nOK\r\n"


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


async def test_work_whose_completion_was_lost_is_taken_for_ended_in_the_end(link, peer, clock, start):
    sending = await start(link.send(SendMail(), timeout=10))
    await peer.says(OK)
    await clock.run(10.1)
    with pytest.raises(CommandTimeout):
        await sending
    settled = await start(link.settled(Service.SMTP, None))
    await clock.run(29)
    assert not settled.done()
    await clock.run(2)
    assert await settled
    again = await start(link.send(SendMail()))
    await peer.says(OK)
    await peer.says(b"\r\n+SEND: 3\r\n")
    assert await again == Sent(code=3)
    assert not await link.settled(Service.SMTP, 0)


async def test_a_command_that_was_given_hours_does_not_hold_the_port_for_them(link, peer, clock, start):
    sending = await start(link.send(LevelRead(), timeout=86_400))
    sending.cancel()
    peer.answers = {b"AT": OK, b"AT+LEVEL?": b"\r\n+LEVEL: 2\r\n\r\nOK\r\n"}
    assert await clock.run_until(link.send(LevelRead()), 20) == Level(value=2)


async def test_work_that_has_ended_is_settled_though_its_final_result_was_lost(link, peer, clock, start):
    sending = await start(link.send(SendMail()))
    await peer.says(b"\r\n+SEND: 1\r\n")
    await clock.run(5.1)
    with pytest.raises(CommandTimeout, match="completion seen, waiting for the final result"):
        await sending
    peer.answers = {b"AT": OK}
    settled = await start(link.settled(Service.SMTP, 10))
    await clock.run_until(settled, 10)
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
    assert peer.news == b"AT+IDLE?\rAT+STOP\r"  # it is busy still: perhaps it has not heard
    assert not settled.done()
    peer.answers[b"AT+IDLE?"] = b"\r\n+IDLE: 0\r\n\r\nOK\r\n"
    await clock.run(4)
    await settled
    link.claim(Service.HTTP).release()


async def test_an_abort_that_was_not_heard_is_sent_again_while_the_service_is_busy(link, peer, clock, start):
    sending = await start(link.send(Action(method=1)))
    await peer.says(OK)
    await clock.run(31)
    with pytest.raises(CommandTimeout):
        await sending
    peer.answers = {b"AT": OK, b"AT+IDLE?": b"\r\n+IDLE: 1\r\n\r\nOK\r\n", b"AT+STOP": OK}
    settled = await start(link.settled(Service.HTTP, 100))
    await clock.run_until(settled, 60)
    assert peer.heard.count(b"AT+STOP") == 2
    link.claim(Service.HTTP).release()


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
