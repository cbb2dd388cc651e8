"""Everything that can go wrong, scripted and seeded: ``virtual.faults.add(Split(size=1))``.

The same faults, added in the same order to a modem with the same seed, strike the same bytes. Positions count bytes and
times are the clock's, so a script needs no luck.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, TypeVar

from simcom_async.errors import UsageError
from simcom_async.virtual.byte_faults import (
    Delay,
    DoubleBytes,
    GarbleBytes,
    InsertBytes,
    LoseBytes,
    Merge,
    Split,
)
from simcom_async.virtual.fault import Fault, kind_name
from simcom_async.virtual.line_faults import (
    DropLine,
    EarlyCompletion,
    EarlyEvent,
    LateLine,
    NoFinal,
    RepeatLine,
    ShortRead,
    Stray,
    WrongCount,
)
from simcom_async.virtual.module_faults import (
    FailServer,
    LoseBearer,
    LoseNetwork,
    PowerLoss,
    RemoveSim,
    Reset,
    ServerFailure,
    Unplug,
)
from simcom_async.virtual.piece import Piece

if TYPE_CHECKING:
    from simcom_async.virtual.channel import Channel
    from simcom_async.virtual.modem import VirtualModem

__all__ = [
    "FILE_LIMIT",
    "KINDS",
    "Delay",
    "DoubleBytes",
    "DropLine",
    "EarlyCompletion",
    "EarlyEvent",
    "FailServer",
    "Fault",
    "Faults",
    "GarbleBytes",
    "InsertBytes",
    "LateLine",
    "LoseBearer",
    "LoseBytes",
    "LoseNetwork",
    "Merge",
    "NoFinal",
    "PowerLoss",
    "RemoveSim",
    "RepeatLine",
    "Reset",
    "ServerFailure",
    "ShortRead",
    "Split",
    "Stray",
    "Unplug",
    "WrongCount",
    "load_faults",
    "read_faults",
]

F = TypeVar("F", bound=Fault)

_KINDS: tuple[type[Fault], ...] = (
    Delay,
    DoubleBytes,
    DropLine,
    EarlyCompletion,
    EarlyEvent,
    FailServer,
    GarbleBytes,
    InsertBytes,
    LateLine,
    LoseBearer,
    LoseBytes,
    LoseNetwork,
    Merge,
    NoFinal,
    PowerLoss,
    RemoveSim,
    RepeatLine,
    Reset,
    ShortRead,
    Split,
    Stray,
    Unplug,
    WrongCount,
)
#: Every fault by the name that it has in a file: ``lose-bytes``.
KINDS = {kind_name(kind): kind for kind in _KINDS}

#: Characters of a file of faults.
FILE_LIMIT = 1024 * 1024
_FILE_KEYS = ("seed", "fault")
_ALWAYS = "always"
_HEADER = re.compile(r"\s*\[\[\s*fault\s*\]\]")


class Faults:
    """The faults of one virtual modem, in the order in which they were added; each sees what those before it left."""

    def __init__(self, modem: VirtualModem, seed: int) -> None:
        self._modem = modem
        self._seed = seed
        self._count = 0
        self._faults: list[Fault] = []

    def __bool__(self) -> bool:
        return bool(self._faults)

    def __len__(self) -> int:
        return len(self._faults)

    def add(self, fault: F) -> F:
        """Let it happen. The modem must be running."""
        self._faults.append(fault)
        seed = self._seed if fault.seed is None else fault.seed
        fault.added(self._modem, Random(f"{seed}/{self._count}"))  # noqa: S311 - it must be repeatable
        self._count += 1
        return fault

    def remove(self, fault: Fault) -> None:
        """It happens no more; harmless when it is not there."""
        if fault in self._faults:
            self._faults.remove(fault)
            fault.removed()

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        for fault in list(self._faults):
            self.remove(fault)

    def begins(self, channel: Channel, line: str) -> None:
        """A command line begins."""
        for fault in list(self._faults):
            fault.begins(channel, line)

    def ends(self, channel: Channel, line: str) -> None:
        """A command line has its final result."""
        for fault in list(self._faults):
            fault.ends(channel, line)

    def outgoing(self, pieces: Iterable[Piece]) -> list[Piece]:
        """What the host gets of these pieces."""
        found = list(pieces)
        for fault in self._faults:
            found = [changed for piece in found for changed in fault.outgoing(piece)]
        return found

    def incoming(self, data: bytes) -> bytes:
        """What the module gets of the host's bytes."""
        for fault in self._faults:
            data = fault.incoming(data)
        return data

    def completes_early(self) -> bool:
        """Whether the completion of the command under way comes before its final result."""
        return any(fault.takes() for fault in self._faults if isinstance(fault, EarlyCompletion))

    def event_comes_early(self) -> bool:
        """Whether the event of the command under way comes before its final result."""
        return any(fault.takes() for fault in self._faults if isinstance(fault, EarlyEvent))

    def short_read(self, size: int) -> int:
        """How many of ``size`` bytes a read returns."""
        for fault in self._faults:
            if isinstance(fault, ShortRead):
                size = fault.limit(size)
        return size

    def server_failure(self) -> FailServer | None:
        """The fault that strikes the connection that is being made."""
        return next((fault for fault in self._faults if isinstance(fault, FailServer) and fault.takes()), None)


