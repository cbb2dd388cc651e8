"""What fuzzing has found, kept and replayed without a fuzzer; and a short run of other cases by chance."""

from __future__ import annotations

from itertools import islice

import pytest

from tests.fuzz.__main__ import main
from tests.fuzz.mutation import mutated
from tests.fuzz.supply import Supply, packed, packed_number
from tests.fuzz.target import CORPUS, NAMES, Target, findings, kept, modules

_SEED = 6
#: Cases by chance for each target: as many as take some tenths of a second.
_CASES = {
    "demux": 60,
    "ftp_control": 60,
    "pop3_site": 60,
    "smtp_client": 30,
    "explain": 60,
    "responder": 40,
    "recording": 60,
    "faults": 60,
    "mail": 60,
    "mailbox": 10,
    "inbox": 8,
}
_USUAL = 200
_ROOM = 300_000


@pytest.mark.parametrize("name", NAMES)
def test_the_kept_cases_hold(name: str) -> None:
    cases = kept(name)
    assert cases, "nothing is kept"
    for case in cases:
        Target.of(name).check(case)


@pytest.mark.parametrize(("name", "data"), [pytest.param(t, data, id=f"{t}-{name}") for t, name, data in findings()])
def test_what_was_found_once_holds(name: str, data: bytes) -> None:
    Target.of(name).check(data)


@pytest.mark.parametrize("name", NAMES)
def test_other_cases_hold(name: str) -> None:
    target = Target.of(name)
    for case in islice(mutated(kept(name), _SEED), _CASES.get(name, _USUAL)):
        try:
            target.check(case)
        except Exception as error:
            raise AssertionError(f"{name}: {case.hex()}") from error


@pytest.mark.parametrize("name", NAMES)
def test_a_target_has_modules_and_seeds(name: str) -> None:
    target = Target.of(name)
    assert target.modules == modules(name)
    assert len(list(target.seeds())) > 5
    target.check(b"")


def test_the_corpus_is_small() -> None:
    assert sum(path.stat().st_size for path in CORPUS.glob("*.txt")) < _ROOM


def test_without_atheris_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], atheris=False) == 2
    assert "atheris is not installed" in capsys.readouterr().err


def test_choices_are_those_that_were_packed() -> None:
    for size in (0, 1, 239, 240, 300, 3_000):
        assert Supply(packed(b"x" * size) + b"y").some() == b"x" * size
    for most in (1, 255, 256, 70_000):
        assert Supply(packed_number(most, most)).upto(most) == most
    supply = Supply(b"")
    assert (supply.byte(), supply.flag(), supply.some(), supply.text(), supply.number(), supply.pick("ab")) == (
        0, False, b"", "", 0, "a",
    )  # fmt: skip
    assert not supply


@pytest.mark.parametrize("style", range(4))
def test_pieces_are_all_of_it(style: int) -> None:
    pieces = Supply(bytes([style, 3, 9, 2, 200])).cut(b"0123456789")
    assert b"".join(pieces) == b"0123456789"
    assert len(pieces) == {0: 1, 1: 10}.get(style, 5)
