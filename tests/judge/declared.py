"""Which families and services the product declares, and the declared commands of a transcript's lines."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from simcom_async.at.command import Command, Form, compiled_command
from simcom_async.at.commandline import Part, parse
from simcom_async.at.dialect import Dialect
from simcom_async.dialects import DIALECTS
from simcom_async.errors import UnsupportedCommand
from tests.judge.transcript import Transcript, load_all

__all__ = [
    "UNJUDGED",
    "built",
    "command_names",
    "declared_command",
    "declared_services",
    "judged_services",
    "of_judged_services",
    "part_of",
]

_COMMAND = re.compile(r"AT([+][A-Z0-9]+)(=\?|\?|=|)(.*)")
#: Families and services of which the judge does not know the surroundings yet, and why; they are printed at the end of
#: each run, whether declared or not. Who has declared a service builds its surroundings as ``needs.py`` says, and takes
#: it out of here: nothing stays.
UNJUDGED: Mapping[tuple[str, str], str] = dict.fromkeys(
    [
        *(("sim7100", service) for service in ("filesystem", "general")),
    ],
    "its surroundings are not built",
)
INVENTORY = Path(__file__).parents[1] / "inventory.toml"


@cache
def command_names() -> dict[tuple[str, str], frozenset[str]]:
    """The command names of each family and service, from the inventory."""
    found: dict[tuple[str, str], set[str]] = {}
    for table in tomllib.loads(INVENTORY.read_text("utf-8"))["command"]:
        found.setdefault((table["family"], table["service"]), set()).add(table["name"])
    return {key: frozenset(names) for key, names in found.items()}


def declared_services() -> frozenset[tuple[str, str]]:
    """The families and services of which the product declares at least one command."""
    return frozenset(
        (family, service)
        for (family, service), names in command_names().items()
        if family in DIALECTS and any(DIALECTS[family].table.forms(name[2:]) for name in names)
    )


def judged_services() -> frozenset[tuple[str, str]]:
    """Those of them that are judged."""
    return declared_services() - UNJUDGED.keys()


def of_judged_services() -> list[Transcript]:
    """The transcripts that the product must pass."""
    judged = judged_services()
    return [transcript for transcript in load_all() if (transcript.family, transcript.service) in judged]


def part_of(dialect: Dialect, line: str) -> Part:
    """How the product reads a command line that holds one command."""
    parts = list(parse(line[2:].encode("latin-1"), dialect))
    assert len(parts) == 1, f"{line}: read as {len(parts)} commands"
    return parts[0]


def declared_command(dialect: Dialect, line: str) -> Command[Any]:
    """The declared command of a line; it must be one."""
    part = part_of(dialect, line)
    assert part.command is not None, f"{line}: {part.refusal}"
    return part.command


def built(dialect: Dialect, line: str) -> Command[Any]:
    """The command of a line, made as a program makes it: raises the UsageError that the program gets."""
    found = _COMMAND.fullmatch(line)
    assert found is not None, f"{line} is no extended command"
    form = {"=?": Form.TEST, "?": Form.READ, "=": Form.WRITE, "": Form.EXECUTE}[found[2]]
    for candidate in dialect.table.commands(found[1], form):
        values = compiled_command(candidate).parse(found[3].encode("latin-1"))
        if values is not None:
            command = candidate(**values)
            dialect.admit(command)
            return command
    raise UnsupportedCommand(f"{line} is not declared in the {dialect.name} dialect", value=line)
