"""The files of a module: paths, space, what is refused, and that nothing outside its folder can be reached."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simcom_async.virtual.file_place import FileProblem, Place, Problem, Space
from simcom_async.virtual.file_system import FileSystem

TOTAL = 10_000


@pytest.fixture
def system(tmp_path: Path) -> Iterator[FileSystem]:
    files = FileSystem(tmp_path / "efs", total=TOTAL)
    yield files
    files.close()


def problem(raised: pytest.ExceptionInfo[FileProblem]) -> Problem:
    return raised.value.problem


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_out_of_the_folder_leads_nowhere(system: FileSystem, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    system.make_folder("D:/in", parents=True)
    (tmp_path / "efs" / "D" / "out").symlink_to(tmp_path)
    (tmp_path / "efs" / "D" / "file").symlink_to(tmp_path / "secret.txt")
    assert [found.name for found in system.list("D:/")] == ["in"]
    for path in ("D:/out/secret.txt", "D:/file"):
        assert not system.exists(path)
        for attempt in (system.read, system.remove, lambda path: system.write(path, b"x")):
            with pytest.raises(FileProblem):
                attempt(path)
    with pytest.raises(FileProblem):
        system.enter("D:/out")
    assert (tmp_path / "secret.txt").read_text() == "secret"
    assert system.space("D") == Space(TOTAL, 0)


def test_all_bytes_come_back(system: FileSystem) -> None:
    data = bytes(range(256)) + random.Random(1).randbytes(3000)
    system.write("f", data)
    assert system.read("f") == data
    assert system.read("f", 100) == data[100:]
    assert system.read("f", 250, 20) == data[250:270]
    assert system.read("f", 9999, 5) == b""
    assert system.size("f") == len(data)
    system.write("f", b"end", append=True)
    assert system.read("f", len(data)) == b"end"
    system.write("f", b"")
    assert system.size("f") == 0


def test_a_full_drive_takes_no_more(system: FileSystem) -> None:
    system.write("a", bytes(6000))
    assert system.space("C") == Space(TOTAL, 6000)
    assert system.space("D") == Space(TOTAL, 0)
    with pytest.raises(FileProblem) as raised:
        system.write("b", bytes(4001))
    assert problem(raised) is Problem.FULL
    assert not system.exists("b")
    system.write("b", bytes(4000))
    assert system.space("C").free == 0
    system.write("a", bytes(5000))
    assert system.space("C").free == 1000


def test_folders(system: FileSystem) -> None:
    system.make_folder("a")
    system.make_folder("a/b")
    system.write("a/f", b"12")
    found = {entry.name: (entry.is_folder, entry.size) for entry in system.list("a")}
    assert found == {"b": (True, 0), "f": (False, 2)}
    for attempt, wanted in (
        (lambda: system.make_folder("a"), Problem.FOLDER_EXISTS),
        (lambda: system.make_folder("x/y"), Problem.NO_FOLDER),
        (lambda: system.remove_folder("a"), Problem.NOT_EMPTY),
        (lambda: system.remove_folder("C:/"), Problem.NO_FOLDER),
        (lambda: system.remove("a"), Problem.NO_FILE),
        (lambda: system.write("a", b""), Problem.FOLDER_EXISTS),
        (lambda: system.write("C:/", b""), Problem.BAD_NAME),
        (lambda: system.write("x/y", b""), Problem.NO_FOLDER),
        (lambda: system.list("a/f"), Problem.NO_FOLDER),
        (lambda: system.read("nothing"), Problem.NO_FILE),
        (lambda: system.read("a"), Problem.NO_FILE),
    ):
        with pytest.raises(FileProblem) as raised:
            attempt()  # type: ignore[no-untyped-call]
        assert problem(raised) is wanted
    system.enter("a/b")
    with pytest.raises(FileProblem):
        system.remove_folder("C:/a/b")
    system.enter("C:/")
    system.remove_folder("a/b")
    assert not system.exists("a/b")
    assert system.make_folder("a", parents=True) == Place("C", ("a",))


def test_renaming(system: FileSystem) -> None:
    system.make_folder("a")
    system.write("f", b"1")
    system.rename("f", "a/g")
    assert system.read("a/g") == b"1"
    system.rename("a", "b")
    assert system.read("b/g") == b"1"
    system.write("h", b"")
    for old, new, wanted in (
        ("h", "b", Problem.FILE_EXISTS),
        ("h", "D:/h", Problem.BAD_PATH),
        ("b", "b/b", Problem.BAD_PATH),
        ("nothing", "x", Problem.NO_FILE),
        ("h", "x/y", Problem.NO_FOLDER),
    ):
        with pytest.raises(FileProblem) as raised:
            system.rename(old, new)
        assert problem(raised) is wanted


def test_copying_tells_how_far_it_is(system: FileSystem) -> None:
    system.total = 1_000_000
    data = random.Random(2).randbytes(150_000)
    system.write("f", data)
    steps = list(system.copy("f", "D:/g"))
    assert system.read("D:/g") == data
    assert steps == sorted(steps)
    assert steps[-1] == 1
    system.write("empty", b"")
    assert list(system.copy("empty", "D:/empty")) == [1.0]
    with pytest.raises(FileProblem) as raised:
        list(system.copy("f", "D:/g"))
    assert problem(raised) is Problem.FILE_EXISTS


def test_numbered_names(system: FileSystem) -> None:
    system.make_folder("D:/Email")
    for number in range(2):
        assert system.free_name("D:/Email", "EMAIL{:03}.TXT").name == f"EMAIL{number:03}.TXT"
        system.write(f"D:/Email/EMAIL{number:03}.TXT", b"")


def test_without_a_card_there_is_one_drive(system: FileSystem) -> None:
    place = system.place("D:/x")
    system.card = False
    for attempt in (lambda: system.place("D:/x"), lambda: system.find(place)):
        with pytest.raises(FileProblem) as raised:
            attempt()  # type: ignore[no-untyped-call]
        assert problem(raised) is Problem.NO_DRIVE
    system.write("C:/x", b"")


def test_clearing_a_drive(system: FileSystem) -> None:
    system.make_folder("D:/a/b", parents=True)
    system.write("D:/a/f", b"1")
    system.write("D:/g", b"1")
    system.write("h", b"1")
    system.enter("D:/a")
    system.clear("D")
    assert system.list("D:/") == []
    assert str(system.current) == "D:/"
    assert system.exists("C:/h")


def test_the_power_takes_the_current_directory_and_what_was_being_written_is_closed(system: FileSystem) -> None:
    system.make_folder("D:/a", parents=True)
    system.enter("D:/a")
    writer = system.create("f")
    writer.write(b"half")
    system.restart()
    assert str(system.current) == "C:/"
    assert system.read("D:/a/f") == b"half"
    with pytest.raises(FileProblem):
        writer.write(b"more")


def test_files_outlive_the_system_in_a_folder_and_not_in_a_temporary_one(tmp_path: Path) -> None:
    kept = FileSystem(tmp_path, total=TOTAL)
    kept.write("D:/x", b"1")
    kept.create("C:/open").write(b"2")
    kept.close()
    assert (tmp_path / "D" / "x").read_bytes() == b"1"
    assert (tmp_path / "C" / "open").read_bytes() == b"2"
    lost = FileSystem(total=TOTAL)
    place = lost.write("x", b"1")
    with lost.open(place) as file:
        disk = Path(file.name)
    lost.close()
    assert not disk.exists()
