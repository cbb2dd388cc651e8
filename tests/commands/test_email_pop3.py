"""Literal lines of the SIM900 e-mail manual V1.02 2.13 to 2.17 and 2.20 to 2.22."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from simcom_async.at.command import Command, Means, Service
from simcom_async.at.dialect import Dialect
from simcom_async.at.exchange import State
from simcom_async.at.message import Message
from simcom_async.commands.email_pop3 import (
    EMAIL_MAILS,
    EMAIL_SESSION_ENDS,
    EmailPop3Answer,
    EmailPop3Count,
    EmailPop3CountResult,
    EmailPop3Delete,
    EmailPop3DeleteResult,
    EmailPop3Ended,
    EmailPop3Login,
    EmailPop3LoginCode,
    EmailPop3LoginResult,
    EmailPop3Logout,
    EmailPop3OutCode,
    EmailPop3Reset,
    EmailPop3ResetResult,
    EmailPop3Server,
    EmailPop3Size,
    EmailPop3SizeResult,
    EmailPop3Uid,
    EmailPop3UidResult,
)
from simcom_async.commands.topics import MailboxClosed
from simcom_async.dialects import SIM800, SIM900, SIM7000
from tests.commands.spoken import heard, line, said, urc

YES, NO = EmailPop3Answer.POSITIVE, EmailPop3Answer.NEGATIVE
UID = "AAAFOpdCAAAv60+tksFqRqk3/6ogog+g"
FAMILIES = pytest.mark.parametrize("dialect", [SIM800, SIM900, SIM7000], ids=lambda dialect: dialect.name)
QUESTIONS: list[tuple[Command[object], str, Message]] = [
    (EmailPop3Count(), "+POP3NUM: 1,2,11124", EmailPop3CountResult(answer=YES, number=2, size=11124)),
    (EmailPop3Count(), "+POP3NUM: 0", EmailPop3CountResult(answer=NO)),
    (EmailPop3Size(number=1), "+POP3LIST: 1,1,5556", EmailPop3SizeResult(answer=YES, number=1, size=5556)),
    (EmailPop3Size(number=9), "+POP3LIST: 0", EmailPop3SizeResult(answer=NO)),
    (EmailPop3Uid(number=1), f"+POP3UIDL: 1,1, {UID}", EmailPop3UidResult(answer=YES, number=1, uid=UID)),
    (EmailPop3Uid(number=1), '+POP3UIDL: 1,1,a,"b;c', EmailPop3UidResult(answer=YES, number=1, uid='a,"b;c')),
    (EmailPop3Uid(number=9), "+POP3UIDL: 0", EmailPop3UidResult(answer=NO)),
    (EmailPop3Delete(number=1), "+POP3DEL: 1", EmailPop3DeleteResult(answer=YES)),
    (EmailPop3Reset(), "+POP3RSET: 1", EmailPop3ResetResult(answer=YES)),
    (EmailPop3Reset(), "+POP3REST: 0", EmailPop3ResetResult(answer=NO)),
    (EmailPop3Login(), "+POP3IN: 1", EmailPop3LoginResult(code=EmailPop3LoginCode.LOGGED_IN)),
    (EmailPop3Logout(), "+POP3OUT: 1", EmailPop3Ended(code=EmailPop3OutCode.LOGGED_OUT)),
]


@FAMILIES
@pytest.mark.parametrize(
    ("written", "command"),
    [
        (
            'AT+POP3SRV="mail.sim.com","john","123456",110',
            EmailPop3Server(host="mail.sim.com", user="john", password=SecretStr("123456"), port=110),
        ),
        ("AT+POP3IN", EmailPop3Login()),
        ("AT+POP3NUM", EmailPop3Count()),
        ("AT+POP3LIST=1", EmailPop3Size(number=1)),
        ("AT+POP3UIDL=1", EmailPop3Uid(number=1)),
        ("AT+POP3DEL=65535", EmailPop3Delete(number=65535)),
        ("AT+POP3RSET", EmailPop3Reset()),
        ("AT+POP3OUT", EmailPop3Logout()),
    ],
)
def test_commands(written: str, command: Command[None], dialect: Dialect) -> None:
    assert heard(written, dialect) == command
    assert command.text.decode() == written


@pytest.mark.parametrize("written", ["AT+POP3LIST=0", "AT+POP3UIDL=65536", 'AT+POP3SRV="h","u","p",0'])
def test_limits(written: str) -> None:
    assert heard(written, SIM900) == "LIMIT"
    assert (EMAIL_MAILS.low, EMAIL_MAILS.high) == (1, 65535)


@FAMILIES
@pytest.mark.parametrize(("command", "printed", "message"), QUESTIONS)
def test_answers(command: Command[object], printed: str, message: Message, dialect: Dialect) -> None:
    exchange, _ = said(command, b"\r\nOK\r\n" + f"\r\n{printed}\r\n".encode(), dialect)
    assert exchange.answer() == message
    assert urc(printed, dialect) == message


@pytest.mark.parametrize("code", EmailPop3OutCode)
@pytest.mark.parametrize("command", [command for command, _, _ in QUESTIONS])
def test_the_end_of_the_session_ends_whatever_is_asked(command: Command[object], code: EmailPop3OutCode) -> None:
    exchange, _ = said(command, b"\r\nOK\r\n\r\n+POP3OUT: %d\r\n" % code, SIM900)
    assert exchange.answer() == EmailPop3Ended(code=code)


def test_an_answer_to_another_question_ends_nothing() -> None:
    exchange, _ = said(EmailPop3Count(), b"\r\nOK\r\n\r\n+POP3LIST: 1,1,5556\r\n", SIM900)
    assert exchange.state is State.AWAITING


def test_lines_are_printed_as_in_the_document() -> None:
    assert line(EmailPop3CountResult(answer=YES, number=2, size=11124)) == "+POP3NUM: 1,2,11124"
    assert line(EmailPop3CountResult(answer=NO)) == "+POP3NUM: 0"
    assert line(EmailPop3UidResult(answer=YES, number=1, uid=UID)) == f"+POP3UIDL: 1,1,{UID}"
    assert line(EmailPop3ResetResult(answer=NO)) == "+POP3RSET: 0"


def test_a_login_is_broken_off_by_a_logout_and_a_question_by_nothing() -> None:
    assert EmailPop3Login.wire.abort.command is EmailPop3Logout
    assert EmailPop3Login.wire.excludes == (Service.SMTP,)
    for command, _, _ in QUESTIONS:
        if not isinstance(command, EmailPop3Login):
            assert command.wire.abort.after is Means.WAIT


def test_the_end_is_a_topic_and_shared() -> None:
    assert issubclass(EmailPop3Ended, MailboxClosed)
    assert EMAIL_SESSION_ENDS.shared


def test_the_password_is_not_shown() -> None:
    server = EmailPop3Server(host="h", user="u", password=SecretStr("geheim"))
    assert "geheim" not in server.masked + repr(server)
    assert EmailPop3Server.secret
