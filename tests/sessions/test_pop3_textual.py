"""A textual mailbox: mails saved as files, read in counted packets, removed behind it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import AsyncIterator

import pytest

from simcom_async.at.event import FinalLine
from simcom_async.commands.file_transfer import FileSend
from simcom_async.commands.files import DirectoryRemove
from simcom_async.dialects.sim7100 import SIM7100
from simcom_async.errors import Pop3Error
from simcom_async.modem import open_modem
from simcom_async.sites.pop3 import Pop3Site
from simcom_async.virtual import VirtualModem
from tests.sessions.mail_ends import ends, mailbox
from tests.sessions.mails import mail


@pytest.fixture
async def site() -> AsyncIterator[Pop3Site]:
    async with Pop3Site() as site:
        yield site


async def test_what_the_module_is_told(site: Pop3Site, caplog: pytest.LogCaptureFixture) -> None:
    site.publish(mail())
    caplog.set_level("DEBUG", "simcom_async.link")
    async with ends("sim7100") as (_, modem):
        async with mailbox(modem, site) as box:
            await box.source(1)
            await box.delete(1)
        lines = re.findall(r"TX b['\"](AT\+(?:POP3|CFTRANTX|FSDEL|FSRMDIR).*?)\\r['\"]\n", caplog.text)
    assert [re.sub(r"\d{12}|\d+$", "N", line.partition('"')[0] or line) for line in lines] == [
        "AT+POP3SRV=",
        "AT+POP3IN",
        "AT+POP3GET=1,N",
        "AT+CFTRANTX=",
        "AT+FSDEL=N.eml",
        "AT+FSRMDIR=N",
        "AT+POP3DEL=N",
        "AT+POP3OUT",
    ]
    assert len(site.deleted) == 1


async def test_without_counted_packets_it_is_printed(site: Pop3Site) -> None:
    """The last resort: text without a length, which ends at the last result line before silence."""
    stored = site.publish(b"Subject: x\r\n\r\none\r\n\r\nOK\r\n\r\nERROR\r\n.two\r\n")
    dialect = dataclasses.replace(SIM7100, commands=tuple(c for c in SIM7100.commands if c is not FileSend))
    async with (
        VirtualModem("sim7100", urc_delay=0) as virtual,
        open_modem(virtual.port(), apn="internet", dialect=dialect) as modem,
        mailbox(modem, site) as box,
    ):
        assert await box.source(1) == stored.content
        assert (await box.stat()).mails == 1


async def test_a_full_file_system(site: Pop3Site) -> None:
    site.publish(b"Subject: x\r\n\r\n" + bytes(200_000))
    async with ends("sim7100", space=50_000) as (_, modem):
        box = mailbox(modem, site)
        await box.__aenter__()
        with pytest.raises(Pop3Error, match="FILE SYSTEM ERROR") as caught:
            await box.source(1)
        assert "space" in caught.value.remedy
        with pytest.raises(Pop3Error, match="FILE SYSTEM ERROR"):
            await box.stat()
        await box.__aexit__(None, None, None)
        assert not await modem.files.exists("C:/Email") or await modem.files.list("C:/Email") == []


async def test_forsaken_mails_are_removed_when_the_line_is_back(site: Pop3Site) -> None:
    site.publish(b"Subject: x\r\n\r\n" + bytes(100_000))
    site.publish(mail())
    async with ends("sim7100") as (virtual, modem):
        box = mailbox(modem, site)
        await box.__aenter__()
        await box.delete(2)
        await anext(box.open(1))
        virtual.unplug()
        await box.__aexit__(ZeroDivisionError, None, None)
        virtual.plug()
        with modem.bus.subscribe(FinalLine) as finals:
            async with mailbox(modem, site) as box:
                assert (await box.stat()).mails == 2
            async for line in finals:
                if isinstance(line, FinalLine) and isinstance(line.command, DirectoryRemove):
                    break
        assert await modem.files.list("C:/Email") == []
    assert site.deleted == []
