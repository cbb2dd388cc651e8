"""The inventory of the manual as it is, and trials made from it: small transcripts for both halves.

A trial is one form of one command with parameters from the inventory's own limits. ``judge.cases`` adds what its tables
only tell in words: which values belong together, what has to be done before, and which outcome is to be seen.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from tests.judge.case import TYPED, Case, Dialogue, Line, Values
from tests.judge.cases import CASES, NEEDS, SAMPLES, TAKEN
from tests.judge.transcript import Capture, Does, Payload, Step, Transcript

__all__ = ["Form", "Param", "Trial", "forms", "sample", "trials", "urcs"]

PATH = Path(__file__).parents[1] / "inventory.toml"
_PLACE = re.compile(r"<([a-z0-9_]+)>", re.IGNORECASE)
_NAMED = re.compile(r"<\w+(?: raw bytes)?>")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_RAW = re.compile(r"<(\w+) raw bytes>")


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a command or a field of its answer; ``natural`` limits follow from the meaning, not from print."""

    name: str
    type: str
    low: int | None
    high: int | None
    values: tuple[str, ...]
    optional: bool
    natural: bool


@dataclass(frozen=True)
class Form:
    """One form of one command."""

    family: str
    service: str
    name: str
    form: str
    syntax: str
    response: tuple[str, ...]
    finals: tuple[str, ...]
    later: tuple[str, ...]
    kind: str
    detail: str
    params: tuple[Param, ...]
    outcomes: Mapping[str, tuple[str, ...]]

    @property
    def id(self) -> str:
        """A name for test runs."""
        return f"{self.family}-{self.name}-{self.form}"

    def param(self, name: str) -> Param | None:
        """The parameter of that name."""
        return next((param for param in self.params if param.name == name), None)

    def line(self, values: Values) -> str:
        """The command line with these parameters; optional ones are written where they are given."""
        line = self.syntax
        while (found := _OPTIONAL.search(line)) is not None:
            places = _PLACE.findall(found[1])  # none: a tag of names that are not ASCII
            wanted = places and all(name in values for name in places)
            line = line[: found.start()] + (found[1] if wanted else "") + line[found.end() :]
        return _PLACE.sub(lambda place: values[place[1]], line)


@dataclass(frozen=True)
class Trial:
    """A small transcript made from one form. ``final``: what the manual lets expect."""

    form: Form
    transcript: Transcript
    case: Case
    final: str

    @property
    def id(self) -> str:
        """A name for test runs."""
        return self.transcript.name


#: Data that end with a mark.
MARKED = "<data, ends with ETX 0x03>"
MARK = b"\x03"
#: What stands in front of names that are not ASCII, literally, its brackets in an answer, too.
TAG = "{non-ascii}"
#: The numbers of +CME ERROR for wrong parameters, by service (SIM7100 Internet service 5.15 and 6.2).
INVALID = {"ftp": "213", "http": "226"}
#: Prompts without a line end.
MARKS = (">", ">>")
#: What a prompt grants, where the inventory has another name for it than for what was asked for.
GRANTED = {"cnflength": "reqlength"}


@cache
def urcs() -> tuple[tuple[str, str, str], ...]:
    """Every unsolicited line of the inventory: family, service and template."""
    tables = tomllib.loads(PATH.read_text("utf-8"))["urc"]
    return tuple((table["family"], table["service"], _lowered(table["template"])) for table in tables)


def sample(name: str, template: str, **values: str) -> str:
    """A template of the inventory with the samples of a command put in, or with other values."""
    return _PLACE.sub(lambda place: values.get(place[1]) or SAMPLES[name][place[1]], template)


@cache
def forms() -> tuple[Form, ...]:
    """Every form of the inventory."""
    return tuple(_form(table) for table in tomllib.loads(PATH.read_text("utf-8"))["command"])


def _form(table: Mapping[str, Any]) -> Form:
    return Form(
        family=table["family"],
        service=table["service"],
        name=table["name"],
        form=table["form"],
        syntax=_lowered(table["syntax"]),
        response=tuple(map(_lowered, table["response"])),
        finals=tuple(table["final"]),
        later=tuple(map(_lowered, table["async"])),
        kind=table["kind"],
        detail=table["detail"],
        params=tuple(_param(param) for param in table.get("params", ())),
        outcomes={item["when"]: tuple(map(_lowered, item["lines"])) for item in table.get("outcomes", ())},
    )


def _lowered(text: str) -> str:
    """With its places in lower case, as the names of captures are."""
    return _NAMED.sub(lambda place: place[0].lower(), text)


def _param(table: Mapping[str, Any]) -> Param:
    return Param(
        name=table["name"].lower(),
        type=table["type"],
        low=table.get("min"),
        high=table.get("max"),
        values=tuple(str(value) for value in table.get("values", ())),
        optional=table["optional"],
        natural=table.get("bounds") == "natural",
    )


def trials(form: Form) -> Iterator[Trial]:
    """Each case of a form, its limits (both accepted), and the values just outside (both refused)."""
    found: dict[str, Trial] = {}
    for trial in _trials(form):
        found.setdefault(trial.id, trial)
    yield from found.values()


