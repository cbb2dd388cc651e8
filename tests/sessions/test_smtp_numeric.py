"""What a numeric module is told of a mail, and how an attachment is handed over."""

from __future__ import annotations

import re

import pytest

from simcom_async.at.command import Service
from simcom_async.errors import SimcomError, SmtpError
from simcom_async.sites.smtp import SmtpSite
from simcom_async.virtual.faults import DropLine, Reset, Unplug
from tests.sessions.mail_ends import ends
from tests.sessions.mails import check_arrived, mail


async def lines_of(caplog: pytest.LogCaptureFixture, dialect: str, message: object, **options: object) -> list[str]:
    """The command lines that send a mail."""
    caplog.set_level("DEBUG", "simcom_async.link")
    async with SmtpSite(users={"u": "p"}) as site, ends(dialect) as (_, modem):
        await modem.network.up()
        caplog.clear()
        host, port = site.address
        await modem.smtp.send(message, hostname=host, port=port, **options)  # type: ignore[arg-type]
        text = caplog.text.replace(f",{port}", ",25").replace(host, "HOST")
    return re.findall(r"TX b['\"](AT.*?)\\r['\"]\n", text)


async def test_a_plain_mail_goes_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    assert await lines_of(caplog, "sim900", mail("Hello.\n")) == [
        "AT+EMAILCID=1",
        "AT+EMAILTO=30",
        'AT+SMTPSRV="HOST",25',
        "AT+SMTPAUTH=0",
        'AT+SMTPFROM="alice@example.com","Alice"',
        "AT+SMTPRCPT=0",
        "AT+SMTPRCPT=1",
        "AT+SMTPRCPT=2",
        'AT+SMTPRCPT=0,0,"bob@example.com","Bob"',
        'AT+SMTPCS="ASCII"',
        'AT+SMTPSUB="Test"',
        "AT+SMTPFILE=0",
        "AT+SMTPBODY",
        "AT+SMTPSEND",
    ]


async def test_other_text_goes_in_hexadecimal(caplog: pytest.LogCaptureFixture) -> None:
    message = mail("ü\n", subject="ä", cc="c@x.y, d@x.y", files={"ö.bin": b"x"})
    lines = await lines_of(caplog, "sim800", message, username="u", password="p", timeout=65)
    assert 'AT+SMTPCS="UTF-8"' in lines
    assert 'AT+SMTPSUB="C3A4"' in lines
    assert "AT+SMTPBODY=8" in lines
    assert "AT+EMAILTO=60" in lines
    assert 'AT+SMTPRCPT=1,1,"d@x.y"' in lines
    assert 'AT+SMTPFILE=2,"=?utf-8?b?w7YuYmlu?=",1' in lines
    assert "AT+SMTPFT=6" in lines
    assert lines[-2:] == ["AT+SMTPFT=0", "AT+SMTPAUTH=0"]
    assert 'AT+SMTPAUTH=1,"u","*"' in lines


async def test_blocks_are_whole_lines_of_base64(caplog: pytest.LogCaptureFixture) -> None:
    lines = await lines_of(caplog, "sim900", mail(files={"f": bytes(3_000)}))
    blocks = [int(line.removeprefix("AT+SMTPFT=")) for line in lines if line.startswith("AT+SMTPFT=")]
    assert blocks == [17 * 78, 17 * 78, 17 * 78, 78 + 48 + 2, 0]


async def test_the_bearer_stays_open_for_others_when_an_attachment_is_given_up() -> None:
    def broken(done: int, _: int | None) -> None:
        if done > 2_000:
            raise ZeroDivisionError

    async with SmtpSite() as site, ends("sim900", unread_timeout=0.3) as (_, modem):
        host, port = site.address
        closed: list[object] = []
        for others in (True, False):
            claim = modem.link.claim(Service.HTTP) if others else None
            with pytest.raises(ZeroDivisionError):
                await modem.smtp.send(mail(files={"f": bytes(9_000)}), hostname=host, port=port, progress=broken)
            await modem.link.settled(Service.SMTP, 5)
            closed.append(await modem.network.address() is None)
            if claim is not None:
                claim.release()
        assert closed == [False, True]
        message = mail("next\n")
        await modem.smtp.send(message, hostname=host, port=port)
    check_arrived(message, site.mails[0], ("bob@example.com",))
    assert len(site.mails) == 1


async def test_a_lost_credit_ends_in_the_modules_own_time_limit() -> None:
    async with SmtpSite() as site, ends("sim900", unread_timeout=0.3) as (virtual, modem):
        virtual.faults.add(DropLine("+SMTPFT: 1", times=1))
        host, port = site.address
        with pytest.raises(SmtpError) as caught:
            await modem.smtp.send(mail(files={"f": bytes(9_000)}), hostname=host, port=port)
        assert caught.value.code == 64
        assert not site.mails


@pytest.mark.parametrize("offset", [0, 1, 2, 3])
async def test_a_restart_in_the_middle_of_a_prompt(offset: int) -> None:
    async with SmtpSite() as site, ends("sim900") as (virtual, modem):
        host, port = site.address
        virtual.faults.add(Reset(command="SMTPBODY", offset=offset))
        with pytest.raises(SimcomError):
            await modem.smtp.send(mail(), hostname=host, port=port)
        await modem.smtp.send(mail(), hostname=host, port=port)
    assert len(site.mails) == 1


async def test_a_mail_that_a_lost_line_has_left_waiting_is_stopped() -> None:
    async with SmtpSite() as site, ends("sim900") as (virtual, modem):
        host, port = site.address
        virtual.faults.add(Unplug(command="SMTPSEND", offset=8))
        with pytest.raises(SimcomError):
            await modem.smtp.send(mail(files={"f": bytes(9_000)}), hostname=host, port=port)
        virtual.plug()
        message = mail("next\n")
        await modem.smtp.send(message, hostname=host, port=port)
    check_arrived(message, site.mails[0], ("bob@example.com",))
    assert len(site.mails) == 1
