"""What the pages say about the code is what the code says."""

import re
from pathlib import Path

import pytest

from simcom_async.at.exchange import LIFE
from simcom_async.sessions.life_cycle import MOVES
from simcom_async.sessions.recovery_policy import LADDERS

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "architecture.md"
RELIABILITY = ROOT / "docs" / "reliability.md"


def life_table() -> str:
    """The life of a command as the page shows it."""
    rows = ["| state | input | next state |", "|---|---|---|"]
    for state, moves in LIFE.items():
        rows += [f"| {state.value} | {what.value} | {following.value} |" for what, following in moves.items()]
    return "\n".join(rows)


def test_the_life_of_a_command_is_drawn_from_its_table() -> None:
    assert life_table() in PAGE.read_text(encoding="utf-8")


def modem_table() -> str:
    """The life of a modem as the page shows it."""
    rows = ["| state | may be followed by |", "|---|---|"]
    rows += [f"| {state.__name__} | {', '.join(move.__name__ for move in moves)} |" for state, moves in MOVES.items()]
    return "\n".join(rows)


def test_the_life_of_a_modem_is_drawn_from_its_table() -> None:
    assert modem_table() in PAGE.read_text(encoding="utf-8")


def named_tests() -> list[str]:
    """The tests that stand behind the lines of the page about reliability."""
    return sorted(set(re.findall(r"`(tests/[\w/]+\.py(?:::\w+)?)`", RELIABILITY.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("name", named_tests())
def test_a_promise_has_its_test(name: str) -> None:
    path, _, function = name.partition("::")
    source = ROOT / path
    assert source.is_file(), f"{path} does not exist"
    assert f"def {function or 'test_'}" in source.read_text(encoding="utf-8"), f"{path} has no {function}"


def test_each_promise_names_a_test() -> None:
    rows = [
        line
        for table in RELIABILITY.read_text(encoding="utf-8").split("| promise | limit | test |\n|---|---|---|\n")[1:]
        for line in table.split("\n\n")[0].splitlines()
    ]
    assert rows
    assert not [row for row in rows if "`tests/" not in row.rsplit(" | ", 1)[1]]


def test_the_ladders_of_recovery_are_drawn_from_their_table() -> None:
    rows = ["| trouble | layers, in this order |", "|---|---|"]
    rows += [
        f"| {trouble.value} | {', '.join(layer.name for layer in ladder)} |" for trouble, ladder in LADDERS.items()
    ]
    assert "\n".join(rows) in RELIABILITY.read_text(encoding="utf-8")
