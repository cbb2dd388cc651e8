"""What must hold of any stream of events, whatever came: laws 1, 2 and 6, without a look into the demux."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress

from simcom_async.at.demux import LINE_LIMIT
from simcom_async.at.escape import EscapeCodec
from simcom_async.at.event import Event, LineEvent, PayloadChunk
from simcom_async.at.exchange import Exchange
from simcom_async.at.message import Counted, Escaped
from simcom_async.errors import SimcomError
from tests.at.test_escape import naive_decode

__all__ = ["Coverage", "check_answers", "check_payloads", "check_readable"]

#: What is kept back at most beyond an unfinished line: the beginning of a final result in a text.
KEPT = LINE_LIMIT + 512
_FRAMING = b"\r\n"
_UNCOVERED = re.compile(rb"\0+")


class Coverage:
    """Which bytes of a received stream are in an event: each at most once."""

    def __init__(self) -> None:
        self._stream = bytearray()

    def received(self, data: bytes) -> None:
        """These have come."""
        self._stream += data

    def check(self, events: Sequence[Event], *, ended: bool) -> None:
        """These events tell of them, each of its own, and all but line framing is told of.

        What is kept back is bounded, and at the end nothing is.
        """
        covered = bytearray(len(self._stream))
        for event in events:
            assert isinstance(event, LineEvent | PayloadChunk), event
            start, end = event.start, event.end
            assert 0 <= start <= end <= len(self._stream), f"{event!r} is outside of the stream"
            assert not covered.count(1, start, end), f"{event!r} has bytes that another event has"
            covered[start:end] = b"\x01" * (end - start)
            if isinstance(event, LineEvent):
                assert event.text == self._stream[start:end], f"{event!r} is not what was received"

        missing = b"".join(self._stream[found.start() : found.end()] for found in _UNCOVERED.finditer(covered))
        missing = missing.translate(None, _FRAMING)
        assert len(missing) <= (0 if ended else KEPT), f"{missing[:60]!r} ... {len(missing)} bytes are in no event"

    def between(self, start: int, end: int) -> bytes:
        """A part of the stream."""
        return bytes(self._stream[start:end])


def check_payloads(events: Sequence[Event], stream: Coverage) -> None:
    """Payload is handed on byte by byte, whatever it is: as it came, or by the rule of its codec."""
    payload: list[PayloadChunk] = []
    for event in events:
        if not isinstance(event, PayloadChunk):
            continue
        if payload:
            before = payload[-1]
            assert event.header is before.header or event.header is None, "a payload begins inside of another one"
            assert event.offset == before.offset + len(before.data)
        payload.append(event)
        if event.last:
            _check_payload(payload, stream)
            payload = []


def _check_payload(chunks: list[PayloadChunk], stream: Coverage) -> None:
    data = b"".join(chunk.data for chunk in chunks)
    raw = stream.between(chunks[0].start, chunks[-1].end)
    header = chunks[0].header
    opens = None if header is None or header.compiled is None else header.compiled.line.opens
    if isinstance(opens, Escaped):
        _check_escaped(opens.codec, data, raw, complete=chunks[-1].complete)
        return
    assert data == raw, "payload was changed"
    if isinstance(opens, Counted) and header is not None and header.compiled is not None and header.match is not None:
        announced = header.compiled.value(header.match, opens.field)
        assert isinstance(announced, int)
        assert len(data) == announced or not chunks[-1].complete, f"{len(data)} bytes instead of {announced}"


def _check_escaped(codec: EscapeCodec, data: bytes, raw: bytes, *, complete: bool) -> None:
    meant, end, pending, _ = naive_decode(codec, raw)
    assert data == meant, "escapes were read in another way"
    assert (end == len(raw) - 1) if complete else (end < 0), "it ends elsewhere"
    assert not (complete and pending)


def check_readable(events: Sequence[Event]) -> None:
    """Whatever came, who looks at an event gets no error from it."""
    for event in events:
        repr(event)
        if isinstance(event, LineEvent):
            repr(event.message)
            _ = event.declaration


def check_answers(exchanges: Sequence[Exchange]) -> None:
    """What awaiting a command would do: a value, or an error that is declared."""
    for exchange in exchanges:
        if exchange.finished:
            with suppress(SimcomError):
                exchange.answer()
        repr(exchange)
