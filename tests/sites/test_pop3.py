from __future__ import annotations

import asyncio
import poplib
from collections.abc import Callable
from email.message import EmailMessage
from typing import TypeVar

import pytest

from simcom_async.sites import LoopbackCA, MailFault, Pop3Site, ServerFault

T = TypeVar("T")
MANY = b"9" * 5_000  # digits, more than Python makes a number of
ONE = b"Subject: one\r\n\r\n.dot\r\n..two\r\nlast\r\n"
TWO = b"Subject: two\r\nX: y\r\n\r\n1\r\n2\r\n3\r\n"


async def visit(site: Pop3Site, work: Callable[[poplib.POP3], T], *, password: str = "secret") -> T:
    """What another POP3 client, the standard library's, makes of the site; it goes without QUIT."""

    def go() -> T:
        client = poplib.POP3(*site.address, timeout=10)
        try:
            client.user("user")
            client.pass_(password)
            return work(client)
        finally:
            client.close()

    return await asyncio.to_thread(go)


def got(client: poplib.POP3, number: int = 1) -> bytes:
    return b"".join(line + b"\r\n" for line in client.retr(number)[1])


async def test_the_box() -> None:
    async with Pop3Site([ONE, TWO]) as site:

        def work(client: poplib.POP3) -> None:
            assert client.stat() == (2, len(ONE) + len(TWO))
            assert client.list()[1] == [b"1 %d" % len(ONE), b"2 %d" % len(TWO)]
            assert client.list(2) == b"+OK 2 %d" % len(TWO)
            assert client.uidl()[1][0].split()[1].decode() == site.mails[0].uid
            assert client.uidl(2).split()[2].decode() == site.mails[1].uid
            assert (got(client, 1), got(client, 2)) == (ONE, TWO)
            assert client.top(2, 0)[1] == [b"Subject: two", b"X: y", b""]
            assert client.top(2, 2)[1] == [b"Subject: two", b"X: y", b"", b"1", b"2"]
            assert client.top(2, 99)[1] == TWO[:-2].split(b"\r\n")
            assert client.noop() == b"+OK"
            assert client.capa() == {"USER": [], "TOP": [], "UIDL": []}

        await visit(site, work)
        assert [str(one) for one in site.commands][:3] == ["USER user", "PASS ******", "STAT"]
        assert (await site.told("RETR", 2)).argument == "2"
        assert (site.mails[0].size, site.log.connections) == (len(ONE), 1)


async def test_marks_count_with_quit_only() -> None:
    async with Pop3Site([ONE, TWO]) as site:

        def mark(client: poplib.POP3) -> None:
            client.dele(1)
            assert client.stat() == (1, len(TWO))
            assert client.list()[1] == [b"2 %d" % len(TWO)]
            with pytest.raises(poplib.error_proto, match="-ERR no such mail"):
                client.retr(1)

        await visit(site, mark)
        assert len(site.mails) == 2

        def think_again(client: poplib.POP3) -> None:
            mark(client)
            client.rset()
            assert client.stat() == (2, len(ONE) + len(TWO))
            client.quit()

        await visit(site, think_again)
        assert (len(site.mails), site.deleted) == (2, [])

        def remove(client: poplib.POP3) -> None:
            mark(client)
            client.quit()

        await visit(site, remove)
        await site.until(lambda: site.deleted)
        assert [mail.content for mail in site.deleted] == [ONE]
        assert [mail.content for mail in site.mails] == [TWO]


async def test_what_it_keeps() -> None:
    message = EmailMessage()
    message["Subject"] = "two"
    message.set_content("body\n")
    site = Pop3Site([b"lone\nline\rends", message])
    assert site.mails[0].content == b"lone\r\nline\r\nends\r\n"
    assert site.mails[1].content.endswith(b"\r\n\r\nbody\r\n")
    assert site.publish(ONE, uid="mine").uid == "mine"
    assert len({mail.uid for mail in [*site.mails, site.publish(ONE), site.publish(ONE)]}) == 5
    async with Pop3Site([b""]) as empty:
        assert await visit(empty, got) == b"\r\n"
    async with Pop3Site() as none:
        assert await visit(none, lambda client: (client.stat(), client.list()[1])) == ((0, 0), [])


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        (b"STAT\r\n", ["-ERR log in first"]),
        (b"PASS secret\r\n", ["-ERR USER first, once"]),
        (b"WHAT\r\n", ["-ERR log in first"]),
        (b"USER user\r\npass secret\r\nWHAT\r\nuser x\r\nPASS secret\r\n", ["+OK", "+OK", "-ERR", "+OK", "-ERR"]),
        (b"USER user\r\nPASS secret\r\nLIST x\r\nTOP 1\r\nDELE\r\nRETR 9\r\n", ["+OK", "+OK", *["-ERR"] * 4]),
        (b"USER user\r\nPASS secret\r\nLIST %b\r\nTOP 1 %b\r\n" % (MANY, MANY), ["+OK", "+OK", "-ERR", "-ERR"]),
        (b"x" * 100_000, ["-ERR a line without an end"]),
    ],
)
async def test_what_is_refused(said: bytes, answers: list[str]) -> None:
    async with Pop3Site([ONE]) as site:
        reader, writer = await asyncio.open_connection(*site.address)
        writer.write(said)
        assert await reader.readline() == b"+OK ready\r\n"
        for answer in answers:
            assert (await reader.readline()).decode().startswith(answer)
        writer.write(b"QUIT\r\n")
        assert await reader.read() in (b"+OK bye\r\n", b"")
        writer.close()


