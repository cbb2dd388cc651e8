"""Literal lines of the SIM7100 Internet service note V0.01, 5.12 to 5.14."""

from __future__ import annotations

from typing import Any

import pytest

from simcom_async.at.command import Command
from simcom_async.at.exchange import State
from simcom_async.commands.cftp_files import CftpDele, CftpMkd, CftpRmd
from simcom_async.dialects import SIM7100
from simcom_async.errors import CommandFailed, LimitExceeded
from tests.commands.spoken import heard, said

COMMANDS: list[tuple[str, Command[Any]]] = [
    ('AT+CFTPMKD="/testdir"', CftpMkd(directory="/testdir")),
    ('AT+CFTPRMD="/testdir"', CftpRmd(directory="/testdir")),
    ('AT+CFTPDELE="test"', CftpDele(path="test")),
]


@pytest.mark.parametrize(("written", "command"), COMMANDS)
def test_commands(written: str, command: Command[Any]) -> None:
    assert command.text.decode() == written
    assert heard(written, SIM7100) == command
    name, text = written.split('"')[:2]
    assert heard(f'{name}{{non-ascii}}"{text.encode().hex()}"', SIM7100) == command
    assert said(command, b"\r\nOK\r\n", SIM7100)[0].state is State.DONE


@pytest.mark.parametrize("command", [command for _, command in COMMANDS], ids=lambda command: command.wire.name)
@pytest.mark.parametrize("colon", [":", ": "])
def test_a_failure_has_its_code_in_front_of_error_or_not(command: Command[Any], colon: str) -> None:
    line = f"\r\n{command.wire.name}{colon}211\r\n".encode()
    for wire, code in ((line, 211), (b"", "ERROR")):
        exchange, _ = said(command, wire + b"\r\nERROR\r\n", SIM7100)
        with pytest.raises(CommandFailed) as failed:
            exchange.answer()
        assert failed.value.code == code


def test_limits() -> None:
    for kind, name in ((CftpMkd, "directory"), (CftpRmd, "directory"), (CftpDele, "path")):
        for text in ("", "x" * 257):
            with pytest.raises(LimitExceeded):
                kind(**{name: text})
