"""Literal lines of the SIM7100 Internet service note 3.5 to 3.8."""

from __future__ import annotations

from typing import Any

import pytest

from simcom_async.at.command import Command, Means, Terminated
from simcom_async.at.event import PromptLine
from simcom_async.commands.smtp_content import (
    SMTP_BODY_MAXIMUM,
    SmtpAttach,
    SmtpAttachment,
    SmtpAttachmentsClear,
    SmtpAttachmentsRead,
    SmtpBody,
    SmtpBodyEntry,
    SmtpBodyPrompt,
    SmtpCharset,
    SmtpCharsetClear,
    SmtpDetach,
    SmtpSubject,
    SmtpSubjectClear,
)
from simcom_async.dialects import SIM7100
from simcom_async.errors import CommandFailed, LimitExceeded, UsageError
from tests.commands.spoken import answer, heard, line, said

HEX = "E7BEA4E7B5842E747874"
LINES: list[tuple[str, Command[Any]]] = [
    ('AT+SMTPSUB="THIS IS A TEST MAIL"', SmtpSubject(subject="THIS IS A TEST MAIL")),
    ('AT+SMTPSUB=""', SmtpSubject(subject="")),
    ("AT+SMTPSUB?", SmtpSubject.query()),
    ("AT+SMTPSUB", SmtpSubjectClear()),
    ('AT+SMTPBODY="THIS IS A TEST MAIL"', SmtpBody(body="THIS IS A TEST MAIL")),
    ("AT+SMTPBODY?", SmtpBody.query()),
    ("AT+SMTPBODY", SmtpBodyEntry()),
    ('AT+SMTPBCH="gb2312"', SmtpCharset(charset="gb2312")),
    ("AT+SMTPBCH?", SmtpCharset.query()),
    ("AT+SMTPBCH", SmtpCharsetClear()),
    ('AT+SMTPFILE=1,"file1.txt"', SmtpAttach(index=1, name="file1.txt")),
    (f'AT+SMTPFILE=10,{{non-ascii}}"{HEX}"', SmtpAttach(index=10, name="群組.txt")),
    ("AT+SMTPFILE=2", SmtpDetach(index=2)),
    ("AT+SMTPFILE?", SmtpAttachmentsRead()),
    ("AT+SMTPFILE", SmtpAttachmentsClear()),
]


@pytest.mark.parametrize(("written", "command"), LINES)
def test_every_form(written: str, command: Command[Any]) -> None:
    assert heard(written, SIM7100) == command
    assert command.text.decode() == written


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (f'AT+SMTPSUB="{"x" * 513}"', "LIMIT"),
        ("AT+SMTPSUB=x", "PARAMETERS"),
        (f'AT+SMTPBODY="{"x" * 513}"', "LIMIT"),
        (f'AT+SMTPBCH="{"x" * 31}"', "LIMIT"),
        ('AT+SMTPFILE=0,"a"', "LIMIT"),
        ('AT+SMTPFILE=11,"a"', "LIMIT"),
        ("AT+SMTPFILE=11", "LIMIT"),
        ('AT+SMTPFILE=1,""', "LIMIT"),
    ],
)
def test_what_the_module_refuses(written: str, reason: str) -> None:
    assert heard(written, SIM7100) == reason


def test_the_longest_texts() -> None:
    assert SmtpSubject(subject="x" * 512).text.endswith(b"x" * 512 + b'"')
    assert SmtpBody(body="x" * 512).text.endswith(b"x" * 512 + b'"')
    with pytest.raises(LimitExceeded, match="513 characters"):
        SmtpBody(body="x" * 513)


@pytest.mark.parametrize("bad", ['a"b', "a\rb", "a\nb", "a\x1ab", "a\x1bb", "größe"])
@pytest.mark.parametrize("make", [lambda bad: SmtpSubject(subject=bad), lambda bad: SmtpBody(body=bad)])
def test_what_cannot_be_carried_is_refused(make: Any, bad: str) -> None:
    with pytest.raises(UsageError):
        make(bad)


