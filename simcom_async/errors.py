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
        └── ProtocolError               what came fits no rule

Every error carries its facts as attributes; the sentence is made from them.
"""

from __future__ import annotations

__all__ = [
    "CommandFailed",
    "CommandTimeout",
    "FtpError",
    "HttpError",
    "LimitExceeded",
    "LinkError",
    "MissingExtra",
    "ModemError",
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
    "UnsupportedCommand",
    "UnsupportedService",
    "UsageError",
]


class SimcomError(Exception):
    """Everything this package raises on purpose."""


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


class ProtocolError(LinkError):
    """What was received fits no rule: a wrong count, a payload that stopped, a reply that cannot be."""
