"""What ends the work of a command, and what the module takes until then."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from simcom_async.at.message import Message

if TYPE_CHECKING:
    from simcom_async.at.command import Command

__all__ = ["Completion", "Ending", "Position", "Reservation"]


class Position(Enum):
    """Where the completion stands: in front of the final result, behind it, or either."""

    BEFORE = "before"
    AFTER = "after"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Ending:
    """A message that ends the work: any of its values, only some, or all but some.

    ``same`` are fields that must equal the command's parameter of that name (+HTTPACTION repeats the method). A
    ``shared`` message ends the work of every command that waits for it (+POP3OUT: that of the one under way, and
    AT+POP3OUT), any other that of the oldest.
    """

    message: type[Message]
    only: tuple[tuple[str, tuple[int | str, ...]], ...] = ()
    unless: tuple[tuple[str, tuple[int | str, ...]], ...] = ()
    same: tuple[str, ...] = ()
    shared: bool = False

    def ends(self, command: Command[Any], message: Message) -> bool:
        """Whether ``message``, of the declared type, ends the work of ``command``."""
        return (
            all(getattr(message, name) in values for name, values in self.only)
            and not any(getattr(message, name) in values for name, values in self.unless)
            and all(getattr(message, name) == getattr(command, name) for name in self.same)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What ends the work of a command: a set of messages, also of other tags, before or after the final result.

    ``packets`` belong to the work until then (+CFTPGET: DATA,n). ``optional``: it may stay away, which silence decides.
    ``holds_port``: no other command until then. ``when`` limits it to some values of the command's parameters
    (AT+FTPGET=1 has a completion, AT+FTPGET=2 has none).
    """

    endings: tuple[Ending, ...]
    packets: tuple[type[Message], ...] = ()
    position: Position = Position.AFTER
    optional: bool = False
    holds_port: bool = False
    when: tuple[tuple[str, tuple[int | str, ...]], ...] = ()

    def expected(self, command: Command[Any]) -> bool:
        """Whether this very command has a completion."""
        return all(getattr(command, name) in values for name, values in self.when)


@dataclass(frozen=True, slots=True)
class Reservation:
    """What the module takes, and nothing else, while something waits to be fetched.

    It begins when the completion has the values ``begins``. ``commands`` are taken; the module goes back to normal with
    any of ``endings``, which may be replies of these commands, or URCs.
    """

    begins: Ending
    commands: tuple[type[Command[Any]], ...]
    endings: tuple[Ending, ...]
