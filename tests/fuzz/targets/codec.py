"""Declarations there and back: what was built can be said, what was said can be read, and no parameter breaks out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from pydantic import SecretStr

from simcom_async.at.codec import compiled
from simcom_async.at.command import Command, RawCommand, compiled_command
from simcom_async.at.commandline import parse
from simcom_async.at.dialect import Dialect
from simcom_async.at.message import Message
from simcom_async.errors import UsageError
from tests.fuzz.supply import Supply, packed, packed_number
from tests.fuzz.vocabulary import LANGUAGES, changed, command_of, commands, line_of, messages

MODULES = (
    "simcom_async.at.codec",
    "simcom_async.at.fields",
    "simcom_async.at.message",
    "simcom_async.at.code",
    "simcom_async.at.setting",
)

_BREAKS = bytes([*range(0x20), 0x7F])


def check(data: bytes) -> None:
    """A line of the module, a command of the host, or the parameters that a host writes."""
    supply = Supply(data)
    dialect = supply.pick(LANGUAGES)
    supply.pick((_line, _command, _written, _raw))(supply, dialect)


def _line(supply: Supply, dialect: Dialect) -> None:
    """Whatever matches can be built, and what was built is said and read as the same."""
    declaration = supply.pick(messages(dialect))
    entry = compiled(declaration)
    for line in (line_of(supply, dialect, declaration), supply.some(), entry.tags[0] + b": " + supply.some()):
        match = entry.match(line)
        if match is None:
            continue
        entry.excessive(match)
        message = entry.build(match)
        for name in declaration.model_fields:
            if name in message.model_fields_set:
                assert _same(entry.value(match, name), getattr(message, name))
        if not line.isascii():
            repr(message)
            continue
        again = entry.encode(message)
        found = entry.match(again)
        assert found is not None, f"{line!r} is read, and said again as {again!r} it is not"
        assert entry.build(found) == message, f"{line!r} and {again!r} are not the same"


def _same(one: object, other: object) -> bool:
    return one == other or (isinstance(one, SecretStr) and isinstance(other, SecretStr))


def _command(supply: Supply, dialect: Dialect) -> None:
    """A command is refused by name, or it is one line that a module reads as this command and no other."""
    kind = supply.pick(commands(dialect))
    try:
        command = command_of(supply, kind, wild=supply.flag())
        dialect.admit(command)
    except UsageError:
        return
    text = command.text
    assert not text.translate(None, bytes(byte for byte in range(256) if byte not in _BREAKS)), f"{text!r} breaks out"
    _check_masked(command)
    if text[:2] != b"AT" or text == b"AT":
        return
    parts = list(parse(text[2:], dialect))
    assert len(parts) == 1, f"{text!r} is {len(parts)} commands"
    read = parts[0].command
    assert read is not None, f"{text!r} is refused: {parts[0].refusal}"
    for name in kind.model_fields:  # what is left out is for the module to decide
        value = getattr(command, name)
        assert value is None or getattr(read, name) == value, f"{text!r} is read as {read.text!r}"
    assert read.wire.name.upper() == command.wire.name.upper() or command.wire.name in read.wire.aliases


def _check_masked(command: Command[Any]) -> None:
    """No secret is in what people are shown, unless another parameter says the same."""
    others = [value for value in command.model_dump().values() if isinstance(value, str)]
    for secret in filter(None, command.secrets):
        shown = (f"AT{command.wire.name}=", *others)
        if not secret.isdigit() and not any(secret in value.encode("utf-8", "surrogateescape") for value in shown):
            assert secret not in command.masked.replace("*", "\0").encode(), "a secret is shown"


def _written(supply: Supply, dialect: Dialect) -> None:
    """Parameters of any sort are another shape, out of limits, or the values of the command."""
    kind = supply.pick(commands(dialect))
    parameters = compiled_command(kind)
    with suppress(UsageError):
        line = parameters.encode(command_of(supply, kind)).partition(b"=")[2]
        _read(kind, changed(supply, line))
    _read(kind, supply.some())


def _read(kind: type[Command[Any]], text: bytes) -> None:
    values = compiled_command(kind).parse(text)
    if values is not None:
        with suppress(UsageError):
            command = kind(**values)
            assert compiled_command(kind).encode(command)
            assert isinstance(command, Message)


def _raw(supply: Supply, dialect: Dialect) -> None:
    """A line that nobody declares is printable ASCII, or refused."""
    try:
        command = RawCommand.of(supply.text(), (supply.some(),))
    except UsageError:
        return
    assert not command.text.translate(None, bytes(range(0x20, 0x7F)))
    repr(command)
    list(parse(command.text[2:], dialect))


def seeds() -> Iterator[bytes]:
    """Every declaration of every dialect at its limits, and some texts."""
    for number, dialect in enumerate(LANGUAGES):
        head = packed_number(number, len(LANGUAGES) - 1)
        most = len(messages(dialect)) - 1
        for place in range(0, most + 1, 3):
            yield head + b"\x00" + packed_number(place, most) + bytes([1, place % 2, 0, 0, 0xFF, 3, 0, 1, 5])
        most = len(commands(dialect)) - 1
        for place in range(0, most + 1, 3):
            yield head + b"\x01" + packed_number(place, most) + b"\x00\x01\x01"
            yield head + b"\x01" + packed_number(place, most) + b"\x01" + b"\x00" + packed(b"a;+CSQ") * 4
            yield head + b"\x02" + packed_number(place, most) + b"\x01\x01\x05\x02\x01\x0b" + packed(b'1,"a"')
        yield head + b"\x03" + packed(b"AT+CSQ;+CREG?") + packed(b"CSQ")
