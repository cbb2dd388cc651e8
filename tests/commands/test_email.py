"""Literal lines of the SIM900 e-mail manual V1.02 2.1 and 2.2."""

from __future__ import annotations

import pytest

from simcom_async.at.dialect import Dialect
from simcom_async.commands.email import EMAIL_TEXT_MAXIMUM, EmailCid, EmailTimeout
from simcom_async.dialects import SIM800, SIM900, SIM7000
from simcom_async.errors import LimitExceeded
from tests.commands.spoken import heard, line

FAMILIES = pytest.mark.parametrize("dialect", [SIM800, SIM900, SIM7000], ids=lambda dialect: dialect.name)


@FAMILIES
@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("AT+EMAILCID=1", EmailCid(cid=1)),
        ("AT+EMAILCID=3", EmailCid(cid=3)),
        ("AT+EMAILTO=30", EmailTimeout(timeout=30)),
        ("AT+EMAILTO=10", EmailTimeout(timeout=10)),
        ("AT+EMAILTO=120", EmailTimeout(timeout=120)),
    ],
)
def test_settings(written: str, command: EmailCid | EmailTimeout, dialect: Dialect) -> None:
    assert heard(written, dialect) == command
    assert line(command) == written.replace("=", ": ").removeprefix("AT")


@FAMILIES
@pytest.mark.parametrize("written", ["AT+EMAILCID=4", "AT+EMAILTO=9", "AT+EMAILTO=121"])
def test_limits(written: str, dialect: Dialect) -> None:
    assert heard(written, dialect) == "LIMIT"


def test_the_application_network_is_only_of_the_sim7000() -> None:
    assert heard("AT+EMAILCID=0", SIM7000) == EmailCid(cid=0)
    for dialect in (SIM800, SIM900):
        assert heard("AT+EMAILCID=0", dialect) == "LIMIT"
        with pytest.raises(LimitExceeded):
            dialect.admit(EmailCid(cid=0))


def test_the_factory() -> None:
    assert (EmailCid().cid, EmailTimeout().timeout) == (1, 30)
    assert 2 * EMAIL_TEXT_MAXIMUM + len('AT+SMTPRCPT=0,0,"",""') < SIM900.habits.line_limit
