"""The mail that is made, as a reader understands it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from io import BytesIO
from typing import IO

import pytest

from simcom_async.commands.smtp_settings import SmtpRecipientKind
from simcom_async.virtual.file_place import FileProblem, Place, Problem
from simcom_async.virtual.smtp_compose import compose
from simcom_async.virtual.smtp_draft import Attached, Draft

DATE = datetime(2009, 9, 1, 12, 0, tzinfo=timezone(timedelta(hours=8)))
TO, CC, BCC = SmtpRecipientKind.TO, SmtpRecipientKind.CC, SmtpRecipientKind.BCC


def draft(**values: object) -> Draft:
    """A small one."""
    found = Draft(server="h", sender=("a@b.c", "A"), recipients={(TO, 0): ("d@e.f", "D")}, subject="Subject", body=b"x")
    for name, value in values.items():
        setattr(found, name, value)
    return found


def attachments(files: dict[str, bytes]) -> dict[int, Attached]:
    """Files of the drive C, at ascending indices."""
    return {index: Attached(Place("C", (name,)), len(data)) for index, (name, data) in enumerate(files.items(), 1)}


def composed(letter: Draft, files: dict[str, bytes] | None = None) -> tuple[bytes, list[bytes]]:
    """The whole mail, and the pieces in which it comes."""
    there = files or {}
    letter.attachments = attachments(there)

    def opened(place: Place) -> IO[bytes]:
        return BytesIO(there[place.name])

    pieces = list(compose(letter, date=DATE, opened=opened))
    return b"".join(pieces), pieces


def read(mail: bytes) -> EmailMessage:
    """As a reader has it; it has nothing to complain of."""
    message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(mail)
    assert [part.defects for part in message.walk() if part.defects] == []
    return message


def test_a_mail_of_one_part_byte_for_byte() -> None:
    mail, _ = composed(draft(recipients={(TO, 0): ("d@e.f", "D"), (CC, 0): ("g@h.i", ""), (BCC, 0): ("j@k.l", "")}))
    assert mail == (
        b"Date: Tue, 01 Sep 2009 12:00:00 +0800\r\n"
        b'From: "A" <a@b.c>\r\n'
        b'To: "D" <d@e.f>\r\n'
        b"Cc: <g@h.i>\r\n"
        b"Subject: Subject\r\n"
        b"MIME-Version: 1.0\r\n"
        b'Content-Type: text/plain; charset="utf-8"\r\n'
        b"Content-Transfer-Encoding: 7bit\r\n"
        b"\r\n"
        b"x"
    )


@pytest.mark.parametrize(
    ("body", "charset", "encoding", "text"),
    [
        (b"plain\r\n.dot\r\n", "utf-8", "7bit", "plain\n.dot\n"),
        (b"", "utf-8", "7bit", ""),
        (b"one\ntwo\rthree\r\n", "utf-8", "7bit", "one\ntwo\nthree\n"),
        (b"x" * 998, "utf-8", "7bit", "x" * 998),
        (b"x" * 999, "utf-8", "base64", "x" * 999),
        (b"nul\0", "utf-8", "base64", "nul\0"),
        ("Grüße\n".encode(), "utf-8", "base64", "Grüße\n"),
        ("Grüße".encode("latin-1"), "iso-8859-1", "base64", "Grüße"),
        ("邮件正文".encode("gb2312"), "gb2312", "base64", "邮件正文"),
    ],
)
def test_the_body_in_its_character_set(body: bytes, charset: str, encoding: str, text: str) -> None:
    message = read(composed(draft(body=body, charset=charset))[0])
    assert message["Content-Transfer-Encoding"] == encoding
    assert message.get_content_charset() == charset
    assert message.get_content().replace("\r\n", "\n") == text


def test_no_line_is_longer_than_smtp_takes() -> None:
    recipients = {(kind, index): ("r" * 120 + "@b.c", "n" * 64) for kind in (TO, CC) for index in range(5)}
    letter = draft(recipients=recipients, subject="s" * 512, body=b"b" * 5120)
    mail, _ = composed(letter, {"x" * 200 + ".bin": bytes(5000)})
    assert max(len(line) for line in mail.split(b"\r\n")) <= 998
    assert len(read(mail)["To"].addresses) == len(read(mail)["Cc"].addresses) == 5


def test_attachments_come_back_in_the_order_of_their_index() -> None:
    files = {
        "data.bin": bytes(range(256)) * 1000,
        "größe.txt": b"text\r\n",
        "empty": b"",
        "with blank;.eml": b"Subject: x\r\n\r\nbody",
        "exact": b"x" * 57 * 1024,
    }
    mail, pieces = composed(draft(body="Grüße".encode()), files)
    message = read(mail)
    assert message.get_content_type() == "multipart/mixed"
    found = {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}
    assert found == files
    assert list(found) == list(files)
    body = message.get_body()
    assert body is not None
    assert body.get_content() == "Grüße"
    assert max(len(piece) for piece in pieces) < 100_000, "it comes in pieces of bounded size"


def test_the_body_beside_attachments_keeps_its_end() -> None:
    for body in (b"without", b"with\r\n", b"with two\r\n\r\n"):
        part = read(composed(draft(body=body), {"f": b"x"})[0]).get_body()
        assert part is not None
        assert part.get_payload(decode=True) == body


def test_a_body_cannot_end_its_part() -> None:
    body = b"--=_SIMCOM_0\r\n--=_SIMCOM_1--\r\n"
    message = read(composed(draft(body=body), {"f": b"x"})[0])
    assert len(list(message.iter_parts())) == 2
    part = message.get_body()
    assert part is not None
    assert part.get_payload(decode=True) == body


def test_names_and_subject_of_any_script() -> None:
    message = read(composed(draft(sender=("a@b.c", "=?utf-8?B?R3LDvMOfZQ==?="), subject="=?utf-8?B?R3LDvMOfZQ==?="))[0])
    assert message["From"].addresses[0].display_name == "Grüße"
    assert message["Subject"] == "Grüße"


def test_a_file_that_is_gone_is_told() -> None:
    letter = draft(attachments=attachments({"f": b"x"}))

    def opened(place: Place) -> IO[bytes]:
        raise FileProblem(Problem.NO_FILE, str(place))

    with pytest.raises(FileProblem):
        list(compose(letter, date=DATE, opened=opened))
