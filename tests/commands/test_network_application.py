"""Literal lines of the SIM7000 AT manual V1.06 5.2.22, 5.2.30, 5.2.31 and the SIM7000 FTP note V1.02 4.1."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from simcom_async.commands.network_application import (
    AppNetwork,
    AppNetworkActivated,
    AppNetworkAuthentication,
    AppNetworkConfig,
    AppNetworkDeactivated,
    AppNetworkIpType,
    AppNetworkMode,
    AppNetworkProfileState,
    AppNetworkRead,
    AppNetworkState,
    AppNetworkStatus,
    NetworkApn,
    NetworkApnRead,
)
from simcom_async.commands.topics import BearerLost
from simcom_async.dialects import SIM800, SIM7000
from simcom_async.errors import LimitExceeded
from tests.commands.spoken import answer, heard, line, urc


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("AT+CNACT=1", AppNetwork()),
        ('AT+CNACT=1,"ctnb"', AppNetwork(apn="ctnb")),
        ("AT+CNACT=0", AppNetwork(mode=AppNetworkMode.OFF)),
        ('AT+CNACT=2,"cmnet"', AppNetwork(mode=AppNetworkMode.AUTOMATIC, apn="cmnet")),
        ("AT+CNACT?", AppNetworkRead()),
        ('AT+CNCFG=1,"ctnb"', AppNetworkConfig(ip_type=AppNetworkIpType.IPV4, apn="ctnb")),
        ("AT+CGNAPN", NetworkApnRead()),
    ],
)
def test_commands(written: str, command: object) -> None:
    assert heard(written, SIM7000) == command
    assert heard(written, SIM800) == "UNKNOWN"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("AT+CNACT=3", "PARAMETERS"),
        (f'AT+CNACT=1,"{"x" * 65}"', "LIMIT"),
        ("AT+CNCFG=3", "PARAMETERS"),
        (f'AT+CNCFG=0,"a","{"x" * 33}"', "LIMIT"),
        ("AT+CGNAPN?", "FORM"),
    ],
)
def test_what_the_module_refuses(written: str, reason: str) -> None:
    assert heard(written, SIM7000) == reason


@pytest.mark.parametrize(
    ("said_line", "status", "address"),
    [
        ('+CNACT: 1,"10.94.36.44"', AppNetworkStatus.ACTIVATED, "10.94.36.44"),
        ('+CNACT:0,"0.0.0.0"', AppNetworkStatus.DEACTIVATED, "0.0.0.0"),
        ('+CNACT: 2,"0.0.0.0"', AppNetworkStatus.IN_OPERATION, "0.0.0.0"),
    ],
)
def test_its_address(said_line: str, status: AppNetworkStatus, address: str) -> None:
    assert answer(AppNetworkRead(), said_line) == (AppNetworkState(status=status, address=address),)


def test_its_addresses_by_profile() -> None:
    assert answer(AppNetworkRead(), '+CNACT: 0,1,"10.94.36.44"', '+CNACT: 1,0,"0.0.0.0"') == (
        AppNetworkProfileState(profile=0, status=AppNetworkStatus.ACTIVATED, address="10.94.36.44"),
        AppNetworkProfileState(profile=1, status=AppNetworkStatus.DEACTIVATED, address="0.0.0.0"),
    )


def test_it_tells_of_itself() -> None:
    assert urc("+APP PDP: ACTIVE", SIM7000) == AppNetworkActivated()
    lost = urc("+APP PDP: DEACTIVE", SIM7000)
    assert lost == AppNetworkDeactivated()
    assert isinstance(lost, BearerLost)
    assert lost.cid == 1
    assert line(AppNetworkActivated()) == "+APP PDP: ACTIVE"
    assert line(AppNetworkDeactivated()) == "+APP PDP: DEACTIVE"


def test_its_configuration() -> None:
    written = AppNetworkConfig(
        ip_type=AppNetworkIpType.IPV4,
        apn="ctnb",
        user="u",
        password=SecretStr("geheim"),
        authentication=AppNetworkAuthentication.PAP_OR_CHAP,
    )
    assert written.text == b'AT+CNCFG=1,"ctnb","u","geheim",3'
    assert "geheim" not in f"{written} {written!r}"
    assert answer(AppNetworkConfig.query(), '+CNCFG: 1,"ctnb","u","geheim",3') == written
    assert answer(AppNetworkConfig.query(), "+CNCFG: 1,ctnb,u,geheim,3") == written
    assert answer(AppNetworkConfig.query(), '+CNCFG: 0,"","","",0') == AppNetworkConfig()


@pytest.mark.parametrize(
    ("said_line", "apn"),
    [
        ('+CGNAPN: 1,"ctnb"', NetworkApn(valid=1, apn="ctnb")),
        ('+CGNAPN: 0,""', NetworkApn(valid=0, apn="")),
        ("+CGNAPN: 0,NULL", NetworkApn(valid=0, apn="NULL")),
        ("+CGNAPN: 0", NetworkApn(valid=0)),
    ],
)
def test_the_access_point_of_the_network(said_line: str, apn: NetworkApn) -> None:
    assert answer(NetworkApnRead(), said_line) == apn


def test_limits_hold_before_a_byte_is_written() -> None:
    assert AppNetwork(apn="x" * 64).text == b'AT+CNACT=1,"' + b"x" * 64 + b'"'
    with pytest.raises(LimitExceeded, match="65 characters"):
        AppNetwork(apn="x" * 65)
