"""Every declaration of every dialect, linted and carried both ways at both limits.

Whether a declaration is true is judged elsewhere, by transcripts and inventory; here, that it can be said and heard.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from pydantic import SecretStr

import simcom_async.commands
from simcom_async.at.code import Code, Word
from simcom_async.at.codec import compiled, line_of
from simcom_async.at.command import (
    Abort,
    ByParameter,
    Change,
    Command,
    Completion,
    Ending,
    Entry,
    Form,
    Granted,
    Means,
    Probe,
    RawCommand,
    Syntax,
    compiled_command,
)
from simcom_async.at.commandline import parse
from simcom_async.at.dialect import Dialect
from simcom_async.at.fields import Range, Rest, Text
from simcom_async.at.message import Counted, Line, Message, Prompt, Reply, Urc
from simcom_async.at.setting import Setting, Supported, all_forms, supported_values
from simcom_async.dialects import DIALECTS
from simcom_async.errors import LimitExceeded, UsageError

#: Characters that a quoted string may hold and that mean something outside quotes.
_AWKWARD = "a,b;c =?+:AT>OK"
_MANY = 4_294_967_295
_CANNOT_BE_CARRIED = ('"', "\r", "\n", "\x1a", "\x1b", "\x00", "\x7f")

#: The shortest and the longest text of fields whose characters a pattern decides.
PATTERNED = {
    r"\d{1,3}": ("0", "255"),
    r"[^+*^\r\n][^\r\n]*": ("S", 'SIM800 R14.18, "x": 5;'),
    r"\d{14,17}": ("86610402987491", "86610402987491234"),
    r"[TPtp]?[0-9A-Ca-c*#+,TPWtpw!@]+": ("1", "T+4930*99***1#,5W"),
    r"[TPtp]?[0-9A-Ca-c*#+,TPWtpw!@]+[IiGg]*;": ("1;", "+49301234IG;"),
    r"\d\d/\d\d/\d\d,\d\d:\d\d:\d\d[+-](?:[0-3]\d|4[0-8])": ("00/01/01,00:00:00-47", "99/12/31,23:59:59+48"),
    r"\d{6,15}": ("460001", "460008184101641"),
    "[0-9A-Fa-f]{18,22}": ("898600810906F80488", "898600810906F804881212"),
    r"\d{1,3}(?:\.\d{1,3}){3}": ("0.0.0.0", "255.255.255.255"),
    "[A-Z ]+": ("FAX", "REL ASYNC"),
    r"\d+": ("1234", "12345678"),
    r'[^\\/:*?"<>|,;]+': ("a", "two words=[x]+(y).txt"),
    "[A-Z]": ("C", "D"),
    r"\d{1,3}\.\d": ("0.5", "100.0"),
    r"\d{14}(?:\.\d+)?": ("19700101000000", "20140409060951.123"),
    r"[A-Z]:/[^,]*/": ("C:/E/", "D:/Email/090901120000/"),
}

#: Replies that look as an URC of their tag does, by their manual: while their command is in flight they are the reply.
TOLD_BY_THEIR_PLACE = frozenset(
    {
        ("FtpExtGetRead", "FtpExtGetProgress", "FtpExtGetEvent"),
        ("Pop3Login", "Pop3Done", "Pop3Saved"),
        ("Pop3Logout", "Pop3Done", "Pop3Saved"),
        ("Pop3Delete", "Pop3Done", "Pop3Saved"),
        ("CftpsPutRead", "CftpsPutUnsent", "CftpsPutEvent"),
        ("ChttpsSendRead", "ChttpsUnsent", "ChttpsSent"),
    }
)


# --- samples ---------------------------------------------------------------------------------------------------------


def bare(annotation: Any) -> tuple[Any, bool]:
    """An annotation without None, and whether it had it."""
    parts = [part for part in get_args(annotation) if part is not type(None)]
    if get_origin(annotation) in (Literal, Annotated) or len(parts) == len(get_args(annotation)):
        return annotation, False
    return parts[0], True


def number(marker: Range | None, *, high: bool) -> int:
    """A number at a limit."""
    if marker is None:
        return 99 if high else 0
    if high:
        return _MANY if marker.high is None else marker.high
    return 0 if marker.low is None else marker.low


def text(marker: Text, *, high: bool) -> str:
    """A string at a limit, made of awkward characters."""
    if marker.pattern:
        return PATTERNED[marker.pattern][high]
    size = marker.min if not high else (40 if marker.max is None else marker.max)
    awkward = _AWKWARD if marker.quoted else "x-y.z"
    return (awkward * (size // len(awkward) + 1))[:size]


def value(annotation: Any, markers: list[Any], *, high: bool) -> object:
    """A value of a field at one of its limits."""
    kind, _ = bare(annotation)
    limits = next((marker for marker in markers if isinstance(marker, Range)), None)
    words = next((marker for marker in markers if isinstance(marker, Text)), Text())
    if get_origin(kind) is Literal:
        return get_args(kind)[-1 if high else 0]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return list(kind)[-1 if high else 0]
    if kind is int:
        return number(limits, high=high)
    rest = next((marker for marker in markers if isinstance(marker, Rest)), None)
    if rest is not None:
        return rest.begins + ('a, "b": +c;' if high else "")
    return SecretStr(text(words, high=high)) if kind is SecretStr else text(words, high=high)


def sample(declaration: type[Message], *, high: bool) -> Message:
    """A message with all its fields at the upper limit, or at the lower one with the optional ones left away."""
    values: dict[str, object] = {}
    for name, info in declaration.model_fields.items():
        if high or not bare(info.annotation)[1]:
            values[name] = value(info.annotation, info.metadata, high=high)
    return declaration(**values)


def samples(declaration: type[Message]) -> tuple[Message, Message]:
    """A message at its lower and at its upper limits."""
    return sample(declaration, high=False), sample(declaration, high=True)


def within(dialect: Dialect, message: Message) -> Message:
    """The same message with the numbers that this dialect narrows at its own limits."""
    nearest = {
        limit.field: min(max(getattr(message, limit.field), limit.allowed.low or 0), limit.allowed.high or _MANY)
        for limit in dialect.limits
        if limit.message is type(message) and isinstance(limit.allowed, Range)
    }
    return type(message)(**(dict(message) | nearest)) if nearest else message


# --- what there is ---------------------------------------------------------------------------------------------------


def written(dialect: Dialect) -> tuple[type[Command[Any]], ...]:
    """The commands that a dialect names, without the forms that follow from them."""
    return dialect.commands


def commands(dialect: Dialect) -> list[type[Command[Any]]]:
    """All commands of a dialect with their read and test forms, but not the undeclared one."""
    return [form for command in dialect.commands for form in all_forms(command)]


def lines(dialect: Dialect) -> list[type[Message]]:
    """All lines of the module, in a dialect."""
    return list(dialect.table.messages)


def each(find: Callable[[Dialect], Any]) -> list[Any]:
    """One test parameter for each declaration of each dialect."""
    return [
        pytest.param(dialect, declaration, id=f"{dialect.name}-{declaration.__name__}")
        for dialect in DIALECTS.values()
        for declaration in find(dialect)
    ]


# --- the lint: one finding a string ----------------------------------------------------------------------------------


def undocumented(dialect: Dialect, declaration: type[Message]) -> Iterator[str]:
    """A docstring in one line, the first, that is a sentence."""
    if (
        issubclass(declaration, Supported)
        and "wire" in vars(declaration)
        and declaration.__name__.endswith("Supported")
    ):
        return
    doc = inspect.cleandoc(vars(declaration).get("__doc__") or "")
    if not doc:
        yield "no docstring of its own"
    elif not doc.splitlines()[0].endswith("."):
        yield f"the docstring does not begin with a sentence in one line: {doc.splitlines()[0]!r}"


def without_source(dialect: Dialect, declaration: type[Message]) -> Iterator[str]:
    """Its place in a document."""
    if not declaration.wire.ref and not declaration.__name__.endswith("Supported"):
        yield "no ref"


def ill_named(dialect: Dialect, declaration: type[Message]) -> Iterator[str]:
    """Classes in CapWords, fields in snake_case."""
    if not re.fullmatch(r"(?:[A-Z][a-z0-9]*)+", declaration.__name__):
        yield declaration.__name__
    yield from (name for name in declaration.model_fields if not re.fullmatch(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*", name))


def optional_before_required(dialect: Dialect, declaration: type[Message]) -> Iterator[str]:
    """What may be missing stands last."""
    seen = ""
    for name, info in declaration.model_fields.items():
        if bare(info.annotation)[1]:
            seen = name
            if info.is_required():
                yield f"{name} may be None and has no default"
        elif seen:
            yield f"{name} stands behind the optional {seen}"


def unset_constants(dialect: Dialect, declaration: type[Message]) -> Iterator[str]:
    """A constant need not be given."""
    for name, info in declaration.model_fields.items():
        if get_origin(info.annotation) is Literal and info.is_required():
            yield f"{name} has no default"


def unresolved_fields(dialect: Dialect, declaration: type[Message]) -> Iterator[str]:
    """Fields that the rest of the declaration speaks of exist."""
    fields = set(declaration.model_fields)
    wire = declaration.wire
    if isinstance(wire, Line):
        named = set(re.findall(r"\{(\w+)\}", wire.tag))
        if isinstance(wire.opens, Counted):
            named.add(wire.opens.field)
    else:
        named = {change.field for change in wire.changes if change.field is not None}
        if wire.entry is not None and isinstance(wire.entry.size, ByParameter):
            named.add(wire.entry.size.field)
        if wire.entry is not None and wire.entry.timer is not None:
            named.add(wire.entry.timer)
        if wire.completion is not None:
            named.update(name for name, _ in wire.completion.when)
            named.update(name for ending in wire.completion.endings for name in ending.same)
    yield from sorted(named - fields)


def unresolved_ends(dialect: Dialect, command: type[Command[Any]]) -> Iterator[str]:
    """What ends the work is declared, can come at any time, and has the fields that decide."""
    completion = command.wire.completion
    for ending in () if completion is None else completion.endings:
        if compiled(ending.message) not in {e for found in dialect.table.unsolicited.values() for e in found}:
            yield f"{ending.message.__name__} is no URC of the dialect"
        named = {name for name, _ in (*ending.only, *ending.unless)} | set(ending.same)
        yield from sorted(named - set(ending.message.model_fields))


def unresolved_entries(dialect: Dialect, command: type[Command[Any]]) -> Iterator[str]:
    """An entry has a prompt, an end, and a way out; its prompt's fields exist."""
    entry = command.wire.entry
    if entry is None:
        return
    if not issubclass(entry.prompt, Prompt):
        yield f"{entry.prompt.__name__} is no prompt"
    if isinstance(entry.size, Granted) and entry.size.field not in entry.prompt.model_fields:
        yield f"the prompt has no {entry.size.field}"
    if command.wire.abort.entry is Means.WAIT and entry.timer is None:
        yield "an entry that was begun cannot be given up"