def _trials(form: Form) -> Iterator[Trial]:
    cases = CASES.get((form.family, form.name, form.form), ())
    for case in cases:
        yield _trial(form, case, case.values, "OK")
    for case in cases:
        for param in form.params:
            if param.type == "int" and param.name in case.values:
                yield from _at_limits(form, case, param)
    for param in form.params if cases else ():
        if param.values and param.name in cases[0].values:
            yield _trial(form, cases[0], {**cases[0].values, param.name: "99"}, "ERROR")


def _at_limits(form: Form, case: Case, param: Param) -> Iterator[Trial]:
    for limit, outside in ((param.low, -1), (param.high, 1)):
        if limit is None:
            continue
        yield _trial(form, case, {**case.values, param.name: str(limit)}, "OK")
        beyond = str(limit + outside)
        taken = param.natural and (form.name, param.name, beyond) in TAKEN
        yield _trial(form, case, {**case.values, param.name: beyond}, "OK" if taken else "ERROR")


def _trial(form: Form, case: Case, values: Values, final: str) -> Trial:
    line = case.line or form.line(values)
    name = "-".join([form.id, *([case.line] if case.line else []), *values.values()])
    captures: dict[str, Capture] = {}
    steps = [Step(Does.SEND, line), *_answer(form, case, values, final, captures)]
    steps += _preparation(case.after if final == "OK" else case.undo)
    transcript = Transcript(
        name=name.replace('"', ""),
        family=form.family,
        service=form.service,
        section="",
        origin="inventory",
        needs=NEEDS.get((form.family, form.service), ()) if case.needs is None else case.needs,
        variables={},
        captures=captures,
        setup=tuple(_preparation(case.before)),
        steps=tuple(steps),
    )
    return Trial(form, transcript, case, final)


def _answer(form: Form, case: Case, values: Values, final: str, captures: dict[str, Capture]) -> Iterator[Step]:
    """What the module says, and what is entered meanwhile."""
    if final != "OK":
        numbered = final not in form.finals and "+CME ERROR" in form.finals
        yield (
            _step(form, "+CME ERROR: <err>", {"err": INVALID[form.service]}, captures)
            if numbered
            else Step(Does.RECV, final)
        )
        return
    granted = {name: values[asked] for name, asked in GRANTED.items() if form.kind == "datamode" and asked in values}
    values = {**values, **granted}
    said = case.line is not None or case.answer != Case().answer
    lines = case.answer if said else form.outcomes.get(case.outcome or "", (*form.response, "OK"))
    if any(raw is not None and values.get(raw[1]) == "0" for raw in map(_RAW.fullmatch, lines)):
        lines = ("OK",)  # nothing to enter: no prompt
    for line in lines:
        yield _step(form, line, values, captures)
    for line in form.later if case.later is None else case.later:
        yield replace(_step(form, line, values, captures, later=True), later=True)


def _preparation(lines: Sequence[Line]) -> Iterator[Step]:
    for item in lines:
        if isinstance(item, tuple):
            item = Dialogue(item[0], later=item[1:])
        said = item if isinstance(item, Dialogue) else Dialogue(item)
        yield Step(Does.SEND, said.line)
        for place, line in enumerate(said.answer):
            yield Step(Does.PROMPT if line in MARKS else Does.RECV, line)
            if said.entry and place == 0:
                yield Step(Does.ENTRY, said.entry)
        yield from (Step(Does.RECV, line, later=True) for line in said.later)


def _step(form: Form, line: str, values: Values, captures: dict[str, Capture], *, later: bool = False) -> Step:
    raw = _RAW.fullmatch(line)
    if line == MARKED:
        entry = form.kind == "datamode"
        return Step(Does.ENTRY, "some data\\x03") if entry else Step(Does.PAYLOAD, payload=Payload(until=MARK))
    if line == TYPED:
        return Step(Does.ENTRY, "some text\\x1a")
    if raw is None:
        prompt = form.kind == "datamode" and (line.isalpha() or line in MARKS) and line not in ("OK", "ERROR")
        optional = _OPTIONAL.fullmatch(line)
        text = _template(form, _OPTIONAL.sub(_without_brackets, line), values, captures)
        return Step(Does.PROMPT if prompt else Does.RECV, text, optional=optional is not None)
    if form.kind == "datamode" and not later:
        return Step(Does.ENTRY, "x" * int(values[raw[1]]))
    return Step(Does.PAYLOAD, payload=Payload(length=values.get(raw[1], f"{{{raw[1]}}}")))


def _without_brackets(found: re.Match[str]) -> str:
    return found[0] if found[1] == TAG else found[1]


def _template(form: Form, line: str, values: Values, captures: dict[str, Capture]) -> str:
    """A line of the inventory as one of a transcript: given values put in, all others are captures."""

    def place(found: re.Match[str]) -> str:
        name = found[1]
        if name in values:
            return values[name]
        captures[name] = _capture(form, name)
        return f"{{{name}}}"

    return _PLACE.sub(place, line)


def _capture(form: Form, name: str) -> Capture:
    param = form.param(name)
    sample = SAMPLES.get(f"{form.family} {form.name}", SAMPLES.get(form.name, {}))[name]
    kind = "ipv4" if name == "ip" else "int" if sample.isdigit() else "string"
    if param is None:
        return Capture(name, kind, sample)
    return Capture(name, kind, sample, low=param.low, high=param.high, values=param.values)
