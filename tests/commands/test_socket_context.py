"""Literal lines of the SIM5320 AT manual V2.02 16.1.1 to 16.1.3."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from simcom_async.commands.packet import PdpType
from simcom_async.commands.socket_context import (
    SocketAuthentication,
    SocketContext,
    SocketContextDefine,
    SocketContextRead,
    SocketProfile,
    SocketSubscriber,
)
from simcom_async.dialects import SIM7100
from simcom_async.errors import LimitExceeded
from tests.commands.spoken import answer, heard, line


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ('AT+CGSOCKCONT=1,"IP","CMNET"', SocketContextDefine(type=PdpType.IP, apn="CMNET")),
        (
            'AT+CGSOCKCONT=16,"IPV6","cmnet","0.0.0.0",0,0',
            SocketContextDefine(
                cid=16, type=PdpType.IPV6, apn="cmnet", address="0.0.0.0", data_compression=0, header_compression=0
            ),
        ),
        ("AT+CGSOCKCONT=2", SocketContextDefine(cid=2)),
        ("AT+CGSOCKCONT?", SocketContextRead()),
        ("AT+CSOCKSETPN=3", SocketProfile(cid=3)),
        (
            'AT+CSOCKAUTH=1,1,"secret","joe"',
            SocketSubscriber(authentication=SocketAuthentication.PAP, password=SecretStr("secret"), user="joe"),
        ),
        ("AT+CSOCKAUTH=1,0", SocketSubscriber()),
    ],
)
def test_command_lines(written: str, command: Any) -> None:
    assert heard(written, SIM7100) == command
    assert command.text.decode("ascii") == written


def test_the_password_is_not_shown() -> None:
    command = SocketSubscriber(authentication=SocketAuthentication.CHAP, password=SecretStr("geheim"), user="joe")
    assert str(command) == 'AT+CSOCKAUTH=1,2,"******","joe"'
    assert "geheim" not in repr(command)


@pytest.mark.parametrize(
    "written", ['AT+CGSOCKCONT=17,"IP","x"', "AT+CSOCKSETPN=0", "AT+CSOCKAUTH=1,4", "AT+CSOCKSETPN="]
)
def test_what_is_refused(written: str) -> None:
    assert heard(written, SIM7100) in ("PARAMETERS", "LIMIT")


def test_limits_are_named() -> None:
    with pytest.raises(LimitExceeded, match="1 to 16"):
        SocketProfile(cid=17)
    with pytest.raises(LimitExceeded, match="0 to 132"):
        SocketSubscriber(user="x" * 133)


def test_answers() -> None:
    wanted = SocketContext(
        cid=1, type=PdpType.IP, apn="apn", address="0.0.0.0", data_compression=0, header_compression=0
    )
    assert answer(SocketContextRead(), '+CGSOCKCONT: 1,"IP","apn","0.0.0.0",0,0') == (wanted,)
    assert line(wanted) == '+CGSOCKCONT: 1,"IP","apn","0.0.0.0",0,0'
    assert answer(SocketContextRead()) == ()
    assert answer(SocketProfile.query(), "+CSOCKSETPN: 1") == SocketProfile(cid=1)
