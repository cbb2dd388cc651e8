"""Mails of many parts: versions, parts inside parts, mails inside mails, and mails that are broken."""

from __future__ import annotations

from dataclasses import replace

from tests.mails.specimen import (
    CRLF,
    PEOPLE,
    Row,
    Specimen,
    file_part,
    joined,
    mail,
    mixed,
    multipart,
    specimen,
    text_part,
)

__all__ = ["BROKEN", "PARTS"]

TEXT = text_part("Plain: grün.\n")
HTML = joined("Content-Type: text/html; charset=utf-8") + CRLF + "<p>HTML: <b>grün</b></p>\r\nOK\r\n".encode()
PICTURE = file_part(b"\x89PNG" * 50, 'filename="p.png"', kind="image/png", disposition="inline")
FILE = file_part(bytes(range(256)), 'filename="a.bin"')
INNER = joined("From: c@example.com", "To: d@example.com", "Subject: =?utf-8?Q?inner_=C3=BC?=") + CRLF + b".\r\nOK\r\n"
MESSAGE = joined("Content-Type: message/rfc822", "Content-Disposition: attachment") + CRLF + INNER
_UNTOLD = "parts that cannot be told apart (multipart/mixed)"
_NOBODY = "no recipient"
VERSIONS = multipart("alternative", TEXT, HTML, boundary="=_v")


def deep(levels: int) -> bytes:
    """Parts inside parts."""
    inner = TEXT
    for level in range(levels):
        inner = multipart("mixed", inner, FILE, boundary=f"=_{level}")
    return inner


def headed(part: bytes, *headers: str) -> bytes:
    """A part with more headers."""
    return joined(*headers) + part


def body(name: str, row: Row, source: bytes, refused: str = "") -> Specimen:
    """A mail of these headers of MIME and what follows them."""
    head = joined(*PEOPLE, f"Subject: {name}", "MIME-Version: 1.0")
    return specimen(name, row, head + source, refused=refused)


PARTS = (
    mixed(
        "HTML beside the text", Row.VERSIONS, TEXT, HTML, subtype="alternative", refused="other versions of the text"
    ),
    mixed("HTML and files", Row.VERSIONS, VERSIONS, FILE, refused="other versions of the text"),
    mixed("HTML with pictures", Row.VERSIONS, HTML, PICTURE, subtype="related", refused="a text with files inside it"),
    mixed(
        "a signed mail",
        Row.VERSIONS,
        TEXT,
        file_part(b"0\x82", 'filename="smime.p7s"', kind="application/pkcs7-signature"),
        subtype="signed",
        refused="a signature",
    ),
    mixed(
        "an invitation",
        Row.VERSIONS,
        TEXT,
        joined("Content-Type: text/calendar; method=REQUEST") + CRLF + b"BEGIN:VCALENDAR\r\n",
        subtype="alternative",
        refused="other versions of the text",
    ),
    mixed("a mail inside", Row.NESTED, TEXT, MESSAGE, refused="a mail inside the mail"),
    mixed(
        "a mail in a mail in a mail",
        Row.NESTED,
        TEXT,
        joined("Content-Type: message/rfc822")
        + CRLF
        + joined("From: e@example.com", "Subject: middle")
        + multipart("mixed", TEXT, MESSAGE, boundary="=_m"),
        refused="a mail inside the mail",
    ),
    mixed("a digest", Row.NESTED, CRLF + INNER, CRLF + INNER, subtype="digest", refused="parts inside a part"),
    mixed(
        "a bounce",
        Row.NESTED,
        TEXT,
        joined("Content-Type: message/delivery-status")
        + CRLF
        + b"Reporting-MTA: dns; mx.example.com\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n",
        MESSAGE,
        subtype="report",
        refused="parts inside a part",
    ),
    body("parts in eight levels", Row.NESTED, deep(8), "parts inside a part"),
    mixed(
        "parts inside a part", Row.NESTED, TEXT, multipart("mixed", FILE, boundary="=_i"), refused="parts inside a part"
    ),
    mixed("an inline file", Row.INLINE, TEXT, PICTURE, refused="the inline file 'p.png'"),
    mixed(
        "a second text",
        Row.INLINE,
        TEXT,
        text_part("footer of a list\n"),
        refused="neither the first part nor an attachment",
    ),
    mixed("a file in front of the text", Row.INLINE, FILE, TEXT, refused="neither the first part nor an attachment"),
    mixed(
        "a part with headers of its own",
        Row.INLINE,
        TEXT,
        headed(FILE, "Content-ID: <1@example.com>"),
        refused="Content-ID of ",
    ),
    mixed("one part", Row.TEXT, TEXT),
    body(
        "words in front of and behind the parts",
        Row.FILES,
        multipart("mixed", TEXT, FILE, before=b"This is a message in MIME.\r\nOK\r\n", behind=b"epilogue\r\n.\r\n"),
    ),
    body(
        "a boundary of odd characters", Row.FILES, multipart("mixed", TEXT, FILE, boundary="--=_(a)+b'c/d:e.f,g?h i=j")
    ),
    body("a boundary of final results", Row.FILES, multipart("mixed", TEXT, FILE, boundary="OK")),
    mail(
        "HTML alone",
        Row.OTHER_BODY,
        *PEOPLE,
        "MIME-Version: 1.0",
        "Content-Type: text/html; charset=utf-8",
        body="<p>ü</p>\r\n".encode(),
        refused="a body of the type text/html",
    ),
)

