"""What several series have in common is said once, and belongs to all of them."""

from __future__ import annotations

import pytest

from simcom_async.dialects import DIALECTS
from simcom_async.dialects.common import APPLICATION_MESSAGES, APPLICATIONS, BASE, BASE_MESSAGES

SERIES = [dialect for name, dialect in DIALECTS.items() if name != "general"]
NUMERIC = [dialect for dialect in SERIES if dialect.name != "sim7100"]


def test_there_are_four_series() -> None:
    assert {dialect.name for dialect in SERIES} == {"sim800", "sim900", "sim7000", "sim7100"}


@pytest.mark.parametrize("dialect", SERIES, ids=lambda dialect: dialect.name)
def test_the_base_set_is_spoken_by_every_series_and_nothing_is_said_twice(dialect) -> None:  # type: ignore[no-untyped-def]
    assert set(BASE) <= set(dialect.commands)
    assert set(BASE_MESSAGES) <= set(dialect.messages)
    assert len(set(dialect.commands)) == len(dialect.commands)
    assert len(set(dialect.messages)) == len(dialect.messages)


def test_what_all_series_speak_stands_in_the_base_set() -> None:
    assert set.intersection(*(set(dialect.commands) for dialect in SERIES)) == set(BASE)
    assert set.intersection(*(set(dialect.messages) for dialect in SERIES)) == set(BASE_MESSAGES)


def test_what_the_numeric_series_speak_besides_stands_in_the_applications() -> None:
    common = set.intersection(*(set(dialect.commands) for dialect in NUMERIC))
    assert common == {*BASE, *APPLICATIONS}
    said = set.intersection(*(set(dialect.messages) for dialect in NUMERIC))
    assert said == {*BASE_MESSAGES, *APPLICATION_MESSAGES}
