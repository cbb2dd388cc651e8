"""Mails of one text: charsets, transfer encodings, lines that look like a module's own, lengths, odd bytes."""

# ruff: noqa: RUF001 - these texts are meant not to be ASCII

from __future__ import annotations

from dataclasses import replace
from typing import Unpack

from tests.mails.specimen import PEOPLE, Refusals, Row, Specimen, coded, mail

__all__ = ["CHARSETS", "CONTROLS", "ENCODINGS", "LINES"]

_CONTROL = "message body: control character "
_CR = _CONTROL + "0x0D"
_NO_ENTRY = "a body with {} in it, which ends or changes what is entered"


def text(
    name: str,
    body: str | bytes,
    charset: str = "us-ascii",
    encoding: str = "7bit",
    *,
    row: Row = Row.TEXT,
    reads: str | None = None,
    rewritten: bool = False,
    **said: Unpack[Refusals],
) -> Specimen:
    """A mail of one text; str is encoded as its headers say, bytes stand as they are, and ``reads`` is their text."""
    raw = body if isinstance(body, bytes) else coded(body.replace("\n", "\r\n").encode(charset), encoding)
    head = (
        "MIME-Version: 1.0",
        f"Content-Type: text/plain; charset={charset}",
        f"Content-Transfer-Encoding: {encoding}",
    )
    made = mail(name, row, *PEOPLE, *head, body=raw, **said)
    return replace(made, text=body if isinstance(body, str) else reads, rewritten=rewritten)


CHARSETS = (
    text("us-ascii", "Plain text, ~{}[]\\|^ and all.\n"),
    text("utf-8 in 8bit", "Grüße, 小明, שלום, Привет, 😀, e\u0301, \u200b\u2028.\n", "utf-8", "8bit"),
    text("utf-8 in quoted-printable", "Zoë = 100 % für 5 €\n", "utf-8", "quoted-printable"),
    text("utf-8 in base64", "Ελληνικά\nहिन्दी\n", "UTF-8", "base64"),
    text("utf-8 with a byte order mark", "\ufeffA mark in front.\n", "utf-8", "8bit"),
    text("iso-8859-1 in 8bit", "Fähre, señor, façade, ÿ\n", "iso-8859-1", "8bit"),
    text("iso-8859-2", "Zażółć gęślą jaźń\n", "iso-8859-2", "quoted-printable"),
    text("iso-8859-15", "Œuvre: 5 €\n", "iso-8859-15", "quoted-printable"),
    text("windows-1252", "“Quoted” – 5 € … naïve\n", "windows-1252", "8bit"),
    text("windows-1251", "Насос остановлен\n", "windows-1251", "8bit"),
    text("koi8-r", "Давление 5 бар\n", "koi8-r", "8bit"),
    text("gb2312", "水位报警：三号井\n", "gb2312", "8bit"),
    text("gb18030", "温度㐀过高€\n", "gb18030", "base64"),
    text("big5", "水位警報\n", "big5", "8bit"),
    text("shift_jis", "警報：ポンプ停止ソ表\n", "shift_jis", "8bit"),
    text("iso-2022-jp, with ESC in it", "警報：ポンプ停止\nOK\n", "iso-2022-jp", "7bit"),
    text("euc-kr", "펌프 정지\n", "euc-kr", "8bit"),
    text("tis-620", "น้ำท่วม\n", "tis-620", "8bit"),
    text("iso-8859-8 from right to left", "שלום\n", "iso-8859-8", "8bit"),
    text("utf-7", "5 € für dich\n", "utf-7", "7bit"),
    text("utf-16 in base64", "wide 小明\n", "utf-16", "base64"),
    text("utf-8 that is called us-ascii", "Grüße\r\n".encode(), "us-ascii", "8bit", reads="Grüße\n"),
    text("a charset that nobody knows", b"?\r\n", "x-own", row=Row.NO_TEXT, refused="a text that is not x-own"),
    text(
        "latin-1 that is called utf-8",
        b"Gr\xfc\xdfe\r\n",
        "utf-8",
        "8bit",
        row=Row.NO_TEXT,
        refused="a text that is not utf-8",
    ),
    text(
        "windows-1252 that is called latin-1",
        b"\x93x\x94\r\n",
        "iso-8859-1",
        "8bit",
        row=Row.NO_TEXT,
        refused=_CONTROL + "0x93",
    ),
    mail("8 bit without MIME", Row.NO_TEXT, *PEOPLE, body=b"Gr\xfc\xdfe\r\n", refused="a text that is not utf-8"),
    replace(mail("utf-8 without MIME", Row.TEXT, *PEOPLE, body="Grüße\r\n".encode()), text="Grüße\n"),
)

ENCODINGS = (
    text(
        "soft line breaks",
        b"one=20line=\r\n that =\r\nwas cut\r\n=2E dot\r\n",
        encoding="quoted-printable",
        reads="one line that was cut\n. dot\n",
    ),
    text(
        "dots behind soft line breaks",
        b"a=\r\n.b=\r\n..c\r\n.\r\n",
        encoding="quoted-printable",
        reads="a.b..c\n.\n",
    ),
    text("blanks at line ends", "a \nb\t\n \n", encoding="quoted-printable"),
    text("blanks at line ends as they are", "a \nb\t\n \nc\n"),
    text("small hexadecimal digits", b"Gr=c3=bc=c3=9fe =3d\r\n", "utf-8", "quoted-printable", reads="Grüße =\n"),
    text("equals signs that encode nothing", b"a=zz b= \r\nc=\r\n", encoding="quoted-printable"),
    text("base64 in one line", b"T0sNCkVSUk9SDQo=\r\n", encoding="base64", reads="OK\nERROR\n"),
    text("base64 in short lines with blanks", b"R3L\r\n Dv\r\nMOf\r\nZQ==\r\n", "utf-8", "base64", reads="Grüße"),
    text("base64 with words behind it", b"SGVsbG8=\r\n\r\n-- \r\nfooter of a list\r\n", encoding="base64"),
    text("base64 of bare LF", coded(b"one\ntwo\n", "base64"), encoding="base64", reads="one\ntwo\n"),
    text("binary", "Grüße\n", "utf-8", "binary"),
    text("an encoding that nobody knows", "Hello.\n", encoding="x-uuencode"),
)

