"""Literal lines of the SIM800 AT manual V1.12 12.2.1 to 12.2.16 and the SIM800 IP note V1.01."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from simcom_async.at.dialect import Dialect
from simcom_async.at.setting import Setting
from simcom_async.commands.ftp_settings import (
    FtpCid,
    FtpConnection,
    FtpContextRead,
    FtpContextSave,
    FtpContextSource,
    FtpContextState,
    FtpDataType,
    FtpGetName,
    FtpGetPath,
    FtpMode,
    FtpPassword,
    FtpPort,
    FtpPutMethod,
    FtpPutName,
    FtpPutOption,
    FtpPutPath,
    FtpRest,
    FtpServer,
    FtpTimeoutLine,
    FtpType,
    FtpUser,
)
from simcom_async.dialects import SIM800, SIM7000
from simcom_async.errors import LimitExceeded, UsageError
from tests.commands.spoken import answer, heard, line

BOTH = pytest.mark.parametrize("dialect", [SIM800, SIM7000], ids=lambda dialect: dialect.name)
SETTINGS: list[tuple[str, Setting, str]] = [
    ("AT+FTPPORT=2121", FtpPort(port=2121), "+FTPPORT: 2121"),
    ("AT+FTPMODE=1", FtpMode(mode=FtpConnection.PASSIVE), "+FTPMODE: 1"),
    ('AT+FTPTYPE="A"', FtpType(type=FtpDataType.ASCII), '+FTPTYPE: "A"'),
    ('AT+FTPPUTOPT="APPE"', FtpPutOption(option=FtpPutMethod.APPEND), '+FTPPUTOPT: "APPE"'),
    ('AT+FTPPUTOPT="STOU"', FtpPutOption(option=FtpPutMethod.UNIQUE), '+FTPPUTOPT: "STOU"'),
    ("AT+FTPCID=1", FtpCid(cid=1), "+FTPCID: 1"),
    ("AT+FTPREST=20", FtpRest(offset=20), "+FTPREST: 20"),
    ('AT+FTPSERV="116.228.221.52"', FtpServer(address="116.228.221.52"), '+FTPSERV: "116.228.221.52"'),
    ('AT+FTPUN="sim.cs1"', FtpUser(user="sim.cs1"), '+FTPUN: "sim.cs1"'),
    ('AT+FTPPW="*****"', FtpPassword(password=SecretStr("*****")), '+FTPPW: "*****"'),
    ('AT+FTPGETNAME="1K.txt"', FtpGetName(name="1K.txt"), '+FTPGETNAME: "1K.txt"'),
    ('AT+FTPGETPATH="/"', FtpGetPath(path="/"), '+FTPGETPATH: "/"'),
    ('AT+FTPPUTNAME="1K.txt"', FtpPutName(name="1K.txt"), '+FTPPUTNAME: "1K.txt"'),
    ('AT+FTPPUTPATH="/a b;c,d/"', FtpPutPath(path="/a b;c,d/"), '+FTPPUTPATH: "/a b;c,d/"'),
]


@BOTH
@pytest.mark.parametrize(("written", "setting", "stored"), SETTINGS)
def test_written_and_read(written: str, setting: Setting, stored: str, dialect: Dialect) -> None:
    assert heard(written, dialect) == setting
    assert setting.text.decode() == written
    name = written.partition("=")[0]
    assert heard(f"{name}?", dialect) == type(setting).query()
    assert answer(type(setting).query(), stored) == setting
    assert line(setting) == stored
    test = heard(f"{name}=?", dialect)
    assert not isinstance(test, str)
    assert answer(test) is None


@pytest.mark.parametrize(
    ("query", "stored", "setting"),
    [
        (FtpServer.query(), "+FTPSERV: 116.228.221.52", FtpServer(address="116.228.221.52")),
        (FtpServer.query(), "+FTPSERV: ", FtpServer()),
        (FtpType.query(), "+FTPTYPE: I", FtpType()),
        (FtpPutOption.query(), "+FTPPUTOPT:STOR", FtpPutOption()),
        (FtpUser.query(), '+FTPUN:"u"', FtpUser(user="u")),
    ],
)
def test_a_module_may_leave_the_quotes_away(query: Any, stored: str, setting: Setting) -> None:
    assert answer(query, stored) == setting


def test_the_factory_values() -> None:
    assert FtpPort().port == 21
    assert FtpMode().mode is FtpConnection.ACTIVE
    assert FtpType().type is FtpDataType.BINARY
    assert FtpPutOption().option is FtpPutMethod.STORE
    assert FtpRest().offset == 0


@BOTH
@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("AT+FTPPORT=0", "LIMIT"),
        ("AT+FTPPORT=65536", "LIMIT"),
        ("AT+FTPMODE=2", "PARAMETERS"),
        ('AT+FTPTYPE="E"', "PARAMETERS"),
        ('AT+FTPPUTOPT="RETR"', "PARAMETERS"),
        ("AT+FTPCID=0", "LIMIT"),
        ("AT+FTPCID=4", "LIMIT"),
        ("AT+FTPREST=-1", "LIMIT"),
        ("AT+FTPRESET=20", "UNKNOWN"),
        (f'AT+FTPSERV="{"x" * 50}"', "LIMIT"),
        (f'AT+FTPUN="{"x" * 50}"', "LIMIT"),
        (f'AT+FTPPW="{"x" * 50}"', "LIMIT"),
        (f'AT+FTPGETNAME="{"x" * 100}"', "LIMIT"),
        (f'AT+FTPPUTNAME="{"x" * 100}"', "LIMIT"),
        (f'AT+FTPGETPATH="{"x" * 256}"', "LIMIT"),
        (f'AT+FTPPUTPATH="{"x" * 256}"', "LIMIT"),
    ],
)
def test_what_the_module_refuses(written: str, reason: str, dialect: Dialect) -> None:
    assert heard(written, dialect) == reason


@pytest.mark.parametrize("bad", ['a"b', "a\rb", "a\nb", "a\x00b", "a\x7fb", "größe"])
@pytest.mark.parametrize("setting", [FtpGetName, FtpPutName])
def test_a_name_that_cannot_be_carried_is_refused(setting: type[FtpGetName], bad: str) -> None:
    with pytest.raises(UsageError) as refused:
        setting(name=bad)
    assert refused.value.field == "name"


@pytest.mark.parametrize(
    ("setting", "field", "longest"),
    [
        (FtpServer, "address", 49),
        (FtpUser, "user", 49),
        (FtpGetName, "name", 99),
        (FtpPutName, "name", 99),
        (FtpGetPath, "path", 255),
        (FtpPutPath, "path", 255),
    ],
)
def test_the_longest_texts(setting: type[Setting], field: str, longest: int) -> None:
    assert setting(**{field: "x" * longest}).text.endswith(b'="' + b"x" * longest + b'"')
    with pytest.raises(LimitExceeded, match=f"{longest + 1} characters"):
        setting(**{field: "x" * (longest + 1)})


def test_the_password_is_not_shown() -> None:
    command = FtpPassword(password=SecretStr("geheim"))
    assert command.text == b'AT+FTPPW="geheim"'
    assert "geheim" not in f"{command} {command!r}"
    assert FtpPassword.secret
    with pytest.raises(LimitExceeded) as raised:
        FtpPassword(password=SecretStr("x" * 50))
    assert raised.value.value is None


def test_the_saved_parameters() -> None:
    context = answer(
        FtpContextRead(),
        "+FTPSCONT: 0",
        "+FTPSERV: 116.228.221.52",
        "+FTPPORT: 21",
        "+FTPUN: sim.cs1",
        "+FTPPW: geheim",
        "+FTPCID: 1",
        "+FTPMODE: 0",
        "+FTPTYPE: I",
        "+FTPPUTOPT: STOR",
        "+FTPREST: 0",
        "+FTPGETNAME: 1K.txt",
        "+FTPGETPATH: /",
        "+FTPPUTNAME: ",
        "+FTPPUTPATH: ",
        "+FTPTIMEOUT: 75",
    )
    assert context == (
        FtpContextState(mode=FtpContextSource.SAVED),
        FtpServer(address="116.228.221.52"),
        FtpPort(),
        FtpUser(user="sim.cs1"),
        FtpPassword(password=SecretStr("geheim")),
        FtpCid(),
        FtpMode(),
        FtpType(),
        FtpPutOption(),
        FtpRest(),
        FtpGetName(name="1K.txt"),
        FtpGetPath(path="/"),
        FtpPutName(),
        FtpPutPath(),
        FtpTimeoutLine(value=75),
    )


def test_only_the_sim800_saves_them() -> None:
    assert heard("AT+FTPSCONT", SIM800) == FtpContextSave()
    assert heard("AT+FTPSCONT?", SIM800) == FtpContextRead()
    assert heard("AT+FTPSCONT", SIM7000) == "UNKNOWN"
