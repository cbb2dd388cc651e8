"""Messages to text and text to messages: each declaration is compiled once to a pattern and a template.

A received line matches a declaration when its tag and constants are equal and its fields have the right shape. Blanks
behind the colon and around separators are ignored, so is one empty last field; a missing closing quote at the end of a
line is forgiven (a receiver that loses bytes still understands the address).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from simcom_async.at.code import Code, Word
from simcom_async.at.fields import Range, Rest, Text
from simcom_async.at.message import Counted, Line, Message

__all__ = ["Compiled", "Parameters", "code_page", "compiled", "constant", "line_of"]

#: No part of a pattern gives back what it has taken: a line costs as much as it is long, whatever stands in it.
_BLANKS = rb"[ \t]*+"
#: What a parameter without quotes cannot hold: a blank would be dropped, these marks would end it or mean a form.
_NEEDS_QUOTES = re.compile(r"[ ,;?]")
#: What can stand in a text as it is, in quotes and without them; a text that may be tagged is for anything else.
_SAFE, _SAFE_BARE = re.compile(r"[ !#-~]*"), re.compile(r"[ !#-+\--~]*")
#: What a code may be that is a word, also one that the manual does not have; between blanks it ends before the last.
_WORD = rb"[A-Z][A-Z0-9 /_-]*+"
#: A whole number, and one that is a code. More digits than any value has are no number: reading them is not for free.
_WHOLE, _CODE = rb"([+-]?\d{1,40})", rb"(\d{1,40})"


@dataclass(frozen=True, slots=True)
class _Field:
    """One compiled field: its pattern (with exactly one group), and both directions of its value."""

    name: str
    pattern: bytes
    read: Callable[[bytes], object]
    write: Callable[[Any], str]
    optional: bool


class Compiled:
    """A declared line, ready for matching, building and encoding."""

    __slots__ = ("_fields", "_inside", "_kinds", "declaration", "line", "match", "pattern", "secret", "simple", "tags")

    def __init__(self, declaration: type[Message]) -> None:
        line = line_of(declaration)
        self.declaration = declaration
        self.line = line
        self._inside = re.findall(r"\{(\w+)\}", line.tag)
        infos = declaration.model_fields
        written = {name: info for name, info in infos.items() if name not in self._inside and not info.exclude}
        self._fields = [_compile(name, info) for name, info in written.items()]
        self._kinds = line.shape, *(_WHOLE if field.pattern == _CODE else field.pattern for field in self._fields)
        self.tags = tuple(_tags(line, infos))
        body = _shaped(self._fields, line.shape) if line.shape else _sequence(self._fields, line.separator)
        self.pattern = re.compile(self._head() + body + rb"\Z", re.DOTALL)
        #: The match of a line without line end, or None when it is not this message.
        self.match: Callable[[bytes], re.Match[bytes] | None] = self.pattern.match
        #: Whether one of its fields must not be shown.
        self.secret = declaration.secret or any(
            _without_none(info.annotation)[0] is SecretStr for info in infos.values()
        )
        #: Whether nothing follows the line: no payload, no continuation.
        self.simple = line.opens is None and line.then is None

    def resembles(self, other: "Compiled") -> bool:
        """Whether a line of the one can be a line of the other: a common tag, and fields of the same kinds."""
        return not set(self.tags).isdisjoint(other.tags) and self._kinds == other._kinds

    def _head(self) -> bytes:
        if not self.line.tag:
            return _BLANKS
        names = [self.line.tag, *self.line.aliases]
        heads = [re.sub(r"\\\{\w+\\\}", r"(\\d+)", re.escape(name)) for name in names]
        head = heads[0] if len(heads) == 1 else "(?:" + "|".join(heads) + ")"
        return head.encode("ascii") + (rb":" + _BLANKS if self._fields else b"")

    def build(self, match: re.Match[bytes]) -> Message:
        """The message of a match."""
        groups = match.groups()
        values: dict[str, Any] = {name: int(groups[n]) for n, name in enumerate(self._inside)}
        for field, text in zip(self._fields, groups[len(self._inside) :], strict=True):
            if text is not None and not (field.optional and text == b""):
                values[field.name] = field.read(text)
        return self.declaration.model_construct(**values)

    def value(self, match: re.Match[bytes], name: str) -> object:
        """One field of a match, without building the message."""
        for number, field in enumerate(self._fields, len(self._inside) + 1):
            if field.name == name:
                text = match.group(number)
                return None if text is None else field.read(text)
        return int(match.group(self._inside.index(name) + 1))

    def excessive(self, match: re.Match[bytes]) -> bool:
        """Whether a header line announces more payload bytes than its declaration allows, or fewer than none."""
        opens = self.line.opens
        if not isinstance(opens, Counted):
            return False
        count = self.value(match, opens.field)
        return not isinstance(count, int) or not 0 <= count <= opens.maximum

    def encode(self, message: Message, *, documented: bool = False, spelled: Line | None = None) -> bytes:
        """The line of a message, without line end, in the real or in the documented spacing.

        ``spelled`` is how a series prints it, where that is not as declared.
        """
        line = self.line if spelled is None else spelled
        spacing = line.documented if documented and line.documented is not None else line.spacing
        tag = line.documented_tag if documented and line.documented_tag else line.tag
        tag = re.sub(r"\{(\w+)\}", lambda place: str(getattr(message, place[1])), tag)
        if line.mark or not self._fields:
            return tag.encode("ascii")
        if line.shape:
            body = line.shape.format_map(
                {field.name: field.write(getattr(message, field.name)) for field in self._fields}
            )
        else:
            body = _join(self._fields, message, spacing.comma if line.separator == "," else line.separator)
        return ((tag + spacing.colon if tag else "") + body).encode("latin-1", "replace")

    def __repr__(self) -> str:
        return f"Compiled({self.declaration.__name__})"


class Parameters:
    """The parameters of a declared command, ready for encoding and for parsing on the module's side."""

    __slots__ = ("_fields", "_head", "_separator", "_tail", "declaration", "pattern")

    def __init__(self, declaration: type[Message], head: bytes, separator: str, tail: bytes = b"") -> None:
        self.declaration = declaration
        self._head = head
        self._tail = tail
        self._separator = separator
        self._fields = [_compile(name, info, sent=True) for name, info in declaration.model_fields.items()]
        self.pattern = re.compile(_BLANKS + _sequence(self._fields, separator) + rb"\Z", re.DOTALL)

    def encode(self, command: Message) -> bytes:
        """The command line without CR."""
        if not self._fields:
            return self._head + self._tail
        return self._head + _join(self._fields, command, self._separator).encode("utf-8") + self._tail

    def parse(self, parameters: bytes) -> dict[str, object] | None:
        """The values in the text behind the name and ``=``; None when they have another shape."""
        match = self.pattern.match(parameters)
        if match is None:
            return None
        found = zip(self._fields, match.groups(), strict=True)
        return {
            field.name: field.read(text)
            for field, text in found
            if text is not None and not (field.optional and text == b"")
        }


