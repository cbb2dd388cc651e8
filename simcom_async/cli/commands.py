"""``simcom commands``: every declared command and form, and which half really implements it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import click

from simcom_async.cli.options import json_option, verbose_option
from simcom_async.cli.output import print_json, print_table

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from simcom_async.at.command import Command
    from simcom_async.at.dialect import Dialect

__all__ = ["command", "rows", "syntax_of"]

Row = dict[str, object]


@click.command()
@click.option("--dialect", metavar="NAME", help="Only this one; `general` applies before a module is identified.")
@json_option
@verbose_option
def command(dialect: str | None, as_json: bool) -> None:
    r"""List every declared command and form.

    Host: the library sends it. Virtual: the virtual modem answers it. Both are computed from what is implemented.

    \b
    Example:
      simcom commands --dialect sim800
    """
    found = rows([dialect] if dialect is not None else series())
    if as_json:
        print_json(found)
        return
    columns = ("dialect", "service", "syntax", "form", "host", "virtual", "ref")
    print_table(columns, ([_cell(row[name]) for name in columns] for row in found))


def series() -> list[str]:
    """The names of the dialects that a module series speaks."""
    from simcom_async.dialects import DIALECTS, GENERAL

    return [name for name in DIALECTS if name != GENERAL.name]


def rows(dialect_names: Sequence[str]) -> list[Row]:
    """One row for each form and syntax of each dialect, in the order declared. Raises UsageError for another name.

    A command that the document spells in its own way has rows under both names.
    """
    return [row for name in dialect_names for row in _rows_of(_dialect(name))]


def syntax_of(kind: type[Command[Any]]) -> str:
    """How a command is written: ``AT+HTTPREAD=<start>,<size>``; ``[x]`` is optional."""
    from simcom_async.at.command import LINES_WITHOUT_AT, Form

    wire = kind.wire
    if wire.name in LINES_WITHOUT_AT:
        return wire.name
    parameters = _parameters(list(kind.model_fields.items()), wire.separator)
    if wire.basic and wire.form is Form.READ:
        return f"AT{wire.name}{parameters}?"
    return f"AT{wire.name}{wire.suffix}{parameters}"


def _dialect(name: str) -> Dialect:
    from simcom_async.dialects import DIALECTS
    from simcom_async.errors import UsageError

    if name not in DIALECTS:
        allowed = ", ".join(DIALECTS)
        raise UsageError(f"no dialect is named {name!r}; there are {allowed}", field="dialect", allowed=allowed)
    return DIALECTS[name]


def _rows_of(dialect: Dialect) -> Iterable[Row]:
    from simcom_async.at.setting import all_forms
    from simcom_async.virtual.answers import answers

    answered = answers(dialect)
    found: dict[tuple[object, ...], Row] = {}
    for declared in dialect.commands:
        for form in all_forms(declared):
            for name in filter(None, (form.wire.name, form.wire.documented)):
                row = _row(dialect, declared, form, name)
                same = found.setdefault((row["name"], row["form"], row["syntax"]), row)
                # Several declarations may share a form; it works where one of them does.
                same["host"] = same["host"] or dialect.speaks(form)
                same["virtual"] = same["virtual"] or form in answered
    return found.values()


def _row(dialect: Dialect, declared: type[Command[Any]], form: type[Command[Any]], name: str) -> Row:
    from simcom_async.at.command import LINES_WITHOUT_AT

    wire = form.wire
    return {
        "dialect": dialect.name,
        "service": _service(declared),
        "name": name if name in LINES_WITHOUT_AT else f"AT{name}",
        "form": wire.form.value,
        "syntax": syntax_of(form).replace(wire.name, name, 1),
        "ref": wire.ref or None,
        "host": False,
        "virtual": False,
    }


def _service(declared: type[Command[Any]]) -> str:
    """What it belongs to: the service that it claims, or the topic under which it is declared."""
    if declared.wire.service is not None:
        return declared.wire.service.value
    return declared.__module__.rpartition(".")[2].partition("_")[0]


def _parameters(fields: list[tuple[str, FieldInfo]], separator: str) -> str:
    """The parameters in wire order, the optional ones at the end nested."""
    text = ""
    for place in reversed(range(len(fields))):
        name, info = fields[place]
        step = (separator if place else "") + _parameter(name, info) + text
        text = f"[{step}]" if _optional(info) else step
    return text


def _parameter(name: str, info: FieldInfo) -> str:
    values = list(_constants(info.annotation))
    shown = str(values[0]) if len(values) == 1 else f"<{name}>"
    return f'"{shown}"' if _quoted(info) else shown


def _constants(annotation: Any) -> Iterator[object]:
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)


def _optional(info: FieldInfo) -> bool:
    return type(None) in get_args(info.annotation)


def _quoted(info: FieldInfo) -> bool:
    from simcom_async.at.fields import Text

    return any(isinstance(marker, Text) and marker.quoted is not False and not marker.plain for marker in info.metadata)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "-"
    return "" if value is None else str(value)
