"""Literal lines of the SIM7100 Internet service note 3.9 and 3.10, and of the SIM5320 AT manual 16.7.9."""

from __future__ import annotations

import pytest

from simcom_async.at.command import Means, Service
from simcom_async.at.demux import Demux
from simcom_async.at.event import LateReply, UrcLine
from simcom_async.at.exchange import Exchange
from simcom_async.commands.smtp import (
    SmtpAccepted,
    SmtpActivity,
    SmtpCode,
    SmtpEnded,
    SmtpOngoing,
    SmtpOversize,
    SmtpSend,
    SmtpSendRead,
    SmtpSendState,
    SmtpStop,
)
from simcom_async.commands.topics import MailSent
from simcom_async.dialects import SIM800, SIM7100
from simcom_async.errors import CommandFailed
from tests.commands.spoken import answer, heard, line, said, urc

CODES = [
    ("SUCCESS", False),
    ("ONGOING", True),
    ("OVERSIZE", False),
    ("PARAM ERROR", False),
    ("NETWORK ERROR", True),
    ("SERVER ERROR", True),
    ("AUTH REQUIRED", False),
    ("AUTH ERROR", False),
    ("USER CANCEL", False),
]
ORDERS = [
    b"\r\n+SMTP: OK\r\n\r\nOK\r\n\r\n+SMTP: SUCCESS\r\n",
    b"\r\nOK\r\n\r\n+SMTP: OK\r\n\r\n+SMTP: SUCCESS\r\n",
    b"\r\nOK\r\n\r\n+SMTP: SUCCESS\r\n",
]


@pytest.mark.parametrize(("word", "retry"), CODES)
def test_the_codes(word: str, retry: bool) -> None:
    code = SmtpCode(word)
    assert (code.known, code.retry) == (True, retry)
    assert len(SmtpCode) == len(CODES)


@pytest.mark.parametrize("wire", ORDERS)
def test_a_mail_is_sent_when_it_has_ended_whatever_the_order(wire: bytes) -> None:
    exchange, _ = said(SmtpSend(), wire, SIM7100)
    assert exchange.finished
    assert exchange.answer() == SmtpEnded(code=SmtpCode.SUCCESS)


@pytest.mark.parametrize("begun", [b"\r\n+SMTP: OK\r\n\r\nOK\r\n", b"\r\nOK\r\n\r\n+SMTP: OK\r\n"])
def test_what_the_server_begins_is_not_the_end(begun: bytes) -> None:
    exchange, events = said(SmtpSend(), begun, SIM7100)
    assert not exchange.finished
    assert exchange.port_free
    assert SmtpAccepted() in [getattr(event, "message", None) for event in events]


@pytest.mark.parametrize(
    "word", ["PARAM ERROR", "NETWORK ERROR", "SERVER ERROR", "AUTH REQUIRED", "AUTH ERROR", "ONGOING", "NEWER WORD"]
)
def test_a_refusal_says_why(word: str) -> None:
    exchange, _ = said(SmtpSend(), f"\r\n+SMTP: {word}\r\n\r\nERROR\r\n".encode(), SIM7100)
    with pytest.raises(CommandFailed) as failed:
        exchange.answer()
    code = SmtpCode(word)
    assert (failed.value.code, failed.value.meaning, failed.value.remedy) == (word, code.meaning, code.remedy)


@pytest.mark.parametrize("word", ["AUTH ERROR", "USER CANCEL", "NEWER WORD"])
def test_a_failure_behind_ok_is_an_answer(word: str) -> None:
    exchange, _ = said(SmtpSend(), f"\r\n+SMTP: OK\r\n\r\nOK\r\n\r\n+SMTP: {word}\r\n".encode(), SIM7100)
    assert exchange.answer() == SmtpEnded(code=SmtpCode(word))


def test_the_end_of_a_mail_is_a_topic_and_a_new_word_survives() -> None:
    ended = urc("+SMTP: SERVER ERROR", SIM7100)
    assert isinstance(ended, MailSent)
    assert ended == SmtpEnded(code=SmtpCode.SERVER_ERROR)
    newer = urc("+SMTP:MAILBOX FULL", SIM7100)
    assert isinstance(newer, SmtpEnded)
    assert (newer.code.name, newer.code.known) == ("UNKNOWN_MAILBOX_FULL", False)
    assert urc("+SMTP: ONGOING", SIM7100) == SmtpOngoing()


def test_the_end_of_a_mail_that_was_given_up_does_not_end_the_next_one() -> None:
    demux, first, second = Demux(SIM7100), Exchange(SmtpSend()), Exchange(SmtpSend())
    for exchange, wire in ((first, b"\r\n+SMTP: OK\r\n\r\nOK\r\n"), (second, b"\r\n+SMTP: ONGOING\r\n\r\nERROR\r\n")):
        demux.arm(exchange)
        exchange.written()
        demux.receive(wire)
        demux.abandon(first)
    (event,) = demux.receive(b"\r\n+SMTP: SUCCESS\r\n")
    assert isinstance(event, LateReply)
    assert first.finished
    (event,) = demux.receive(b"\r\n+SMTP: SUCCESS\r\n")
    assert isinstance(event, UrcLine)


def test_whether_a_mail_is_being_sent() -> None:
    assert heard("AT+SMTPSEND?", SIM7100) == SmtpSendRead()
    assert answer(SmtpSendRead(), "+SMTPSEND: 1") == SmtpSendState(ongoing=SmtpActivity.BUSY)
    assert answer(SmtpSendRead(), "+SMTPSEND: 0") == SmtpSendState(ongoing=SmtpActivity.IDLE)
    assert line(SmtpSendState(ongoing=SmtpActivity.IDLE)) == "+SMTPSEND: 0"


def test_how_a_mail_is_given_up() -> None:
    assert heard("AT+SMTPSTOP", SIM7100) == SmtpStop()
    wire = SmtpSend.wire
    assert (wire.abort.after, wire.abort.command) == (Means.COMMAND, SmtpStop)
    assert wire.probe is not None
    assert (wire.probe.command, wire.probe.idle) == (SmtpSendRead, SmtpActivity.IDLE)
    assert wire.service is SmtpStop.wire.service is Service.SMTP
    assert not wire.repeatable


@pytest.mark.parametrize("name", ["SMTPSEND", "SMTPSTOP"])
def test_the_test_forms_are_plain(name: str) -> None:
    test = heard(f"AT+{name}=?", SIM7100)
    assert not isinstance(test, str)
    assert answer(test) is None


def test_what_the_module_says() -> None:
    assert line(SmtpAccepted()) == "+SMTP: OK"
    assert line(SmtpOngoing()) == "+SMTP: ONGOING"
    assert line(SmtpOversize()) == "+SMTP: OVERSIZE"
    assert line(SmtpEnded(code=SmtpCode.AUTH_ERROR)) == "+SMTP: AUTH ERROR"


def test_only_the_sim7100_has_the_textual_mail() -> None:
    assert not SIM800.speaks(SmtpSend)
    assert SIM7100.speaks(SmtpSend)