def unresolved_commands(dialect: Dialect, command: type[Command[Any]]) -> Iterator[str]:
    """The commands that abort it or probe it are of the same dialect."""
    abort, probe = command.wire.abort, command.wire.probe
    waits = abort.after is Means.WAIT and command.wire.completion is not None and command.wire.completion.holds_port
    if (Means.COMMAND in (abort.after, abort.entry)) != (abort.command is not None) and not waits:
        yield "abort by command and the command do not go together"
    named = [abort.command] if abort.command is not None else []
    if probe is not None:
        named.append(probe.command)
        if not any(probe.field in reply.model_fields for reply in probe.command.wire.replies):
            yield f"the probe's answer has no {probe.field}"
    yield from (f"{other.__name__} is not in the dialect" for other in named if not dialect.speaks(other))
    for other in named:
        needed = [name for name, info in other.model_fields.items() if info.is_required()]
        yield from (f"{other.__name__} cannot be sent without {name}" for name in needed)


def unanswerable(dialect: Dialect, command: type[Command[Any]]) -> Iterator[str]:
    """What awaiting it returns is among its replies, ends it, or continues what does."""
    if command.answer is None or command.answer is type(None):
        return
    wanted = [part for part in get_args(command.answer) or (command.answer,) if part not in (type(None), ...)]
    kinds = [kind for part in wanted for kind in (get_args(part) or (part,)) if kind is not type(None)]
    ends = () if command.wire.completion is None else command.wire.completion.endings
    found = [*command.wire.replies, *(ending.message for ending in ends)]
    found += [follower for kind in found if (follower := line_of(kind).then) is not None]
    yield from (kind.__name__ for kind in kinds if not any(issubclass(other, kind) for other in found))


