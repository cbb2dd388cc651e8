"""The life of a command is a table; what is not in it does not happen."""

import pytest

from simcom_async.at.code import Code, Word
from simcom_async.at.command import Command, Form, RawCommand, Syntax
from simcom_async.at.exchange import LIFE, Exchange, Input, State
from simcom_async.at.message import Line, Reply, Times
from simcom_async.errors import CommandFailed, ProtocolError
from tests.at import speech as s


class BoxWord(Word):
    FULL = "BOX FULL", "there is no room", True, "make room"


class BoxNumber(Code):
    FULL = 7, "there is no room", True, "make room"


class BoxCount(Reply):
    wire = Line("+BOX")
    count: int


class BoxRefusal(Reply):
    wire = Line("+BOX", times=Times.OPTIONAL)
    word: BoxWord


class BoxError(Reply):
    wire = Line("+BOXERR", times=Times.OPTIONAL)
    number: BoxNumber


class Box(Command[BoxCount]):
    wire = Syntax(name="+BOX", form=Form.EXECUTE, replies=(BoxCount, BoxRefusal), codes=BoxWord)


class NumberedBox(Command[BoxCount]):
    wire = Syntax(name="+NBOX", form=Form.EXECUTE, replies=(BoxCount, BoxError), codes=BoxNumber)


def test_the_table_knows_every_state_and_ends_in_two() -> None:
    assert set(LIFE) == set(State)
    assert [state for state, moves in LIFE.items() if not moves] == [State.DONE, State.FAILED]


def test_an_illegal_move_is_a_missing_key() -> None:
    exchange = Exchange(s.Query())
    assert not exchange.take(Input.OK)
    assert exchange.state is State.ARMED
    exchange.written()
    assert not exchange.take(Input.ENTERED)
    assert exchange.take(Input.OK)
    assert exchange.finished
    assert not exchange.take(Input.ERROR)


def test_an_entry_is_handed_over_between_prompt_and_final_result() -> None:
    exchange = Exchange(s.Give(size=5))
    assert exchange.granted == 5
    exchange.written()
    exchange.entered()
    assert exchange.state is State.SENT
    exchange.take(Input.PROMPT)
    assert exchange.prompted
    assert exchange.waits_for_final
    exchange.entered()
    assert exchange.state is State.ENTERED
    exchange.take(Input.OK)
    assert exchange.port_free


def test_the_port_is_free_while_a_completion_is_due_unless_declared_otherwise() -> None:
    exchange = Exchange(s.Push(path="x"))
    exchange.written()
    assert not exchange.port_free
    exchange.take(Input.OK)
    assert exchange.state is State.AWAITING
    assert exchange.port_free
    assert not exchange.optional
    exchange.take(Input.QUIET)
    assert exchange.state is State.AWAITING


def test_a_command_without_this_completion_is_done_at_ok() -> None:
    exchange = Exchange(s.Start(mode=2))
    assert not exchange.answering
    exchange.written()
    exchange.take(Input.OK)
    assert exchange.state is State.DONE


def test_a_grant_is_taken_from_the_prompt() -> None:
    exchange, _ = s.heard(s.GiveSome(size=500), [b"\r\n+PUTN: 2,100\r\n"])
    assert exchange.granted == 100
    assert exchange.prompted


def test_it_says_what_it_is() -> None:
    assert repr(Exchange(s.Query())) == "Exchange(AT+CSQ, armed)"


@pytest.mark.parametrize("order", [b"\r\nOK\r\n\r\n+SMTP: SUCCESS\r\n", b"\r\n+SMTP: SUCCESS\r\n\r\nOK\r\n"])
def test_law_4_two_endings_in_either_order(order: bytes) -> None:
    exchange, _ = s.heard(s.Send(), [order])
    assert exchange.answer() == s.Sent(word=s.SendWord.SUCCESS)


def test_law_4_ok_alone_is_not_the_end() -> None:
    exchange, _ = s.heard(s.Send(), [b"\r\n+SMTP: OK\r\n\r\nOK\r\n"])
    assert not exchange.finished


def test_answers_by_their_type() -> None:
    assert s.heard(s.Closed(), [b"\r\nSHUT OK\r\n"])[0].answer() is None
    exchange, _ = s.heard(RawCommand.of("ATI"), [b"ATI\r\r\nSIM800\r\nR14\r\n\r\nOK\r\n"])
    assert exchange.answer() == ("SIM800", "R14")
    exchange, _ = s.heard(s.Fetch(), [b"\r\nOK\r\n\r\n+POP: SUCCESS\r\nC:/Email/, E.TXT\r\n"])
    assert exchange.answer() == (s.Saved(), s.Path(folder="C:/Email/", file="E.TXT"))
    exchange, _ = s.heard(s.Fetch(), [b"\r\nOK\r\n\r\n+POP: FAILURE\r\n"])
    assert exchange.answer() == (s.Failed(),)
    exchange, _ = s.heard(s.Maybe(), [b"\r\nOK\r\n"])
    assert exchange.answer() is None


@pytest.mark.parametrize("final", [b"ERROR", b"OK"])
@pytest.mark.parametrize(
    ("command", "line", "code"),
    [
        (Box(), b"+BOX: BOX FULL", "BOX FULL"),
        (NumberedBox(), b"+BOXERR: 7", 7),
    ],
)
def test_a_code_in_place_of_the_reply_is_why_it_failed_whatever_the_final_result(
    command: Command[BoxCount], line: bytes, code: int | str, final: bytes
) -> None:
    exchange, _ = s.heard(command, [b"\r\n" + line + b"\r\n\r\n" + final + b"\r\n"])
    with pytest.raises(CommandFailed, match=r"\(there is no room\)") as failed:
        exchange.answer()
    error = failed.value
    assert (error.code, error.meaning, error.retry, error.remedy) == (code, "there is no room", True, "make room")
    assert type(error.code) is type(code)


def test_without_a_code_an_error_is_plain_and_ok_without_the_reply_a_breach() -> None:
    exchange, _ = s.heard(Box(), [b"\r\nERROR\r\n"])
    with pytest.raises(CommandFailed) as failed:
        exchange.answer()
    assert failed.value.code == "ERROR"
    exchange, _ = s.heard(Box(), [b"\r\nOK\r\n"])
    with pytest.raises(ProtocolError):
        exchange.answer()
    exchange, _ = s.heard(Box(), [b"\r\n+BOX: 3\r\n\r\nOK\r\n"])
    assert exchange.answer() == BoxCount(count=3)


def test_a_number_of_the_final_result_comes_before_a_code_of_words() -> None:
    exchange, _ = s.heard(Box(), [b"\r\n+BOX: BOX FULL\r\n\r\n+CMS ERROR: 38\r\n"])
    with pytest.raises(CommandFailed) as failed:
        exchange.answer()
    assert failed.value.code == 38
