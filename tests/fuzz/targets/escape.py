"""The escape codecs: there and back, and nothing but what the slow reader finds, however it was cut."""

from __future__ import annotations

from collections.abc import Iterator

from simcom_async.at.escape import DLE_ETX, ETX_SUB, SUB_ONLY, EscapeCodec
from simcom_async.errors import UsageError
from tests.at.test_escape import check as check_cuts
from tests.at.test_escape import naive_encode
from tests.fuzz.supply import Supply, packed
from tests.fuzz.vocabulary import NASTY

MODULES = ("simcom_async.at.escape",)

_CODECS = (ETX_SUB, DLE_ETX, SUB_ONLY)
_SPECIAL = (b"\x03", b"\x10", b"\x1a", b"\x1b", b"\x03\x1a", b"\x10\x03", b"\x03\x03", b"\x10\x10")


def check(data: bytes) -> None:
    """Any stream decoded, any data encoded and decoded again; and a codec of any three bytes."""
    supply = Supply(data)
    codec = supply.pick(_CODECS)
    if supply.byte() > 0xE0:
        codec = _any_codec(supply) or codec
    stream = _stream(supply)
    if codec in _CODECS:
        check_cuts(codec, supply.cut(stream))
        check_cuts(codec, [stream])
    _there_and_back(codec, stream, supply)
    _past_the_end(codec, stream)


def _any_codec(supply: Supply) -> EscapeCodec | None:
    escape = supply.byte() if supply.flag() else None
    cancel = supply.byte() if supply.flag() else None
    try:
        codec = EscapeCodec(escape, supply.byte(), cancel, literal=supply.flag())
    except UsageError:
        return None
    assert codec.terminator not in {codec.escape, codec.cancel}
    assert EscapeCodec(*codec.__reduce__()[1]) == codec
    return codec


def _stream(supply: Supply) -> bytes:
    """Dense or sparse: what decides which of the ways inside is taken."""
    pieces = []
    for _ in range(supply.byte() % 24):
        match supply.byte() % 5:
            case 0:
                pieces.append(supply.some())
            case 1:
                pieces.append(supply.pick(_SPECIAL) * (1 + supply.byte()))
            case 2:
                pieces.append(b"x" * supply.upto(900))
            case 3:
                pieces.append(supply.pick(NASTY))
            case _:
                pieces.append((b"y" * (supply.byte() % 40) + supply.pick(_SPECIAL)) * (supply.byte() % 40))
    return b"".join(pieces)


def _there_and_back(codec: EscapeCodec, data: bytes, supply: Supply) -> None:
    refused = codec.refused.intersection(data)
    try:
        wire = codec.encode(data)
    except UsageError as error:
        assert error.value in refused
        assert data.index(bytes([error.value])) == min(data.index(byte) for byte in refused)
        return
    assert not refused
    assert wire == (naive_encode(codec, data) if codec.escape is not None else data)
    decoder = codec.decoder()
    found = b""
    pieces = supply.cut(wire + codec.end + b"behind")
    for piece in pieces:
        if decoder.finished:
            break
        found += decoder.receive(piece)
    assert found == data
    assert decoder.finished
    assert b"behind".startswith(decoder.tail)
    assert not decoder.cancelled
    assert codec.escaped.isdisjoint(codec.refused)


def _past_the_end(codec: EscapeCodec, stream: bytes) -> None:
    decoder = codec.decoder()
    decoder.receive(stream)
    if decoder.finished:
        try:
            decoder.receive(b"x")
        except RuntimeError:
            return
        raise AssertionError("it reads on behind the end")


def seeds() -> Iterator[bytes]:
    """Each codec with each sort of stream."""
    for codec in range(3):
        for kind in range(5):
            yield bytes([codec, 0, 6, *([kind, 5, 7, 30] * 6), 2, 9, 40, 80])
        yield bytes([codec, 0, 1, 0]) + packed(b"a\x03\x1ab\x10\x03c\x1a") + b"\x01"
    for style in range(4):
        yield bytes([0, 0xFF, style % 2, 3, style // 2, 4, 5, 1, 2, 0]) + packed(b"abc\x03\x05") + b"\x01"
