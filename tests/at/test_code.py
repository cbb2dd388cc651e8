"""Codes know their meaning, and unknown numbers and words survive."""

from typing import Annotated

import pytest

from simcom_async.at.code import Code, Word
from simcom_async.at.codec import compiled
from simcom_async.at.fields import Text
from simcom_async.at.message import Line, Urc


class Reason(Code):
    FINE = 0, "fine"
    DNS = 62, "DNS error", True, "check the name"


def test_members_carry_meaning_retry_and_remedy() -> None:
    assert (Reason.DNS, Reason.DNS.meaning, Reason.DNS.retry, Reason.DNS.remedy) == (
        62,
        "DNS error",
        True,
        "check the name",
    )
    assert Reason(0).known
    assert not Reason.FINE.retry


class Outcome(Word):
    SENT = "SUCCESS", "it was sent"
    NETWORK = "NETWORK ERROR", "the network failed", True, "try again"
    ACCOUNT = "INVALID UN/PWD", "wrong account"


class Ended(Urc):
    wire = Line("+SMTP")
    outcome: Annotated[Outcome, Text(quoted=False, pattern=r"(?!OK\Z)[A-Z][A-Z /]*")]


class Named(Urc):
    wire = Line("+WORD", separator=" ")
    outcome: Outcome
    name: Annotated[str, Text()]


@pytest.mark.parametrize(("number", "name"), [(99, "UNKNOWN_99"), (-4, "UNKNOWN_MINUS_4")])
def test_unknown_numbers_become_members_of_their_own(number: int, name: str) -> None:
    code = Reason(number)
    assert (code, code.name, code.meaning) == (number, name, "not in the manual")
    assert not code.known


def test_words_are_no_codes() -> None:
    with pytest.raises(ValueError, match="not a valid Reason"):
        Reason("DNS")


def test_members_of_words_carry_the_same() -> None:
    assert (Outcome.NETWORK, Outcome.NETWORK.meaning, Outcome.NETWORK.retry, Outcome.NETWORK.remedy) == (
        "NETWORK ERROR",
        "the network failed",
        True,
        "try again",
    )
    assert Outcome("SUCCESS").known
    assert not Outcome.SENT.retry
    assert str(Outcome.ACCOUNT) == "INVALID UN/PWD"


def test_unknown_words_become_members_of_their_own() -> None:
    word = Outcome("USER CANCEL/2")
    assert (word, word.name, word.meaning, word.retry) == (
        "USER CANCEL/2",
        "UNKNOWN_USER_CANCEL_2",
        "not in the manual",
        False,
    )
    assert not word.known
    with pytest.raises(ValueError, match="not a valid Outcome"):
        Outcome(3)


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        (b"+SMTP: SUCCESS", Outcome.SENT),
        (b"+SMTP:NETWORK ERROR ", Outcome.NETWORK),
        (b"+SMTP: INVALID UN/PWD", Outcome.ACCOUNT),
        (b"+SMTP: NEWER WORD", Outcome("NEWER WORD")),
        (b"+SMTP: OK", None),
        (b"+SMTP: success", None),
        (b'+SMTP: "SUCCESS"', None),
    ],
)
def test_a_word_on_the_wire_is_known_or_new_but_not_what_its_pattern_excludes(
    line: bytes, outcome: Outcome | None
) -> None:
    match = compiled(Ended).match(line)
    assert (None if match is None else compiled(Ended).build(match)) == (
        None if outcome is None else Ended(outcome=outcome)
    )
    if outcome is not None:
        assert compiled(Ended).encode(Ended(outcome=outcome)) == b"+SMTP: " + str(outcome).encode()


def test_a_word_ends_where_the_next_field_begins() -> None:
    match = compiled(Named).match(b'+WORD: NETWORK ERROR "x"')
    assert match is not None
    assert compiled(Named).build(match) == Named(outcome=Outcome.NETWORK, name="x")
