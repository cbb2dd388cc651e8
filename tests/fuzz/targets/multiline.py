"""Answers of several lines: byte for byte what was meant, however they were cut."""

from __future__ import annotations

from collections.abc import Iterator

from simcom_async.sessions.multiline import MultiLine
from simcom_async.virtual.dot_stuffing import DotStuffing
from tests.fuzz.supply import Supply, packed
from tests.fuzz.vocabulary import NASTY

MODULES = ("simcom_async.sessions.multiline", "simcom_async.virtual.dot_stuffing")

_PARTS = (
    b"\r\n.\r\n",
    b"\r\n..",
    b"\r\n.",
    b".",
    b"..",
    b"\r\n",
    b"\r",
    b"\n",
    b"+OK\r\n",
    b"+OK x",
    b"+O",
    b"-ERR\r\n",
    b"a",
)
_STATUS = 1_024


def check(data: bytes) -> None:
    """A stream as it comes, and a mail as it was."""
    supply = Supply(data)
    stream = b"".join(supply.pick(_PARTS) if supply.flag() else _odd(supply) for _ in range(supply.byte() % 40))
    status = supply.pick((b"+OK", b"+OK 5 octets", b""))
    text, ended = _meant(status + stream)
    for pieces in ([status + stream], supply.cut(status + stream)):
        lines = MultiLine()
        found = b"".join(lines.feed(piece) for piece in pieces)
        assert lines.ended is ended
        assert (
            len(stream) + len(status) - len(found) < _STATUS + len(lines.status) + 64 + stream.count(b"\r\n.") or ended
        )
        found += lines.finish()
        assert found == text, "it is not what was meant"
        assert lines.feed(b"x") == b"" or not ended
    _there_and_back(stream, supply)


def _odd(supply: Supply) -> bytes:
    match supply.byte() % 4:
        case 0:
            return supply.pick(NASTY)
        case 1:
            return b"x" * supply.upto(3_000)
        case _:
            return supply.some()


def _meant(wire: bytes) -> tuple[bytes, bool]:
    """The slow way: the status line, then line by line up to the one with a dot alone."""
    end = wire[:_STATUS].find(b"\r\n")
    if wire.startswith(b"+OK") and end >= 0:
        wire = wire[end + 2 :]
    elif wire.startswith(b"+OK") and len(wire) < _STATUS:
        return b"", False
    found = b""
    while True:
        line, mark, rest = wire.partition(b"\r\n")
        if line == b"." and mark:
            return found, True
        if line in (b".", b".\r") and not mark:
            return found, False  # the last line, whose own end was cut off
        found += (line[1:] if line.startswith(b"..") else line) + mark
        if not mark:
            return found, False
        wire = rest


def _there_and_back(text: bytes, supply: Supply) -> None:
    """A mail made fit for a connection is read as it was, its line ends made whole."""
    stuffing = DotStuffing()
    wire = b"".join(stuffing.feed(piece) for piece in supply.cut(text)) + stuffing.end()
    assert b"\r\n" not in wire.replace(b"\r\n", b"")
    assert b"\r" not in wire.replace(b"\r\n", b"")
    assert b"\n" not in wire.replace(b"\r\n", b"")
    lines = MultiLine()
    found = lines.feed(b"+OK\r\n" + wire)
    assert lines.ended
    whole = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    assert found == (whole if not whole or whole.endswith(b"\r\n") else whole + b"\r\n")


def seeds() -> Iterator[bytes]:
    """Every part beside every other one."""
    for one in range(len(_PARTS)):
        for other in range(0, len(_PARTS), 2):
            yield bytes([6, 1, one, 1, other, 1, one, 0, 3]) + packed(b"x.\r") + bytes([1, 0, 1, other, one % 3, 1])
    yield bytes([2, 0, 1, 8, 0, 0, 2]) + packed(b"\xff") + b"\x02"
