"""The escape codecs: three rules, both directions, and no difference between one chunk and many."""

from __future__ import annotations

import copy
import pickle
import random
from collections.abc import Iterable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcom_async.at.escape import DLE_ETX, ETX_SUB, SUB_ONLY, Decoder, EscapeCodec
from simcom_async.errors import UsageError

ESCAPING = pytest.mark.parametrize("codec", [ETX_SUB, DLE_ETX], ids=["etx-sub", "dle-etx"])
EVERY = pytest.mark.parametrize("codec", [ETX_SUB, DLE_ETX, SUB_ONLY], ids=["etx-sub", "dle-etx", "sub-only"])

dense = st.lists(st.sampled_from([0x03, 0x1A, 0x10, 0x1B, 0x78]), max_size=80).map(bytes)
sparse = st.lists(
    st.one_of(st.binary(max_size=40), st.sampled_from([b"\x03\x1a", b"\x10\x03", b"x" * 50])), max_size=40
)
streams = st.one_of(st.binary(max_size=200), dense, sparse.map(b"".join))


def naive_encode(codec: EscapeCodec, data: bytes) -> bytes:
    """Write byte by byte, straight from the words of the rule."""
    wire = bytearray()
    for byte in data:
        if byte in {codec.escape, codec.terminator}:
            assert codec.escape is not None
            wire.append(codec.escape)
        wire.append(byte)
    return bytes(wire)


def naive_decode(codec: EscapeCodec, wire: bytes) -> tuple[bytes, int, bytes, bool]:
    """Return data, offset of the byte that ended them (-1: none), pending escape, whether cancelled."""
    data = bytearray()
    escaping = False
    for offset, byte in enumerate(wire):
        if escaping:
            escaping = False
            if byte not in {codec.escape, codec.terminator} and codec is not DLE_ETX:
                data.append(wire[offset - 1])
            data.append(byte)
        elif byte == codec.escape:
            escaping = True
        elif byte in {codec.terminator, codec.cancel}:
            return bytes(data), offset, b"", byte == codec.cancel
        else:
            data.append(byte)
    return bytes(data), -1, wire[-1:] if escaping else b"", False


class Reading:
    """What a decoder made of a stream, fed in chunks until it had finished; ``rest`` is what follows."""

    def __init__(self, codec: EscapeCodec, chunks: Iterable[bytes]) -> None:
        self.decoder = codec.decoder()
        self.data = b""
        self.consumed = 0
        self.rest = b""
        for chunk in chunks:
            if self.decoder.finished:
                self.rest += chunk
                continue
            self.data += self.decoder.receive(chunk)
            self.consumed += self.decoder.consumed(chunk)
            self.rest = self.decoder.tail


def check(codec: EscapeCodec, chunks: list[bytes]) -> None:
    """The chunks give what the naive reader makes of the whole, byte for byte."""
    wire = b"".join(chunks)
    data, end, pending, cancelled = naive_decode(codec, wire)
    reading = Reading(codec, chunks)
    assert reading.data == data
    assert reading.decoder.finished is (end >= 0)
    assert reading.decoder.cancelled is cancelled
    assert reading.decoder.pending == pending
    assert reading.rest == (wire[end + 1 :] if end >= 0 else b"")
    assert reading.consumed == (end + 1 if end >= 0 else len(wire))


def cut(wire: bytes, places: Iterable[int]) -> list[bytes]:
    """The stream cut at these offsets; equal offsets make empty chunks."""
    bounds = [0, *sorted(min(place, len(wire)) for place in places), len(wire)]
    return [wire[start:end] for start, end in pairwise(bounds)]


def bodies() -> Iterator[bytes]:
    """Long bodies of every density, longer than any threshold inside."""
    dice = random.Random(20140221)
    for share in (0.0, 0.001, 0.01, 0.05, 0.1, 0.5, 1.0):
        special = [0x03, 0x10, 0x1A]
        yield bytes(dice.choice(special) if dice.random() < share else dice.randrange(32, 127) for _ in range(9000))
    yield dice.randbytes(20_000)
    yield bytes(range(256)) * 40
    yield b"\x03" * 5000 + b"\x1a" * 5000 + b"\x10" * 5000


