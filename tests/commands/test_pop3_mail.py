"""Literal lines of the SIM7100 Internet service note 4.5 to 4.7 and 4.10."""

from __future__ import annotations

from typing import Any

import pytest

from simcom_async.at.command import Command, Means
from simcom_async.at.demux import Demux
from simcom_async.at.event import PayloadChunk
from simcom_async.at.exchange import Exchange
from simcom_async.commands.pop3 import Pop3Code, Pop3Done, Pop3Failed, Pop3Stop
from simcom_async.commands.pop3_mail import (
    Pop3Date,
    Pop3Delete,
    Pop3From,
    Pop3Get,
    Pop3Header,
    Pop3Location,
    Pop3Path,
    Pop3Read,
    Pop3ReadFile,
    Pop3Saved,
    Pop3SavedHere,
    Pop3Saving,
    Pop3Subject,
)
from simcom_async.dialects import SIM7100
from simcom_async.errors import CommandFailed, UsageError
from tests.commands.spoken import answer, heard, line, said, urc

DIRECTORY = "C:/Email/090901120000/"
LINES: list[tuple[str, Command[Any]]] = [
    ("AT+POP3HDR=1", Pop3Header(number=1)),
    ("AT+POP3GET=1", Pop3Get(number=1)),
    ("AT+POP3GET=1,2", Pop3Get(number=1, saving=Pop3Saving.WHOLE)),
    ("AT+POP3DEL=1", Pop3Delete(number=1)),
    ("AT+POP3READ", Pop3Read()),
    (
        'AT+POP3READ=1,"090901103000/EMAIL000.TXT"',
        Pop3ReadFile(location=Pop3Location.CARD, file="090901103000/EMAIL000.TXT"),
    ),
]


@pytest.mark.parametrize(("written", "command"), LINES)
def test_every_form(written: str, command: Command[Any]) -> None:
    assert heard(written, SIM7100) == command
    assert command.text.decode() == written


def test_the_comma_of_the_syntax_row_is_understood() -> None:
    assert heard("AT+POP3GET=1,", SIM7100) == Pop3Get(number=1)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("AT+POP3HDR=0", "LIMIT"),
        ("AT+POP3GET=0", "LIMIT"),
        ("AT+POP3GET=1,4", "PARAMETERS"),
        ("AT+POP3DEL=0", "LIMIT"),
        ('AT+POP3READ=2,"x"', "PARAMETERS"),
        ('AT+POP3READ=0,""', "LIMIT"),
        ("AT+POP3READ=0,x", "PARAMETERS"),
    ],
)
def test_what_the_module_refuses(written: str, reason: str) -> None:
    assert heard(written, SIM7100) == reason


def test_the_header() -> None:
    lines = (
        "From: sendername<senderaddress@server.com>",
        "Date: Mon, 17 Aug 2009 14:09:27 +0800",
        "Subject: THIS IS A TEST MAIL",
    )
    found = (
        Pop3From(text="sendername<senderaddress@server.com>"),
        Pop3Date(text="Mon, 17 Aug 2009 14:09:27 +0800"),
        Pop3Subject(text="THIS IS A TEST MAIL"),
    )
    assert answer(Pop3Header(number=1), *lines) == found
    assert tuple(line(one) for one in found) == lines
    assert answer(Pop3Header(number=1), "From: ", "Date:", "Subject: +POP3: SUCCESS") == (
        Pop3From(text=""),
        Pop3Date(text=""),
        Pop3Subject(text="+POP3: SUCCESS"),
    )
    with pytest.raises(CommandFailed) as failed:
        answer(Pop3Header(number=9), "+POP3: SERVER ERROR", final="ERROR")
    assert failed.value.code == "SERVER ERROR"


GOOD = [
    (b"\r\n+POP3: SUCCESS\r\n\r\nC:/Email/090901120000/, EMAIL000.TXT\r\n", Pop3Path),
    (b"\r\n+POP3: SUCCESS\r\nC:/Email/090901120000/, EMAIL000.TXT\r\n", Pop3Path),
    (b"\r\n+POP3: SUCCESS\r\nC:/Email/090901120000/,EMAIL000.TXT\r\n", Pop3Path),
    (b"\r\n+POP3: SUCCESS C:/Email/090901120000/, EMAIL000.TXT\r\n", Pop3SavedHere),
]