def secrets_in_the_open(dialect: Dialect, declaration: type[Message]) -> Iterator[str]:
    """A line that carries a secret says so, else traces would show it."""
    hidden = [name for name, info in declaration.model_fields.items() if bare(info.annotation)[0] is SecretStr]
    if hidden and not declaration.secret and (isinstance(declaration.wire, Line) or issubclass(declaration, Setting)):
        yield f"{', '.join(hidden)} would be shown"


LINE_LINT = [
    undocumented,
    without_source,
    ill_named,
    optional_before_required,
    unset_constants,
    unresolved_fields,
    secrets_in_the_open,
]
COMMAND_LINT = [*LINE_LINT, unresolved_ends, unresolved_entries, unresolved_commands, unanswerable]


@pytest.mark.parametrize(("dialect", "declaration"), each(lines))
def test_every_line_passes_the_lint(dialect: Dialect, declaration: type[Message]) -> None:
    found = [f"{lint.__name__}: {finding}" for lint in LINE_LINT for finding in lint(dialect, declaration)]
    assert not found


@pytest.mark.parametrize(("dialect", "command"), each(commands))
def test_every_command_passes_the_lint(dialect: Dialect, command: type[Command[Any]]) -> None:
    found = [f"{lint.__name__}: {finding}" for lint in COMMAND_LINT for finding in lint(dialect, command)]
    assert not found


