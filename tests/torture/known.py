"""Gaps that are known and are being closed: they are counted in a column of their own, with their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.torture.case import Case, Outcome
    from tests.torture.faults import Plan

__all__ = ["known_gap"]


def known_gap(case: Case, plan: Plan, outcome: Outcome) -> str:
    """The name of the gap that this is, empty: it is none that is known."""
    return ""
