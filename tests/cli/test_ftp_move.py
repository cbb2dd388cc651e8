from __future__ import annotations

import io
import sys
from pathlib import Path

import click
import pytest

from simcom_async.cli.ftp_move import goal_of, sources
from simcom_async.cli.ftp_url import FtpUrl


def found(*words: str) -> list[tuple[str, bytes]]:
    with sources(words) as files:
        return [(shown, path.read_bytes()) for shown, path in files]


def test_files_are_found_in_the_order_in_which_they_are_named(tmp_path: Path) -> None:
    for name in ("a1", "a2", "b", "[x]"):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "a3").mkdir()
    at = f"{tmp_path}/"
    assert found(f"{at}b", f"{at}a?", f"{at}[x]") == [
        (f"{at}b", b"b"),
        (f"{at}a1", b"a1"),
        (f"{at}a2", b"a2"),
        (f"{at}[x]", b"[x]"),
    ]


def test_stdin_is_kept_as_long_as_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\x00typed\xff")))
    with sources(["-"]) as ((shown, path),):
        assert (shown, path.read_bytes()) == ("-", b"\x00typed\xff")
    assert not path.exists()


@pytest.mark.parametrize(
    ("word", "said"), [("none", "there is no file"), ("", "is a directory"), ("none*", "no file matches")]
)
def test_what_is_no_file_is_wrong_usage(tmp_path: Path, word: str, said: str) -> None:
    with pytest.raises(click.UsageError, match=said):
        found(f"{tmp_path}/{word}")


def test_where_a_file_goes() -> None:
    folder, file = FtpUrl.of("ftp://x/logs/"), FtpUrl.of("ftp://x/logs/today%2A")
    assert goal_of(folder, "/var/log/app.log", many=True) == "/logs/app.log"
    assert goal_of(file, "/var/log/app.log", many=False) == "/logs/today*"
    assert goal_of(file, "-", many=False) == "/logs/today*"
    with pytest.raises(click.UsageError, match="ends with /"):
        goal_of(file, "a", many=True)
    with pytest.raises(click.UsageError, match="stdin has no name"):
        goal_of(folder, "-", many=False)
