"""Directory listings as servers write them."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcom_async.sessions.ftp_listing import FtpEntry, FtpKind, listed_size, parsed_listing

NOW = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)


def one(line: str, now: datetime = NOW) -> FtpEntry:
    (entry,) = parsed_listing(line.encode(), now)
    assert entry.line == line
    return entry


@pytest.mark.parametrize(
    ("line", "name", "kind", "size"),
    [
        ("-rw-r--r--   1 user     group        1234 Feb 29 11:30 a file", "a file", FtpKind.FILE, 1234),
        ("drwxr-xr-x  12 0        0            4096 Jan  1  2023 d", "d", FtpKind.DIRECTORY, 4096),
        ("-rwsr-xr-T+ 1 u g 0 Jan 01 2023  two blanks", " two blanks", FtpKind.FILE, 0),
        ("-rw-rw-rw- user group 7 Jan 01 2023 without links", "without links", FtpKind.FILE, 7),
        ("-rw-rw-rw- 1 user 7 Jan 01 2023 without group", "without group", FtpKind.FILE, 7),
        ("crw-rw-rw- 1 root root 1 Jan 01 2023 tty", "tty", FtpKind.OTHER, 1),
        ("-rw-r--r-- 1 u g 9 Jan 01 2023 a -> b", "a -> b", FtpKind.FILE, 9),
        ("lrwxrwxrwx 1 u g 9 Jan 01 2023 nowhere", "nowhere", FtpKind.LINK, 9),
    ],
)
def test_unix(line: str, name: str, kind: FtpKind, size: int) -> None:
    entry = one(line)
    assert (entry.name, entry.kind, entry.size, entry.target) == (name, kind, size, None)


def test_a_link_and_where_it_leads() -> None:
    entry = one("lrwxrwxrwx 1 u g 9 Jan 01 2023 here -> there -> or there")
    assert (entry.name, entry.kind, entry.target) == ("here", FtpKind.LINK, "there -> or there")


@pytest.mark.parametrize(
    ("date", "time"),
    [
        ("Feb 29 11:30", datetime(2024, 2, 29, 11, 30)),
        ("Mar  1 12:00", datetime(2024, 3, 1, 12, 0)),
        ("Mar  2 11:00", datetime(2024, 3, 2, 11, 0)),  # the server's clock is ahead
        ("Mar  3 11:00", datetime(2023, 3, 3, 11, 0)),
        ("Dec 31 23:59", datetime(2023, 12, 31, 23, 59)),
        ("Dec 31  1999", datetime(1999, 12, 31)),
        ("Feb 30 11:30", None),
        ("Feb 30  2023", None),
        ("Mai  1  2023", None),
    ],
)
def test_the_times_of_unix(date: str, time: datetime | None) -> None:
    assert one(f"-rw-r--r-- 1 u g 1 {date} f").modified == time


@pytest.mark.parametrize(
    ("now", "year"), [(datetime(2027, 1, 1, tzinfo=UTC), 2024), (datetime(2103, 1, 1, tzinfo=UTC), 2096)]
)
def test_a_leap_day_without_a_year(now: datetime, year: int) -> None:
    assert one("-rw-r--r-- 1 u g 1 Feb 29 11:30 f", now).modified == datetime(year, 2, 29, 11, 30)


def test_a_date_of_tomorrow_at_the_turn_of_the_year() -> None:
    now = datetime(2023, 12, 31, 20, 0, tzinfo=UTC)
    assert one("-rw-r--r-- 1 u g 1 Jan 01 10:00 f", now).modified == datetime(2024, 1, 1, 10)
    later = now + timedelta(days=3)
    assert one("-rw-r--r-- 1 u g 1 Jan 01 10:00 f", later).modified == datetime(2024, 1, 1, 10)


@pytest.mark.parametrize(
    ("line", "kind", "size", "time"),
    [
        ("04-09-14  06:09AM       <DIR>          d e", FtpKind.DIRECTORY, None, datetime(2014, 4, 9, 6, 9)),
        ("04-09-2014  12:09PM                1234 d e", FtpKind.FILE, 1234, datetime(2014, 4, 9, 12, 9)),
        ("04-09-99  12:09AM                1234 d e", FtpKind.FILE, 1234, datetime(1999, 4, 9, 0, 9)),
        ("04-09-14  18:09       <JUNCTION>     d e", FtpKind.LINK, None, datetime(2014, 4, 9, 18, 9)),
        ("13-09-14  18:09       <SYMLINKD>     d e", FtpKind.LINK, None, None),
    ],
)
def test_dos(line: str, kind: FtpKind, size: int | None, time: datetime | None) -> None:
    entry = one(line)
    assert (entry.name, entry.kind, entry.size, entry.modified) == ("d e", kind, size, time)


@pytest.mark.parametrize(
    ("line", "kind", "size", "time"),
    [
        ("type=file;size=5;modify=20140409060951; a b", FtpKind.FILE, 5, datetime(2014, 4, 9, 6, 9, 51, tzinfo=UTC)),
        (
            "Type=cdir;Modify=20140409060951.123; a b",
            FtpKind.DIRECTORY,
            None,
            datetime(2014, 4, 9, 6, 9, 51, tzinfo=UTC),
        ),
        ("Type=OS.unix=slink:/x;Size=x;Modify=2014; a b", FtpKind.OTHER, None, None),
        ("UNIX.mode=0644;modify=20141309060951; a b", FtpKind.OTHER, None, None),
    ],
)
def test_the_facts_of_rfc_3659(line: str, kind: FtpKind, size: int | None, time: datetime | None) -> None:
    entry = one(line)
    assert (entry.name, entry.kind, entry.size, entry.modified) == ("a b", kind, size, time)


def test_no_line_is_lost_but_the_total() -> None:
    data = b"total 12\r\n-rw-r--r-- 1 u g 1 Jan 01 2023 f\r\n\r\nwhat is this\n"
    entries = parsed_listing(data, NOW)
    assert [entry.name for entry in entries] == ["f", "what is this"]
    assert entries[1] == FtpEntry("what is this", FtpKind.OTHER, None, None, None, "what is this")


def test_names_in_utf_8_and_in_other_code_pages() -> None:
    assert one("-rw-r--r-- 1 u g 1 Jan 01 2023 Grüße").name == "Grüße"
    (entry,) = parsed_listing("-rw-r--r-- 1 u g 1 Jan 01 2023 Grüße".encode("latin-1"), NOW)
    assert entry.name == "Gr\udcfc\udcdfe"
    assert os.fsencode(entry.name) == "Grüße".encode("latin-1")


@given(st.binary())
def test_anything_is_read(data: bytes) -> None:
    for entry in parsed_listing(data, NOW):
        assert entry.name
        assert entry.line


def test_the_size_of_a_file_in_a_listing() -> None:
    lines = b"-rw-r--r-- 1 u g 5 Jan 01 2023 f\r\ndrwxr-xr-x 1 u g 6 Jan 01 2023 d\r\nsomething else\r\n"
    entries = parsed_listing(lines, NOW)
    assert [listed_size(entries, name) for name in ("f", "d", "something else", "none")] == [5, None, None, None]


@pytest.mark.parametrize(
    "line",
    [
        f"-rw-r--r-- 1 a b {'9' * 5_000} Jan  1 00:00 x",
        f"01-01-14  03:45PM {'9' * 5_000} x",
        "-rw-r--r-- 1 a b \u0663 Jan  1 00:00 x",
    ],
)
def test_a_size_beyond_all_bounds_is_none(line: str) -> None:
    assert one(line) == FtpEntry(line, FtpKind.OTHER, None, None, None, line)


def test_a_fact_beyond_all_bounds_is_none() -> None:
    found = one(f"type=file;size={'9' * 5_000};modify={chr(0x663) * 14}; x")
    assert (found.name, found.size, found.modified) == ("x", None, None)


def test_a_link_without_a_name_is_named_by_all_of_it() -> None:
    found = one("lrwxrwxrwx 1 a b 5 Jan  1 00:00  -> x")
    assert (found.name, found.target) == (" -> x", None)
