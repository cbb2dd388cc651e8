"""Literal lines of the SIM7100 Internet service note V0.01, 8.5 to 8.8."""

from __future__ import annotations

from typing import Any

import pytest

from simcom_async.at.command import Command
from simcom_async.at.exchange import State
from simcom_async.at.setting import test_form as asking_form
from simcom_async.commands.cftps_files import CftpsCwd, CftpsDel, CftpsDele, CftpsMkd, CftpsRmd
from simcom_async.dialects import SIM7100
from simcom_async.errors import CommandFailed, LimitExceeded
from tests.commands.spoken import heard, said

COMMANDS: list[tuple[str, Command[Any], str]] = [
    ('AT+CFTPSMKD="testdir"', CftpsMkd(directory="testdir"), '"DIR"'),
    ('AT+CFTPSRMD="testdir"', CftpsRmd(directory="testdir"), '"DIR"'),
    ('AT+CFTPSCWD="testdir"', CftpsCwd(directory="testdir"), '"DIR"'),
    ('AT+CFTPSDEL="test"', CftpsDel(path="test"), '"FILENAME"'),
    ('AT+CFTPSDELE="test"', CftpsDele(path="test"), '"FILENAME"'),
]


@pytest.mark.parametrize(("written", "command", "tested"), COMMANDS)
def test_commands(written: str, command: Command[Any], tested: str) -> None:
    assert command.text.decode() == written
    assert heard(written, SIM7100) == command
    assert said(command, b"\r\nOK\r\n", SIM7100)[0].state is State.DONE
    form = asking_form(type(command))()
    exchange, _ = said(form, f"\r\n{command.wire.name}: {tested}\r\n\r\nOK\r\n".encode(), SIM7100)
    assert exchange.answer().values == tested  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", [command for _, command, _ in COMMANDS], ids=lambda command: command.wire.name)
def test_a_failure_may_have_its_code_in_front_of_error(command: Command[Any]) -> None:
    for wire, code in ((f"\r\n{command.wire.name}: 9\r\n".encode(), 9), (b"", "ERROR")):
        exchange, _ = said(command, wire + b"\r\nERROR\r\n", SIM7100)
        with pytest.raises(CommandFailed) as failed:
            exchange.answer()
        assert failed.value.code == code


def test_limits() -> None:
    for kind, name in ((CftpsMkd, "directory"), (CftpsRmd, "directory"), (CftpsCwd, "directory"), (CftpsDele, "path")):
        for text in ("", "x" * 257):
            with pytest.raises(LimitExceeded):
                kind(**{name: text})
