"""A numeric mailbox: answers read piece by piece, marks taken back before a logout."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

from simcom_async.commands.email_pop3 import EmailPop3Ended
from simcom_async.commands.email_pop3_fetch import EmailPop3Fetched
from simcom_async.errors import CommandTimeout, Pop3Error, PortLost, ProtocolError
from simcom_async.sites.mail_policy import MailFault
from simcom_async.sites.pop3 import Pop3Site
from simcom_async.virtual.faults import DropLine, NoFinal
from tests.sessions.ftp_ends import FastClock
from tests.sessions.mail_ends import ends, mailbox
from tests.sessions.mails import mail

LARGE = b"Subject: x\r\n\r\n" + b"0123456789\r\n" * 5_000


@pytest.fixture
async def site() -> AsyncIterator[Pop3Site]:
    async with Pop3Site() as site:
        yield site


def sent(caplog: pytest.LogCaptureFixture) -> list[str]:
    return re.findall(r"TX b['\"](AT\+POP3.*?)\\r['\"]\n", caplog.text)


async def test_marks_are_taken_back_before_the_logout(site: Pop3Site, caplog: pytest.LogCaptureFixture) -> None:
    site.publish(mail())
    caplog.set_level("DEBUG", "simcom_async.link")
    async with ends("sim900") as (_, modem):
        box = mailbox(modem, site)
        await box.__aenter__()
        await box.delete(1)
        caplog.clear()
        await box.__aexit__(ZeroDivisionError, ZeroDivisionError(), None)
        assert sent(caplog) == ["AT+POP3RSET", "AT+POP3OUT"]
    assert site.deleted == []


async def test_what_is_unread_is_read_away_before(site: Pop3Site, caplog: pytest.LogCaptureFixture) -> None:
    site.publish(LARGE)
    site.publish(mail())
    caplog.set_level("DEBUG", "simcom_async.link")
    async with ends("sim900") as (_, modem):
        box = mailbox(modem, site)
        await box.__aenter__()
        await box.delete(2)
        await anext(box.open(1))
        caplog.clear()
        await box.__aexit__(ZeroDivisionError, ZeroDivisionError(), None)
        lines = sent(caplog)
    assert lines[-2:] == ["AT+POP3RSET", "AT+POP3OUT"]
    assert set(lines[:-2]) == {"AT+POP3READ=1460"}


async def test_without_marks_the_logout_is_enough(site: Pop3Site, caplog: pytest.LogCaptureFixture) -> None:
    site.publish(LARGE)
    caplog.set_level("DEBUG", "simcom_async.link")
    async with ends("sim900") as (_, modem):
        async with mailbox(modem, site) as box:
            await anext(box.open(1))
            caplog.clear()
        assert sent(caplog) == ["AT+POP3OUT"]


async def test_marks_that_cannot_be_taken_back_drop_the_connection(site: Pop3Site) -> None:
    site.publish(mail())
    async with ends("sim900") as (_, modem):
        box = mailbox(modem, site)
        await box.__aenter__()
        await box.delete(1)
        site.faults.append(MailFault(command="RSET", reply="-ERR not now"))
        await box.__aexit__(ZeroDivisionError, ZeroDivisionError(), None)
        assert await modem.network.address() is None
        site.faults.clear()
        async with mailbox(modem, site) as box:
            assert (await box.stat()).mails == 1
    assert site.deleted == []
    assert not [command for command in site.commands[:-2] if command.verb == "QUIT"]


async def test_a_session_that_was_left_open_and_keeps_its_marks_ends_with_its_bearer(site: Pop3Site) -> None:
    site.publish(mail())
    async with ends("sim900") as (_, modem):
        left = mailbox(modem, site)
        await left.__aenter__()
        await left.delete(1)
        left._claim.release()  # type: ignore[union-attr]
        left._service._turns.give_back()
        site.faults.append(MailFault(command="RSET", reply="-ERR not now", times=1))
        async with mailbox(modem, site) as box:
            assert (await box.stat()).mails == 1
    assert site.deleted == []


async def test_a_session_that_ends_by_itself(site: Pop3Site) -> None:
    site.publish(LARGE)
    async with ends("sim900", unread_timeout=0.2, repeat=0.1) as (_, modem):
        box = mailbox(modem, site)
        await box.__aenter__()
        await anext(box.open(1))
        await modem.wait_for(EmailPop3Ended, timeout=5)
        with pytest.raises(Pop3Error, match="69, data were not read in time") as caught:
            await box.stat()
        assert caught.value.retry
        await box.__aexit__(None, None, None)
        async with mailbox(modem, site) as box:
            assert await box.source(1) == LARGE


async def test_a_logout_while_a_mail_is_asked_for(site: Pop3Site) -> None:
    """The virtual module ends the session all the same, as after the link has given a command up."""
    site.publish(LARGE)
    async with ends("sim900") as (_, modem):
        box = mailbox(modem, site)
        await box.__aenter__()
        site.gate.shut()
        await modem.at("+POP3CMD=4,1")
        await modem.at("+POP3OUT")
        site.gate.open()
        with modem.bus.subscribe(EmailPop3Fetched, EmailPop3Ended) as events:
            assert isinstance(await events.get(5), EmailPop3Fetched | EmailPop3Ended)
        await box.__aexit__(ZeroDivisionError, None, None)


@pytest.mark.parametrize("command", ["+POP3CMD=4,1", "+POP3DEL=1"])
async def test_after_a_lost_line_the_mailbox_is_ended_and_can_be_opened_again(site: Pop3Site, command: str) -> None:
    site.publish(LARGE)
    async with ends("sim900", FastClock(200)) as (virtual, modem):
        await modem.network.up()
        virtual.faults.add(NoFinal(command=command) if "CMD" in command else DropLine("+POP3DEL", command=command))

        async def move() -> None:
            async with mailbox(modem, site) as box:
                await box.source(1)
                await box.delete(1)

        with pytest.raises(CommandTimeout):
            await move()
        async with mailbox(modem, site) as box:
            assert await box.source(1) == LARGE
    assert site.deleted == []


async def test_a_mailbox_whose_login_was_cut_off_by_a_lost_port_does_not_keep_the_module(site: Pop3Site) -> None:
    site.publish(LARGE)
    async with ends("sim900", FastClock(200)) as (virtual, modem):
        await modem.network.up()
        opening = asyncio.ensure_future(mailbox(modem, site).__aenter__())
        await site.until(lambda: site.commands)
        virtual.unplug()
        with pytest.raises(PortLost):
            await opening
        virtual.plug()
        async with mailbox(modem, site) as box:
            assert (await box.stat()).mails == 1


async def test_a_logout_whose_result_was_lost(site: Pop3Site) -> None:
    site.publish(LARGE)
    async with ends("sim900", FastClock(200)) as (virtual, modem):
        virtual.faults.add(NoFinal(command="+POP3OUT"))
        for _ in range(2):
            async with mailbox(modem, site) as box:
                assert (await box.stat()).mails == 1


@pytest.mark.parametrize("line", ["1 x", "1", f"1 {'9' * 5_000}", f"{'9' * 5_000} 1"])
async def test_a_list_of_what_is_no_size(site: Pop3Site, line: str) -> None:
    site.publish(mail())
    site.faults.append(MailFault(command="LIST", reply=f"+OK\r\n{line}\r\n."))
    async with ends("sim900") as (_, modem), mailbox(modem, site) as box:
        with pytest.raises(ProtocolError):
            await box.list()
