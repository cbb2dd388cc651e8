"""Literal lines of the SIM900 e-mail manual V1.02 2.8, 2.10, 2.11, and of the SIM800 AT manual V1.12 chapter 14."""

from __future__ import annotations

import pytest

from simcom_async.at.command import Means, Service
from simcom_async.at.dialect import Dialect
from simcom_async.at.event import PromptLine
from simcom_async.at.exchange import State
from simcom_async.commands.email_smtp import (
    EMAIL_BLOCK_MAXIMUM,
    EMAIL_BODY_MAXIMUM,
    EmailSmtpBlock,
    EmailSmtpBody,
    EmailSmtpBodyDownload,
    EmailSmtpBodyInput,
    EmailSmtpBodyPrompt,
    EmailSmtpCode,
    EmailSmtpCredit,
    EmailSmtpFinish,
    EmailSmtpGrant,
    EmailSmtpResult,
    EmailSmtpSend,
)
from simcom_async.commands.topics import MailSent
from simcom_async.dialects import SIM800, SIM900, SIM7000
from simcom_async.errors import CommandFailed, LimitExceeded
from tests.commands.spoken import heard, line, said, urc

FAMILIES = pytest.mark.parametrize("dialect", [SIM800, SIM900, SIM7000], ids=lambda dialect: dialect.name)


def test_the_body_of_the_sim900_ends_with_ctrl_z() -> None:
    assert heard("AT+SMTPBODY", SIM900) == EmailSmtpBody()
    assert heard("AT+SMTPBODY=4", SIM900) == "FORM"
    exchange, events = said(EmailSmtpBody(), b"\r\n>", SIM900)
    assert exchange.state is State.PROMPTED
    assert [type(event) for event in events] == [PromptLine]
    assert EmailSmtpBody.wire.abort.entry is Means.ESC
    assert (line(EmailSmtpBodyPrompt()), exchange.granted) == (">", None)


@pytest.mark.parametrize("dialect", [SIM800, SIM7000], ids=lambda dialect: dialect.name)
def test_the_body_of_the_others_is_counted(dialect: Dialect) -> None:
    assert heard("AT+SMTPBODY=4", dialect) == EmailSmtpBodyInput(length=4)
    assert heard("AT+SMTPBODY", dialect) == "FORM"
    assert heard("AT+SMTPBODY=0", dialect) == heard(f"AT+SMTPBODY={EMAIL_BODY_MAXIMUM + 1}", dialect) == "LIMIT"
    exchange, _ = said(EmailSmtpBodyInput(length=4), b"\r\nDOWNLOAD\r\n", dialect)
    assert (exchange.state, exchange.granted) == (State.PROMPTED, 4)
    assert line(EmailSmtpBodyDownload()) == "DOWNLOAD"


@FAMILIES
@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("AT+SMTPSEND", EmailSmtpSend()),
        ("AT+SMTPFT=100", EmailSmtpBlock(length=100)),
        ("AT+SMTPFT=1460", EmailSmtpBlock(length=EMAIL_BLOCK_MAXIMUM)),
        ("AT+SMTPFT=0", EmailSmtpFinish()),
    ],
)
def test_sending(written: str, command: object, dialect: Dialect) -> None:
    assert heard(written, dialect) == command


@FAMILIES
def test_a_block_is_limited(dialect: Dialect) -> None:
    assert heard("AT+SMTPFT=1461", dialect) == "LIMIT"
    with pytest.raises(LimitExceeded):
        EmailSmtpBlock(length=1461)


@FAMILIES
def test_credit_and_result(dialect: Dialect) -> None:
    assert urc("+SMTPFT: 1,1360", dialect) == EmailSmtpCredit(maximum=1360)
    assert urc("+SMTPSEND:1", dialect) == EmailSmtpResult(code=EmailSmtpCode.SENT)
    newer = urc("+SMTPSEND: 70", dialect)
    assert isinstance(newer, EmailSmtpResult)
    assert newer.code.name == "UNKNOWN_70"
    assert line(EmailSmtpGrant(length=100)) == "+SMTPFT: 2,100"


@pytest.mark.parametrize("code", EmailSmtpCode)
def test_every_code_ends_it(code: EmailSmtpCode) -> None:
    exchange, _ = said(EmailSmtpSend(), b"\r\nOK\r\n\r\n+SMTPSEND: %d\r\n" % code, SIM900)
    assert exchange.answer() == EmailSmtpResult(code=code)


def test_credit_ends_nothing() -> None:
    exchange, _ = said(EmailSmtpSend(), b"\r\nOK\r\n\r\n+SMTPFT: 1,1360\r\n", SIM900)
    assert exchange.state is State.AWAITING


def test_fewer_bytes_may_be_granted_than_were_asked_for() -> None:
    exchange, _ = said(EmailSmtpBlock(length=1000), b"\r\n+SMTPFT: 2,500\r\n", SIM900)
    assert (exchange.state, exchange.granted) == (State.PROMPTED, 500)


def test_a_block_that_cannot_go_is_an_error() -> None:
    exchange, _ = said(EmailSmtpBlock(length=2), b"\r\n+SMTPFT: 2,2\r\nxx\r\nERROR\r\n", SIM900)
    with pytest.raises(CommandFailed):
        exchange.answer()


def test_it_is_a_topic_and_excludes_pop3() -> None:
    assert issubclass(EmailSmtpResult, MailSent)
    assert EmailSmtpSend.wire.excludes == (Service.POP3,)
    assert EmailSmtpSend.wire.abort.after is Means.WAIT
