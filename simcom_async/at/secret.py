"""Which declarations hold secrets, and where they stand in a command line that somebody typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from simcom_async.at.command import RawCommand
from simcom_async.at.commandline import parse
from simcom_async.at.undeclared import secret_shapes

if TYPE_CHECKING:
    from simcom_async.at.command import Command
    from simcom_async.at.dialect import Dialect
    from simcom_async.at.message import Message

__all__ = ["raw_command", "shows_secrets", "takes_secrets"]

_NAMED = re.compile(rb"([+*^#$&%]?[A-Z][A-Z0-9!./:_-]*) *=", re.IGNORECASE)


@cache
def takes_secrets(kind: type[Message]) -> bool:
    """Whether a secret is among its fields: in the command line, or in the line of a reply."""
    kinds = (info.annotation for info in kind.model_fields.values())
    return any(SecretStr in (kind, *getattr(kind, "__args__", ())) for kind in kinds)


@cache
def shows_secrets(kind: type[Command[Any]]) -> bool:
    """Whether its reply can show a secret: a stored setting is read back with it."""
    return any(reply.secret or takes_secrets(reply) for reply in kind.wire.replies)


def raw_command(line: str, dialects: Sequence[Dialect]) -> RawCommand:
    """The raw command of a line, with or without its AT; what ``dialects`` declare to be secret in it is concealed.

    The first dialect that takes the whole line decides. Where none does, all that stands behind the name of a command
    that takes a secret in one of them is concealed, and what the names of others tell (``at/undeclared.py``).
    """
    plain = RawCommand.of(line)
    body = plain.line.encode("ascii")
    for dialect in dialects:
        parts = list(parse(body, dialect))
        commands = [part.command for part in parts if part.command is not None]
        secrets = tuple(secret for command in commands for secret in command.secrets if secret)
        if len(commands) == len(parts) and all(secret in body for secret in secrets):
            shown = any(shows_secrets(type(each)) for each in commands)
            return RawCommand.of(plain.line, (*secrets, *secret_shapes(body)), reveals=shown)
    reveals = plain.reveals or any(name in body.upper() for dialect in dialects for name in _names(dialect)[1])
    return RawCommand.of(plain.line, (*_suspected(body, dialects), *plain.secrets), reveals=reveals)


def _suspected(body: bytes, dialects: Sequence[Dialect]) -> Iterator[bytes]:
    """What may be a secret in a line that no dialect understands."""
    for named in _NAMED.finditer(body):
        if any(named[1].upper().endswith(name) for dialect in dialects for name in _names(dialect)[0]):
            yield from filter(None, (body[named.end() :],))
            return


@cache
def _names(dialect: Dialect) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """The names of the commands that take secrets, and of those that show them."""
    declared = [kind for kind in dialect.table.declared if kind.wire.name]
    return (
        frozenset(kind.wire.name.upper().encode("ascii") for kind in declared if takes_secrets(kind)),
        frozenset(kind.wire.name.upper().encode("ascii") for kind in declared if shows_secrets(kind)),
    )
