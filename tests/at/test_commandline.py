from typing import Annotated, Literal

import pytest

from simcom_async.at.command import Command, Form, Syntax
from simcom_async.at.commandline import Part, Reason, parse
from simcom_async.at.dialect import Dialect, Limit
from simcom_async.at.fields import Range, Text
from simcom_async.at.setting import Setting


class Echo(Command[None]):
    wire = Syntax(name="E", form=Form.WRITE, basic=True)
    value: Annotated[int, Range(0, 1)] = 0


class Verbose(Command[None]):
    wire = Syntax(name="V", form=Form.WRITE, basic=True)
    value: Annotated[int, Range(0, 1)] = 0


class Quiet(Command[None]):
    wire = Syntax(name="Q", form=Form.WRITE, basic=True)
    value: Annotated[int, Range(0, 1)] = 0


class Carrier(Command[None]):
    wire = Syntax(name="&C", form=Form.WRITE, basic=True)
    value: Annotated[int, Range(0, 1)] = 0


class Reset(Command[None]):
    wire = Syntax(name="Z", form=Form.EXECUTE, basic=True)


class Register(Command[None]):
    wire = Syntax(name="S", form=Form.WRITE, basic=True, separator="=")
    number: Annotated[int, Range(0, 99)]
    value: Annotated[int | None, Range(0, 255)] = None


class RegisterRead(Command[None]):
    wire = Syntax(name="S", form=Form.READ, basic=True)
    number: Annotated[int, Range(0, 99)]


class Dial(Command[None]):
    wire = Syntax(name="D", form=Form.WRITE, basic=True)
    number: Annotated[str, Text(quoted=False, pattern=r"[^,]*")] = ""


class Errors(Setting):
    wire = Syntax(name="+CMEE", form=Form.WRITE, tested="auto")
    level: Annotated[int, Range(0, 2)] = 0


class TagUrl(Command[None]):
    wire = Syntax(name="+HTTPPARA", form=Form.WRITE)
    tag: Annotated[Literal["URL"], Text()] = "URL"
    value: Annotated[str, Text(min=1, max=20)]


class TagCid(Command[None]):
    wire = Syntax(name="+HTTPPARA", form=Form.WRITE)
    tag: Annotated[Literal["CID"], Text()] = "CID"
    value: Annotated[int, Range(1, 3)]


class Action(Command[None]):
    wire = Syntax(name="+HTTPACTION", form=Form.WRITE, aliases=("+HTTTPACTION",))
    method: Annotated[int, Range(0, 3)]


class Term(Command[None]):
    wire = Syntax(name="+HTTPTERM", form=Form.EXECUTE)


class Clash(Command[None]):
    wire = Syntax(name="#SELF", form=Form.EXECUTE)


DIALECT = Dialect(
    name="small",
    commands=(
        Echo,
        Verbose,
        Quiet,
        Carrier,
        Reset,
        Register,
        RegisterRead,
        Dial,
        Errors,
        TagUrl,
        TagCid,
        Action,
        Term,
        Clash,
    ),
    limits=(Limit(Action, "method", Range(0, 2)),),
)


def parts(line: str) -> list[Part]:
    return list(parse(line.encode("latin-1"), DIALECT))


def commands(line: str) -> list[Command[object] | Reason]:
    found: list[Command[object] | Reason] = []
    for part in parts(line):
        if part.command is not None:
            assert part.refusal is None
            found.append(part.command)
        else:
            assert part.refusal is not None
            found.append(part.refusal.reason)
    return found


@pytest.mark.parametrize("line", ["", "   ", ";", " ; ;"])
def test_a_bare_at_has_no_commands(line: str) -> None:
    assert commands(line) == []


def test_basic_commands_stand_side_by_side() -> None:
    assert commands("E0V1Q0") == [Echo(value=0), Verbose(value=1), Quiet(value=0)]


def test_a_number_that_is_missing_is_the_default() -> None:
    assert commands("EZ") == [Echo(value=0), Reset()]


def test_blanks_and_lower_case_mean_nothing() -> None:
    assert commands(" s7=45 S0 = 0 v1 &c1 E1\tq0") == [
        Register(number=7, value=45),
        Register(number=0, value=0),
        Verbose(value=1),
        Carrier(value=1),
        Echo(value=1),
        Quiet(value=0),
    ]


def test_an_extended_command_may_follow_basic_ones_directly() -> None:
    assert commands("Q0V1+CMEE=1") == [Quiet(value=0), Verbose(value=1), Errors(level=1)]


