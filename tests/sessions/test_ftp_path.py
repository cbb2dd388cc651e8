"""Paths at a server."""

from __future__ import annotations

import pytest

from simcom_async.errors import UsageError
from simcom_async.sessions.ftp_path import RemoteFile, resolved


@pytest.mark.parametrize(
    ("directory", "path", "whole"),
    [
        ("/", "f", "/f"),
        ("/", "/f", "/f"),
        ("/", "//f", "/f"),
        ("/a", "f", "/a/f"),
        ("/a/b", "../f", "/a/f"),
        ("/a", "../../../f", "/f"),
        ("/a", "/b/./c//d", "/b/c/d"),
        ("/a", ".", "/a"),
        ("/", ".", "/"),
        ("/", "..", "/"),
        ("/a", "d/", "/a/d"),
        ("/", "a name with blanks", "/a name with blanks"),
    ],
)
def test_what_a_path_means_in_a_directory(directory: str, path: str, whole: str) -> None:
    assert resolved(directory, path) == whole


@pytest.mark.parametrize(
    ("directory", "remote", "parts"),
    [("/", "f", ("/", "f")), ("/a", "f", ("/a/", "f")), ("/a", "/b/c.d", ("/b/", "c.d")), ("/a", "../f", ("/", "f"))],
)
def test_a_file_is_a_directory_and_a_name(directory: str, remote: str, parts: tuple[str, str]) -> None:
    file = RemoteFile.of(directory, remote)
    assert (file.directory, file.name) == parts
    assert str(file) == file.path == "".join(parts)


@pytest.mark.parametrize("remote", ["/", ".", "..", "d/", "/d/", "d/.", "d/..", "//"])
def test_a_directory_is_no_file(remote: str) -> None:
    with pytest.raises(UsageError, match="is a directory, a file was meant") as caught:
        RemoteFile.of("/a", remote, "old")
    assert (caught.value.field, caught.value.value, caught.value.allowed) == ("old", remote, "a file")


@pytest.mark.parametrize("path", ["", None, b"f", 5])
def test_what_is_no_path(path: object) -> None:
    for call in (lambda: RemoteFile.of("/", path), lambda: resolved("/", path)):  # type: ignore[arg-type]
        with pytest.raises(UsageError) as caught:
            call()
        assert caught.value.field in ("remote", "path")