def load_faults(path: str | Path) -> list[Fault]:
    """The faults of a file, as `read_faults` has them. Raises UsageError, also for a file that cannot be read."""
    try:
        with open(path, "rb") as file:
            data = file.read(FILE_LIMIT + 1)
        return read_faults(data.decode("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}", field="faults", value=str(path)) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: it is not UTF-8: {error}", field="faults", value=str(path)) from error
    except UsageError as error:
        raise UsageError(f"{path}: {error}", field=error.field, value=error.value, allowed=error.allowed) from error


def read_faults(text: str) -> list[Fault]:
    """The faults of a TOML text: tables ``[[fault]]`` with ``kind`` and the fields of that kind; see docs/faults.md.

    Raises UsageError with the line, the key, and what is allowed.
    """
    if len(text) > FILE_LIMIT:
        message = f"the faults have more than {FILE_LIMIT} characters"
        raise UsageError(message, field="faults", allowed=f"at most {FILE_LIMIT} characters")
    try:
        script = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, and numbers and arrays beyond all bounds
        raise UsageError(f"the faults are no TOML: {error}", field="faults", allowed="TOML") from error
    unknown = next((key for key in script if key not in _FILE_KEYS), None)
    if unknown is not None:
        message = f"{unknown!r:.80} stands outside of a fault: there are {', '.join(_FILE_KEYS)}"
        raise UsageError(message, field=unknown, allowed=", ".join(_FILE_KEYS))
    seed, tables = script.get("seed"), script.get("fault", [])
    if seed is not None and type(seed) is not int:
        raise UsageError(
            f"seed = {seed!r:.80}: it is a whole number", field="seed", value=seed, allowed="a whole number"
        )
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise UsageError("the faults are tables [[fault]]", field="fault", allowed="[[fault]]")
    found = []
    for number, table in enumerate(tables):
        try:
            found.append(_fault({"seed": seed, **table}))
        except UsageError as error:
            message = f"{_place(text, number, len(tables), error.field)}: {error}"
            raise UsageError(message, field=error.field, value=error.value, allowed=error.allowed) from error
    return found


def _fault(table: dict[str, object]) -> Fault:
    name = table.pop("kind", None)
    if not isinstance(name, str) or name not in KINDS:
        allowed = ", ".join(KINDS)
        said = "it has no kind" if name is None else f"there is no kind {name!r:.80}"
        raise UsageError(f"{said}: there are {allowed}", field="kind", value=name, allowed=allowed)
    kind = KINDS[name]
    fields = {entry.name: entry for entry in dataclasses.fields(kind) if entry.init}
    allowed = ", ".join(fields)
    unknown = next((key for key in table if key not in fields), None)
    if unknown is not None:
        message = f"{name} has no {unknown!r:.80}: there are {allowed}"
        raise UsageError(message, field=unknown, value=table[unknown], allowed=allowed)
    missing = next((key for key in fields if fields[key].default is dataclasses.MISSING and key not in table), None)
    if missing is not None:
        raise UsageError(f"{name} needs {missing!r}", field=missing, allowed=allowed)
    if table.get("times") == _ALWAYS:
        table["times"] = None
    data = table.get("data")
    if isinstance(data, str):
        try:
            table["data"] = data.encode("latin-1")
        except UnicodeEncodeError:
            allowed = "characters up to \\u00ff, each a byte"
            message = f"{name}: data = {data!r:.80}: {allowed}"
            raise UsageError(message, field="data", value=data, allowed=allowed) from None
    return kind(**table)  # type: ignore[arg-type]


def _place(text: str, number: int, count: int, key: str | None) -> str:
    """Where a fault, or a key of it, stands in the text; only which fault it is when the text does not show it."""
    lines = text.splitlines()
    heads = [place for place, line in enumerate(lines) if _HEADER.match(line)]
    if len(heads) != count:
        return f"fault {number + 1}"
    end = [*heads, len(lines)][number + 1]
    named = re.compile(rf"\s*[\"']?{re.escape(key or '')}[\"']?\s*=")
    line = next((place for place in range(heads[number], end) if named.match(lines[place])), heads[number])
    return f"line {line + 1}"