# --- both ways -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dialect", "declaration"), each(lines))
def test_every_line_can_be_said_and_heard_at_both_limits(dialect: Dialect, declaration: type[Message]) -> None:
    entry = compiled(declaration)
    for message in samples(declaration):
        for line in heard_as(declaration, message):
            match = entry.match(line)
            assert match is not None, line
            assert entry.build(match) == message, line


def heard_as(declaration: type[Message], message: Message) -> set[bytes]:
    """The spellings of a message that a receiver must understand: real, documented, with and without blanks."""
    entry = compiled(declaration)
    real = entry.encode(message)
    documented = entry.encode(message, documented=True)
    if not line_of(declaration).tag or not declaration.model_fields or line_of(declaration).mark:
        return {real, documented}
    tag, colon, rest = real.partition(b":")
    return {real, documented, tag + colon + rest.lstrip(), tag + colon + b"  " + rest.lstrip()}


@pytest.mark.parametrize(("dialect", "command"), each(commands))
def test_every_command_is_parsed_back_at_both_limits(dialect: Dialect, command: type[Command[Any]]) -> None:
    for message in (within(dialect, one) for one in samples(command)):
        assert isinstance(message, Command)
        dialect.admit(message)
        line = message.text
        assert len(line) - 2 <= 2 * dialect.habits.line_limit
        if not line.startswith(b"AT"):
            assert line == command.wire.name.encode("ascii")
            continue
        parts = list(parse(line[2:], dialect))
        assert [part.command for part in parts] == ([message] if line != b"AT" else [])


@pytest.mark.parametrize(("dialect", "command"), each(commands))
def test_no_parameter_of_a_command_exceeds_its_limits(dialect: Dialect, command: type[Command[Any]]) -> None:
    good = {name: getattr(sample(command, high=True), name) for name in command.model_fields}
    for name, beyond in beyond_limits(command):
        with pytest.raises(UsageError) as raised:
            command(**{**good, name: beyond})
        assert raised.value.field == name
        if isinstance(beyond, int):
            assert isinstance(raised.value, LimitExceeded)


