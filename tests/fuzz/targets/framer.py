"""What stands between two lines, each framing by itself: all bytes taken, none looked at, however they were cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from simcom_async.at.escape import DLE_ETX, ETX_SUB, SUB_ONLY
from simcom_async.at.event import EchoLine, Event, LineEvent, PayloadChunk
from simcom_async.at.framer import CountedPayload, EchoedEntry, EscapedPayload, Framing, TextUntilFinal
from tests.at import speech
from tests.at.test_escape import naive_decode
from tests.fuzz.supply import Supply, packed
from tests.fuzz.vocabulary import NASTY

MODULES = ("simcom_async.at.framer",)

_CODECS = (ETX_SUB, DLE_ETX, SUB_ONLY)
_TEXT = speech.Mail()
_START = 1_000


class Heard:
    """What a framing has made of a stream: its events, and how many bytes it took."""

    def __init__(self, framing: Framing) -> None:
        self.framing = framing
        self.events: list[Event] = []
        self.taken = 0

    def receive(self, pieces: Sequence[bytes]) -> None:
        """Feed it until it is finished; what it leaves of a piece is no longer its own."""
        for piece in pieces:
            if piece and not self.framing.finished:
                taken = self.framing.receive(piece, _START + self.taken, self.events)
                assert -self.taken <= taken <= len(piece)  # what it held back may be behind its end
                assert taken == len(piece) or self.framing.finished, "it leaves bytes and goes on"
                self.taken += taken

    @property
    def payload(self) -> bytes:
        """The data of its payload."""
        return b"".join(event.data for event in self.events if isinstance(event, PayloadChunk))

    @property
    def echo(self) -> bytes:
        """What it took for an echo of an entry."""
        return b"".join(event.text for event in self.events if isinstance(event, EchoLine))


def check(data: bytes) -> None:
    """One framing, its stream in one piece and in several, and what ends it."""
    supply = Supply(data)
    kind = supply.pick((_counted, _escaped, _text, _echo))
    kind(supply)


def _stream(supply: Supply) -> bytes:
    """Bytes with much in them that would mean something elsewhere."""
    pieces = []
    for _ in range(supply.byte() % 24):
        pieces.append(supply.pick(NASTY) if supply.flag() else supply.some())
    return b"".join(pieces)


def _both(supply: Supply, make: Callable[[], Framing], stream: bytes) -> tuple[Heard, Heard]:
    whole, cut = Heard(make()), Heard(make())
    whole.receive([stream])
    cut.receive(supply.cut(stream))
    assert whole.framing.owned == cut.framing.owned
    _equal(whole, cut)
    return whole, cut


def _equal(whole: Heard, cut: Heard) -> None:
    assert (whole.taken, whole.framing.finished) == (cut.taken, cut.framing.finished)
    assert speech.flat(whole.events) == speech.flat(cut.events)


def _abandoned(whole: Heard, cut: Heard) -> None:
    """Both end here if they have not ended; the payload is told to be incomplete then."""
    for heard in (whole, cut):
        if not heard.framing.finished:
            heard.framing.abandon(_START + heard.taken, heard.events)
            assert heard.framing.finished
            last = heard.events[-1]
            assert isinstance(last, PayloadChunk)
            assert (last.last, last.complete) == (True, False)
    _equal(whole, cut)


def _counted(supply: Supply) -> None:
    count, owner = supply.upto(700) + 1, _TEXT if supply.flag() else None
    stream = _stream(supply)
    whole, cut = _both(supply, lambda: CountedPayload(count, None, owner), stream)
    assert whole.payload == stream[:count]
    assert whole.taken == min(count, len(stream))
    _abandoned(whole, cut)


def _escaped(supply: Supply) -> None:
    codec = supply.pick(_CODECS)
    stream = _stream(supply)
    stream = codec.encode(stream) + codec.end + supply.some() if supply.flag() and codec.escape else stream
    whole, cut = _both(supply, lambda: EscapedPayload(codec, None, None), stream)
    data, end, _, _ = naive_decode(codec, stream)
    assert whole.payload == data
    assert whole.taken == (end + 1 if end >= 0 else len(stream))
    _abandoned(whole, cut)


def _text(supply: Supply) -> None:
    """Text up to a final result before silence: all of it but framing is payload, echo or the result."""
    size = supply.upto(300) if supply.flag() else None
    numeric, echo = supply.flag(), b"AT+MAIL" if supply.flag() else b""
    stream = (b"AT+MAIL\r" if supply.flag() else b"") + (b"\r\n" if supply.flag() else b"") + _stream(supply)
    whole, cut = _both(supply, lambda: TextUntilFinal(_TEXT, echo, size=size, numeric=numeric), stream)
    for heard in (whole, cut):
        assert isinstance(heard.framing, TextUntilFinal)
        if not heard.framing.finished and (found := heard.framing.end(heard.events)) is not None:
            text, start = found
            assert stream[start - _START :].startswith(text)
            line = stream[start - _START :].removeprefix(text)
            assert line in (b"\r\n", b"\r"), "what was taken for the result is not at the end"
            heard.taken = start - _START
            if size is not None:
                assert not heard.payload
    _equal(whole, cut)
    _abandoned(whole, cut)
    for event in whole.events:
        if isinstance(event, PayloadChunk):
            assert event.data == stream[event.start - _START : event.end - _START]
        else:
            assert isinstance(event, LineEvent)
            assert event.text == echo == stream[: len(echo)]
    if size is not None and whole.framing.finished:
        assert len(whole.payload) <= max(size, 1)


def _echo(supply: Supply) -> None:
    """What equals the entry, up to the first byte that does not; entry and echo may overtake each other."""
    entry = EchoedEntry(_TEXT)
    heard, entered, expected = Heard(entry), b"", b""
    for _ in range(supply.byte() % 20):
        if entry.finished:
            break
        match supply.byte() % 4:
            case 0 | 1:
                data = _stream(supply)
                entry.entered(data)
                entered += data
            case 2:
                heard.receive([entered[heard.taken :][: supply.upto(600)]])
            case _:
                heard.receive([supply.some()])
    expected = entered[: heard.taken]
    assert entry.owned
    assert heard.echo == expected
    if not entry.finished:
        assert len(entered) - heard.taken <= EchoedEntry.BACKLOG
        entry.abandon(0, heard.events)
        assert entry.finished


def seeds() -> Iterator[bytes]:
    """One case of each framing."""
    for kind in range(4):
        for flags in range(8):
            body = b"\x05" + b"".join(b"\x01" + packed(text) for text in (b"Subject: x\r\n", b"\r\nOK", b"\r\n"))
            yield bytes([kind, flags, flags // 2, flags // 4, 1]) + body + b"\x02\x07\x20\x90"
            yield bytes([kind, 1, 0, 8 + flags]) + body + bytes([flags % 4, 3, 9])
