"""What runs every time, and what ``make test-long`` adds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from _pytest.mark.structures import ParameterSet

__all__ = ["sampled"]


def sampled(cases: Iterable[Any], step: int, first: int = 0) -> list[ParameterSet]:
    """Each ``step``-th case for every run, from the one of number ``first`` on; the others are ``long``."""
    return [
        pytest.param(case, marks=[] if number % step == first else [pytest.mark.long])
        for number, case in enumerate(cases)
    ]