def beyond_limits(command: type[Command[Any]]) -> Iterator[tuple[str, object]]:
    """Values that each parameter of a command must refuse."""
    for name, info in command.model_fields.items():
        kind = bare(info.annotation)[0]
        for marker in info.metadata:
            if isinstance(marker, Range) and kind is int:
                yield from ((name, outside) for outside in marker.exclude)
                if marker.high is not None:
                    yield name, marker.high + 1
                if marker.low is not None:
                    yield name, marker.low - 1
            if isinstance(marker, Text) and kind in (str, SecretStr):
                if marker.max is not None and not marker.pattern:
                    yield name, "x" * (marker.max + 1)
                yield from ((name, character) for character in _CANNOT_BE_CARRIED)


@pytest.mark.parametrize(("dialect", "command"), each(commands))
def test_every_text_of_a_command_is_limited_by_a_marker(dialect: Dialect, command: type[Command[Any]]) -> None:
    """Law 11: a bare ``str`` would let a quote or a line end out onto the wire."""
    for name, info in command.model_fields.items():
        if bare(info.annotation)[0] in (str, SecretStr):
            assert any(isinstance(marker, Text) for marker in info.metadata), name


@pytest.mark.parametrize(("dialect", "command"), each(written))
def test_what_a_test_form_prints_can_be_heard(dialect: Dialect, command: type[Command[Any]]) -> None:
    for form in all_forms(command):
        if form.wire.form is Form.TEST and form.wire.replies:
            reply = form.wire.replies[0]
            said = reply(values=supported_values(command))
            match = compiled(reply).match(compiled(reply).encode(said))
            assert match is not None
            assert compiled(reply).build(match) == said
            assert getattr(said, "values") not in ("", ",", "(None-None)")  # noqa: B009 - a field of made classes


@pytest.mark.parametrize(("dialect", "command"), each(written))
def test_every_setting_has_factory_values(dialect: Dialect, command: type[Command[Any]]) -> None:
    if issubclass(command, Setting):
        factory = command()
        match = compiled(command).match(compiled(command).encode(factory))
        assert match is not None
        assert compiled(command).build(match) == factory


# --- confusable lines ------------------------------------------------------------------------------------------------


def confused(dialect: Dialect) -> Iterator[str]:
    """Lines of which it cannot be told what they are, and which the declarations do not resolve."""
    at_any_time = {message for message in lines(dialect) if issubclass(message, Urc)}
    for first in at_any_time:
        yield from (f"{first.__name__}, {other.__name__}" for other in at_any_time - {first} if alike(first, other))
    for command in commands(dialect):
        replies = [*command.wire.replies, *([command.wire.entry.prompt] if command.wire.entry else [])]
        for first in replies:
            if not line_of(first).tag:
                continue  # a line without tag is only what nothing else takes
            others = {*replies, *at_any_time} - {first}
            yield from (
                f"{command.__name__}: {first.__name__}, {other.__name__}"
                for other in others
                if line_of(other).tag and (alike(first, other) or alike(other, first))
                if (command.__name__, first.__name__, other.__name__) not in TOLD_BY_THEIR_PLACE
            )


def alike(first: type[Message], second: type[Message]) -> bool:
    """Whether a line of the first is also a line of the second."""
    return any(compiled(second).match(compiled(first).encode(message)) for message in samples(first))


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_no_line_can_be_two_things(dialect: Dialect) -> None:
    assert list(confused(dialect)) == []


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_every_command_is_named_once(dialect: Dialect) -> None:
    assert len(set(dialect.commands)) == len(dialect.commands)
    assert len({command.__name__ for command in commands(dialect)}) == len(commands(dialect))
    assert RawCommand not in dialect.commands


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_the_boot_lines_are_declared(dialect: Dialect) -> None:
    for line in (*dialect.habits.boot, dialect.habits.power_down):
        found = dialect.table.unsolicited.get(line.encode("ascii").partition(b":")[0], ())
        assert not line or any(entry.match(line.encode("ascii")) for entry in found), line


# --- codes and modules -----------------------------------------------------------------------------------------------

MODULES = [
    importlib.import_module(f"simcom_async.commands.{info.name}")
    for info in pkgutil.iter_modules(simcom_async.commands.__path__)
]
CODES = [
    kind
    for module in MODULES
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Code | Word) and kind.__module__ == module.__name__
]


