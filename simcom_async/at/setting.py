"""Settings: values that a module stores, with their write, read and test forms from one declaration.

::

    class FtpPort(Setting):
        '''Control port of the FTP server (SIM800 IP note 2).'''

        wire = Syntax(name="+FTPPORT", form=Form.WRITE, tested="auto")
        port: Annotated[int, Range(1, 65535)] = 21

``await link.send(FtpPort(port=2121))`` writes it, ``await link.send(FtpPort.query())`` returns a FtpPort. A virtual
modem stores it and reads it back without another line of code; field defaults are the factory values.
"""

from enum import IntEnum
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, Self, cast, get_args, get_origin

from simcom_async.at.command import Command, Form, Syntax
from simcom_async.at.fields import Range, Rest, Text
from simcom_async.at.message import Line, Message, Reply, Times

__all__ = ["Setting", "Supported", "all_forms", "read_form", "test_form"]


class Supported(Reply):
    """The answer to a test form: what the module prints of the supported values."""

    wire: ClassVar[Line]
    values: Annotated[str, Rest()]


class Setting(Command[None]):
    """A command whose parameters the module stores and reads back; this is its write form."""

    wire: ClassVar[Syntax]

    @classmethod
    def query(cls) -> Command[Self]:
        """The read form; awaiting it returns the stored setting."""
        return cast("Command[Self]", read_form(cls)())


def all_forms(command: type[Command[Any]]) -> tuple[type[Command[Any]], ...]:
    """A declared command with the read and test forms that follow from its declaration."""
    forms = [command]
    if issubclass(command, Setting):
        forms.append(read_form(command))
    if command.wire.tested is not None and command.wire.form is not Form.TEST:
        forms.append(test_form(command))
    return tuple(forms)


@cache
def read_form(setting: type[Setting]) -> type[Command[Any]]:
    """The read form of a setting, ``AT+X?``."""
    syntax = Syntax(
        name=setting.wire.name,
        form=Form.READ,
        aliases=setting.wire.aliases,
        documented=setting.wire.documented,
        replies=(setting,),
        service=None,
        needs=setting.wire.needs,
        repeatable=True,
        ref=setting.wire.ref,
    )
    body = {"wire": syntax, "__doc__": setting.__doc__, "__module__": setting.__module__}
    return type(f"{setting.__name__}Read", (Command[setting],), body)  # type: ignore[valid-type]


@cache
def test_form(command: type[Command[Any]]) -> type[Command[Any]]:
    """The test form of a command, ``AT+X=?``."""
    tested, wire = command.wire.tested, command.wire
    replies: tuple[type[Message], ...] = ()
    answer: Any = None
    if tested:
        reply = _supported(command)
        replies, answer = (reply,), reply | None
    syntax = Syntax(
        name=wire.name,
        form=Form.TEST,
        aliases=wire.aliases,
        documented=wire.documented,
        replies=replies,
        repeatable=True,
        ref=wire.ref,
    )
    body = {"wire": syntax, "__doc__": command.__doc__, "__module__": command.__module__}
    return type(f"{command.__name__}Test", (Command[answer],), body)


def _supported(command: type[Command[Any]]) -> type[Supported]:
    """The line that answers the test form. It begins as declared, else an URC of that tag would be taken for it."""
    wire = command.wire
    line = Line(wire.name, aliases=wire.aliases, documented_tag=wire.documented, times=Times.OPTIONAL)
    body: dict[str, Any] = {"wire": line, "__module__": command.__module__}
    values = Rest(begins=supported_values(command)[:1])
    body["__annotations__"] = {"values": Annotated[str, values]}
    return type(f"{command.__name__}Supported", (Supported,), body)


def supported_values(command: type[Command[Any]]) -> str:
    """What the test form of ``command`` prints behind the tag: as declared, or made from its limits."""
    tested = command.wire.tested
    if tested != "auto":
        return tested or ""
    return ",".join(_described(info.annotation, info.metadata) for info in command.model_fields.values())


def _described(annotation: Any, metadata: list[Any]) -> str:
    for marker in metadata:
        if isinstance(marker, Range):
            return f"({marker.low}-{marker.high})"
        if isinstance(marker, Text) and marker.max is not None and get_origin(annotation) is not Literal:
            return str(marker.max)
    if get_origin(annotation) is Literal:
        return "(" + ",".join(str(value) for value in get_args(annotation)) + ")"
    if isinstance(annotation, type) and issubclass(annotation, IntEnum):
        numbers = sorted(int(item) for item in annotation)
        contiguous = len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1))
        return f"({numbers[0]}-{numbers[-1]})" if contiguous else "(" + ",".join(map(str, numbers)) + ")"
    return ""
