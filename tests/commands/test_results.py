"""Numbers and words of the SIM800 AT manual V1.12 18.1 and 18.2."""

from __future__ import annotations

import pytest

from simcom_async.commands.http import HttpStatus
from simcom_async.commands.results import CmeError, CmsError


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "phone failure"),
        (3, "operation not allowed"),
        (10, "SIM not inserted"),
        (11, "SIM PIN required"),
        (16, "incorrect password"),
        (30, "no network service"),
        (100, "unknown"),
        (148, "unspecified GPRS error"),
        (160, "DNS resolve failed"),
        (193, "Unknown"),
        (208, "Failed to login"),
        (601, "Unrecognized Command"),
        (614, "AT Not Allowed By Customer"),
        (765, "invalid input value"),
        (797, "CFUN state is 0 or 4"),
    ],
)
def test_equipment_errors(number: int, words: str) -> None:
    assert CmeError(number).meaning == words


@pytest.mark.parametrize(
    ("number", "words"), [(300, "ME failure"), (304, "invalid PDU mode"), (310, "SIM not inserted"), (500, "Unknown")]
)
def test_message_errors(number: int, words: str) -> None:
    assert CmsError(number).meaning == words


def test_every_number_of_the_table_is_there() -> None:
    table = [*range(0, 8), *range(10, 19), *range(20, 28), *range(30, 33), *range(40, 48), 99, 100, 103, 106, 107]
    table += [
        *range(111, 114),
        *range(132, 135),
        *range(148, 151),
        160,
        161,
        *range(171, 194),
        *range(201, 228),
        *range(600, 615),
    ]
    table += [*range(753, 760), *range(765, 774), *range(791, 798)]
    assert [int(code) for code in CmeError] == table


def test_equal_numbers_of_different_tables_mean_different_things() -> None:
    assert HttpStatus(601).meaning != CmeError(601).meaning
