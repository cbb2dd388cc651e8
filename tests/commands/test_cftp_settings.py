"""Literal lines of the SIM7100 Internet service note V0.01, 5.1 to 5.6."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from simcom_async.at.setting import Setting, read_form
from simcom_async.at.setting import test_form as asking_form
from simcom_async.commands.cftp_settings import CftpMode, CftpPassword, CftpPort, CftpServer, CftpType, CftpUser
from simcom_async.commands.ftp_settings import FtpConnection, FtpDataType
from simcom_async.dialects import SIM7100
from simcom_async.errors import LimitExceeded, UsageError
from tests.commands.spoken import heard, line

SETTINGS: list[tuple[str, Setting, str]] = [
    ("AT+CFTPPORT=21", CftpPort(), "(1-65535)"),
    ("AT+CFTPMODE=1", CftpMode(mode=FtpConnection.PASSIVE), "(0,1)"),
    ("AT+CFTPTYPE=A", CftpType(type=FtpDataType.ASCII), "(A,I)"),
    ('AT+CFTPSERV="www.mydomain.com"', CftpServer(address="www.mydomain.com"), '"ADDRESS"'),
    ('AT+CFTPUN="myname"', CftpUser(user="myname"), '"NAME"'),
    ('AT+CFTPPW="mypass"', CftpPassword(password=SecretStr("mypass")), '"password"'),
]


@pytest.mark.parametrize(("written", "setting", "tested"), SETTINGS)
def test_three_forms(written: str, setting: Setting, tested: str) -> None:
    name = setting.wire.name
    assert setting.text.decode() == written
    assert heard(written, SIM7100) == setting
    assert heard(f"AT{name}?", SIM7100) == read_form(type(setting))()
    assert heard(f"AT{name}=?", SIM7100) == asking_form(type(setting))()
    assert line(setting) == f"{name}: {written.partition('=')[2]}"
    assert type(setting).wire.tested in (tested, "auto")


def test_the_type_is_read_in_quotes_too() -> None:
    assert heard('AT+CFTPTYPE="a"', SIM7100) == CftpType(type=FtpDataType.ASCII)


def test_the_name_of_the_contents_is_understood() -> None:
    assert heard('AT+CFTPSESV="h"', SIM7100) == CftpServer(address="h")


def test_factory_values() -> None:
    assert (CftpPort().port, CftpMode().mode, CftpType().type) == (21, FtpConnection.ACTIVE, FtpDataType.BINARY)
    assert (CftpServer().address, CftpUser().user) == ("", "")


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (CftpPort, {"port": 0}),
        (CftpPort, {"port": 65536}),
        (CftpServer, {"address": "x" * 101}),
        (CftpUser, {"user": "x" * 31}),
        (CftpPassword, {"password": "x" * 41}),
    ],
)
def test_limits(kind: type[Setting], values: dict[str, object]) -> None:
    with pytest.raises(LimitExceeded):
        kind(**values)


@pytest.mark.parametrize("text", ['a"b', "a\rb", "\x1a", "\u00e4"])
def test_nothing_breaks_out(text: str) -> None:
    for kind, name in ((CftpServer, "address"), (CftpUser, "user"), (CftpPassword, "password")):
        with pytest.raises(UsageError):
            kind(**{name: text})


def test_the_password_is_not_shown() -> None:
    setting = CftpPassword(password=SecretStr("geheim"))
    assert "geheim" not in f"{setting} {setting!r} {setting.masked}"
    assert setting.secret
