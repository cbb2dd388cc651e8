"""One way to try a form of the inventory: what its tables only tell in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["TYPED", "Case", "Dialogue", "Line", "Values"]

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A command line with all lines of its answer, and those that come later; ``entry`` is entered behind the first."""

    line: str
    answer: tuple[str, ...] = ("OK",)
    later: tuple[str, ...] = ()
    entry: str = ""


#: A command line that is answered with OK; one behind which another line has to be waited for stands with it.
Line = str | tuple[str, str] | Dialogue
#: An answer of the host to a mark, which ends with Ctrl-Z.
TYPED = "<text, ends with CTRL+Z 0x1A>"


@dataclass(frozen=True, slots=True)
class Case:
    """Values that belong together. ``before``: what puts the module in the right state; ``outcome``: the words by which
    the inventory names the course.

    ``line`` and ``answer`` are said here where the inventory has nothing but the name; ``later`` where not all of its
    lines follow. What is then still under way is ended by ``after`` and, when the command was refused, by ``undo``.
    """

    values: Values = field(default_factory=dict)
    before: tuple[Line, ...] = ()
    outcome: str | None = None
    line: str | None = None
    answer: tuple[str, ...] = ("OK",)
    later: tuple[str, ...] | None = None
    after: tuple[Line, ...] = ()
    undo: tuple[Line, ...] = ()
    needs: tuple[Mapping[str, object], ...] | None = None
