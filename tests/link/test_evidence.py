import copy
import pickle

import pytest

from simcom_async.at.command import RawCommand
from simcom_async.at.explain import explain
from simcom_async.errors import (
    CommandFailed,
    CommandTimeout,
    LinkError,
    ModemRestarted,
    OutcomeUnknown,
    PortLost,
    ProtocolError,
    Traffic,
)
from simcom_async.link.evidence import BYTES, ENTRIES
from simcom_async.link.link import Link
from simcom_async.ports.memory import memory_line
from simcom_async.ports.record import read_recording

from .speech import SPEECH, Action, Level, LevelRead, Password, Put, Read, Work

OK = b"\r\nOK\r\n"


def shown(evidence):
    """Direction and bytes of the entries."""
    return [(entry.dir, entry.left_out or entry.data) for entry in evidence.entries]


def kinds(evidence, path):
    """What is in the saved recording, by ``explain``: kind and text."""
    evidence.save(path)
    recording = read_recording(path)
    elements = explain(((entry.dir, entry.data) for entry in recording.entries), SPEECH)
    return [(element.kind, element.text) for element in elements]


async def failed(sending, kind):
    with pytest.raises(kind) as caught:
        await sending
    assert caught.value.evidence is not None
    return caught.value.evidence


async def test_a_time_out_shows_what_led_to_it(link, peer, clock, start, tmp_path):
    peer.answers = {b"AT+LEVEL?": b"\r\n+LEVEL: 7\r\n" + OK}
    await clock.run_until(link.send(LevelRead()), 1)
    await clock.run(2)
    sending = await start(link.send(Work()))
    await peer.says(b"\r\n+ODD: 1\r\n")
    await clock.run(6)
    evidence = await failed(sending, CommandTimeout)
    assert shown(evidence) == [
        ("tx", b"AT+LEVEL?\r"),
        ("rx", b"\r\n+LEVEL: 7\r\n" + OK),
        ("tx", b"AT+WORK\r"),
        ("rx", b"\r\n+ODD: 1\r\n"),
    ]
    assert evidence.entries[2].t - evidence.entries[0].t == pytest.approx(2, abs=0.1)
    assert evidence.command_at == 2
    assert not evidence.cut
    assert (evidence.port, evidence.dialect) == ("memory", SPEECH.name)
    assert evidence.started < evidence.when
    assert kinds(evidence, tmp_path / "a") == [
        ("reply", b"+LEVEL: 7"),
        ("final", b"OK"),
        ("urc", b"+ODD: 1"),
    ]


async def test_a_saved_recording_is_one_like_every_other(link, peer, clock, start, tmp_path):
    sending = await start(link.send(Work()))
    await peer.says(b"\xff\x00")
    await clock.run(6)
    evidence = await failed(sending, CommandTimeout)
    evidence.save(tmp_path / "a")
    recording = read_recording(tmp_path / "a")
    assert (recording.dialect, recording.started) == (SPEECH.name, evidence.started)
    assert [(entry.t, entry.dir, entry.data) for entry in recording.entries] == [
        (0.0, "tx", b"AT+WORK\r"),
        (0.0, "rx", b"\xff\x00"),
    ]


async def test_the_text_shows_the_last_command_and_the_end(link, peer, clock, start):
    sending = await start(link.send(Work()))
    await peer.says(*[b"+LINE: %d%s\r\n" % (number, b"-" * 200) for number in range(40)], b"x" * 200)
    await clock.run(6)
    lines = str(await failed(sending, CommandTimeout)).splitlines()
    assert lines[0].startswith(f"the last traffic of memory ({SPEECH.name}) before 20")
    assert lines[1].endswith(r"> AT+WORK\r")
    assert lines[2].strip() == "..."
    assert "< +LINE: 39---" in lines[-3]
    assert lines[-3].endswith(r"---\r\n")
    assert "xxx ... xxx" in lines[-2]
    assert lines[-1].endswith("s ! the error")
    assert len(lines) <= 20
    assert all(len(line) < 130 for line in lines)