@pytest.mark.parametrize("codes", CODES, ids=lambda codes: codes.__name__)
def test_every_code_says_what_it_means(codes: type[Code] | type[Word]) -> None:
    assert codes.__doc__
    for code in codes:
        assert code.meaning, code
        assert code.meaning != "not in the manual", code
        assert code.remedy or not code.retry, f"{code!r} may be retried, but how?"
        assert code.known
    assert len(codes.__members__) == len(list(codes)), "two names for one code"


@pytest.mark.parametrize("codes", CODES, ids=lambda codes: codes.__name__)
def test_a_code_newer_than_the_manual_survives(codes: type[Code] | type[Word]) -> None:
    code: int | str = "NEWER THAN ALL" if issubclass(codes, Word) else 64_321
    newer = codes(code)
    assert (newer, newer.name, newer.known, newer.retry) == (code, f"UNKNOWN_{code}".replace(" ", "_"), False, False)


def test_the_codes_of_the_commands_are_among_them() -> None:
    used = {
        codes
        for dialect in DIALECTS.values()
        for codes in (dialect.errors, *(command.wire.codes for command in commands(dialect)))
        if codes is not None
    }
    assert used <= set(CODES)
    assert used


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_public_name_of_a_module_is_exported(module: Any) -> None:
    public = {
        name
        for name, kind in vars(module).items()
        if isinstance(kind, type)
        and kind.__module__ == module.__name__
        and "[" not in name
        and not name.startswith("_")
    }
    made = {name for name in public if name.endswith(("Test", "Supported"))}
    assert public - made == {name for name in module.__all__ if isinstance(getattr(module, name), type)}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_declared_command_is_in_a_dialect(module: Any) -> None:
    """What nobody speaks is dead, unless it is there to be inherited."""
    spoken = {command for dialect in DIALECTS.values() for command in dialect.commands}
    spoken |= {ancestor for command in spoken for ancestor in command.__mro__[1:]}
    idle = {
        name
        for name in module.__all__
        if isinstance(getattr(module, name), type) and issubclass(getattr(module, name), Command)
        if getattr(module, name) not in spoken
    }
    assert idle == set()


# --- the lint notices ------------------------------------------------------------------------------------------------


class Right(Reply):
    """A line with nothing wrong."""

    wire = Line("+RIGHT", ref="somewhere")
    number: Annotated[int, Range(0, 9)]


class RightPrompt(Prompt):
    """A prompt with nothing wrong."""

    wire = Line("+RIGHT", ref="somewhere")
    size: Annotated[int, Range(0, 9)]


class RightEnd(Urc):
    """An ending that no dialect has."""

    wire = Line("+END", ref="somewhere")
    number: int


class RightCommand(Command[Right]):
    """A command with nothing wrong."""

    wire = Syntax(name="+RIGHT", form=Form.EXECUTE, replies=(Right,), ref="somewhere")


def broken(base: type[Message], *, doc: str | None = "It is there.", **body: Any) -> type[Message]:
    """A declaration made wrong."""
    fields = {name: body.pop(name) for name in list(body) if name in ("annotations",)}
    contents: dict[str, Any] = {"__module__": __name__, **body}
    if doc is not None:
        contents["__doc__"] = doc
    contents["__annotations__"] = fields.get("annotations", {})
    return type("Wrong", (base,), contents)


def wrong_command(answer: Any = None, **syntax: Any) -> type[Message]:
    """A command whose syntax is made wrong."""
    wire = Syntax(name="+WRONG", form=Form.WRITE, ref="somewhere", **syntax)
    return broken(Command[answer], wire=wire, annotations={"number": Annotated[int, Range(0, 9)]})


