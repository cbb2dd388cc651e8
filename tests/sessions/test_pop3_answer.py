"""Answers of several lines, read from a numeric module piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from simcom_async.commands.email_pop3 import EmailPop3OutCode
from simcom_async.errors import ModemRestarted, Pop3Error, ProtocolError
from simcom_async.sessions.pop3_numeric import NumericPop3
from simcom_async.sites import MailFault, ServerFault
from simcom_async.sites.pop3 import Pop3Site
from simcom_async.virtual.faults import DropLine, Fault, LateLine, LoseBytes, ShortRead, WrongCount
from tests.sessions.mail_ends import ends, mailbox
from tests.virtual.client import until

LARGE = b"Subject: x\r\n\r\n" + b"0123456789\r\n" * 5_000


@pytest.fixture
async def site() -> AsyncIterator[Pop3Site]:
    async with Pop3Site() as site:
        yield site


async def test_short_reads_wait_for_more(site: Pop3Site) -> None:
    stored = site.publish(LARGE)
    async with ends("sim900") as (virtual, modem), mailbox(modem, site) as box:
        virtual.faults.add(ShortRead(times=20))
        assert await box.source(1) == stored.content


async def test_a_server_that_pauses(site: Pop3Site) -> None:
    stored = site.publish(LARGE)
    site.gate.shut(after=3_000)
    async with ends("sim900") as (_, modem), mailbox(modem, site) as box:
        stream = box.open(1)
        found = b""
        async for piece in stream:
            found += piece
            if len(found) > 1_000:
                site.gate.open()
        assert found == stored.content


async def test_a_module_that_restarts_while_more_is_awaited_is_known_at_once(site: Pop3Site) -> None:
    site.publish(LARGE)
    site.gate.shut(after=3_000)
    async with ends("sim900") as (virtual, modem):
        box = mailbox(modem, site)
        await box.__aenter__()
        reading = asyncio.ensure_future(box.source(1))
        await site.gate.held()
        flow = box._flow
        assert isinstance(flow, NumericPop3)
        await until(lambda: flow._answer._short)  # it has taken what there was, and waits for more
        virtual.reset()
        async with asyncio.timeout(60):  # and not after 150 seconds
            with pytest.raises(ModemRestarted):
                await reading
        site.gate.open()
        await box.__aexit__(None, None, None)


async def test_a_module_that_refuses_to_read_before_it_says_that_the_session_has_ended(site: Pop3Site) -> None:
    site.publish(LARGE)
    site.faults.append(MailFault(command="RETR", fault=ServerFault.CLOSE, after=3_000, times=1))
    async with ends("sim900") as (virtual, modem), mailbox(modem, site) as box:
        virtual.faults.add(LateLine("+POP3OUT", seconds=0.5))
        with pytest.raises(Pop3Error) as failed:
            await box.source(1)
        assert failed.value.code == EmailPop3OutCode.CONNECT_ERROR


@pytest.mark.parametrize(
    "fault",
    [
        LoseBytes(offset=400, count=2, command="POP3READ", times=1),
        WrongCount(by=2, command="POP3READ", times=1),
    ],
    ids=["lost", "counted wrong"],
)
async def test_bytes_that_are_lost_on_the_line_are_noticed(site: Pop3Site, fault: Fault) -> None:
    site.publish(LARGE)
    async with ends("sim900") as (virtual, modem):
        box = mailbox(modem, site)
        await box.__aenter__()
        virtual.faults.add(fault)
        with pytest.raises(ProtocolError):
            await box.source(1)
        await box.__aexit__(ProtocolError, None, None)
        async with mailbox(modem, site) as box:
            assert await box.source(1) == LARGE


async def test_it_is_read_away_on_a_verb_of_another_kind(site: Pop3Site) -> None:
    site.publish(LARGE)
    async with ends("sim900") as (_, modem), mailbox(modem, site) as box:
        await anext(box.open(1))
        assert await box.stat() == (1, len(LARGE))


async def test_a_word_of_more_that_is_lost_is_not_needed(site: Pop3Site) -> None:
    """The module says again and again that something waits."""
    stored = site.publish(LARGE)
    async with ends("sim900", repeat=0.05) as (virtual, modem), mailbox(modem, site) as box:
        virtual.faults.add(ShortRead(most=100, times=3))
        virtual.faults.add(DropLine("+POP3READ: 3", times=2))
        assert await box.source(1) == stored.content