async def test_every_error_of_the_wire_has_it(link, peer, clock, start):
    sending = await start(link.send(Work()))
    await peer.says(b"\r\nRDY\r\n")
    assert shown(await failed(sending, ModemRestarted)) == [("tx", b"AT+WORK\r"), ("rx", b"\r\nRDY\r\n")]
    peer.answers = {b"AT": OK, b"AT+LEVEL?": OK}
    await clock.run(5)
    evidence = await failed(clock.run_until(link.send(LevelRead()), 1), ProtocolError)
    assert shown(evidence)[-2:] == [("tx", b"AT+LEVEL?\r"), ("rx", OK)]
    sending = await start(link.send(Put(size=3), entry=b"abc"))
    await peer.says(b"\r\nDOWNLOAD\r\n")
    peer.port.unplug()
    await clock.settle()
    evidence = await failed(sending, PortLost)
    assert shown(evidence)[-3:] == [("tx", b"AT+PUT=3\r"), ("rx", b"\r\nDOWNLOAD\r\n"), ("tx", 3)]
    assert evidence.cut
    assert await failed(link.send(Work()), PortLost)


async def test_what_the_module_refuses_has_none(link, peer, clock, start):
    sending = await start(link.send(Work()))
    await peer.says(b"\r\nERROR\r\n")
    with pytest.raises(CommandFailed) as caught:
        await sending
    assert caught.value.evidence is None


async def test_all_that_fail_together_have_the_same(link, peer, clock, start):
    sendings = [await start(link.send(Work())) for _ in range(5)]
    peer.port.unplug()
    await clock.settle()
    found = [await failed(sending, PortLost) for sending in sendings]
    assert all(evidence is found[0] for evidence in found)


async def test_readers_of_events_that_the_loss_ends_have_it(link, peer, clock, start):
    sending = await start(link.send(Work()))
    waiting = await start(link.bus.wait_for(Level, timeout=None))
    peer.port.unplug()
    await clock.settle()
    await failed(waiting, PortLost)
    await failed(sending, PortLost)


async def test_before_anything_was_said_there_is_none(clock):
    near, _ = memory_line(clock=clock)
    link = Link(near, SPEECH, clock=clock)
    with pytest.raises(PortLost) as caught:
        await link.send(Work())
    assert caught.value.evidence is None


async def test_what_stands_for_another_error_has_that_of_its_cause(link, peer, clock, start):
    sending = await start(link.send(Work()))
    await clock.run(6)
    evidence = await failed(sending, CommandTimeout)
    unknown = OutcomeUnknown("perhaps")
    unknown.__cause__ = ValueError("in between")
    unknown.__cause__.__cause__ = sending.exception()
    link.attest(unknown)
    assert unknown.evidence is evidence
    link.attest(None)
    link.attest(ValueError("of somebody else"))


async def test_it_is_bounded_by_whole_commands(link, peer, clock, start):
    peer.answers = {b"AT+WORK": b"\r\n" + b"x" * 3000 + OK, b"AT+LEVEL?": b"\r\n+LEVEL: 7\r\n" + OK}
    for _ in range(40):
        await clock.run_until(link.send(RawCommand.of("+WORK")), 1)
    for _ in range(3):
        await clock.run_until(link.send(LevelRead()), 1)
    peer.answers.clear()
    sending = await start(link.send(LevelRead()))
    await peer.says(*[b"y" * 250] * 40)
    await clock.run(30)
    evidence = await failed(sending, CommandTimeout)
    assert len(evidence.entries) <= ENTRIES
    assert sum(len(entry.data) for entry in evidence.entries) <= BYTES
    assert evidence.entries[0].dir == "tx"
    assert evidence.entries[evidence.command_at].data == b"AT+LEVEL?\r"
    assert evidence.cut


