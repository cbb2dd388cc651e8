"""Literal lines of the SIM900 e-mail manual V1.02 2.18 and 2.19."""

from __future__ import annotations

import pytest

from simcom_async.at.command import Command
from simcom_async.at.event import UrcLine
from simcom_async.at.exchange import State
from simcom_async.commands.email_pop3 import EmailPop3Answer, EmailPop3Ended, EmailPop3Logout, EmailPop3OutCode
from simcom_async.commands.email_pop3_fetch import (
    EMAIL_CHUNK_MAXIMUM,
    EmailPop3Chunk,
    EmailPop3Fetched,
    EmailPop3List,
    EmailPop3Progress,
    EmailPop3Read,
    EmailPop3Retrieve,
    EmailPop3Top,
    EmailPop3UidList,
    EmailPop3Unread,
)
from simcom_async.dialects import SIM800, SIM900
from tests.commands.spoken import answer, heard, line, said, urc

COMMANDS = [
    ("AT+POP3CMD=1", EmailPop3List()),
    ("AT+POP3CMD=2", EmailPop3UidList()),
    ("AT+POP3CMD=3,1,0", EmailPop3Top(number=1, lines=0)),
    ("AT+POP3CMD=4,1", EmailPop3Retrieve(number=1)),
]


@pytest.mark.parametrize(("written", "command"), [*COMMANDS, ("AT+POP3READ=1460", EmailPop3Read(length=1460))])
def test_commands(written: str, command: Command[object]) -> None:
    assert heard(written, SIM900) == command
    assert command.text.decode() == written


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("AT+POP3CMD=1,1", "PARAMETERS"),
        ("AT+POP3CMD=2,1", "PARAMETERS"),
        ("AT+POP3CMD=3,1", "PARAMETERS"),
        ("AT+POP3CMD=4", "PARAMETERS"),
        ("AT+POP3CMD=4,1,0", "PARAMETERS"),
        ("AT+POP3CMD=5", "PARAMETERS"),
        ("AT+POP3CMD=4,0", "LIMIT"),
        ("AT+POP3READ=0", "LIMIT"),
        ("AT+POP3READ=1461", "LIMIT"),
        ("AT+POP3READ", "FORM"),
    ],
)
def test_what_the_module_refuses(written: str, reason: str) -> None:
    assert heard(written, SIM900) == reason


@pytest.mark.parametrize(("written", "command"), COMMANDS)
def test_what_the_server_says_or_the_end_ends_it(written: str, command: Command[object]) -> None:
    for text, message in (
        ("+POP3CMD: 1", EmailPop3Fetched(answer=EmailPop3Answer.POSITIVE)),
        ("+POP3CMD: 0", EmailPop3Fetched(answer=EmailPop3Answer.NEGATIVE)),
        ("+POP3OUT: 61", EmailPop3Ended(code=EmailPop3OutCode.NETWORK_ERROR)),
    ):
        exchange, _ = said(command, b"\r\nOK\r\n" + f"\r\n{text}\r\n".encode(), SIM900)
        assert exchange.answer() == message


@pytest.mark.parametrize(
    ("text", "progress"), [("+POP3READ: 1,26", EmailPop3Progress.MORE), ("+POP3READ:2,26", EmailPop3Progress.LAST)]
)
def test_a_chunk_is_counted_whatever_it_holds(text: str, progress: EmailPop3Progress) -> None:
    data = b"+OK\r\nOK\r\n\r\n+POP3OUT: 69\r\n."
    assert len(data) == 26
    assert answer(EmailPop3Read(), text, payload=data) == EmailPop3Chunk(progress=progress, length=26)


def test_there_may_be_nothing_yet() -> None:
    assert answer(EmailPop3Read(), "+POP3READ: 1,0") == EmailPop3Chunk(progress=EmailPop3Progress.MORE, length=0)


def test_what_waits_is_no_chunk() -> None:
    waiting = EmailPop3Unread(length=1460)
    assert urc("+POP3READ: 3,1460", SIM900) == waiting
    assert line(waiting) == "+POP3READ: 3,1460"
    exchange, events = said(EmailPop3Read(), b"\r\n+POP3READ: 3,1460\r\n", SIM900)
    assert exchange.state is State.SENT
    assert isinstance(events[0], UrcLine)


def test_a_chunk_longer_than_the_module_gives_is_noise() -> None:
    exchange, events = said(EmailPop3Read(), b"\r\n+POP3READ: 1,%d\r\n" % (EMAIL_CHUNK_MAXIMUM + 1), SIM800)
    assert exchange.state is State.SENT
    assert [event.kind for event in events] == ["noise"]


def test_while_it_is_unread_only_reading_and_the_logout_are_taken() -> None:
    for _, command in COMMANDS:
        reserved = command.wire.reserves
        assert reserved is not None
        assert reserved.commands == (EmailPop3Read, EmailPop3Logout)
        assert reserved.begins.ends(command, EmailPop3Fetched(answer=EmailPop3Answer.POSITIVE))
        assert not reserved.begins.ends(command, EmailPop3Fetched(answer=EmailPop3Answer.NEGATIVE))
        last, end = reserved.endings
        assert last.ends(command, EmailPop3Chunk(progress=EmailPop3Progress.LAST, length=0))
        assert not last.ends(command, EmailPop3Chunk(progress=EmailPop3Progress.MORE, length=9))
        assert end.ends(command, EmailPop3Ended(code=EmailPop3OutCode.READ_TIMEOUT))
