"""Literal lines of the SIM800 AT manual V1.12 9.2.1, the SIM800 IP note V1.01 3.1, and device logs."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from simcom_async.commands.bearer import (
    BearerParameter,
    BearerRate,
    BearerState,
    BearerStatus,
    BearerType,
    SapbrApn,
    SapbrApnLine,
    SapbrClose,
    SapbrContype,
    SapbrContypeLine,
    SapbrDeactivated,
    SapbrGet,
    SapbrOpen,
    SapbrPassword,
    SapbrPasswordLine,
    SapbrPhonenum,
    SapbrPhonenumLine,
    SapbrQuery,
    SapbrRate,
    SapbrRateLine,
    SapbrUser,
    SapbrUserLine,
)
from simcom_async.commands.topics import BearerLost
from simcom_async.errors import LimitExceeded, UsageError
from tests.commands.spoken import answer, heard, line, urc


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ('AT+SAPBR=3,1,"Contype","GPRS"', SapbrContype()),
        ('AT+SAPBR=3,1,"CONTYPE","CSD"', SapbrContype(value=BearerType.CSD)),
        ('AT + SAPBR=3, 2, "APN", "CMNET"', SapbrApn(cid=2, value="CMNET")),
        ('AT+SAPBR=3,1,"USER",""', SapbrUser(value="")),
        ('AT+SAPBR=3,1,"pwd","a,b"', SapbrPassword(value="a,b")),
        ('AT+SAPBR=3,1,"PHONENUM","+86139"', SapbrPhonenum(value="+86139")),
        ('AT+SAPBR=3,1,"RATE","3"', SapbrRate(value=BearerRate.BPS_14400)),
        ("AT+SAPBR=1,1", SapbrOpen()),
        ("at+sapbr=2,3", SapbrQuery(cid=3)),
        ("AT+SAPBR=0,1", SapbrClose()),
        ("AT+SAPBR=4,1", SapbrGet()),
    ],
)
def test_the_five_shapes_are_told_apart(written: str, command: object) -> None:
    assert heard(written) == command


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("AT+SAPBR=1,4", "LIMIT"),
        ("AT+SAPBR=1,0", "LIMIT"),
        ("AT+SAPBR=5,1", "PARAMETERS"),
        ('AT+SAPBR=3,1,"SPEED","1"', "PARAMETERS"),
        ('AT+SAPBR=3,1,"RATE","4"', "PARAMETERS"),
        (f'AT+SAPBR=3,1,"APN","{"x" * 65}"', "LIMIT"),
        ("AT+SAPBR?", "FORM"),
    ],
)
def test_what_the_module_refuses(written: str, reason: str) -> None:
    assert heard(written) == reason


def test_limits_of_the_texts() -> None:
    assert SapbrApn(value="x" * 64).text == b'AT+SAPBR=3,1,"APN","' + b"x" * 64 + b'"'
    with pytest.raises(LimitExceeded, match="65 characters"):
        SapbrApn(value="x" * 65)
    with pytest.raises(LimitExceeded):
        SapbrUser(value="x" * 33)
    with pytest.raises(UsageError, match="a quote at position 3"):
        SapbrApn(value='net"')


def test_the_password_is_not_shown() -> None:
    command = SapbrPassword(value="geheim")
    assert command.text == b'AT+SAPBR=3,1,"PWD","geheim"'
    assert "geheim" not in f"{command} {command!r}"
    with pytest.raises(LimitExceeded) as raised:
        SapbrPassword(value="x" * 33)
    assert raised.value.value is None


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ('+SAPBR: 1,1,"10.89.193.1"', "10.89.193.1"),
        ('+SAPBR:1,1,"10.89.193.1"', "10.89.193.1"),
        ('+SAPBR:  1, 1, "10.89.193.1" ', "10.89.193.1"),
        ('+SAPBR: 1,1,"10.89.19', "10.89.19"),
    ],
)
def test_an_open_bearer(said: str, address: str) -> None:
    assert answer(SapbrQuery(), said) == BearerState(cid=1, status=BearerStatus.CONNECTED, address=address)


def test_a_closed_bearer_is_said_in_both_spacings() -> None:
    state = BearerState(cid=1, status=BearerStatus.CLOSED, address="0.0.0.0")
    assert answer(SapbrQuery(), '+SAPBR: 1,3,"0.0.0.0"') == state
    assert line(state) == '+SAPBR: 1,3,"0.0.0.0"'
    assert line(state, documented=True) == '+SAPBR:1,3,"0.0.0.0"'


@pytest.mark.parametrize("cid", [1, 2, 3])
def test_a_lost_bearer(cid: int) -> None:
    lost = urc(f"+SAPBR {cid}: DEACT")
    assert lost == SapbrDeactivated(cid=cid)
    assert isinstance(lost, BearerLost)
    assert line(SapbrDeactivated(cid=cid)) == f"+SAPBR {cid}: DEACT"
    assert urc(f"+SAPBR {cid}:DEACT") == lost


def test_a_status_line_is_no_lost_bearer() -> None:
    assert urc('+SAPBR: 1,1,"10.0.0.1"') is None
    assert urc("+SAPBR 4: DEACT") is None


@pytest.mark.parametrize("blank", ["", " "])
def test_the_stored_parameters(blank: str) -> None:
    parameters: tuple[BearerParameter, ...] = answer(
        SapbrGet(),
        "+SAPBR:" + blank,
        f"CONTYPE:{blank}GPRS",
        f"APN:{blank}CMNET",
        f"PHONENUM:{blank}",
        f"USER:{blank}",
        f"PWD:{blank}geheim",
        f"RATE:{blank}2",
    )
    assert parameters == (
        SapbrContypeLine(value=BearerType.GPRS),
        SapbrApnLine(value="CMNET"),
        SapbrPhonenumLine(value=""),
        SapbrUserLine(value=""),
        SapbrPasswordLine(value=SecretStr("geheim")),
        SapbrRateLine(value=BearerRate.BPS_9600),
    )


def test_an_unset_bearer_type_is_said_without_a_word() -> None:
    assert line(SapbrContypeLine()) == "CONTYPE: "
    assert answer(SapbrGet(), "+SAPBR:", "CONTYPE: ") == (SapbrContypeLine(),)