BROKEN = (
    body("parts that do not end", Row.FILES, multipart("mixed", TEXT, FILE).removesuffix(b"\r\n--=_b--\r\n")),
    body(
        "parts without a boundary",
        Row.NESTED,
        joined("Content-Type: multipart/mixed") + CRLF + b"--x\r\n\r\nHello.\r\n--x--\r\n",
        _UNTOLD,
    ),
    body(
        "parts that never come",
        Row.NESTED,
        joined('Content-Type: multipart/mixed; boundary="x"') + CRLF + b"Hello.\r\n",
        _UNTOLD,
    ),
    replace(
        body(
            "no part at all",
            Row.NESTED,
            joined('Content-Type: multipart/mixed; boundary="x"') + CRLF + b"--x--\r\n",
            _UNTOLD,
        ),
        rewritten=True,
    ),
    replace(
        body(
            "parts that never come, inside a part",
            Row.NESTED,
            multipart("mixed", TEXT, joined('Content-Type: multipart/mixed; boundary="x"') + CRLF + b"Hello.\r\n"),
            _UNTOLD,
        ),
        rewritten=True,
    ),
    body(
        "a type that is none",
        Row.TEXT,
        joined("Content-Type: text", "Content-Transfer-Encoding:") + CRLF + b"Hello.\r\n",
    ),
    body(
        "a file whose base64 is cut", Row.FILES, multipart("mixed", TEXT, file_part(b"", "filename=a.bin") + b"AAECA")
    ),
    mail("a line that is no header", Row.TEXT, *PEOPLE, "Subject: x", "no header", body=b"Hello.\r\n"),
    mail("a head of an mbox", Row.TEXT, "From alice@example.com Mon Aug 17 14:09:27 2009", *PEOPLE),
    specimen(
        "nothing but bytes", Row.WRONG, bytes(range(256)) * 3 + CRLF, refused="a text that is not utf-8", whole=_NOBODY
    ),
    specimen("a line end", Row.WRONG, CRLF, refused=_NOBODY, whole=_NOBODY),
    specimen(
        "final results and no head",
        Row.WRONG,
        b"OK\r\n\r\nERROR\r\n.\r\n+POP3READ: 2,0\r\n",
        refused=_NOBODY,
        whole=_NOBODY,
    ),
)
