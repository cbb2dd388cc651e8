"""Commands: how one is written, what answers it, what ends its work, and how it is given up.

``Command[A]`` names what awaiting it returns: None, a message, ``M | None``, or ``tuple[M, ...]``.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cache, cached_property
from typing import Annotated, Any, ClassVar, Generic, Literal, Self, TypeVar

from pydantic import PrivateAttr, SecretStr, ValidationError

from simcom_async.at.code import Code, Word
from simcom_async.at.codec import Parameters
from simcom_async.at.ending import Completion, Ending, Position, Reservation
from simcom_async.at.escape import EscapeCodec
from simcom_async.at.fields import Range, Rest, Text
from simcom_async.at.message import Message, Prompt
from simcom_async.at.undeclared import shows_undeclared, undeclared_secrets
from simcom_async.errors import UsageError

__all__ = [
    "Abort",
    "ByParameter",
    "Change",
    "Command",
    "Completion",
    "Ending",
    "Entry",
    "Form",
    "Granted",
    "Patience",
    "Position",
    "Probe",
    "RawCommand",
    "Reservation",
    "Service",
    "Syntax",
    "Terminated",
    "UntilFinal",
]

A = TypeVar("A", covariant=True)

#: Command lines that stand alone, without AT in front (V.250 5.2.4 and 5.2 of the data mode escape).
LINES_WITHOUT_AT = ("A/", "+++")


class Form(StrEnum):
    """The four forms of an extended command (V.250 5.4)."""

    TEST = "test"
    READ = "read"
    WRITE = "write"
    EXECUTE = "execute"


class Service(StrEnum):
    """What a command claims: one user at a time."""

    HTTP = "http"
    HTTPS = "https"
    FTP = "ftp"
    FTPS = "ftps"
    SMTP = "smtp"
    POP3 = "pop3"
    FILES = "files"
    BEARER = "bearer"


@dataclass(frozen=True, slots=True)
class ByParameter:
    """An entry of as many bytes as this parameter of the command says."""

    field: str


@dataclass(frozen=True, slots=True)
class Granted:
    """An entry of as many bytes as this field of the prompt line grants: it may be less than was asked for.

    ``asked`` is the parameter of the command that asks for them.
    """

    field: str
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Terminated:
    """An entry that ends with the terminator of its codec."""

    codec: EscapeCodec


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Raw bytes that the host hands over after ``prompt``.

    ``size`` says where they end, ``maximum`` is the limit in bytes (None: no limit is known), ``echoed`` whether the
    module echoes them while echo is on, ``timer`` the parameter that holds the module's own time limit in ms. With
    ``ok_first`` an OK may stand in front of the prompt: it is not the final result.
    """

    prompt: type[Prompt]
    size: ByParameter | Granted | Terminated
    maximum: int | None = None
    echoed: bool = False
    timer: str | None = None
    ok_first: bool = False


