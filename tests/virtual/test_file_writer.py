"""A file that is being written: kept, broken off, too long."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simcom_async.virtual.file_place import FileProblem, Problem
from simcom_async.virtual.file_system import FileSystem

TOTAL = 10_000


@pytest.fixture
def system(tmp_path: Path) -> Iterator[FileSystem]:
    files = FileSystem(tmp_path / "efs", total=TOTAL)
    yield files
    files.close()


def test_a_file_that_does_not_fit_is_removed_and_one_that_grows_stays(system: FileSystem) -> None:
    def grow(path: str, *, append: bool) -> None:
        with system.create(path, append=append) as writer:
            writer.write(b"+")
            writer.write(bytes(TOTAL))

    with pytest.raises(FileProblem):
        grow("new", append=False)
    assert not system.exists("new")
    system.write("log", b"start")
    with pytest.raises(FileProblem):
        grow("log", append=True)
    assert system.read("log") == b"start+"


def test_a_discarded_file_is_gone(system: FileSystem) -> None:
    writer = system.create("f")
    writer.write(b"half")
    assert writer.size == 4
    writer.discard()
    assert not system.exists("f")
    with pytest.raises(FileProblem) as raised:
        writer.write(b"more")
    assert raised.value.problem is Problem.WRITE