WRONG = [
    (undocumented, broken(Reply, doc=None, wire=Line("+W", ref="x"))),
    (undocumented, broken(Reply, doc="No sentence", wire=Line("+W", ref="x"))),
    (without_source, broken(Reply, wire=Line("+W"))),
    (ill_named, broken(Reply, wire=Line("+W", ref="x"), annotations={"camelCase": int})),
    (
        optional_before_required,
        broken(Reply, wire=Line("+W", ref="x"), first=None, annotations={"first": int | None, "second": int}),
    ),
    (unset_constants, broken(Reply, wire=Line("+W", ref="x"), annotations={"state": Literal["A"]})),
    (unresolved_fields, broken(Reply, wire=Line("+W", ref="x", opens=Counted("length", maximum=9)))),
    (unresolved_fields, broken(Reply, wire=Line("+W {cid}", ref="x"))),
    (unresolved_fields, wrong_command(changes=(Change("echo", field="missing"),))),
    (unresolved_fields, wrong_command(entry=Entry(prompt=RightPrompt, size=ByParameter("missing")))),
    (secrets_in_the_open, broken(Reply, wire=Line("+W", ref="x"), annotations={"password": SecretStr})),
    (unresolved_ends, wrong_command(completion=Completion(endings=(Ending(RightEnd),)))),
    (unresolved_ends, wrong_command(completion=Completion(endings=(Ending(RightEnd, only=(("missing", (1,)),)),)))),
    (unresolved_entries, wrong_command(entry=Entry(prompt=RightPrompt, size=Granted("missing")))),
    (unresolved_commands, wrong_command(abort=Abort(after=Means.COMMAND))),
    (unresolved_commands, wrong_command(abort=Abort(after=Means.COMMAND, command=RightCommand))),
    (unresolved_commands, wrong_command(probe=Probe(RightCommand, "missing", 0))),
    (unanswerable, wrong_command(Right)),
]


@pytest.mark.parametrize(("lint", "declaration"), WRONG, ids=lambda part: getattr(part, "__name__", "?"))
def test_each_lint_notices_what_is_wrong(
    lint: Callable[[Dialect, Any], Iterator[str]], declaration: type[Message]
) -> None:
    assert list(lint(DIALECTS["sim800"], declaration)) != []


@pytest.mark.parametrize("lint", COMMAND_LINT, ids=lambda lint: lint.__name__)
def test_each_lint_passes_what_is_right(lint: Callable[[Dialect, Any], Iterator[str]]) -> None:
    assert list(lint(DIALECTS["sim800"], RightCommand)) == []
    if lint in LINE_LINT:
        assert list(lint(DIALECTS["sim800"], Right)) == []


def test_confusable_lines_are_noticed() -> None:
    class Twin(Urc):
        """The same shape as the reply."""

        wire = Line("+RIGHT", ref="somewhere")
        other: int

    dialect = Dialect("twins", commands=(RightCommand,), messages=(Twin,))
    assert list(confused(dialect)) == ["RightCommand: Right, Twin"]


def test_a_sample_stands_at_the_limits() -> None:
    class Sampled(Command[None]):
        """Every kind of field."""

        wire = Syntax(name="+S", form=Form.WRITE, ref="somewhere")
        count: Annotated[int, Range(2, 7)]
        word: Annotated[str, Text(min=1, max=30)]
        secret_word: Annotated[SecretStr, Text(max=3)]
        level: Annotated[int | None, Range(1, 3)] = None

    low, high = samples(Sampled)
    assert low.model_dump() == {"count": 2, "word": "a", "secret_word": SecretStr(""), "level": None}
    assert high.model_dump() == {
        "count": 7,
        "word": (_AWKWARD * 2)[:30],
        "secret_word": SecretStr("x-y"[:0] + _AWKWARD[:3]),
        "level": 3,
    }
    assert set(beyond_limits(Sampled)) >= {("count", 8), ("count", 1), ("word", "x" * 31), ("level", 4), ("word", '"')}


def test_enum_values_are_distinct_and_documented() -> None:
    for module in MODULES:
        for name in module.__all__:
            kind = getattr(module, name)
            if isinstance(kind, type) and issubclass(kind, Enum):
                assert kind.__doc__
                assert "__doc__" in vars(kind)
                assert len(kind.__members__) == len(list(kind)), f"{name}: two names for one value"
                if issubclass(kind, IntEnum):
                    assert all(item.value >= 0 for item in kind), name


def test_the_compiled_command_is_made_once() -> None:
    assert compiled_command(RightCommand) is compiled_command(RightCommand)
