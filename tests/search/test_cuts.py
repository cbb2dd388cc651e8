"""However the bytes of a transcript are cut, the same events come out at the same places (law 1).

`make test` plays a seeded sample, `make test-long` every single cut, and every pair of cuts of the short ones.
"""

from __future__ import annotations

import pytest

from tests.search.search import FAMILIES, cut

SEED = 6
#: Single cuts, and pairs, of one dialogue.
SOME, MANY = 2, 4000


@pytest.mark.parametrize("family", FAMILIES)
def test_the_events_do_not_depend_on_pairs_of_cuts(family: str) -> None:
    assert cut(family, SEED, most=SOME).findings == []


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("family", FAMILIES)
def test_the_events_do_not_depend_on_any_pair_of_cuts(family: str) -> None:
    tally = cut(family, SEED, most=MANY)
    print(f"{family}: {tally}")
    assert tally.findings == []
