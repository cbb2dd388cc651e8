"""What a module stores: settings, S registers, and the profile of AT&W that outlives the power."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from simcom_async.at.command import Command
from simcom_async.at.dialect import WireState
from simcom_async.at.setting import Setting
from simcom_async.errors import UsageError

__all__ = ["REGISTERS", "Profile", "Stored", "factory"]

S = TypeVar("S", bound=Setting)

#: S registers at the factory: number and value (ITU-T V.250 6.2, 6.3; SIM800 AT manual 2.2.16 to 2.2.23).
REGISTERS = {0: 0, 3: 13, 4: 10, 5: 8, 6: 2, 7: 60, 8: 2, 10: 15, 12: 50}


@dataclass(slots=True)
class Stored:
    """One set of parameters: settings by their class, basic commands by their name, registers by their number.

    ``echo``, ``verbose``, ``quiet`` and ``cmee`` are those of the wire.
    """

    echo: bool = True
    verbose: bool = True
    quiet: bool = False
    cmee: int = 0
    settings: dict[type[Setting], Setting] = field(default_factory=dict)
    basics: dict[str, int] = field(default_factory=dict)
    registers: dict[int, int] = field(default_factory=REGISTERS.copy)

    def copy(self) -> Stored:
        """Another set with the same values."""
        tables = (dict(self.settings), dict(self.basics), dict(self.registers))
        return Stored(self.echo, self.verbose, self.quiet, self.cmee, *tables)


class Profile:
    """The parameters in force, and the stored ones. ``first`` is what the module starts with when nothing is stored.

    Settings of a service (AT+HTTPSSL) are no part of the stored profile; a restart resets them.
    """

    def __init__(self, first: Stored) -> None:
        self._first = first
        self._saved: Stored | None = None
        self.now = first.copy()
        self._services: dict[type[Setting], Setting] = {}

    def write(self, setting: Setting) -> None:
        """Store a setting; parameters that were left out keep their value."""
        kind = type(setting)
        before = self.read(kind)
        if before is not None:
            given = setting.model_fields_set
            values = {name: getattr(setting if name in given else before, name) for name in kind.model_fields}
            setting = kind(**values)
        self._table(kind)[kind] = setting

    def read(self, kind: type[S]) -> S | None:
        """The stored setting, or that of the factory; None where the factory has set nothing."""
        found = self._table(kind).get(kind)
        return found if isinstance(found, kind) else factory(kind)

    def save(self, state: WireState) -> None:
        """AT&W: keep what is in force, with what the wire of that line is like."""
        self.now.echo, self.now.verbose = state.echo is not False, state.verbose is not False
        self.now.quiet, self.now.cmee = bool(state.quiet), state.cmee or 0
        self._saved = self.now.copy()

    def recall(self) -> Stored:
        """ATZ: what was stored is in force again; returned for the wire."""
        self.now = (self._saved or self._first).copy()
        return self.now

    def restart(self) -> Stored:
        """Power-on: as ATZ, and the settings of services are those of the factory."""
        self._services.clear()
        return self.recall()

    def reset(self) -> Stored:
        """AT&F: the factory's values are in force; returned for the wire."""
        self.now = Stored(cmee=self._first.cmee)
        return self.now

    def _table(self, kind: type[Command[Any]]) -> dict[type[Setting], Setting]:
        return self.now.settings if kind.wire.service is None else self._services


def factory(kind: type[S]) -> S | None:
    """A setting with the values of the factory, None when they are not declared."""
    try:
        return kind()
    except UsageError:
        return None
