"""Data that end with a byte instead of a count: written with escapes, read in chunks cut anywhere.

There are three rules, and they are different:

- ``ETX_SUB``: the terminator is SUB (Ctrl-Z, 1A), escapes begin with ETX (03): 1A as 03 1A, 03 as 03 03.
  CFTPPUT, CFTPSPUT without a length, the request of CHTTPACT (SIM7100 Internet service, 5.10 and 6.1).
- ``DLE_ETX``: the terminator is ETX (03), escapes begin with DLE (10): 03 as 10 03, 10 as 10 10.
  FTPETPUT and FTPETGET (SIM7000 AT command manual V1.06, 10.2.24 and 10.2.25).
- ``SUB_ONLY``: the terminator is SUB, ESC (1B) cancels the entry, and nothing protects them.
  SMTPBODY at a prompt (SIM900 Email, 2.8; SIM7100 Internet service, 3.6).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from simcom_async.errors import UsageError

__all__ = ["DLE_ETX", "ETX_SUB", "SUB_ONLY", "Decoder", "EscapeCodec"]

_NAMES = {0x03: "ETX", 0x10: "DLE", 0x1A: "Ctrl-Z", 0x1B: "ESC"}
#: From this many bytes on, with less than a mark in _SPARSE bytes, one split is faster than replacing pairs. A
#: sample of the bytes decides: it can only cost time, never change the result.
_LONG = 256
_SPARSE = 16
_SAMPLE = 128
#: After this many escaped terminators the end is searched by other means than a Python loop.
_HOPS = 8


def _derived() -> bytes:
    derived: bytes = field(init=False, repr=False, compare=False)
    return derived


@dataclass(frozen=True, slots=True)
class EscapeCodec:
    """How data that end with ``terminator`` look on the wire.

    ``escape`` is the byte that protects the terminator and itself, None where nothing can be protected.
    ``cancel``, only without ``escape``, is the byte that throws the entry away. An escape before another byte
    is malformed: with ``literal`` it is dropped and the other byte taken as it is, else both are data.

    ``encode(data)`` returns the wire form of ``data``, the whole or any part of it, without the terminator, which
    is ``end``; it raises UsageError, naming byte and offset, for a byte that cannot be carried.
    """

    escape: int | None
    terminator: int
    cancel: int | None = None
    literal: bool = False
    encode: Callable[[bytes], bytes] = field(init=False, repr=False, compare=False)
    end: bytes = _derived()
    mark: bytes = _derived()
    escaped_end: bytes = _derived()
    escaped_mark: bytes = _derived()
    blank: bytes = _derived()
    pair: re.Pattern[bytes] = field(init=False, repr=False, compare=False)
    candidate: re.Pattern[bytes] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Derive byte strings and expressions once; UsageError for bytes that contradict each other."""
        if self.terminator in {self.escape, self.cancel} or None not in {self.escape, self.cancel}:
            raise UsageError(
                "a codec has a terminator and, different from it, an escape byte or a cancel byte, not both",
                field="terminator",
                value=self.terminator,
            )
        end = bytes([self.terminator])
        mark = b"" if self.escape is None else bytes([self.escape])
        protected = b"." if self.literal else b"[" + re.escape(mark + end) + b"]"
        once, twice = re.escape(mark + end), re.escape(mark + mark + end)
        unused = next(byte for byte in range(3) if byte not in {self.escape, self.terminator})
        derived: dict[str, object] = {
            "encode": _refusing_encoder(self.refused) if self.escape is None else _encoder(mark, end),
            "end": end,
            "mark": mark,
            "escaped_end": mark + end,
            "escaped_mark": mark + mark,
            "blank": bytes([unused, unused]),
            "pair": re.compile(re.escape(mark) + b"(" + protected + b")", re.DOTALL),
            "candidate": re.compile(re.escape(end) + b"(?:(?<!" + once + b")|(?<=" + twice + b"))"),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def __reduce__(self) -> tuple[type[EscapeCodec], tuple[int | None, int, int | None, bool]]:
        return EscapeCodec, (self.escape, self.terminator, self.cancel, self.literal)

    @property
    def escaped(self) -> frozenset[int]:
        """The bytes that are written with the escape byte before them."""
        return frozenset() if self.escape is None else frozenset((self.escape, self.terminator))

    @property
    def refused(self) -> frozenset[int]:
        """The bytes that data cannot hold at all."""
        if self.escape is not None:
            return frozenset()
        return frozenset((self.terminator,) if self.cancel is None else (self.terminator, self.cancel))

    def decoder(self) -> Decoder:
        """Return a decoder for one payload or entry."""
        return _PlainDecoder(self) if self.escape is None else Decoder(self)

    def find_end(self, data: bytes) -> int:
        """Return the offset of the terminator, -1 where there is none; ``data`` begin outside an escape."""
        escape, end = self.escape, self.end
        at = data.find(end)
        hops = 0
        while at > 0 and data[at - 1] == escape and (data[at - 2] != escape or _odd_run(data, at, escape)):
            hops += 1
            if hops == _HOPS:
                return self._find_far_end(data, at + 1)
            at = data.find(end, at + 1)
        return at

    def unescape(self, data: bytes) -> bytes:
        """Return what ``data``, made of whole escapes and without the terminator, stand for."""
        mark = self.mark
        if len(data) >= _LONG and data.count(mark, 0, _SAMPLE) < _SAMPLE // _SPARSE:
            return b"".join(self.pair.split(data))
        if self.literal:
            return mark.join([piece.replace(mark, b"") for piece in data.split(self.escaped_mark)])
        # Every terminator in here is an escaped one and owns the mark before it, so pairs are exact.
        return data.replace(self.escaped_end, self.end).replace(self.escaped_mark, mark)

    def _find_far_end(self, data: bytes, start: int) -> int:
        if start < _HOPS * _SPARSE * 2:
            # Dense: blank the escapes, lengths stay. A run of marks begins with an escape: pairs are right.
            blanked = data.replace(self.escaped_mark, self.blank).replace(self.escaped_end, self.blank)
            return blanked.find(self.end, start)
        # Sparse: the expression passes over every terminator with a single mark before it.
        match = self.candidate.search(data, start)
        while match is not None and _odd_run(data, match.start(), self.mark[0]):
            match = self.candidate.search(data, match.end())
        return -1 if match is None else match.start()


class Decoder:
    """Reads one payload or entry, in chunks cut anywhere; the result does not depend on the cuts.

    ``finished`` is set by the terminator, and ``tail`` then holds what came behind it in the same chunk;
    ``cancelled`` is set, too, when it was the cancel byte. ``pending`` is an escape byte that waits for the
    next chunk: data that stop there were cut short.
    """

    __slots__ = (
        "_attention",
        "_codec",
        "_end",
        "_escape",
        "_escaped_end",
        "_escaped_mark",
        "_exact",
        "_mark",
        "_terminator",
        "cancelled",
        "finished",
        "pending",
        "tail",
    )

    def __init__(self, codec: EscapeCodec) -> None:
        """Start before the first byte; `EscapeCodec.decoder` picks the right class."""
        self.finished = False
        self.cancelled = False
        self.pending = b""
        self.tail = b""
        self._codec = codec
        self._terminator = codec.terminator
        self._escape = codec.terminator if codec.escape is None else codec.escape
        self._mark = codec.mark
        self._end = codec.end
        self._escaped_end = codec.escaped_end
        self._escaped_mark = codec.escaped_mark
        #: Whether doubled marks, without a terminator byte, are all that stands for something else.
        self._exact = not codec.literal
        #: Finished, or an escape byte is pending: one test instead of two for every chunk.
        self._attention = False

    def receive(self, chunk: bytes) -> bytes:
        """Return the data in ``chunk``, unescaped; ``chunk`` itself where nothing in it is special.

        Raises RuntimeError once finished: what follows the terminator is no part of these data.
        """
        if self._terminator in chunk or self._attention:
            return self._examine(chunk)
        if self._escape in chunk:
            exact = self._exact or self._escape not in chunk.replace(self._escaped_mark, b"")
            if exact and chunk[-1] != self._escape and len(chunk) < _LONG:
                return chunk.replace(self._escaped_mark, self._mark)
            return self._unescape(chunk)
        return chunk

    def consumed(self, chunk: bytes) -> int:
        """Return how many bytes of the chunk received last belong to the data: all of them until the end.

        Escapes and the terminator count. The decoder keeps no sum, which would cost a quarter of its speed.
        """
        return len(chunk) - len(self.tail)

    def _examine(self, data: bytes) -> bytes:
        """Decode a chunk that holds a terminator byte, or that follows a pending escape."""
        if self._attention:
            if self.finished:
                raise _ended()
            data = self.pending + data
            self.pending = b""
            self._attention = False
        codec = self._codec
        if len(data) < _LONG:
            # The commonest cases by far: whole escapes and no terminator, so that nothing is left without them.
            escaped_end, escaped_mark = self._escaped_end, self._escaped_mark
            rest = data.replace(escaped_end, b"")
            if self._escape not in rest:
                if self._terminator not in rest:
                    return data.replace(escaped_end, self._end)
            else:
                rest = data.replace(escaped_mark, b"").replace(escaped_end, b"")
                if self._escape not in rest and self._terminator not in rest:
                    return data.replace(escaped_end, self._end).replace(escaped_mark, self._mark)
        at = codec.find_end(data)
        return self._unescape(data) if at < 0 else codec.unescape(self._finish(data, at))

    def _unescape(self, data: bytes) -> bytes:
        """Decode data without the terminator; an escape byte at their end waits for the next chunk."""
        codec = self._codec
        if data[-1] == self._escape and _odd_run(data, len(data), self._escape):
            self.pending = codec.mark
            self._attention = True
            data = data[:-1]
        return codec.unescape(data)

    def _finish(self, data: bytes, at: int) -> bytes:
        self.finished = self._attention = True
        self.tail = data[at + 1 :]
        return data[:at]


class _PlainDecoder(Decoder):
    """Reads data without escapes: the first terminator or cancel byte ends them."""

    __slots__ = ()

    def receive(self, chunk: bytes) -> bytes:
        """Return the data in ``chunk`` up to the byte that ends them. Raises RuntimeError once finished."""
        if self.finished:
            raise _ended()
        places = [place for byte in self._codec.refused if (place := chunk.find(byte)) >= 0]
        if not places:
            return chunk
        end = min(places)
        self.cancelled = chunk[end] == self._codec.cancel
        return self._finish(chunk, end)


def _encoder(mark: bytes, end: bytes) -> Callable[[bytes], bytes]:
    """Return the encoder of a codec with escapes: a function of its own is a tenth faster than a method."""
    escaped_mark, escaped_end = mark + mark, mark + end

    def encode(data: bytes) -> bytes:
        # The mark first, or the escapes of the terminators would be escaped again. No guards: they cost more.
        return data.replace(mark, escaped_mark).replace(end, escaped_end)

    return encode


def _refusing_encoder(refused: frozenset[int]) -> Callable[[bytes], bytes]:
    """Return the encoder of a codec without escapes, which can only refuse."""

    def encode(data: bytes) -> bytes:
        places = [(place, byte) for byte in refused if (place := data.find(byte)) >= 0]
        if not places:
            return data
        place, byte = min(places)
        name = f"0x{byte:02X} ({_NAMES[byte]})" if byte in _NAMES else f"0x{byte:02X}"
        raise UsageError(
            f"data: byte {name} at offset {place} cannot be carried, it would end the entry",
            field="data",
            value=byte,
            allowed="every byte but " + " and ".join(f"0x{other:02X}" for other in sorted(refused)),
        )

    return encode


def _odd_run(data: bytes, end: int, mark: int) -> bool:
    """Whether the run of marks that ends before ``end`` is odd, so that its last one escapes what follows."""
    start = end
    while start > 0 and data[start - 1] == mark:
        start -= 1
    return (end - start) % 2 == 1


def _ended() -> RuntimeError:
    return RuntimeError("the terminator has been received: what follows is no part of these data")


#: CFTPPUT, CFTPSPUT without a length, the request of CHTTPACT.
ETX_SUB = EscapeCodec(escape=0x03, terminator=0x1A)
#: FTPETPUT and FTPETGET.
DLE_ETX = EscapeCodec(escape=0x10, terminator=0x03, literal=True)
#: SMTPBODY at a prompt.
SUB_ONLY = EscapeCodec(escape=None, terminator=0x1A, cancel=0x1B)
