from __future__ import annotations

from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser

import pytest

from simcom_async.virtual.mail_headers import address_list, block, mailbox, parameter, unstructured


def parsed(*headers: str) -> EmailMessage:
    """What a reader makes of these headers."""
    return BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(block(headers) + b"\r\n")


@pytest.mark.parametrize(
    ("name", "written", "read"),
    [
        ("", "<a@b.c>", ""),
        ("Name", '"Name" <a@b.c>', "Name"),
        ("Last, First (x); y", '"Last, First (x); y" <a@b.c>', "Last, First (x); y"),
        ("back\\slash", '"back\\\\slash" <a@b.c>', "back\\slash"),
        ('a "quote"', '"a \\"quote\\"" <a@b.c>', 'a "quote"'),
        ("=?utf-8?B?R3LDvMOfZQ==?=", "=?utf-8?B?R3LDvMOfZQ==?= <a@b.c>", "Grüße"),
        ("=?no encoded word", '"=?no encoded word" <a@b.c>', "=?no encoded word"),
        ("Grüße", "=?utf-8?b?R3LDvMOfZQ==?= <a@b.c>", "Grüße"),
    ],
)
def test_an_address_with_its_name(name: str, written: str, read: str) -> None:
    assert mailbox("a@b.c", name) == written
    (address,) = parsed(f"From: {written}")["From"].addresses
    assert (address.display_name, address.addr_spec) == (read, "a@b.c")


def test_a_name_of_several_encoded_words_stays_as_it_is() -> None:
    words = "=?utf-8?Q?Gr=C3=BC?= =?utf-8?Q?=C3=9Fe?="
    assert mailbox("a@b.c", words) == f"{words} <a@b.c>"
    assert str(make_header(decode_header(words))) == "Grüße"


def test_several_addresses_stand_on_lines_of_their_own() -> None:
    header = address_list("To", [mailbox(f"r{number}@{'x' * 120}.com", "n" * 64) for number in range(5)])
    assert max(len(line) for line in header.split("\r\n")) < 998
    assert len(parsed(header)["To"].addresses) == 5
    assert address_list("Cc", ["<a@b.c>"]) == "Cc: <a@b.c>"


@pytest.mark.parametrize("text", ["", "plain", "x" * 512, "=?utf-8?B?R3LDvMOfZQ==?=", "Grüße " * 40, "件名"])
def test_a_text_of_any_script(text: str) -> None:
    header = f"Subject: {unstructured(text)}"
    expected = "Grüße" if text.startswith("=?") else text
    assert parsed(header)["Subject"] == expected
    assert all(len(line) <= 998 for line in header.split("\r\n"))


@pytest.mark.parametrize(
    "value", ["data.bin", "with blank; and.txt", 'back\\slash"', "größe.txt", "群組 100%.txt", "it's*.txt"]
)
def test_a_parameter_of_any_script(value: str) -> None:
    message = parsed(parameter("Content-Disposition: attachment", "filename", value))
    assert message.get_filename() == value


def test_a_block_ends_every_header() -> None:
    assert block(["A: 1", "B: 2"]) == b"A: 1\r\nB: 2\r\n"
    assert block([]) == b""
