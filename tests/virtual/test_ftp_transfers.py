"""Where files of a module are, and which bytes a server gets of a name; transfers are tested by the services."""

from __future__ import annotations

from pathlib import Path

import pytest

from simcom_async.virtual.file_place import FileProblem, Place
from simcom_async.virtual.file_system import FileSystem
from simcom_async.virtual.ftp_transfers import local, remote

GBK = b"\xb2\xe2\xca\xd4.txt"


@pytest.mark.parametrize(
    ("path", "wire"),
    [
        ("/pub/f", "/pub/f"),
        ("/d\u00e4", "/d\xc3\xa4"),
        (GBK.decode("utf-8", "surrogateescape"), GBK.decode("latin-1")),
    ],
)
def test_a_name_is_its_bytes(path: str, wire: str) -> None:
    assert remote(path) == wire


def test_a_file_has_the_last_name_of_the_path(tmp_path: Path) -> None:
    files = FileSystem(tmp_path, total=1000)
    assert local(files, "/pub/f", 0) == Place("C", ("f",))
    assert local(files, "f", 1) == Place("C", ("Picture", "f"))
    assert local(files, "f", 8) == Place("D", ("Audio", "f"))
    assert local(files, GBK.decode("utf-8", "surrogateescape"), 7) == Place("C", ("Audio", "\u6d4b\u8bd5.txt"))
    assert (tmp_path / "D" / "Audio").is_dir()
    files.make_folder("x")
    files.enter("x")
    assert local(files, "/pub/f", 0) == Place("C", ("x", "f"))
    for bad in ("/pub/a:b", "/pub/a*"):
        with pytest.raises(FileProblem):
            local(files, bad, 0)
    files.card = False
    with pytest.raises(FileProblem):
        local(files, "f", 4)
    files.close()
