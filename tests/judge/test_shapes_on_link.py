"""The shapes of dialogue once more where it matters what a link writes, holds back and returns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest

from simcom_async.at.escape import DLE_ETX, ETX_SUB
from simcom_async.at.event import FinalLine, UrcLine
from simcom_async.at.message import Urc
from simcom_async.errors import CommandFailed, ModemError, UsageError
from simcom_async.link.link import Link
from simcom_async.ports.clock import ManualClock
from simcom_async.ports.memory import memory_line
from tests.judge.console import DEADLINE, Console
from tests.judge.shapes import basics, dialect, mail, transfer
from tests.judge.wire import crlf, hostile, said

T = TypeVar("T")
OK = crlf("OK")


@asynccontextmanager
async def linked(*speaking: type[Any]) -> AsyncIterator[tuple[Link, Console]]:
    """A link that speaks these declarations, and the module's end of its line."""
    near, far = memory_line()
    link = Link(near, dialect(*speaking))
    async with Console(far) as module:
        await link.open()
        try:
            yield link, module
        finally:
            await link.aclose()


def begun(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    return asyncio.create_task(work)


async def within(work: asyncio.Task[T]) -> T:
    """What a task returns, within the deadline."""
    async with asyncio.timeout(DEADLINE):
        return await work


async def heard(module: Console, line: bytes) -> None:
    """The module has got a command line, and nothing else."""
    assert await module.read(len(line) + 1) == line + b"\r"
    assert module.unread == b""


async def said_and_seen(link: Link, module: Console, data: bytes, kind: type[FinalLine] | type[UrcLine]) -> None:
    """The module says something, and the link has seen it."""
    seen = link.bus.expect(kind)
    module.write(data)
    await seen.get(DEADLINE)


async def settled() -> None:
    """Whatever can go on without waiting for time has gone on."""
    await ManualClock().settle()


# --- two endings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [("+SMTP: OK", "OK"), ("OK", "+SMTP: OK")])
async def test_a_send_returns_at_its_completion(order: tuple[str, str]) -> None:
    async with linked(mail.SmtpSend, mail.SmtpAccepted, mail.SmtpEnded) as (link, module):
        sending = begun(link.send(mail.SmtpSend()))
        await heard(module, b"AT+SMTPSEND")
        await said_and_seen(link, module, said("sim7100-smtp-smtpsend", *order), FinalLine)
        await settled()
        assert not sending.done()
        module.write(said("sim7100-smtp-smtpsend", "+SMTP: SUCCESS"))
        assert (await within(sending)).word is mail.SmtpWord.SUCCESS


async def test_a_refused_send_raises() -> None:
    async with linked(mail.SmtpSend, mail.SmtpAccepted, mail.SmtpEnded) as (link, module):
        sending = begun(link.send(mail.SmtpSend()))
        await heard(module, b"AT+SMTPSEND")
        module.write(said("sim7100-smtp-smtpsend-paramerror", "+SMTP: PARAM ERROR", "ERROR"))
        with pytest.raises(ModemError):
            await within(sending)


# --- what waits for what --------------------------------------------------------------------------------------------


async def test_a_read_that_looks_like_a_completion_waits_for_that() -> None:
    name = "sim7100-https-chttpsend"
    async with linked(transfer.ChttpsSend, transfer.ChttpsSendRead, transfer.ChttpsSent) as (link, module):
        sending = begun(link.send(transfer.ChttpsSend()))
        await heard(module, b"AT+CHTTPSEND")
        await said_and_seen(link, module, said(name, "OK"), FinalLine)
        reading = begun(link.send(transfer.ChttpsSendRead()))
        await settled()
        assert module.unread == b""
        module.write(said(name, "+CHTTPSEND: 0"))
        assert await within(sending) == transfer.ChttpsSent(result=0)
        await heard(module, b"AT+CHTTPSEND?")
        module.write(said(name, "+CHTTPSEND: 0", "OK"))
        assert await within(reading) == transfer.ChttpsUnsent(unsent=0)


async def test_a_command_that_cannot_be_confused_does_not_wait() -> None:
    speaking = (transfer.ChttpsSend, transfer.ChttpsSent, basics.Csq)
    async with linked(*speaking) as (link, module):
        sending = begun(link.send(transfer.ChttpsSend()))
        await heard(module, b"AT+CHTTPSEND")
        await said_and_seen(link, module, OK, FinalLine)
        asking = begun(link.send(basics.Csq()))
        await heard(module, b"AT+CSQ")
        module.write(crlf("+CHTTPSEND: 0") + crlf("+CSQ: 21,0") + OK)
        assert await within(sending) == transfer.ChttpsSent(result=0)
        assert await within(asking) == basics.SignalQuality(rssi=21, ber=0)


async def test_a_pushed_transfer_holds_the_port_until_its_end() -> None:
    first, second = hostile(1020), hostile(9)
    pieces: list[bytes] = []
    async with linked(transfer.CftpGet, transfer.CftpPacket, transfer.CftpGot, basics.Csq) as (link, module):
        getting = begun(link.send(transfer.CftpGet(path="/f"), sink=pieces.append))
        await heard(module, b'AT+CFTPGET="/f"')
        asking = begun(link.send(basics.Csq()))
        await said_and_seen(link, module, said("sim7100-ftp-cftpget", "OK"), FinalLine)
        packets = crlf("+CFTPGET: DATA, 1020,") + first + crlf("+CFTPGET:DATA,9") + second
        await said_and_seen(link, module, packets, UrcLine)
        await settled()
        assert module.unread == b""
        module.write(said("sim7100-ftp-cftpget", "+CFTPGET: 0"))
        assert await within(getting) == transfer.CftpGot(code=0)
        assert b"".join(pieces) == first + second
        await heard(module, b"AT+CSQ")
        module.write(crlf("+CSQ: 21,0") + OK)
        await within(asking)


async def test_a_stream_until_etx_holds_the_port_and_arrives_unescaped() -> None:
    data = hostile(400)
    pieces: list[bytes] = []
    async with linked(transfer.FtpEtGet, transfer.FtpEtData, transfer.FtpEtState) as (link, module):
        getting = begun(link.send(transfer.FtpEtGet(), sink=pieces.append))
        await heard(module, b"AT+FTPETGET=1")
        name = "sim7000-ftp-etget"
        module.write(said(name, "OK", "+FTPETGET: 1,1") + DLE_ETX.encode(data) + b"\x03" + said(name, "+FTPETGET: 1,0"))
        assert await within(getting) == transfer.FtpEtState(code=0)
        assert b"".join(pieces) == data


async def test_a_download_goes_on_while_its_data_are_read() -> None:
    name = "sim800-ftp-get"
    pieces: list[bytes] = []
    async with linked(transfer.FtpGet, transfer.FtpGetRead, transfer.FtpState) as (link, module):
        getting = begun(link.send(transfer.FtpGet()))
        await heard(module, b"AT+FTPGET=1")
        await said_and_seen(link, module, said(name, "OK", "+FTPGET: 1,1"), UrcLine)
        reading = begun(link.send(transfer.FtpGetRead(length=1024), sink=pieces.append))
        await heard(module, b"AT+FTPGET=2,1024")
        module.write(said(name, "+FTPGET: 2,50") + hostile(50) + said(name, "OK"))
        assert await within(reading) == transfer.FtpBlock(length=50)
        assert b"".join(pieces) == hostile(50)
        assert not getting.done()
        module.write(said(name, "+FTPGET: 1,0"))
        assert await within(getting) == transfer.FtpState(code=0)


# --- entries --------------------------------------------------------------------------------------------------------


async def test_no_more_is_entered_than_was_granted() -> None:
    speaking = (transfer.FtpPutBlock, transfer.FtpCredit, transfer.FtpPutState, basics.Csq)
    data = hostile(1000)
    async with linked(*speaking) as (link, module):
        putting = begun(link.send(transfer.FtpPutBlock(length=1000), entry=data))
        await heard(module, b"AT+FTPPUT=2,1000")
        module.write(said("sim800-ftp-put", "+FTPPUT: 2,100"))
        assert await module.read(100) == data[:100]
        await settled()
        assert module.unread == b""
        module.write(said("sim800-ftp-put", "OK", "+FTPPUT: 1,1,1360"))
        await within(putting)
        asking = begun(link.send(basics.Csq()))
        await heard(module, b"AT+CSQ")
        module.write(crlf("+CSQ: 21,0") + OK)
        await within(asking)


async def test_an_attachment_is_entered_by_credits_while_the_send_waits() -> None:
    name = "sim900-smtp-attachment"
    speaking = (mail.EmailSend, mail.EmailFt, mail.EmailFtEnd, mail.SmtpCredit, mail.SmtpSent)
    async with linked(*speaking) as (link, module):
        sending = begun(link.send(mail.EmailSend()))
        await heard(module, b"AT+SMTPSEND")
        await said_and_seen(link, module, said(name, "OK", "+SMTPFT: 1,1360"), UrcLine)
        part = begun(link.send(mail.EmailFt(length=100), entry=hostile(100)))
        await heard(module, b"AT+SMTPFT=100")
        module.write(said(name, "+SMTPFT: 2,100"))
        assert await module.read(100) == hostile(100)
        module.write(said(name, "OK", "+SMTPFT: 1,1360"))
        await within(part)
        end = begun(link.send(mail.EmailFtEnd()))
        await heard(module, b"AT+SMTPFT=0")
        module.write(said(name, "OK"))
        await within(end)
        assert not sending.done()
        module.write(said(name, "+SMTPSEND: 1"))
        assert await within(sending) == mail.SmtpSent(code=1)


@pytest.mark.parametrize("echo", [True, False])
async def test_a_request_is_escaped_and_its_echo_swallowed(echo: bool) -> None:
    name = "sim7100-http-chttpact-get"
    request, response = hostile(300), hostile(249)
    pieces: list[bytes] = []
    async with linked(transfer.Chttpact, transfer.ChttpPacket, transfer.ChttpEnded) as (link, module):
        command = transfer.Chttpact(host="www.mywebsite.com", port=80)
        getting = begun(link.send(command, entry=request, sink=pieces.append))
        await heard(module, b'AT+CHTTPACT="www.mywebsite.com",80')
        module.write((command.text + b"\r" if echo else b"") + said(name, "+CHTTPACT: REQUEST"))
        wire = ETX_SUB.encode(request) + b"\x1a"
        assert await module.read(len(wire)) == wire
        module.write((wire if echo else b"") + said(name, "OK", "+CHTTPACT: DATA, 249") + response)
        module.write(said(name, "+CHTTPACT: 0"))
        assert (await within(getting)).code is transfer.ChttpCode.SUCCESS
        assert b"".join(pieces) == response


async def test_an_upload_is_escaped_behind_its_begin() -> None:
    async with linked(transfer.CftpPut) as (link, module):
        putting = begun(link.send(transfer.CftpPut(path="/f"), entry=b"text with \x03 and \x1a inside"))
        await heard(module, b'AT+CFTPPUT="/f"')
        await settled()
        assert module.unread == b""
        module.write(said("sim7100-ftp-cftpput-coding", "+CFTPPUT: BEGIN"))
        wire = b"text with \x03\x03 and \x03\x1a inside\x1a"
        assert await module.read(len(wire)) == wire
        module.write(said("sim7100-ftp-cftpput-coding", "OK"))
        assert await within(putting) is None


@pytest.mark.parametrize("mark", [b"\r\n>>", b"\r\n>> "])
async def test_a_body_is_entered_at_a_mark_with_or_without_a_blank(mark: bytes) -> None:
    async with linked(mail.SmtpBody) as (link, module):
        entering = begun(link.send(mail.SmtpBody(), entry=b"This is a test mail."))
        await heard(module, b"AT+SMTPBODY")
        module.write(mark)
        assert await module.read(21) == b"This is a test mail.\x1a"
        module.write(OK)
        await within(entering)


@pytest.mark.parametrize("byte", [b"\x1a", b"\x1b"])
async def test_a_body_that_would_end_itself_is_refused_before_a_byte_is_written(byte: bytes) -> None:
    async with linked(mail.SmtpBody) as (link, module):
        with pytest.raises(UsageError):
            await link.send(mail.SmtpBody(), entry=b"a" + byte)
        await settled()
        assert module.unread == b""


async def test_an_extended_put_waits_for_its_header_line() -> None:
    async with linked(transfer.FtpExtPut) as (link, module):
        command = transfer.FtpExtPut(position=0, length=1024, time=10000)
        putting = begun(link.send(command, entry=hostile(1024)))
        await heard(module, b"AT+FTPEXTPUT=2,0,1024,10000")
        module.write(said("sim800-ftp-extput", "+FTPEXTPUT: 0,1024"))
        assert await module.read(1024) == hostile(1024)
        module.write(OK)
        await within(putting)


# --- text without a length ------------------------------------------------------------------------------------------

MAIL = b"Subject: x\r\n\r\nThe module said\r\nOK\r\n\r\nERROR\r\nbye\r\n"


async def test_a_mail_ends_with_the_silence_behind_its_result() -> None:
    pieces: list[bytes] = []
    async with linked(mail.Pop3Read) as (link, module):
        reading = begun(link.send(mail.Pop3Read(), sink=pieces.append))
        await heard(module, b"AT+POP3READ")
        module.write(b"\r\n" + MAIL + OK)
        await within(reading)
        assert b"".join(pieces) == MAIL


async def test_a_mail_of_a_known_size_needs_no_silence() -> None:
    pieces: list[bytes] = []
    async with linked(mail.Pop3Read) as (link, module):
        reading = begun(link.send(mail.Pop3Read(), sink=pieces.append, size=len(MAIL)))
        await heard(module, b"AT+POP3READ")
        await said_and_seen(link, module, b"\r\n" + MAIL + OK, FinalLine)
        await within(reading)
        assert b"".join(pieces) == MAIL


async def test_a_mail_that_does_not_exist_raises() -> None:
    async with linked(mail.Pop3Read) as (link, module):
        reading = begun(link.send(mail.Pop3Read()))
        await heard(module, b"AT+POP3READ")
        module.write(crlf("ERROR"))
        with pytest.raises(CommandFailed):
            await within(reading)


# --- results of other commands, numbers, peculiar results -----------------------------------------------------------


async def test_the_end_of_the_session_ends_a_command_of_another_name() -> None:
    async with linked(mail.EmailNum, mail.EmailNumber, mail.Pop3Out) as (link, module):
        ended = link.bus.expect(mail.Pop3Out)
        asking = begun(link.send(mail.EmailNum()))
        await heard(module, b"AT+POP3NUM")
        module.write(OK + crlf("+POP3OUT: 64"))
        assert await within(asking) is None
        assert await ended.get(DEADLINE) == mail.Pop3Out(code=64)


async def test_a_result_with_its_path_on_the_next_line_returns_with_both() -> None:
    speaking = (mail.Pop3Get, mail.Pop3StoredHere, mail.Pop3Stored, mail.Pop3Failed, mail.Pop3Path)
    async with linked(*speaking) as (link, module):
        path = link.bus.expect(mail.Pop3Path)
        getting = begun(link.send(mail.Pop3Get(number=1)))
        await heard(module, b"AT+POP3GET=1")
        name = "sim7100-pop3-pop3get"
        module.write(said(name, "OK", "+POP3: SUCCESS", "C:/Email/090901120000/, EMAIL000.TXT"))
        assert await within(getting) == mail.Pop3Stored()
        assert path.met
        assert (await path.get(DEADLINE)).file == "EMAIL000.TXT"


@pytest.mark.parametrize(
    ("line", "topic"), [("Call Ready", basics.CallReady), ("+SAPBR 1: DEACT", basics.BearerReleased)]
)
async def test_an_urc_inside_a_reply_reaches_its_subscriber(line: str, topic: type[Urc]) -> None:
    async with linked(basics.BearerQuery, basics.CallReady, basics.BearerReleased) as (link, module):
        expected = link.bus.expect(topic)
        asking = begun(link.send(basics.BearerQuery()))
        await heard(module, b"AT+SAPBR=2,1")
        module.write(crlf(line) + said("sim800-bearer-configure", '+SAPBR:1,1,"10.89.193.1"') + crlf(line) + OK)
        assert (await within(asking)).address == "10.89.193.1"
        assert isinstance(await expected.get(DEADLINE), topic)


async def test_a_number_is_asked_for_while_results_are_numbers() -> None:
    async with linked(basics.Verbosity, basics.Cgsn) as (link, module):
        switching = begun(link.send(basics.Verbosity(value=0)))
        await heard(module, b"ATV0")
        module.write(b"0\r")
        await within(switching)
        asking = begun(link.send(basics.Cgsn()))
        await heard(module, b"AT+CGSN")
        module.write(b"490154203237518\r\n0\r")
        assert await within(asking) == basics.Imei(number="490154203237518")


async def test_shut_ok_ends_its_command() -> None:
    async with linked(basics.Cipshut) as (link, module):
        shutting = begun(link.send(basics.Cipshut()))
        await heard(module, b"AT+CIPSHUT")
        module.write(crlf("SHUT OK"))
        await within(shutting)
