"""Mails with files: of any size and content, many, with names of every script, and as no module can attach them."""

from __future__ import annotations

from random import Random
from typing import Unpack

from tests.mails.specimen import PEOPLE, Refusals, Row, Specimen, coded, file_part, mail, mixed, text_part

__all__ = ["CONTENTS", "MANY", "NAMES"]

BINARY = bytes(range(256)) * 8
WORDS = b"\r\nOK\r\n\r\nERROR\r\n+SMTPFT: 1,1360\r\n+POP3READ: 1,5\r\n> \r\nNO CARRIER\r\n.\r\n..\r\n\x1a\x1b\x03\x10\0"
TEXT = text_part("See the file.\n")


def one(name: str, data: bytes, *parameters: str, row: Row = Row.FILES, **said: Unpack[Refusals]) -> Specimen:
    """A mail with a text and a file."""
    return mixed(name, row, TEXT, file_part(data, *(parameters or ('filename="file.bin"',))), **said)


def many(name: str, files: dict[str, bytes], **said: Unpack[Refusals]) -> Specimen:
    """A mail with a text and files."""
    parts = (file_part(data, f'filename="{file}"') for file, data in files.items())
    return mixed(name, Row.FILES, TEXT, *parts, **said)


def typed(name: str, kind: str, data: bytes, encoding: str, file: str) -> Specimen:
    """A mail with a text and a file of this kind."""
    return mixed(name, Row.FILE_TYPES, TEXT, file_part(data, f'filename="{file}"', kind=kind, encoding=encoding))


def so_many(number: int) -> str:
    """What a module with room for one says."""
    return f"{number} attachments in one mail, it has room for one"


CONTENTS = (
    one("a file of all bytes", BINARY),
    one("a file of a module's words", WORDS * 50),
    one("an empty file", b""),
    one("a file of one byte", b"\n"),
    one("a file of a whole line of base64", b"x" * 57),
    one("a file of one byte more than a block", b"x" * 970),
    one("a file of 100 kB", Random(1).randbytes(100_000)),
    one("a file of 1 MB", Random(2).randbytes(1_000_000)),
    one("a file of 1 MB of dots", b"." * 1_000_000),
    typed("a text as a file", "text/plain; charset=iso-8859-1", "Fähre\r\nOK\r\n".encode("latin-1"), "8bit", "a.txt"),
    typed("a table as a file", "text/csv; charset=utf-8", "a;ü\r\n1;2\r\n".encode(), "quoted-printable", "a.csv"),
    typed("a page as a file", "text/html", b"<p>OK</p>\r\n.\r\n", "7bit", "a.html"),
    typed("a picture", "image/jpeg", b"\xff\xd8\xff\xe0" + BINARY, "base64", "snapshot.jpg"),
    typed("a document", 'application/pdf; name="other.pdf"', b"%PDF-1.4\n%\xe2\xe3\n" + BINARY, "base64", "report.pdf"),
    mixed("a file without a text", Row.FILES, file_part(BINARY, 'filename="only.bin"')),
    mail(
        "a file that is the mail",
        Row.FILES,
        *PEOPLE,
        "MIME-Version: 1.0",
        "Content-Type: application/pdf",
        "Content-Transfer-Encoding: base64",
        'Content-Disposition: attachment; filename="a.pdf"',
        body=coded(BINARY, "base64"),
    ),
    mixed(
        "a text in koi8-r and a file",
        Row.FILES,
        text_part("Давление\n", "koi8-r", "8bit"),
        file_part(BINARY, 'filename="d.bin"'),
    ),
    mixed("an empty text and a file", Row.FILES, text_part(""), file_part(b"x", 'filename="d.bin"')),
    mixed("a text without a line end and a file", Row.FILES, text_part("no end"), file_part(b"x", 'filename="d.bin"')),
)

MANY = (
    many("2 files", {"a.bin": BINARY, "b.txt": WORDS}, numeric=so_many(2)),
    many("10 files", {f"{n}.bin": BINARY[:n] for n in range(10)}, numeric=so_many(10)),
    many(
        "11 files",
        {f"{n}.bin": b"x" for n in range(11)},
        numeric=so_many(11),
        textual="11 attachments in one mail, it has room for 10",
    ),
    many("50 empty files", {f"{n}": b"" for n in range(50)}, refused="50 attachments in one mail, it has room for"),
    many("2 files of 500 kB", {n: Random(n).randbytes(500_000) for n in ("a", "b")}, numeric=so_many(2)),
    mixed(
        "2 files of one name",
        Row.FILE_NAMES,
        TEXT,
        file_part(b"1", "filename=a.txt"),
        file_part(b"2", "filename=A.TXT"),
        numeric=so_many(2),
        textual="two attachments called 'A.TXT'",
    ),
)

NAMES = (
    one("a name by RFC 2231", BINARY, "filename*=utf-8''W%C3%A4rme%20%E5%B0%8F%E6%98%8E.bin", row=Row.FILE_NAMES),
    one(
        "a name by RFC 2231 in pieces",
        b"x",
        "filename*0*=utf-8''lange%20",
        'filename*1="Reihe "',
        "filename*2*=%C3%BC.bin",
        row=Row.FILE_NAMES,
    ),
    one("a name as an encoded word", b"x", 'filename="=?utf-8?B?R3LDvMOfZS5iaW4=?="', row=Row.FILE_NAMES),
    one("a name in raw utf-8", b"x", 'filename="Störung.bin"', row=Row.FILE_NAMES),
    one("a name with blanks", b"x", 'filename="two words (1).bin"', row=Row.FILE_NAMES),
    one("a name with an apostrophe", b"x", 'filename="it\'s.bin"', row=Row.FILE_NAMES),
    one("a name without quotes", b"x", "filename=plain.bin", row=Row.FILE_NAMES),
    one(
        "a name with a path",
        b"x",
        'filename="../etc/passwd"',
        row=Row.FILE_NAMES,
        textual="which is no file name there",
    ),
    one(
        "a name with quotes",
        b"x",
        'filename="the \\"best\\".bin"',
        row=Row.FILE_NAMES,
        textual="which is no file name there",
    ),
    one("a name of 60 characters", b"x", f'filename="{"n" * 56}.bin"', row=Row.FILE_NAMES),
    mixed("a name that is only in the type", Row.FILE_NAMES, TEXT, file_part(b"x", kind='image/png; name="a.png"')),
    mixed("no name", Row.NAMELESS, TEXT, file_part(b"x"), refused="an attachment without a file name"),
    one(
        "a file name with an encoded line end",
        b"x",
        "filename*=utf-8''a%0D%0Ab.bin",
        row=Row.FILE_NAMES,
        refused="message attachment",
    ),
)
