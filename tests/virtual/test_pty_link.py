"""A name that stays."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from simcom_async.errors import LinkError
from simcom_async.virtual.pty_link import PtyLink


def test_it_leads_to_the_terminal_of_the_moment(tmp_path: Path) -> None:
    link = PtyLink(tmp_path / "modem")
    link.point("/dev/pts/1000")
    assert os.readlink(link.path) == "/dev/pts/1000"
    link.point("/dev/pts/1001")
    assert os.readlink(link.path) == "/dev/pts/1001"
    link.remove()
    link.remove()
    assert list(tmp_path.iterdir()) == []


def test_what_a_program_that_died_has_left_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "modem"
    path.symlink_to("/dev/pts/1000")
    PtyLink(path).point("/dev/pts/1001")
    assert os.readlink(path) == "/dev/pts/1001"


def test_a_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "modem"
    path.write_text("precious")
    with pytest.raises(LinkError, match="is there already and is no link"):
        PtyLink(path).point("/dev/pts/1000")
    assert path.read_text() == "precious"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match="cannot be made"):
        PtyLink(tmp_path / "absent" / "modem").point("/dev/pts/1000")


def test_the_link_of_somebody_else_stays(tmp_path: Path) -> None:
    link = PtyLink(tmp_path / "modem")
    link.point("/dev/pts/1000")
    os.unlink(link.path)
    os.symlink("/dev/pts/1001", link.path)
    link.remove()
    assert os.readlink(link.path) == "/dev/pts/1001"