# The rules, with literal bytes.


def test_etx_sub_writes_the_rule_of_the_manual() -> None:
    assert ETX_SUB.encode(b"a\x1ab\x03c\x10d") == b"a\x03\x1ab\x03\x03c\x10d"
    assert ETX_SUB.end == b"\x1a"


def test_dle_etx_writes_the_rule_of_the_manual() -> None:
    assert DLE_ETX.encode(b"a\x1ab\x03c\x10d") == b"a\x1ab\x10\x03c\x10\x10d"
    assert DLE_ETX.end == b"\x03"


@pytest.mark.parametrize(
    ("codec", "wire", "data", "tail"),
    [
        (ETX_SUB, b"a\x03\x1ab\x1a\r\nOK\r\n", b"a\x1ab", b"\r\nOK\r\n"),
        (ETX_SUB, b"a\x03\x03\x1atail", b"a\x03", b"tail"),
        (ETX_SUB, b"a\x03\x03\x03\x1ab\x1a", b"a\x03\x1ab", b""),
        (ETX_SUB, b"\x1a\x1a", b"", b"\x1a"),
        (DLE_ETX, b"a\x10\x03b\x03\r\n+FTPETGET: 1,0\r\n", b"a\x03b", b"\r\n+FTPETGET: 1,0\r\n"),
        (DLE_ETX, b"a\x10\x10\x03tail", b"a\x10", b"tail"),
        (DLE_ETX, b"a\x10\x10\x10\x03b\x03", b"a\x10\x03b", b""),
        (DLE_ETX, b"a\x1a\x03", b"a\x1a", b""),
        (SUB_ONLY, b"Dear,\r\nme\x1a\r\nOK\r\n", b"Dear,\r\nme", b"\r\nOK\r\n"),
        (SUB_ONLY, b"a\x03\x10\x1a\x1b", b"a\x03\x10", b"\x1b"),
    ],
)
def test_the_terminator_ends_the_data(codec: EscapeCodec, wire: bytes, data: bytes, tail: bytes) -> None:
    decoder = codec.decoder()
    assert decoder.receive(wire) == data
    assert (decoder.finished, decoder.tail, decoder.cancelled, decoder.pending) == (True, tail, False, b"")
    assert decoder.consumed(wire) == len(wire) - len(tail)


def test_a_malformed_etx_is_data_like_what_follows_it() -> None:
    assert Reading(ETX_SUB, [b"a\x03bc\x03\x03d\x1a"]).data == b"a\x03bc\x03d"


def test_a_malformed_dle_is_dropped_and_what_follows_is_literal() -> None:
    assert Reading(DLE_ETX, [b"a\x10bc\x10\x10d\x10\ne\x03"]).data == b"abc\x10d\ne"


def test_a_malformed_escape_in_a_long_body_follows_the_same_rule() -> None:
    filling = b"." * 5000
    assert Reading(ETX_SUB, [filling + b"\x03b" + filling]).data == filling + b"\x03b" + filling
    assert Reading(DLE_ETX, [filling + b"\x10\n" + filling]).data == filling + b"\n" + filling


def test_the_cancel_byte_ends_and_is_told_apart() -> None:
    decoder = SUB_ONLY.decoder()
    assert decoder.receive(b"Dear") == b"Dear"
    assert decoder.receive(b" all\x1bAT\r\x1a") == b" all"
    assert (decoder.finished, decoder.cancelled, decoder.tail) == (True, True, b"AT\r\x1a")


def test_an_entry_that_nothing_cancels_takes_escape_as_data() -> None:
    codec = EscapeCodec(escape=None, terminator=0x1A)
    assert codec.refused == {0x1A}
    assert codec.encode(b"a\x1bb") == b"a\x1bb"
    reading = Reading(codec, [b"a\x1bb\x1ac"])
    assert (reading.data, reading.rest, reading.decoder.cancelled) == (b"a\x1bb", b"c", False)