@pytest.mark.parametrize(("wire", "kind"), GOOD)
def test_the_path_follows_or_stands_on_the_same_line(wire: bytes, kind: type[Any]) -> None:
    exchange, _ = said(Pop3Get(number=1), b"\r\nOK\r\n" + wire, SIM7100)
    assert exchange.finished
    found = exchange.answer()
    assert isinstance(found, kind)
    assert (found.directory, found.file) == (DIRECTORY, "EMAIL000.TXT")


def test_a_path_that_is_lost_leaves_the_success() -> None:
    exchange, events = said(Pop3Get(number=1), b"\r\nOK\r\n\r\n+POP3: SUCCESS\r\n\r\n+CREG: 1\r\n", SIM7100)
    assert exchange.answer() == Pop3Saved()
    assert events[-1].kind == "urc"


@pytest.mark.parametrize("word", ["FAILURE", "NETWORK ERROR", "SERVER ERROR", "FILE SYSTEM ERROR", "NEWER WORD"])
def test_a_mail_that_is_not_saved(word: str) -> None:
    exchange, _ = said(Pop3Get(number=2), f"\r\nOK\r\n\r\n+POP3: {word}\r\n".encode(), SIM7100)
    assert exchange.answer() == Pop3Failed(code=Pop3Code(word))


@pytest.mark.parametrize("refusal", [b"", b"\r\n+POP3: ONGOING\r\n"])
def test_fetching_is_refused(refusal: bytes) -> None:
    exchange, _ = said(Pop3Get(number=1), refusal + b"\r\nERROR\r\n", SIM7100)
    with pytest.raises(CommandFailed) as failed:
        exchange.answer()
    assert failed.value.code == ("ONGOING" if refusal else "ERROR")


def test_the_success_of_another_command_is_none_of_a_fetch() -> None:
    demux, fetch, delete = Demux(SIM7100), Exchange(Pop3Get(number=1)), Exchange(Pop3Delete(number=1))
    for exchange, wire in ((fetch, b"\r\nOK\r\n"), (delete, b"\r\n+POP3: SUCCESS\r\n\r\nOK\r\n")):
        demux.arm(exchange)
        exchange.written()
        demux.receive(wire)
    assert delete.answer() == Pop3Done()
    assert not fetch.finished


def test_how_a_fetch_is_given_up() -> None:
    assert (Pop3Get.wire.abort.after, Pop3Get.wire.abort.command) == (Means.COMMAND, Pop3Stop)
    assert not Pop3Get.wire.repeatable
    assert not Pop3Delete.wire.repeatable


def test_what_the_module_says() -> None:
    assert line(Pop3Path(directory=DIRECTORY, file="EMAIL000.TXT")) == f"{DIRECTORY}, EMAIL000.TXT"
    assert line(Pop3Saved()) == "+POP3: SUCCESS"
    assert urc(f"+POP3: SUCCESS {DIRECTORY}, 090901120000.eml", SIM7100) == Pop3SavedHere(
        directory=DIRECTORY, file="090901120000.eml"
    )


@pytest.mark.parametrize("command", [Pop3Read(), Pop3ReadFile(location=Pop3Location.LOCAL, file="1/EMAIL000.TXT")])
def test_a_mail_is_text_up_to_the_last_result_before_silence(command: Command[None]) -> None:
    mail = b"Subject: x\r\n\r\nOK\r\nERROR\r\n+POP3READ: 1,5\r\nOK\r\n"
    demux, exchange = Demux(SIM7100), Exchange(command)
    demux.arm(exchange)
    exchange.written()
    events = demux.receive(b"\r\n" + mail + b"\r\nOK\r\n")
    assert not exchange.finished
    events += demux.quiet()
    assert exchange.finished
    assert b"".join(event.data for event in events if isinstance(event, PayloadChunk)) == mail


def test_a_file_name_cannot_break_out() -> None:
    with pytest.raises(UsageError):
        Pop3ReadFile(location=Pop3Location.LOCAL, file='a"b')


@pytest.mark.parametrize("name", ["POP3HDR", "POP3GET", "POP3DEL", "POP3READ"])
def test_the_test_forms_are_plain(name: str) -> None:
    test = heard(f"AT+{name}=?", SIM7100)
    assert not isinstance(test, str)
    assert answer(test) is None
