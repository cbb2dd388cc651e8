"""What a fault is: when it is armed, and where it can interfere."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeAlias, get_type_hints

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from simcom_async.errors import UsageError
from simcom_async.ports.clock import Timer
from simcom_async.virtual.piece import Piece

if TYPE_CHECKING:
    from simcom_async.virtual.channel import Channel
    from simcom_async.virtual.modem import VirtualModem

__all__ = ["Bytes", "Chance", "Fault", "Positive", "Seconds", "Wire", "kind_name"]

#: The values that fields of faults take: what each limits is checked when a fault is made.
Seconds: TypeAlias = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Chance: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Bytes: TypeAlias = Annotated[int, Field(ge=0)]
Positive: TypeAlias = Annotated[int, Field(ge=1)]
#: Text of which each character is one byte on the wire.
Wire: TypeAlias = Annotated[str, Field(pattern=r"^[\x00-\xff]*$")]


@dataclass(kw_only=True, eq=False)
class Fault:
    """One thing that goes wrong. Each kind of fault overrides the places where it interferes.

    It waits until it is armed: at once, or ``at`` seconds after it was added, or when a command line that holds the
    text ``command`` (any case; empty: any command) begins, the ``occurrence``-th of them and each later one; with both,
    commands count from that time on. ``probability`` is that of each chance to strike: of each such command, else of
    each line, piece, read or connection where ``each`` says so, else of the one moment. ``times`` is how often it
    strikes; None: always. ``seed`` decides its chances; None: the modem's seed. Raises UsageError for a wrong value.
    """

    #: Whether each chance to strike is a chance of its own, when no command arms it.
    each: ClassVar[bool] = False

    at: Seconds | None = None
    command: Wire | None = None
    occurrence: Positive = 1
    probability: Chance = 1.0
    times: Positive | None = 1
    seed: int | None = None
    armed: bool = field(default=False, init=False)
    modem: VirtualModem = field(init=False, repr=False)
    random: Random = field(init=False, repr=False)
    _due: bool = field(default=False, init=False, repr=False)
    _seen: int = field(default=0, init=False, repr=False)
    _timer: Timer | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        """Every value is one that its field takes."""
        for name, adapter in _adapters(type(self)).items():
            value = getattr(self, name)
            try:
                adapter.validate_python(value)
            except ValidationError as error:
                self.refuse(name, error.errors(include_url=False, include_input=False)[-1]["msg"])

    def refuse(self, name: str, allowed: str) -> None:
        """Raise UsageError for the value of a field."""
        value = getattr(self, name)
        message = f"{kind_name(type(self))}: {name} = {value!r:.80}: {allowed}"
        raise UsageError(message, field=name, value=value, allowed=allowed)

    def added(self, modem: VirtualModem, random: Random) -> None:
        """It belongs to ``modem`` from now on; ``random`` is its own, so that faults do not disturb each other."""
        self.modem = modem
        self.random = random
        if self.at is None:
            self._comes()
        else:
            self._timer = modem.clock.call_at(modem.clock.time() + self.at, self._comes)

    def removed(self) -> None:
        """It belongs to no modem any more: its time does not come."""
        if self._timer is not None:
            self._timer.cancel()

    def arm(self) -> None:
        """Its moment has come."""
        self.armed = True

    @property
    def spent(self) -> bool:
        """Whether it has struck as often as it may."""
        return self.times is not None and self.times <= 0

    def chance(self) -> bool:
        """Whether it strikes what it could strike now; asked once for each such thing."""
        if not self.armed or self.spent:
            return False
        return self.command is not None or not self.each or self._falls()

    def struck(self) -> None:
        """Count one strike; a fault with a command waits for the next such command then."""
        if self.times is not None:
            self.times -= 1
        if self.command is not None:
            self.armed = False

    def begins(self, channel: Channel, line: str) -> None:
        """A command line begins: its echo is out, nothing else is."""
        if not self._due or self.spent or not self.meant(line):
            return
        self._seen += 1
        if self._seen >= self.occurrence and self._falls():
            self.arm()

    def ends(self, channel: Channel, line: str) -> None:
        """The final result of a command line is out."""

    def outgoing(self, piece: Piece) -> Iterable[Piece]:
        """What becomes of a piece of output."""
        return (piece,)

    def incoming(self, data: bytes) -> bytes:
        """What becomes of bytes from the host."""
        return data

    def meant(self, line: str) -> bool:
        """Whether ``command`` is in the command line."""
        return self.command is not None and self.command.upper() in line.upper()

    def _comes(self) -> None:
        self._due = True
        if self.command is None and (self.each or self._falls()):
            self.arm()

    def _falls(self) -> bool:
        return self.probability >= 1 or self.random.random() < self.probability


def kind_name(kind: type[Fault]) -> str:
    """The name of a kind of fault in a file: ``lose-bytes``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.__name__).lower()


#: Those of the kinds of which there has been a fault.
_ADAPTERS: dict[type[Fault], dict[str, TypeAdapter[Any]]] = {}


def _adapters(kind: type[Fault]) -> dict[str, TypeAdapter[Any]]:
    """What checks each field that a fault of this kind is given."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = _made_adapters(kind)
    return _ADAPTERS[kind]


def _made_adapters(kind: type[Fault]) -> dict[str, TypeAdapter[Any]]:
    hints = get_type_hints(kind, localns={"VirtualModem": object}, include_extras=True)
    config = ConfigDict(strict=True, arbitrary_types_allowed=True)
    return {one.name: TypeAdapter(hints[one.name], config=config) for one in dataclasses.fields(kind) if one.init}
