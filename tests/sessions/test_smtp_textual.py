"""What a textual module is told of a mail, and the files that it attaches."""

from __future__ import annotations

import asyncio
import re

import pytest

from simcom_async.errors import ServiceFailed, UsageError
from simcom_async.sites.mail_policy import MailFault
from simcom_async.sites.route import ServerFault
from simcom_async.sites.smtp import SmtpSite
from tests.sessions.ftp_ends import FastClock
from tests.sessions.mail_ends import ends
from tests.sessions.mails import BINARY, check_arrived, mail


async def test_what_the_module_is_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "simcom_async.link")
    message = mail("ü\n", subject="ä", sender="Jörg <j@x.y>", bcc="b@x.y")
    async with SmtpSite(users={"u": "s3cret"}) as site, ends("sim7100") as (_, modem):
        await modem.network.up()
        caplog.clear()
        host, port = site.address
        await modem.smtp.send(message, hostname=host, port=port, username="u", password="s3cret")
        text = caplog.text.replace(f",{port}", ",25").replace(host, "HOST")
    assert re.findall(r"TX b['\"](AT.*?)\\r['\"]\n", text) == [
        'AT+SMTPSRV="HOST",25',
        'AT+SMTPAUTH=1,"u","******"',
        'AT+SMTPFROM="j@x.y","=?utf-8?b?SsO2cmc=?="',
        "AT+SMTPRCPT",
        'AT+SMTPRCPT=0,0,"bob@example.com","Bob"',
        'AT+SMTPRCPT=2,0,"b@x.y"',
        'AT+SMTPBCH="utf-8"',
        'AT+SMTPSUB="=?utf-8?b?w6Q=?="',
        "AT+SMTPFILE",
        "AT+SMTPBODY",
        "AT+SMTPSEND",
        "AT+SMTPAUTH=0",
    ]


async def test_ten_attachments_arrive_and_none_stays(caplog: pytest.LogCaptureFixture) -> None:
    files = {f"file {number} ä.bin": BINARY[: number * 100] for number in range(10)}
    message = mail("ü\n", files=files)
    async with SmtpSite() as site, ends("sim7100") as (virtual, modem):
        await modem.files.write("C:/mine.txt", b"mine")
        await modem.files.mkdir("D:/x")
        await modem.at("+FSCD=D:/x")
        host, port = site.address
        result = await modem.smtp.send(message, hostname=host, port=port)
        assert result.attachments == tuple(files)
        assert str(virtual.file_system.current).rstrip("/") == "D:/x"
        assert [entry.name for entry in await modem.files.list("C:/")] == ["mine.txt"]
    check_arrived(message, site.mails[0], ("bob@example.com",))
    assert "could not be ended in order" not in caplog.text


@pytest.mark.parametrize("cancelled", [True, False])
async def test_no_attachment_stays_of_a_mail_that_was_not_sent(cancelled: bool) -> None:
    async with SmtpSite() as site, ends("sim7100", FastClock(20), network_timeout=10) as (_, modem):
        host, port = site.address
        fault = ServerFault.HANG if cancelled else ServerFault.CLOSE
        site.faults.append(MailFault(command="RCPT", fault=fault, times=1))
        task = asyncio.ensure_future(modem.smtp.send(mail(files={"f": BINARY}), hostname=host, port=port))
        await site.told("RCPT")
        if cancelled:
            task.cancel()
        await asyncio.wait({task})
        site.release()
        message = mail("next\n")
        await modem.smtp.send(message, hostname=host, port=port)
        assert await modem.files.list("C:/") == []
    check_arrived(message, site.mails[0], ("bob@example.com",))


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({str(number): b"" for number in range(11)}, "11 attachments in one mail, it has room for 10"),
        ({"a": bytes(10 * 1024 * 1024), "b": b"x"}, "attachments of 10485761 bytes, 10485760 is the most"),
        ({"a": b"", "A": b""}, "two attachments called 'A'"),
        ({"a/b": b""}, "an attachment called 'a/b', which is no file name there"),
        ({"..": b""}, "an attachment called '..'"),
        ({"x" * 300: b""}, "message attachment: 300 characters"),
    ],
)
async def test_attachments_that_it_cannot_take(files: dict[str, bytes], named: str) -> None:
    async with ends("sim7100") as (_, modem):
        before = modem.bus.sequence
        with pytest.raises(UsageError, match=re.escape(named)):
            await modem.smtp.send(mail(files=files), hostname="h")
        assert modem.bus.sequence == before


async def test_a_full_file_system_is_told_and_nothing_is_sent() -> None:
    async with SmtpSite() as site, ends("sim7100", space=100_000) as (_, modem):
        host, port = site.address
        with pytest.raises(ServiceFailed, match="do not fit"):
            await modem.smtp.send(mail(files={"f": bytes(200_000)}), hostname=host, port=port)
        assert await modem.files.list("C:/") == []
    assert not site.mails
