"""What a newcomer copies works as it stands."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from simcom_async.cli.program import COMMANDS

#: Interpreters are started here, which takes seconds on a busy machine.
pytestmark = pytest.mark.timeout(120)

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PROGRAMS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


def run(*command: str, cwd: Path = ROOT) -> str:
    """The output of a program that must succeed and say nothing on stderr."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", *command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


def test_the_example_of_the_first_screen() -> None:
    example = PROGRAMS[0]
    assert README.index("```python") < README.index("\n## ")
    assert len([line for line in example.splitlines() if line.strip()]) <= 10
    assert run("-c", example) == "SIMCOM_SIM800 200 50000 bytes\n"


def test_the_other_programs_run(tmp_path: Path) -> None:
    assert "True ['fw.bin', 'log.txt']\n" in [run("-c", program, cwd=tmp_path) for program in PROGRAMS[1:]]


def test_the_two_commands_of_the_first_screen() -> None:
    first = README.partition("\n## ")[0]
    targets = re.findall(r"^make (\w+)", first, re.MULTILINE)
    assert targets[:2] == ["demo", "test"]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_the_commands_that_it_lists() -> None:
    listed = set(re.findall(r"`simcom (\w+)", README))
    assert listed == set(COMMANDS)


def test_there_is_an_example() -> None:
    assert EXAMPLES


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_runs(path: Path) -> None:
    assert run(str(path))


def test_the_telemetry_is_delivered_in_spite_of_trouble() -> None:
    shown = run("examples/http_telemetry.py", "--count", "4")
    assert "attempt 1: the server answered 503" in shown
    assert "the network closed bearer 1" in shown
    assert shown.endswith("4 of 4 readings delivered through a SIMCOM_SIM800\n")


def test_the_alarms_arrive_once_in_spite_of_trouble() -> None:
    shown = run("examples/alarm_mail.py")
    assert "68, the server refused a recipient" in shown
    assert "look before it is sent again" in shown
    assert "it has arrived after all" in shown
    assert shown.endswith("3 of 3 alarms delivered through a SIMCOM_SIM900\n")


def test_the_logs_are_shipped_in_spite_of_trouble() -> None:
    shown = run("examples/ftp_log_shipper.py")
    assert "61, network error" in shown
    assert "the module has restarted" in shown
    assert "78, the upload was broken off" in shown
    assert shown.endswith(" bytes in 5 files, each once, through a SIMCOM_SIM800\n")
