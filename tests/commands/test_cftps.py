"""Literal lines of the SIM7100 Internet service note V0.01 chapter 8, and of the SIM5320 AT manual V2.02 16.4."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from simcom_async.at.command import Command
from simcom_async.at.exchange import Input, State
from simcom_async.commands import cftps
from simcom_async.commands.cftps import (
    CftpsAddress,
    CftpsCode,
    CftpsDirectory,
    CftpsLogin,
    CftpsLogout,
    CftpsNotice,
    CftpsPwd,
    CftpsSecurity,
    CftpsSingleIp,
    CftpsStart,
    CftpsStop,
    CftpsType,
)
from simcom_async.commands.ftp_settings import FtpDataType
from simcom_async.dialects import SIM7100
from simcom_async.errors import CommandFailed, LimitExceeded
from tests.commands.spoken import heard, line, said, urc

OK, ERROR = b"\r\nOK\r\n", b"\r\nERROR\r\n"
LOGIN = CftpsLogin(host="www.myftpsserver.com", port=990, user="myname", password=SecretStr("mypassword"))
COMMANDS: list[tuple[str, Command[Any]]] = [
    ("AT+CFTPSSTART", CftpsStart()),
    ("AT+CFTPSSTOP", CftpsStop()),
    ('AT+CFTPSLOGIN="www.myftpsserver.com",990,"myname","mypassword"', LOGIN),
    ('AT+CFTPSLOGIN="h",21,"u","p",0', CftpsLogin(host="h", port=21, user="u", password="p", security=0)),
    ("AT+CFTPSLOGOUT", CftpsLogout()),
    ("AT+CFTPSPWD", CftpsPwd()),
    ("AT+CFTPSTYPE=A", CftpsType(type=FtpDataType.ASCII)),
    ("AT+CFTPSSINGLEIP=1", CftpsSingleIp(address=CftpsAddress.SAME)),
]
#: Those whose OK may stand alone.
SESSION = [CftpsStart(), CftpsStop(), LOGIN, CftpsLogout()]


@pytest.mark.parametrize(("written", "command"), COMMANDS)
def test_commands(written: str, command: Command[Any]) -> None:
    assert command.text.decode() == written
    assert heard(written, SIM7100) == command


@pytest.mark.parametrize("name", ["+CFTPSSINGLEIP", "+CFTPSINGLEIP"])
def test_the_misprints_of_one_setting_are_understood(name: str) -> None:
    assert heard(f"AT{name}=1", SIM7100) == CftpsSingleIp(address=CftpsAddress.SAME)
    assert heard(f"AT{name}?", SIM7100) == CftpsSingleIp.query()
    assert heard(f"AT{name}=?", SIM7100) == heard("AT+CFTPSSINGLEIP=?", SIM7100)


@pytest.mark.parametrize("said_line", ["+CFTPSSINGLEIP: 1", "+CFTPSINGLEIP:1", "+CFTPSPORT: 1"])
def test_and_of_its_answers(said_line: str) -> None:
    exchange, _ = said(CftpsSingleIp.query(), f"\r\n{said_line}\r\n".encode() + OK, SIM7100)
    assert exchange.answer() == CftpsSingleIp(address=CftpsAddress.SAME)
    assert line(CftpsSingleIp(address=CftpsAddress.SAME)) == "+CFTPSSINGLEIP: 1"


@pytest.mark.parametrize("command", SESSION, ids=lambda command: command.wire.name)
def test_ok_may_stand_alone_or_with_a_result_on_either_side(command: Command[Any]) -> None:
    result = f"\r\n{command.wire.name}: 0\r\n".encode()
    for wire in (result + OK, OK + result):
        exchange, _ = said(command, wire, SIM7100)
        assert exchange.state is State.DONE
        assert exchange.answer().code is CftpsCode.DONE
    exchange, _ = said(command, OK, SIM7100)
    assert exchange.state is State.AWAITING
    exchange.take(Input.QUIET)
    assert exchange.state is State.DONE
    assert exchange.answer() is None


@pytest.mark.parametrize("command", SESSION, ids=lambda command: command.wire.name)
def test_a_failure_may_have_its_code_in_front_of_error(command: Command[Any]) -> None:
    for wire, code in ((f"\r\n{command.wire.name}: 9\r\n".encode(), 9), (b"", "ERROR")):
        exchange, _ = said(command, wire + ERROR, SIM7100)
        with pytest.raises(CommandFailed) as failed:
            exchange.answer()
        assert failed.value.code == code


def test_the_directory_may_stand_behind_ok() -> None:
    for wire in (b'\r\n+CFTPSPWD: "/testdir"\r\n' + OK, OK + b'\r\n+CFTPSPWD: "/testdir"\r\n'):
        exchange, _ = said(CftpsPwd(), wire, SIM7100)
        assert exchange.answer() == CftpsDirectory(directory="/testdir")


def test_the_server_may_end_the_session() -> None:
    assert urc("+CFTPSNOTIFY: PEER CLOSED", SIM7100) == CftpsNotice()
    assert urc("+CFTPSNOTIFY:PEER CLOSED", SIM7100) == CftpsNotice()
    assert urc("+CFTPSNOTIFY: FTPS DISCONNECT", SIM7100) == CftpsNotice(event="FTPS DISCONNECT")


def test_its_codes_are_its_own() -> None:
    """Each number of AT+CHTTPS means what one more means here (device-facts 3.6)."""
    assert [CftpsCode(number).name for number in range(11)] == [
        *("DONE", "TLS_ALERT", "UNKNOWN", "BUSY", "CLOSED", "TIMEOUT", "TRANSFER_FAILED", "MEMORY", "INVALID"),
        *("REJECTED", "NETWORK"),
    ]
    assert CftpsCode.CLOSED.retry
    assert urc("+CFTPSSTART: 77", SIM7100) == cftps.CftpsStartEvent(code=CftpsCode(77))


def test_limits() -> None:
    good = {"host": "h", "port": 21, "user": "u", "password": "p"}
    for bad in ({"host": ""}, {"host": "x" * 257}, {"port": 0}, {"port": 65536}, {"user": "x" * 257}):
        with pytest.raises(LimitExceeded):
            CftpsLogin(**{**good, **bad})


def test_the_password_is_not_shown() -> None:
    assert "mypassword" not in f"{LOGIN} {LOGIN!r} {LOGIN.masked}"
    assert CftpsSecurity.IMPLICIT == 3