@pytest.mark.parametrize("size", [1000, 100_000])
async def test_a_payload_of_any_size_leaves_the_rest_of_the_recording_right(link, peer, clock, start, tmp_path, size):
    """What was left out is filled up, so that counted bytes stay counted."""
    reading = await start(link.send(Read(), sink=lambda data: None))
    data = b"\r\nOK\r\n" * (size // 6) + b"z" * (size % 6)
    await peer.says(b"\r\n+READ: %d\r\n" % size, *[data[at : at + 512] for at in range(0, size, 512)], OK)
    await reading
    sending = await start(link.send(Work()))
    await clock.run(6)
    evidence = await failed(sending, CommandTimeout)
    assert evidence.cut
    found = kinds(evidence, tmp_path / "a")
    assert [kind for kind, _ in found] == ["reply", "payload", "final"]


async def test_a_completion_that_was_awaited_long_is_explained(link, peer, clock, start, tmp_path):
    acting = await start(link.send(Action(method=1)))
    await peer.says(OK)
    peer.answers = {b"AT": OK, b"AT+LEVEL?": b"\r\n+LEVEL: 7\r\n" + OK, b"AT+IDLE?": b"\r\n+IDLE: 1\r\n" + OK}
    for _ in range(30):
        await clock.run_until(link.send(LevelRead()), 1)
    sending = await start(link.send(Work()))
    await clock.run(6)
    evidence = await failed(sending, CommandTimeout)
    assert shown(evidence)[0] == ("tx", b"AT+ACTION=1\r")
    assert evidence.cut
    await peer.says(b"\r\n+ACTION: 1,200\r\n")
    await clock.run(5)
    await acting
    assert {kind for kind, _ in kinds(evidence, tmp_path / "a")} == {"final", "reply"}


async def test_errors_with_evidence_can_be_copied_and_pickled(link, peer, clock, start):
    sending = await start(link.send(Password(password="hunter-two")))
    await peer.says(b'AT+PASS="hunter-two"\r\r\n')
    await clock.run(6)
    evidence = await failed(sending, CommandTimeout)
    error = sending.exception()
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert again.evidence == evidence
        assert str(again) == str(error)
    assert b"hunter" not in pickle.dumps(error)
    assert evidence.entries[0] == Traffic(0.0, "tx", b'AT+PASS="**********"\r')


async def test_a_link_error_of_an_open_line_has_it_too(link, peer, clock, start):
    """The port refuses to write, and what waits for a step that is not found fails."""
    sending = await start(link.send(Work()))
    await clock.run(5.5)
    await failed(sending, CommandTimeout)
    waiting = await start(link.send(LevelRead()))
    await clock.run(60)
    evidence = await failed(waiting, LinkError)
    assert shown(evidence)[0] == ("tx", b"AT+WORK\r")
    assert set(shown(evidence)[1:]) == {("tx", b"AT\r")}


@pytest.mark.parametrize("wait", ["get", "expect", "wait_for"])
async def test_a_wait_that_times_out_shows_what_came_instead(link, peer, clock, start, wait):
    """The bus knows no link: whoever waits on it alone is told all the same."""
    with link.bus.subscribe(Level) as levels:
        calls = {
            "get": lambda: levels.get(5),
            "expect": lambda: link.bus.expect(Level).get(5),
            "wait_for": lambda: link.bus.wait_for(Level, timeout=5),
        }
        waiting = await start(calls[wait]())
        await peer.says(b"\r\n+ODD: 1\r\n")
        await clock.run(6)
        with pytest.raises(TimeoutError, match="no Level within 5 s") as caught:
            await waiting
    assert isinstance(caught.value, CommandTimeout)
    assert shown(caught.value.evidence) == [("rx", b"\r\n+ODD: 1\r\n")]


async def test_a_wait_on_a_line_that_said_nothing_has_none(link, clock, start):
    waiting = await start(link.bus.wait_for(Level, timeout=5))
    await clock.run(6)
    with pytest.raises(CommandTimeout) as caught:
        await waiting
    assert caught.value.evidence is None
