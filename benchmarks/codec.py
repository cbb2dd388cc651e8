"""The escape codecs against a copy of the same bytes, and against a coder that looks at one byte after the other."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from benchmarks.measure import Benchmark, Goal, Ratio, cpu_of, interleave, ratio

if TYPE_CHECKING:
    from simcom_async.at.escape import EscapeCodec

T = TypeVar("T")

MEMCPY = "x memcpy"
NAIVE = "x naive"
#: Payload bytes, in chunks of a size. They fit the cache, as a chunk does that has just been read from the port.
PAYLOAD = 1 << 16
#: Chunks of one pass at least; a pass is long enough for the clock and short enough for many rounds.
CHUNKS = 500

ENCODE = {64: 0.8, 512: 0.45, 4096: 0.2}
DECODE_PLAIN = {16: 0.85, 64: 0.85, 512: 0.85, 4096: 0.85}
DECODE_RANDOM = {64: 0.4, 512: 0.045, 4096: 0.015}
DECODE_NAIVE = {64: 8.0, 512: 8.0, 4096: 8.0}


class NaiveDecoder:
    """The reference: one byte at a time, the state kept across chunks, the terminator found."""

    def __init__(self, escape: int, terminator: int) -> None:
        self.escape = escape
        self.terminator = terminator
        self.escaping = False
        self.finished = False

    def receive(self, chunk: bytes) -> bytes:
        data = bytearray()
        escape, terminator, escaping = self.escape, self.terminator, self.escaping
        for byte in chunk:
            if escaping:
                escaping = False
                if byte not in {escape, terminator}:
                    data.append(escape)
                data.append(byte)
            elif byte == escape:
                escaping = True
            elif byte == terminator:
                self.finished = True
                break
            else:
                data.append(byte)
        self.escaping = escaping
        return bytes(data)


def our_codecs() -> dict[str, EscapeCodec]:
    """Our side."""
    from simcom_async.at.escape import DLE_ETX, ETX_SUB

    return {"ETX/SUB": ETX_SUB, "DLE/ETX": DLE_ETX}


def _cut(data: bytes, size: int) -> list[bytes]:
    """Whole chunks of ``size`` bytes, each an object of its own; few chunks are repeated."""
    chunks = [data[place : place + size] for place in range(0, len(data) - size + 1, size)]
    return chunks * max(1, CHUNKS // len(chunks))


def _pass(call: Callable[[T], object], chunks: list[T]) -> Callable[[], float]:
    def work() -> None:
        for chunk in chunks:
            call(chunk)

    return lambda: cpu_of(work)


def _memcpy(view: memoryview) -> bytes:
    """The reference, called as the candidates are: a copy of the chunk."""
    return bytes(view)


def _copy(chunks: list[bytes]) -> Callable[[], float]:
    return _pass(_memcpy, [memoryview(chunk) for chunk in chunks])


def _note(rounds: dict[str, list[float]], chunks: list[bytes]) -> str:
    return f"[{min(rounds['ours']) / sum(map(len, chunks)) * 1e9:.2f} ns/byte]"


def _encode(codec: EscapeCodec, data: bytes, size: int) -> Ratio:
    chunks = _cut(data, size)
    rounds = interleave({"memcpy": _copy(chunks), "ours": _pass(codec.encode, chunks)}, rounds=15)
    return Ratio(ratio(rounds, "memcpy", "ours"), _note(rounds, chunks))


def _decode(codec: EscapeCodec, wire: bytes, size: int) -> tuple[Ratio, Ratio]:
    """Against memcpy and against the naive coder."""
    assert codec.escape is not None
    chunks = _cut(wire, size)
    ours, naive = codec.decoder(), NaiveDecoder(codec.escape, codec.terminator)
    # A pass begins where the last one ended: within one payload.
    assert b"".join(map(ours.receive, chunks)) == b"".join(map(naive.receive, chunks))
    sides = {
        "memcpy": _copy(chunks),
        "ours": _pass(ours.receive, chunks),
        "naive": _pass(naive.receive, chunks),
    }
    rounds = interleave(sides, rounds=9)
    note = _note(rounds, chunks)
    return Ratio(ratio(rounds, "memcpy", "ours"), note), Ratio(ratio(rounds, "naive", "ours"), note)


def _measure(name: str) -> Callable[[dict[str, EscapeCodec]], Mapping[str, Ratio]]:
    def measure(codecs: dict[str, EscapeCodec]) -> Mapping[str, Ratio]:
        codec = codecs[name]
        noise = random.Random(1).randbytes(PAYLOAD)
        text = bytes(byte for byte in noise if byte not in codec.escaped)
        seen = {f"{name} encode random {size} B": _encode(codec, noise, size) for size in ENCODE}
        for size in DECODE_PLAIN:
            seen[f"{name} decode plain {size} B"], _ = _decode(codec, text, size)
        for size in DECODE_RANDOM:
            of_copy, of_naive = _decode(codec, codec.encode(noise), size)
            seen[f"{name} decode random {size} B"] = of_copy
            seen[f"{name} decode random {size} B, naive"] = of_naive
        return seen

    return measure


def _goals(name: str, *, gates: bool) -> tuple[Goal, ...]:
    rows = [
        *((f"{name} encode random {size} B", limit, MEMCPY) for size, limit in ENCODE.items()),
        *((f"{name} decode plain {size} B", limit, MEMCPY) for size, limit in DECODE_PLAIN.items()),
        *((f"{name} decode random {size} B", limit, MEMCPY) for size, limit in DECODE_RANDOM.items()),
        *((f"{name} decode random {size} B, naive", limit, NAIVE) for size, limit in DECODE_NAIVE.items()),
    ]
    return tuple(Goal(row, limit, of, gates=gates) for row, limit, of in rows)


#: The goals were found for the hot codec, ETX/SUB; the other one is shown beside it.
BENCHMARKS = (
    Benchmark("codec", _goals("ETX/SUB", gates=True), our_codecs, _measure("ETX/SUB")),
    Benchmark("codec", _goals("DLE/ETX", gates=False), our_codecs, _measure("DLE/ETX")),
)
