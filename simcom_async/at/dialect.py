"""What one module series speaks: an immutable value, and what changes at run time."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from simcom_async.at.code import Code
from simcom_async.at.command import Command, Service, check_value
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Line, Message, Spacing
from simcom_async.at.table import Table
from simcom_async.errors import UnsupportedCommand

__all__ = ["Dialect", "Habits", "Limit", "Spelling", "WireState"]

_SPACED = Spacing()


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that this series narrows: of one field of one declared message."""

    message: type[Message]
    field: str
    allowed: Range | Text


@dataclass(frozen=True, slots=True)
class Spelling:
    """A line that this series prints under a declared alias (``+CGMR: x``), or with other blanks (``+FTPGET:1,1``)."""

    message: type[Message]
    tag: str
    spacing: Spacing = _SPACED


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How a series behaves on the wire, apart from its messages.

    ``line_limit``: characters of a command line after AT. ``boot``: the lines after power-on at a fixed rate; those
    behind +CPIN need a usable card. ``autobaud``: the line that it says when it has found the rate. ``cmee``: +CMEE at
    power-on. ``baud``: bit/s at power-on (0: the module finds the rate by itself). ``power_down``: the line that it
    says when switched off. ``identity``: what the answer to ATI or +CGMM of this series contains. ``product``: the
    lines of its answer to ATI, with places for ``series manufacturer model revision imei capabilities``.
    """

    line_limit: int = 556
    boot: tuple[str, ...] = ()
    autobaud: str = ""
    cmee: int = 0
    baud: int = 115200
    power_down: str = ""
    identity: tuple[str, ...] = ()
    manufacturer: str = "SIMCOM_Ltd"
    model: str = ""
    revision: str = ""
    capabilities: str = "+CGSM"
    product: tuple[str, ...] = ("{series} R14.18",)


@dataclass(frozen=True)
class Dialect:
    """The messages one series speaks, its narrowed limits, its spellings and its habits. One value a file.

    ``errors`` are the numbers of its +CME ERROR, ``manual`` the document that it follows.
    """

    name: str
    commands: tuple[type[Command[Any]], ...]
    messages: tuple[type[Message], ...] = ()
    limits: tuple[Limit, ...] = ()
    spellings: tuple[Spelling, ...] = ()
    habits: Habits = field(default_factory=Habits)
    errors: type[Code] | None = None
    manual: str = ""

    @cached_property
    def table(self) -> Table:
        """The look-up tables of its declarations, made once."""
        return Table(self.commands, self.messages)

    @cached_property
    def services(self) -> frozenset[Service]:
        """The services that its commands carry."""
        return frozenset(c.wire.service for c in self.commands if c.wire.service is not None)

    @cached_property
    def spelled(self) -> Mapping[type[Message], Line]:
        """How it prints the lines that it spells in its own way."""
        return {
            other.message: replace(other.message.wire, tag=other.tag, spacing=other.spacing, documented=None)
            for other in self.spellings
        }

    @cached_property
    def _narrowed(self) -> Mapping[type[Message], tuple[Limit, ...]]:
        found: dict[type[Message], tuple[Limit, ...]] = {}
        for limit in self.limits:
            found[limit.message] = (*found.get(limit.message, ()), limit)
        return found

    def speaks(self, command: type[Command[Any]]) -> bool:
        """Whether this series has the command."""
        return command in self.table.declared

    def admit(self, command: Command[Any]) -> None:
        """Raise UnsupportedCommand or LimitExceeded when this series does not take ``command``."""
        kind = type(command)
        if not self.speaks(kind):
            raise UnsupportedCommand(
                f"{kind.__name__} ({kind.wire.name}) is not a command of the {self.name} dialect", value=kind.__name__
            )
        for limit in self._narrowed.get(kind, ()):
            value = getattr(command, limit.field)
            if value is not None:
                check_value(limit.field, value, limit.allowed)


@dataclass(slots=True)
class WireState:
    """What changes at run time; None: not known yet."""

    echo: bool | None = None
    verbose: bool | None = None
    quiet: bool | None = None
    cmee: int | None = None
    baud: int | None = None
    spellings: dict[str, str] = field(default_factory=dict)

    def change(self, command: Command[Any]) -> None:
        """Note what a command that succeeded has changed."""
        for change in command.wire.changes:
            value = change.value if change.field is None else getattr(command, change.field)
            number = 0 if value is None else int(value)
            wanted: object = bool(number) if change.state in ("echo", "verbose", "quiet") else number
            setattr(self, change.state, wanted)
