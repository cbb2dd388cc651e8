"""Whose fault was it, and shall I retry?

The tree::

    SimcomError
    ├── UsageError (ValueError)         no byte was written: the call was wrong
    │   ├── LimitExceeded               a value is outside what the module takes
    │   ├── UnsupportedCommand          this dialect does not speak the command
    │   ├── UnsupportedService          this dialect cannot carry the service
    │   ├── ServiceBusy                 the service is claimed by somebody else
    │   └── MissingExtra (ImportError)  an optional package is not installed
    ├── ModemError                      the module said no
    │   ├── CommandFailed               the final result was an error
    │   └── ServiceFailed               the operation ended with an error code
    │       ├── HttpError  FtpError  SmtpError  Pop3Error
    ├── CommandTimeout (TimeoutError)   nothing came in time
    ├── OutcomeUnknown                  it may or may not have happened: not repeated
    │   └── SmtpOutcomeUnknown          the same of a mail (also an SmtpError: the module gave a code)
    └── LinkError                       the wire, not the module
        ├── PortLost (ConnectionError)  the port is gone
        ├── ModemRestarted              the module booted: its state is lost
        ├── ModemReplaced               another module is on the port than before
        └── ProtocolError               what came fits no rule

Every error carries its facts as attributes; the sentence is made from them. CommandTimeout, OutcomeUnknown and
LinkError also carry the traffic that led to them, as ``evidence``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol, TypeVar

__all__ = [
    "CommandFailed",
    "CommandTimeout",
    "Evidence",
    "FtpError",
    "HttpError",
    "LimitExceeded",
    "LinkError",
    "MissingExtra",
    "ModemError",
    "ModemReplaced",
    "ModemRestarted",
    "OutcomeUnknown",
    "Pop3Error",
    "PortLost",
    "ProtocolError",
    "ServiceBusy",
    "ServiceFailed",
    "SimcomError",
    "SmtpError",
    "SmtpOutcomeUnknown",
    "Traffic",
    "UnsupportedCommand",
    "UnsupportedService",
    "UsageError",
]


E = TypeVar("E", bound="SimcomError")


class Traffic(NamedTuple):
    """One read (``rx``) or write (``tx``), ``t`` seconds after the first.

    ``left_out``: so many bytes stood here and were not kept; there is no ``data`` then.
    """

    t: float
    dir: Literal["tx", "rx"]
    data: bytes = b""
    left_out: int = 0


class Evidence(Protocol):
    """The last traffic before an error, secrets masked; ``str`` shows its end.

    ``when`` is the time of the error and ``started`` that of the first entry (ISO 8601), ``port`` and ``dialect`` say
    who spoke, ``command_at`` is the place of the last command among the ``entries``. ``cut``: bytes between the first
    entry and the last were left out.
    """

    @property
    def when(self) -> str:
        """The time of the error."""

    @property
    def started(self) -> str:
        """The time of the first entry."""

    @property
    def port(self) -> str:
        """The port's name."""

    @property
    def dialect(self) -> str:
        """The name of the dialect in force."""

    @property
    def entries(self) -> Sequence[Traffic]:
        """Reads and writes in their order, the first of them a command where there was one."""

    @property
    def command_at(self) -> int:
        """The place of the last command in ``entries``."""

    @property
    def cut(self) -> bool:
        """Whether something is missing between the first entry and the last."""

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a recording, for ``simcom explain``. Raises UsageError when the file cannot be written."""


class SimcomError(Exception):
    """Everything this package raises on purpose.

    ``evidence`` is the last traffic before a LinkError, CommandTimeout or OutcomeUnknown that a modem has raised; None
    where nothing had been sent or received.
    """

    evidence: Evidence | None = None

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (type(self), self.args, dict(self.__dict__))


def _rebuilt(kind: type[E], arguments: tuple[object, ...], facts: dict[str, object]) -> E:
    """A copy of an error, without its constructor: that wants more than the sentence."""
    error = kind.__new__(kind, *arguments)
    super(SimcomError, error).__init__(*arguments)
    error.__dict__.update(facts)
    return error


class UsageError(SimcomError, ValueError):
    """The call was wrong; no byte was written.

    ``field`` names the parameter, ``value`` what was given (never a secret), ``allowed`` what the module takes.
    """

    def __init__(
        self, message: str, *, field: str | None = None, value: object = None, allowed: str | None = None
    ) -> None:
        self.field = field
        self.value = value
        self.allowed = allowed
        super().__init__(message)


class LimitExceeded(UsageError):
    """A value is outside the limits of the module."""


class UnsupportedCommand(UsageError):
    """This dialect does not speak the command."""


class UnsupportedService(UsageError):
    """This dialect has no commands for the service or for what was asked of it."""


class ServiceBusy(UsageError):
    """The service is claimed, or excluded by another one, until that has ended."""


class MissingExtra(UsageError, ImportError):
    """An optional package is not installed; ``extra`` names what to install."""

    def __init__(self, extra: str, package: str) -> None:
        self.extra = extra
        self.package = package
        super().__init__(f"{package} is not installed: install simcom-async[{extra}]")


class ModemError(SimcomError):
    """The module said no.

    ``command`` is the text of the command with its secrets masked, ``code`` the module's number or word,
    ``meaning`` what the manual says of it, ``retry`` whether doing the same again may help, ``remedy`` what will.
    """

    def __init__(
        self,
        message: str,
        *,
        command: str | None = None,
        code: int | str | None = None,
        meaning: str = "",
        retry: bool = False,
        remedy: str = "",
    ) -> None:
        self.command = command
        self.code = code
        self.meaning = meaning
        self.retry = retry
        self.remedy = remedy
        super().__init__(message)


class CommandFailed(ModemError):
    """The final result of a command was an error (ERROR, +CME ERROR, +CMS ERROR, NO CARRIER, ...)."""


class ServiceFailed(ModemError):
    """An operation of a service ended with an error code, before or after the final result."""


class HttpError(ServiceFailed):
    """The module could not do the HTTP request (its own 6xx and 7xx codes); a 404 is a response, not this."""


class FtpError(ServiceFailed):
    """The module could not do the FTP operation."""


class SmtpError(ServiceFailed):
    """The module could not send the mail. It is certain that it was not sent, unless it is a SmtpOutcomeUnknown."""


class Pop3Error(ServiceFailed):
    """The module could not do the POP3 operation."""


class CommandTimeout(SimcomError, TimeoutError):
    """Nothing came in time.

    ``state`` says how far the command had come, ``seen`` what had been received since it was written (bytes, secrets
    masked), ``waited`` the seconds, ``limit`` which deadline it was: queue, first byte, idle or total.
    """

    def __init__(
        self,
        message: str,
        *,
        command: str | None = None,
        state: str = "",
        seen: bytes = b"",
        waited: float = 0.0,
        limit: str = "total",
    ) -> None:
        self.command = command
        self.state = state
        self.seen = seen
        self.waited = waited
        self.limit = limit
        super().__init__(message)


class OutcomeUnknown(SimcomError):
    """The operation may or may not have been done; it is not repeated. ``command`` is what was under way."""

    def __init__(self, message: str, *, command: str | None = None) -> None:
        self.command = command
        super().__init__(message)


class SmtpOutcomeUnknown(SmtpError, OutcomeUnknown):
    """The module gave up a mail with a code that does not say whether the server has taken it: look, before a retry.

    ``retry`` is False, whatever the code says.
    """

    def __init__(
        self, message: str, *, command: str | None = None, code: int | str, meaning: str, remedy: str = ""
    ) -> None:
        super().__init__(message, command=command, code=code, meaning=meaning, remedy=remedy)
        self.command = command


class LinkError(SimcomError):
    """The wire failed, not the module. ``port`` names it, ``seen`` holds the last bytes received, if any."""

    def __init__(self, message: str, *, port: str | None = None, seen: bytes = b"") -> None:
        self.port = port
        self.seen = seen
        super().__init__(message)


class PortLost(LinkError, ConnectionError):
    """The port is gone: unplugged, hung up, or closed."""


class ModemRestarted(LinkError):
    """The module booted in the middle of something: all of its state is lost."""


class ModemReplaced(LinkError):
    """The port leads to another module than before; that one was asked who it is, and its port is closed again.

    ``before`` and ``now`` are the IMEIs. To use the other one, open it as a modem of its own.
    """

    def __init__(self, message: str, *, port: str | None = None, seen: bytes = b"", before: str, now: str) -> None:
        super().__init__(message, port=port, seen=seen)
        self.before = before
        self.now = now


class ProtocolError(LinkError):
    """What was received fits no rule: a wrong count, a payload that stopped, a reply that cannot be."""
