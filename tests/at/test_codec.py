"""Lines to messages and back: shapes, blanks, tags with numbers in them, counts."""

from enum import IntEnum, StrEnum
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, SecretStr

from simcom_async.at.code import Code
from simcom_async.at.codec import compiled, constant
from simcom_async.at.command import Command, Form, Syntax, compiled_command
from simcom_async.at.fields import Range, Rest, Text
from simcom_async.at.message import Counted, Line, Message, Reply, Spacing, Urc
from simcom_async.errors import UsageError
from tests.at import speech as s


class Mode(IntEnum):
    OFF = 0
    ON = 1


class Reason(Code):
    FINE = 0, "fine"


class Everything(Reply):
    wire = Line("+ALL", aliases=("+ALLL",), spacing=Spacing(": ", ", "), documented=Spacing(":", ","))
    number: int
    mode: Mode
    reason: Reason
    name: Annotated[str, Text(max=30)]
    word: Annotated[str, Text(quoted=False)]
    either: Annotated[str, Text(quoted=None)]
    hidden: SecretStr
    last: int | None = None
    very_last: Annotated[str, Text()] | None = None


def _read(declaration: type, line: bytes) -> object:
    entry = compiled(declaration)
    match = entry.match(line)
    return None if match is None else entry.build(match)


def _everything(**changes: object) -> Everything:
    values: dict[str, object] = {
        "number": -3,
        "mode": Mode.ON,
        "reason": Reason.FINE,
        "name": "a,b",
        "word": "WORD",
        "either": "x",
        "hidden": SecretStr("pw"),
    }
    return Everything(**{**values, **changes})


@pytest.mark.parametrize("tail", [{}, {"last": 4}, {"last": 4, "very_last": "z"}])
@pytest.mark.parametrize("documented", [False, True])
def test_what_is_written_is_read(tail: dict[str, object], documented: bool) -> None:
    message = _everything(**tail)
    line = compiled(Everything).encode(message, documented=documented)
    assert line.startswith(b"+ALL:-3" if documented else b"+ALL: -3, 1")
    assert _read(Everything, line) == message


@pytest.mark.parametrize(
    "line",
    [
        b'+ALL: -3,1,0,"a,b",WORD,"x","pw"',
        b'+ALL:-3 ,\t1, 0 , "a,b" ,WORD ,x , "pw",',
        b'+ALLL: -3,1,0,"a,b",WORD,x,"pw',
    ],
)
def test_blanks_aliases_quotes_and_an_empty_last_field_do_not_matter(line: bytes) -> None:
    assert _read(Everything, line) == _everything()


@pytest.mark.parametrize(
    "line",
    [
        b"+ALL: x",
        b'+ALL: -3,7,0,"a,b",WORD,"x","pw"',
        b'+ALL: -3,1,0,a,WORD,"x","pw"',
        b'+OTHER: -3,1,0,"a,b",WORD,"x","pw"',
        b'+ALL: -3,1,0,"a,b",WORD,"x","pw",1,"z",9',
    ],
)
def test_another_shape_is_another_message(line: bytes) -> None:
    assert _read(Everything, line) is None


def test_a_number_the_manual_does_not_have_survives() -> None:
    message = _read(Everything, b'+ALL: 1,1,99,"n",w,e,"p"')
    assert isinstance(message, Everything)
    assert message.reason.name == "UNKNOWN_99"
    assert not message.reason.known


def test_a_number_may_belong_to_another_line_of_the_tag() -> None:
    class Ended(Urc):
        wire = Line("+WORK")
        reason: Annotated[Reason, Range(exclude=(1, 20))]
        mode: Annotated[Mode, Range(exclude=(0,))] = Mode.ON

    assert [number for number in range(32) if _read(Ended, b"+WORK: %d,1" % number) is None] == [1, 20]
    assert [number for number in range(2) if _read(Ended, b"+WORK: 0,%d" % number) is None] == [0]


def test_holes_in_a_parameter_are_a_limit_and_no_other_shape() -> None:
    class Work(Command[None]):
        wire = Syntax(name="+WORK", form=Form.WRITE)
        reason: Annotated[Reason, Range(exclude=(1,))]

    assert compiled_command(Work).parse(b"1") == {"reason": 1}


