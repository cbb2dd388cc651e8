"""What a caller says of a mail server, checked before a byte is sent."""

from __future__ import annotations

from simcom_async.at.fields import Range, Text
from simcom_async.commands.email import EmailTimeout
from simcom_async.errors import LimitExceeded, UsageError
from simcom_async.sessions.parameter import limits

__all__ = ["check_server", "check_timeout", "module_timeout"]

_PORT = Range(1, 65535)
_HOST = Text(min=1)
_SILENCE = 30  # seconds for an answer of the server (AT+EMAILTO, its default)
_HEADROOM = 5  # seconds by which the module gives up before the caller's own limit


def check_server(field: str, host: object, port: object) -> None:
    """Raise UsageError for what is no host or no port; ``field`` is the caller's word for the host."""
    if not isinstance(host, str):
        raise UsageError(f"{field}: a {type(host).__name__} cannot be taken, allowed is str", field=field)
    _HOST.check(field, host)
    if any(character in host for character in " /@:,;"):
        raise UsageError(
            f"{field}: {host!r} is no host name or address; the port is a parameter of its own",
            field=field,
            value=host,
            allowed="a name or an address",
        )
    if not isinstance(port, int) or isinstance(port, bool):
        raise UsageError(f"port: a {type(port).__name__} cannot be taken, allowed is int", field="port")
    _PORT.check("port", port)


def check_timeout(timeout: object) -> None:
    """Raise LimitExceeded for what is no number of seconds."""
    if timeout is None or (isinstance(timeout, int | float) and 0 < timeout < float("inf")):
        return
    raise LimitExceeded(
        f"timeout: {timeout!r} cannot be taken, allowed are seconds above 0",
        field="timeout",
        value=timeout,
        allowed="seconds above 0",
    )


def module_timeout(timeout: float | None) -> int:
    """How long a module of AT+EMAILTO may wait for one answer of the server, in seconds."""
    allowed = limits(EmailTimeout, "timeout")
    if timeout is None:
        return _SILENCE
    return min(max(int(timeout) - _HEADROOM, allowed.low or 0), allowed.high or _SILENCE)
