"""The mail that the module writes, as a reader of mails understands it."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from simcom_async.commands.email_smtp_settings import EmailSmtpEncoding, EmailSmtpFileType, EmailSmtpRecipientType
from simcom_async.virtual.email_compose import Attached, Composed, Letter, Uncomposable, compose, known_charset

TO, CC, BCC = EmailSmtpRecipientType
DATE = datetime(2026, 11, 28, 14, 2, 38, tzinfo=UTC)
TEXT = Attached(EmailSmtpFileType.TEXT, "test.txt", EmailSmtpEncoding.SEVEN_BIT)
BINARY = Attached(EmailSmtpFileType.BINARY, "test.bmp", EmailSmtpEncoding.BASE64)
RECIPIENTS = {
    (TO, 1): ("bob@sim.com", "Bob"),
    (TO, 0): ("ann@sim.com", "Ann"),
    (CC, 3): ("carl@sim.com", ""),
    (BCC, 0): ("eve@sim.com", "Eve"),
}


def letter(
    subject: str = "Test",
    body: bytes = b"This is a new Email",
    charset: str = "ASCII",
    attached: Attached | None = None,
) -> Letter:
    """A letter of John's."""
    return Letter(("john@sim.com", "John"), RECIPIENTS, subject, body, charset, attached)


def composed(written: Letter) -> Composed:
    """Its mail."""
    return compose(written, date=DATE, boundary="=_boundary_=")


def read(mail: Composed, data: bytes = b"") -> EmailMessage:
    """A mail with the bytes of its attachment, as it is understood."""
    return message_from_bytes(mail.head + data + mail.tail, policy=policy.default)


def test_headers_and_text() -> None:
    mail = composed(letter())
    message = read(mail)
    assert mail.tail == b""
    assert (message["From"], message["Subject"]) == ("John <john@sim.com>", "Test")
    assert message["Date"].datetime == DATE
    assert [str(address) for address in message["To"].addresses] == ["Ann <ann@sim.com>", "Bob <bob@sim.com>"]
    assert message["Cc"] == "carl@sim.com"
    assert "eve" not in mail.head.decode()
    assert message["Content-Transfer-Encoding"] == "7bit"
    assert message.get_content().strip() == "This is a new Email"


def test_lines_end_with_cr_lf() -> None:
    for mail in (composed(letter()), composed(letter(attached=TEXT)), composed(letter("41", b"41", "UTF-8"))):
        assert mail.head.count(b"\r\n") == mail.head.count(b"\n")


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("UTF-8", "Grüße, Привет, 你好"),
        ("GB2312", "你好"),
        ("ISO-8859-1", "Grüße"),
        ("KOI8-R", "Привет"),
        ("utf-8", ""),
    ],
)
def test_another_charset_is_given_in_hexadecimal(charset: str, text: str) -> None:
    digits = text.encode(charset).hex().upper()
    message = read(composed(letter(digits, digits.encode(), charset)))
    assert (message["Subject"], message.get_content()) == (text, text)
    assert message.get_content_charset() == charset.lower()
    assert message["Content-Transfer-Encoding"] == "base64"


def test_a_long_subject_is_folded_and_comes_back_whole() -> None:
    text = "Жалоба на погоду, " * 6
    mail = composed(letter(text.encode().hex(), b"", "UTF-8"))
    assert max(map(len, mail.head.split(b"\r\n"))) <= 78
    assert read(mail)["Subject"] == text


def test_no_line_end_in_a_subject_makes_a_header() -> None:
    evil = "Test\r\nBcc: eve@sim.com"
    mail = composed(letter(evil.encode().hex(), b"", "UTF-8"))
    assert b"\r\nBcc" not in mail.head


@pytest.mark.parametrize("digits", ["5", "5G", "FF"])
def test_what_is_not_of_the_charset(digits: str) -> None:
    with pytest.raises(Uncomposable):
        composed(letter(digits, b"41", "UTF-8"))


def test_a_body_that_is_not_hexadecimal() -> None:
    with pytest.raises(Uncomposable):
        composed(letter("41", b"no digits", "UTF-8"))
    assert read(composed(letter("41", b"41 42\r\n43", "UTF-8"))).get_content() == "ABC"


def test_eight_bits_are_said_to_be_there() -> None:
    assert read(composed(letter(body="ä".encode())))["Content-Transfer-Encoding"] == "8bit"


def test_names_are_quoted_and_encoded_words_are_not() -> None:
    names = ["Doe, John", "back\\slash", "=?UTF-8?B?0JDQvdC90LA=?=", "=?UTF-8?Q?J=C3=BCrgen?="]
    shown = ["Doe, John", "back\\slash", "Анна", "Jürgen"]
    recipients = {(TO, index): ("a@b", name) for index, name in enumerate(names)}
    message = read(composed(Letter(("a@b", ""), recipients, "", b"", "ASCII")))
    assert [address.display_name for address in message["To"].addresses] == shown
    assert message["From"] == "a@b"


def test_a_text_attachment_goes_as_it_is() -> None:
    mail = composed(letter(attached=TEXT))
    message = read(mail, b"one\r\ntwo")
    (part,) = message.iter_attachments()
    assert message.get_content_type() == "multipart/mixed"
    assert (part.get_filename(), part.get_content_type()) == ("test.txt", "text/plain")
    assert (part["Content-Transfer-Encoding"], part.get_content().encode()) == ("7bit", b"one\r\ntwo")
    body = message.get_body()
    assert body is not None
    assert body.get_content() == "This is a new Email"


def test_a_binary_attachment_is_in_base64() -> None:
    (part,) = read(composed(letter(attached=BINARY)), b"AAEC/w==\r\n").iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == ("test.bmp", "application/octet-stream")
    assert part.get_content() == b"\x00\x01\x02\xff"


def test_which_charsets_it_knows() -> None:
    assert known_charset("ASCII")
    assert known_charset("windows-1251")
    assert not known_charset("EBCDIC-XYZ")
    assert not known_charset("")
