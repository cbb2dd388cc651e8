"""Listings of FTP servers: no line is lost, none raises, and what is understood is what stands there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from simcom_async.sessions.ftp_listing import FtpEntry, FtpKind, listed_size, parsed_listing
from tests.fuzz.supply import Supply, packed

MODULES = ("simcom_async.sessions.ftp_listing",)

_DAY = timedelta(days=1)
_NOW = (
    datetime(2026, 7, 26, 12, 0, tzinfo=UTC),
    datetime(2024, 2, 29, 0, 0, tzinfo=UTC),
    datetime(2024, 12, 31, 23, 59),
    datetime(2001, 1, 1, tzinfo=UTC),
)
_PARTS = (
    ("-rw-r--r--", "drwxr-xr-x", "lrwxrwxrwx", "srw-------+", "crw-rw----", "-rwsr-Sr-T", "brw-rw----.", "p---------"),
    (" 1 owner group ", " 12 owner ", "  3 a b c ", " owner group ", " 0 0 0 "),
    ("0", "1024", "99999999999", "9" * 5_000, "٣", "-1"),
    (" Jan  1 00:00 ", " Feb 29 12:30 ", " Feb 29 2023 ", " Dec 31 1999 ", " Xyz 10 10:10 ", " Mar 99 99:99 ",
     " Apr 1 0000 "),
    ("a", "a b", " lead", "link -> target", "a -> b -> c", "\u00e4", "x" * 300, " -> ", "."),
    ("07-26-14  03:45PM", "02-30-2014 12:00AM", "13-13-99 25:61", "01-01-00  00:00AM"),
    ("       <DIR>          ", "  <JUNCTION> ", " <SYMLINKD> ", "   1024 ", " " + "9" * 5_000 + " "),
    ("type=file;size=5;", "Type=DIR;Modify=20240229120000;", "type=cdir;", "modify=20230229120000.123;size=x;",
     "size=" + "9" * 5_000 + ";", "a=;b=;", "modify=" + "٣" * 14 + ";", "type=OS.unix=slink:/x;",
     "modify=00000000000000;"),
)  # fmt: skip


def check(data: bytes) -> None:
    """A listing, free or made of the parts of lines."""
    supply = Supply(data)
    now = supply.pick(_NOW)
    lines: list[bytes] = []
    while supply and len(lines) < 20:
        lines.append(_line(supply))
    listing = supply.pick((b"\r\n", b"\n", b"\r\r\n")).join(lines)
    found = parsed_listing(listing, now)
    meant = [line.rstrip(b"\r") for line in listing.split(b"\n")]
    shown = [line.decode("utf-8", "surrogateescape") for line in meant]
    assert [entry.line for entry in found] == [line for line in shown if line and not _is_total(line)]
    for entry in found:
        _check_entry(entry, now)
        size = listed_size(found, entry.name)
        assert size is None or any(one.size == size and one.name == entry.name for one in found)


def _is_total(line: str) -> bool:
    return line.startswith("total ") and line[6:].isdecimal()


def _check_entry(entry: FtpEntry, now: datetime) -> None:
    assert entry.name
    assert entry.name in entry.line
    if entry.target is not None:
        assert entry.kind is FtpKind.LINK
        assert f"{entry.name} -> {entry.target}" in entry.line
    if entry.size is not None:
        assert entry.size >= 0
    if entry.kind is FtpKind.OTHER and entry.name == entry.line:
        assert (entry.size, entry.modified, entry.target) == (None, None, None)
    if entry.modified is not None and entry.modified.tzinfo is None:
        assert str(entry.modified.year)[-2:] in entry.line or entry.modified <= now.replace(tzinfo=None) + _DAY


def _line(supply: Supply) -> bytes:
    unix = (0, 1, 2, 3, 4)
    match supply.byte() % 6:
        case 0 | 1:
            line = "".join(supply.pick(_PARTS[number]) for number in unix)
        case 2:
            line = "".join(supply.pick(_PARTS[number]) for number in (5, 6, 4))
        case 3:
            line = "".join(supply.pick(_PARTS[7]) for _ in range(1 + supply.byte() % 3)) + " " + supply.pick(_PARTS[4])
        case 4:
            line = f"total {supply.number()}"
        case _:
            return supply.some()
    text = line.encode("utf-8")
    if supply.byte() > 0xB0:
        place = supply.upto(len(text))
        text = text[:place] + supply.some() + text[place + supply.byte() % 3 :]
    return text


def seeds() -> Iterator[bytes]:
    """Each sort of line with each of its parts."""
    for kind in (0, 2, 3):
        for number in range(9):
            yield bytes([0, kind, number, number, number, number, number, 0, kind, 1, number, 1, 1, 2, 0])
            yield bytes([number % 5, kind, 0, number, 0, number, 0, 0])
            yield bytes([number % 5, kind, number, 0, number, 0, number, 0])
    yield b"\x00\x05" + packed(b"total 12") + b"\x05" + packed(b"\xff\xfe") + b"\x04\x07"