@pytest.mark.parametrize(
    ("query", "shown", "state"),
    [
        (SmtpSubject.query(), '+SMTPSUB: ""', SmtpSubject()),
        (SmtpSubject.query(), '+SMTPSUB: "a, b: c"', SmtpSubject(subject="a, b: c")),
        (SmtpBody.query(), '+SMTPBODY: "This is a test mail."', SmtpBody(body="This is a test mail.")),
        (SmtpBody.query(), '+SMTPBODY: ""', SmtpBody()),
        (SmtpCharset.query(), '+SMTPBCH: "utf-8"', SmtpCharset()),
    ],
)
def test_what_was_set_is_read(query: Command[Any], shown: str, state: Any) -> None:
    assert answer(query, shown) == state
    assert line(state) == shown


def test_of_a_body_of_several_lines_the_first_is_read() -> None:
    exchange, _ = said(SmtpBody.query(), b'\r\n+SMTPBODY: "one\r\ntwo"\r\n\r\nOK\r\n', SIM7100)
    assert exchange.answer() == SmtpBody(body="one")


def test_attachments_are_listed_with_and_without_their_size() -> None:
    first = SmtpAttachment(index=1, path="D:/file1.txt", size=100)
    lines = ('+SMTPFILE: 1, "D:/file1.txt", 100', '+SMTPFILE: 2, "D:/file2.txt"', f'+SMTPFILE:3,{{non-ascii}}"{HEX}",7')
    assert answer(SmtpAttachmentsRead(), *lines) == (
        first,
        SmtpAttachment(index=2, path="D:/file2.txt"),
        SmtpAttachment(index=3, path="群組.txt", size=7),
    )
    assert answer(SmtpAttachmentsRead()) == ()
    assert line(first) == '+SMTPFILE: 1, "D:/file1.txt", 100'


def test_too_large_attachments_are_refused_by_name() -> None:
    exchange, _ = said(SmtpAttach(index=2, name="big2.bin"), b"\r\n+SMTP: OVERSIZE\r\n\r\nERROR\r\n", SIM7100)
    with pytest.raises(CommandFailed) as failed:
        exchange.answer()
    assert (failed.value.code, failed.value.retry) == ("OVERSIZE", False)
    exchange, _ = said(SmtpAttach(index=2, name="absent"), b"\r\nERROR\r\n", SIM7100)
    with pytest.raises(CommandFailed) as failed:
        exchange.answer()
    assert failed.value.code == "ERROR"


@pytest.mark.parametrize(
    ("name", "values"), [("SMTPSUB", None), ("SMTPBODY", None), ("SMTPBCH", '"CHARSET"'), ("SMTPFILE", "(1-10)")]
)
def test_the_test_forms(name: str, values: str | None) -> None:
    test = heard(f"AT+{name}=?", SIM7100)
    assert not isinstance(test, str)
    found = answer(test, *([f"+{name}: {values}"] if values else []))
    assert (None if found is None else found.values) == values


def test_the_prompt_has_two_marks_and_a_blank() -> None:
    exchange, events = said(SmtpBodyEntry(), b"\r\n>> ", SIM7100)
    (prompt,) = events
    assert isinstance(prompt, PromptLine)
    assert (prompt.text, prompt.message) == (b">> ", SmtpBodyPrompt())
    assert exchange.prompted
    exchange.entered()
    assert not exchange.finished


def test_the_entry() -> None:
    entry = SmtpBodyEntry.wire.entry
    assert entry is not None
    assert isinstance(entry.size, Terminated)
    assert (entry.maximum, entry.echoed) == (SMTP_BODY_MAXIMUM, True)
    assert SmtpBodyEntry.wire.abort.entry is Means.ESC
    for byte in (b"\x1a", b"\x1b"):
        with pytest.raises(UsageError):
            entry.size.codec.encode(b"a" + byte)
    assert not SmtpBodyEntry.wire.repeatable
