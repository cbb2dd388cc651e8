from __future__ import annotations

import pytest

from simcom_async.errors import LimitExceeded, UsageError
from simcom_async.sessions.module_path import ModulePath


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("D:/a/b.txt", "D:/a/b.txt"),
        ("d:/a/", "D:/a"),
        ("/a", "C:/a"),
        ("a/../b/./c", "C:/b/c"),
        ("E:", "E:/"),
        ("", "C:/"),
        ("C:/two words/\u6d4b.txt", "C:/two words/\u6d4b.txt"),
    ],
)
def test_paths(path: str, wanted: str) -> None:
    assert str(ModulePath.of(path)) == wanted


@pytest.mark.parametrize(
    "path",
    [*(f"C:/a{character}b" for character in '\\:*?"<>|,;\r\n\x00\x1a\x1b\x7f\ud800'), "..", "C:/../x", "CD:/x", "C:a"],
)
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(UsageError) as raised:
        ModulePath.of(path, "local")
    assert raised.value.field == "local"


def test_names_have_a_limit() -> None:
    assert ModulePath.of("x" * 254).name == "x" * 254
    with pytest.raises(LimitExceeded, match="255 characters, allowed are 254"):
        ModulePath.of("a/" + "x" * 255)


@pytest.mark.parametrize("path", ["C:/", "", "a/", "a/.", "a/..", "/"])
def test_a_file_has_a_name(path: str) -> None:
    with pytest.raises(UsageError):
        ModulePath.file(path)
    assert ModulePath.file("C:/a").name == "a"


def test_a_folder_may_end_with_a_slash_and_a_drive_is_none() -> None:
    assert ModulePath.named("C:/a/") == ModulePath("C", ("a",))
    with pytest.raises(UsageError, match="is a drive"):
        ModulePath.named("D:/")


def test_only_text_is_a_path() -> None:
    with pytest.raises(UsageError, match="a bytes cannot be taken"):
        ModulePath.of(b"C:/a")  # type: ignore[arg-type]


def test_parts() -> None:
    path = ModulePath.of("D:/a") / "b"
    assert (path.name, str(path.folder), str(path)) == ("b", "D:/a", "D:/a/b")
    assert ModulePath("C").name == ""