def test_a_semicolon_ends_an_extended_command() -> None:
    assert commands("+CMEE=1;+HTTPTERM;E0;&C1") == [Errors(level=1), Term(), Echo(value=0), Carrier(value=1)]


def test_without_a_semicolon_nothing_follows_an_extended_command() -> None:
    assert commands("+CMEE?E0") == [Reason.SYNTAX]


def test_forms_follow_from_what_stands_behind_the_name() -> None:
    forms = [type(command).wire.form for command in commands("+CMEE=?;+CMEE?;+CMEE=2;+HTTPTERM")]  # type: ignore[union-attr]
    assert forms == [Form.TEST, Form.READ, Form.WRITE, Form.EXECUTE]


def test_registers_are_written_and_read() -> None:
    assert commands("S7=30S7?S7=S7") == [
        Register(number=7, value=30),
        RegisterRead(number=7),
        Register(number=7, value=0),
        Reason.FORM,
    ]


def test_dialling_takes_all_up_to_a_semicolon() -> None:
    assert commands("D*99***1#") == [Dial(number="*99***1#")]
    assert commands("D12 34;E0") == [Dial(number="1234;"), Echo(value=0)]


def test_blanks_and_semicolons_in_quotes_stay() -> None:
    (command,) = commands('+ HTTPPARA = "url" , "a b;c"')
    assert command == TagUrl(value="a b;c")


def test_constants_choose_the_class() -> None:
    assert commands('+HTTPPARA="CID",2') == [TagCid(value=2)]


def test_an_alias_is_a_name() -> None:
    assert commands("+HTTTPACTION=0") == [Action(method=0)]


@pytest.mark.parametrize("prefix", ["#", "$"])
def test_another_character_may_stand_for_the_plus_sign(prefix: str) -> None:
    assert commands(f"{prefix}CMEE=1") == [Errors(level=1)]


def test_a_command_with_its_own_character_is_itself() -> None:
    assert commands("#SELF") == [Clash()]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("+NOSUCH", Reason.UNKNOWN),
        ("%C1", Reason.UNKNOWN),
        ("W2", Reason.UNKNOWN),
        ("+HTTPTERM?", Reason.FORM),
        ("E?", Reason.FORM),
        ("+CMEE=one", Reason.PARAMETERS),
        ('+CMEE="1"', Reason.PARAMETERS),
        ("+CMEE=1,2", Reason.PARAMETERS),
        ('+HTTPPARA="XYZ",1', Reason.PARAMETERS),
        ("+CMEE=3", Reason.LIMIT),
        ("E7", Reason.LIMIT),
        ('+HTTPPARA="URL",""', Reason.LIMIT),
        ("+HTTPACTION=3", Reason.LIMIT),
        ("123", Reason.SYNTAX),
        ("=1", Reason.SYNTAX),
        ('+HTTPPARA="URL","no end', Reason.SYNTAX),
        ("+CMEE=?1", Reason.SYNTAX),
    ],
)
def test_refusals_say_why(line: str, reason: Reason) -> None:
    (part,) = parts(line)
    assert part.command is None
    assert part.refusal is not None
    assert part.refusal.reason is reason
    assert part.refusal.text


def test_what_comes_before_the_first_error_is_kept_and_what_follows_is_not() -> None:
    assert commands("E0+CMEE=1;+NOSUCH;+HTTPTERM") == [Echo(value=0), Errors(level=1), Reason.UNKNOWN]


def test_a_refusal_does_not_repeat_parameters() -> None:
    (part,) = parts('+HTTPPARA="PWD","geheim"')
    assert part.refusal is not None
    assert "geheim" not in part.refusal.text


def test_wrong_parameters_may_have_a_number_of_their_own() -> None:
    class Numbered(Command[None]):
        wire = Syntax(name="+NUM", form=Form.WRITE, invalid=213)
        value: Annotated[int, Range(0, 1)]

    def refused(body: bytes) -> list[int | None]:
        return [part.refusal.number for part in parse(body, Dialect("numbered", (Numbered,))) if part.refusal]

    assert refused(b"+NUM=2") == refused(b"+NUM=x") == [213]
    assert refused(b"+NUM?") == refused(b"+NO") == [None]


def test_control_characters_mean_nothing() -> None:
    assert commands("\x1b+CM\x00EE=1\x7f") == [Errors(level=1)]
