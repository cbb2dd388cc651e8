from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

import pytest

from simcom_async.cli.output import print_json, print_json_lines, print_table, print_text, progress, remark, shown

#: Interpreters are started here, which takes seconds on a busy machine.
pytestmark = pytest.mark.timeout(120)


def test_json_is_one_value(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": "é"})
    assert capsys.readouterr().out == '{"a": "é"}\n'
    print_json([])
    assert capsys.readouterr().out == "[]\n"


def test_a_list_has_one_element_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_json([{"a": 1}, {"b": 2}])
    shown = capsys.readouterr().out
    assert json.loads(shown) == [{"a": 1}, {"b": 2}]
    assert len(shown.splitlines()) == 2


def test_json_lines_have_no_list_around_them(capsys: pytest.CaptureFixture[str]) -> None:
    print_json_lines([{"a": 1}, {"b": 2}])
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [{"a": 1}, {"b": 2}]


def test_a_table_in_plain_columns(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("name", "what"), [("a", "first"), ("long", "")])
    assert capsys.readouterr().out == "name  what\na     first\nlong\n"


def test_a_table_without_a_head(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("", ""), [("a", "first")])
    assert capsys.readouterr().out == "a  first\n"


def test_remarks_are_not_results(capsys: pytest.CaptureFixture[str]) -> None:
    remark("by the way")
    assert capsys.readouterr() == ("", "by the way\n")


def test_a_name_that_is_no_utf_8_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    name = os.fsdecode(b"a\xe4")
    print_text(name)
    print_table(("", ""), [(name, "b")])
    print_json({"name": name})
    remark(name)
    out, err = capsys.readouterr()
    assert out.splitlines()[:2] == ["a\\udce4", "a\\udce4  b"]
    assert json.loads(out.splitlines()[2]) == {"name": name}
    assert err == "a\\udce4\n"
    assert shown("é\ud83d") == "é\\ud83d"


def test_progress_in_ten_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("GET a") as report:
        for done in range(1, 1001):
            report(done, 1000)
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("GET a: 1 of 1000 bytes", "GET a: 1000 of 1000 bytes", 11)


def test_progress_without_a_total(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("GET a") as report:
        for done in range(1000, 200_000, 1000):
            report(done, None)
    assert capsys.readouterr().err.splitlines() == [
        "GET a: 1000 bytes",
        "GET a: 66000 bytes",
        "GET a: 132000 bytes",
        "GET a: 197000 bytes",
    ]


def test_progress_of_nothing_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("HEAD a"):
        pass
    assert capsys.readouterr().err == ""


def on_a_terminal(program: str) -> str:
    """What a program shows whose stdout and stderr are a terminal."""
    master, slave = pty.openpty()
    try:
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "30"}
        process = subprocess.Popen([sys.executable, "-c", program], stdout=slave, stderr=slave, env=environment)
        os.close(slave)
        shown = b""
        while True:
            try:
                data = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not data:
                break
            shown += data
        assert process.wait() == 0
    finally:
        os.close(master)
    return shown.decode()


def test_a_bar_on_a_terminal() -> None:
    shown = on_a_terminal(
        "from simcom_async.cli.output import progress\n"
        "with progress('GET a') as report:\n"
        "    report(500, 1000)\n"
        "    report(1000, 1000)\n"
    )
    assert "━━━━" in shown
    assert "1.0/1.0 kB" in shown


def test_a_table_on_a_terminal() -> None:
    shown = on_a_terminal(
        "from simcom_async.cli.output import print_table\nprint_table(('name', 'what'), [('a', '[first]')])\n"
    )
    assert "────" in shown
    assert "[first]" in shown
