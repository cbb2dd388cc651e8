"""What the pages say about the code is what the code says."""

from pathlib import Path

from simcom_async.at.exchange import LIFE
from simcom_async.sessions.life_cycle import MOVES

PAGE = Path(__file__).parent.parent / "docs" / "architecture.md"


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
