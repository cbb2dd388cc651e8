"""Errors: their tree, their facts, and copies of them."""

import copy
import pickle

import pytest

from simcom_async import errors
from simcom_async.errors import (
    CommandFailed,
    CommandTimeout,
    Evidence,
    LimitExceeded,
    MissingExtra,
    OutcomeUnknown,
    PortLost,
    SimcomError,
    SmtpError,
    SmtpOutcomeUnknown,
    Traffic,
)
from simcom_async.link.evidence import LinkEvidence

EVIDENCE = LinkEvidence(
    "2026-11-28T17:00:01.000+00:00",
    "2026-11-28T17:00:00.000+00:00",
    "memory",
    "sim800",
    (Traffic(0.0, "tx", b"AT\r"), Traffic(0.5, "rx", left_out=100)),
    0,
    cut=True,
)
ERRORS = [
    CommandFailed("AT+X: ERROR", command="AT+X", code=3, meaning="no", retry=True, remedy="wait"),
    CommandTimeout("AT+X: too late", command="AT+X", state="written", seen=b"x", waited=2.5, limit="final"),
    OutcomeUnknown("perhaps", command="AT+X"),
    SmtpOutcomeUnknown("perhaps", command="AT+X", code=63, meaning="timeout"),
    PortLost("gone", port="memory", seen=b"x"),
    LimitExceeded("too much", field="value", value=7, allowed="6"),
    MissingExtra("cli", "click"),
    SimcomError("plain", 2),
]


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_copy_has_all_the_facts(error, again):
    error.evidence = EVIDENCE
    error.add_note("seen in the cellar")
    other = again(error)
    assert type(other) is type(error)
    assert (str(other), other.args) == (str(error), error.args)
    assert other.__dict__ == error.__dict__
    assert other.evidence == EVIDENCE


def test_without_evidence_it_is_none():
    assert SimcomError("x").evidence is None
    assert "evidence" not in SimcomError("x").__dict__


def test_what_a_link_collects_is_evidence():
    evidence: Evidence = EVIDENCE
    assert evidence.entries[1] == (0.5, "rx", b"", 100)


def test_an_outcome_that_nobody_knows_may_be_an_error_of_a_service_too():
    assert issubclass(SmtpOutcomeUnknown, OutcomeUnknown)
    assert issubclass(SmtpOutcomeUnknown, SmtpError)


def test_every_error_is_exported_and_one_of_ours():
    found = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
    assert found <= set(errors.__all__)
    assert all(issubclass(getattr(errors, name), SimcomError) for name in found)
