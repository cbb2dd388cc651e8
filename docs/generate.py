"""Writes docs/COMMANDS.md from the declarations; with --check only says whether it is up to date."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("COMMANDS.md")
HEAD = """# Commands

Written by `make docs` from the declarations in `simcom_async/commands/`; do not edit. *Host*: the library sends it;
*virtual*: the virtual modem answers it. *Ref* is its place in the manual.
"""


def declared() -> list[dict[str, Any]]:
    """Every declared form, as `simcom commands --json` prints it."""
    command = [sys.executable, "-m", "simcom_async", "commands", "--json"]
    shown = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    forms: list[dict[str, Any]] = json.loads(shown.stdout)
    return forms


def cell(text: str) -> str:
    """A table cell; a bar would end it."""
    return text.replace("|", "\\|")


def row(form: dict[str, Any]) -> str:
    """One form as a line of the table."""
    marks = ["yes" if form[half] else "" for half in ("host", "virtual")]
    cells = [f"`{cell(form['syntax'])}`", form["form"], *marks, cell(form["ref"] or "")]
    return f"| {' | '.join(cells)} |"


def page(forms: list[dict[str, Any]]) -> str:
    """The whole page: a table for each service of each dialect, in the order declared."""
    parts: dict[tuple[str, str], list[str]] = {}
    for form in forms:
        parts.setdefault((form["dialect"], form["service"]), []).append(row(form))
    lines = [HEAD]
    for (dialect, service), rows in parts.items():
        lines += [f"## {dialect}: {service}", "", "| syntax | form | host | virtual | ref |", "|---|---|---|---|---|"]
        lines += [*rows, ""]
    return "\n".join(lines)


def main() -> None:
    """Write the page, or compare it."""
    wanted = page(declared())
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(wanted, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != wanted:
        sys.exit(f"{PAGE.name} is out of date: run make docs")


if __name__ == "__main__":
    main()
