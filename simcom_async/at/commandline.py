"""A command line as a module reads it: blanks, case, several commands, up to the first that is refused.

Rules: ITU-T V.250 5.2 to 5.4; what real clients write, device-facts 1.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from simcom_async.at.command import Command, Form, compiled_command
from simcom_async.at.dialect import Dialect
from simcom_async.at.squeeze import squeezed
from simcom_async.errors import UsageError

__all__ = ["Part", "Reason", "Refusal", "parse"]

_EXTENDED = re.compile(rb"([+*^#$][A-Z][A-Z0-9!%./:_-]*)(=\?|\?|=|)", re.IGNORECASE)
_REGISTER = re.compile(rb"S([0-9]+)(\?|=[0-9]*|)", re.IGNORECASE)
_DIAL = re.compile(rb"D([^;]*;?)", re.IGNORECASE)
_BASIC = re.compile(rb"([&%\\]?[A-Z])([0-9]*)(\?|)", re.IGNORECASE)
_PARAMETERS = re.compile(rb'(?:[^";]|"[^"]*")*')
_FORMS: dict[bytes, tuple[Form, ...]] = {
    b"=?": (Form.TEST,),
    b"?": (Form.READ,),
    b"=": (Form.WRITE,),
    b"": (Form.EXECUTE,),
}
_BASIC_FORMS: dict[bytes, tuple[Form, ...]] = {b"": (Form.EXECUTE, Form.WRITE), b"?": (Form.READ,)}


class Reason(Enum):
    """Why a command is refused."""

    UNKNOWN = "the series has no such command"
    FORM = "the command has no such form"
    PARAMETERS = "the parameters have another shape"
    LIMIT = "a parameter is outside its limits"
    SYNTAX = "this is no command"
    TOO_LONG = "the line is too long"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command that cannot be carried out: ``text`` says why, ``number`` is that of its +CME ERROR (None: plain)."""

    reason: Reason
    text: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One command of a line: ``text`` as it came, and either the ``command`` or the ``refusal``."""

    text: bytes
    command: Command[Any] | None = None
    refusal: Refusal | None = None


def parse(body: bytes, dialect: Dialect) -> Iterator[Part]:
    """The commands of a line without its AT, up to and with the first that is refused (V.250 5.2 to 5.4)."""
    rest = squeezed(body)
    while rest:
        if rest.startswith(b";"):
            rest = rest[1:]
            continue
        name, forms, parameters, length = _next_command(rest)
        text, rest = rest[:length], rest[length:]
        if not name or (text[:1] in b"+*^#$" and rest[:1] not in (b"", b";")):
            yield Part(text + rest, refusal=Refusal(Reason.SYNTAX, Reason.SYNTAX.value))
            return
        part = _resolve(dialect, text, name.decode("ascii").upper(), forms, parameters)
        yield part
        if part.refusal is not None:
            return


def _next_command(rest: bytes) -> tuple[bytes, tuple[Form, ...], bytes, int]:
    """Name, possible forms, parameters and length of the first command; an empty name: there is none."""
    if found := _EXTENDED.match(rest):
        end = found.end()
        parameters = b""
        if found[2] == b"=" and (values := _PARAMETERS.match(rest, end)):
            parameters, end = values[0], values.end()
        return found[1], _FORMS[found[2]], parameters, end
    if found := _REGISTER.match(rest):
        if found[2] == b"?":
            return b"S", (Form.READ,), found[1], found.end()
        form = Form.WRITE if found[2] else Form.EXECUTE  # the number alone only chooses a register: not taken
        value = b"=0" if found[2] == b"=" else found[2]
        return b"S", (form,), found[1] + value, found.end()
    if found := _DIAL.match(rest):
        return b"D", (Form.WRITE, Form.EXECUTE), found[1], found.end()
    if found := _BASIC.match(rest):
        forms = (Form.WRITE, Form.EXECUTE) if found[2] else _BASIC_FORMS[found[3]]
        return found[1], forms, found[2], found.end()
    return b"", (), b"", len(rest)


def _resolve(dialect: Dialect, text: bytes, name: str, forms: tuple[Form, ...], parameters: bytes) -> Part:
    """The first declared command of this name and form that takes the parameters."""
    if not dialect.table.forms(name) and name[0] in "#$":
        name = "+" + name[1:]  # SIM7100 Internet service 2.2: another character may stand for the plus sign
    candidates = [command for form in forms for command in dialect.table.commands(name, form)]
    if not candidates:
        reason = Reason.FORM if dialect.table.forms(name) else Reason.UNKNOWN
        return Part(text, refusal=Refusal(reason, f"{name}: {reason.value}"))
    refusal = Refusal(Reason.PARAMETERS, f"{name}: {Reason.PARAMETERS.value}", candidates[0].wire.invalid)
    for candidate in candidates:
        compiled = compiled_command(candidate)
        values = compiled.parse(parameters)
        if values is None and candidate.wire.basic and not parameters:
            values = compiled.parse(b"0")  # V.250 5.3.1: a missing number is 0
        if values is None:
            continue
        try:
            command = candidate(**values)
            dialect.admit(command)
        except UsageError as error:
            refusal = Refusal(Reason.LIMIT, str(error), candidate.wire.invalid)
            continue
        return Part(text, command)
    return Part(text, refusal=refusal)
