"""What a target is, and where its cases are kept."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["CORPUS", "FINDINGS", "NAMES", "Target", "findings", "kept", "longest", "modules"]

_FOLDER = Path(__file__).parent
NAMES = tuple(sorted(path.stem for path in (_FOLDER / "targets").glob("[a-z]*.py")))
#: The kept cases of each target, one a line in hex, and those that were findings once: target, name, hex.
CORPUS = _FOLDER / "corpus"
FINDINGS = CORPUS / "findings.txt"
_USUAL = 2_048


@dataclass(frozen=True, slots=True)
class Target:
    """One target, imported."""

    name: str
    modules: tuple[str, ...]
    check: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]

    @classmethod
    def of(cls, name: str) -> Target:
        """The target of that name."""
        found = importlib.import_module(f"tests.fuzz.targets.{name}")
        return cls(name, found.MODULES, found.check, found.seeds)


def modules(name: str) -> tuple[str, ...]:
    """The modules that a target is there for, without importing any of them."""
    return tuple(_constant(name, "MODULES", ()))


def longest(name: str) -> int:
    """Bytes of a case of a target: ``LONGEST`` where a few choices make a whole session of it."""
    return int(_constant(name, "LONGEST", _USUAL))


def _constant(target: str, name: str, usual: Any) -> Any:
    tree = ast.parse((_FOLDER / "targets" / f"{target}.py").read_text("utf-8"))
    values = (node.value for node in tree.body if isinstance(node, ast.Assign) and _named(node) == name)
    found = next(values, None)
    return usual if found is None else ast.literal_eval(found)


def _named(node: ast.Assign) -> str:
    target = node.targets[0]
    return target.id if isinstance(target, ast.Name) else ""


def kept(name: str) -> list[bytes]:
    """The cases of a target that are kept."""
    path = CORPUS / f"{name}.txt"
    return [bytes.fromhex(line) for line in path.read_text("ascii").split()] if path.exists() else []


def findings() -> list[tuple[str, str, bytes]]:
    """Target, name and bytes of all that was found once."""
    lines = (line.split() for line in FINDINGS.read_text("ascii").splitlines() if line and not line.startswith("#"))
    return [(target, name, bytes.fromhex(data)) for target, name, data in lines]