def line_of(declaration: type[Message]) -> Line:
    """How ``declaration`` stands on the wire as a line of the module: its own line, or that of a stored setting."""
    wire = declaration.wire
    if isinstance(wire, Line):
        return wire
    return Line(wire.name, aliases=wire.aliases, documented_tag=wire.documented)


@cache
def compiled(declaration: type[Message]) -> Compiled:
    """The compiled form of a declared line. Built once for each class."""
    return Compiled(declaration)


@cache
def constant(declaration: type[Message]) -> bytes | None:
    """All that a declared line can be, where nothing in it varies; None: something does."""
    for info in declaration.model_fields.values():
        kind = info.annotation
        if get_origin(kind) is not Literal or len(get_args(kind)) > 1 or info.is_required():
            return None
    return compiled(declaration).encode(declaration())


def _tags(line: Line, infos: dict[str, FieldInfo]) -> Iterable[bytes]:
    for tag in (line.tag, *line.aliases):
        inside = re.findall(r"\{(\w+)\}", tag)
        if not inside:
            yield tag.encode("ascii")
            continue
        limits = [marker for marker in infos[inside[0]].metadata if isinstance(marker, Range)]
        low, high = limits[0].low or 0, limits[0].high or 0
        for number in range(low, high + 1):
            yield tag.replace("{" + inside[0] + "}", str(number)).encode("ascii")


