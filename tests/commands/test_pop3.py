"""Literal lines of the SIM7100 Internet service note 4.1 to 4.4, 4.8 and 4.9."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from simcom_async.at.command import Command, Service
from simcom_async.commands.pop3 import (
    Pop3Code,
    Pop3Count,
    Pop3Done,
    Pop3Entry,
    Pop3Failed,
    Pop3List,
    Pop3ListOne,
    Pop3LoggedIn,
    Pop3LoggedOut,
    Pop3Login,
    Pop3LoginRead,
    Pop3Logout,
    Pop3Number,
    Pop3Ongoing,
    Pop3Server,
    Pop3ServerClear,
    Pop3ServerRead,
    Pop3ServerState,
    Pop3Size,
    Pop3Stop,
    Pop3Total,
)
from simcom_async.commands.pop3_mail import Pop3Delete
from simcom_async.dialects import SIM800, SIM7100
from simcom_async.errors import CommandFailed, LimitExceeded, UsageError
from tests.commands.spoken import answer, heard, line, said, urc

LINES: list[tuple[str, Command[Any]]] = [
    (
        'AT+POP3SRV="pop3.server.com","user_name","password",110',
        Pop3Server(address="pop3.server.com", user="user_name", password=SecretStr("password"), port=110),
    ),
    ('AT+POP3SRV="h","u","p"', Pop3Server(address="h", user="u", password=SecretStr("p"))),
    ("AT+POP3SRV?", Pop3ServerRead()),
    ("AT+POP3SRV", Pop3ServerClear()),
    ("AT+POP3IN", Pop3Login()),
    ("AT+POP3IN?", Pop3LoginRead()),
    ("AT+POP3OUT", Pop3Logout()),
    ("AT+POP3STOP", Pop3Stop()),
    ("AT+POP3NUM", Pop3Number()),
    ("AT+POP3LIST", Pop3List()),
    ("AT+POP3LIST=1", Pop3ListOne(number=1)),
]
WORDS = [
    "FAILURE",
    "SUCCESS",
    "EMPTY",
    "ONGOING",
    "SERVER ERROR",
    "FILE SYSTEM ERROR",
    "AUTH ERROR",
    "INVALID UN",
    "INVALID UN/PWD",
    "NETWORK ERROR",
]


@pytest.mark.parametrize(("written", "command"), LINES)
def test_every_form(written: str, command: Command[Any]) -> None:
    assert heard(written, SIM7100) == command
    assert command.text.decode() == written


def test_blanks_behind_the_commas_as_printed() -> None:
    printed = 'AT+POP3SRV="pop3.server.com", "user_name", "password", 110'
    assert heard(printed, SIM7100) == LINES[0][1]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ('AT+POP3SRV="","u","p"', "LIMIT"),
        ('AT+POP3SRV="h","","p"', "LIMIT"),
        ('AT+POP3SRV="h","u",""', "LIMIT"),
        (f'AT+POP3SRV="{"x" * 129}","u","p"', "LIMIT"),
        (f'AT+POP3SRV="h","{"x" * 129}","p"', "LIMIT"),
        (f'AT+POP3SRV="h","u","{"x" * 129}"', "LIMIT"),
        ('AT+POP3SRV="h","u","p",0', "LIMIT"),
        ('AT+POP3SRV="h","u","p",65536', "LIMIT"),
        ('AT+POP3SRV="h"', "PARAMETERS"),
        ("AT+POP3LIST=0", "LIMIT"),
    ],
)
def test_what_the_module_refuses(written: str, reason: str) -> None:
    assert heard(written, SIM7100) == reason


def test_the_codes() -> None:
    assert [str(code) for code in Pop3Code] == WORDS
    assert [str(code) for code in Pop3Code if code.retry] == ["ONGOING", "SERVER ERROR", "NETWORK ERROR"]


def test_the_account_is_read() -> None:
    state = Pop3ServerState(address="pop3.server.com", user="user_name", password=SecretStr("password"), port=110)
    shown = '+POP3SRV: "pop3.server.com", "user_name", "password", 110'
    assert answer(Pop3ServerRead(), shown) == state
    assert answer(Pop3ServerRead(), shown.replace(", ", ",")) == state
    assert line(state) == shown
    empty = Pop3ServerState(address="", user="", password=SecretStr(""), port=110)
    assert answer(Pop3ServerRead(), '+POP3SRV: "", "", "", 110') == empty


def test_the_password_is_not_shown() -> None:
    command = Pop3Server(address="h", user="u", password=SecretStr("geheim"))
    assert "geheim" not in f"{command} {command!r}"
    assert Pop3ServerState.secret
    with pytest.raises(LimitExceeded) as raised:
        Pop3Server(address="h", user="u", password=SecretStr(""))
    assert raised.value.value is None
    with pytest.raises(UsageError):
        Pop3Server(address="h", user='u","x', password=SecretStr("p"))


def test_where_the_module_is_logged_in() -> None:
    assert answer(Pop3LoginRead(), '+POP3IN: "pop3.server.com"') == Pop3LoggedIn(address="pop3.server.com")
    assert answer(Pop3LoginRead(), "+POP3IN: NULL") == Pop3LoggedOut()
    assert line(Pop3LoggedIn(address="NULL")) == '+POP3IN: "NULL"'
    assert line(Pop3LoggedOut()) == "+POP3IN: NULL"


@pytest.mark.parametrize("command", [Pop3Login(), Pop3Logout(), Pop3Delete(number=1)], ids=lambda one: one.masked)
def test_what_is_done_is_a_word(command: Command[Pop3Done]) -> None:
    assert answer(command, "+POP3: SUCCESS") == Pop3Done()
    assert command.wire.service is Service.POP3
    for final in ("OK", "ERROR"):
        with pytest.raises(CommandFailed) as failed:
            answer(command, "+POP3: ONGOING", final=final)
        assert failed.value.code == "ONGOING"


@pytest.mark.parametrize("word", [*WORDS[4:], "NEWER WORD"])
@pytest.mark.parametrize(
    "command", [Pop3Login(), Pop3Logout(), Pop3Number(), Pop3List(), Pop3ListOne(number=1)], ids=lambda one: one.masked
)
def test_a_failure_says_why(command: Command[Any], word: str) -> None:
    with pytest.raises(CommandFailed) as failed:
        answer(command, f"+POP3: {word}", final="ERROR")
    assert (failed.value.code, failed.value.meaning) == (word, Pop3Code(word).meaning)


def test_a_failure_without_a_word_is_plain() -> None:
    with pytest.raises(CommandFailed) as failed:
        answer(Pop3ListOne(number=9), final="ERROR")
    assert failed.value.code == "ERROR"


def test_how_many_mails_there_are() -> None:
    assert answer(Pop3Number(), "+POP3: 1, 3057") == Pop3Count(number=1, size=3057)
    assert line(Pop3Count(number=1, size=3057)) == "+POP3: 1, 3057"
    for final in ("OK", "ERROR"):
        with pytest.raises(CommandFailed) as failed:
            answer(Pop3Number(), "+POP3: ONGOING", final=final)
        assert (failed.value.code, failed.value.retry) == ("ONGOING", True)


def test_the_list() -> None:
    mails = (Pop3Total(number=2, size=3073), Pop3Entry(number=1, size=3056), Pop3Entry(number=2, size=17))
    assert answer(Pop3List(), "+POP3: 2 3073", "1 3056", "2 17") == mails
    assert [line(mail) for mail in mails] == ["+POP3: 2 3073", "1 3056", "2 17"]
    assert answer(Pop3List(), "+POP3: 0 0") == (Pop3Total(number=0, size=0),)


def test_one_of_the_list() -> None:
    assert answer(Pop3ListOne(number=1), "+POP3: 1, 3056") == Pop3Size(number=1, size=3056)
    assert line(Pop3Size(number=1, size=3056)) == "+POP3: 1, 3056"


def test_words_that_come_by_themselves() -> None:
    assert urc("+POP3: SERVER ERROR", SIM7100) == Pop3Failed(code=Pop3Code.SERVER_ERROR)
    assert urc("+POP3: ONGOING", SIM7100) == Pop3Ongoing()


def test_a_number_alone_belongs_to_nobody_but_the_list() -> None:
    exchange, events = said(Pop3Number(), b"\r\n1 3056\r\n\r\n+POP3: 1, 3056\r\n\r\nOK\r\n", SIM7100)
    assert exchange.answer() == Pop3Count(number=1, size=3056)
    assert events[0].kind != "reply"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("POP3SRV", "(1-65535)"),
        ("POP3IN", None),
        ("POP3NUM", None),
        ("POP3LIST", None),
        ("POP3OUT", None),
        ("POP3STOP", None),
    ],
)
def test_the_test_forms(name: str, values: str | None) -> None:
    test = heard(f"AT+{name}=?", SIM7100)
    assert not isinstance(test, str)
    found = answer(test, *([f"+{name}: {values}"] if values else []))
    assert (None if found is None else found.values) == values


def test_only_the_sim7100_has_the_textual_mailbox() -> None:
    assert not SIM800.speaks(Pop3Login)
    assert SIM7100.speaks(Pop3Login)
