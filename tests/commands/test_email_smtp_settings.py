"""Literal lines of the SIM900 e-mail manual V1.02 2.3 to 2.12."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from simcom_async.at.command import Command
from simcom_async.at.message import Message
from simcom_async.commands.email_smtp_settings import (
    EMAIL_RECIPIENTS,
    EMAIL_SUBJECT_MAXIMUM,
    EmailSmtpAuth,
    EmailSmtpAuthOff,
    EmailSmtpAuthRead,
    EmailSmtpAuthState,
    EmailSmtpAuthType,
    EmailSmtpBinaryFile,
    EmailSmtpCharset,
    EmailSmtpEncoding,
    EmailSmtpFileRead,
    EmailSmtpFileState,
    EmailSmtpFileType,
    EmailSmtpFrom,
    EmailSmtpNoFile,
    EmailSmtpRecipient,
    EmailSmtpRecipientLine,
    EmailSmtpRecipientRemove,
    EmailSmtpRecipientsRead,
    EmailSmtpRecipientsRemove,
    EmailSmtpRecipientType,
    EmailSmtpServer,
    EmailSmtpSubject,
    EmailSmtpTextFile,
)
from simcom_async.dialects import SIM900
from simcom_async.errors import UsageError
from tests.commands.spoken import answer, heard, line

JOHN = '"john@sim.com","john"'
TO, CC, BCC = EmailSmtpRecipientType


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ('AT+SMTPSRV="mail.sim.com",25', EmailSmtpServer(host="mail.sim.com", port=25)),
        ('AT+SMTPAUTH=1,"john","123456"', EmailSmtpAuth(user="john", password=SecretStr("123456"))),
        ("AT+SMTPAUTH=0", EmailSmtpAuthOff()),
        (f"AT+SMTPFROM={JOHN}", EmailSmtpFrom(address="john@sim.com", name="john")),
        ('AT+SMTPFROM="john@sim.com" , "john"', EmailSmtpFrom(address="john@sim.com", name="john")),
        ('AT+SMTPFROM="john@sim.com"', EmailSmtpFrom(address="john@sim.com")),
        (f"AT+SMTPRCPT=0,0,{JOHN}", EmailSmtpRecipient(type=TO, index=0, address="john@sim.com", name="john")),
        ('AT+SMTPRCPT=1,4,"john@sim.com"', EmailSmtpRecipient(type=CC, index=4, address="john@sim.com")),
        ("AT+SMTPRCPT=2,1", EmailSmtpRecipientRemove(type=BCC, index=1)),
        ("AT+SMTPRCPT=2", EmailSmtpRecipientsRemove(type=BCC)),
        ('AT+SMTPSUB="Test"', EmailSmtpSubject(subject="Test")),
        ('AT+SMTPFILE=1,"test.txt",0', EmailSmtpTextFile(name="test.txt")),
        ('AT+SMTPFILE=2,"test.bmp",1', EmailSmtpBinaryFile(name="test.bmp")),
        ("AT+SMTPFILE=0", EmailSmtpNoFile()),
        ('AT+SMTPCS="UTF-8"', EmailSmtpCharset(charset="UTF-8")),
    ],
)
def test_commands(written: str, command: Command[None]) -> None:
    assert heard(written, SIM900) == command
    assert command.text.decode() == written.replace(" , ", ",")


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ('AT+SMTPAUTH=0,"x","y"', "PARAMETERS"),
        ("AT+SMTPAUTH=1", "PARAMETERS"),
        ('AT+SMTPAUTH=2,"x","y"', "PARAMETERS"),
        ('AT+SMTPFILE=1,"test.txt",1', "PARAMETERS"),
        ('AT+SMTPFILE=2,"test.bmp",0', "PARAMETERS"),
        ('AT+SMTPFILE=0,"test.txt",0', "PARAMETERS"),
        ('AT+SMTPFILE=1,"",0', "LIMIT"),
        (f"AT+SMTPRCPT=3,0,{JOHN}", "PARAMETERS"),
        (f"AT+SMTPRCPT=0,{EMAIL_RECIPIENTS},{JOHN}", "LIMIT"),
        ("AT+SMTPRCPT=0,-1", "LIMIT"),
        ('AT+SMTPSRV="mail.sim.com",0', "LIMIT"),
        ('AT+SMTPSRV="mail.sim.com",65536', "LIMIT"),
        (f'AT+SMTPSUB="{"x" * (EMAIL_SUBJECT_MAXIMUM + 1)}"', "LIMIT"),
        ('AT+SMTPCS="a charset of many characters"', "LIMIT"),
        ("AT+SMTPSUB", "FORM"),
    ],
)
def test_what_the_module_refuses(written: str, reason: str) -> None:
    assert heard(written, SIM900) == reason


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (EmailSmtpServer(host="mail.sim.com"), '+SMTPSRV: "mail.sim.com",25'),
        (EmailSmtpAuthState(type=EmailSmtpAuthType.NONE), "+SMTPAUTH: 0"),
        (
            EmailSmtpAuthState(type=EmailSmtpAuthType.LOGIN, user="john", password=SecretStr("123456")),
            '+SMTPAUTH: 1,"john","123456"',
        ),
        (EmailSmtpFrom(address="john@sim.com", name="john"), f"+SMTPFROM: {JOHN}"),
        (EmailSmtpSubject(subject="Test"), '+SMTPSUB: "Test"'),
        (EmailSmtpCharset(), '+SMTPCS: "ASCII"'),
        (EmailSmtpFileState(type=EmailSmtpFileType.NONE), "+SMTPFILE: 0"),
        (
            EmailSmtpFileState(type=EmailSmtpFileType.BINARY, name="a.bmp", encoding=EmailSmtpEncoding.BASE64),
            '+SMTPFILE: 2,"a.bmp",1',
        ),
    ],
)
def test_what_is_read_back(message: Message, said: str) -> None:
    assert line(message) == said


@pytest.mark.parametrize("said", ['+SMTPAUTH: 1,"john","123456"', "+SMTPAUTH:1,john,123456"])
def test_the_authentication_is_read_with_and_without_quotes(said: str) -> None:
    state = answer(EmailSmtpAuthRead(), said)
    assert (state.type, state.user, state.password) == (EmailSmtpAuthType.LOGIN, "john", SecretStr("123456"))
    assert "123456" not in repr(state)


def test_the_attachment_is_read() -> None:
    assert answer(EmailSmtpFileRead(), "+SMTPFILE: 1,test.txt,0") == EmailSmtpFileState(
        type=EmailSmtpFileType.TEXT, name="test.txt", encoding=EmailSmtpEncoding.SEVEN_BIT
    )


def test_the_recipients_are_read() -> None:
    assert answer(EmailSmtpRecipientsRead()) == ()
    found = answer(EmailSmtpRecipientsRead(), f"+SMTPRCPT: 0,1,{JOHN}", "+SMTPRCPT:2,0,ann@sim.com,")
    assert found == (
        EmailSmtpRecipientLine(type=TO, index=1, address="john@sim.com", name="john"),
        EmailSmtpRecipientLine(type=BCC, index=0, address="ann@sim.com"),
    )


def test_the_password_is_not_shown() -> None:
    command = EmailSmtpAuth(user="john", password=SecretStr("geheim"))
    assert "geheim" not in command.masked + repr(command)
    assert command.secrets == (b"geheim",)


@pytest.mark.parametrize("evil", ['a"b', "a\r\nRCPT TO:<x@y>", "a\x1ab", "a\x1bb", "ä"])
def test_no_parameter_breaks_out(evil: str) -> None:
    for make in (
        lambda text: EmailSmtpFrom(address=text),
        lambda text: EmailSmtpRecipient(address="a@b", name=text),
        lambda text: EmailSmtpSubject(subject=text),
        lambda text: EmailSmtpTextFile(name=text),
    ):
        with pytest.raises(UsageError):
            make(evil)
