"""What a POP3 server says, in any pieces: answers as in RFC 1939, or a failure by name."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any, TypeVar, cast

from simcom_async.virtual.internet import ConnectFailed, Connection
from simcom_async.virtual.pop3_engine import LINE_LIMIT, Negative, Pop3Engine, Unintelligible, Wire
from tests.fuzz.supply import Supply, bytewise, cut_by, packed
from tests.fuzz.vocabulary import NASTY

MODULES = ("simcom_async.virtual.pop3_engine",)
LONGEST = 512

_STEPS = 8
_STATUS = (
    b"+OK\r\n", b"+OK 2 300\r\n", b"+OK 1 uid-1\r\n", b"+OK 1 120 x\r\n", b"-ERR no\r\n", b"+OK\n", b"-ERR\n",
    b"+OK -1 5\r\n",
    b"+OK 1_0 2\r\n", b"+OK 1 " + b"9" * 5_000 + b"\r\n", b"+OK \xb2 \xb2\r\n", b"+OK 1 \xd9\xa3\r\n", b"OK\r\n",
    b"\r\n", b"\r+OK 1 2\n", b"* OK\r\n", b"+OK 1 5", b"+" + b"x" * 9_000 + b"\r\n", b"+OK 01 02\r\n", b"+OK 1 +5\r\n",
)  # fmt: skip
_PARTS = (
    b"\r\n", b"\n", b"\r", b".", b"..", b".\r\n", b"\r\n.\r\n", b"\r\n.\n", b"\n.\n", b"\n.\r\n", b"Subject: x\r\n",
    b"x" * 60,
    b"x" * (LINE_LIMIT - 1), b"y" * LINE_LIMIT, b"z" * (LINE_LIMIT + 1), b"\r\n..\r\n", b"\x00",
)  # fmt: skip

T = TypeVar("T")


class Ready:
    """A connection on which all that a server says is there at once, in pieces; then it is closed."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = iter([piece for piece in pieces if piece])

    async def read(self) -> bytes:
        """The next piece."""
        return next(self._pieces, b"")

    async def write(self, data: bytes) -> None:
        """A line, and nothing but one."""
        assert data.endswith(b"\r\n")
        assert not re.search(rb"[\r\n\0]", data[:-2]), f"{data!r} breaks out"


class ThisThread(Wire):
    """A wire that waits for nothing."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        super().__init__(cast("Connection", Ready(pieces)), cast("asyncio.AbstractEventLoop", None))

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            work.send(None)
        except StopIteration as done:
            return cast("T", done.value)
        raise AssertionError("it waits")


def check(data: bytes) -> None:
    """The same questions, with what the server says in one piece and in several."""
    supply = Supply(data)
    cuts = supply.byte()
    questions = [_question(supply) for _ in range(supply.byte() % _STEPS)]
    said = b"+OK\r\n" if supply.byte() < 0xD0 else b""
    for question in questions:
        said += _answer(supply, long=question[0] in ("raw", "meant"))
    whole = _session(questions, said, [said])
    cut = _session(questions, said, bytewise(said) if cuts % 2 else cut_by(cuts, said))
    assert cut == whole, "the cuts decide what it is"


def _question(supply: Supply) -> tuple[str, Any]:
    name = supply.pick(("raw", "meant", "stat", "number", "fact", "noop", "user", "farewell"))
    if name == "user":
        return name, supply.text().encode("utf-8", "replace").decode("utf-8")
    return name, supply.upto(20_000) + 1


def _answer(supply: Supply, *, long: bool) -> bytes:
    said = supply.pick(_STATUS) if supply.byte() < 0xE0 else supply.some()
    if not long:
        return said
    for _ in range(supply.byte() % 6):
        match supply.byte() % 6:
            case 0:
                said += supply.some()
            case 1:
                said += supply.pick(NASTY)
            case _:
                said += supply.pick(_PARTS)
    return said + (b"\r\n.\r\n" if supply.byte() < 0xE0 else b"")


def _session(questions: Sequence[tuple[str, Any]], said: bytes, pieces: Sequence[bytes]) -> list[object]:
    told: list[object] = []
    wire = ThisThread(pieces)
    try:
        engine = Pop3Engine(wire)
        for name, what in questions:
            told.append(_asked(engine, said, name, what))
    except (Negative, Unintelligible, ConnectFailed) as error:
        told.append((type(error), str(error)))
    return told


def _asked(engine: Pop3Engine, said: bytes, name: str, what: Any) -> object:
    try:
        if name in ("raw", "meant"):
            return _read(engine, said, what, raw=name == "raw")
        answer = _SHORT[name](engine, what)
    except Negative as negative:
        assert negative.reply.startswith(b"-")
        return negative.reply
    if name == "stat":
        assert all(number >= 0 for number in answer), f"{answer} are no counts"
    if name == "number":
        assert answer >= 0
    return answer


_SHORT: dict[str, Callable[[Pop3Engine, Any], Any]] = {
    "stat": lambda engine, _: engine.stat(),
    "number": lambda engine, what: engine.number(f"LIST {what}"),
    "fact": lambda engine, what: engine.fact(f"UIDL {what}"),
    "noop": lambda engine, _: engine.noop(),
    "user": lambda engine, what: engine.user(what),
    "farewell": lambda engine, _: engine.farewell(),
}


def _read(engine: Pop3Engine, said: bytes, size: int, *, raw: bool) -> bytes:
    """A long answer to its end; it is what stands behind its status line."""
    status = engine.open("RETR 1")
    assert status.endswith(b"\r\n")
    end, begin = engine._line_end, len(said) - _unread(engine, said)
    read = b""
    try:
        while piece := engine.more(size, raw=raw):
            assert len(piece) < size + LINE_LIMIT
            read += piece
    except ConnectFailed:
        assert _long(said[begin:], end, raw=raw) is None, "all of it was there"
        raise
    assert read == _long(said[begin:], end, raw=raw), "it is not what the server has said"
    return read


def _unread(engine: Pop3Engine, said: bytes) -> int:
    """Bytes that the engine has not taken yet."""
    wire = engine._wire
    connection = cast("Ready", wire._connection)
    later = list(connection._pieces)
    connection._pieces = iter(later)
    return len(wire._heard) + sum(map(len, later))


def _long(text: bytes, end: bytes, *, raw: bool) -> bytes | None:
    """What a text means up to its final dot; None: it has none. Lines end as ``end`` does, and not otherwise."""
    found = b""
    for line in re.split(rb"(?<=\r\n)" if end == b"\r\n" else rb"(?<=(?<!\r)\n)", text):
        if line == b"." + end:
            return found + line if raw else found
        found += line if raw or not line.startswith(b".") else line[1:]
    return None


def seeds() -> Iterator[bytes]:
    """Each status with each question, and each part of a long answer."""
    for number in range(len(_STATUS)):
        for question in range(8):
            what = packed(b"user") if question == 6 else bytes([0, 40])
            yield bytes([number, 1, question]) + what + bytes([0, 0, number, 2, 2, 10, 3, 11, 0])
    for number in range(len(_PARTS)):
        for raw in range(2):
            yield bytes([number, 1, raw, 0, 60, 0, 0, 5 * raw, 5, 2, number, 2, 3, 2, number, 2, 6, 2, number, 0])
