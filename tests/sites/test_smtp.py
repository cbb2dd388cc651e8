from __future__ import annotations

import asyncio
import smtplib
import ssl
import sys
from collections.abc import Callable
from email.message import EmailMessage
from typing import TypeVar

import pytest

from simcom_async.errors import MissingExtra
from simcom_async.sites import LoopbackCA, MailFault, ServerFault, SmtpSite

T = TypeVar("T")
USERS = {"john": "123456"}
MAIL = b"From: a@b.c\r\nSubject: one\r\n\r\n.dot\r\n..two\r\nlast\r\n"


async def visit(site: SmtpSite, work: Callable[[smtplib.SMTP], T]) -> T:
    """What another SMTP client, the standard library's, makes of the site."""

    def go() -> T:
        with smtplib.SMTP(*site.address, timeout=10) as client:
            return work(client)

    return await asyncio.to_thread(go)


def deliver(client: smtplib.SMTP) -> None:
    client.sendmail("a@b.c", ["d@e.f", "g@h.i"], MAIL)


async def test_a_mail_with_its_envelope() -> None:
    async with SmtpSite() as site:
        await visit(site, deliver)
        mail = await site.mail()
        assert (mail.sender, mail.recipients, mail.content) == ("a@b.c", ("d@e.f", "g@h.i"), MAIL)
        assert mail.message["Subject"] == "one"
        assert (mail.connection, mail.user) == (1, "")
        assert site.mails == [mail]
        assert [str(command) for command in site.commands][1:] == [
            "MAIL a@b.c",
            "RCPT d@e.f",
            "RCPT g@h.i",
            "DATA",
            ".",
            "QUIT",
        ]
        assert (await site.told(".")).reply == "250 taken"
        with pytest.raises(TimeoutError):
            await site.told("NOOP", timeout=0.01)


async def test_a_message_of_the_standard_library() -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@b.c", "d@e.f", "Grüße"
    message.set_content("Wärme\n")
    async with SmtpSite() as site:
        await visit(site, lambda client: client.send_message(message))
        assert (await site.mail()).message.get_content() == "Wärme\r\n"
        assert (await site.mail()).message["Subject"] == "Grüße"


@pytest.mark.parametrize("mechanism", ["login", "plain"])
async def test_logging_in(mechanism: str) -> None:
    async with SmtpSite(users=USERS, auth_required=True) as site:

        def work(client: smtplib.SMTP) -> None:
            client.ehlo()
            with pytest.raises(smtplib.SMTPSenderRefused, match="530"):
                deliver(client)
            client.user, client.password = "john", "123456"
            client.auth(mechanism.upper(), getattr(client, f"auth_{mechanism}"))
            deliver(client)

        await visit(site, work)
        assert (await site.mail()).user == "john"
        assert (await site.told("AUTH")).argument == mechanism.upper()
        assert "123456" not in repr(site.commands)
        with pytest.raises(smtplib.SMTPAuthenticationError, match="535"):
            await visit(site, lambda client: client.login("john", "wrong"))


async def test_without_users_there_is_no_login() -> None:
    async with SmtpSite() as site:
        with pytest.raises(smtplib.SMTPNotSupportedError):
            await visit(site, lambda client: client.login("john", "123456"))


async def test_tls_from_the_first_byte_and_on_request() -> None:
    authority = LoopbackCA()
    async with SmtpSite(tls=authority.issue("localhost"), users=USERS) as site:

        def work() -> None:
            with smtplib.SMTP_SSL("localhost", site.port, context=authority.trusting(), timeout=10) as client:
                client.login("john", "123456")
                deliver(client)

        await asyncio.to_thread(work)
        assert (await site.mail()).content == MAIL
    async with SmtpSite(tls=authority.issue("localhost"), starttls=True) as site:

        def upgraded(client: smtplib.SMTP) -> None:
            client._host = "localhost"  # type: ignore[attr-defined]
            client.starttls(context=authority.trusting())
            deliver(client)

        await visit(site, upgraded)
        assert (await site.mail()).content == MAIL


async def test_a_mail_that_is_too_large() -> None:
    async with SmtpSite(size_limit=1000) as site:
        with pytest.raises((smtplib.SMTPSenderRefused, smtplib.SMTPDataError), match="552"):
            await visit(site, lambda client: client.sendmail("a@b.c", "d@e.f", MAIL * 100))
        assert site.mails == []


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (MailFault(reply="554 go away"), 554),
        (MailFault(command="MAIL", reply="550 no"), 550),
        (MailFault(command="DATA", reply="451 no"), 451),
        (MailFault(command=".", reply="554 spam"), 554),
    ],
)
async def test_refusals(fault: MailFault, code: int) -> None:
    async with SmtpSite() as site:
        site.faults.append(fault)
        with pytest.raises(smtplib.SMTPResponseException) as refused:
            await visit(site, deliver)
        assert refused.value.smtp_code == code
        assert site.mails == []
        site.faults.clear()
        await visit(site, deliver)


