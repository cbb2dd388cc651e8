"""AT+POP3CMD and AT+POP3READ: what the server says, as it says it (SIM900 e-mail manual 2.18)."""

from __future__ import annotations

import pytest

from tests.virtual.email_host import mailbox

MAIL = b"Subject: one\r\n\r\nfirst\r\n.second\r\nthird\r\n"


async def test_lists_of_sizes_and_ids() -> None:
    async with mailbox([MAIL, MAIL]) as (site, _, host):
        sizes = await host.fetch(b"AT+POP3CMD=1")
        assert sizes.startswith(b"+OK")
        assert sizes.endswith(b"\r\n1 %d\r\n2 %d\r\n.\r\n" % (len(MAIL), len(MAIL)))
        ids = await host.fetch(b"AT+POP3CMD=2")
        first, second = (mail.uid.encode() for mail in site.mails)
        assert ids.endswith(b"\r\n1 %s\r\n2 %s\r\n.\r\n" % (first, second))


async def test_lists_of_an_empty_box_are_positive() -> None:
    async with mailbox() as (_, _, host):
        for command in (b"AT+POP3CMD=1", b"AT+POP3CMD=2"):
            answer = await host.fetch(command)
            assert answer.startswith(b"+OK")
            assert answer.endswith(b"\r\n.\r\n")


@pytest.mark.parametrize(
    ("lines", "body"),
    [(0, b""), (1, b"first\r\n"), (2, b"first\r\n..second\r\n"), (99, b"first\r\n..second\r\nthird\r\n")],
)
async def test_the_top_of_a_mail(lines: int, body: bytes) -> None:
    async with mailbox([MAIL]) as (_, _, host):
        answer = await host.fetch(b"AT+POP3CMD=3,1,%d" % lines)
        assert answer.partition(b"\r\n")[2] == b"Subject: one\r\n\r\n" + body + b".\r\n"


async def test_mails_that_there_are_not() -> None:
    async with mailbox([MAIL]) as (_, _, host):
        await host.does(b"AT+POP3CMD=4,9", b"+POP3CMD: 0")
        await host.does(b"AT+POP3CMD=3,9,0", b"+POP3CMD: 0")
        await host.error(b"AT+POP3READ=1460")
        await host.error(b"AT+POP3CMD=1,1", b"AT+POP3CMD=3,1", b"AT+POP3CMD=4", b"AT+POP3CMD=5", b"AT+POP3READ=1461")
        await host.does(b"AT+POP3OUT", b"+POP3OUT: 1")
