"""Local files that are there whole, or not at all."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simcom_async.errors import UsageError
from simcom_async.sessions.local_file import LocalFile

OLD, NEW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), datetime(2025, 5, 6, 7, 8, 9, tzinfo=UTC)


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def of(path: Path, body: bytes, time: datetime | None = None) -> Path:
    path.write_bytes(body)
    if time is not None:
        os.utime(path, (time.timestamp(), time.timestamp()))
    return path


async def test_it_appears_when_it_is_complete(tmp_path: Path) -> None:
    path = of(tmp_path / "f", b"old")
    file = LocalFile(path)
    assert await file.open() == 0
    file.write(b"ne")
    file.write(b"w")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["f", "f.part"]
    await file.commit()
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["f"]
    assert (file.size, file.checksum) == (3, hashlib.sha256(b"new").hexdigest())


async def test_it_has_the_time_of_the_original_where_that_is_known(tmp_path: Path) -> None:
    file = LocalFile(tmp_path / "f")
    await file.open()
    await file.commit(OLD)
    assert (tmp_path / "f").stat().st_mtime == OLD.timestamp()


async def test_what_is_not_complete_goes(tmp_path: Path) -> None:
    path = of(tmp_path / "f", b"old")
    file = LocalFile(path)
    await file.open()
    file.write(b"half")
    await file.keep()
    assert names(tmp_path) == ["f"]
    assert path.read_bytes() == b"old"


async def test_with_resume_it_stays_beside_the_place_and_is_gone_on_with(tmp_path: Path) -> None:
    file = LocalFile(tmp_path / "f", resume=True)
    await file.open(10, OLD)
    file.write(b"half")
    await file.keep(OLD)
    assert names(tmp_path) == ["f.part"]
    file = LocalFile(tmp_path / "f", resume=True)
    assert await file.open(10, OLD) == 4
    assert file.checksum == hashlib.sha256(b"half").hexdigest()
    file.write(b" and half")
    await file.commit(OLD)
    assert names(tmp_path) == ["f"]
    assert (tmp_path / "f").read_bytes() == b"half and half"
    assert file.checksum == hashlib.sha256(b"half and half").hexdigest()


async def test_nothing_is_not_kept(tmp_path: Path) -> None:
    file = LocalFile(tmp_path / "f", resume=True)
    await file.open()
    await file.keep()
    assert names(tmp_path) == []


async def test_keeping_what_was_never_opened(tmp_path: Path) -> None:
    await LocalFile(tmp_path / "f").keep()
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("time", "size", "kept"), [(OLD, 4, 4), (None, 4, 4), (None, None, 4), (NEW, 4, 0), (OLD, 3, 0)]
)
async def test_a_part_of_another_version_is_dropped(
    tmp_path: Path, time: datetime | None, size: int | None, kept: int
) -> None:
    of(tmp_path / "f.part", b"part", OLD)
    file = LocalFile(tmp_path / "f", resume=True)
    assert await file.open(size, time) == kept
    await file.keep(time)


@pytest.mark.parametrize(("time", "kept"), [(None, 3), (OLD, 3), (OLD - timedelta(days=1), 3), (NEW, 0)])
async def test_what_stands_in_the_place_is_gone_on_with_unless_the_original_is_newer(
    tmp_path: Path, time: datetime | None, kept: int
) -> None:
    path = of(tmp_path / "f", b"abc", OLD)
    file = LocalFile(path, resume=True)
    assert await file.open(10, time) == kept
    file.write(b"def")
    await file.keep(time)
    assert path.read_bytes() == b"abc"
    assert (tmp_path / "f.part").read_bytes() == b"abcdef"[3 - kept :]


async def test_what_is_longer_than_the_original_is_no_part_of_it(tmp_path: Path) -> None:
    path = of(tmp_path / "f", b"abc")
    with pytest.raises(UsageError, match="has 3 bytes, the original 2") as caught:
        await LocalFile(path, resume=True).open(2)
    assert caught.value.field == "local"
    assert names(tmp_path) == ["f"]


async def test_what_is_no_ordinary_file_is_written_directly() -> None:
    file = LocalFile("/dev/null", resume=True)
    assert await file.open(5, OLD) == 0
    file.write(b"gone")
    await file.commit(OLD)
    await file.open()
    await file.keep()
    assert file.size == 0


async def test_a_link_leads_to_its_file(tmp_path: Path) -> None:
    target = of(tmp_path / "target", b"old")
    link = tmp_path / "link"
    link.symlink_to(target)
    file = LocalFile(link)
    await file.open()
    file.write(b"new")
    await file.commit()
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "it is a directory"),
        ("none/f", "there is no such directory"),
        ("file/f", "there is no such directory"),
        ("a\0b", "null"),
        ("x" * 300, "File name too long"),
        ("loop", "loop|symbolic"),
    ],
)
def test_what_cannot_be_written_is_known_at_once(tmp_path: Path, name: str, why: str) -> None:
    of(tmp_path / "file", b"")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(UsageError, match=f"(?i)local: .* cannot be written: .*({why})") as caught:
        LocalFile(os.path.join(tmp_path, name))
    assert caught.value.field == "local"


async def test_what_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "f.part").mkdir()
    with pytest.raises(UsageError, match="Is a directory"):
        await LocalFile(tmp_path / "f").open()


async def test_a_disk_that_is_full_has_the_name_of_the_file() -> None:
    file = LocalFile("/dev/full")
    await file.open()
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        file.write(bytes(1_000_000))
    await file.keep()
    await file.keep()


async def test_a_disk_that_is_full_at_the_last_moment() -> None:
    file = LocalFile("/dev/full")
    await file.open()
    file.write(b"small enough to be buffered")
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        await file.commit()


def fill(file: LocalFile, size: int) -> None:
    for _ in range(0, size, 1_460):
        file.write(bytes(1_460))


@pytest.mark.parametrize("resume", [False, True])
async def test_a_limit_in_the_middle_leaves_no_file_under_the_name(
    tmp_path: Path, small_files: int, resume: bool
) -> None:
    file = LocalFile(tmp_path / "f", resume=resume)
    await file.open()
    with pytest.raises(OSError, match="File too large"):
        fill(file, small_files + 1_000_000)
    with pytest.raises(OSError, match=f"File too large: '{tmp_path}/f'"):
        await file.keep()  # what waits in the buffer cannot be written either
    assert names(tmp_path) == (["f.part"] if resume else [])
    if resume:
        assert set((tmp_path / "f.part").read_bytes()) == {0}


@pytest.mark.parametrize(
    ("stands", "since", "size", "time", "fits"),
    [
        ("f.part", OLD, None, None, True),
        ("f.part", OLD, 4, OLD, True),
        ("f.part", OLD, 3, OLD, False),
        ("f.part", OLD, None, NEW, False),
        ("f.part", NEW, None, OLD, False),
        ("f", NEW, 9, OLD, True),
        ("f", OLD, 9, NEW, False),
        ("", OLD, 0, NEW, True),
    ],
)
async def test_what_was_there_can_be_judged_when_the_original_is_known(
    tmp_path: Path, stands: str, since: datetime, size: int | None, time: datetime | None, fits: bool
) -> None:
    if stands:
        of(tmp_path / stands, b"half", since)
    file = LocalFile(tmp_path / "f", resume=True)
    await file.open()
    assert file.fits(size, time) is fits
    assert (file.tail(3), file.tail(9)) == ((b"alf", b"half") if stands else (b"", b""))
    await file.keep(time)
    if not fits:
        assert await file.drop()
        assert await file.open() == 0
        assert file.fits(size, time)
        await file.keep()
