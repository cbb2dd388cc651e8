"""What modules say and what hosts ask, by the declarations: made from choices, within the limits and beyond them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr

from simcom_async.at.codec import compiled
from simcom_async.at.command import Command, RawCommand
from simcom_async.at.dialect import Dialect
from simcom_async.at.fields import Range, Rest, Text
from simcom_async.at.message import Message
from simcom_async.at.setting import all_forms
from simcom_async.dialects import DIALECTS
from simcom_async.errors import UsageError
from tests.at.speech import SPEECH
from tests.fuzz.supply import Supply
from tests.test_declarations import PATTERNED, bare, sample

__all__ = ["LANGUAGES", "NASTY", "command_of", "commands", "line_of", "made", "messages", "spoken", "value_of"]

#: Every dialect, and that of the tests, which has one declaration for each shape of dialogue.
LANGUAGES: tuple[Dialect, ...] = (SPEECH, *DIALECTS.values())

PATTERNED.update({r"\d{15}": ("0" * 15, "9" * 15), r"\d": ("0", "4"), r"[A-Z]:/[^,]*": ("C:/", "D:/a, b")})

#: What would end, begin or confuse something if it were taken for what it looks like.
NASTY: tuple[bytes, ...] = (
    b"\r\n", b"\r", b"\n", b"\r\nOK\r\n", b"\r\nERROR\r\n", b"OK", b"ERROR\r", b"\r\n+CME ERROR: 10\r\n",
    b"\r\n+CME ERROR: SIM failure\r\n", b"\r\n+CMS ERROR: 500\r\n", b"+CME ERROR:", b"0\r", b"4\r\n", b"3", b"> ", b">",
    b">>", b"\r\n> ", b"\r\n>> ", b"\r\nDOWNLOAD\r\n", b"\x1a", b"\x1b", b"\x03", b"\x10", b"\x10\x03", b"\x03\x1a",
    b"\x00", b"\xff", b"\x08", b"\x7f", b" ", b'"', b",", b":", b";", b"AT", b"A/", b"+++", b"\r\nRING\r\n",
    b"\r\nNO CARRIER\r\n", b"\r\nCONNECT\r\n", b"\r\nCONNECT 9600\r\n", b"\r\nCall Ready\r\n", b"\r\nRDY\r\n",
    b"\r\n+CPIN: READY\r\n", b"\r\nSHUT OK\r\n", b"+SAPBR 1: DEACT\r\n", b"\r\n+PDP: DEACT\r\n", b"\x0b", b"\x0c",
    b"\x1c", b"\x85", b"{non-ascii}\"E4", b"9" * 5_000, b"x" * 400, b"\r\n+CSQ: " + b"1" * 4_400 + b",0\r\n",
)  # fmt: skip


@cache
def commands(dialect: Dialect) -> tuple[type[Command[Any]], ...]:
    """All commands of a dialect, with their read and test forms."""
    return tuple(dict.fromkeys(form for command in dialect.commands for form in all_forms(command)))


@cache
def messages(dialect: Dialect) -> tuple[type[Message], ...]:
    """All lines of the module, in a dialect."""
    return dialect.table.messages


def made(supply: Supply, declaration: type[Message]) -> Message:
    """A message with chosen values, not checked: a module may say anything of that shape."""
    if supply.flag():
        return _samples(declaration)[supply.flag()]
    values: dict[str, object] = {}
    for name, info in declaration.model_fields.items():
        kind, optional = bare(info.annotation)
        if not optional or supply.flag():
            values[name] = value_of(supply, kind, info.metadata)
    return declaration.model_construct(**values)


def line_of(supply: Supply, dialect: Dialect, declaration: type[Message]) -> bytes:
    """A line of the module, in one of its spellings, perhaps with something in it that is not right."""
    message = made(supply, declaration)
    spelled = dialect.spelled.get(declaration) if supply.flag() else None
    line = compiled(declaration).encode(message, documented=supply.flag(), spelled=spelled)
    return changed(supply, line) if supply.byte() > 0xA0 else line


def spoken(supply: Supply, dialect: Dialect, declarations: Sequence[type[Message]] = ()) -> bytes:
    """A line of one of these declarations (of any of the dialect), with its line ends."""
    line = line_of(supply, dialect, supply.pick(declarations or messages(dialect)))
    return supply.pick((b"\r\n%b\r\n", b"%b\r\n", b"\r\n%b\r", b"%b\n", b"%b\r", b"%b")) % line


def changed(supply: Supply, line: bytes) -> bytes:
    """The same with something else in one place."""
    place = supply.upto(len(line))
    gone = supply.byte() % 4
    new = supply.pick(NASTY) if supply.flag() else supply.some()
    return line[:place] + new + line[place + gone :]


def value_of(supply: Supply, kind: Any, markers: Sequence[Any], *, wild: bool = False) -> object:
    """A value for a field; ``wild``: of any type."""
    if wild and supply.byte() > 0xF0:
        return supply.pick((None, True, 1.5, b"x", "", [], float("nan"), -1, SecretStr("s"), object))
    if get_origin(kind) is Literal:
        return supply.pick(get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        members = list(kind)
        return supply.pick(members) if not wild or supply.flag() else supply.number()
    if kind is int:
        return _number(supply, next((marker for marker in markers if isinstance(marker, Range)), None))
    text = _text(supply, markers)
    return SecretStr(text) if kind is SecretStr else text


def _number(supply: Supply, limits: Range | None) -> int:
    if limits is None or supply.flag():
        return supply.number()
    low, high = limits.low or 0, 2**31 if limits.high is None else limits.high
    return supply.pick((low, high, low - 1, high + 1, (low + high) // 2))


def _text(supply: Supply, markers: Sequence[Any]) -> str:
    rest = next((marker for marker in markers if isinstance(marker, Rest)), None)
    if rest is not None:
        return rest.begins + supply.text()
    limits = next((marker for marker in markers if isinstance(marker, Text)), Text())
    if limits.pattern and supply.flag():
        return PATTERNED.get(limits.pattern, ("", "A"))[supply.byte() % 2]
    match supply.byte() % 4:
        case 0:
            return supply.text()
        case 1:
            size = supply.pick((limits.min, limits.min - 1, limits.max or 40, (limits.max or 600) + 1, 5_000))
            return ("a,b;c =?+:AT>OK" * (max(0, size) // 15 + 1))[: max(0, size)]
        case 2:
            return supply.pick(NASTY).decode("latin-1")
        case _:
            return re.sub(r"[^\w./@ -]", "", supply.text())


def command_of(supply: Supply, kind: type[Command[Any]], *, wild: bool = False) -> Command[Any]:
    """A command with chosen parameters. Raises UsageError where they are not taken."""
    if issubclass(kind, RawCommand):
        return RawCommand.of(supply.text())
    if not wild and supply.flag():
        return _sample(kind, supply.flag())
    values: dict[str, object] = {}
    for name, info in kind.model_fields.items():
        bare_kind, optional = bare(info.annotation)
        if not optional or supply.flag():
            values[name] = value_of(supply, bare_kind, info.metadata, wild=wild)
    try:
        return kind(**values)
    except UsageError:
        if wild:
            raise
        return _sample(kind, False)


def _sample(kind: type[Command[Any]], high: bool) -> Command[Any]:
    """A command at its limits; each time another one, for two that are sent are two."""
    command = _samples(kind)[high].model_copy()
    assert isinstance(command, Command)
    return command


@cache
def _samples(declaration: type[Message]) -> tuple[Message, Message]:
    return sample(declaration, high=False), sample(declaration, high=True)
