from __future__ import annotations

import pytest

from simcom_async import errors
from simcom_async.cli.status import Refused, Status, sentence, status_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.UsageError("x"), 2),
        (errors.LimitExceeded("x"), 2),
        (errors.UnsupportedService("x"), 2),
        (errors.ServiceBusy("x"), 2),
        (errors.MissingExtra("cli", "click"), 2),
        (errors.CommandFailed("x"), 1),
        (errors.HttpError("x"), 1),
        (errors.CommandTimeout("x"), 3),
        (errors.OutcomeUnknown("x"), 3),
        (errors.PortLost("x"), 3),
        (errors.ModemRestarted("x"), 3),
        (errors.ProtocolError("x"), 3),
        (Refused("x"), 1),
        (FileNotFoundError(2, "No such file", "f"), 2),
    ],
)
def test_whose_fault_it_was(error: Exception, status: int) -> None:
    assert status_of(error) == status
    assert status_of(error) is Status(status)


def test_the_sentence_has_the_remedy_once() -> None:
    assert sentence(errors.HttpError("603, DNS error", remedy="check the name")) == "603, DNS error; check the name"
    assert sentence(errors.HttpError("603; check the name", remedy="check the name")) == "603; check the name"
    assert sentence(errors.HttpError("603")) == "603"


def test_the_sentence_of_the_operating_system() -> None:
    assert sentence(FileNotFoundError(2, "No such file or directory", "f")) == "f: No such file or directory"
    assert sentence(OSError("odd")) == "odd"


def test_a_lost_port_is_ours_though_it_is_an_os_error() -> None:
    assert sentence(errors.PortLost("/dev/x is gone")) == "/dev/x is gone"
