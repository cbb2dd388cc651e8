"""Every mail of the corpus, by every family: sent and equal, or refused by name and whole; read byte for byte.

Issue 4, line 2. ``make test-long`` does all of it; the ordinary run a seeded sample, of every shape and family. What
docs/mail.md says of the families is held against the same mails.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from random import Random

import pytest

from simcom_async.errors import UsageError
from simcom_async.modem import Modem
from simcom_async.sessions.mail import WHOLE_NAME
from simcom_async.sites.pop3 import Pop3Site, StoredMail
from simcom_async.sites.smtp import SmtpSite
from tests.mails.corpus import CORPUS, SHAPES
from tests.mails.reader import as_sent, content, found
from tests.mails.specimen import CRLF, PEOPLE, Row, Specimen, file_part, mail, mixed, text_part
from tests.sessions.mail_ends import FAMILIES, NUMERIC, ends
from tests.sites.dovecot import MISSING, Dovecot

SEED = 4
EACH = 2  # mails of a shape in the ordinary run
SMALL = 250_000  # bytes of a mail, at most, in the ordinary run
PIECE = 20_000  # bytes of a mail that are handed on at a time, at most
LONG = 300.0

PAGE = Path(__file__).parent.parent / "docs" / "mail.md"
SERVERS = [
    "Pop3Site",
    pytest.param("Dovecot", marks=[pytest.mark.server, pytest.mark.skipif(MISSING != "", reason=MISSING)]),
]


def sample() -> tuple[Specimen, ...]:
    """Some of every shape, always the same."""
    random = Random(SEED)
    small = ([one for one in CORPUS if one.shape == shape and len(one.source) <= SMALL] for shape in SHAPES)
    return tuple(one for group in small for one in random.sample(group, min(EACH, len(group))))


SAMPLE = sample()
TAKEN = [
    pytest.param(SAMPLE, id="sample"),
    pytest.param(CORPUS, id="all", marks=[pytest.mark.long, pytest.mark.timeout(LONG)]),
]


def test_the_corpus_is_large_and_the_sample_has_all_shapes() -> None:
    assert len(CORPUS) >= 40
    assert len({one.name for one in CORPUS}) == len(CORPUS)
    assert {one.shape for one in SAMPLE} == set(SHAPES)
    assert any(one.refusal(numeric=True) for one in SAMPLE)
    assert any(not one.refusal(numeric=True) for one in SAMPLE)
    assert max(len(one.source) for one in CORPUS) > 1_000_000


# Sending


async def outcome(modem: Modem, site: SmtpSite, message: EmailMessage, *, whole: bool = False) -> str:
    """What is said of it; empty: it was sent."""
    host, port = site.address
    before = modem.bus.sequence
    try:
        result = await modem.smtp.send(message, hostname=host, port=port, whole_as_attachment=whole)
    except UsageError as error:
        assert modem.bus.sequence == before, "a byte was sent"
        return str(error)
    assert site.mails[-1].sender == result.sender
    assert set(site.mails[-1].recipients) == set(result.accepted)
    return ""


def check_whole(one: Specimen, site: SmtpSite) -> None:
    """The mail is the one attachment of what was sent, as its bytes are."""
    (attached,) = site.mails[-1].message.iter_attachments()
    arrived = attached.get_payload(decode=True)
    assert attached.get_filename() == WHOLE_NAME
    assert isinstance(arrived, bytes)
    if one.rewritten:
        assert content(message_from_bytes(arrived, policy=policy.default)) == content(one.message), one.name
    else:
        assert arrived == one.source, one.name


def everybody(message: EmailMessage) -> list[str]:
    """To, Cc and Bcc, each once."""
    headers = (value for name in ("To", "Cc", "Bcc") for value in message.get_all(name, []))
    return list(dict.fromkeys(address.addr_spec for header in headers for address in header.addresses))


@pytest.mark.parametrize("specimens", TAKEN)
@pytest.mark.parametrize("dialect", FAMILIES)
async def test_sent_or_refused_by_name(dialect: str, specimens: Iterable[Specimen]) -> None:
    async with SmtpSite() as site, ends(dialect) as (_, modem):
        for one in specimens:
            refusal, before = one.refusal(numeric=dialect in NUMERIC), len(site.mails)
            said = await outcome(modem, site, one.message)
            assert bool(said) is bool(refusal), f"{one.name}: {said}"
            assert refusal in said, one.name
            assert len(site.mails) == before + (not refusal), one.name
            if not refusal:
                arrived = site.mails[-1]
                assert found(arrived.message) == as_sent(one), one.name
                assert list(dict.fromkeys(arrived.recipients)) == everybody(one.message), one.name
                assert arrived.message["Bcc"] is None, one.name


@pytest.mark.parametrize("specimens", TAKEN)
@pytest.mark.parametrize("dialect", FAMILIES)
async def test_what_is_refused_goes_whole(dialect: str, specimens: Iterable[Specimen]) -> None:
    async with SmtpSite() as site, ends(dialect) as (_, modem):
        for one in specimens:
            if one.refusal(numeric=dialect in NUMERIC):
                before = len(site.mails)
                said = await outcome(modem, site, one.message, whole=True)
                assert bool(said) is bool(one.whole), f"{one.name}: {said}"
                assert one.whole in said, one.name
                assert len(site.mails) == before + (not one.whole), one.name
                if not one.whole:
                    check_whole(one, site)


# Reading


@asynccontextmanager
async def box_of(server: str, sources: list[bytes]) -> AsyncIterator[tuple[int, list[bytes]]]:
    """The port of a mailbox with these mails, and what the server itself makes of them."""
    if server == "Dovecot":
        async with Dovecot(sources) as dovecot:
            yield dovecot.port, await plainly_read(dovecot.port, len(sources))
        return
    async with Pop3Site() as site:
        site.mails += (StoredMail(source, f"{number}") for number, source in enumerate(sources, 1))
        assert await plainly_read(site.port, len(sources)) == sources
        yield site.port, sources


async def plainly_read(port: int, count: int) -> list[bytes]:
    """The mails over a socket, without a module."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=8_000_000)
    found = []
    try:
        await reader.readuntil(CRLF)
        for line in (b"USER user\r\n", b"PASS secret\r\n"):
            writer.write(line)
            assert (await reader.readuntil(CRLF)).startswith(b"+OK")
        for number in range(1, count + 1):
            writer.write(b"RETR %d\r\n" % number)
            assert (await reader.readuntil(CRLF)).startswith(b"+OK")
            answer = CRLF + await reader.readuntil(b"\r\n.\r\n")
            found.append(answer.removeprefix(CRLF).removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n."))
        writer.write(b"QUIT\r\n")
        await reader.readuntil(CRLF)
    finally:
        writer.close()
        await writer.wait_closed()
    return found


@pytest.mark.parametrize("specimens", TAKEN)
@pytest.mark.parametrize("dialect", FAMILIES)
@pytest.mark.parametrize("server", SERVERS)
async def test_read_byte_for_byte(server: str, dialect: str, specimens: Iterable[Specimen]) -> None:
    names = [one.name for one in specimens]
    sources = [one.source if one.source.endswith(CRLF) else one.source + CRLF for one in specimens]
    async with (
        box_of(server, sources) as (port, kept),
        ends(dialect) as (_, modem),
        modem.pop3("127.0.0.1", "user", "secret", port=port) as box,
    ):
        assert [number for number, _ in await box.list()] == list(range(1, len(names) + 1))
        for number, (name, wanted) in enumerate(zip(names, kept, strict=True), 1):
            assert await box.source(number) == wanted, name
            pieces = [piece async for piece in box.open(number)]
            assert b"".join(pieces) == wanted, name
            assert all(0 < len(piece) <= PIECE for piece in pieces), name


# What the page says


def rows() -> dict[str, tuple[str, str]]:
    """The lines of the page's table: what a numeric module can send, and what a SIM7100."""
    table = PAGE.read_text(encoding="utf-8").partition("## What a family can send")[2].partition("\n## ")[0]
    cells = [line.replace("\\|", "/").strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    return {name: (numeric, numeric if textual == "the same" else textual) for name, numeric, textual in cells[1:]}


def test_each_line_of_the_page_has_its_witnesses() -> None:
    said = rows()
    assert set(said) == set(Row) - {Row.WRONG}
    for row in said:
        witnesses = [one for one in CORPUS if one.row == row]
        for cell, numeric in zip(said[row], (True, False), strict=True):
            refused = [bool(one.refusal(numeric=numeric)) for one in witnesses]
            assert all(refused) if cell == "refused" else not all(refused), row
            assert any(refused) or "refused" not in cell, row
    assert all(one.whole and one.numeric and one.textual for one in CORPUS if one.row is Row.WRONG)


def lines_of(letter: str, size: int) -> bytes:
    """A text of so many bytes of UTF-8, a multiple of 80 or one more, in lines of this letter."""
    octets = letter.encode()
    line = octets * (78 // len(octets)) + CRLF
    return b"x" * (size % len(line)) + line * (size // len(line))


def recipients(most: int) -> Specimen:
    return mail("x", Row.RECIPIENTS, PEOPLE[0], f"To: {', '.join(f'b{n}@example.com' for n in range(most))}")


def address(most: int) -> Specimen:
    return mail("x", Row.ADDRESSES, PEOPLE[0], f"To: {'b' * (most - len('@example.com'))}@example.com")


def name(most: int) -> Specimen:
    return mail("x", Row.NAMES, f"From: {'n' * most} <a@example.com>", PEOPLE[1])


def subject(most: int) -> Specimen:
    return mail("x" * most, Row.SUBJECT, *PEOPLE)


def long_subject(most: int) -> Specimen:
    return mail("x" * (most % 2) + "ü" * (most // 2), Row.SUBJECT, *PEOPLE)


def ascii_text(most: int) -> Specimen:
    return mail("x", Row.TEXT, *PEOPLE, body=lines_of("x", most))


def utf8_text(most: int) -> Specimen:
    head = "Content-Type: text/plain; charset=utf-8"
    return mail("x", Row.TEXT, *PEOPLE, head, body=lines_of("ü", most))


def files(most: int) -> Specimen:
    return mixed("x", Row.FILES, text_part("x"), *(file_part(b"", f"filename={n}") for n in range(most)))


def bytes_of_files(most: int) -> Specimen:
    return mixed("x", Row.FILES, text_part("x"), file_part(b"x" * most, "filename=x"))


Maker = Callable[[int], Specimen]
#: What the page says is the most, how many that are, and a mail of so many.
LIMITS: list[tuple[str, str, int, Maker]] = [
    ("sim900", "5 each", 5, recipients),
    ("sim7100", "5 each", 5, recipients),
    ("sim900", "up to 100 characters", 100, address),
    ("sim7100", "up to 128 characters", 128, address),
    ("sim900", "up to 100 characters", 100, name),
    ("sim7100", "up to 64 characters", 64, name),
    ("sim900", "ASCII up to 500 characters", 500, subject),
    ("sim900", "250 bytes of UTF-8", 250, long_subject),
    ("sim7100", "512 characters", 512, subject),
    ("sim900", "ASCII up to 10,240 bytes", 10_240, ascii_text),
    ("sim900", "5,120 bytes of UTF-8", 5_120, utf8_text),
    ("sim7100", "up to 5,120 bytes of UTF-8", 5_120, utf8_text),
    ("sim900", "one", 1, files),
    ("sim7100", "10, ", 10, files),
]


@pytest.mark.parametrize(("dialect", "shown", "most", "made"), LIMITS)
async def test_what_the_page_says_is_the_most(dialect: str, shown: str, most: int, made: Maker) -> None:
    assert shown in rows()[made(most).row][dialect not in NUMERIC]
    async with SmtpSite() as site, ends(dialect) as (_, modem):
        assert await outcome(modem, site, made(most).message) == ""
        assert found(site.mails[-1].message) == found(made(most).message)
        assert await outcome(modem, site, made(most + 1).message)
        assert len(site.mails) == 1


async def test_attachments_may_have_ten_megabytes_together() -> None:
    assert "together 10 MB" in rows()[Row.FILES][1]
    async with SmtpSite() as site, ends("sim7100") as (_, modem):
        refusal = "attachments of 10485761 bytes, 10485760 is the most"
        assert refusal in await outcome(modem, site, bytes_of_files(10 * 1024 * 1024 + 1).message)


@pytest.mark.long
@pytest.mark.timeout(LONG)
async def test_ten_megabytes_of_attachments_arrive() -> None:
    largest = bytes_of_files(10 * 1024 * 1024)
    async with SmtpSite() as site, ends("sim7100") as (_, modem):
        assert await outcome(modem, site, largest.message) == ""
        assert found(site.mails[-1].message) == found(largest.message)
