import itertools

from tests.measuring import CASES, sample


def test_some_cases_of_each_test_are_measured() -> None:
    few = ["a.py::test_a", *(f"a.py::test_b[{number}]" for number in range(CASES))]
    many = [f"b.py::test_a[x::{number}]" for number in range(100)]
    measured = sample([*few, *many])
    assert measured >= {*few, many[0], many[-1]}
    assert len(measured) == len(few) + CASES


def test_they_are_spread_evenly() -> None:
    names = [f"a.py::test_a[{number}]" for number in range(3 * CASES)]
    places = sorted(names.index(name) for name in sample(names))
    assert all(2 < after - before <= 5 for before, after in itertools.pairwise(places))
