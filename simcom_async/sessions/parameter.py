"""Parameters of the caller turned into commands: what is wrong with one is said in the caller's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import SecretStr

from simcom_async.at.command import Command
from simcom_async.at.dialect import Dialect
from simcom_async.at.fields import Range
from simcom_async.errors import LimitExceeded, UsageError

__all__ = ["built", "composed", "limits"]

C = TypeVar("C", bound=Command[Any])


def built(dialect: Dialect, field: str, kind: type[C], value: object, *, secret: bool = False) -> C:
    """The command that carries ``value`` as its last parameter, within the limits of the dialect and the command line.

    Raises UsageError and LimitExceeded in terms of ``field``; a ``secret`` value is in neither.
    """
    parameter = tuple(kind.model_fields)[-1]
    try:
        command = kind(**{parameter: value})
        dialect.admit(command)
    except UsageError as error:
        shown = None if secret else error.value
        sentence = str(error).replace(error.field or field, field, 1)
        raise type(error)(sentence, field=field, value=shown, allowed=error.allowed) from error
    _check_line(dialect, field, command, None if secret else value)
    return command


def composed(dialect: Dialect, fields: Mapping[str, str], kind: type[C], /, **values: object) -> C:
    """The command with several parameters; ``fields`` has the caller's word for each of them.

    Raises UsageError and LimitExceeded in the caller's words; a SecretStr is in neither.
    """
    try:
        command = kind(**values)
        dialect.admit(command)
    except UsageError as error:
        own = error.field or ""
        field = fields.get(own, own)
        shown = None if isinstance(values.get(own), SecretStr) else error.value
        sentence = str(error).replace(own, field, 1) if own else str(error)
        raise type(error)(sentence, field=field, value=shown, allowed=error.allowed) from error
    _check_line(dialect, ", ".join(dict.fromkeys(fields.values())), command, None)
    return command


def limits(kind: type[Command[Any]], name: str) -> Range:
    """The limits that a command declares for one of its numbers."""
    return next(marker for marker in kind.model_fields[name].metadata if isinstance(marker, Range))


def _check_line(dialect: Dialect, field: str, command: Command[Any], value: object) -> None:
    excess = len(command.text) - len("AT") - dialect.habits.line_limit
    if excess <= 0:
        return
    allowed = f"{excess} fewer: a command line of {dialect.habits.line_limit} characters in all"
    raise LimitExceeded(
        f"{field}: {excess} characters too many for the command line of this module, allowed are "
        f"{dialect.habits.line_limit} in all",
        field=field,
        value=value,
        allowed=allowed,
    )
