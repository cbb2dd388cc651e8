"""Settings: one declaration, three forms."""

from enum import IntEnum
from typing import Annotated, Literal

from simcom_async.at import setting
from simcom_async.at.codec import compiled
from simcom_async.at.command import Command, Form, Syntax
from simcom_async.at.fields import Range, Text
from simcom_async.at.setting import Setting, all_forms, read_form, supported_values
from tests.at import speech as s


class Switch(IntEnum):
    OFF = 0
    ON = 1


class Level(IntEnum):
    LOW = 0
    MIDDLE = 1
    HIGH = 2


class Several(Setting):
    """Several values."""

    wire = Syntax(name="+SEV", form=Form.WRITE, tested="auto")
    word: Annotated[Literal["A", "I"], Text()] = "I"
    name: Annotated[str, Text(max=50)] = ""
    switch: Switch = Switch.OFF
    level: Level = Level.LOW
    port: Annotated[int, Range(1, 65535)] = 21
    free: int = 0


def test_writing_reading_and_testing_follow_from_one_declaration() -> None:
    write, read, test = all_forms(s.Port)
    assert (write, read, test) == (s.Port, read_form(s.Port), setting.test_form(s.Port))
    assert [form.wire.form for form in (write, read, test)] == [Form.WRITE, Form.READ, Form.TEST]
    assert s.Port(port=2121).text == b"AT+PORT=2121"
    assert s.Port.query().text == b"AT+PORT?"
    assert test().text == b"AT+PORT=?"
    assert read.wire.repeatable
    assert read.__doc__ == s.Port.__doc__


def test_what_is_read_back_is_the_setting_itself() -> None:
    exchange, _ = s.heard(s.Port.query(), [b"\r\n+PORT: 2121\r\n\r\nOK\r\n"])
    assert exchange.answer() == s.Port(port=2121)
    assert compiled(s.Port).encode(s.Port()) == b"+PORT: 21"


def test_the_test_form_returns_what_the_module_prints() -> None:
    exchange, _ = s.heard(setting.test_form(s.Port)(), [b"\r\n+PORT: (1-65535)\r\n\r\nOK\r\n"])
    answer = exchange.answer()
    assert getattr(answer, "values", None) == "(1-65535)"
    exchange, _ = s.heard(setting.test_form(s.Port)(), [b"\r\nOK\r\n"])
    assert exchange.answer() is None


def test_the_test_answer_is_made_from_the_limits_or_said() -> None:
    assert supported_values(Several) == "(A,I),50,(0,1),(0-2),(1-65535),"

    class Said(Command[None]):
        """Said."""

        wire = Syntax(name="+SAID", form=Form.WRITE, tested="(0-2),10")
        value: int

    class Plain(Command[None]):
        """Plain."""

        wire = Syntax(name="+PLAIN", form=Form.EXECUTE, tested="")

    class Untested(Command[None]):
        """Untested."""

        wire = Syntax(name="+NONE", form=Form.EXECUTE)

    assert supported_values(Said) == "(0-2),10"
    assert supported_values(Plain) == ""
    assert setting.test_form(Plain).wire.replies == ()
    assert all_forms(Untested) == (Untested,)
    assert supported_values(Untested) == ""


class Misprinted(Setting):
    """A setting whose document spells its name in its own way."""

    wire = Syntax(name="+TWOO", form=Form.WRITE, aliases=("+TWO", "+TOW"), documented="+TWO", tested="auto")
    number: Annotated[int, Range(0, 9)] = 5


def test_all_forms_have_the_spellings_of_the_setting() -> None:
    _, read, test = all_forms(Misprinted)
    for form in (read, test):
        assert (form.wire.aliases, form.wire.documented) == (("+TWO", "+TOW"), "+TWO")
    for message in (Misprinted(), test.wire.replies[0](values="(0-9)")):
        entry = compiled(type(message))
        lines = {entry.encode(message), entry.encode(message, documented=True)}
        assert {line.partition(b":")[0] for line in lines} == {b"+TWOO", b"+TWO"}
        for line in (*lines, entry.encode(message).replace(b"+TWOO", b"+TOW")):
            match = entry.match(line)
            assert match is not None
            assert entry.build(match) == message