def _sequence(fields: list[_Field], separator: str) -> bytes:
    """The pattern of all fields: optional ones at the end nest, so that what follows may be missing as well."""
    between = _BLANKS + separator.encode("ascii") + _BLANKS
    if separator == " ":
        between = rb"(?:[ \t]++[,=]?|[,=])" + _BLANKS
    pattern = b""
    for place in range(len(fields) - 1, -1, -1):
        field = fields[place]
        found = field.pattern if separator != " " else field.pattern.replace(_WORD, _WORD.removesuffix(b"+"))
        own = rb"(?:" + found + rb")?" if field.optional else found
        step = (between if place else b"") + own + pattern
        pattern = rb"(?:" + step + rb")?" if field.optional else step
    trailing = rb"(?:" + _BLANKS + rb",)?" if separator == "," and fields else b""
    return pattern + trailing + _BLANKS


def _shaped(fields: list[_Field], shape: str) -> bytes:
    """The pattern of fields that stand in a text; blanks may be anywhere between its characters."""
    named = {field.name: field for field in fields}
    pattern = _BLANKS
    for place, part in enumerate(re.split(r"\{(\w+)\}", shape)):
        if place % 2:
            pattern += named[part].pattern + _BLANKS
        else:
            marks = part.encode("ascii").replace(b" ", b"")
            pattern += b"".join(re.escape(marks[at : at + 1]) + _BLANKS for at in range(len(marks)))
    return pattern


def _join(fields: list[_Field], message: Message, comma: str) -> str:
    values = [getattr(message, field.name) for field in fields]
    while values and values[-1] is None:
        values.pop()
    shown = ["" if value is None else field.write(value) for field, value in zip(fields, values, strict=False)]
    return comma.join(shown)


def _compile(name: str, info: FieldInfo, *, sent: bool = False) -> _Field:
    annotation, optional = _without_none(info.annotation)
    text = next((marker for marker in info.metadata if isinstance(marker, Text)), None)
    rest = next((marker for marker in info.metadata if isinstance(marker, Rest)), None)
    if rest is not None:
        begins = re.sub(r"\d", r"\\d", re.escape(rest.begins)).encode("ascii")
        return _Field(name, rb"(" + begins + rb".*)", _decode, str, optional)
    if get_origin(annotation) is Literal:
        return _constant(name, get_args(annotation), text, optional, sent=sent)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        limits = next((marker for marker in info.metadata if isinstance(marker, Range)), None)
        return _enumeration(name, annotation, text, optional, () if limits is None or sent else limits.exclude)
    if annotation is int:
        return _Field(name, _WHOLE, int, str, optional)
    text = text or Text()
    read, write = _reader(text), _writer(text)
    if annotation is SecretStr:
        return _Field(
            name,
            _text_pattern(text),
            lambda value: SecretStr(read(value)),
            lambda value: write(value.get_secret_value()),
            optional,
        )
    return _Field(name, _text_pattern(text), read, write, optional)


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in (Union, UnionType):
        rest = [part for part in get_args(annotation) if part is not NoneType]
        return rest[0], len(rest) < len(get_args(annotation))
    return annotation, False


def _constant(name: str, values: tuple[Any, ...], text: Text | None, optional: bool, *, sent: bool) -> _Field:
    known = {str(value).encode("ascii").upper() if sent else str(value).encode("ascii"): value for value in values}
    choice = b"(" + b"|".join(re.escape(str(value)).encode("ascii") for value in values) + b")"
    if sent:
        choice = b"((?i:" + choice[1:-1] + b"))"
    quoted = text is not None and text.quoted is not False
    pattern = b'"?' + choice + b'"?' if quoted else choice
    return _Field(
        name,
        pattern,
        lambda found: known[found.upper() if sent else found],
        (lambda value: f'"{value}"') if quoted and text is not None and text.quoted else str,
        optional,
    )


