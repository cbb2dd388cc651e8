"""Directory listings as servers write them: Unix, DOS, and the facts of RFC 3659."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

__all__ = ["FtpEntry", "FtpKind", "listed_size", "parsed_listing"]


class FtpKind(StrEnum):
    """What a line of a listing stands for."""

    FILE = "file"
    DIRECTORY = "directory"
    LINK = "link"
    OTHER = "other"
    """A device, a socket, or a line of which nobody knows what it means: ``name`` is all of it then."""


@dataclass(frozen=True, slots=True)
class FtpEntry:
    """One line of a listing. ``size`` in bytes; what the server does not tell is None.

    ``name`` is that by which the file can be asked for: bytes that are no UTF-8 are kept as PEP 383 has them
    (``os.fsdecode``), for people they have to be replaced.
    ``modified`` is as exact as the listing, to the minute or to the day, and without a zone: the server's own, which
    only RFC 3659 fixes, as UTC. ``target`` is what a link leads to, ``line`` the line itself.
    """

    name: str
    kind: FtpKind
    size: int | None
    modified: datetime | None
    target: str | None
    line: str


_UNIX = re.compile(
    r"(?P<kind>[-bcdlps])[-rwxsStTlL]{9}[+.@]?\s+(?:\d+\s+)?\S+\s+(?:\S+\s+)?(?P<size>\d{1,20})\s+"
    r"(?P<month>[A-Z][a-z]{2})\s+(?P<day>\d{1,2})\s+(?:(?P<hour>\d{1,2}):(?P<minute>\d\d)|(?P<year>\d{4}))\s(?P<name>.+)",
    re.ASCII,
)
_DOS = re.compile(
    r"(?P<month>\d\d)-(?P<day>\d\d)-(?P<year>\d\d(?:\d\d)?)\s+(?P<hour>\d\d):(?P<minute>\d\d)(?P<half>[AP]M)?\s+"
    r"(?:<(?P<mark>DIR|JUNCTION|SYMLINKD?)>|(?P<size>\d{1,20}))\s+(?P<name>.+)",
    re.ASCII,
)
_FACTS = re.compile(r"(?P<facts>(?:[A-Za-z.]+=[^;]*;)+) (?P<name>.+)")
_SIZE, _MODIFY = re.compile(r"[0-9]{1,20}"), re.compile(r"[0-9]{14}")
_TOTAL = re.compile(r"total \d+")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_KINDS = {"-": FtpKind.FILE, "d": FtpKind.DIRECTORY, "l": FtpKind.LINK}
_TYPES = {"file": FtpKind.FILE, "dir": FtpKind.DIRECTORY, "cdir": FtpKind.DIRECTORY, "pdir": FtpKind.DIRECTORY}
_ARROW = " -> "
_CENTURY = 100
#: A time without a year is of the last twelve months; the server's clock may be a day before ours.
_AHEAD = timedelta(days=1)


def parsed_listing(data: bytes, now: datetime) -> list[FtpEntry]:
    """The entries of a listing; ``now`` tells the year where the listing does not. No line is lost but ``total n``."""
    lines = (_text(line) for line in data.split(b"\n"))
    return [_entry(line, now) for line in lines if line and not _TOTAL.fullmatch(line)]


def listed_size(entries: list[FtpEntry], name: str) -> int | None:
    """The size of a file of the listed directory; None where the listing does not tell it."""
    return next((one.size for one in entries if one.name == name and one.kind is FtpKind.FILE), None)


def _text(line: bytes) -> str:
    return line.rstrip(b"\r").decode("utf-8", "surrogateescape")


def _entry(line: str, now: datetime) -> FtpEntry:
    for pattern, read in ((_UNIX, _unix), (_DOS, _dos), (_FACTS, _facts)):
        found = pattern.fullmatch(line)
        if found is not None:
            return read(found, now)
    return FtpEntry(line, FtpKind.OTHER, None, None, None, line)


def _unix(found: re.Match[str], now: datetime) -> FtpEntry:
    kind = _KINDS.get(found["kind"], FtpKind.OTHER)
    name, target = found["name"], None
    if kind is FtpKind.LINK and name.find(_ARROW) > 0:
        name, _, target = name.partition(_ARROW)
    return FtpEntry(name, kind, int(found["size"]), _unix_time(found, now), target, found[0])


def _unix_time(found: re.Match[str], now: datetime) -> datetime | None:
    if found["month"] not in _MONTHS:
        return None
    month, day = _MONTHS.index(found["month"]) + 1, int(found["day"])
    if found["year"] is not None:
        return _time(int(found["year"]), month, day)
    clock = int(found["hour"]), int(found["minute"])
    for year in _years(now):
        time = _time(year, month, day, *clock)
        if time is not None and time <= now.replace(tzinfo=None) + _AHEAD:
            return time
    return None


def _years(now: datetime) -> Iterator[int]:
    """Years that a date without one may be of, the likeliest first; a 29th of February may be eight years back."""
    first = (now.replace(tzinfo=None) + _AHEAD).year
    return iter(range(first, first - 9, -1))


def _dos(found: re.Match[str], _: datetime) -> FtpEntry:
    year = int(found["year"])
    if year < _CENTURY:
        year += 1900 if year >= 70 else 2000
    hour = int(found["hour"])
    if found["half"] is not None:
        hour = hour % 12 + (12 if found["half"] == "PM" else 0)
    time = _time(year, int(found["month"]), int(found["day"]), hour, int(found["minute"]))
    mark = found["mark"]
    kind = FtpKind.FILE if mark is None else FtpKind.DIRECTORY if mark == "DIR" else FtpKind.LINK
    return FtpEntry(found["name"], kind, None if mark else int(found["size"]), time, None, found[0])


def _facts(found: re.Match[str], _: datetime) -> FtpEntry:
    pairs = (fact.partition("=") for fact in found["facts"].rstrip(";").split(";"))
    facts = {name.lower(): value for name, _, value in pairs}
    size = facts.get("size", "")
    modify = facts.get("modify", "")[:14]
    time = None
    if _MODIFY.fullmatch(modify):
        numbers = (int(modify[start:end]) for start, end in ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14)))
        time = _time(*numbers)
        time = None if time is None else time.replace(tzinfo=UTC)
    kind = _TYPES.get(facts.get("type", "").lower(), FtpKind.OTHER)
    return FtpEntry(found["name"], kind, int(size) if _SIZE.fullmatch(size) else None, time, None, found[0])


def _time(*numbers: int) -> datetime | None:
    """The time of year, month, day and so on; None where there is no such time."""
    year, month, day, hour, minute, second = (*numbers, 0, 0, 0)[:6]
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None
