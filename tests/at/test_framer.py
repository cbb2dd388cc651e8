"""Framings end where they should, also when nobody waits for them any more."""

from simcom_async.at.demux import Demux
from simcom_async.at.event import Event, LineEvent, PayloadChunk
from simcom_async.at.exchange import Exchange, State
from simcom_async.at.framer import CountedPayload, EchoedEntry, TextUntilFinal
from tests.at import speech as s


def test_a_payload_of_nobody_is_not_owned() -> None:
    assert not CountedPayload(3, None, None).owned
    assert CountedPayload(3, None, s.Read()).owned
    assert EchoedEntry(s.Body()).owned


def test_abandoned_text_keeps_what_was_held_back() -> None:
    text = TextUntilFinal(s.Mail(), b"AT+MAIL")
    events: list[Event] = []
    text.receive(b"\r\nabc\r\nOK\r\n", 0, events)
    text.abandon(11, events)
    chunks = [event for event in events if isinstance(event, PayloadChunk)]
    assert b"".join(chunk.data for chunk in chunks) == b"abc\r\nOK\r\n"
    assert (chunks[-1].last, chunks[-1].complete) == (True, False)
    assert text.end([]) is None


def test_an_entry_that_is_never_echoed_is_not_remembered_for_ever() -> None:
    entry = EchoedEntry(s.Body())
    entry.entered(b"x" * (EchoedEntry.LIMIT + 1))
    assert entry.finished


def test_a_module_that_does_echo_may_be_far_behind() -> None:
    data = bytes(range(256)) * 1000
    entry = EchoedEntry(s.Body())
    events: list[Event] = []
    entry.entered(data[:1000])
    assert entry.receive(data[:1], 0, events) == 1
    entry.entered(data[1000:])
    assert not entry.finished
    assert entry.receive(data[1:] + b"OK", 1, events) == len(data) - 1
    assert entry.finished
    assert b"".join(event.text for event in events if isinstance(event, LineEvent)) == data
    entry.entered(bytes(EchoedEntry.BACKLOG + 1))
    assert entry.finished


def test_an_echo_that_stops_is_given_up() -> None:
    entry = EchoedEntry(s.Body())
    entry.entered(b"abc")
    events: list[Event] = []
    assert entry.receive(b"ab", 0, events) == 2
    entry.abandon(2, events)
    assert entry.finished


def test_silence_and_the_end_of_the_stream_end_an_echo() -> None:
    for ending in (Demux.quiet, Demux.flush):
        demux = Demux(s.SPEECH)
        exchange = Exchange(s.Body())
        demux.arm(exchange)
        exchange.written()
        demux.receive(b"AT+BODY\r\r\n>")
        demux.entered(b"hello\x1a")
        demux.receive(b"hel")
        assert demux.busy
        ending(demux)
        assert not demux.busy


def test_a_numeric_result_ends_text_as_well() -> None:
    exchange, events = s.heard(s.Mail(), [b"\r\nhello\r\n", b"0\r"])
    assert b"".join(event.data for event in events if isinstance(event, PayloadChunk)) == b"hello"
    assert exchange.state is State.DONE


def test_an_entry_during_a_payload_expects_no_echo() -> None:
    demux = Demux(s.SPEECH)
    exchange = Exchange(s.Put(path="x"))
    demux.arm(exchange)
    exchange.written()
    demux.receive(b'AT+PUT="x"\r\r\n+PUT: BEGIN\r\n\r\n+GET: DATA,4\r\n')
    demux.entered(b"OK")
    events = demux.receive(b"OK\r\n\r\nOK\r\n")
    assert [event.kind for event in events if isinstance(event, LineEvent)] == ["final"]


def test_law_1_the_end_of_a_line_of_text_is_no_result() -> None:
    for size in (None, 100):
        text = TextUntilFinal(s.Mail(), b"", size=size)
        events: list[Event] = []
        for piece in (b"\r\nBO", b"OK\r\n"):
            text.receive(piece, 0, events)
        assert text.end(events) is None
        assert b"".join(event.data for event in events if isinstance(event, PayloadChunk)) == b"BOOK"
