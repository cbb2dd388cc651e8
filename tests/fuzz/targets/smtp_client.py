"""What an SMTP server says, in any pieces: a mail is taken, or a failure by stage and reason, and in time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any

from simcom_async.ports.clock import ManualClock
from simcom_async.virtual.mail_failure import MailReason, SmtpFailure, SmtpStage
from simcom_async.virtual.smtp_client import SmtpClient
from simcom_async.virtual.smtp_engine import SmtpEngine
from tests.fuzz.loop import run
from tests.fuzz.server import OneServer
from tests.fuzz.supply import Supply, bytewise, cut_by, packed
from tests.fuzz.vocabulary import NASTY

MODULES = ("simcom_async.virtual.smtp_client", "simcom_async.virtual.smtp_engine", "simcom_async.virtual.mail_failure")
LONGEST = 512

_IDLE = 5.0
_HELLO = (b"220 x", b"250-x\r\n250-AUTH LOGIN PLAIN\r\n250 OK")
_LOGIN = (b"334 VXNlcm5hbWU6", b"334 UGFzc3dvcmQ6", b"235 in")
_MAIL = (b"250 OK", b"250 OK", b"354 go on", b"250 taken")
_ANSWERS = 10
_SAID = (
    b"250 OK\r\n", b"250-a\r\n250 b\r\n", b"250-AUTH CRAM-MD5\r\n250 x\r\n", b"250-AUTH PLAIN\r\n250 x\r\n",
    b"334 VXNlcg==\r\n", b"334 \xff\r\n", b"235 in\r\n", b"535 no\r\n", b"530 login\r\n", b"421 bye\r\n", b"550 no\r\n",
    b"354 go\r\n", b"220 x\r\n", b"999 x\r\n", b"-25 x\r\n", b"2 0 x\r\n", b"250", b"250\r\n", b"xyz\r\n", b"\r\n",
    b"250-" + b"x" * 9_000 + b"\r\n", b"250-x\r\n" * 9_000, b"334 " + b"a" * 9 + b"\r\n", b"250 \xc3\xa4\xff\r\n", b"",
)  # fmt: skip


def check(data: bytes) -> None:
    """The same session with the server's words in one piece and in several."""
    supply = Supply(data)
    cuts = supply.byte()
    login = supply.byte() % 3 == 0
    good = [*_HELLO, *_LOGIN, *_MAIL] if login else [*_HELLO, *_MAIL]
    answers = [_answer(supply, good, number) for number in range(_ANSWERS)]
    whole = run(_session(answers, None, login=login))
    cut = run(_session(answers, cuts, login=login))
    assert cut == whole, "the cuts decide what it is"


def _answer(supply: Supply, good: Sequence[bytes], number: int) -> bytes:
    """What the server says to one line; nothing: it is silent."""
    kind = supply.byte()
    if kind < 0xA0:
        return good[min(number, len(good) - 1)] + b"\r\n" if kind < 0x80 else supply.pick(good) + b"\r\n"
    said = supply.some() if kind > 0xF0 else supply.pick(NASTY) if kind > 0xE8 else supply.pick(_SAID)
    return re.sub(rb"(?s)(\n[0-9]{3}[^-].*?\n).*", rb"\1", said)  # one reply, for more are not heard


async def _session(answers: Sequence[bytes], cuts: int | None, *, login: bool) -> tuple[object, ...]:
    clock = ManualClock()
    server = OneServer(clock)
    client = SmtpClient(server, clock, bearer=1, idle=_IDLE)
    assert isinstance(client._engine, SmtpEngine)
    begun = clock.time()
    told = await _told(_mail(client, login=login), server, clock, iter(answers), cuts)
    if isinstance(told, str):
        assert told.startswith("250"), "it is not taken"
        assert server.heard.endswith(b"Subject: x\r\n\r\n..y\r\n.\r\n"), "the mail is another one"
    assert clock.time() - begun <= _IDLE * (len(answers) + 2), "it waits longer than it may"
    client.cut()
    await clock.settle()
    assert server.count == 0
    return told, server.heard, client.stage


async def _told(
    work: Coroutine[Any, Any, str], server: OneServer, clock: ManualClock, left: Iterator[bytes], cuts: int | None
) -> object:
    """Let the server answer each time the client has said something; what came of it."""
    going = asyncio.ensure_future(work)
    await clock.settle()
    answer: bytes | None = next(left)
    while not going.done() and answer is not None:
        heard = len(server.heard)
        pieces = [answer] if cuts is None else bytewise(answer) if cuts % 2 else cut_by(cuts, answer)
        await server.say([piece for piece in pieces if piece])
        answer = next(left, None) if len(server.heard) > heard else None
    try:
        return await clock.run_until(going, 20 * _IDLE)
    except SmtpFailure as failure:
        assert isinstance(failure.stage, SmtpStage)
        assert isinstance(failure.reason, MailReason)
        assert 0 <= failure.code <= 999
        return failure.stage, failure.reason, failure.reply, failure.recipient


async def _mail(client: SmtpClient, *, login: bool) -> str:
    await client.reach("smtp.example.com", 25)
    await client.hello()
    if login:
        await client.login("user", "secret")
    await client.envelope("a@x.y", ["b@x.y"])
    await client.begin()
    await client.write(b"Subject: x\r\n\r\n.y\r\n")
    return await client.finish()


def seeds() -> Iterator[bytes]:
    """Each of what a server may say, in the place of each answer."""
    for number in range(len(_SAID)):
        for place in range(7):
            for login in range(2):
                yield bytes([number, login]) + bytes(place) + bytes([0xB0, number]) + bytes(5)
    yield bytes([1, 1, 0xFF]) + packed(b"220 x\r\n") + bytes(9)
