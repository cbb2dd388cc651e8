"""Literal lines of the SIM7100 Internet service note 3.1 to 3.4."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from simcom_async.at.command import Command
from simcom_async.commands.smtp_settings import (
    SmtpAuth,
    SmtpAuthClear,
    SmtpAuthFlag,
    SmtpAuthOff,
    SmtpAuthRead,
    SmtpAuthState,
    SmtpRecipient,
    SmtpRecipientKind,
    SmtpRecipientLine,
    SmtpRecipientRemove,
    SmtpRecipientsClear,
    SmtpRecipientsRead,
    SmtpRecipientsRemove,
    SmtpSender,
    SmtpSenderClear,
    SmtpSenderRead,
    SmtpSenderState,
    SmtpServer,
    SmtpServerClear,
    SmtpServerRead,
    SmtpServerState,
)
from simcom_async.dialects import SIM7100
from simcom_async.errors import LimitExceeded, UsageError
from tests.commands.spoken import answer, heard, line

TO, CC, BCC = SmtpRecipientKind.TO, SmtpRecipientKind.CC, SmtpRecipientKind.BCC
LINES: list[tuple[str, Command[Any]]] = [
    ('AT+SMTPSRV="smtp.server.com",25', SmtpServer(address="smtp.server.com", port=25)),
    ('AT+SMTPSRV="smtp.server.com"', SmtpServer(address="smtp.server.com")),
    ("AT+SMTPSRV?", SmtpServerRead()),
    ("AT+SMTPSRV", SmtpServerClear()),
    ('AT+SMTPAUTH=1,"username","password"', SmtpAuth(user="username", password=SecretStr("password"))),
    ('AT+SMTPAUTH=1,"username",""', SmtpAuth(user="username", password=SecretStr(""))),
    ("AT+SMTPAUTH=0", SmtpAuthOff()),
    ("AT+SMTPAUTH?", SmtpAuthRead()),
    ("AT+SMTPAUTH", SmtpAuthClear()),
    (
        'AT+SMTPFROM="senderaddress@server.com","sendername"',
        SmtpSender(address="senderaddress@server.com", name="sendername"),
    ),
    ('AT+SMTPFROM="senderaddress@server.com"', SmtpSender(address="senderaddress@server.com")),
    ("AT+SMTPFROM?", SmtpSenderRead()),
    ("AT+SMTPFROM", SmtpSenderClear()),
    ('AT+SMTPRCPT=1,4,"r@server.com","name"', SmtpRecipient(kind=CC, index=4, address="r@server.com", name="name")),
    ('AT+SMTPRCPT=0,0,"r@server.com"', SmtpRecipient(kind=TO, index=0, address="r@server.com")),
    ("AT+SMTPRCPT=2,3", SmtpRecipientRemove(kind=BCC, index=3)),
    ("AT+SMTPRCPT=2", SmtpRecipientsRemove(kind=BCC)),
    ("AT+SMTPRCPT?", SmtpRecipientsRead()),
    ("AT+SMTPRCPT", SmtpRecipientsClear()),
]


@pytest.mark.parametrize(("written", "command"), LINES)
def test_every_form(written: str, command: Command[Any]) -> None:
    assert heard(written, SIM7100) == command
    assert command.text.decode() == written


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ('AT+SMTPSRV=""', "LIMIT"),
        (f'AT+SMTPSRV="{"x" * 129}"', "LIMIT"),
        ('AT+SMTPSRV="h",0', "LIMIT"),
        ('AT+SMTPSRV="h",65536', "LIMIT"),
        ("AT+SMTPSRV=h", "PARAMETERS"),
        ('AT+SMTPAUTH=0,"u","p"', "PARAMETERS"),
        ("AT+SMTPAUTH=1", "PARAMETERS"),
        ('AT+SMTPAUTH=1,"u"', "PARAMETERS"),
        ('AT+SMTPAUTH=2,"u","p"', "PARAMETERS"),
        ('AT+SMTPAUTH=1,"","p"', "LIMIT"),
        (f'AT+SMTPAUTH=1,"{"u" * 129}","p"', "LIMIT"),
        (f'AT+SMTPAUTH=1,"u","{"p" * 129}"', "LIMIT"),
        ('AT+SMTPFROM=""', "LIMIT"),
        (f'AT+SMTPFROM="{"x" * 129}"', "LIMIT"),
        (f'AT+SMTPFROM="a@b","{"x" * 65}"', "LIMIT"),
        ('AT+SMTPRCPT=3,0,"a@b"', "PARAMETERS"),
        ('AT+SMTPRCPT=0,5,"a@b"', "LIMIT"),
        ("AT+SMTPRCPT=0,5", "LIMIT"),
        ('AT+SMTPRCPT=0,0,""', "LIMIT"),
        (f'AT+SMTPRCPT=0,0,"{"x" * 129}"', "LIMIT"),
        (f'AT+SMTPRCPT=0,0,"a@b","{"x" * 65}"', "LIMIT"),
    ],
)
def test_what_the_module_refuses(written: str, reason: str) -> None:
    assert heard(written, SIM7100) == reason


@pytest.mark.parametrize(
    ("command", "shown", "state"),
    [
        (SmtpServerRead(), '+SMTPSRV: "smtp.server.com", 25', SmtpServerState(address="smtp.server.com", port=25)),
        (SmtpServerRead(), '+SMTPSRV: "", 25', SmtpServerState(address="", port=25)),
        (
            SmtpAuthRead(),
            '+SMTPAUTH: 1, "username", "password"',
            SmtpAuthState(flag=SmtpAuthFlag.ON, user="username", password=SecretStr("password")),
        ),
        (
            SmtpAuthRead(),
            '+SMTPAUTH: 0, "", ""',
            SmtpAuthState(flag=SmtpAuthFlag.OFF, user="", password=SecretStr("")),
        ),
        (SmtpSenderRead(), '+SMTPFROM: "a@b.c", "name"', SmtpSenderState(address="a@b.c", name="name")),
        (SmtpSenderRead(), '+SMTPFROM: "", ""', SmtpSenderState(address="", name="")),
    ],
)
def test_what_was_set_is_read(command: Command[Any], shown: str, state: Any) -> None:
    assert answer(command, shown) == state
    assert answer(command, shown.replace(", ", ",").replace(": ", ":")) == state
    assert line(state) == shown


def test_recipients_are_listed_with_and_without_blanks() -> None:
    first = SmtpRecipientLine(kind=TO, index=0, address="to@server.com", name="to")
    second = SmtpRecipientLine(kind=CC, index=1, address="cc@server.com", name="")
    lines = ('+SMTPRCPT:0,0,"to@server.com","to"', '+SMTPRCPT: 1, 1, "cc@server.com", ""')
    assert answer(SmtpRecipientsRead(), *lines) == (first, second)
    assert answer(SmtpRecipientsRead()) == ()
    assert line(first) == '+SMTPRCPT: 0, 0, "to@server.com", "to"'


@pytest.mark.parametrize(
    ("name", "values"),
    [("SMTPSRV", "(1-65535)"), ("SMTPAUTH", "(0,1)"), ("SMTPFROM", None), ("SMTPRCPT", "(0-2), (0-4)")],
)
def test_the_test_forms(name: str, values: str | None) -> None:
    test = heard(f"AT+{name}=?", SIM7100)
    assert not isinstance(test, str)
    found = answer(test, *([f"+{name}: {values}"] if values else []))
    assert (None if found is None else found.values) == values


@pytest.mark.parametrize("bad", ['a"b', "a\rb", "a\nb", "a\x1ab", "a\x1bb", "größe"])
@pytest.mark.parametrize(
    "make",
    [
        lambda bad: SmtpServer(address=bad),
        lambda bad: SmtpSender(address=bad),
        lambda bad: SmtpSender(address="a@b", name=bad),
        lambda bad: SmtpRecipient(kind=TO, index=0, address=bad),
        lambda bad: SmtpRecipient(kind=TO, index=0, address="a@b", name=bad),
    ],
)
def test_what_cannot_be_carried_is_refused(make: Any, bad: str) -> None:
    with pytest.raises(UsageError):
        make(bad)


def test_the_password_is_not_shown() -> None:
    command = SmtpAuth(user="username", password=SecretStr("geheim"))
    assert "geheim" not in f"{command} {command!r}"
    assert SmtpAuthState.secret
    with pytest.raises(LimitExceeded) as raised:
        SmtpAuth(user="u", password=SecretStr("x" * 129))
    assert raised.value.value is None
