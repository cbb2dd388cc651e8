"""Mailboxes through virtual modules of every family: read byte for byte, deleted on a clean exit only."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from random import Random

import pytest

from simcom_async.errors import (
    CommandTimeout,
    ModemRestarted,
    Pop3Error,
    PortLost,
    ServiceBusy,
    SimcomError,
    UnsupportedService,
    UsageError,
)
from simcom_async.sessions.pop3_flow import MailboxSize, MailSize, MailUid
from simcom_async.sessions.progress import Direction, TransferProgress
from simcom_async.sites.mail_policy import MailFault
from simcom_async.sites.pop3 import Pop3Site
from simcom_async.sites.route import ServerFault
from simcom_async.virtual.faults import LoseBearer, ShortRead, Split, Stray
from tests.sessions.ftp_ends import FastClock
from tests.sessions.mail_ends import FAMILIES, NUMERIC, TEXTUAL, ends, mailbox
from tests.sessions.mails import BINARY, essence, mail

HEAD = b"From: a@b.c\r\nSubject: x\r\n\r\n"

#: Mails of every shape, as they stand at a server.
CORPUS: dict[str, bytes] = {
    "nothing": b"",
    "an empty line": b"\r\n",
    "headers only": HEAD,
    "no last line end": HEAD + b"x",
    "dots": HEAD + b".\r\n..\r\n...\r\n.a\r\n. \r\n",
    "a dot at the end": HEAD + b"a\r\n.",
    "results": HEAD + b"OK\r\n\r\nOK\r\n\r\nERROR\r\n+CME ERROR: 1\r\nNO CARRIER\r\n0\r\n4\r\n",
    "results of mail": HEAD
    + b"+POP3READ: 1,5\r\n+POP3OUT: 64\r\n+POP3: SUCCESS\r\n+CFTRANTX: 0\r\n+CFTRANTX: DATA,4\r\n",
    "ends like a reply": HEAD + b"\r\n\r\nOK\r\n",
    "status lines": b"+OK\r\n-ERR\r\n" + HEAD + b"+OK 5 octets\r\n",
    "prompts": HEAD + b"> \r\n>> \r\nDOWNLOAD\r\n",
    "all bytes": HEAD + BINARY,
    "control bytes": HEAD + b"\x1a\x1b\x03\x10\x08\x00\xff" * 300,
    "line ends": HEAD + b"\r\n" * 800,
    "one long line": HEAD + b"x" * 10_000,
    "long lines": HEAD + (b"y" * 998 + b"\r\n") * 12,
    "just a piece": HEAD.ljust(1_460 - len(b"+OK 1440 octets\r\n") - 3, b"z"),
    "utf-8": HEAD + "Grüße 小明 😀\r\n".encode() * 50,
    "a table": HEAD + b"1 120\r\n2 200\r\n",
    "built": mail("Grüße\n", subject="Tür", files={"f.bin": BINARY}).as_bytes(policy=policy.SMTP),
}


def nested() -> bytes:
    message = mail("text\n")
    message.add_alternative("<p>html</p>", subtype="html")
    message.add_attachment(BINARY, maintype="image", subtype="png", filename="i.png")
    message.add_attachment(mail("inner\n"))
    return message.as_bytes(policy=policy.SMTP)


CORPUS["nested"] = nested()


@pytest.fixture
async def site() -> AsyncIterator[Pop3Site]:
    async with Pop3Site() as site:
        yield site


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_every_mail_is_read_byte_for_byte(site: Pop3Site, dialect: str) -> None:
    stored = [site.publish(source) for source in CORPUS.values()]
    async with ends(dialect) as (_, modem), mailbox(modem, site) as box:
        for number, one in enumerate(stored, 1):
            assert await box.source(number) == one.content
        assert box.number == len(stored)
    assert site.mails == stored


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_count_list_ids_headers_and_messages(site: Pop3Site, dialect: str) -> None:
    first = site.publish(mail("one\n", subject="Tür", cc="c@x.y"))
    second = site.publish(mail("two\nlines\n", subject="second", files={"f": BINARY}))
    async with ends(dialect) as (_, modem), mailbox(modem, site) as box:
        assert await box.stat() == MailboxSize(2, first.size + second.size)
        assert await box.list() == [MailSize(1, first.size), MailSize(2, second.size)]
        head = await box.headers(1)
        assert (head["Subject"], head["From"]) == ("Tür", "Alice <alice@example.com>")
        assert essence(await box.retrieve(2)) == essence(message_from_bytes(second.content, policy=policy.default))
        if dialect in NUMERIC:
            assert await box.uidl() == [MailUid(1, first.uid), MailUid(2, second.uid)]
            assert head["Cc"] == "c@x.y"
            top = await box.top(2, 4)
            assert (top["Subject"], len(top.as_bytes()) < second.size) == ("second", True)
        assert [message["Subject"] async for message in box] == ["Tür", "second"]


@pytest.mark.parametrize("dialect", TEXTUAL)
async def test_what_a_family_lacks(site: Pop3Site, dialect: str) -> None:
    site.publish(mail())
    async with ends(dialect) as (_, modem), mailbox(modem, site) as box:
        for asking in (box.uidl(), box.top(1, 5), box.reset()):
            with pytest.raises(UnsupportedService, match="is not for the sim7100 dialect"):
                await asking
        assert await box.stat() == (1, site.mails[0].size)


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_an_empty_mailbox(site: Pop3Site, dialect: str) -> None:
    async with ends(dialect) as (_, modem), mailbox(modem, site) as box:
        assert await box.stat() == (0, 0)
        assert await box.list() == []
        assert [message async for message in box] == []


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_a_large_mail_in_pieces(site: Pop3Site, dialect: str) -> None:
    source = HEAD + Random(1).randbytes(400_000).replace(b"\r", b"").replace(b"\n", b"")
    stored = site.publish(source)
    told: list[tuple[int, int | None]] = []
    async with ends(dialect) as (_, modem), modem.events(TransferProgress, bound=4_096) as events:
        async with mailbox(modem, site) as box:
            pieces = [piece async for piece in box.open(1, progress=lambda done, total: told.append((done, total)))]
        assert b"".join(pieces) == stored.content
        assert max(map(len, pieces)) <= 16_384
        assert told[-1] == (stored.size, stored.size)
        seen = [event for event in events.take() if isinstance(event, TransferProgress) and event.service == "pop3"]
    assert (seen[-1].done, seen[-1].direction) == (stored.size, Direction.RECEIVE)


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_a_mail_that_is_not_read_to_its_end(site: Pop3Site, dialect: str) -> None:
    site.publish(HEAD + bytes(50_000))
    second = site.publish(mail("next\n"))
    async with ends(dialect) as (virtual, modem):
        async with mailbox(modem, site) as box:
            async with box.open(1) as stream:
                first = await anext(aiter(stream))
            assert first.startswith(HEAD[:5])
            assert await box.source(2) == second.content
        if dialect in TEXTUAL:
            assert not virtual.file_system.list("C:/Email")


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_a_mail_that_another_verb_has_ended_does_not_go_on(site: Pop3Site, dialect: str) -> None:
    site.publish(HEAD + bytes(50_000))
    async with ends(dialect) as (_, modem), mailbox(modem, site) as box:
        stream = box.open(1)
        assert await anext(stream)
        await box.stat()
        with pytest.raises(UsageError, match="reading this mail was broken off: open it again"):
            await anext(stream)


@pytest.mark.parametrize("dialect", TEXTUAL)
async def test_nothing_stays_in_the_module(site: Pop3Site, dialect: str) -> None:
    for source in CORPUS.values():
        site.publish(source)
    async with ends(dialect) as (virtual, modem):
        async with mailbox(modem, site) as box:
            async for _ in box:
                pass
        assert not virtual.file_system.list("C:/Email")


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_marks_are_kept_on_a_clean_exit_only(site: Pop3Site, dialect: str) -> None:
    stored = [site.publish(mail(f"{number}\n")) for number in range(3)]

    async def fail() -> None:
        async with mailbox(modem, site) as box:
            await box.retrieve(1)
            await box.delete(1)
            raise ZeroDivisionError

    async with ends(dialect) as (_, modem):
        with pytest.raises(ZeroDivisionError):
            await fail()
        assert site.deleted == []
        async with mailbox(modem, site) as box:
            await box.delete(2)
            assert [entry.number for entry in await box.list()] == [1, 3]
            assert len([message async for message in box]) == 2
        assert site.deleted == [stored[1]]
        async with mailbox(modem, site) as box:
            assert (await box.stat()).mails == 2


@pytest.mark.parametrize("dialect", NUMERIC)
async def test_marks_are_taken_back(site: Pop3Site, dialect: str) -> None:
    site.publish(mail())
    async with ends(dialect) as (_, modem), mailbox(modem, site) as box:
        await box.delete(1)
        await box.reset()
        assert (await box.stat()).mails == 1
    assert site.deleted == []


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_a_cancellation_deletes_nothing(site: Pop3Site, dialect: str) -> None:
    site.publish(mail("read\n"))
    site.publish(HEAD + bytes(100_000))

    async def read(reached: asyncio.Event) -> None:
        async with mailbox(modem, site) as box:
            await box.retrieve(1)
            await box.delete(1)
            async for _ in box.open(2):
                reached.set()

    async with ends(dialect) as (_, modem):
        reached = asyncio.Event()
        task = asyncio.ensure_future(read(reached))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with mailbox(modem, site) as box:
            assert (await box.stat()).mails == 2
    assert site.deleted == []


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_cancelled_at_every_turn_nothing_is_deleted_that_was_not_read(dialect: str) -> None:
    for turns in range(0, 1_200, 83):
        async with Pop3Site() as site, ends(dialect) as (_, modem):
            for number in range(3):
                site.publish(mail(f"{number}\n", files={"f": bytes(2_000)}))
            done = 0

            async def move(modem: object = modem, site: Pop3Site = site) -> None:
                nonlocal done
                async with mailbox(modem, site) as box:  # type: ignore[arg-type]
                    for number in range(1, 4):
                        await box.retrieve(number)
                        await box.delete(number)
                done += 1

            task = asyncio.ensure_future(move())
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait({task})
            assert len(site.deleted) in ((3,) if done else (0, 3))
            async with mailbox(modem, site) as box:
                assert (await box.stat()).mails == 3 - len(site.deleted)


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_a_verb_that_is_cancelled_leaves_the_mailbox_usable(site: Pop3Site, dialect: str) -> None:
    stored = site.publish(HEAD + bytes(30_000))
    async with ends(dialect) as (_, modem), mailbox(modem, site) as box:
        for turns in (1, 7, 30, 90):
            task = asyncio.ensure_future(box.source(1))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait({task})
            assert (await box.stat()).mails == 1
        assert await box.source(1) == stored.content


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_a_second_mailbox_is_busy(site: Pop3Site, dialect: str) -> None:
    async with ends(dialect) as (_, modem):
        async with mailbox(modem, site) as box:
            with pytest.raises(ServiceBusy):
                await mailbox(modem, site).__aenter__()
            with pytest.raises(UsageError, match="open already"):
                await box.__aenter__()
        with pytest.raises(UsageError, match="not open"):
            await box.stat()
        async with mailbox(modem, site):
            pass


@pytest.mark.parametrize("dialect", NUMERIC)
async def test_no_mail_is_sent_meanwhile(site: Pop3Site, dialect: str) -> None:
    async with ends(dialect) as (_, modem), mailbox(modem, site):
        with pytest.raises(ServiceBusy, match="not while pop3 is claimed"):
            await modem.smtp.send(mail(), hostname="mail.example.com")


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_verbs_wait_for_each_other(site: Pop3Site, dialect: str) -> None:
    stored = [site.publish(mail(f"{number}\n")) for number in range(3)]
    async with ends(dialect) as (_, modem), mailbox(modem, site) as box:
        sizes = await asyncio.gather(box.stat(), box.list(), box.stat(), box.headers(1), box.list())
        assert sizes[1] == sizes[4] == [(number, one.size) for number, one in enumerate(stored, 1)]


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_a_session_that_was_left_open_deletes_nothing(site: Pop3Site, dialect: str) -> None:
    site.publish(mail())
    host, port = site.address
    async with ends(dialect) as (_, modem):
        await modem.network.up()
        left = mailbox(modem, site)
        await left.__aenter__()
        await modem.at("+POP3DEL=1")
        left._claim.release()  # type: ignore[union-attr]
        left._service._turns.give_back()
        async with modem.pop3(host, "user", "secret", port=port) as box:
            assert (await box.stat()).mails == 1
    assert site.deleted == []


# What goes wrong


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_a_wrong_password(site: Pop3Site, dialect: str) -> None:
    host, port = site.address
    wrong = "wr0ng-secret"
    async with ends(dialect) as (_, modem):
        with pytest.raises(Pop3Error, match="mailbox of user at") as caught:
            await modem.pop3(host, "user", wrong, port=port).__aenter__()
        assert caught.value.code in (67, 68, "INVALID UN/PWD", "AUTH ERROR", "INVALID UN")
        assert caught.value.remedy
        assert wrong not in "".join(traceback.format_exception(caught.value))
        async with mailbox(modem, site):
            pass


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_nobody_listens_and_no_such_name(site: Pop3Site, dialect: str) -> None:
    host, port = site.address
    await site.aclose()
    async with ends(dialect) as (_, modem):
        for name in (host, "nowhere.invalid"):
            with pytest.raises(Pop3Error) as caught:
                await modem.pop3(name, "user", "secret", port=port).__aenter__()
            assert caught.value.code in (62, 63, "NETWORK ERROR")
            assert caught.value.retry


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_a_number_that_is_not_there(site: Pop3Site, dialect: str) -> None:
    site.publish(mail())
    async with ends(dialect) as (_, modem), mailbox(modem, site) as box:
        for verb in (box.source, box.headers, box.delete):
            with pytest.raises(Pop3Error):
                await verb(9)
        assert (await box.stat()).mails == 1


@pytest.mark.parametrize("number", [0, -1, "1", None, True])
async def test_what_is_no_number(site: Pop3Site, number: int) -> None:
    site.publish(mail())
    async with ends() as (_, modem), mailbox(modem, site) as box:
        before = modem.bus.sequence
        for verb in (box.source, box.headers, box.delete, box.retrieve):
            with pytest.raises(UsageError, match=r"number: .* is none"):
                await verb(number)
        with pytest.raises(UsageError, match=r"number: .* is none"):
            box.open(number)
        with pytest.raises(UsageError, match="lines: -1 is none"):
            await box.top(1, -1)
        assert modem.bus.sequence == before


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"host": "a b"}, "host: 'a b' is no host name"),
        ({"host": 'a"'}, "host: a quote"),
        ({"user": ""}, "user: 0 characters"),
        ({"user": "a\r"}, "user: CR"),
        ({"password": ""}, "password: 0 characters"),
        ({"password": 's3cret"'}, "password: a quote"),
        ({"port": 0}, "port: 0 is outside"),
        ({"timeout": -1}, "timeout: -1 cannot be taken"),
    ],
)
async def test_wrong_parameters(parameters: dict[str, object], named: str) -> None:
    async with ends() as (_, modem):
        before = modem.bus.sequence
        with pytest.raises(UsageError, match=named) as caught:
            modem.pop3(**{"host": "mail.example.com", "user": "joe", "password": "secret", **parameters})  # type: ignore[arg-type]
        assert modem.bus.sequence == before
        assert "s3cret" not in f"{caught.value} {caught.value.__dict__}"


@pytest.mark.parametrize("step", ["STAT", "LIST", "RETR", "DELE"])
@pytest.mark.parametrize("fault", [ServerFault.CLOSE, ServerFault.HANG])
@pytest.mark.parametrize("dialect", FAMILIES)
async def test_a_server_that_stops_at_each_step(site: Pop3Site, dialect: str, fault: ServerFault, step: str) -> None:
    site.publish(mail("one\n"))
    site.publish(mail("two\n"))

    async def use() -> None:
        async with mailbox(modem, site) as box:
            await box.delete(2)
            site.faults.append(MailFault(command=step, fault=fault, times=1))
            await box.stat()
            await box.list()
            await box.source(1)
            await box.delete(1)

    async with ends(dialect, FastClock(20), network_timeout=10) as (_, modem):
        with pytest.raises(SimcomError):
            await use()
        assert site.deleted == []
        site.faults.clear()
        site.release()
        async with mailbox(modem, site) as box:
            assert (await box.stat()).mails == 2


@pytest.mark.parametrize("fault", [ServerFault.CLOSE, ServerFault.HANG])
@pytest.mark.parametrize("dialect", FAMILIES)
async def test_a_mail_that_stops_half_way(site: Pop3Site, dialect: str, fault: ServerFault) -> None:
    stored = site.publish(HEAD + bytes(20_000))

    async def use() -> bytes:
        async with mailbox(modem, site) as box:
            site.faults.append(MailFault(command="RETR", fault=fault, after=9_000, times=1))
            return await box.source(1)

    async with ends(dialect, FastClock(20), network_timeout=10) as (_, modem):
        with pytest.raises(SimcomError):
            await use()
        site.faults.clear()
        site.release()
        async with mailbox(modem, site) as box:
            assert await box.source(1) == stored.content


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_a_failed_logout_is_told_where_mails_are_marked(site: Pop3Site, dialect: str) -> None:
    site.publish(mail())
    async with ends(dialect, FastClock(20), network_timeout=10) as (_, modem):
        site.faults.append(MailFault(command="QUIT", fault=ServerFault.CLOSE, times=None))
        box = await mailbox(modem, site).__aenter__()
        await box.delete(1)
        with pytest.raises(SimcomError):
            await box.__aexit__(None, None, None)
        async with mailbox(modem, site) as box:
            assert (await box.stat()).mails == 1
    assert site.deleted == []


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_a_time_limit_of_the_callers(site: Pop3Site, dialect: str) -> None:
    site.publish(mail())

    async def use() -> None:
        async with mailbox(modem, site, timeout=4.0) as box:
            await box.delete(1)
            site.faults.append(MailFault(command="STAT", fault=ServerFault.HANG, times=1))
            await box.stat()

    async with ends(dialect, FastClock(20), network_timeout=10) as (_, modem):
        with pytest.raises(CommandTimeout, match=r"no end within 4\.0 s"):
            await use()
        site.release()
        async with mailbox(modem, site) as box:
            assert (await box.stat()).mails == 1
    assert site.deleted == []


@pytest.mark.parametrize("family", FAMILIES)
async def test_a_restart_between_two_questions_is_named(site: Pop3Site, family: str) -> None:
    site.publish(mail())
    async with ends(family) as (virtual, modem):

        async def looked() -> None:
            async with mailbox(modem, site) as box:
                await box.stat()
                virtual.reset()
                await modem.network.up()  # it has been found again meanwhile
                await box.stat()

        with pytest.raises(ModemRestarted):
            await looked()
        async with mailbox(modem, site) as box:
            assert (await box.stat()).mails == 1


@pytest.mark.parametrize("event", ["restart", "unplugging", "bearer"])
@pytest.mark.parametrize("dialect", NUMERIC)
async def test_the_module_its_cable_or_its_bearer_goes(site: Pop3Site, dialect: str, event: str) -> None:
    site.publish(mail("one\n"))
    site.publish(HEAD + bytes(60_000))

    async def use() -> None:
        async with mailbox(modem, site) as box:
            await box.delete(1)
            async for _ in box.open(2):
                if event == "bearer":
                    virtual.faults.add(LoseBearer())
                else:
                    virtual.reset() if event == "restart" else virtual.unplug()

    async with ends(dialect) as (virtual, modem):
        with pytest.raises(SimcomError):
            await use()
        virtual.plug()
        async with mailbox(modem, site) as box:
            assert (await box.stat()).mails == 2
    assert site.deleted == []


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_on_a_line_that_cuts_and_is_talked_over(site: Pop3Site, dialect: str) -> None:
    stored = site.publish(CORPUS["all bytes"])
    async with ends(dialect) as (virtual, modem):
        virtual.faults.add(Split(size=7))
        virtual.faults.add(ShortRead())
        virtual.faults.add(Stray("+CREG: 1", before="POP3"))
        async with mailbox(modem, site) as box:
            assert await box.source(1) == stored.content


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_closing_the_modem_ends_it(site: Pop3Site, dialect: str) -> None:
    site.publish(mail())
    site.faults.append(MailFault(command="STAT", fault=ServerFault.HANG, times=1))
    async with ends(dialect, network_timeout=5) as (_, modem):
        box = mailbox(modem, site)
        await box.__aenter__()
        task = asyncio.ensure_future(box.stat())
        await site.told("STAT")
        await modem.aclose()
        with pytest.raises(PortLost):
            await task
        with pytest.raises(SimcomError):
            await box.stat()
        await box.__aexit__(None, None, None)


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_the_password_is_nowhere(dialect: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "s3cr3t-Pa55word"
    async with Pop3Site(users={"user": secret}) as site, ends(dialect) as (_, modem):
        host, port = site.address
        box = modem.pop3(host, "user", secret, port=port)
        shown = [repr(box), repr(vars(box))]
        async with box:
            shown.append(repr(vars(box)))
        await modem.at("+POP3SRV?")
        site.faults.append(MailFault(command="PASS", fault=ServerFault.CLOSE, times=1))
        with pytest.raises(SimcomError) as caught:
            await modem.pop3(host, "user", secret, port=port).__aenter__()
        shown += ["".join(traceback.format_exception(caught.value)), repr(caught.value.__dict__)]
    assert secret not in caplog.text + "".join(shown)


async def test_messages_are_of_the_modern_kind(site: Pop3Site) -> None:
    site.publish(mail("Grüße\n"))
    async with ends() as (_, modem), mailbox(modem, site) as box:
        message = await box.retrieve(1)
    assert type(message) is EmailMessage
    assert message.get_content() == "Grüße\r\n"
