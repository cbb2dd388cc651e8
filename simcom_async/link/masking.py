"""Hides secrets in remembered traffic, however reads have cut them, without changing its length."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from itertools import groupby
from typing import Literal

__all__ = ["Row", "mask", "mask_whole"]

_QUOTED = re.compile(rb'"([^"]*)("?)')
_LINE = re.compile(rb"[^\r\n]+")
_FIRST_LINE = re.compile(rb"\A[^\r\n]+")
_RESULT = re.compile(rb"(OK|ERROR|\+CM[ES] ERROR: ?[0-9]{1,4}|NO CARRIER|DOWNLOAD|> ?|[0-9])\Z")
_TAGGED = re.compile(rb"([+*^]?[A-Z0-9 ]{1,16}:)(.*)", re.DOTALL)
_ANSWER = re.compile(rb"\+|>|OK|ERROR|NO |BUSY|CONNECT|DOWNLOAD|[0-9]\Z")


class Row:
    """One read or write: ``data``, or the ``left_out`` bytes that were not kept of it.

    ``turn`` is the place of the command that it stands behind; ``begins``: it is that command. ``apart``: what came
    before it is not known. ``guarded``: there may be a secret in the line of that command, and in its echo;
    ``reveals``: in its reply. ``entered``: it stands behind an entry that the line may echo.
    """

    __slots__ = ("apart", "begins", "data", "dir", "entered", "guarded", "left_out", "reveals", "t", "turn")

    def __init__(self, t: float, dir: Literal["tx", "rx"], kept: bytes | int, turn: int) -> None:
        self.t = t
        self.dir = dir
        self.data = b"" if isinstance(kept, int) else kept
        self.left_out = kept if isinstance(kept, int) else 0
        self.turn = turn
        self.apart = self.begins = self.guarded = self.reveals = self.entered = False


def mask(rows: list[Row], secrets: Collection[bytes]) -> None:
    """Masks each of the secrets in both directions, and what may be one where only the declaration is known."""
    lines = [row for row in rows if row.dir == "tx"]
    for run in _runs(lines):
        _change(run, partial(mask_whole, secrets=secrets))
    received = [row for row in rows if row.dir == "rx"]
    for run in _runs(received):
        _change(run, partial(_mask_whole_and_cut, secrets=secrets))
    typed = {row.data.rstrip(b"\r") for row in lines if row.begins}
    for (guarded, reveals), group in groupby(received, key=lambda row: (row.guarded, row.reveals)):
        for run in _runs(group) if guarded or reveals else ():
            _change(run, partial(_mask_lines, typed=typed, torn=run[0].apart, reveals=reveals))
    for entered, group in groupby(received, key=lambda row: row.entered):
        for run in _runs(group) if entered else ():
            _change(run, _mask_text)


def mask_whole(data: bytes, secrets: Iterable[bytes]) -> bytes:
    """Masks each of the secrets, also where one is in another one or overlaps it."""
    shown = bytearray(data)
    for secret in secrets:
        start = data.find(secret) if secret else -1
        while start >= 0:
            shown[start : start + len(secret)] = _stars(secret)
            start = data.find(secret, start + 1)
    return bytes(shown)


def _runs(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """What is whole in itself; the first row of what follows a gap is ``apart``."""
    run: list[Row] = []
    gap = False
    for row in rows:
        row.apart |= gap
        gap = row.left_out > 0
        if run and (gap or row.apart):
            yield run
            run = []
        if not gap:
            run.append(row)
    if run:
        yield run


def _change(run: list[Row], change: Callable[[bytes], bytes]) -> None:
    """Changes bytes of a run as if it had been one read."""
    shown = change(b"".join(row.data for row in run))
    start = 0
    for row in run:
        end = start + len(row.data)
        row.data, start = shown[start:end], end


def _mask_whole_and_cut(data: bytes, secrets: Collection[bytes]) -> bytes:
    """The same with the part of a secret with which ``data`` begins or ends: what came before and next is not known."""
    start, end = 0, 0
    for secret in secrets:
        if len(data) < len(secret) and data in secret:
            return _stars(data)
        lengths = range(min(len(secret) - 1, len(data)), 0, -1)
        start = max(start, next((length for length in lengths if data.startswith(secret[-length:])), 0))
        end = max(end, next((length for length in lengths if data.endswith(secret[:length])), 0))
    shown = b"*" * start + mask_whole(data, secrets)[start:]
    return shown[: len(shown) - end] + b"*" * end


def _mask_lines(data: bytes, typed: Collection[bytes], *, torn: bool, reveals: bool) -> bytes:
    """Masks what is neither a faithful echo of a ``typed`` line, nor a final result, nor a line with a tag.

    Of that the strings go, and where it ``reveals`` something, everything. Of a string whose beginning is missing
    nobody can tell that it was one: where ``torn``, the first line goes.
    """

    def line(found: re.Match[bytes]) -> bytes:
        text = found[0]
        if text in typed or _RESULT.match(text):
            return text
        tagged = _TAGGED.match(text)
        if tagged is None:
            return _stars(text)
        if reveals or b"=" in text:
            return tagged[1] + _stars(tagged[2])
        return tagged[1] + _QUOTED.sub(lambda match: b'"' + _stars(match[1]) + match[2], tagged[2])

    if torn:
        data = _FIRST_LINE.sub(lambda match: _stars(match[0]), data)
    return _LINE.sub(line, data)


def _mask_text(data: bytes) -> bytes:
    """Masks lines that no module would say of itself: they may be an entry, echoed."""
    return _LINE.sub(lambda match: match[0] if _ANSWER.match(match[0]) else _stars(match[0]), data)


def _stars(data: bytes) -> bytes:
    return b"*" * len(data)
