"""The list of commands, and how errors end."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from simcom_async.cli import main
from simcom_async.cli.program import COMMANDS, run
from simcom_async.cli.program import simcom as program
from simcom_async.errors import SimcomError
from simcom_async.sites import HttpSite
from tests.cli.conftest import LIMIT, VIRTUAL, Simcom, finished, first_line, running

#: Interpreters are started here, which takes seconds on a busy machine.
pytestmark = pytest.mark.timeout(120)

LATER = ("doctor", "shell", "monitor", "farm", "gateway")


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command and group, as it is typed."""
    found: list[tuple[str, ...]] = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        found.append((*path, name))
        if isinstance(command, click.Group):
            found += leaves(command, (*path, name))
    return found


async def test_the_help_lists_what_there_is(simcom: Simcom) -> None:
    shown = await simcom("--help")
    assert shown.status == 0
    listed = [line.split()[0] for line in shown.text.partition("Commands:")[2].splitlines() if line.startswith("  ")]
    assert [word for word in listed if word in {*COMMANDS, *LATER}] == list(COMMANDS)
    assert "130 interrupted" in shown.text


@pytest.mark.parametrize("words", leaves(program), ids=" ".join)
async def test_every_command_has_help_with_an_example(simcom: Simcom, words: tuple[str, ...]) -> None:
    shown = await simcom(*words, "--help")
    assert shown.status == 0
    example = shown.text.partition("Example")[2]
    assert f"  simcom {' '.join(words)}" in example.splitlines()[1]
    assert "\\b" not in shown.text


@pytest.mark.parametrize("name", [*LATER, "nonsense"])
async def test_a_command_that_is_not_there_is_wrong_usage(simcom: Simcom, name: str) -> None:
    shown = await simcom(name)
    assert shown.status == 2
    assert f"No such command '{name}'" in shown.errors


async def test_without_words_the_help_comes_and_it_is_wrong_usage(simcom: Simcom) -> None:
    shown = await simcom()
    assert shown.status == 2
    assert "Commands:" in shown.errors


async def test_the_version(simcom: Simcom) -> None:
    from simcom_async import __version__

    assert (await simcom("--version")).text == f"simcom {__version__}\n"


async def test_the_modem_must_be_named(simcom: Simcom) -> None:
    shown = await simcom("at", "+CSQ")
    assert shown.status == 2
    assert "'--port'" in shown.errors
    assert "SIMCOM_PORT" in shown.errors


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("at", "--port", "/dev/there-is-none", "+CSQ"), 3, "/dev/there-is-none"),
        (("at", "--port", "tcp://127.0.0.1:1", "+CSQ"), 3, "refused"),
        (("at", "--port", "nonsense", "+CSQ"), 2, "'nonsense'"),
        (("at", "--port", VIRTUAL, "--dialect", "nokia", "+CSQ"), 2, "nokia"),
        (("at", "--port", VIRTUAL, "+NOPE"), 1, "AT+NOPE: ERROR"),
        (("http", "get", "--port", VIRTUAL, "gopher://x"), 2, "http://"),
        (("http", "get", "--port", VIRTUAL, "http://127.0.0.1:1/"), 1, "601"),
        (("http", "get", "--port", VIRTUAL, "http://127.0.0.1:1/", "-o", "/there/is/none"), 1, "601"),
        (("explain", "/there/is/none"), 2, "/there/is/none"),
    ],
)
async def test_an_expected_error_is_one_sentence(
    simcom: Simcom, words: tuple[str, ...], status: int, said: str
) -> None:
    shown = await simcom(*words)
    assert shown.status == status
    assert said in shown.errors
    lines = [line for line in shown.errors.splitlines() if not line.startswith(("GET ", "POST "))]
    assert len(lines) == 1
    assert lines[0].startswith("simcom: ")


async def test_a_mistake_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(program, "main", broken)
    with pytest.raises(ZeroDivisionError):
        run([])


def test_a_message_may_be_empty(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    def silent(*_: object, **__: object) -> None:
        raise SimcomError

    monkeypatch.setattr(program, "main", silent)
    assert run([]) == 2
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("package", ["click", "rich"])
def test_a_missing_package_is_named_with_its_extra(package: str) -> None:
    """In a process of its own, where the package cannot be imported; rich is needed on a terminal only."""
    words = ["commands"] if package == "rich" else ["--help"]
    program = (
        f"import sys; sys.modules[{package!r}] = None; sys.stdout.isatty = lambda: True\n"
        f"from simcom_async.cli import main; main({words})"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"simcom: {package} is not installed: install simcom-async[cli]\n"


def test_another_missing_module_is_a_mistake_of_ours() -> None:
    program = (
        "import sys; sys.modules['simcom_async.cli.ports'] = None\nfrom simcom_async.cli import main; main(['ports'])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "ModuleNotFoundError" in ran.stderr


def test_main_exits_with_the_status() -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["nonsense"])
    assert exit_.value.code == 2


def test_a_reader_that_leaves_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        command = [sys.executable, "-m", "simcom_async", "commands", "--json"]
        ran = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(writing)
    assert (ran.returncode, ran.stderr) == (1, "")


async def test_an_interrupted_transfer_leaves_no_file_behind(site: HttpSite, tmp_path: Path) -> None:
    url = site.publish("/a", 300_000)
    async with running("virtual", "--dialect", "sim800", "--set", "urc_delay=0", "--set", "baud=57600") as virtual:
        port = (await first_line(virtual))["pty"]
        words = ("http", "get", "--port", port, url, "-o", str(tmp_path / "a"))
        async with running(*words) as client:
            assert client.stderr is not None
            async with asyncio.timeout(LIMIT):
                begun = await client.stderr.readline()
            assert begun.startswith(b"GET a: ")
            assert [name.endswith(".part") for name in os.listdir(tmp_path)] == [True]
            status, errors = await finished(client, signal.SIGINT)
    assert status == 130, errors
    assert errors.endswith("simcom: interrupted\n")
    assert "Traceback" not in errors
    assert os.listdir(tmp_path) == []
