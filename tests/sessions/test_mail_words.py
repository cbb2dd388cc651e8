"""Text of any script in the ASCII of headers."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest

from simcom_async.errors import UsageError
from simcom_async.sessions.mail_words import check_text, encoded_words, header_text, hexadecimal, plain

SCRIPTS = ["Tür", "小明" * 40, "Ωμέγα αβγ", "שלום", "a😀" * 30, 'say "hi"', "=?utf-8?q?x?=", " blank ", "tab\there"]


@pytest.mark.parametrize("text", SCRIPTS)
def test_any_text_comes_back_as_a_subject(text: str) -> None:
    words = encoded_words(text)
    assert words.isascii()
    assert all(len(word) <= 75 for word in words.split(" "))
    assert message_from_bytes(f"Subject: {words}\r\n\r\n".encode(), policy=policy.default)["Subject"] == text


@pytest.mark.parametrize("text", ["Tür", "小明", "שלום", 'say "hi"', "=?utf-8?q?x?="])
def test_any_text_comes_back_as_a_name(text: str) -> None:
    header = f"From: {encoded_words(text)} <a@b.c>\r\n\r\n".encode()
    assert message_from_bytes(header, policy=policy.default)["From"].addresses[0].display_name == text


@pytest.mark.parametrize("text", ["", "plain text", "Re: [list] a, b (c)!"])
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert header_text(text) == text


@pytest.mark.parametrize("name", ["Doe, John", "J. Doe", "a <b>", "x@y", 'say "hi"', "Jörg"])
def test_a_name_that_would_end_the_name_is_encoded(name: str) -> None:
    assert header_text(name, name=True).startswith("=?utf-8?b?")


def test_a_name_of_words_stays_as_it_is() -> None:
    assert header_text("John Doe-Smith 3rd", name=True) == "John Doe-Smith 3rd"


def test_hexadecimal() -> None:
    assert hexadecimal("TEST") == "54455354"
    assert hexadecimal("ü\x1a") == "C3BC1A"


@pytest.mark.parametrize("text", ["a\r\nBcc: x@y.z", "a\nb", "a\x00", "a\x1b", "a\x7f", "a\x85b", "a\udce9"])
def test_what_no_header_can_hold(text: str) -> None:
    with pytest.raises(UsageError, match=r"^message Subject: ") as caught:
        check_text("message Subject", text)
    assert caught.value.field == "message Subject"


@pytest.mark.parametrize("text", ["a\nb\n\tc", "\x1a\x1b\b\f", "ü\u2028x"])
def test_what_a_body_can_hold(text: str) -> None:
    check_text("message body", text, lines=True)


@pytest.mark.parametrize("text", ["a\rb", "a\x00b", "a\udce9"])
def test_what_no_body_can_hold(text: str) -> None:
    with pytest.raises(UsageError, match="message body"):
        check_text("message body", text, lines=True)


def test_plain() -> None:
    assert plain("a b")
    assert not any(map(plain, ['"', "ü", "=?x", " a", "a\t", "a\n"]))
