"""A mail taken apart: people, subject, what is refused and what goes whole."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from simcom_async.errors import UsageError
from simcom_async.sessions.mail import WHOLE_NAME, Mailbox, taken_apart, wrapped
from simcom_async.sessions.mail_parts import CannotCarry
from tests.sessions.mails import BINARY, essence, mail


def parsed(head: str, body: str = "x\n") -> EmailMessage:
    return message_from_bytes(f"{head}\n\n{body}".encode(), policy=policy.default)


def test_people_subject_text_and_files() -> None:
    letter = taken_apart(
        mail(
            "Grüße\n",
            subject="Tür",
            sender="Jörg <j@example.com>",
            to='Bob <b@example.com>, "Doe, J." <d@example.com>',
            cc="c@example.com",
            bcc="e@example.com",
            files={"a": BINARY},
        )
    )
    assert letter.sender == Mailbox("j@example.com", "Jörg")
    assert letter.to == (Mailbox("b@example.com", "Bob"), Mailbox("d@example.com", "Doe, J."))
    assert letter.cc == (Mailbox("c@example.com"),)
    assert letter.bcc == (Mailbox("e@example.com"),)
    assert [mailbox.address for mailbox in letter.recipients] == [
        "b@example.com",
        "d@example.com",
        "c@example.com",
        "e@example.com",
    ]
    assert (letter.subject, letter.text, len(letter.attachments)) == ("Tür", "Grüße\n", 1)
    assert not letter.whole
    assert not letter.replaced


def test_subject_and_text_are_in_no_repr() -> None:
    assert "secret" not in repr(taken_apart(mail("secret text", subject="secret subject", files={"f": b"secret"})))


def test_mails_of_the_old_kind() -> None:
    old = MIMEMultipart()
    old["From"], old["To"], old["Subject"] = "a@b.c", "d@e.f", "old"
    old.attach(MIMEText("Grüße\n", "plain", "utf-8"))
    letter = taken_apart(old)  # type: ignore[arg-type]
    assert (letter.sender.address, letter.to[0].address, letter.text) == ("a@b.c", "d@e.f", "Grüße\n")


@pytest.mark.parametrize("given", ["From: a@b.c\n\nx", b"x", None, {"To": "a"}])
def test_what_is_no_mail(given: object) -> None:
    with pytest.raises(UsageError, match=r"allowed is email\.message\.EmailMessage"):
        taken_apart(given)  # type: ignore[arg-type]


def test_date_and_message_id_are_the_modules_business() -> None:
    letter = taken_apart(parsed("From: a@b.c\nTo: d@e.f\nDate: Mon, 17 Aug 2009 14:09:27 +0800\nMessage-ID: <1@x>"))
    assert letter.replaced == ("Date", "Message-ID")


@pytest.mark.parametrize("header", ["Reply-To", "X-Priority", "References", "Sender", "List-Id", "Received"])
def test_own_headers_are_refused_by_name(header: str) -> None:
    message = mail()
    message[header] = "a@b.c"
    with pytest.raises(CannotCarry, match=f"the module cannot carry the header {header}; leave it out, or let"):
        taken_apart(message)


@pytest.mark.parametrize(
    "address",
    [
        "john",
        "a@b@c.d",
        "a@b.c; d@e.f",
        "<a@b.c",
        '"a b"@c.d',
        "a b@c.d",
        "ü@b.c",
        "a@ü.de",
        "x <a@b\x01c>",
        "a@b c.d",
        "a(x)",
        "@b.c",
        "a@",
    ],
)
@pytest.mark.parametrize("header", ["From", "To", "Cc", "Bcc"])
def test_what_is_no_address(header: str, address: str) -> None:
    people = {"From": "a@b.c", "To": "d@e.f", header: address}
    with pytest.raises(UsageError, match=f"message {header}: "):
        taken_apart(parsed("\n".join(f"{name}: {value}" for name, value in people.items())))


@pytest.mark.parametrize("address", ["a@b.c", "a+b.c-d_e!#$%&'*/=?^`{|}~@b-1.c", "a@[127.0.0.1]", "a@localhost"])
def test_what_is_an_address(address: str) -> None:
    assert taken_apart(parsed(f"From: {address}\nTo: {address}")).to == (Mailbox(address),)


@pytest.mark.parametrize(
    "head",
    [
        "From: =?utf-8?q?a=0D=0ABcc:_x?= <a@b.c>\nTo: d@e.f",
        "From: a@b.c\nTo: =?utf-8?q?a=0ABcc:_x?= <a@b.c>",
        "From: a@b.c\nTo: =?utf-8?q?a=1A?= <a@b.c>",
        "From: a@b.c\nTo: d@e.f\nSubject: =?utf-8?q?x=0D=0ABcc=3A_y?=",
        "From: a@b.c\nTo: d@e.f\nSubject: =?utf-8?q?x=1By?=",
    ],
)
def test_injection(head: str) -> None:
    with pytest.raises(UsageError):
        taken_apart(parsed(head))


def test_nobody_gets_it() -> None:
    with pytest.raises(UsageError, match="message: no recipient, give To, Cc or Bcc"):
        taken_apart(parsed("From: a@b.c\nTo: undisclosed-recipients:;"))


def test_bcc_alone_is_enough() -> None:
    assert taken_apart(parsed("From: a@b.c\nTo: undisclosed-recipients:;\nBcc: d@e.f")).recipients == (
        Mailbox("d@e.f"),
    )


@pytest.mark.parametrize("senders", ["", "From: a@b.c, d@e.f\n"])
def test_one_sender(senders: str) -> None:
    with pytest.raises(UsageError, match="senders in From, a module sends for one"):
        taken_apart(parsed(f"{senders}To: d@e.f"))


def test_groups_are_refused_by_name() -> None:
    with pytest.raises(UsageError, match="the group 'team' in To; give its addresses one by one"):
        taken_apart(parsed("From: a@b.c\nTo: team: a@b.c, d@e.f;"))


def test_two_subjects() -> None:
    with pytest.raises(UsageError, match="Subject stands 2 times"):
        taken_apart(parsed("From: a@b.c\nTo: d@e.f\nSubject: a\nSubject: b"))


def test_the_whole_mail_as_an_attachment() -> None:
    message = mail("Hello.\n", subject="Tür", cc="c@example.com", bcc="secret@example.com", files={"a": BINARY})
    message["X-Own"] = "yes"
    letter = wrapped(message)
    assert letter.whole
    assert not letter.replaced
    assert letter.subject == "Tür"
    assert WHOLE_NAME in letter.text
    (attachment,) = letter.attachments
    assert (attachment.name, attachment.content_type) == (WHOLE_NAME, "message/rfc822")
    inner = message_from_bytes(attachment.data, policy=policy.default)
    assert essence(inner) == essence(message)
    assert inner["X-Own"] == "yes"
    assert b"secret@example.com" not in attachment.data
    assert message["Bcc"] == "secret@example.com"
    assert b"\n" not in attachment.data.replace(b"\r\n", b"")


def test_a_wrong_mail_does_not_go_whole_either() -> None:
    with pytest.raises(UsageError, match="no recipient"):
        wrapped(parsed("From: a@b.c"))


def test_raw_utf8_in_headers_is_read_as_such() -> None:
    letter = taken_apart(parsed('From: Jörg <j@example.com>\nTo: "小明" <x@example.com>\nSubject: Störung'))
    assert letter.sender == Mailbox("j@example.com", "Jörg")
    assert letter.to == (Mailbox("x@example.com", "小明"),)
    assert letter.subject == "Störung"


@pytest.mark.parametrize("header", ["From", "To", "Subject"])
def test_raw_bytes_of_another_charset_are_no_replacement_characters(header: str) -> None:
    people = {"From": b"a@example.com", "To": b"b@example.com", "Subject": b"x", header: b"F\xe4hre <b@example.com>"}
    source = b"".join(name.encode() + b": " + value + b"\n" for name, value in people.items()) + b"\nx\n"
    with pytest.raises(UsageError, match=f"message {header}: a byte that was not decoded at position 1"):
        taken_apart(message_from_bytes(source, policy=policy.default))


def test_a_subject_may_be_folded_raw_utf8() -> None:
    assert taken_apart(parsed("From: a@b.c\nTo: d@e.f\nSubject: Stör\n ung\n\tfern")).subject == "Stör ung\tfern"


def test_what_cannot_be_written_is_said() -> None:
    message = message_from_bytes(
        b"From: a@b\r\nTo: c@d\r\nContent-Type: multipart/mixed; boundary=b\rG\xa8\r\n\r\n", policy=policy.default
    )
    with pytest.raises(UsageError, match="cannot be written"):
        wrapped(message)