async def test_refusals_that_a_client_can_live_with() -> None:
    async with SmtpSite() as site:
        site.faults += [
            MailFault(command="EHLO", reply="502 no"),
            MailFault(command="RCPT", argument="g@h.i", reply="550 who?"),
        ]
        refused = await visit(site, lambda client: client.sendmail("a@b.c", ["d@e.f", "g@h.i"], MAIL))
        assert refused == {"g@h.i": (550, b"who?")}
        assert (await site.mail()).recipients == ("d@e.f",)
        assert [command.verb for command in site.commands][:2] == ["EHLO", "HELO"]


async def test_a_refusal_before_and_behind_the_work() -> None:
    async with SmtpSite() as site:
        site.faults += [MailFault(command=".", reply="451 later", done=True, times=1)]
        with pytest.raises(smtplib.SMTPDataError, match="451"):
            await visit(site, deliver)
        assert len(site.mails) == 1
        site.faults += [MailFault(command="NOOP", reply="250 mine", done=True)]
        assert await visit(site, lambda client: client.noop()) == (250, b"mine")


@pytest.mark.parametrize(
    ("command", "done"),
    [("EHLO", False), ("MAIL", False), ("MAIL", True), ("DATA", False), (".", False), (".", True), ("AUTH", False)],
)
@pytest.mark.parametrize("fault", [ServerFault.CLOSE, ServerFault.RESET, ServerFault.GARBAGE])
async def test_breaking_off(command: str, fault: ServerFault, done: bool) -> None:
    async with SmtpSite(users=USERS) as site:
        site.faults.append(MailFault(command=command, fault=fault, done=done))

        def work(client: smtplib.SMTP) -> None:
            client.login("john", "123456")
            deliver(client)

        with pytest.raises((smtplib.SMTPException, OSError)):
            await visit(site, work)
        assert len(site.mails) == (done and command == ".")


async def test_the_greeting_breaks_off() -> None:
    async with SmtpSite() as site:
        site.faults.append(MailFault(fault=ServerFault.CLOSE))
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            await visit(site, deliver)
        assert site.log.connections == 1


@pytest.mark.parametrize("command", ["", "EHLO", "RCPT", "."])
@pytest.mark.parametrize("done", [False, True])
async def test_hanging_until_released(command: str, done: bool) -> None:
    async with SmtpSite() as site:
        site.faults.append(MailFault(command=command, fault=ServerFault.HANG, done=done))
        visitor = asyncio.create_task(visit(site, deliver))
        await site.until(lambda: site.log.connections if not command else site.commands)
        if command:
            await site.told(command)
        assert not visitor.done()
        assert len(site.mails) == (done and command == ".")
        site.release()
        await visitor
        assert len(site.mails) == 1


async def test_what_is_no_smtp() -> None:
    async with SmtpSite() as site:
        reader, writer = await asyncio.open_connection(*site.address)
        writer.write(b"\r\nWHAT\r\nMAIL\r\nQUIT now\r\nHELP MAIL\r\nQUIT\r\n")
        said = (await reader.read()).decode()
        writer.close()
        assert [line[:3] for line in said.splitlines()] == ["220", "500", "500", "503", "501", "250", "221"]


async def test_a_client_that_goes_away_in_the_middle() -> None:
    async with SmtpSite() as site:
        for words, last in (
            (b"EHLO x\r\n", "EHLO"),
            (b"EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\nhalf", "DATA"),
        ):
            _, writer = await asyncio.open_connection(*site.address)
            writer.write(words)
            await site.told(last)
            writer.transport.abort()
        assert site.mails == []


async def test_a_client_that_goes_from_a_silent_server_is_let_go() -> None:
    async with SmtpSite() as site:
        site.faults.append(MailFault(fault=ServerFault.HANG))
        reader, writer = await asyncio.open_connection(*site.address)
        await site.until(lambda: site.log.connections)
        writer.write_eof()
        async with asyncio.timeout(60):
            assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


async def test_closing_it_ends_what_is_under_way() -> None:
    site = SmtpSite()
    await site.start()
    site.faults.append(MailFault(command="MAIL", fault=ServerFault.HANG))
    visitor = asyncio.create_task(visit(site, deliver))
    await site.told("MAIL")
    await site.aclose()
    with pytest.raises((smtplib.SMTPException, OSError)):
        await visitor
    await site.aclose()


async def test_a_mistake_in_the_server_is_not_lost() -> None:
    site = SmtpSite(users=USERS)
    await site.start()
    site.users = 5  # type: ignore[assignment]
    with pytest.raises(smtplib.SMTPException):
        await visit(site, lambda client: client.login("john", "123456"))
    with pytest.raises(TypeError):
        await site.aclose()


async def test_a_certificate_that_the_client_does_not_trust() -> None:
    async with SmtpSite(tls=LoopbackCA().issue("localhost"), starttls=True) as site:
        with pytest.raises(ssl.SSLError):
            await visit(site, lambda client: client.starttls(context=LoopbackCA().trusting()))


async def test_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("aiosmtpd", "simcom_async.sites.smtp_server"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "aiosmtpd", None)
    with pytest.raises(MissingExtra, match=r"simcom-async\[sites\]"):
        await SmtpSite().start()
