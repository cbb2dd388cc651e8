"""How a command ends: its exit status, and the one sentence that says why."""

from __future__ import annotations

from enum import IntEnum

from simcom_async.errors import CommandTimeout, LinkError, ModemError, OutcomeUnknown, SimcomError

__all__ = ["Refused", "Status", "sentence", "status_of"]


class Status(IntEnum):
    """The exit status of ``simcom``."""

    DONE = 0
    """It is done."""
    REFUSED = 1
    """The module or the server said no, or a check failed."""
    USAGE = 2
    """It was called wrongly, or something that it needs on this machine is missing."""
    WIRE = 3
    """The port failed, or nothing came in time."""
    INTERRUPTED = 130
    """It was interrupted (Ctrl-C)."""


class Refused(Exception):
    """The answer was no, and that has been said where results are printed; ``str()`` of it goes to stderr."""


def status_of(error: BaseException) -> Status:
    """The exit status that tells of this error."""
    if isinstance(error, Refused | ModemError):
        return Status.REFUSED
    if isinstance(error, CommandTimeout | LinkError | OutcomeUnknown | TimeoutError):
        return Status.WIRE
    return Status.USAGE


def sentence(error: BaseException) -> str:
    """What went wrong and what helps, in one sentence."""
    text = str(error)
    if isinstance(error, OSError) and not isinstance(error, SimcomError):
        where = f"{error.filename}: " if error.filename else ""
        text = f"{where}{error.strerror or error}"
    remedy = error.remedy if isinstance(error, ModemError) else ""
    return text if not remedy or remedy in text else f"{text}; {remedy}"
