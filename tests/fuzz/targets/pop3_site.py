"""What a client asks Pop3Site, in any pieces: an answer to each line, as a plain model of the mailbox has it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import cast

from simcom_async.sites import Pop3Site
from simcom_async.sites.pop3_server import Pop3Conversation
from tests.fuzz.loop import run
from tests.fuzz.server import Ear
from tests.fuzz.supply import Supply, bytewise, cut_by, packed

MODULES = ("simcom_async.sites.pop3_server",)
LONGEST = 512

_LIMIT = 65_536
_VERBS = (
    b"USER user", b"PASS secret", b"STAT", b"LIST", b"UIDL", b"RETR", b"TOP", b"DELE", b"RSET", b"NOOP", b"CAPA",
    b"QUIT", b"USER", b"PASS x", b"XYZ", b"",
)  # fmt: skip
_NUMBERS = (
    b" 1", b" 2", b" 3", b" 4", b" 0", b" -1", b"", b" ", b" 1 1", b" 2 0", b" 1 99", b" 01", b" 1 x", b" \xd9\xa1",
    b" \xc2\xb2", b" " + b"9" * 5_000, b" 1 " + b"9" * 5_000, b" 1_0",
)  # fmt: skip
_ENDS = (b"\r\n", b"\n", b"\r\r\n", b" \r\n", b"\r")
_MAILS = (b"Subject: a\r\n\r\nb\r\n.c\r\n", b".\r\n..\r\n\r\n\r\n.", b"Subject: c\r\n\r\n" + b"line\r\n" * 40)


class Hearing(Ear):
    """A client that only listens."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = False

    def is_closing(self) -> bool:
        """Whether the server has hung up."""
        return self.closed


def check(data: bytes) -> None:
    """The same lines in one piece and in several."""
    supply = Supply(data)
    cuts = supply.byte()
    said = b"USER user\r\nPASS secret\r\n" if supply.flag() else b""
    for _ in range(supply.byte() % 16):
        said += _line(supply)
    whole = run(_talk([said]))
    cut = run(_talk(bytewise(said) if cuts % 2 else cut_by(cuts, said)))
    assert cut == whole, "the cuts decide what it is"
    _check(said, *whole)


def _line(supply: Supply) -> bytes:
    if supply.byte() > 0xE8:
        return supply.some()
    verb = supply.pick(_VERBS)
    verb = verb.lower() if supply.byte() > 0xE0 else verb
    number = supply.pick(_NUMBERS) if b" " not in verb else b""
    return verb + number + (supply.pick(_ENDS) if supply.byte() > 0xE0 else b"\r\n")


async def _talk(pieces: Sequence[bytes]) -> tuple[bytes, tuple[bytes, ...]]:
    """What the server has said, and which mails have gone."""
    site, client = Pop3Site(_MAILS), Hearing()
    reader = asyncio.StreamReader(limit=_LIMIT)
    work = asyncio.ensure_future(Pop3Conversation(site, reader, cast("asyncio.StreamWriter", client)).run())
    for piece in pieces:
        reader.feed_data(piece)
        await asyncio.sleep(0)
    reader.feed_eof()
    await work
    return client.heard, tuple(mail.content for mail in site.deleted)


def _check(said: bytes, heard: bytes, deleted: tuple[bytes, ...]) -> None:
    """Every line has one answer, up to QUIT, and only what was marked has gone."""
    mails = Pop3Site(_MAILS).mails
    left, answers = said, Answers(heard)
    assert answers.status()
    inside, marked, quits = False, set[int](), False
    while b"\n" in left and not quits:
        line, _, left = left.partition(b"\n")
        words = line.decode("utf-8", "surrogateescape").strip("\r\n").partition(" ")
        verb, argument = words[0].upper(), words[2]
        good = answers.status()
        number = int(argument) if argument.isascii() and argument.isdecimal() and len(argument) < 9 else 0
        there = 0 < number <= len(mails) and number not in marked
        if verb == "QUIT":
            quits = good
        elif verb == "PASS":
            inside = inside or good
        elif verb in ("STAT", "RETR", "DELE", "RSET") and not inside:
            assert not good, f"{verb} before the login"
        elif verb in ("RETR", "DELE") and argument.isascii():
            assert good is there, f"{verb} {argument}"
            marked |= {number} if verb == "DELE" and good else set()
        elif verb == "RSET" and good:
            marked.clear()
        if good and (verb in ("RETR", "TOP", "CAPA") or (verb in ("LIST", "UIDL") and not argument)):
            text = answers.text()
            assert verb != "RETR" or not there or text == mails[number - 1].content
    assert not answers.left, f"{answers.left[:60]!r} answers nothing"
    assert deleted == tuple(mails[number - 1].content for number in sorted(marked) if quits)


class Answers:
    """What a server has said, from its beginning on."""

    def __init__(self, heard: bytes) -> None:
        self.left = heard

    def status(self) -> bool:
        """The next status line, whether it is a good one."""
        line, end, self.left = self.left.partition(b"\r\n")
        assert end, f"{line!r} is no line"
        assert line.startswith((b"+OK", b"-ERR")), f"{line!r} is no status"
        return line.startswith(b"+OK")

    def text(self) -> bytes:
        """What follows one up to the final dot."""
        found = b""
        while True:
            line, end, self.left = self.left.partition(b"\r\n")
            assert end, "it has no end"
            if line == b".":
                return found
            found += line.removeprefix(b".") + end


def seeds() -> Iterator[bytes]:
    """Each verb with each number, logged in and not."""
    for verb in range(len(_VERBS)):
        for number in range(0, len(_NUMBERS), 2):
            yield bytes([number, 1, 2, 0, verb, 0, number, 0, 0, verb, 0, number + 1, 0])
        yield bytes([verb, 0, 3, 0, verb, 0, 1, 0, 0, 7, 0, 1, 0, 0, 11, 0, 6, 0])
    yield bytes([1, 1, 4, 0, 7, 0, 0, 0, 0, 7, 0, 1, 0, 0, 3, 0, 6, 0, 0, 11, 0, 6, 0])
    yield bytes([1, 1, 3, 0, 7, 0, 0, 0, 0, 8, 0, 6, 0, 0, 11, 0, 6, 0])
    yield bytes([1, 1, 2, 0xFF]) + packed(b"STAT\r\nRETR 1\r\n") + bytes([0, 11, 0, 6, 0])
