"""What waits to be read: chunks, reminders, and the end of patience (SIM900 e-mail manual 2.19)."""

from __future__ import annotations

import pytest

from simcom_async.ports.clock import ManualClock
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.email_unread import NotRead, Unread
from simcom_async.virtual.faults import ShortRead
from simcom_async.virtual.ftp_download import REPEAT, UNREAD, WAITING
from simcom_async.virtual.internet import NetworkFailure
from tests.virtual.client import until
from tests.virtual.email_host import EmailHost, mailbox

HEAD = b"Subject: Test\r\n\r\n"
HOSTILE = HEAD + b".\r\n..\r\n.dot\r\nOK\r\n\r\nERROR\r\n+POP3READ: 1,5\r\n+POP3OUT: 69\r\n> \xe4\x00\x1a\x1b\r\n"
ONE = b"AT+POP3CMD=4,1"


def said(mail: bytes) -> bytes:
    """A mail as a server says it, behind its status line."""
    return mail.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def status(mail: bytes) -> bytes:
    """The line in front of it."""
    return b"+OK %d octets\r\n" % len(mail)


def unread(virtual: VirtualModem) -> Unread:
    """What the module holds of an answer: a thread reads it from the server, at a speed of its own."""
    box = virtual.email.box
    assert box is not None
    assert box.unread is not None
    return box.unread


@pytest.mark.parametrize("size", [1, 7, 1459, 1460])
async def test_all_bytes_come_whatever_the_chunk(size: int) -> None:
    mail = HOSTILE if size < 10 else HOSTILE + b"0123456789\r\n" * 1000
    async with mailbox([mail]) as (_, _, host):
        answer = await host.fetch(ONE, size)
        assert answer == status(mail) + said(mail)


async def test_a_large_mail_waits_for_its_reader() -> None:
    mail = HEAD + b"0123456789abcdef\r\n" * 50_000
    async with mailbox([mail]) as (_, _, host):
        answer = await host.fetch(ONE)
        assert answer.partition(b"\r\n")[2] == said(mail)
        assert len(mail) > 10 * WAITING


async def test_the_last_chunk_may_be_full() -> None:
    async with mailbox([HEAD]) as (_, virtual, host):
        whole = await host.fetch(ONE)
        await host.does(ONE, b"+POP3CMD: 1")
        await until(lambda: unread(virtual).complete)
        assert await host.chunk(len(whole)) == (2, whole)
        await host.error(b"AT+POP3READ=1")


async def test_a_slow_server_gives_short_chunks_and_a_word_when_more_has_come() -> None:
    clock = ManualClock()
    mail = HEAD + b"x" * 1000 + b"\r\n"
    async with mailbox([mail], clock=clock) as (site, virtual, host):
        site.gate.shut(after=len(HEAD))
        await host.does(ONE, b"+POP3CMD: 1")
        first = status(mail) + HEAD
        await until(lambda: unread(virtual).waiting == len(first))
        assert await _again(host, clock) == (1, first)
        assert await _again(host, clock) == (1, b"")
        site.gate.open()
        rest, state = b"", 1
        while state == 1:
            await host.hear_until(b"\r\n+POP3READ: 3,")
            await host.hear_until(b"\r\n")
            host.send(b"AT+POP3READ=1460\r")
            state, data = await _in_time(host, clock)
            rest += data
        assert rest == b"x" * 1000 + b"\r\n.\r\n"


async def _in_time(host: EmailHost, clock: ManualClock) -> tuple[int, bytes]:
    """A chunk that was asked for, when the module has waited long enough."""
    while not host.received:
        await clock.run(0.5)
    assert await host.hear_until(b"\r\n+POP3READ: ") == b"\r\n+POP3READ: "
    state, _, length = (await host.hear_until(b"\r\n"))[:-2].partition(b",")
    data = await host.hear_until(b"\r\nOK\r\n")
    assert len(data) == int(length) + len(b"\r\nOK\r\n")
    return int(state), data[: int(length)]


async def _again(host: EmailHost, clock: ManualClock) -> tuple[int, bytes]:
    host.send(b"AT+POP3READ=1460\r")
    return await _in_time(host, clock)


async def test_reminders_and_the_end_of_patience() -> None:
    clock = ManualClock()
    async with mailbox([HEAD], clock=clock) as (site, virtual, host):
        await host.does(b"AT+POP3DEL=1", b"+POP3DEL: 1")
        await host.does(b"AT+POP3RSET", b"+POP3RSET: 1")
        await host.does(ONE, b"+POP3CMD: 1")
        size = len(status(HEAD) + said(HEAD))
        await until(lambda: unread(virtual).waiting == size)
        await host.outwait(clock, b"+POP3READ: 3,%d" % size, REPEAT)
        await host.outwait(clock, b"+POP3READ: 3,%d" % size, REPEAT)
        await host.error(b"AT+POP3NUM", b"AT+CSQ", b"AT+SAPBR=0,1")
        await host.ok(b"AT")
        await clock.run(UNREAD)
        assert await host.hear_until(b"+POP3OUT: 69\r\n")
        assert (virtual.internet.count, site.deleted) == (0, [])
        await host.error(b"AT+POP3READ=1460")
        await host.ok(b"AT+SAPBR=0,1")


async def test_reading_begins_the_patience_anew() -> None:
    clock = ManualClock()
    async with mailbox([HOSTILE], clock=clock, repeat=100, unread_timeout=60) as (_, _, host):
        await host.does(ONE, b"+POP3CMD: 1")
        await clock.run(50)
        assert (await host.chunk(10))[0] == 1
        await clock.run(50)
        await host.silent()
        await host.outwait(clock, b"+POP3OUT: 69")


async def test_a_logout_leaves_the_rest() -> None:
    async with mailbox([HEAD + b"x\r\n" * 100_000]) as (site, _, host):
        await host.does(ONE, b"+POP3CMD: 1")
        await host.chunk()
        await host.does(b"AT+POP3OUT", b"+POP3OUT: 1")
        assert str(site.commands[-1]) == "QUIT"


async def test_the_session_goes_on_behind_it() -> None:
    async with mailbox([HEAD, HOSTILE]) as (_, _, host):
        await host.fetch(ONE)
        await host.does(b"AT+POP3NUM", b"+POP3NUM: 1,2,%d" % (len(HEAD) + len(HOSTILE)))
        await host.fetch(b"AT+POP3CMD=4,2")
        await host.does(b"AT+POP3OUT", b"+POP3OUT: 1")


async def test_a_bearer_that_goes_while_it_is_read() -> None:
    async with mailbox([HEAD + b"x\r\n" * 100_000]) as (_, virtual, host):
        await host.does(ONE, b"+POP3CMD: 1")
        await host.chunk()
        virtual.network.lose_bearer(1)
        assert await host.hear_until(b"+POP3OUT: 61\r\n")
        await host.error(b"AT+POP3READ=1460")


async def test_a_fault_makes_chunks_short() -> None:
    async with mailbox([HOSTILE]) as (_, virtual, host):
        virtual.faults.add(ShortRead(most=50))
        answer = await host.fetch(ONE)
        assert answer.partition(b"\r\n")[2] == said(HOSTILE)


async def test_nobody_is_reminded_of_nothing() -> None:
    clock = ManualClock()
    async with mailbox([HEAD], clock=clock) as (_, virtual, host):
        await host.fetch(ONE)
        await clock.run(10 * UNREAD)
        await host.silent()
        await until(lambda: virtual.email.reserved is None)
    assert issubclass(NotRead, NetworkFailure)
    assert Unread.__doc__
