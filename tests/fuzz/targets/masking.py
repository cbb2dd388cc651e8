"""Remembered traffic with secrets in it: each of them is hidden however reads have cut it, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from simcom_async.link.masking import Row, mask
from tests.fuzz.supply import Supply, cut_by, packed
from tests.fuzz.vocabulary import NASTY

MODULES = ("simcom_async.link.masking",)
LONGEST = 512

#: What nobody has told to be a secret; it stands where only the declaration says that one may be.
_UNKNOWN = b"zqzqzq"
_SECRETS = (b"aab", b"abab", b"secret", b"1", b"x" * 40, b'a"b', b"\xc3\xa4")
_LINES = (
    b'\r\n+X: "%b",1\r\n', b"\r\n%b\r\n", b"\r\nOK\r\n", b"\r\nERROR\r\n", b"\r\n+CME ERROR: 30\r\n", b'\r\n+X: 1,"%b',
    b"AT+X=%b\r", b"AT+X?\r", b"\r\n> ", b"0\r", b"\r\nPWD: %b\r\n", b'\r\n"%b": 1\r\n', b"\r\n", b'"',
    b"\r\nDOWNLOAD\r\n",
)  # fmt: skip


def check(data: bytes) -> None:
    """The same traffic in the reads that it came in, and in others."""
    supply = Supply(data)
    secrets = [supply.pick(_SECRETS) if supply.flag() else supply.some() for _ in range(supply.byte() % 4)]
    cuts = supply.byte()
    rows = [_row(supply, secrets) for _ in range(supply.byte() % 16)]
    said = [row.data for row in rows]
    pieces = [_in_pieces(row, cuts) for row in rows]
    apart = [row.apart for row in rows]
    mask(rows, secrets)
    mask([piece for row in pieces for piece in row], secrets)
    for before, row, cut in zip(said, rows, pieces, strict=True):
        assert row.data == b"".join(piece.data for piece in cut), "the cuts decide what is shown"
        assert len(row.data) == len(before)
        assert all(shown in (one, ord("*")) for one, shown in zip(before, row.data, strict=True))
    _check_hidden(rows, said, apart, secrets)


def _row(supply: Supply, secrets: Sequence[bytes]) -> Row:
    kind = supply.byte()
    if kind > 0xF0:
        return Row(0.0, "rx" if kind % 2 else "tx", supply.upto(300) + 1, 0)
    row = Row(0.0, "tx" if kind % 4 == 3 else "rx", _said(supply, secrets), 0)
    row.begins = row.dir == "tx" and kind % 8 == 3
    flags = supply.byte()
    row.guarded, row.reveals, row.entered = bool(flags & 1), flags & 3 == 3, bool(flags & 4)
    row.apart = flags > 0xE0
    return row


def _said(supply: Supply, secrets: Sequence[bytes]) -> bytes:
    match supply.byte() % 8:
        case 0:
            return supply.some()
        case 1:
            return supply.pick(NASTY)
        case 2 if secrets:
            secret = supply.pick(secrets)
            start = supply.upto(len(secret))
            return secret[start : start + 1 + supply.upto(len(secret))]
        case 3 if secrets:
            secret = supply.pick(secrets)
            return secret + secret[len(secret) // 2 :]
        case _:
            line = supply.pick(_LINES)
            return line % ((supply.pick([_UNKNOWN, *secrets]),) if b"%b" in line else ())


def _in_pieces(row: Row, cuts: int) -> list[Row]:
    """The same as several reads; a command is written as a whole."""
    if row.left_out or row.dir == "tx" or not row.data:
        return [_copy(row, row.data)]
    pieces = [_copy(row, piece) for piece in cut_by(cuts, row.data) if piece]
    for piece in pieces[1:]:
        piece.apart = False
    return pieces


def _copy(row: Row, data: bytes) -> Row:
    copy = Row(row.t, row.dir, row.left_out or data, row.turn)
    for mark in ("apart", "begins", "guarded", "reveals", "entered"):
        setattr(copy, mark, getattr(row, mark))
    return copy


def _check_hidden(rows: list[Row], said: list[bytes], apart: list[bool], secrets: Sequence[bytes]) -> None:
    """No secret is shown that stands in what came without a gap, nor an unknown one where there may be one."""
    for direction in ("tx", "rx"):
        before, shown = b"", b""
        for row, data, gap in zip(rows, said, apart, strict=True):
            if row.dir != direction:
                continue
            if row.left_out or gap:
                _check_run(before, shown, secrets)
                before, shown = b"", b""
            before, shown = before + data, shown + row.data
        _check_run(before, shown, secrets)
    received = [row for row in rows if row.dir == "rx"]
    typed = {row.data.rstrip(b"\r") for row in rows if row.begins}
    for guarded, group in groupby(received, key=lambda row: row.guarded):
        text = b"\n".join(row.data for row in group)
        if guarded and not any(_UNKNOWN in line for line in typed):
            for found in re.finditer(rb'"[^"\r\n]*' + _UNKNOWN, text):
                assert not found, f"{found[0]!r} is shown"


def _check_run(before: bytes, shown: bytes, secrets: Sequence[bytes]) -> None:
    for secret in filter(None, secrets):
        for found in re.finditer(b"(?=" + re.escape(secret) + b")", before):
            place = shown[found.start() : found.start() + len(secret)]
            assert place == b"*" * len(secret), f"{secret!r} is shown as {place!r}"


def seeds() -> Iterator[bytes]:
    """Each line with each sort of mark, and secrets in two reads."""
    for line in range(len(_LINES)):
        for flags in (0, 1, 3, 5, 0xE3):
            yield bytes(
                [1, 1, line % len(_SECRETS), line, 3, 3, 7, 4, line, 0, flags, 0, 3, line, 1, flags, 0, 4, line, 0]
            )
            yield bytes([0, line, 4, 0, 4, line, 0, flags, 0xF1, 0, 20, 0, 4, line, 0, flags, 0, 0]) + packed(b'x"\r\n')
    for place in range(7):
        yield bytes([1, 1, 2, place, 3, 0, 2, 0, 0, place, 0, 0, 2, 0, place + 1, 5, 0, 0, 3, 0, 0])
        yield bytes([1, 1, 1, place, 2, 0, 3, 0, 0, 0, 3, 0, 1])