@pytest.mark.parametrize(
    ("data", "shown", "offset", "value"),
    [
        (b"ab\x1acd\x1b", "0x1A (Ctrl-Z)", 2, 0x1A),
        (b"abc\x1bcd\x1a", "0x1B (ESC)", 3, 0x1B),
        (b"\x1a", "0x1A (Ctrl-Z)", 0, 0x1A),
    ],
)
def test_what_cannot_be_carried_is_refused_by_byte_and_offset(data: bytes, shown: str, offset: int, value: int) -> None:
    with pytest.raises(UsageError) as raised:
        SUB_ONLY.encode(data)
    assert f"{shown} at offset {offset}" in str(raised.value)
    assert (raised.value.field, raised.value.value) == ("data", value)
    assert raised.value.allowed == "every byte but 0x1A and 0x1B"


def test_a_byte_without_a_name_is_refused_by_its_number() -> None:
    with pytest.raises(UsageError, match=r"byte 0x7E at offset 1 cannot"):
        EscapeCodec(escape=None, terminator=0x7E).encode(b"a~")


def test_all_other_values_are_carried_without_escapes() -> None:
    data = bytes(value for value in range(256) if value not in {0x1A, 0x1B})
    assert SUB_ONLY.encode(data) is data
    assert Reading(SUB_ONLY, [data + SUB_ONLY.end]).data == data


# Contract of the value and of the decoder.


@EVERY
def test_a_codec_is_a_value(codec: EscapeCodec) -> None:
    same = EscapeCodec(codec.escape, codec.terminator, codec.cancel, codec.literal)
    assert same == codec
    assert hash(same) == hash(codec)
    assert copy.deepcopy(codec) == codec
    assert Reading(pickle.loads(pickle.dumps(codec)), [b"ab" + codec.end]).data == b"ab"
    with pytest.raises(AttributeError):
        codec.terminator = 0  # type: ignore[misc]


def test_the_codecs_differ() -> None:
    assert len({ETX_SUB, DLE_ETX, SUB_ONLY}) == 3
    assert [sorted(codec.escaped) for codec in (ETX_SUB, DLE_ETX, SUB_ONLY)] == [
        [0x03, 0x1A],
        [0x03, 0x10],
        [],
    ]
    assert [sorted(codec.refused) for codec in (ETX_SUB, DLE_ETX, SUB_ONLY)] == [[], [], [0x1A, 0x1B]]


@pytest.mark.parametrize(
    ("escape", "terminator", "cancel"), [(3, 3, None), (None, 0x1A, 0x1A), (3, 0x1A, 0x1B), (3, 3, 3)]
)
def test_bytes_that_contradict_each_other_make_no_codec(
    escape: int | None, terminator: int, cancel: int | None
) -> None:
    with pytest.raises(UsageError, match="escape byte or a cancel byte"):
        EscapeCodec(escape, terminator, cancel)


@ESCAPING
def test_a_chunk_without_special_bytes_is_handed_on_uncopied(codec: EscapeCodec) -> None:
    decoder = codec.decoder()
    for chunk in (b"plain text", b"", bytes(range(0x20, 0x100)) * 300):
        assert decoder.receive(chunk) is chunk
        assert decoder.consumed(chunk) == len(chunk)


@EVERY
def test_nothing_is_taken_after_the_end(codec: EscapeCodec) -> None:
    decoder = codec.decoder()
    decoder.receive(b"a" + codec.end + b"b")
    for chunk in (b"c", codec.end, codec.mark + codec.end):
        with pytest.raises(RuntimeError, match="terminator has been received"):
            decoder.receive(chunk)
    assert decoder.tail == b"b"


@ESCAPING
def test_an_escape_at_the_end_of_a_chunk_waits(codec: EscapeCodec) -> None:
    decoder = codec.decoder()
    assert decoder.receive(b"a" + codec.mark) == b"a"
    assert decoder.pending == codec.mark
    assert decoder.receive(b"") == b""
    assert decoder.pending == codec.mark
    assert decoder.receive(codec.mark) == codec.mark
    assert decoder.pending == b""
    assert not decoder.finished
    assert decoder.receive(codec.end) == b""
    assert decoder.finished


