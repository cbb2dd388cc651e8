"""Mails of any bytes: taken apart into what a module can carry, or refused by name; nothing in it breaks out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from typing import Any

from simcom_async.errors import LimitExceeded, UsageError
from simcom_async.sessions.mail import Letter, taken_apart, wrapped
from simcom_async.sessions.mail_server import check_server, check_timeout, module_timeout
from simcom_async.sessions.mail_words import check_text, encoded_words, header_text, hexadecimal, plain
from tests.fuzz.supply import Supply, packed
from tests.fuzz.vocabulary import NASTY
from tests.mails.corpus import CORPUS

MODULES = (
    "simcom_async.sessions.mail",
    "simcom_async.sessions.mail_parts",
    "simcom_async.sessions.mail_words",
    "simcom_async.sessions.mail_server",
)

_SMALL = 4_000
_HEADS = (
    b"From: Alice <alice@example.com>", b"To: Bob <bob@example.com>, c@d", b"Cc: a@b", b"Bcc: x@y.z", b"Subject: hello",
    b"Subject: =?utf-8?b?w6Q=?=", b"Subject: =?utf-8?q?=0d=0aBcc:_x@y?=", b"From: =?utf-8?b?DQo=?= <a@b>",
    b"To: friends: a@b, c@d;", b"To: undisclosed-recipients:;", b'From: "a\\"b" <a@b>', b"To: <a@[127.0.0.1]>",
    b"Date: Thu, 1 Jan 1970 00:00:00 +0000", b"Message-ID: <1@x>", b"X-Own: 1", b"MIME-Version: 1.0",
    b"Content-Type: text/plain; charset=utf-8", b"Content-Type: text/plain; charset=nonsense",
    b"Content-Type: multipart/mixed; boundary=b", b"Content-Type: multipart/alternative; boundary=b",
    b"Content-Type: application/octet-stream; name=x", b"Content-Type: message/rfc822", b"Content-Type: /;;=",
    b"Content-Disposition: attachment; filename=a.txt", b"Content-Disposition: inline; filename*=utf-8''%E4",
    b"Content-Disposition: attachment; filename*0*=x''a; filename*1=b", b"Content-Transfer-Encoding: base64",
    b"Content-Transfer-Encoding: quoted-printable", b"Content-Transfer-Encoding: x-uuencode", b"",
    b"--b", b"--b--", b"aGVsbG8=",
    b"text", b".", b"From: a@b, c@d", b"To:", b"From: <>", b"To: \xe4@b", b"To: (comment) a@b (x)", b"Subject: a\r\n b",
)  # fmt: skip


def check(data: bytes) -> None:
    """A mail, the words of its headers, or what is said of its server."""
    supply = Supply(data)
    supply.pick((_mail, _mail, _words, _server))(supply)


def _source(supply: Supply) -> bytes:
    if supply.flag():
        return supply.rest()
    lines = []
    for _ in range(supply.byte() % 32):
        match supply.byte() % 6:
            case 0:
                lines.append(supply.some())
            case 1:
                lines.append(supply.pick(_HEADS) + supply.pick(NASTY) + supply.some())
            case _:
                lines.append(supply.pick(_HEADS))
    return supply.pick((b"\r\n", b"\n")).join(lines)


def _mail(supply: Supply) -> None:
    old = supply.byte() > 0xE0
    source = _source(supply)
    message: Any = message_from_bytes(source, policy=policy.compat32 if old else policy.default)
    with suppress(UsageError):
        _check_letter(taken_apart(message))
    with suppress(UsageError):
        letter = wrapped(message)
        _check_letter(letter)
        assert letter.whole
        assert len(letter.attachments) == 1
        inside = message_from_bytes(letter.attachments[0].data, policy=policy.default)
        assert isinstance(inside, EmailMessage)
        assert not [name for name in inside if name.lower() == "bcc"], "a hidden recipient is shown"
    if supply.byte() > 0xF0:
        with suppress(UsageError):
            taken_apart(supply.pick((None, "x", b"x", Message())))  # type: ignore[arg-type]


def _check_letter(letter: Letter) -> None:
    assert letter.recipients
    for mailbox in (letter.sender, *letter.recipients):
        assert mailbox.address.isascii()
        assert not set(mailbox.address) & set('\r\n\t "<>,;')
        assert mailbox.address.count("@") == 1
        _check_line(mailbox.name, name=True)
    _check_line(letter.subject)
    for attachment in letter.attachments:
        _check_line(attachment.name)
    assert "\0" not in letter.text
    repr(letter)


def _check_line(text: str, *, name: bool = False) -> None:
    assert not any(ord(one) < 0x20 and one != "\t" for one in text), f"{text!r} breaks out"
    _check_words(text, name=name)


def _check_words(text: str, *, name: bool) -> None:
    """What an AT parameter is given for a header: safe, and read back the same."""
    written = header_text(text, name=name)
    assert written.isascii()
    assert '"' not in written
    assert written.isprintable()
    if written != text:
        assert plain(written) is False
        assert str(make_header(decode_header(written))) == text
        assert all(len(word) <= 75 for word in written.split(" "))
    assert bytes.fromhex(hexadecimal(text)).decode("utf-8") == text


def _words(supply: Supply) -> None:
    text, lines = supply.text() * (1 + supply.byte() % 8), supply.flag()
    try:
        check_text("message Subject", text, lines=lines)
    except UsageError as error:
        assert error.field == "message Subject"
        return
    assert "\0" not in text
    if lines:
        assert "\r" not in text
        return
    for name in (False, True):
        _check_words(text, name=name)
    if text:
        encoded_words(text)


def _server(supply: Supply) -> None:
    host = supply.pick(("example.com", "", "a b", "[::1]", "10.0.0.1", None, 5, supply.text()))
    port = supply.pick((25, 0, 65536, True, None, "25", supply.number()))
    with suppress(UsageError):
        check_server("host", host, port)
        assert isinstance(host, str)
        assert host.isascii()
        assert not set(host) & set('" \r\n,;/@:')
        assert isinstance(port, int)
        assert 0 < port < 65536
    timeout = supply.pick((None, 0, -1, 1e9, float("nan"), float("inf"), True, "5", supply.number(), supply.byte() / 7))
    with suppress(LimitExceeded):
        check_timeout(timeout)
        assert 1 <= module_timeout(timeout) <= 300  # type: ignore[arg-type]


def seeds() -> Iterator[bytes]:
    """The mails of the corpus that are small, and words of several scripts."""
    for one in CORPUS:
        if len(one.source) <= _SMALL:
            yield b"\x00\x00\x01" + one.source
    yield b"\x00\xff\x01" + CORPUS[0].source[:2_000]
    for text in ("plain", "Grüße", "=?x", 'a "b"', " lead", "語" * 40, "a\r\nBcc: x", "\ud800", "a.b"):
        yield b"\x02" + packed(text.encode("utf-8", "surrogatepass")) + b"\x01\x00"
    for number in range(8):
        yield bytes([3, number, number]) + bytes([number + 1])
        yield bytes([0, 0, 0, 12]) + bytes(part for place in range(12) for part in (2, place * 3 + number))
