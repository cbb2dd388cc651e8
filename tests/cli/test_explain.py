from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from simcom_async.at.explain import explain
from simcom_async.dialects import SIM800
from tests.cli.conftest import Simcom

#: Interpreters are started here, which takes seconds on a busy machine.
pytestmark = pytest.mark.timeout(120)

ENTRIES = [
    ("tx", "AT+HTTPREAD\r"),
    ("rx", "AT+HTTPREAD\r\r\n+HTTPREAD: 6\r\n"),
    ("rx", "\r\nOK\r\n\r\nOK\r\n"),
    ("rx", "\r\n+SAPBR 1: DEACT\r\n"),
]


def recording(path: Path, dialect: str | None = "sim800", entries: list[tuple[str, str]] = ENTRIES) -> str:
    lines: list[dict[str, object]] = [{"simcom_recording": 1, "dialect": dialect, "started": None}]
    lines += [{"t": None, "dir": direction, "data": data} for direction, data in entries]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


@pytest.fixture
def file(tmp_path: Path) -> str:
    return recording(tmp_path / "a.jsonl")


async def test_one_object_a_line(simcom: Simcom, file: str) -> None:
    shown = await simcom("explain", "--json", file)
    assert shown.status == 0
    found = [json.loads(line) for line in shown.text.splitlines()]
    entries = [(direction, data.encode("latin-1")) for direction, data in ENTRIES]
    assert found == [element.as_json() for element in explain(entries, SIM800)]  # type: ignore[arg-type]
    assert [element["kind"] for element in found] == ["echo", "reply", "payload", "final", "urc"]
    assert found[2]["data"] == "\r\nOK\r\n"
    assert (found[4]["tag"], found[4]["message"]) == ("+SAPBR 1", "SapbrDeactivated")


async def test_for_people(simcom: Simcom, file: str) -> None:
    lines = (await simcom("explain", file)).text.splitlines()
    assert lines[0].split() == ["bytes", "kind", "text", "message", "why"]
    assert [line.split()[1] for line in lines[1:]] == ["echo", "reply", "payload", "final", "urc"]
    assert r"\r\nOK\r\n" in lines[3]


async def test_long_payload_is_cut_short_for_people(simcom: Simcom, tmp_path: Path) -> None:
    entries = [("tx", "AT+HTTPREAD\r"), ("rx", "\r\n+HTTPREAD: 1000\r\n" + "x" * 1000 + "\r\nOK\r\n")]
    shown = await simcom("explain", recording(tmp_path / "b", entries=entries))
    assert f"{'x' * 60}... (1000 bytes)" in shown.text
    assert "x" * 61 not in shown.text


@pytest.mark.parametrize(
    ("header", "option", "known"),
    [("sim800", (), True), (None, (), False), (None, ("--dialect", "sim800"), True)],
)
async def test_which_dialect_applies(
    simcom: Simcom, tmp_path: Path, header: str | None, option: tuple[str, ...], known: bool
) -> None:
    """The one that is named, else the recording's, else general AT rules."""
    shown = await simcom("explain", "--json", *option, recording(tmp_path / "a", header))
    last = json.loads(shown.text.splitlines()[-1])
    assert (last["message"] == "SapbrDeactivated") is known


def test_a_recording_from_stdin(file: str) -> None:
    with open(file, "rb") as stdin:
        command = [sys.executable, "-m", "simcom_async", "explain", "--json", "-"]
        ran = subprocess.run(command, stdin=stdin, capture_output=True, text=True, check=True)
    assert len(ran.stdout.splitlines()) == 5


@pytest.mark.parametrize("words", [("--dialect", "sim801"), ()])
async def test_a_dialect_that_is_not_there(simcom: Simcom, tmp_path: Path, words: tuple[str, ...]) -> None:
    shown = await simcom("explain", *words, recording(tmp_path / "a", "sim801"))
    assert shown.status == 2
    assert "sim801" in shown.errors


async def test_what_is_no_recording(simcom: Simcom) -> None:
    shown = await simcom("explain", __file__)
    assert shown.status == 2
    assert "line 1" in shown.errors