def test_a_byte_that_is_zero_can_take_part() -> None:
    for codec in (EscapeCodec(escape=0, terminator=1), EscapeCodec(escape=1, terminator=0)):
        data = bytes([0, 1, 2]) * 100
        reading = Reading(codec, [naive_encode(codec, data) + codec.end + b"tail"])
        assert (reading.data, reading.rest) == (data, b"tail")


# Against the naive coder.


@ESCAPING
def test_all_256_values_and_all_pairs_of_them_survive(codec: EscapeCodec) -> None:
    data = b"".join(bytes([first, second]) for first in range(256) for second in range(256))
    wire = codec.encode(data)
    assert wire == naive_encode(codec, data)
    assert Reading(codec, [wire + codec.end]).data == data


@EVERY
@pytest.mark.parametrize("size", [1, 16, 64, 255, 256, 257, 1024, 100_000])
def test_long_bodies_of_every_density(codec: EscapeCodec, size: int) -> None:
    for body in bodies():
        data = bytes(byte for byte in body if byte not in codec.refused)
        wire = codec.encode(data)
        assert wire == naive_encode(codec, data)
        stream = wire + codec.end + b"\r\nOK\r\n" + codec.end
        reading = Reading(codec, cut(stream, range(size, len(stream), size)))
        assert reading.data == data
        assert reading.rest == b"\r\nOK\r\n" + codec.end
        assert reading.consumed == len(wire) + 1


@ESCAPING
def test_a_sparse_beginning_does_not_hide_the_end_in_a_dense_rest(codec: EscapeCodec) -> None:
    far = (b"." * 60 + codec.escaped_end) * 12
    for run in range(12):
        for filling in (b"", b"x" * 700):
            check(codec, [far + filling + codec.mark * run + codec.end + b"tail" + codec.end])


@ESCAPING
def test_long_runs_of_the_escape_byte(codec: EscapeCodec) -> None:
    for run in (1, 2, 3, 254, 255, 256, 257, 5000, 5001):
        check(codec, [codec.mark * run, codec.end, b"x" + codec.end])
        check(codec, [b"x" + codec.mark * run + codec.end + b"x" + codec.end])


@EVERY
@given(wire=streams)
def test_every_two_way_split_of_any_input(codec: EscapeCodec, wire: bytes) -> None:
    for place in range(len(wire) + 1):
        check(codec, [wire[:place], wire[place:]])


@EVERY
@given(wire=streams)
def test_any_input_byte_by_byte(codec: EscapeCodec, wire: bytes) -> None:
    check(codec, [bytes([byte]) for byte in wire])


@EVERY
@given(wire=dense.map(lambda some: some * 12), places=st.lists(st.integers(0, 900), max_size=6))
def test_any_cuts_of_long_dense_input(codec: EscapeCodec, wire: bytes, places: list[int]) -> None:
    check(codec, cut(wire, places))


@ESCAPING
@given(data=streams, tail=st.binary(max_size=20), places=st.lists(st.integers(0, 400), max_size=8))
def test_any_cuts_of_a_round_trip_with_a_tail(codec: EscapeCodec, data: bytes, tail: bytes, places: list[int]) -> None:
    wire = codec.encode(data)
    assert wire == naive_encode(codec, data)
    reading = Reading(codec, cut(wire + codec.end + tail, places))
    assert reading.decoder.finished
    assert (reading.data, reading.rest, reading.consumed) == (data, tail, len(wire) + 1)


@ESCAPING
@given(data=streams, places=st.lists(st.integers(0, 200), max_size=5))
def test_parts_are_encoded_like_the_whole(codec: EscapeCodec, data: bytes, places: list[int]) -> None:
    assert b"".join(codec.encode(part) for part in cut(data, places)) == codec.encode(data)


@ESCAPING
@given(data=streams)
def test_encoded_data_hold_no_terminator(codec: EscapeCodec, data: bytes) -> None:
    wire = codec.encode(data)
    assert codec.find_end(wire) == -1
    assert codec.find_end(wire + codec.end) == len(wire)
    assert codec.unescape(wire) == data


def test_the_plain_decoder_is_one_too() -> None:
    assert isinstance(SUB_ONLY.decoder(), Decoder)
