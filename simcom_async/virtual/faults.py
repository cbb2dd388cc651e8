"""Everything that can go wrong, scripted and seeded: ``virtual.faults.add(Split(size=1))``.

The same faults, added in the same order to a modem with the same seed, strike the same bytes. Positions count bytes and
times are the clock's, so a script needs no luck.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Iterable
from random import Random
from typing import TYPE_CHECKING, TypeVar

from simcom_async.errors import UsageError
from simcom_async.virtual.byte_faults import Delay, DoubleBytes, GarbleBytes, InsertBytes, LoseBytes, Split
from simcom_async.virtual.fault import Fault
from simcom_async.virtual.line_faults import (
    DropLine,
    EarlyCompletion,
    EarlyEvent,
    LateLine,
    NoFinal,
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
    "NoFinal",
    "PowerLoss",
    "RemoveSim",
    "Reset",
    "ServerFailure",
    "ShortRead",
    "Split",
    "Stray",
    "Unplug",
    "WrongCount",
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
    NoFinal,
    PowerLoss,
    RemoveSim,
    Reset,
    ShortRead,
    Split,
    Stray,
    Unplug,
    WrongCount,
)
#: Every fault by the name that it has in a file: ``lose-bytes``.
KINDS = {re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.__name__).lower(): kind for kind in _KINDS}


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
        fault.added(self._modem, Random(f"{self._seed}/{self._count}"))  # noqa: S311 - it must be repeatable
        self._count += 1
        return fault

    def remove(self, fault: Fault) -> None:
        """It happens no more; harmless when it is not there."""
        if fault in self._faults:
            self._faults.remove(fault)

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._faults.clear()

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


def read_faults(text: str) -> list[Fault]:
    """The faults of a TOML text: tables ``[[fault]]`` with ``kind`` and the fields of that kind. Raises UsageError."""
    try:
        tables = tomllib.loads(text).get("fault", [])
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"the faults are no TOML: {error}", field="faults") from error
    if not isinstance(tables, list):
        raise UsageError("the faults are tables [[fault]]", field="fault", allowed="[[fault]]")
    return [_fault(dict(table)) for table in tables]


def _fault(table: dict[str, object]) -> Fault:
    name = table.pop("kind", None)
    if not isinstance(name, str) or name not in KINDS:
        raise UsageError(f"there is no fault of kind {name!r}", field="kind", value=name, allowed=", ".join(KINDS))
    kind = KINDS[name]
    fields = {entry.name: entry for entry in dataclasses.fields(kind) if entry.init}
    unknown = sorted(set(table) - set(fields))
    if unknown:
        allowed = ", ".join(fields)
        raise UsageError(f"{name} has no {unknown[0]!r}", field=unknown[0], value=table[unknown[0]], allowed=allowed)
    if isinstance(table.get("data"), str):
        table["data"] = str(table["data"]).encode("latin-1")
    try:
        return kind(**table)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name}: {error}", field=name) from error
