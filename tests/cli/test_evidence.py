"""``--evidence``: what led to a failure of the wire is saved, and explained."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simcom_async.cli.evidence import EvidenceFile
from simcom_async.errors import LinkError
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import Reset
from tests.cli.conftest import VIRTUAL, Simcom

SECRET = "pa55-for-nobody"


@pytest.fixture
async def lossy() -> AsyncIterator[str]:
    """The address of a module that restarts at a command."""
    async with VirtualModem("sim800", urc_delay=0) as virtual:
        virtual.faults.add(Reset(command="+CREG"))
        host, port = await virtual.listen_tcp("127.0.0.1", 0)
        yield f"tcp://{host}:{port}"


async def test_it_is_saved_where_it_was_said_and_can_be_explained(simcom: Simcom, lossy: str, tmp_path: Path) -> None:
    file = str(tmp_path / "failure.jsonl")
    shown = await simcom("--evidence", file, "at", "--port", lossy, f'+CSTT="a","u","{SECRET}"', "+CREG?")
    assert shown.status == 3
    first, second = shown.errors.splitlines()[-2:]
    assert first.startswith("simcom: AT+CREG?: ")
    assert second == f"simcom: the traffic that led to this is in {file}: simcom explain {file}"
    explained = await simcom("explain", "--json", file)
    assert explained.status == 0
    rows = [json.loads(line) for line in explained.text.splitlines()]
    line = f'AT+CSTT="a","u","{"*" * len(SECRET)}"'
    assert [(row["kind"], row["text"]) for row in rows if row["command"] == line] == [("final", "OK")]
    assert "RDY" in [row.get("text") for row in rows]
    saved = await asyncio.to_thread(Path(file).read_text, "utf-8")
    assert SECRET not in saved + shown.errors + explained.text


async def test_the_environment_names_the_file_as_well(
    simcom: Simcom, lossy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMCOM_EVIDENCE", str(tmp_path / "failure.jsonl"))
    assert (await simcom("at", "--port", lossy, "+CREG?")).status == 3
    assert (await simcom("explain", str(tmp_path / "failure.jsonl"))).status == 0


async def test_without_a_file_it_is_said_how(simcom: Simcom, lossy: str) -> None:
    shown = await simcom("at", "--port", lossy, "+CREG?")
    assert shown.status == 3
    assert shown.errors.splitlines()[-1] == "simcom: to save the traffic that led to this: simcom --evidence FILE ..."


async def test_a_file_that_cannot_be_written_hides_nothing(simcom: Simcom, lossy: str) -> None:
    shown = await simcom("--evidence", "/there/is/none", "at", "--port", lossy, "+CREG?")
    assert shown.status == 3
    first, second = shown.errors.splitlines()[-2:]
    assert first.startswith("simcom: AT+CREG?: ")
    assert second.startswith("simcom: cannot save the recording: ")


async def test_what_the_module_refuses_is_not_saved(simcom: Simcom, tmp_path: Path) -> None:
    file = tmp_path / "failure.jsonl"
    shown = await simcom("--evidence", str(file), "at", "--port", VIRTUAL, "+NOPE")
    assert shown.status == 1
    assert not file.exists()
    assert "--evidence" not in shown.errors


async def test_an_error_without_evidence_needs_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    EvidenceFile("/there/is/none").keep(LinkError("there is no port"))
    EvidenceFile("/there/is/none").keep(OSError("of somebody else"))
    assert capsys.readouterr().err == ""
