import pytest

from simcom_async.at.dialect import WireState
from simcom_async.at.response import ResponseFormat, Result


def test_words_are_the_default() -> None:
    form = ResponseFormat(WireState())
    assert form.information(b"+CSQ: 21,0") == b"\r\n+CSQ: 21,0\r\n"
    assert form.final(Result.OK) == b"\r\nOK\r\n"
    assert form.final(Result.NO_CARRIER) == b"\r\nNO CARRIER\r\n"


def test_lines_of_one_answer_are_separated_by_one_line_end() -> None:
    form = ResponseFormat(WireState())
    assert form.information(b"a", b"b", b"c") == b"\r\na\r\nb\r\nc\r\n"
    assert form.information() == b""


@pytest.mark.parametrize(
    ("result", "number"),
    [
        (Result.OK, 0),
        (Result.CONNECT, 1),
        (Result.RING, 2),
        (Result.NO_CARRIER, 3),
        (Result.ERROR, 4),
        (Result.NO_DIALTONE, 6),
        (Result.BUSY, 7),
        (Result.NO_ANSWER, 8),
    ],
)
def test_numbers_end_with_cr_alone(result: Result, number: int) -> None:
    assert ResponseFormat(WireState(verbose=False)).final(result) == b"%d\r" % number


def test_under_v0_lines_have_no_line_end_in_front() -> None:
    form = ResponseFormat(WireState(verbose=False))
    assert form.information(b"a", b"b") == b"a\r\nb\r\n"
    assert form.final("SHUT OK") == b"SHUT OK\r\n"
    assert form.error(10) == b"4\r"


def test_quiet_suppresses_results_only() -> None:
    form = ResponseFormat(WireState(quiet=True))
    assert form.final(Result.OK) == b""
    assert form.final("SHUT OK") == b""
    assert form.information(b"+CSQ: 21,0") == b"\r\n+CSQ: 21,0\r\n"


@pytest.mark.parametrize(
    ("cmee", "wire"),
    [
        (None, b"\r\nERROR\r\n"),
        (0, b"\r\nERROR\r\n"),
        (1, b"\r\n+CME ERROR: 10\r\n"),
        (2, b"\r\n+CME ERROR: SIM not inserted\r\n"),
    ],
)
def test_errors_follow_cmee(cmee: int | None, wire: bytes) -> None:
    assert ResponseFormat(WireState(cmee=cmee)).error(10, "SIM not inserted") == wire


def test_an_error_without_number_is_plain_at_any_level() -> None:
    assert ResponseFormat(WireState(cmee=2)).error() == b"\r\nERROR\r\n"


def test_message_errors_have_a_group_of_their_own() -> None:
    assert ResponseFormat(WireState(cmee=1)).error(321, group="CMS") == b"\r\n+CMS ERROR: 321\r\n"


def test_a_mark_has_no_line_end() -> None:
    assert ResponseFormat(WireState()).prompt(b"> ") == b"\r\n> "
    assert ResponseFormat(WireState(verbose=False)).prompt(b"> ") == b"\r\n> "


def test_what_opens_an_answer() -> None:
    assert ResponseFormat(WireState()).opening == b"\r\n"
    assert ResponseFormat(WireState(verbose=False)).opening == b""
