"""A recording explained: every received byte once, with a reason, whatever it is and however it was cut."""

from __future__ import annotations

import json
from collections.abc import Iterator

from simcom_async.at.explain import RULES, Direction, Element, explain
from tests.at.speech import bytewise
from tests.fuzz.seeds import conversations
from tests.fuzz.supply import Supply, packed, packed_number
from tests.fuzz.vocabulary import LANGUAGES, NASTY, spoken

MODULES = ("simcom_async.at.explain", "simcom_async.at.classifier", "simcom_async.at.commandline")

_WHYS = frozenset(RULES.values())
Recording = list[tuple[Direction, bytes]]


def check(data: bytes) -> None:
    """The same recording, its reads cut in three ways."""
    supply = Supply(data)
    dialect = supply.pick(LANGUAGES)
    recording: Recording = []
    while supply and len(recording) < 100:
        recording.append(_entry(supply, recording))
    seed = supply.byte()
    whole = explain(recording, dialect)
    _check_every_byte(whole, b"".join(data for direction, data in recording if direction == "rx"))
    for element in whole:
        assert element.why in _WHYS
        json.dumps(element.as_json())
    joined: Recording = []
    bytes_only: Recording = []
    for direction, piece in recording:
        pieces = [piece] if direction == "tx" else Supply(bytes([2, seed, 7 * seed % 256]) + piece[::-1]).cut(piece)
        joined += [(direction, one) for one in pieces if one]
        bytes_only += [(direction, one) for one in (bytewise(piece) if direction == "rx" else [piece])]
    assert explain(joined, dialect) == whole, "the cuts decide"
    if sum(len(piece) for _, piece in recording) < 3_000:
        assert explain(bytes_only, dialect) == whole, "the cuts decide"


def _entry(supply: Supply, recording: Recording) -> tuple[Direction, bytes]:
    dialect = LANGUAGES[0] if not recording else LANGUAGES[supply.byte() % len(LANGUAGES)]
    match supply.byte() % 12:
        case 0 | 1:
            return "tx", supply.some()
        case 2:
            return "tx", b"AT" + supply.some() + b"\r"
        case 3:
            return "tx", supply.pick((b"A/", b"\x1a", b"\x1b", b"+++", b"AT\r\n", b"abc\x1a", b"at+give=5\r", b"\r"))
        case 4 | 5:
            return "rx", spoken(supply, dialect)
        case 6:
            return "rx", supply.pick((b"\r\nOK\r\n", b"\r\nERROR\r\n", b"\r\n> ", b"\r\nDOWNLOAD\r\n", b"0\r"))
        case 7:
            return "rx", supply.pick(NASTY)
        case 8:  # the echo of what was written last
            written = [data for direction, data in recording if direction == "tx"]
            return "rx", written[-1] if written else b""
        case _:
            return "rx", supply.some()


def _check_every_byte(elements: list[Element], received: bytes) -> None:
    covered = bytearray(len(received))
    for element in elements:
        assert 0 <= element.start <= element.end <= len(received)
        assert not covered.count(1, element.start, element.end), f"{element} has bytes of another one"
        covered[element.start : element.end] = b"\x01" * (element.end - element.start)
        if element.text is not None:
            assert element.text == received[element.start : element.end]
    missing = bytes(byte for byte, seen in zip(received, covered, strict=True) if not seen)
    assert not missing.translate(None, b"\r\n"), f"{missing[:40]!r} is nowhere"


def seeds() -> Iterator[bytes]:
    """The transcripts of the manual."""
    families = {dialect.name: number for number, dialect in enumerate(LANGUAGES)}
    for family, turns in conversations():
        data = packed_number(families[family], len(LANGUAGES) - 1)
        for number, (kind, text) in enumerate(turns):
            data += b"\x00" if number else b""
            if kind == "said":
                data += b"\x0b" + packed(text)
            else:
                data += b"\x00" + packed(text + b"\r" if kind == "line" else text)
        yield data
