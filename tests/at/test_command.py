"""Commands: their text, their limits, what they hide, what awaiting them returns."""

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from simcom_async.at.command import Change, Command, Completion, Ending, Form, RawCommand, Syntax, check_value
from simcom_async.at.fields import Range, Text
from simcom_async.errors import LimitExceeded, UsageError
from tests.at import speech as s


class Login(Command[None]):
    wire = Syntax(name="+LOGIN", form=Form.WRITE)
    user: Annotated[str, Text(max=10, min=1)]
    password: Annotated[SecretStr, Text(max=10)]
    port: Annotated[int, Range(1, 65535)] = 21


class Again(Command[None]):
    wire = Syntax(name="A/", form=Form.EXECUTE)


def test_the_forms() -> None:
    assert s.Query().text == b"AT+CSQ"
    assert s.QueryPin().text == b"AT+CPIN?"
    assert Login(user="u", password=SecretStr("p")).text == b'AT+LOGIN="u","p",21'
    assert s.Verbose(value=0).text == b"ATV0"
    assert s.QueryDigit().text == b"ATS?" if s.QueryDigit.wire.basic else True
    assert Again().text == b"A/"


def test_the_test_form_has_its_suffix() -> None:
    class Test(Command[None]):
        wire = Syntax(name="+X", form=Form.TEST)

    assert Test().text == b"AT+X=?"

    class Basic(Command[None]):
        wire = Syntax(name="&X", form=Form.READ, basic=True)

    assert Basic().text == b"AT&X?"


def test_law_10_secrets_are_masked_everywhere_but_on_the_wire() -> None:
    command = Login(user="u", password=SecretStr("hunter2"))
    assert command.secrets == (b"hunter2",)
    assert b"hunter2" in command.text
    for shown in (str(command), repr(command), command.masked, command.model_dump_json()):
        assert "hunter2" not in shown
    assert command.masked == 'AT+LOGIN="u","*******",21'
    assert Login(user="u", password=SecretStr("")).masked == 'AT+LOGIN="u","",21'


@pytest.mark.parametrize("character", ['"', "\r", "\n", "\x1a", "\x1b", "\x00", "\x7f", "\u00e4"])
@pytest.mark.parametrize("field", ["user", "password"])
def test_law_11_no_parameter_breaks_out(character: str, field: str) -> None:
    values = {"user": "u", "password": "p", field: f"a{character}b"}
    with pytest.raises(UsageError) as refused:
        Login(user=values["user"], password=SecretStr(values["password"]))
    assert refused.value.field == field
    assert refused.value.allowed
    if field == "password":
        assert refused.value.value is None
        assert f"a{character}b" not in str(refused.value)


@given(st.text(max_size=12))
def test_law_11_whatever_the_text_the_command_is_one_line_or_none(text: str) -> None:
    try:
        line = Login(user=text, password=SecretStr("p")).text
    except UsageError:
        return
    assert line.count(b'"') == 4
    assert not set(line) & set(range(0x20))


def test_limits_name_field_limit_and_value() -> None:
    with pytest.raises(LimitExceeded, match="port: 0 is outside the limits, allowed is 1 to 65535") as refused:
        Login(user="u", password=SecretStr("p"), port=0)
    assert (refused.value.field, refused.value.value, refused.value.allowed) == ("port", 0, "1 to 65535")
    with pytest.raises(LimitExceeded, match="user: 0 characters"):
        Login(user="", password=SecretStr("p"))
    with pytest.raises(LimitExceeded, match="user: 11 characters"):
        Login(user="x" * 11, password=SecretStr("p"))


def test_wrong_types_and_names_are_usage_errors() -> None:
    with pytest.raises(UsageError, match=r"Login\.port") as refused:
        Login(user="u", password=SecretStr("p"), port="many")  # type: ignore[arg-type]
    assert refused.value.field == "port"
    with pytest.raises(UsageError, match=r"Login\.colour"):
        Login(user="u", password=SecretStr("p"), colour=1)  # type: ignore[call-arg]


def test_raw_commands() -> None:
    assert RawCommand.of("+CSQ").text == b"AT+CSQ"
    assert RawCommand.of("at+CSQ").text == b"AT+CSQ"
    with pytest.raises(UsageError, match="0x0D at position 1"):
        RawCommand.of("I\r+CFUN=0")
    with pytest.raises(UsageError) as refused:
        RawCommand.of('+CLCK="SC",1,"hush\r"')
    assert "hush" not in f"{refused.value} {refused.value.value!r}"


def test_what_awaiting_returns_is_in_the_type() -> None:
    assert s.Query.answer is s.Signal
    assert s.Closed.answer in (None, type(None))
    assert s.Fetch.answer == tuple[s.Saved | s.Path | s.Failed, ...]


def test_endings_by_value() -> None:
    start = s.Start(mode=1)
    completion = s.Start.wire.completion
    assert completion is not None
    (ending,) = completion.endings
    assert not ending.ends(start, s.Ready(code=1))
    assert ending.ends(start, s.Ready(code=61))
    assert completion.expected(start)
    assert not completion.expected(s.Start(mode=2))
    only = Ending(s.Ready, only=(("code", (0,)),), same=("mode",))
    assert only.ends(start, s.Ready(code=0))
    assert not only.ends(start, s.Ready(code=61))
    assert not only.ends(s.Start(mode=2), s.Ready(code=0))
    assert Completion(endings=(only,)).expected(start)


def test_only_values_of_the_right_type_are_checked() -> None:
    check_value("x", "text", Range(1, 2))
    check_value("x", 7, Text(max=1))
    check_value("x", 7, "no marker")
    assert Change("echo", value=1).value == 1


def test_law_10_what_a_raw_command_conceals_is_not_shown() -> None:
    raw = RawCommand.of('AT+CPIN="1234"', (b"1234",))
    assert raw.text == b'AT+CPIN="1234"'
    assert raw.masked == 'AT+CPIN="****"'
    assert RawCommand.of("+CPIN=1234", (b"1234",)).masked == "AT+CPIN=****"
    assert RawCommand.of("+CPIN=1234,12345", (b"1234", b"12345")).masked == "AT+CPIN=****,*****"
    assert "1234" not in repr(raw)
    undeclared = RawCommand(line='+CLCK="SC",1,"1234"')
    assert "1234" not in repr(undeclared)
    assert undeclared == RawCommand(line='+CLCK="SC",1,"1234"')
    assert RawCommand.of("+CPWD=1234", ()).masked == "AT+CPWD=1234", "whoever made it knows better"
