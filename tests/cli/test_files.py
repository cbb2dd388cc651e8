"""``simcom files`` on a virtual module whose files outlive each call."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.cli.conftest import VIRTUAL, Simcom

AWKWARD = bytes(range(256)) + b"\r\nOK\r\n> \x1a"


@pytest.fixture
def efs(tmp_path: Path) -> Path:
    return tmp_path / "efs"


@pytest.fixture
def port(efs: Path) -> tuple[str, str]:
    """The options that name a module with these files."""
    return "--port", f"virtual:sim7100?urc_delay=0&space=200000&files={quote(str(efs))}"


async def test_a_file_in_and_out(simcom: Simcom, port: tuple[str, str], efs: Path, tmp_path: Path) -> None:
    local = tmp_path / "a b.bin"
    local.write_bytes(AWKWARD * 40)
    shown = await simcom("files", "put", *port, str(local), "D:/")
    assert (shown.status, shown.data) == (0, b"")
    assert shown.errors.splitlines()[-1] == f"put a b.bin: {len(AWKWARD) * 40} of {len(AWKWARD) * 40} bytes"
    assert (efs / "D" / "a b.bin").read_bytes() == AWKWARD * 40
    shown = await simcom("files", "get", *port, "D:/a b.bin", str(tmp_path / "out"))
    assert shown.status == 0
    assert (tmp_path / "out").read_bytes() == AWKWARD * 40


async def test_pipes(simcom: Simcom, port: tuple[str, str]) -> None:
    assert (await simcom("files", "put", *port, "-", "C:/x", stdin=AWKWARD)).status == 0
    shown = await simcom("files", "get", *port, "C:/x", "-")
    assert (shown.status, shown.data) == (0, AWKWARD)
    shown = await simcom("files", "put", *port, "-", "C:/folder/", stdin=b"x")
    assert (shown.status, "must be a file" in shown.errors) == (2, True)


async def test_json(simcom: Simcom, port: tuple[str, str], tmp_path: Path) -> None:
    shown = await simcom("files", "put", *port, "--json", "-", "C:/x", stdin=AWKWARD)
    assert shown.json == {"path": "C:/x", "length": len(AWKWARD)}
    facts = {"path": "C:/x", "length": len(AWKWARD), "sha256": hashlib.sha256(AWKWARD).hexdigest()}
    assert (await simcom("files", "get", *port, "--json", "C:/x", "-")).json == {**facts, "local": None}
    target = str(tmp_path / "x")
    assert (await simcom("files", "get", *port, "--json", "C:/x", str(tmp_path))).json == {**facts, "local": target}
    (entry,) = (await simcom("files", "ls", *port, "--json")).json
    assert (entry["path"], entry["type"], entry["size"]) == ("C:/x", "file", len(AWKWARD))
    assert len(entry["modified"]) == 19


async def test_a_file_comes_here_under_its_own_name(
    simcom: Simcom, port: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    await simcom("files", "put", *port, "-", "C:/x", stdin=b"1")
    assert (await simcom("files", "get", *port, "C:x")).status == 2
    assert (await simcom("files", "get", *port, "C:/x")).status == 0
    assert os.listdir() == ["x"]


async def test_lists(simcom: Simcom, port: tuple[str, str], efs: Path) -> None:
    (efs / "D" / "folder").mkdir(parents=True)
    (efs / "D" / "folder" / "f").write_bytes(b"123")
    (efs / "D" / "\u6d4b").write_bytes(b"")
    assert [row.split()[-1] for row in (await simcom("files", "ls", *port, "D:/")).text.splitlines()] == [
        "path",
        "D:/folder",
        "D:/\u6d4b",
    ]
    shown = await simcom("files", "ls", *port, "D:/", "-r", "--json")
    assert [(entry["path"], entry["type"], entry["size"]) for entry in shown.json] == [
        ("D:/folder", "folder", None),
        ("D:/folder/f", "file", 3),
        ("D:/\u6d4b", "file", 0),
    ]
    assert (await simcom("files", "ls", *port, "C:/")).data == b""
    assert (await simcom("files", "ls", *port, "C:/", "--json")).json == []


async def test_removing(simcom: Simcom, port: tuple[str, str], efs: Path) -> None:
    (efs / "D" / "empty").mkdir(parents=True)
    (efs / "D" / "f").write_bytes(b"1")
    shown = await simcom("files", "rm", *port, "D:/f", "D:/empty/")
    assert (shown.status, shown.errors.splitlines()) == (0, ["removed D:/f", "removed D:/empty/"])
    assert os.listdir(efs / "D") == []


@pytest.mark.parametrize(
    ("words", "status", "error"),
    [
        (("get", "C:/nothing", "-"), 1, "there is no file C:/nothing"),
        (("rm", "C:/nothing"), 1, "C:/nothing cannot be removed"),
        (("ls", "C:/nowhere"), 1, "no folder C:/nowhere"),
        (("put", "-", "C:/nowhere/x"), 1, "no folder C:/nowhere"),
        (("get", "C:/a*", "-"), 2, "'*' cannot be part of the name"),
        (("put", "/no/such/file", "C:/x"), 2, "/no/such/file cannot be read"),
        (("put", "-", "C:/x", "--timeout", "-1"), 2, "timeout"),
    ],
)
async def test_what_goes_wrong(
    simcom: Simcom, port: tuple[str, str], words: tuple[str, ...], status: int, error: str
) -> None:
    shown = await simcom("files", words[0], *port, *words[1:])
    assert shown.status == status
    assert error in shown.errors


async def test_a_full_drive_and_a_file_that_is_there(simcom: Simcom, port: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(bytes(200_001))
    shown = await simcom("files", "put", *port, str(tmp_path / "big"), "C:/big")
    assert (shown.status, "do not fit" in shown.errors) == (1, True)
    assert (await simcom("files", "put", *port, "-", "C:/x", stdin=b"1")).status == 0
    shown = await simcom("files", "put", *port, "--keep", "-", "C:/x", stdin=b"2")
    assert (shown.status, "is there already" in shown.errors) == (1, True)
    assert (await simcom("files", "put", *port, "-", "C:/x", stdin=b"2")).status == 0


async def test_a_module_without_files(simcom: Simcom) -> None:
    shown = await simcom("files", "ls", "--port", VIRTUAL)
    assert (shown.status, "file system" in shown.errors) == (2, True)
