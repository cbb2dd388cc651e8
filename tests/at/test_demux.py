"""Laws 1, 2, 5 and 6 at the demux, and every shape of dialogue in every chunking."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcom_async.at.command import RawCommand
from simcom_async.at.demux import LINE_LIMIT, Demux
from simcom_async.at.dialect import WireState
from simcom_async.at.escape import DLE_ETX
from simcom_async.at.event import FinalLine, LateReply, LineEvent, Noise, PayloadChunk, PromptLine, ReplyLine, UrcLine
from simcom_async.at.exchange import Exchange, State
from simcom_async.errors import CommandFailed, ProtocolError
from tests.at import speech as s

#: Bytes that would end, begin or confuse something if anybody looked at payload.
NASTY = st.lists(
    st.sampled_from(
        [
            b"\r\nOK\r\n",
            b"\r\nERROR\r\n",
            b"> ",
            b">>",
            b"\x1a",
            b"\x1b",
            b"\x03",
            b"\x10",
            b"\r",
            b"\n",
            b"\r\n",
            b"x",
            b"+GET: 0\r\n",
            b"+GET: DATA,5\r\n",
            b"AT+CSQ\r",
            b"\x00\xff",
            b"+CME ERROR: 3\r\n",
            b"DOWNLOAD\r\n",
        ]
    )
    | st.binary(max_size=12),
    max_size=12,
).map(b"".join)


def _payload(events: list) -> bytes:
    return b"".join(event.data for event in events if isinstance(event, PayloadChunk))


def _block(body: bytes) -> bytes:
    return b"\r\n+READ: 2,%d\r\n%b\r\nOK\r\n" % (len(body), body)


DIALOGUES = {
    "reply": (s.Query(), b"AT+CSQ\r\r\n+CSQ: 21,0\r\n\r\nOK\r\n"),
    "no blank": (s.Query(), b"\r\n+CSQ:21 , 0,\r\n\r\nOK\r\n"),
    "urc between": (
        s.Query(),
        b"AT+CSQ\r\r\n+SAPBR 1: DEACT\r\n\r\nCall Ready\r\n\r\n+CSQ: 1,2\r\n+CSQ: 3,4\r\nOK\r\n",
    ),
    "state line": (s.QueryPin(), b"\r\n+CPIN: SIM PIN\r\n\r\n+CPIN: READY\r\n\r\nOK\r\n"),
    "error": (s.Query(), b"AT+CSQ\r\r\n+CME ERROR: 10\r\n"),
    "untagged": (s.QuerySerial(), b"\r\n123456789012345\r\n\r\nOK\r\n"),
    "numeric": (s.QuerySerial(), b"AT+CGSN\r123456789012345\r\n0\r"),
    "digit and numeric": (s.QueryDigit(), b"3\r\n0\r"),
    "counted": (s.Read(), _block(b"\r\nOK\r\n> \x1a\x00\xff")),
    "counted nothing": (s.Read(), _block(b"")),
    "pushed": (s.Push(path="x"), b"\r\nOK\r\n\r\n+GET: DATA, 3,\r\na\r\n\r\n+GET:DATA,2\r\nOK\r\n+GET: 0\r\n"),
    "completion first": (s.Send(), b"\r\n+SMTP: OK\r\n\r\n+SMTP: SUCCESS\r\n\r\nOK\r\n"),
    "completion last": (s.Send(), b"\r\n+SMTP: OK\r\n\r\nOK\r\n\r\n+SMTP: SERVER ERROR\r\n"),
    "not yet the end": (s.Start(), b"\r\nOK\r\n\r\n+READ: 1,1\r\n\r\n+READ: 1,1\r\n\r\n+READ: 1,0\r\n"),
    "two lines": (s.Fetch(), b"\r\nOK\r\n\r\n+POP: SUCCESS\r\nC:/Email/1/, E.TXT\r\n"),
    "two lines, one missing": (s.Fetch(), b"\r\nOK\r\n\r\n+POP: SUCCESS\r\n\r\n+CPIN: READY\r\n"),
    "optional, absent": (s.Maybe(), b"\r\nOK\r\n"),
    "optional, present": (s.Maybe(), b"\r\nOK\r\n+LATER: 3\r\n"),
    "own final": (s.Closed(), b"\r\nSHUT OK\r\n"),
    "list": (s.ListMails(), b"\r\n+POP: 2 3057\r\n1 1024\r\n2 2033\r\n\r\nOK\r\n"),
    "header lines": (s.Headers(number=1), b"\r\nFrom: a: b, <c@d>\r\n\r\nOK\r\n"),
    "mark": (s.Body(), b"AT+BODY\r\r\n> "),
    "two marks": (s.LongBody(), b"\r\n>>"),
    "two marks and a blank": (s.LongBody(), b"\r\n>> \r\nOK\r\n"),
    "word": (s.Give(size=5), b"\r\nDOWNLOAD\r\n\r\nOK\r\n"),
    "granted": (s.GiveSome(size=500), b"\r\n+PUTN: 2,100\r\n\r\nOK\r\n"),
    "text": (s.Mail(), b"AT+MAIL\r\r\nSubject: x\r\n\r\nOK\r\nERROR\r\nbye\r\n\r\nOK\r\n"),
    "text refused": (s.Mail(), b"\r\nERROR\r\n"),
    "raw": (RawCommand.of("ATI;+CSQ"), b"ATI;+CSQ\r\r\nSIM800\r\n\r\n+CSQ: 1,2\r\n+X: 1\r\n\r\nOK\r\n"),
    "raw prompt": (RawCommand.of("AT+CMGS=1"), b"\r\n>> \r\n+CMGS: 4\r\n\r\nOK\r\n"),
    "garbage": (s.Query(), b"\xff\x00IIII\r\nRDYx\r\n+UNKNOWN: 1\r\n*PSUTTZ: 1\r\n+CSQ: x\r\n+CSQ: 1,2\r\nOK\r\n"),
    "escaped urc": (s.Query(), b"\r\n+STREAM: 1,1\r\na\x10\x03b\x10\x10\r\nOK\r\n\x03\r\n+CSQ: 1,2\r\n\r\nOK\r\n"),
}


@pytest.mark.parametrize("name", DIALOGUES)
def test_law_1_the_cuts_do_not_matter(name: str) -> None:
    command, data = DIALOGUES[name]
    exchange, whole = s.heard(command, [data])
    expected = s.flat(whole)
    assert expected
    for pieces in [s.bytewise(data), *s.two_cuts(data)]:
        other, events = s.heard(command, pieces)
        assert s.flat(events) == expected, pieces
        assert other.state is exchange.state


@pytest.mark.parametrize("name", DIALOGUES)
def test_law_2_every_byte_is_in_an_event_or_is_line_framing(name: str) -> None:
    command, data = DIALOGUES[name]
    demux = Demux(s.SPEECH)
    exchange = Exchange(command)
    demux.arm(exchange)
    exchange.written()
    covered = bytearray(data)
    for event in demux.receive(data) + demux.flush():
        assert isinstance(event, LineEvent | PayloadChunk)
        assert b"\x7e" not in covered[event.start : event.end], "covered twice"
        covered[event.start : event.end] = b"\x7e" * (event.end - event.start)
    assert set(bytes(covered)) <= {0x7E, 0x0D, 0x0A}
    assert demux.received == len(data)


@given(body=NASTY, cuts=st.lists(st.integers(0, 200), max_size=6))
def test_law_6_counted_payload_is_not_looked_at(body: bytes, cuts: list[int]) -> None:
    data = b"AT+READ=2,1460\r" + _block(body)
    exchange, events = s.heard(s.Read(), _cut(data, cuts))
    assert _payload(events) == body
    assert exchange.state is State.DONE
    assert isinstance(exchange.answer(), s.Block)


@given(bodies=st.lists(NASTY.filter(bool), max_size=4), cuts=st.lists(st.integers(0, 300), max_size=6))
def test_law_6_pushed_packets(bodies: list[bytes], cuts: list[int]) -> None:
    packets = b"".join(b"\r\n+GET: DATA, %d\r\n%b" % (len(body), body) for body in bodies)
    exchange, events = s.heard(s.Push(path="f"), _cut(b"\r\nOK\r\n" + packets + b"\r\n+GET: 0\r\n", cuts))
    assert _payload(events) == b"".join(bodies)
    assert exchange.answer() == s.Ended(code=0)
    chunks = [event for event in events if isinstance(event, PayloadChunk)]
    assert all(chunk.command is exchange.command for chunk in chunks)


@given(body=NASTY, cuts=st.lists(st.integers(0, 300), max_size=6))
def test_law_6_escaped_payload(body: bytes, cuts: list[int]) -> None:
    wire = b"\r\n+STREAM: 1,1\r\n" + DLE_ETX.encode(body) + DLE_ETX.end + b"\r\n+CSQ: 1,2\r\n\r\nOK\r\n"
    exchange, events = s.heard(s.Query(), _cut(wire, cuts))
    assert _payload(events) == body
    assert exchange.answer() == s.Signal(rssi=1, ber=2)


@given(body=NASTY, cuts=st.lists(st.integers(0, 300), max_size=6), echo=st.booleans())
def test_law_6_text_until_the_last_result_before_silence(body: bytes, cuts: list[int], echo: bool) -> None:
    data = (b"AT+MAIL\r" if echo else b"") + b"\r\n" + body + b"\r\nOK\r\n"
    exchange, events = s.heard(s.Mail(), _cut(data, cuts))
    assert _payload(events) == body
    assert exchange.state is State.DONE


@given(body=NASTY.filter(lambda body: len(body) > 12), cuts=st.lists(st.integers(0, 300), max_size=6))
def test_law_6_text_of_a_known_size(body: bytes, cuts: list[int]) -> None:
    exchange, events = s.heard(s.Mail(), _cut(b"\r\n" + body + b"\r\nOK\r\n", cuts), size=len(body))
    assert _payload(events) == body
    assert exchange.state is State.DONE


@given(data=st.binary(max_size=300), cuts=st.lists(st.integers(0, 300), max_size=6), number=st.integers(0, 31))
def test_laws_1_and_2_hold_for_anything_a_module_may_send(data: bytes, cuts: list[int], number: int) -> None:
    command = list(DIALOGUES.values())[number % len(DIALOGUES)][0]
    one, another = Demux(s.SPEECH), Demux(s.SPEECH)
    results = []
    for demux, pieces in ((one, [data]), (another, _cut(data, cuts))):
        exchange = Exchange(command)
        demux.arm(exchange)
        exchange.written()
        events = [event for piece in pieces for event in demux.receive(piece)]
        results.append(s.flat(events + demux.flush()))
    assert results[0] == results[1]
    covered = sum(len(row[1]) for row in results[0] if row[0] == "payload" and isinstance(row[1], bytes))
    assert covered <= len(data)
    assert one.received == another.received == len(data)


def test_the_echo_of_an_entry_is_echo_even_where_it_looks_like_a_result() -> None:
    demux = Demux(s.SPEECH)
    exchange = Exchange(s.Body())
    demux.arm(exchange)
    exchange.written()
    demux.receive(b"AT+BODY\r\r\n> ")
    assert exchange.prompted
    demux.entered(b"a\r\nOK\r\n")
    demux.entered(b"b\x1a")
    exchange.entered()
    events = [event for piece in s.bytewise(b"a\r\nOK\r\nb\r\nOK\r\n") for event in demux.receive(piece)]
    assert s.flat(events)[0] == ("echo", "echo-of-entry", b"a\r\nOK\r\nb", 12)
    assert exchange.state is State.DONE


def test_a_module_that_does_not_echo_the_entry_is_understood() -> None:
    demux = Demux(s.SPEECH)
    exchange = Exchange(s.Put(path="x"))
    demux.arm(exchange)
    exchange.written()
    demux.receive(b'AT+PUT="x"\r\r\n+PUT: BEGIN\r\n')
    demux.entered(b"data\x1a")
    exchange.entered()
    assert [event.kind for event in demux.receive(b"\r\nOK\r\n") if isinstance(event, FinalLine)] == ["final"]
    assert exchange.state is State.DONE


def test_no_echo_is_expected_where_none_was_seen() -> None:
    demux = Demux(s.SPEECH)
    exchange = Exchange(s.Body())
    demux.arm(exchange)
    exchange.written()
    demux.receive(b"\r\n>")
    demux.entered(b"\r\nOK\r\n\x1a")
    assert not demux.busy


def test_law_5_what_was_given_up_answers_nothing() -> None:
    demux = Demux(s.SPEECH)
    first = Exchange(s.Query())
    demux.arm(first)
    first.written()
    demux.abandon(first)
    events = demux.receive(b"AT+CSQ\r\r\n+CSQ: 9,9\r\n\r\nOK\r\n")
    assert [type(event) for event in events] == [LateReply, LateReply, LateReply]
    second = Exchange(s.Query())
    demux.arm(second)
    second.written()
    demux.receive(b"\r\n+CSQ: 1,2\r\n\r\nOK\r\n")
    assert second.answer() == s.Signal(rssi=1, ber=2)


def test_law_5_the_echo_parts_the_answers_of_two_commands() -> None:
    demux = Demux(s.SPEECH)
    first, second = Exchange(s.Query()), Exchange(s.Query())
    demux.arm(first)
    first.written()
    demux.receive(b"AT+CSQ\r")
    demux.arm(second)
    second.written()
    events = demux.receive(b"\r\n+CSQ: 9,9\r\n\r\nOK\r\nAT+CSQ\r\r\n+CSQ: 1,2\r\n\r\nOK\r\n")
    assert [event.kind for event in events if isinstance(event, LineEvent)] == [
        "late",
        "late",
        "echo",
        "reply",
        "final",
    ]
    assert second.answer() == s.Signal(rssi=1, ber=2)


def test_law_5_a_late_completion_does_not_end_the_next_operation() -> None:
    demux = Demux(s.SPEECH)
    first, second = Exchange(s.Push(path="a")), Exchange(s.Push(path="b"))
    for exchange in (first, second):
        demux.arm(exchange)
        exchange.written()
        demux.receive(b"\r\nOK\r\n")
        if exchange is first:
            demux.abandon(first)
    assert demux.due == (first, second)
    (event,) = demux.receive(b"\r\n+GET: 0\r\n")
    assert isinstance(event, LateReply)
    assert second.state is State.AWAITING
    demux.receive(b"\r\n+GET: 61\r\n")
    assert second.answer() == s.Ended(code=61)


def test_settled_operations_are_not_awaited_any_more() -> None:
    demux = Demux(s.SPEECH)
    exchange = Exchange(s.Push(path="a"))
    demux.arm(exchange)
    exchange.written()
    demux.receive(b"\r\nOK\r\n")
    demux.settle(exchange)
    assert demux.due == ()
    (event,) = demux.receive(b"\r\n+GET: 0\r\n")
    assert event.rule == "declared-urc"  # type: ignore[attr-defined]


def test_settling_the_command_in_flight_frees_the_port() -> None:
    demux = Demux(s.SPEECH)
    exchange = Exchange(s.Query())
    demux.arm(exchange)
    exchange.written()
    demux.settle(exchange)
    (event,) = demux.receive(b"\r\nOK\r\n")
    assert event.rule == "final-without-command"  # type: ignore[attr-defined]


def test_forgetting_everything() -> None:
    demux = Demux(s.SPEECH)
    exchange = Exchange(s.Push(path="a"))
    demux.arm(exchange)
    demux.receive(b"\r\nOK\r\n\r\n+GET: DATA,9\r\nabc")
    demux.forget()
    assert not demux.busy
    broken_off, line = demux.receive(b"\r\n+LEVEL: 1\r\n")
    assert isinstance(broken_off, PayloadChunk)
    assert (broken_off.last, broken_off.complete) == (True, False)
    assert not isinstance(line, PayloadChunk)
    assert demux.due == ()


@pytest.mark.parametrize("count", [b"65537", b"-1", b"99999999999999999999"])
def test_a_count_that_cannot_be_is_noise_and_swallows_nothing(count: bytes) -> None:
    exchange, events = s.heard(s.Read(), [b"\r\n+READ: 2," + count + b"\r\n\r\nOK\r\n"])
    assert [event.rule for event in events if isinstance(event, Noise)] == ["wrong-count"]
    assert exchange.state is State.DONE
    assert exchange.answer() is None


def test_a_wrong_count_in_packets_and_in_urcs_is_noise_as_well() -> None:
    _, events = s.heard(s.Push(path="x"), [b"\r\nOK\r\n\r\n+GET: DATA,70000\r\n"])
    assert events[-1].rule == "wrong-count"  # type: ignore[attr-defined]
    demux = Demux(s.SPEECH)
    assert demux.receive(b"+GET: DATA,70000\r\n")[0].rule == "wrong-count"  # type: ignore[attr-defined]


def test_an_unclaimed_payload_is_bounded_by_silence() -> None:
    demux = Demux(s.SPEECH)
    demux.receive(b"\r\n+GET: DATA,500\r\nabc")
    assert demux.busy
    (end,) = demux.quiet()
    assert isinstance(end, PayloadChunk)
    assert (end.last, end.complete, end.rule) == (True, False, "payload-abandoned")
    (event,) = demux.receive(b"\r\n+CPIN: READY\r\n")
    assert event.message == s.Pin(state=s.PinWord.READY)  # type: ignore[attr-defined]


def test_a_claimed_payload_outlives_silence() -> None:
    demux = Demux(s.SPEECH)
    exchange = Exchange(s.Read())
    demux.arm(exchange)
    exchange.written()
    demux.receive(b"\r\n+READ: 2,6\r\nabc")
    assert demux.quiet() == []
    events = demux.receive(b"def\r\nOK\r\n")
    assert _payload(events) == b"def"
    assert exchange.state is State.DONE


def test_final_results_without_a_command_are_late_and_call_results_are_not() -> None:
    demux = Demux(s.SPEECH)
    events = demux.receive(b"\r\nOK\r\n\r\n+CME ERROR: 3\r\n\r\nNO CARRIER\r\nCONNECT 9600\r\n")
    kinds = [(event.kind, event.rule) for event in events if isinstance(event, LineEvent)]
    late, call = ("late", "final-without-command"), ("urc", "call-result")
    assert kinds == [late, late, call, late]


def test_a_call_that_ends_inside_an_answer_is_an_event_and_no_answer() -> None:
    exchange, events = s.heard(s.Query(), [b"\r\nNO CARRIER\r\n\r\n+CSQ: 1,2\r\n\r\nBUSY\r\n\r\nOK\r\n"])
    assert [(event.kind, event.rule) for event in events if isinstance(event, LineEvent)] == [
        ("urc", "call-result"),
        ("reply", "declared-reply"),
        ("urc", "call-result"),
        ("final", "final-result"),
    ]
    assert exchange.state is State.DONE


def test_a_line_that_never_ends_is_noise_in_the_end() -> None:
    demux = Demux(s.SPEECH)
    events = demux.receive(b"x" * LINE_LIMIT)
    assert [event.rule for event in events if isinstance(event, Noise)] == ["line-too-long"]
    assert not demux.busy


def test_silence_completes_a_result_without_its_line_end_and_reveals_a_stray_prompt() -> None:
    exchange, _ = s.heard(s.Closed(), [b"\r\nOK"])
    assert exchange.state is State.DONE
    for command, word in ((s.Give(size=1), b"DOWNLOAD"), (s.Put(path="f"), b"+PUT: BEGIN")):
        exchange, _ = s.heard(command, [b"\r\n" + word])
        assert exchange.state is State.PROMPTED
    exchange, _ = s.heard(s.GiveSome(size=10), [b"\r\n+PUTN: 2,1"])
    assert exchange.state is State.SENT  # the number may go on
    demux = Demux(s.SPEECH)
    demux.receive(b"\r\n> ")
    (event,) = demux.quiet()
    assert (event.kind, event.rule, event.text) == ("prompt", "stray-prompt", b"> ")  # type: ignore[attr-defined]
    demux.receive(b"+CP")
    assert demux.quiet() == []
    assert demux.receive(b"IN: READY\r\n")[0].message is not None  # type: ignore[attr-defined]


def test_the_blank_behind_a_prompt_belongs_to_it_and_the_text_behind_does_not() -> None:
    for pieces in s.two_cuts(b"\r\n>  \r\nOK\r\n"):
        _, events = s.heard(s.Body(), pieces)
        assert [event.text for event in events if isinstance(event, PromptLine)] == [b"> "]


def test_numeric_results_wait_for_an_untagged_number() -> None:
    exchange, events = s.heard(s.QueryDigit(), [b"0\r\n0\r"])
    assert [event.kind for event in events if isinstance(event, LineEvent)] == ["reply", "final"]
    assert exchange.answer() == s.Digit(number="0")


def test_verbosity_is_known_after_it_was_set() -> None:
    demux = Demux(s.SPEECH, WireState(verbose=True))
    exchange = Exchange(s.Verbose(value=0))
    demux.arm(exchange)
    exchange.written()
    demux.receive(b"ATV0\r0\r")
    assert exchange.state is State.DONE
    assert demux.state.verbose is False
    demux.state.verbose = True
    exchange = Exchange(s.Query())
    demux.arm(exchange)
    exchange.written()
    (event,) = demux.receive(b"0\r")
    assert isinstance(event, Noise)


def test_a_raw_command_that_changes_the_verbosity_gets_its_numeric_result() -> None:
    demux = Demux(s.SPEECH, WireState(verbose=True))
    exchange = Exchange(RawCommand.of("ATE0V0"))
    demux.arm(exchange)
    exchange.written()
    assert isinstance(demux.receive(b"0\r")[0], FinalLine)


def test_bad_results_and_missing_replies_are_errors_that_say_what_was_wrong() -> None:
    exchange, _ = s.heard(s.Query(), [b"\r\n+CME ERROR: 10\r\n"])
    with pytest.raises(CommandFailed, match="SIM not inserted") as failed:
        exchange.answer()
    assert (failed.value.code, failed.value.remedy) == (10, "insert the SIM")
    exchange, _ = s.heard(s.Query(), [b"\r\nERROR\r\n"])
    with pytest.raises(CommandFailed, match=r"AT\+CSQ: ERROR"):
        exchange.answer()
    exchange, _ = s.heard(s.Query(), [b"\r\n+CMS ERROR: no network\r\n"])
    with pytest.raises(CommandFailed) as failed:
        exchange.answer()
    assert failed.value.code == "no network"
    exchange, _ = s.heard(s.Query(), [b"\r\nOK\r\n"])
    with pytest.raises(ProtocolError, match="without the declared answer"):
        exchange.answer()


def test_a_bad_final_result_leaves_nothing_due() -> None:
    demux = Demux(s.SPEECH)
    exchange = Exchange(s.Push(path="x"))
    demux.arm(exchange)
    exchange.written()
    demux.receive(b"\r\nERROR\r\n")
    assert demux.due == ()


def test_undeclared_lines_are_replies_by_their_name_else_urcs() -> None:
    _, events = s.heard(s.Query(), [b"\r\n+CSQ: new,format,9\r\n\r\n+NEW: 1\r\n\r\nOK\r\n"])
    found = [(event.kind, event.rule) for event in events if isinstance(event, ReplyLine | UrcLine)]
    assert found == [("reply", "own-name"), ("urc", "undeclared-urc")]


def test_late_lines_of_a_superseded_command_are_recognised_by_their_tag() -> None:
    demux = Demux(s.SPEECH)
    first, second = Exchange(s.Query()), Exchange(s.Closed())
    for exchange in (first, second):
        demux.arm(exchange)
        exchange.written()
    (event,) = demux.receive(b"\r\n+CSQ: 1,2\r\n")
    assert (event.kind, event.rule) == ("late", "superseded-command")  # type: ignore[attr-defined]


def test_a_new_dialect_applies_from_the_next_line_on() -> None:
    demux = Demux(s.SPEECH)
    empty = s.Dialect("empty", ())
    demux.dialect = empty
    assert demux.dialect is empty
    assert demux.receive(b"+CPIN: READY\r\n")[0].rule == "undeclared-urc"  # type: ignore[attr-defined]


def _cut(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    return [data[one:other] for one, other in pairwise(places)]


@pytest.mark.parametrize("ending", [b"\r\n", b"\r\r\n", b"\n", b"\r"])
def test_unknown_urcs_in_one_read_with_whatever_line_end(ending: bytes) -> None:
    data = ending.join([b"", b"+NEWS: 1", b"", b"*STRANGE", b"", b"+CPIN: READY", b""])
    for pieces in [[data], s.bytewise(data)]:
        demux = Demux(s.SPEECH)
        events = [event for piece in pieces for event in demux.receive(piece)]
        found = [(event.kind, event.text, event.message) for event in events if isinstance(event, LineEvent)]
        assert found == [
            ("urc", b"+NEWS: 1", None),
            ("urc", b"*STRANGE", None),
            ("urc", b"+CPIN: READY", s.Pin(state=s.PinWord.READY)),
        ]


@pytest.mark.parametrize("excess", [-2, -1, 0, 1, 700, LINE_LIMIT + 9])
def test_law_1_a_line_of_any_length_is_cut_at_the_same_places(excess: int) -> None:
    data = b"\r\n+CPIN: READY\r\n" + b"x" * (LINE_LIMIT + excess) + b"\r\n+CPIN: READY\r\n"
    whole = s.flat(Demux(s.SPEECH).receive(data))
    for place in (1, 17, LINE_LIMIT - 1, LINE_LIMIT + 15, LINE_LIMIT + 16, LINE_LIMIT + 17, len(data) - 1):
        demux = Demux(s.SPEECH)
        assert s.flat(demux.receive(data[:place]) + demux.receive(data[place:])) == whole
    assert [row[0] for row in whole if row[0] != "noise"] == ["urc", "urc"]
    assert [len(bytes(row[2])) for row in whole if row[0] == "noise"][:1] == [min(LINE_LIMIT, LINE_LIMIT + excess)]


def test_law_6_a_header_among_much_else_opens_its_payload_behind_its_line_end() -> None:
    body = b"\n\r\n" * 5_000
    exchange, events = s.heard(s.Read(), [b"\r\n+READ: 2,15000\r" + b"\n" + body + b"\r\nOK\r\n"])
    assert _payload(events) == body
    assert exchange.state is State.DONE


def test_law_5_the_mark_of_a_command_that_was_given_up_prompts_nobody() -> None:
    demux, exchange = Demux(s.SPEECH), Exchange(s.Body())
    demux.arm(exchange)
    exchange.written()
    demux.abandon(exchange)
    events = demux.receive(b"\r\n> ")
    assert [(event.kind, event.text) for event in events if isinstance(event, LineEvent)] == [("late", b"> ")]


@pytest.mark.parametrize("forgotten", [True, False])
def test_law_2_text_that_is_broken_off_is_told_of(forgotten: bool) -> None:
    demux, exchange, other = Demux(s.SPEECH), Exchange(s.Mail()), Exchange(s.Mail())
    demux.arm(exchange)
    exchange.written()
    events = demux.receive(b"\r\nabc\r\nOK\r\n")
    if forgotten:
        demux.forget()
    else:
        demux.abandon(exchange)
        demux.arm(other)
    events += demux.receive(b"") + demux.quiet()
    assert _payload(events) == b"abc\r\nOK\r\n"
    chunks = [event for event in events if isinstance(event, PayloadChunk)]
    assert (chunks[-1].last, chunks[-1].complete) == (True, False)


@pytest.mark.parametrize("line", [b"+CSQ: %d,0", b"+READ: 2,%d", b"+GET: DATA,%d", b"+LATER: %d", b"+CME ERROR: %d"])
def test_law_2_a_number_of_thousands_of_digits_is_no_number(line: bytes) -> None:
    data = b"\r\n" + line.replace(b"%d", b"9" * 5_000) + b"\r\n"
    for command in (s.Query(), s.Read(), s.Push(path="x"), s.Maybe()):
        exchange, events = s.heard(command, [data])
        assert [event.text for event in events if isinstance(event, LineEvent)] == [data.strip()]
        assert repr(events)
        if exchange.state is State.FAILED:
            assert exchange.failure().code == "9" * 5_000


@pytest.mark.parametrize("size", range(12))
def test_law_1_what_was_held_back_for_an_echo_and_is_behind_the_text_is_read_again(size: int) -> None:
    data = b"AT+MAIX\r\nOK\r\n+CPIN: READY\r\n"
    exchange, whole = s.heard(s.Mail(), [data], size=size)
    assert _payload(whole) == data[:size]
    for pieces in [s.bytewise(data), *s.two_cuts(data)]:
        other, events = s.heard(s.Mail(), pieces, size=size)
        assert s.flat(events) == s.flat(whole), pieces
        assert other.state is exchange.state
