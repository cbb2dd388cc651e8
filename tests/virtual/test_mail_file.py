"""Fetched mails in a module's file system."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from io import BytesIO
from pathlib import Path

import pytest

from simcom_async.commands.pop3_mail import Pop3Saving
from simcom_async.virtual.file_place import FileProblem, Place, Problem
from simcom_async.virtual.file_system import FileSystem
from simcom_async.virtual.mail_file import MailFolder, parts_of

NOW = datetime(2009, 9, 1, 12, 0, 59)
PLAIN = b"From: a@b.c\r\nSubject: x\r\n\r\nOK\r\nERROR\r\n+POP3: SUCCESS\r\n"


@pytest.fixture
def files(tmp_path: Path) -> Iterator[FileSystem]:
    system = FileSystem(tmp_path, total=1_000_000)
    yield system
    system.close()


def mail(**attachments: bytes) -> EmailMessage:
    """A mail with a text and attachments, whose names have _ for a dot."""
    message = EmailMessage(policy=SMTP)
    message["From"] = "Größe <a@b.c>"
    message["Subject"] = "x"
    message.set_content("Grüße\n", cte="base64")
    for name, data in attachments.items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name.replace("_", "."))
    return message


async def saved(
    files: FileSystem, data: bytes, saving: Pop3Saving = Pop3Saving.PARTS
) -> tuple[Place, dict[str, bytes]]:
    """Save a mail; the file that is named, and all that is in the folder."""
    place = await MailFolder(files, NOW).save(BytesIO(data), saving)
    return place, {found.name: files.read(place.folder / found.name) for found in files.list(place.folder)}


async def test_a_mail_of_text_is_saved_as_it_came(files: FileSystem) -> None:
    place, found = await saved(files, PLAIN)
    assert str(place) == "C:/Email/090901120059/EMAIL000.TXT"
    assert found == {"EMAIL000.TXT": PLAIN}


async def test_text_and_attachments_are_files_of_their_own(files: FileSystem) -> None:
    message = mail(data_bin=bytes(range(256)), empty_txt=b"")
    place, found = await saved(files, message.as_bytes())
    assert place.name == "EMAIL000.TXT"
    head, _, body = found.pop("EMAIL000.TXT").partition(b"\r\n\r\n")
    assert head.startswith(b"From: =?utf-8?")
    assert b"multipart/mixed" in head
    assert body == "Grüße\r\n".encode()
    assert found == {"data.bin": bytes(range(256)), "empty.txt": b""}


async def test_the_whole_mail_is_one_file_named_after_its_folder(files: FileSystem) -> None:
    data = mail(data_bin=b"x").as_bytes()
    place, found = await saved(files, data, Pop3Saving.WHOLE)
    assert str(place) == "C:/Email/090901120059/090901120059.eml"
    assert found == {"090901120059.eml": data}
    place, found = await saved(files, data, Pop3Saving.BOTH)
    assert str(place) == "C:/Email/090901120100/EMAIL000.TXT"
    assert set(found) == {"090901120100.eml", "EMAIL000.TXT", "data.bin"}


async def test_the_number_of_the_text_goes_up_where_an_attachment_has_its_name(files: FileSystem) -> None:
    place, found = await saved(files, mail(EMAIL000_TXT=b"0", email001_txt=b"1").as_bytes())
    assert place.name == "EMAIL002.TXT"
    assert (found["EMAIL000.TXT"], found["email001.txt"]) == (b"0", b"1")


async def test_the_card_has_them_where_it_was_chosen(files: FileSystem) -> None:
    files.location = 1
    place, _ = await saved(files, PLAIN)
    assert str(place).startswith("D:/Email/")
    files.card = False
    with pytest.raises(FileProblem):
        await saved(files, PLAIN)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:/x.txt", "x.txt"),
        ("a:b*c?d.txt", "a_b_c_d.txt"),
        ("..", "ATTACHMENT"),
        ("", "ATTACHMENT000"),
        ("größe.txt", "größe.txt"),
        ("x" * 300 + ".txt", "x" * 247 + "(1).txt"),
        ("ß" * 200, "ß" * 126 + "(1)"),
    ],
)
async def test_names_are_those_that_the_file_system_takes(files: FileSystem, name: str, expected: str) -> None:
    message = mail()
    message.add_attachment(b"x", maintype="application", subtype="octet-stream", filename=name)
    _, found = await saved(files, message.as_bytes())
    found.pop("EMAIL000.TXT")
    assert len(found) == 1
    (only,) = found
    assert only == expected or (len(name) > 150 and only[:100] == expected[:100])


async def test_of_two_attachments_of_one_name_none_is_lost(files: FileSystem) -> None:
    message = mail()
    for number in range(3):
        data = b"%d" % number
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename="Same.TAR.gz".swapcase())
    _, found = await saved(files, message.as_bytes())
    assert found["sAME.tar.GZ"] == b"0"
    assert (found["sAME.tar(1).GZ"], found["sAME.tar(2).GZ"]) == (b"1", b"2")


@pytest.mark.parametrize("saving", Pop3Saving)
async def test_of_a_mail_that_does_not_fit_nothing_stays(tmp_path: Path, saving: Pop3Saving) -> None:
    files = FileSystem(tmp_path, total=3000)
    message = mail(a_bin=bytes(1000), b_bin=bytes(2500))
    with pytest.raises(FileProblem) as raised:
        await saved(files, message.as_bytes(), saving)
    assert raised.value.problem is Problem.FULL
    assert files.list("C:/Email") == []
    assert files.space().used == 0


def alternative() -> bytes:
    message = EmailMessage(policy=SMTP)
    message.set_content("plain\n")
    message.add_alternative("<p>html</p>\n", subtype="html")
    return message.as_bytes()


def html_only() -> bytes:
    message = EmailMessage(policy=SMTP)
    message.set_content("<p>Grüße</p>\n", subtype="html")
    return message.as_bytes()


def nested() -> bytes:
    message, inner = mail(), EmailMessage(policy=SMTP)
    inner["Subject"] = "inner"
    inner.set_content("inside\n")
    message.add_attachment(inner)
    return message.as_bytes()


def binary_only() -> bytes:
    message = EmailMessage(policy=SMTP)
    message.set_content(b"\x00\xff", maintype="application", subtype="octet-stream")
    return message.as_bytes()


MALFORMED = b'Content-Type: multipart/mixed; boundary="x"\r\n\r\nno part at all\r\n'


@pytest.mark.parametrize(
    ("data", "text", "attachments"),
    [
        (alternative(), b"\r\n\r\nplain\r\n", {"TEXT000.HTML": b"<p>html</p>\r\n"}),
        (html_only(), "<p>Grüße</p>\r\n".encode(), {}),
        (binary_only(), b"", {"ATTACHMENT000": b"\x00\xff"}),
        (b"\r\nbody without a header\r\n", b"body without a header\r\n", {}),
        (b"", b"", {}),
    ],
)
def test_other_shapes_of_mails(data: bytes, text: bytes, attachments: dict[str, bytes]) -> None:
    parts = parts_of(BytesIO(data))
    assert parts.text.endswith(text)
    assert dict(parts.attachments) == attachments


def test_a_mail_in_a_mail_is_an_attachment() -> None:
    parts = parts_of(BytesIO(nested()))
    ((name, inner),) = parts.attachments
    assert name == "ATTACHMENT000"
    assert inner.startswith(b"Subject: inner\r\n")
    assert inner.endswith(b"inside\r\n")


def test_what_no_standard_knows_is_saved_as_it_came() -> None:
    assert parts_of(BytesIO(MALFORMED)).text == MALFORMED