LINES = (
    text("empty body", ""),
    mail("a head and no more", Row.TEXT, *PEOPLE, body=b""),
    replace(
        mail("no empty line behind the head", Row.TEXT, *PEOPLE), source=b"\r\n".join(map(str.encode, PEOPLE)) + b"\r\n"
    ),
    text("one line end", "\n"),
    text("many empty lines", "\n" * 40 + "x" + "\n" * 40),
    text("no final line end", "The end."),
    text("no final line end, encoded", "Ende: ü", "utf-8", "base64"),
    text("a dot", ".\n"),
    text("dots", ".\n..\n...\n.dot\n. \n\n.\n"),
    text("a dot at the end, without a line end", "end\n."),
    text("final results", "OK\nERROR\n+CME ERROR: 100\nNO CARRIER\n0\n4\nBUSY\n+CMS ERROR: 1\n"),
    text(
        "final results of POP3",
        "+POP3READ: 1,5\n+POP3READ: 2,5\n+POP3OUT: 1\n+POP3OUT: 65\n+POP3CMD: 1\nOK\n+OK\n-ERR\n",
    ),
    text("final results of SMTP", "+SMTPSEND: 1\n+SMTPFT: 1,1360\n+SMTP: SUCCESS\n+SMTP: OVERSIZE\n250 OK\nQUIT\n"),
    text("results of the file system", "+CFTRANTX: DATA,1024\n+CFTRANTX: 0\n+POP3: SUCCESS\n+FSATTRI: 5\nOK\n"),
    text("prompts", "> \n>\nDOWNLOAD\nCONNECT\nCONNECT 9600\n> AT+POP3OUT\n"),
    text("commands", 'AT+POP3STOP\nATZ\n+++\nA/\nAT+SMTPSEND;+CMEE=2\n"quoted", {braces}\n'),
    text("lines of an older mail", "From here on\n>From here\n>> quoted\n> OK\n"),
    text("RING and other URCs", 'RING\n+CMTI: "SM",1\nCall Ready\nNORMAL POWER DOWN\n+SAPBR 1: DEACT\nSTART\n'),
    text("lines of exactly 998", "x" * 998 + "\n" + "." * 998 + "\n"),
    text("a line of 999", "x" * 999 + "\n", row=Row.LONG_LINES),
    text("a line of 5000", "y" * 5_000 + "\nOK\n", row=Row.LONG_LINES),
    text("long lines of letters in two bytes", "é" * 600 + "\nOK\n", "utf-8", "8bit", row=Row.LONG_LINES),
    text("a dot at every place where SMTP cuts lines", ("." * 999 + "\n") * 3, row=Row.LONG_LINES),
    text("tabs and form feeds", "a\tb\t\n\x0c\nc\x0b\n"),
    text("2,500 lines", "OK\n" * 2_500, textual="a body of 10000 bytes, it has room for 5120"),
    text("a text of 200 kB", "ERROR\n" * 28_000, refused="a body of 196000 bytes, it has room for"),
)

CONTROLS = (
    text("Ctrl-Z", "before\x1aafter\n\x1a\n", row=Row.ENTRY_ENDS, textual=_NO_ENTRY.format("Ctrl-Z")),
    text("ESC", "\x1b[1mbold\x1b[0m\n\x1b\n", row=Row.ENTRY_ENDS, textual=_NO_ENTRY.format("ESC")),
    text("BACKSPACE", "o\bo\n", row=Row.ENTRY_ENDS, textual=_NO_ENTRY.format("BACKSPACE")),
    text(
        "ETX, DLE and other controls", "\x01\x02\x03\x04\x05\x06\x07\x0e\x10\x11\x13\x10\x03\x17\x1f\n", "utf-8", "8bit"
    ),
    text("NUL", "a\0b\n", "utf-8", "base64", row=Row.NO_TEXT, refused=_CONTROL + "0x00"),
    text("NUL as it is", b"a\0b\r\n", "utf-8", "8bit", row=Row.NO_TEXT, refused=_CONTROL + "0x00"),
    text("DEL", "a\x7fb\n", row=Row.NO_TEXT, refused=_CONTROL + "0x7F"),
    text(
        "every byte",
        bytes(range(256)) + b"\r\n",
        "iso-8859-1",
        "binary",
        row=Row.NO_TEXT,
        refused=_CONTROL,
        rewritten=True,
    ),
    text("CR CR LF", b"one\r\r\ntwo\r\r\n", row=Row.NO_TEXT, refused=_CR, rewritten=True),
    text("CR alone", b"one\rtwo\r\rthree\r\n", row=Row.NO_TEXT, refused=_CR, rewritten=True),
    text("LF alone", b"one\ntwo\n.\nthree\n.four\nOK\n\r\n", reads="one\ntwo\n.\nthree\n.four\nOK\n\n"),
    text("LF CR", b"one\n\rtwo\n\r\n", row=Row.NO_TEXT, refused=_CR, rewritten=True),
    text("encoded CR alone", coded(b"one\rtwo\r\n", "base64"), encoding="base64", row=Row.NO_TEXT, refused=_CR),
)
