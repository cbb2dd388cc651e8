"""Literal lines of the SIM800 AT manual V1.12 7.2 and 8.2, and of drivers."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from simcom_async.commands.packet import (
    AccessPoint,
    AccessPointStart,
    AddressRead,
    CipShut,
    ContextActivate,
    ContextActivation,
    ContextActivationRead,
    ContextAddress,
    ContextAddressRead,
    ContextDefine,
    ContextDefinition,
    ContextDefinitionRead,
    LocalAddress,
    PacketService,
    PdpDeactivated,
    PdpType,
    WirelessStart,
)
from tests.commands.spoken import answer, heard, line, said, urc


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("AT+CGATT=1", PacketService(state=1)),
        ("AT+CGATT?", PacketService.query()),
        ('AT+CGDCONT=1,"IP","internet"', ContextDefine(type=PdpType.IP, apn="internet")),
        (
            'AT+CGDCONT=1,"IP","internet","0.0.0.0",0,0',
            ContextDefine(type=PdpType.IP, apn="internet", address="0.0.0.0", data_compression=0, header_compression=0),
        ),
        ("AT+CGDCONT=2", ContextDefine(cid=2)),
        ("AT+CGDCONT?", ContextDefinitionRead()),
        ("AT+CGACT=1,1", ContextActivate(state=1, cid=1)),
        ("AT+CGACT=0", ContextActivate(state=0)),
        ("AT+CGACT?", ContextActivationRead()),
        ("AT+CGPADDR=1", ContextAddressRead()),
        ('AT+CSTT="CMNET"', AccessPoint()),
        ('AT+CSTT="a","b","c"', AccessPoint(apn="a", user="b", password="c")),
        ("AT+CSTT", AccessPointStart()),
        ("AT+CIICR", WirelessStart()),
        ("AT+CIFSR", AddressRead()),
        ("AT+CIPSHUT", CipShut()),
    ],
)
def test_commands(written: str, command: object) -> None:
    assert heard(written) == command


@pytest.mark.parametrize(
    ("written", "reason"),
    [("AT+CGATT=2", "LIMIT"), ("AT+CGDCONT=4", "LIMIT"), (f'AT+CSTT="{"x" * 51}"', "LIMIT")],
)
def test_what_the_module_refuses(written: str, reason: str) -> None:
    assert heard(written) == reason


@pytest.mark.parametrize("said_line", ["+PDP: DEACT", "+PDP:DEACT"])
def test_the_lost_context(said_line: str) -> None:
    assert urc(said_line) == PdpDeactivated()


def test_contexts() -> None:
    found = answer(
        ContextDefinitionRead(),
        '+CGDCONT: 1,"IP","CMNET","0.0.0.0",0,0',
        '+CGDCONT: 2,"IP","","",0,0',
    )
    assert [(context.cid, context.apn) for context in found] == [(1, "CMNET"), (2, "")]
    assert isinstance(found[0], ContextDefinition)
    assert answer(ContextDefinitionRead()) == ()
    (eps,) = answer(ContextDefinitionRead(), '+CGDCONT: 13,"IP","ctnb","0.0.0.0",0,0,0,1')
    assert (eps.cid, eps.address_allocation, eps.emergency) == (13, 0, 1)
    assert answer(ContextActivationRead(), "+CGACT: 1,1", "+CGACT: 2,0") == (
        ContextActivation(cid=1, state=1),
        ContextActivation(cid=2, state=0),
    )
    assert answer(ContextAddressRead(), '+CGPADDR: 1,"10.0.0.1"') == (ContextAddress(cid=1, address="10.0.0.1"),)


def test_attachment() -> None:
    assert answer(PacketService.query(), "+CGATT: 1") == PacketService(state=1)


def test_shut_is_answered_by_its_own_words() -> None:
    assert answer(CipShut(), final="SHUT OK") is None
    exchange, _ = said(WirelessStart(), b"\r\nSHUT OK\r\n")
    assert not exchange.finished


def test_the_bare_address() -> None:
    assert answer(AddressRead(), "10.78.12.3") == LocalAddress(address="10.78.12.3")
    assert line(LocalAddress(address="10.78.12.3")) == "10.78.12.3"


def test_the_bare_address_is_the_final_result_itself() -> None:
    exchange, _ = said(AddressRead(), b"\r\n10.78.12.3\r\n")
    assert exchange.finished
    assert exchange.answer() == LocalAddress(address="10.78.12.3")


def test_the_password_is_not_shown() -> None:
    stored = answer(AccessPoint.query(), '+CSTT: "CMNET","me","geheim"')
    assert stored.password == SecretStr("geheim")
    exchange, events = said(AccessPoint.query(), b'\r\n+CSTT: "CMNET","me","geheim"\r\n')
    assert "geheim" not in repr(events)
    assert "geheim" not in str(AccessPoint(password="geheim"))
    assert exchange.lines
