"""Literal lines of the SIM800 AT manual V1.12 3.2.15, 3.2.28, 6.2.3, 6.2.15, 6.2.23 and 18.3."""

from __future__ import annotations

import pytest

from simcom_async.commands.results import CmeError
from simcom_async.commands.sim import (
    CardNumber,
    CardNumberRead,
    DisplayMode,
    Iccid,
    IccidRead,
    Lock,
    NamesUpdated,
    NamesUpdating,
    PinAttempts,
    PinAttemptsRead,
    PinEnter,
    PinRead,
    PinState,
    ProviderName,
    ProviderNameRead,
    SubscriberIdentity,
    SubscriberIdentityRead,
    ToolkitMenu,
)
from simcom_async.commands.topics import SimChanged
from simcom_async.dialects import GENERAL, SIM7100
from simcom_async.errors import CommandFailed, LimitExceeded, UsageError
from tests.commands.spoken import answer, heard, line, urc


@pytest.mark.parametrize("lock", Lock)
@pytest.mark.parametrize("blank", ["", " "])
def test_the_state_of_the_card_answers_and_comes_by_itself(lock: Lock, blank: str) -> None:
    said = f"+CPIN:{blank}{lock}"
    assert answer(PinRead(), said) == PinState(state=lock)
    found = urc(said)
    assert found == PinState(state=lock)
    assert isinstance(found, SimChanged)
    assert line(PinState(state=lock)) == f"+CPIN: {lock}"


def test_no_card() -> None:
    with pytest.raises(CommandFailed) as raised:
        answer(PinRead(), final="+CME ERROR: 10")
    assert raised.value.code == CmeError.SIM_NOT_INSERTED
    assert "SIM not inserted" in str(raised.value)
    assert "card" in raised.value.remedy


@pytest.mark.parametrize(
    ("written", "shown"),
    [('AT+CPIN="1234"', 'AT+CPIN="****"'), ("AT+CPIN=12345678,4321", 'AT+CPIN="********","****"')],
)
def test_a_pin_is_read_with_or_without_quotes_and_never_shown(written: str, shown: str) -> None:
    command = heard(written)
    assert isinstance(command, PinEnter)
    assert str(command) == shown


@pytest.mark.parametrize(("pin", "error"), [("", UsageError), ("12a4", UsageError), ("123456789", LimitExceeded)])
def test_what_is_no_pin(pin: str, error: type[Exception]) -> None:
    with pytest.raises(error) as raised:
        PinEnter(pin=pin)
    assert not pin or pin not in str(raised.value)


def test_numbers_of_the_card() -> None:
    assert answer(SubscriberIdentityRead(), "460008184101641") == SubscriberIdentity(imsi="460008184101641")
    assert answer(CardNumberRead(), "898600810906F8048812") == CardNumber(iccid="898600810906F8048812")
    assert answer(CardNumberRead(), "8986008109068048812") == CardNumber(iccid="8986008109068048812")


@pytest.mark.parametrize("blank", ["", " "])
def test_the_number_of_the_card_behind_its_name(blank: str) -> None:
    assert answer(IccidRead(), f"+ICCID:{blank}898600810906F8048812") == Iccid(iccid="898600810906F8048812")
    assert heard("AT+CICCID", SIM7100) == IccidRead()
    assert heard("AT+CICCID") == "UNKNOWN"


def test_attempts_and_provider() -> None:
    assert answer(PinAttemptsRead(), "+SPIC: 3,3,10,10") == PinAttempts(pin=3, pin2=3, puk=10, puk2=10)
    wanted = ProviderName(name="CMCC", display=DisplayMode.PROVIDER_ONLY)
    assert answer(ProviderNameRead(), '+CSPN: "CMCC",0') == wanted


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("+STIN: 25", ToolkitMenu(menu=25)),
        ("OPL UPDATING", NamesUpdating()),
        ("PNN UPDATING", NamesUpdating()),
        ("OPL DONE", NamesUpdated()),
        ("PNN DONE", NamesUpdated()),
    ],
)
def test_what_other_series_say(said: str, message: object) -> None:
    assert urc(said, GENERAL) == message