async def test_a_wrong_password() -> None:
    async with Pop3Site() as site:
        with pytest.raises(poplib.error_proto, match="AUTH"):
            await visit(site, got, password="wrong")


async def test_tls() -> None:
    authority = LoopbackCA()
    async with Pop3Site([ONE], tls=authority.issue("localhost")) as site:

        def work() -> bytes:
            client = poplib.POP3_SSL("localhost", site.port, context=authority.trusting(), timeout=10)
            client.user("user")
            client.pass_("secret")
            try:
                return got(client)
            finally:
                client.quit()

        assert await asyncio.to_thread(work) == ONE


@pytest.mark.parametrize(
    ("fault", "reply"),
    [
        (MailFault(command="USER", reply="-ERR who?"), "-ERR who"),
        (MailFault(command="PASS", reply="-ERR no"), "-ERR no"),
        (MailFault(command="RETR", argument="1", reply="-ERR lost"), "-ERR lost"),
        (MailFault(command="RETR", reply="nonsense", done=True), "nonsense"),
    ],
)
async def test_refusals(fault: MailFault, reply: str) -> None:
    async with Pop3Site([ONE]) as site:
        site.faults.append(fault)
        with pytest.raises(poplib.error_proto, match=reply):
            await visit(site, got)
        site.faults.clear()
        assert await visit(site, got) == ONE


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (MailFault(reply="-ERR go away", fault=ServerFault.CLOSE), b"-ERR go away\r\n"),
        (MailFault(fault=ServerFault.CLOSE), b""),
        (MailFault(fault=ServerFault.GARBAGE), b"\x00\xffthis is no mail\r\n" * 4),
    ],
)
async def test_the_greeting(fault: MailFault, said: bytes) -> None:  # poplib itself would leave its socket open
    async with Pop3Site() as site:
        site.faults.append(fault)
        reader, writer = await asyncio.open_connection(*site.address)
        assert await reader.read() == said
        writer.close()


@pytest.mark.parametrize("command", ["USER", "RETR", "QUIT"])
@pytest.mark.parametrize("fault", [ServerFault.CLOSE, ServerFault.RESET, ServerFault.GARBAGE])
@pytest.mark.parametrize("done", [False, True])
async def test_breaking_off(command: str, fault: ServerFault, done: bool) -> None:
    async with Pop3Site([ONE]) as site:
        site.faults.append(MailFault(command=command, fault=fault, done=done))

        def work(client: poplib.POP3) -> None:
            got(client)
            client.dele(1)
            client.quit()

        with pytest.raises((poplib.error_proto, OSError)):
            await visit(site, work)
        assert len(site.deleted) == (command == "QUIT" and done)


async def test_a_mail_that_breaks_off() -> None:
    async with Pop3Site([ONE]) as site:
        site.faults.append(MailFault(command="RETR", fault=ServerFault.CLOSE, after=20))
        reader, writer = await asyncio.open_connection(*site.address)
        writer.write(b"USER user\r\nPASS secret\r\nRETR 1\r\n")
        assert (await reader.read()).endswith(b"\r\nSubject: one\r\n\r\n..do")
        writer.close()


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize(
    ("command", "after"), [("", None), ("PASS", None), ("RETR", None), ("RETR", 5), ("QUIT", None)]
)
async def test_hanging_until_released(command: str, after: int | None, done: bool) -> None:
    async with Pop3Site([ONE]) as site:
        site.faults.append(MailFault(command=command, fault=ServerFault.HANG, done=done, after=after))

        def work(client: poplib.POP3) -> bytes:
            found = got(client)
            client.dele(1)
            client.quit()
            return found

        visitor = asyncio.create_task(visit(site, work))
        await site.until(lambda: site.log.connections)
        if command:
            await site.told(command)
        assert not visitor.done()
        site.release()
        assert await visitor == ONE
        assert len(site.deleted) == 1


async def test_the_gate_holds_a_mail_half_way() -> None:
    async with Pop3Site([ONE]) as site:
        site.gate.shut(after=10)
        visitor = asyncio.create_task(visit(site, got))
        await site.gate.held()
        assert (await site.told("RETR")).reply.startswith("+OK")
        assert not visitor.done()
        site.gate.open()
        assert await visitor == ONE


async def test_closing_it_ends_what_is_under_way() -> None:
    site = Pop3Site([ONE])
    await site.start()
    site.faults.append(MailFault(command="RETR", fault=ServerFault.HANG))
    visitor = asyncio.create_task(visit(site, got))
    await site.told("RETR")
    await site.aclose()
    with pytest.raises((poplib.error_proto, OSError)):
        await visitor