def test_a_constant_may_be_left_unsaid() -> None:
    class Lost(Urc):
        wire = Line("+LOST")
        cid: Literal[1] = Field(default=1, exclude=True)
        state: Literal["DEACTIVE"] = "DEACTIVE"

    assert compiled(Lost).encode(Lost()) == b"+LOST: DEACTIVE"
    assert _read(Lost, b"+LOST: DEACTIVE") == Lost()
    assert _read(Lost, b"+LOST: 1,DEACTIVE") is None


def test_a_tag_may_hold_a_number() -> None:
    assert compiled(s.Bearer).tags == (b"+SAPBR 1", b"+SAPBR 2", b"+SAPBR 3")
    assert _read(s.Bearer, b"+SAPBR 2: DEACT") == s.Bearer(cid=2)
    assert compiled(s.Bearer).encode(s.Bearer(cid=3)) == b"+SAPBR 3: DEACT"
    match = compiled(s.Bearer).match(b"+SAPBR 1: DEACT")
    assert match is not None
    assert compiled(s.Bearer).value(match, "cid") == 1


def test_whole_lines_marks_and_untagged_lines() -> None:
    assert compiled(s.CallReady).encode(s.CallReady()) == b"Call Ready"
    assert _read(s.CallReady, b"Call Ready ") == s.CallReady()
    assert _read(s.CallReady, b"Call Ready: 1") is None
    assert compiled(s.Mark).encode(s.Mark()) == b">"
    assert _read(s.Path, b"C:/Email/1/, E.TXT") == s.Path(folder="C:/Email/1/", file="E.TXT")
    assert compiled(s.Entries).encode(s.Entries(number=1, size=20)) == b"1 20"


@pytest.mark.parametrize(
    ("declaration", "line"),
    [(s.Begin, b"+PUT: BEGIN"), (s.Download, b"DOWNLOAD"), (s.Mark, b">"), (s.Grant, None), (Everything, None)],
)
def test_what_a_line_is_in_which_nothing_varies(declaration: type[Message], line: bytes | None) -> None:
    assert constant(declaration) == line


def test_a_missing_closing_quote_is_forgiven_at_the_end_of_the_line_only() -> None:
    class Address(Reply):
        wire = Line("+IP")
        address: Annotated[str, Text()]

    assert _read(Address, b'+IP: "10.0.0.1') == Address(address="10.0.0.1")
    assert _read(Address, b'+IP: "') == Address(address="")


def test_the_rest_of_a_line_is_taken_whole() -> None:
    class Header(Reply):
        wire = Line("Subject")
        value: Annotated[str, Rest()]

    assert _read(Header, b'Subject: a, "b": \xc3\xa4 c') == Header(value='a, "b": \u00e4 c')
    assert _read(Header, b"Subject:") == Header(value="")


def test_text_that_is_not_ascii_is_tagged_both_ways() -> None:
    class Path(Command[None]):
        wire = Syntax(name="+PATH", form=Form.WRITE)
        path: Annotated[str, Text(tagged=True)]

    text = Path(path="d\u00e4").text
    assert text == b'AT+PATH={non-ascii}"64C3A4"'
    assert compiled_command(Path).parse(text[8:]) == {"path": "d\u00e4"}
    assert Path(path="plain").text == b'AT+PATH="plain"'
    assert compiled_command(Path).parse(b'{non-ascii}"FF"') == {"path": "\\xff"}


def test_a_tag_is_read_in_the_code_page_of_the_examples_too() -> None:
    """The file name of the SIM7100 Internet service note 5.7; odd digits are no text."""

    class Name(Reply):
        wire = Line("+NAME")
        name: Annotated[str, Text(tagged=True)]

    assert _read(Name, b'+NAME: {non-ascii}"B2E2CAD42E747874"') == Name(name="\u6d4b\u8bd5.txt")
    assert _read(Name, b'+NAME: {non-ascii}"E6B58BE8AF952E747874"') == Name(name="\u6d4b\u8bd5.txt")
    assert _read(Name, b'+NAME: {non-ascii}"B2E2C"') is None


def test_paths_of_another_machine_keep_their_bytes() -> None:
    """What is no UTF-8 is as os.fsdecode has it (PEP 383): a server has a code page of its own."""

    class Remote(Command[None]):
        wire = Syntax(name="+REMOTE", form=Form.WRITE)
        path: Annotated[str, Text(tagged=True, octets=True)]

    for path in ("\u6d4b\u8bd5.txt", b"\xb2\xe2\xca\xd4.txt".decode("utf-8", "surrogateescape"), "plain", "d\u00e4/x"):
        command = Remote(path=path)
        assert compiled_command(Remote).parse(command.text[10:]) == {"path": path}
    assert Remote(path="\udcb2\udce2").text == b'AT+REMOTE={non-ascii}"B2E2"'
    assert Remote(path="\u6d4b").text == b'AT+REMOTE={non-ascii}"E6B58B"'
    for half in ("\ud800", "\udc7f", "\udd00"):
        with pytest.raises(UsageError):
            Remote(path=half)


