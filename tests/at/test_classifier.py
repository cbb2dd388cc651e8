"""First match wins, and what wins is told apart by evidence."""

from simcom_async.at.demux import Demux
from simcom_async.at.event import LineEvent
from simcom_async.at.exchange import Exchange, State
from tests.at import speech as s


def _kinds(demux: Demux, data: bytes) -> list[tuple[str, str]]:
    return [(event.kind, event.rule) for event in demux.receive(data) if isinstance(event, LineEvent)]


def _armed(demux: Demux, *commands: object) -> list[Exchange]:
    exchanges = [Exchange(command) for command in commands]  # type: ignore[arg-type]
    for exchange in exchanges:
        demux.arm(exchange)
        exchange.written()
    return exchanges


def test_silence_ends_the_wait_for_a_continuation() -> None:
    demux = Demux(s.SPEECH)
    (exchange,) = _armed(demux, s.Fetch())
    demux.receive(b"\r\nOK\r\n\r\n+POP: SUCCESS\r\n")
    assert demux.busy
    assert exchange.state is State.AWAITING
    demux.quiet()
    assert exchange.state is State.DONE
    assert not demux.busy


def test_an_ok_before_the_declared_reply_answers_the_command_before() -> None:
    demux = Demux(s.SPEECH)
    _, second = _armed(demux, s.Closed(), s.Query())
    assert _kinds(demux, b"\r\nOK\r\n\r\n+CSQ: 1,2\r\n\r\nOK\r\n") == [
        ("late", "superseded-command"),
        ("reply", "declared-reply"),
        ("final", "final-result"),
    ]
    assert second.answer() == s.Signal(rssi=1, ber=2)


def test_an_error_of_the_command_before_leaves_nothing_due() -> None:
    demux = Demux(s.SPEECH)
    first, second = Exchange(s.Push(path="a")), Exchange(s.Query())
    demux.arm(first)
    first.written()
    demux.receive(b'AT+GET="a"\r')
    demux.arm(second)
    second.written()
    assert _kinds(demux, b"\r\nERROR\r\nunheard of\r\n")[0] == ("late", "superseded-command")
    assert demux.due == ()


def test_what_the_command_before_does_not_know_is_tried_with_the_one_in_flight() -> None:
    demux = Demux(s.SPEECH)
    first, second = Exchange(s.Closed()), Exchange(s.Query())
    demux.arm(first)
    first.written()
    demux.receive(b"AT+SHUT\r")
    demux.arm(second)
    second.written()
    assert _kinds(demux, b"\r\n+CSQ: 1,2\r\n") == [("reply", "declared-reply")]


def test_the_command_before_is_not_answered_behind_one_that_was_answered_behind_its_echo() -> None:
    demux = Demux(s.SPEECH)
    first, second, third = Exchange(s.Closed()), Exchange(s.Query()), Exchange(s.Closed())
    heard = (b"AT+SHUT\r", b"AT+CSQ\r\r\n+CSQ: 1,2\r\n\r\nOK\r\n", b"\r\nSHUT OK\r\n")
    for exchange, data in zip((first, second, third), heard, strict=True):
        demux.arm(exchange)
        exchange.written()
        demux.receive(data)
    assert second.answer() == s.Signal(rssi=1, ber=2)
    assert (first.finished, third.finished) == (False, True)


def test_packets_of_nothing_open_nothing() -> None:
    demux = Demux(s.SPEECH)
    assert _kinds(demux, b"+GET: DATA,0\r\n+CPIN: READY\r\n") == [("urc", "declared-urc")] * 2


def test_a_line_that_begins_like_a_prompt_is_a_line() -> None:
    demux = Demux(s.SPEECH)
    assert _kinds(demux, b"> hello\r\n") == [("noise", "no-line-of-at")]
    _armed(demux, s.LongBody())
    assert _kinds(demux, b"> hello\r\n\r\n>>") == [("noise", "no-line-of-at"), ("prompt", "declared-prompt")]


def test_urcs_are_validated_when_somebody_looks() -> None:
    demux = Demux(s.SPEECH)
    good, bad = demux.receive(b"+SAPBR 1: DEACT\r\n+SAPBR 2: what\r\n")
    assert isinstance(good, LineEvent)
    assert isinstance(bad, LineEvent)
    assert (good.candidate, good.compiled) == (bad.candidate, good.candidate)
    assert (good.message, good.rule) == (s.Bearer(cid=1), "declared-urc")
    assert (bad.message, bad.compiled, bad.rule) == (None, None, "undeclared-urc")


def test_a_payload_in_the_reply_of_a_given_up_command_is_still_payload() -> None:
    demux = Demux(s.SPEECH)
    (exchange,) = _armed(demux, s.Read())
    demux.abandon(exchange)
    assert _kinds(demux, b"\r\n+READ: 2,4\r\nOK\r\n\r\nOK\r\n") == [("late", "given-up-command")] * 2
