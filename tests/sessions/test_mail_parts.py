"""One text and attachments; everything else is refused by name."""

from __future__ import annotations

from base64 import b64encode
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from simcom_async.errors import UsageError
from simcom_async.sessions.mail_parts import Attachment, CannotCarry, parts
from tests.sessions.mails import BINARY, mail


def test_a_text_alone() -> None:
    assert parts(mail("Grüße\n.\nOK\n")) == ("Grüße\n.\nOK\n", ())


@pytest.mark.parametrize("charset", ["us-ascii", "iso-8859-1", "utf-8", "gb2312", "koi8-r"])
@pytest.mark.parametrize("cte", ["quoted-printable", "base64"])
def test_texts_in_any_charset_and_encoding(charset: str, cte: str) -> None:
    text = {"us-ascii": "plain", "gb2312": "中文", "koi8-r": "Привет"}.get(charset, "Grüße") + "\n"
    message = EmailMessage()
    message.set_content(text, charset=charset, cte=cte)
    assert parts(message) == (text, ())


def test_line_ends_of_a_parsed_mail() -> None:
    message = message_from_bytes(b"From: a@b.c\r\n\r\none\r\ntwo\r\n", policy=policy.default)
    assert parts(message) == ("one\ntwo\n", ())


def test_attachments_come_with_name_type_and_bytes() -> None:
    message = mail("t", files={"a.bin": BINARY, "dätä.txt": b""})
    message.add_attachment("text\n", subtype="csv", filename="x.csv")
    assert parts(message) == (
        "t\n",
        (
            Attachment("a.bin", BINARY),
            Attachment("dätä.txt", b""),
            Attachment("x.csv", b"text\n", "text/csv"),
        ),
    )


def test_attachments_without_a_text_and_an_attachment_alone() -> None:
    message = EmailMessage()
    message.set_content(BINARY, maintype="image", subtype="png", filename="p.png", disposition="attachment")
    assert parts(message) == ("", (Attachment("p.png", BINARY, "image/png"),))
    message.make_mixed()
    assert parts(message) == ("", (Attachment("p.png", BINARY, "image/png"),))


def test_no_content_at_all() -> None:
    assert parts(EmailMessage()) == ("", ())


def alternative() -> EmailMessage:
    message = mail()
    message.add_alternative("<p>Hello</p>", subtype="html")
    return message


def html() -> EmailMessage:
    message = EmailMessage()
    message.set_content("<p>x</p>", subtype="html")
    return message


def forwarded() -> EmailMessage:
    message = mail()
    message.add_attachment(mail(), filename="inner.eml")
    return message


def nested() -> EmailMessage:
    message, inner = mail(files={"a": b"a"}), mail(files={"b": b"b"})
    del inner["From"], inner["To"], inner["Subject"]
    message.attach(inner)
    return message


def alternative_with_file() -> EmailMessage:
    message = alternative()
    message.add_attachment(b"x", maintype="a", subtype="b", filename="f")
    return message


def second_text() -> EmailMessage:
    message = mail(files={"a": b"a"})
    part = EmailMessage()
    part.set_content("more")
    message.attach(part)
    return message


def inline() -> EmailMessage:
    message = mail()
    message.add_attachment(b"x", maintype="image", subtype="png", filename="i.png", disposition="inline")
    return message


def nameless() -> EmailMessage:
    message = mail()
    message.add_attachment(b"x", maintype="image", subtype="png")
    return message


def part_header() -> EmailMessage:
    message = mail()
    message.add_attachment(b"x", maintype="image", subtype="png", filename="i.png", cid="<1@x>")
    return message


def wrong_charset() -> EmailMessage:
    return message_from_bytes(b"Content-Type: text/plain; charset=utf-8\n\n\xff\n", policy=policy.default)


def unknown_charset() -> EmailMessage:
    return message_from_bytes(b"Content-Type: text/plain; charset=x-none\n\nx\n", policy=policy.default)


@pytest.mark.parametrize(
    ("made", "named"),
    [
        (alternative, "other versions of the text (multipart/alternative)"),
        (alternative_with_file, "other versions of the text (multipart/alternative)"),
        (html, "a body of the type text/html"),
        (forwarded, "a mail inside the mail (message/rfc822)"),
        (nested, "parts inside a part (multipart/mixed)"),
        (second_text, "text/plain that is neither the first part nor an attachment"),
        (inline, "the inline file 'i.png'"),
        (nameless, "an attachment without a file name (image/png)"),
        (part_header, "Content-ID of image/png 'i.png'"),
        (wrong_charset, "a text that is not utf-8, as it says it is"),
        (unknown_charset, "a text that is not x-none, as it says it is"),
    ],
)
def test_what_is_refused_is_named(made: object, named: str) -> None:
    with pytest.raises(CannotCarry, match="whole_as_attachment=True") as caught:
        parts(made())  # type: ignore[operator]
    assert f"the module cannot carry {named}" in str(caught.value)
    assert caught.value.field == "message"


@pytest.mark.parametrize("text", ["a\rb", "nul\0"])
def test_a_text_that_no_mail_can_hold(text: str) -> None:
    coded = b64encode(text.encode()).decode()
    head = "Content-Type: text/plain\nContent-Transfer-Encoding: base64"
    with pytest.raises(UsageError, match="message body: control character"):
        parts(message_from_bytes(f"{head}\n\n{coded}\n".encode(), policy=policy.default))


def test_a_file_name_with_a_line_end() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: a/b\n"
        b"Content-Disposition: attachment; filename*=utf-8''a%0D%0ABcc.txt\n\nx\n--x--\n"
    )
    with pytest.raises(UsageError, match="message attachment: control character"):
        parts(message_from_bytes(raw, policy=policy.default))


@pytest.mark.parametrize("body", ["Hello.\n", "--x--\n", ""])
@pytest.mark.parametrize("boundary", ["", '; boundary="x"'])
def test_parts_that_cannot_be_told_apart(boundary: str, body: str) -> None:
    inner = f"Content-Type: multipart/mixed{boundary}\n\n{body}"
    outer = f'Content-Type: multipart/mixed; boundary="y"\n\n--y\n\nHello.\n--y\n{inner}\n--y--\n'
    for source in (inner, outer):
        with pytest.raises(CannotCarry, match=r"parts that cannot be told apart \(multipart/mixed\)"):
            parts(message_from_bytes(source.encode(), policy=policy.default))


def test_a_charset_that_is_no_word_is_refused() -> None:
    message = message_from_bytes(b"Content-Type: text/plain; charset=us\0ascii\r\n\r\nx", policy=policy.default)
    with pytest.raises(CannotCarry, match="as it says it is"):
        parts(message)
