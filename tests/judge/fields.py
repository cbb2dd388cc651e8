"""The fields of a line, read by the manual's rules alone, and those of a declared message, to be compared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

from pydantic import SecretStr

from simcom_async.at.event import LineEvent
from simcom_async.at.message import Message
from simcom_async.at.setting import Supported

__all__ = ["NAMES", "assert_declared", "fields_of", "values_of"]

#: How the product calls what the manual's captures call otherwise.
NAMES = {
    "len": "length",
    "datalen": "length",
    "n": "length",
    "cnf": "length",
    "cnflength": "length",
    "bytes": "length",
    "maxlength": "maximum",
    "progress": "length",
    "max": "maximum",
    "ip": "address",
    "mode": "state",
    "num": "number",
    "total": "size",
    "tsize": "size",
    "dir": "directory",
    "mail_dir": "directory",
    "eml": "file",
    "mail_file": "file",
    "server": "address",
    "saddr": "address",
    "sname": "name",
    "pwd": "password",
    "from": "text",
    "date": "text",
    "sub": "text",
    "name": "user",
    "err": "code",
    "result": "code",
    "singleip": "address",
    "unsent_len": "unsent",
    "totalnumber": "number",
    "totalsize": "size",
    "msgnumber": "number",
    "datalength": "length",
}
#: Lines that are the header of a mail, whose text is one field (SIM7100 Internet service 4.5).
_HEADERS = ("From", "Date", "Subject")
_FIELD = re.compile(r'[ \t]*((?:\[\{non-ascii\}\][ \t]*)?"[^"]*"|[^",]*?)[ \t]*(?:,|\Z)')


def fields_of(line: str) -> list[str]:
    """What stands behind the tag: blanks around commas ignored, quotes removed, an empty last field left out."""
    head, colon, rest = line.partition(":")
    if head in _HEADERS:
        return [rest.strip()]
    if _is_untagged(line):  # a path, or numbers with a blank between (SIM7100 Internet service 4.4, 4.6)
        return fields_of(f"+:{line}") if "," in line else line.split()
    if re.fullmatch(r" *\d+ \d+", rest):  # A23: blank-separated
        return rest.split()
    numbers = re.findall(r"\d+", head.partition(" ")[2]) if colon else []
    if not colon:
        return []
    found, place = [], 0
    while place < len(rest):
        match = _FIELD.match(rest, place)
        assert match is not None, f"{line!r}: no field at {place}"
        found.append(match[1].strip('"'))
        place = match.end()
    return numbers + found


def _is_untagged(line: str) -> bool:
    """Whether a line that has fields has no tag."""
    return re.match(r"[A-Z]:/|\d+ \d+\Z", line) is not None


def values_of(message: Message) -> list[str]:
    """The values of a message in wire order, as they would stand on the wire without quotes."""
    values = [getattr(message, name) for name in type(message).model_fields]
    while values and values[-1] is None:
        values.pop()
    return ["" if value is None else _text(value) for value in values]


def _text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Enum):
        value = value.value
    return str(value)


def assert_declared(event: LineEvent, line: str, captures: Mapping[str, str] | None = None) -> None:
    """The event is this line as a declared message, with exactly its values, and those of the captures by name."""
    message = event.message
    assert message is not None, f"{line!r} became {event!r}, which no declaration takes"
    if isinstance(message, Supported):  # whatever a test form prints is one text
        assert fields_of(f":{message.values}") == fields_of(line), f"{line!r} became {message!r}"
        return
    assert values_of(message) == fields_of(line), f"{line!r} became {message!r}"
    for name, value in (captures or {}).items():
        word = name.rstrip("0123456789")
        field = getattr(message, word if hasattr(message, word) else NAMES.get(word, word), None)
        assert _text(field) == value, f"{line!r} became {message!r}: {name} should be {value}"