def test_slashes_may_stand_beside_the_hex_of_the_names() -> None:
    """SIM7100 Internet service note 5.9, whose first name begins with a slash of its own."""

    class Remote(Command[None]):
        wire = Syntax(name="+REMOTE", form=Form.WRITE)
        path: Annotated[str, Text(tagged=True, octets=True)]

    parse = compiled_command(Remote).parse
    assert parse(b'{non-ascii}"/2F74657374646972/41"') == {"path": "/testdir/A"}
    assert parse(b'{non-ascii}"/74657374/41"') == {"path": "/test/A"}
    assert parse(b'{non-ascii}"74657374/41"') == {"path": "test/A"}
    assert parse(b'{non-ascii}"/"') == {"path": "/"}
    assert parse(b'{non-ascii}"7/4"') is None


def test_an_enum_may_be_written_plain_and_is_read_in_quotes_too() -> None:
    class Kind(StrEnum):
        ASCII = "A"
        BINARY = "I"

    class Typed(Command[None]):
        wire = Syntax(name="+TYPE", form=Form.WRITE)
        kind: Annotated[Kind, Text(quoted=None, plain=True)]

    assert Typed(kind=Kind.ASCII).text == b"AT+TYPE=A"
    assert compiled_command(Typed).parse(b'"a"') == compiled_command(Typed).parse(b"A") == {"kind": Kind.ASCII}


def test_bare_words_are_tagged_too_and_quoted_where_they_must() -> None:
    class Both(Command[None]):
        wire = Syntax(name="+BOTH", form=Form.WRITE)
        bare: Annotated[str, Text(quoted=False, tagged=True)]
        plain: Annotated[str, Text(quoted=None, plain=True, tagged=True)]

    def twice(text: str) -> bytes:
        command = Both(bare="x", plain=text)
        assert compiled_command(Both).parse(command.text[8:]) == {"bare": "x", "plain": text}
        return command.text[10:]

    assert twice("C:/a.txt") == b"C:/a.txt"
    assert twice("two words") == b'"two words"'
    assert twice("a,b") == b'"a,b"'
    assert twice("") == b'""'
    assert twice("d\u00e4 x") == b'{non-ascii}"64C3A42078"'
    assert Both(bare="\u00e4", plain="x").text == b'AT+BOTH={non-ascii}"C3A4",x'
    assert compiled_command(Both).parse(b'{non-ascii}"C3A4",{non-ascii} "C3A4"') == {
        "bare": "\u00e4",
        "plain": "\u00e4",
    }


def test_fields_may_stand_in_a_text() -> None:
    class Space(Reply):
        wire = Line("+SPACE", shape="{drive}:({total}, {used})")
        drive: Annotated[str, Text(quoted=False, pattern="[A-Z]")]
        total: int
        used: int

    message = Space(drive="C", total=7000064, used=1024)
    assert compiled(Space).encode(message) == b"+SPACE: C:(7000064, 1024)"
    for line in (b"+SPACE: C:(7000064, 1024)", b"+SPACE:C:(7000064,1024)", b"+SPACE: C : ( 7000064 , 1024 ) "):
        assert _read(Space, line) == message
    for line in (b"+SPACE: C:(7000064)", b"+SPACE: c:(1,2)", b"+SPACE: C:(1,2"):
        assert _read(Space, line) is None


def test_constants_of_commands_are_read_in_any_case_and_those_of_lines_are_not() -> None:
    class Para(Command[None]):
        wire = Syntax(name="+PARA", form=Form.WRITE)
        tag: Annotated[Literal["URL"], Text()] = "URL"
        value: Annotated[str, Text()]

    assert Para(value="x").text == b'AT+PARA="URL","x"'
    assert compiled_command(Para).parse(b'"Url" , "x"') == {"tag": "URL", "value": "x"}
    assert _read(s.Begin, b"+PUT: begin") is None