def _enumeration(name: str, kind: type[Enum], text: Text | None, optional: bool, holes: tuple[int, ...]) -> _Field:
    if issubclass(kind, IntEnum):
        choices = b"(" + b"|".join(b"%d" % item.value for item in kind if item.value not in holes) + b")"
        other = b"".join(rb"(?!%d(?!\d))" % hole for hole in holes)
        number = b"(" + other + _CODE[1:] if issubclass(kind, Code) else choices
        return _Field(name, number, lambda found: kind(int(found)), lambda value: str(int(value)), optional)
    if issubclass(kind, Word):
        bare = _whole(text.pattern) if text is not None and text.pattern else _WORD
        return _Field(name, b"(" + bare + b")", lambda found: kind(_decode(found).rstrip()), str, optional)
    words = {str(item.value).encode("ascii"): item for item in kind}
    longest_first = sorted(words, key=len, reverse=True)
    choice = b"((?i:" + b"|".join(re.escape(word) for word in longest_first) + b"))"
    quoted = text is not None and text.quoted is not False
    plain = text is not None and text.plain
    folded = {word.upper(): item for word, item in words.items()}
    return _Field(
        name,
        b'"?' + choice + b'"?' if quoted else choice,
        lambda found: folded[found.upper()],
        (lambda value: f'"{value.value}"') if quoted and not plain else (lambda value: str(value.value)),
        optional,
    )


def _text_pattern(text: Text) -> bytes:
    bare = _whole(text.pattern) if text.pattern else rb'[^",]*+'
    tagged = rb'|\{non-ascii\}[ \t]*+"(?:[0-9A-Fa-f]{2}|/)*+"' if text.tagged else b""
    if text.quoted is False:
        return b"(" + bare + tagged + b")"
    inside = rb'"[^"]*+(?:"|\Z)'
    return b"(" + inside + tagged + (rb"|" + bare if text.quoted is None else b"") + b")"


def _whole(pattern: str) -> bytes:
    """A pattern that takes what it takes, also where what follows does not fit."""
    return b"(?>" + pattern.encode("ascii") + b")"


def _reader(text: Text) -> Callable[[bytes], str]:
    """How a text is read; one that is tagged, as UTF-8, or as ``text`` has it where it is none."""
    bare = _unquoted if text.quoted is False else _text
    if not text.tagged:
        return bare
    decode = _octets if text.octets else code_page

    def read(found: bytes) -> str:
        if not found.startswith(b"{non-ascii}"):
            return bare(found)
        return decode(_unhexed(found.partition(b'"')[2].rstrip(b'"').decode("ascii")))

    return read


def _unhexed(digits: str) -> bytes:
    """The bytes of a path in hex, whose slashes may stand beside their hex (SIM7100 Internet service 5.9)."""
    parts = [bytes.fromhex(part) for part in digits.split("/")]
    doubled = len(parts) > 1 and not parts[0] and parts[1].startswith(b"/")
    return b"/".join(parts[1:] if doubled else parts)


def _octets(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")


def _text(found: bytes) -> str:
    if found.startswith(b'"'):
        found = found[1:-1] if len(found) > 1 and found.endswith(b'"') else found[1:]
        return _decode(found)
    return _unquoted(found)


def _unquoted(found: bytes) -> str:
    return _decode(found.rstrip(b" \t"))


def code_page(octets: bytes) -> str:
    """UTF-8, or where it is none the code page of the examples (SIM7100 Internet service note 5.7: GBK)."""
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("gbk", "backslashreplace")


def _decode(found: bytes) -> str:
    return found.decode("utf-8", "backslashreplace")


def _writer(text: Text) -> Callable[[Any], str]:
    write = _bare if text.quoted is False else _plain if text.plain else _quoted
    if text.tagged:
        safe = _SAFE_BARE if text.quoted is False else _SAFE
        return lambda value: write(value) if safe.fullmatch(value) else _tagged(value)
    return write


def _bare(value: str) -> str:
    return value


def _quoted(value: str) -> str:
    return f'"{value}"'


def _plain(value: str) -> str:
    return value if value and not _NEEDS_QUOTES.search(value) else f'"{value}"'


def _tagged(value: str) -> str:
    return '{non-ascii}"' + value.encode("utf-8", "surrogateescape").hex().upper() + '"'