@dataclass(frozen=True, slots=True)
class UntilFinal:
    """The reply is text without a length, up to the final result; ``maximum`` bytes at most."""

    maximum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds to the first byte, the prompt, the final result and the completion; the longest silence in a payload."""

    first: float | None = None
    prompt: float = 10.0
    final: float = 10.0
    completion: float = 60.0
    idle: float = 10.0


class Means(Enum):
    """How a command that was written is given up."""

    ESC = "ESC"
    SUB = "Ctrl-Z"
    ETX = "ETX"
    COMMAND = "command"
    FILL = "fill up the count"
    WAIT = "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Abort:
    """How a written command is given up: during its ``entry``, and while its completion is due (``after``).

    ``command`` is what is sent for Means.COMMAND. With Means.WAIT it ends nothing, but its OK shows that the work has
    ended, perhaps unheard.
    """

    entry: Means = Means.WAIT
    after: Means = Means.WAIT
    command: "type[Command[Any]] | None" = None


@dataclass(frozen=True, slots=True)
class Probe:
    """The command whose answer shows the service idle: ``field`` equals ``idle``."""

    command: "type[Command[Any]]"
    field: str
    idle: int | str


@dataclass(frozen=True, slots=True)
class Change:
    """What a command changes on the wire once it has succeeded: an attribute of WireState, to a field or a value."""

    state: Literal["echo", "verbose", "cmee", "baud", "quiet"]
    field: str | None = None
    value: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Syntax:
    """How a command looks and behaves on the wire: everything that host and module must know of it, said once.

    ``name`` includes the plus sign (``+HTTPACTION``); ``aliases`` are other spellings that a module takes, one of which
    may be ``documented``, where the document has another than real firmware. ``basic`` commands (``E``, ``&F``) have
    their number right behind the name. ``tested`` is what the test form prints behind the tag (empty: plain OK; None:
    there is no test form; ``auto``: made from the limits). ``replies`` come before the final result; ``finals`` are
    good final results beyond OK (``SHUT OK``); with ``dials`` a call is tried, whose results are final results as well
    (CONNECT, NO CARRIER, BUSY, ...: inside any other command they are those of an earlier call); with ``final_reply``
    the reply is the final result itself, with ``unanswered`` none comes at all. ``clears`` names settings that success
    resets, ``needs`` what must have been done, both in words of the family. ``reserves`` is what the module takes from
    its completion on, and nothing else. ``invalid`` is the number of the +CME ERROR by which it refuses wrong
    parameters (None: plain ERROR).
    """

    name: str
    form: Form
    basic: bool = False
    separator: str = ","
    aliases: tuple[str, ...] = ()
    documented: str = ""
    replies: tuple[type[Message], ...] = ()
    tested: str | None = None
    text: UntilFinal | None = None
    finals: tuple[str, ...] = ()
    dials: bool = False
    final_reply: bool = False
    unanswered: bool = False
    entry: Entry | None = None
    completion: Completion | None = None
    patience: Patience = Patience()
    service: Service | None = None
    excludes: tuple[Service, ...] = ()
    needs: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    reserves: Reservation | None = None
    abort: Abort = Abort()
    probe: Probe | None = None
    repeatable: bool = False
    codes: type[Code] | type[Word] | None = None
    invalid: int | None = None
    ref: str = ""

    @property
    def suffix(self) -> str:
        """What stands behind the name: ``=?``, ``?``, ``=`` or nothing."""
        if self.basic:
            return "?" if self.form is Form.READ else ""
        return {Form.TEST: "=?", Form.READ: "?", Form.WRITE: "=", Form.EXECUTE: ""}[self.form]


class Command(Message, Generic[A]):
    """Host to module. ``A`` is what awaiting it returns.

    Building one checks every parameter: UsageError and LimitExceeded name field, limit and value, and no byte has been
    written then.
    """

    wire: ClassVar[Syntax]
    answer: ClassVar[Any] = None

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        """Note what awaiting this command returns."""
        super().__pydantic_init_subclass__(**kwargs)
        for ancestor in cls.__mro__[1:]:
            arguments = getattr(ancestor, "__pydantic_generic_metadata__", {}).get("args", ())
            if arguments:
                cls.answer = arguments[0]
                return

    def __init__(self, **fields: object) -> None:
        try:
            super().__init__(**fields)
        except ValidationError as error:
            raise _refusal(type(self), error) from error
        _check_limits(self)

    @cached_property
    def text(self) -> bytes:
        """The command line without CR: ``AT+HTTPACTION=0``."""
        return compiled_command(type(self)).encode(self)

    @property
    def secrets(self) -> tuple[bytes, ...]:
        """The values of its secret parameters, as they stand on the wire."""
        return tuple(value.get_secret_value().encode("utf-8") for value in _secret_values(self))

    @property
    def masked(self) -> str:
        """The command line for people: secrets are replaced by as many asterisks."""
        shown = self.text
        for secret in sorted(filter(None, self.secrets), key=len, reverse=True):  # one may be in another
            whole = b'"' + secret + b'"'
            if whole not in shown:
                shown = shown.replace(secret, b"*" * len(secret))
            shown = shown.replace(whole, b'"' + b"*" * len(secret) + b'"')
        return shown.decode("ascii", "backslashreplace")

    def __str__(self) -> str:
        return self.masked


class RawCommand(Command[tuple[str, ...]]):
    """A command line that nothing declares, sent as it is; returns the lines of its reply.

    ``line`` is what stands behind AT (``+CSQ``, ``I``). General AT rules decide what belongs to it. ``concealed`` are
    the parts of it that must not be shown, ``reveals`` says that there may be secrets in its reply; None: what the
    names tell (``at/undeclared.py``).
    """

    wire = Syntax(name="", form=Form.EXECUTE, ref="V.250 5.2.1")
    line: Annotated[str, Rest()]

    _concealed: tuple[bytes, ...] | None = PrivateAttr(default=None)
    _reveals: bool | None = PrivateAttr(default=None)

    @classmethod
    def of(cls, line: str, concealed: tuple[bytes, ...] | None = None, *, reveals: bool | None = None) -> Self:
        """The command of a line with or without its AT."""
        command = cls(line=line[2:] if line[:2].upper() == "AT" else line)
        command._concealed = concealed
        command._reveals = reveals
        return command

    @cached_property
    def reveals(self) -> bool:
        """Whether its reply may show secrets."""
        return shows_undeclared(self.line.encode("ascii")) if self._reveals is None else self._reveals

    @cached_property
    def secrets(self) -> tuple[bytes, ...]:
        """What must not be shown of it."""
        return undeclared_secrets(self.line.encode("ascii")) if self._concealed is None else self._concealed

    def __repr__(self) -> str:
        return f"RawCommand({self.masked})"


@cache
def compiled_command(declaration: type[Command[Any]]) -> Parameters:
    """The compiled parameters of a declared command."""
    wire = declaration.wire
    if wire.name in LINES_WITHOUT_AT:
        return Parameters(declaration, wire.name.encode("ascii"), wire.separator)
    name = f"AT{wire.name}".encode("ascii")
    suffix = wire.suffix.encode("ascii")
    if wire.basic:  # the question mark of ATS0? stands behind the number
        return Parameters(declaration, name, wire.separator, suffix)
    return Parameters(declaration, name + suffix, wire.separator)


def _check_limits(command: Command[Any]) -> None:
    if isinstance(command, RawCommand):
        _check_raw(command.line)
        return
    for name, marker in _limits(type(command)):
        value = getattr(command, name)
        if value is not None:
            check_value(name, value, marker)


@cache
def _limits(kind: type[Command[Any]]) -> tuple[tuple[str, object], ...]:
    infos = kind.model_fields.items()
    return tuple((name, marker) for name, info in infos for marker in info.metadata if isinstance(marker, Range | Text))


def check_value(name: str, value: object, marker: object) -> None:
    """Raise LimitExceeded or UsageError when ``value`` of the field ``name`` breaks the limit that ``marker`` sets."""
    if isinstance(marker, Range) and isinstance(value, int):
        marker.check(name, value)
    elif isinstance(marker, Text):
        if isinstance(value, SecretStr):
            marker.check(name, value.get_secret_value(), secret=True)
        elif isinstance(value, str):
            marker.check(name, value)


def _check_raw(line: str) -> None:
    for place, character in enumerate(line):
        if ord(character) < 0x20 or ord(character) > 0x7E:
            raise UsageError(
                f"line: character 0x{ord(character):02X} at position {place} cannot be part of a command line, "
                "allowed are printable ASCII characters",
                field="line",
                value=character,
                allowed="printable ASCII characters",
            )


def _secret_values(command: Command[Any]) -> list[SecretStr]:
    values = (getattr(command, name) for name in type(command).model_fields)
    return [value for value in values if isinstance(value, SecretStr)]


def _refusal(declaration: type[Message], error: ValidationError) -> UsageError:
    first = error.errors(include_url=False, include_input=False)[0]
    name = ".".join(str(part) for part in first["loc"]) or declaration.__name__
    return UsageError(f"{declaration.__name__}.{name}: {first['msg']}", field=name, allowed=first["msg"])