def test_optional_parameters_may_be_missing_or_empty() -> None:
    class Three(Command[None]):
        wire = Syntax(name="+THREE", form=Form.WRITE)
        one: int
        two: int | None = None
        three: Annotated[str, Text()] | None = None

    parse = compiled_command(Three).parse
    assert parse(b"1") == {"one": 1}
    assert parse(b'1,,"x"') == {"one": 1, "three": "x"}
    assert parse(b"") is None
    assert Three(one=1, three="x").text == b'AT+THREE=1,,"x"'
    assert Three(one=1).text == b"AT+THREE=1"


def test_counts_beyond_the_declared_maximum() -> None:
    class Header(Urc):
        wire = Line("+H", opens=Counted("length", 10))
        length: int

    entry = compiled(Header)
    for count, excessive in ((b"0", False), (b"10", False), (b"11", True), (b"-1", True)):
        match = entry.match(b"+H: " + count)
        assert match is not None
        assert entry.excessive(match) is excessive
    plain = compiled(s.Bearer).match(b"+SAPBR 1: DEACT")
    assert plain is not None
    assert not compiled(s.Bearer).excessive(plain)


def test_a_field_that_is_missing_has_no_value() -> None:
    entry = compiled(Everything)
    match = entry.match(b'+ALL: 1,1,0,"n",w,e,"p"')
    assert match is not None
    assert entry.value(match, "last") is None
    assert entry.value(match, "number") == 1
    assert repr(entry) == "Compiled(Everything)"


def test_enumerated_words_and_numbers() -> None:
    assert _read(s.Pin, b"+CPIN: SIM PIN") == s.Pin(state=s.PinWord.SIM_PIN)
    assert compiled(s.Pin).encode(s.Pin(state=s.PinWord.SIM_PIN)) == b"+CPIN: SIM PIN"
    assert _read(s.Pin, b"+CPIN: WHAT") is None

    class Quoted(Reply):
        wire = Line("+Q")
        word: Annotated[s.PinWord, Text()]

    assert compiled(Quoted).encode(Quoted(word=s.PinWord.READY)) == b'+Q: "READY"'
    assert _read(Quoted, b'+Q: "READY"') == Quoted(word=s.PinWord.READY)


@given(name=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters='"'), max_size=30))
def test_any_quoted_text_survives(name: str) -> None:
    message = _everything(name=name)
    assert _read(Everything, compiled(Everything).encode(message)) == message


class Length(Reply):
    """A number under two names."""

    wire = Line("+SENT", aliases=("+SEND",))
    length: Annotated[int, Range(0)]


class Outcome(Urc):
    """A code under one of them."""

    wire = Line("+SEND")
    code: Reason


class Other(Urc):
    """A code under another name."""

    wire = Line("+OTHER")
    code: Reason


class Named(Urc):
    """The same name, but a word in front of the number."""

    wire = Line("+SEND")
    kind: Literal["DATA"] = "DATA"
    length: Annotated[int, Range(0)]


@pytest.mark.parametrize(("other", "alike"), [(Length, True), (Outcome, True), (Other, False), (Named, False)])
def test_lines_with_a_common_tag_and_the_same_kinds_of_fields_resemble_each_other(
    other: type[Message], alike: bool
) -> None:
    assert compiled(Length).resembles(compiled(other)) is alike
    assert compiled(other).resembles(compiled(Length)) is alike


def test_a_digit_in_how_a_rest_begins_stands_for_any_digit() -> None:
    class Supported(Reply):
        """What a test form prints: lengths of which firmware has its own."""

        wire = Line("+SMTPSRV", ref="somewhere")
        values: Annotated[str, Rest(begins="1")]

    entry = compiled(Supported)
    assert entry.match(b"+SMTPSRV: 50,(1-65535)")
    assert entry.match(b"+SMTPSRV: 100,(1-65535)")
    assert not entry.match(b"+SMTPSRV: (1-65535)")


def test_quotes_in_a_text_that_stands_in_none_are_part_of_it() -> None:
    class Words(Reply):
        wire = Line("")
        text: Annotated[str, Text(quoted=False, pattern=r"[^\r\n]+")]

    assert _read(Words, b'"a": 5') == Words.model_construct(text='"a": 5')


@pytest.mark.parametrize("value", ['a"b', "a\rb", "a,b", "\x7f", "ä", ""])
def test_a_text_that_may_be_tagged_is_for_what_cannot_stand_as_it_is(value: str) -> None:
    class Path(Reply):
        wire = Line("+PATH")
        path: Annotated[str, Text(quoted=False, tagged=True)]

    message = Path.model_construct(path=value)
    assert _read(Path, compiled(Path).encode(message)) == message
