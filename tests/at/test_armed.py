"""What the command in flight takes for its own."""

import pytest

from simcom_async.at.armed import Armed, final_result
from simcom_async.at.command import RawCommand
from simcom_async.at.dialect import WireState
from simcom_async.at.event import EchoLine, FinalLine, LineEvent, ReplyLine
from simcom_async.at.exchange import Exchange, State
from simcom_async.commands.call import Answer, Dial, DialVoice, ResumeConnection
from tests.at import speech as s


def _armed(command: object, **state: bool) -> Armed:
    exchange = Exchange(command)  # type: ignore[arg-type]
    exchange.written()
    return Armed(exchange, WireState(**state))  # type: ignore[arg-type]


def _take(armed: Armed, line: bytes) -> LineEvent | None:
    return armed.classify(line, line.partition(b":")[0], 0)


@pytest.mark.parametrize(
    ("line", "good"),
    [
        (b"OK", True),
        (b"CONNECT", True),
        (b"CONNECT 9600", True),
        (b"ERROR", False),
        (b"NO CARRIER", False),
        (b"+CME ERROR: 10", False),
        (b"+CMS ERROR: 500", False),
        (b"OKAY", None),
        (b"OK: 1", None),
        (b"+CSQ: 1,2", None),
        (b"0", None),
    ],
)
def test_final_results_in_words(line: bytes, good: bool | None) -> None:
    assert final_result(line, line.partition(b":")[0]) is good


@pytest.mark.parametrize(
    ("line", "good"),
    [(b"0", True), (b"1", True), (b"3", False), (b"4", False), (b"6", False), (b"7", False), (b"8", False)],
)
def test_final_results_in_numbers(line: bytes, good: bool) -> None:
    event = _take(_armed(Dial(number="*99#"), verbose=False), line)
    assert isinstance(event, FinalLine)
    assert event.ok is good
    assert _take(_armed(s.Closed(), verbose=True), line) is None


CALL_RESULTS = [b"CONNECT", b"CONNECT 9600", b"NO CARRIER", b"BUSY", b"NO ANSWER", b"NO DIALTONE"]


@pytest.mark.parametrize("line", CALL_RESULTS)
def test_results_of_a_call_are_final_for_a_command_that_dials(line: bytes) -> None:
    for command in (Dial(number="*99#"), DialVoice(number="1;"), Answer(), ResumeConnection(), RawCommand.of("D1;")):
        event = _take(_armed(command), line)
        assert isinstance(event, FinalLine)
        assert event.ok is line.startswith(b"CONNECT")


@pytest.mark.parametrize("line", [*CALL_RESULTS, b"1", b"3", b"6", b"7", b"8"])
def test_a_call_that_ends_does_not_answer_another_command(line: bytes) -> None:
    assert _take(_armed(s.Query(), verbose=False), line) is None


@pytest.mark.parametrize("line", [b"2", b"5", b"9"])
def test_other_digits_are_no_final_result(line: bytes) -> None:
    assert _take(_armed(s.Closed()), line) is None


def test_the_echo_comes_once() -> None:
    armed = _armed(s.Query())
    assert isinstance(_take(armed, b"AT+CSQ"), EchoLine)
    assert _take(armed, b"AT+CSQ") is None


def test_a_reply_comes_as_often_as_declared() -> None:
    armed = _armed(s.Query())
    assert armed.unanswered
    assert isinstance(_take(armed, b"+CSQ: 1,2"), ReplyLine)
    assert not armed.unanswered
    assert _take(armed, b"+CSQ: 1,2") is None
    many = _armed(s.ListMails())
    for line in (b"1 20", b"2 30"):
        assert isinstance(many.untagged(line, line, 0), ReplyLine)


def test_what_it_claims_and_expects() -> None:
    armed = _armed(s.Read())
    assert armed.claimed == {b"+READ"}
    assert armed.expects(b"+READ")
    assert not armed.expects(b"+CSQ")
    raw = _armed(RawCommand.of('AT+CMEE=1;+CREG?;+X="+Y"'))
    assert raw.claimed == {b"+CMEE", b"+CREG", b"+X"}


def test_a_mark_fires_once_and_prompts() -> None:
    armed = _armed(s.LongBody())
    assert armed.mark == b">>"
    event = armed.marked(7)
    assert (event.text, event.start, event.message) == (b">>", 7, s.DoubleMark())
    assert armed.mark is None
    assert armed.exchange.state is State.PROMPTED


def test_an_entry_is_echoed_where_the_command_was() -> None:
    armed = _armed(s.Body())
    assert not armed.echoes_entry
    _take(armed, b"AT+BODY")
    assert armed.echoes_entry
    quiet = _armed(s.Give(size=3))
    _take(quiet, b"AT+GIVE=3")
    assert not quiet.echoes_entry


def test_text_and_names_of_a_raw_command() -> None:
    raw = _armed(RawCommand.of("AT+CGMR"))
    assert isinstance(raw.untagged(b"R14.18", b"R14.18", 0), ReplyLine)
    assert isinstance(_take(raw, b"+CGMR: 1"), ReplyLine)
    assert raw.untagged(b"+CREG: 1", b"+CREG", 0) is None
    declared = _armed(s.Query())
    assert declared.untagged(b"R14.18", b"R14.18", 0) is None
