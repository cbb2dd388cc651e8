"""Limits say what is allowed, and what was wrong."""

import pytest

from simcom_async.at.fields import Range, Text
from simcom_async.errors import LimitExceeded, UsageError


@pytest.mark.parametrize(
    ("limit", "words"),
    [(Range(1, 3), "1 to 3"), (Range(1), "1 or more"), (Range(high=3), "3 or less"), (Range(), "any whole number")],
)
def test_ranges_in_words(limit: Range, words: str) -> None:
    assert limit.allowed == words


@pytest.mark.parametrize("value", [0, 4, 2])
def test_a_range_has_two_ends_and_holes(value: int) -> None:
    with pytest.raises(LimitExceeded) as refused:
        Range(1, 3, exclude=(2,)).check("n", value)
    assert refused.value.value == value
    Range(1, 3).check("n", 1)
    Range(1, 3).check("n", 3)
    Range().check("n", -99)


@pytest.mark.parametrize(("text", "name"), [("a\x1ab", "Ctrl-Z"), ("\x1b", "ESC"), ("\x05", "0x05"), ('"', "a quote")])
def test_characters_that_break_out_are_named_with_their_place(text: str, name: str) -> None:
    with pytest.raises(UsageError, match=name):
        Text().check("t", text)


@pytest.mark.parametrize("text", ["a,b", "a;b"])
def test_a_bare_word_holds_no_separator(text: str) -> None:
    with pytest.raises(UsageError, match="would end this unquoted parameter"):
        Text(quoted=False).check("t", text)
    Text(quoted=None).check("t", text)
    Text().check("t", text)


def test_other_scripts_need_a_tag_or_latin1() -> None:
    with pytest.raises(UsageError, match="is not ASCII"):
        Text().check("t", "\u00e4")
    Text(tagged=True).check("t", "\u4e2d")
    Text(latin1=True).check("t", "\u00e4")
    with pytest.raises(UsageError, match="is not ASCII"):
        Text(latin1=True).check("t", "\u4e2d")


@pytest.mark.parametrize("text", [Text(), Text(tagged=True), Text(latin1=True)])
def test_half_a_pair_is_no_character(text: Text) -> None:
    with pytest.raises(UsageError, match="position 1 is not ASCII"):
        text.check("t", "x\ud83d")


def test_lengths() -> None:
    assert Text().allowed.startswith("any characters")
    assert Text(min=1).allowed.startswith("1 or more characters")
    assert Text(max=9).allowed.startswith("0 to 9 characters")
    with pytest.raises(LimitExceeded, match="4 characters, allowed is 1 to 3"):
        Text(min=1, max=3).check("t", "abcd")
    with pytest.raises(LimitExceeded) as refused:
        Text(min=1, max=3).check("t", "", secret=True)
    assert refused.value.value is None
