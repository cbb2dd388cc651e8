"""Codes know their meaning, and unknown numbers survive."""

import pytest

from simcom_async.at.code import Code


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


@pytest.mark.parametrize(("number", "name"), [(99, "UNKNOWN_99"), (-4, "UNKNOWN_MINUS_4")])
def test_unknown_numbers_become_members_of_their_own(number: int, name: str) -> None:
    code = Reason(number)
    assert (code, code.name, code.meaning) == (number, name, "not in the manual")
    assert not code.known


def test_words_are_no_codes() -> None:
    with pytest.raises(ValueError, match="not a valid Reason"):
        Reason("DNS")
