"""Paths of a module: absolute and relative, and what is none."""

from __future__ import annotations

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


def test_absolute_and_relative_paths(system: FileSystem) -> None:
    system.make_folder("D:/a/b", parents=True)
    assert str(system.current) == "C:/"
    assert str(system.enter("d:/a")) == "D:/a"
    assert system.place("b/./x.txt") == Place("D", ("a", "b", "x.txt"))
    assert system.place("../y") == Place("D", ("y",))
    assert system.place("/z") == Place("D", ("z",))
    assert system.place("C:") == Place("C")
    assert str(system.enter("b/")) == "D:/a/b"
    assert str(system.enter("..")) == "D:/a"


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("..", Problem.BAD_PATH),
        ("C:/../../etc", Problem.BAD_PATH),
        ("D:/a/../../..", Problem.BAD_PATH),
        ("E:/x", Problem.NO_DRIVE),
        ("a\\b", Problem.BAD_NAME),
        ("a\0b", Problem.BAD_NAME),
        ("a*b", Problem.BAD_NAME),
        ('a"b', Problem.BAD_NAME),
        ("a;b", Problem.BAD_NAME),
        ("C:/D:/x", Problem.BAD_NAME),
        ("x" * 255, Problem.BAD_NAME),
        ("\u4e2d" * 100, Problem.BAD_NAME),
        ("\ud83d", Problem.BAD_NAME),
    ],
)
def test_what_is_no_path(system: FileSystem, path: str, wanted: Problem) -> None:
    with pytest.raises(FileProblem) as raised:
        system.place(path)
    assert raised.value.problem is wanted


def test_the_longest_name_is_a_name(system: FileSystem) -> None:
    for name in ("x" * 254, "\u4e2d" * 85, "a b=c+(d)&[e]'f{g}"):
        system.write(name, b"1")
        assert system.read(name) == b"1"


def test_a_place_is_said_and_led_on_from() -> None:
    place = Place("D", ("a",)) / "b"
    assert (str(place), place.name, str(place.folder), str(Place("C"))) == ("D:/a/b", "b", "D:/a", "C:/")
    assert Place("C").folder == Place("C")
    assert Place("C").name == ""


def test_space_that_is_left() -> None:
    assert Space(10, 4).free == 6
    assert Space(10, 14).free == 0
