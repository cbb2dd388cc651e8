"""Literal lines of the SIM800 AT manual V1.12 chapter 12, the SIM800 IP note V1.01 and the SIM7000 FTP note V1.00."""

from __future__ import annotations

import pytest

from simcom_async.at.command import Command, Means
from simcom_async.at.exchange import State
from simcom_async.commands.ftp import FtpCode, FtpEvent, FtpQuit, FtpStateRead
from simcom_async.commands.ftp_files import (
    FtpDele,
    FtpDeleEvent,
    FtpDeleWrite,
    FtpMdtm,
    FtpMdtmEvent,
    FtpMkd,
    FtpMkdEvent,
    FtpRename,
    FtpRenameEvent,
    FtpRmd,
    FtpRmdEvent,
    FtpSize,
    FtpSizeEvent,
)
from simcom_async.dialects import SIM800, SIM7000
from tests.commands.spoken import heard, line, said, urc

COMMANDS: list[tuple[str, Command[FtpEvent]]] = [
    ("AT+FTPDELE", FtpDele()),
    ("AT+FTPDELE=1", FtpDeleWrite()),
    ("AT+FTPSIZE", FtpSize()),
    ("AT+FTPMKD", FtpMkd()),
    ("AT+FTPRMD", FtpRmd()),
    ("AT+FTPRENAME", FtpRename()),
    ("AT+FTPMDTM", FtpMdtm()),
]
ONLY_SIM7000 = {"AT+FTPDELE=1": "FORM", "AT+FTPRENAME": "UNKNOWN", "AT+FTPMDTM": "UNKNOWN"}


@pytest.mark.parametrize(("written", "command"), COMMANDS)
def test_commands(written: str, command: object) -> None:
    assert heard(written, SIM7000) == command
    assert heard(written, SIM800) == ONLY_SIM7000.get(written, command)


@pytest.mark.parametrize("written", ["AT+FTPTRMD", "AT+FTPFRMD"])
def test_the_misprints_of_the_notes_are_understood(written: str) -> None:
    assert heard(written, SIM800) == heard(written, SIM7000) == FtpRmd()


@pytest.mark.parametrize(
    ("written", "reason"), [("AT+FTPDELE=2", "PARAMETERS"), ("AT+FTPSIZE?", "FORM"), ("AT+FTPMKD=1", "FORM")]
)
def test_what_the_module_refuses(written: str, reason: str) -> None:
    assert heard(written, SIM7000) == reason


@pytest.mark.parametrize(
    ("said_line", "message"),
    [
        ("+FTPDELE: 1,0", FtpDeleEvent(code=FtpCode.DONE)),
        ("+FTPDELE: 1,77", FtpDeleEvent(code=FtpCode.OPERATION_ERROR)),
        ("+FTPSIZE: 1,0,1024", FtpSizeEvent(code=FtpCode.DONE, size=1024)),
        ("+FTPSIZE: 1,77", FtpSizeEvent(code=FtpCode.OPERATION_ERROR)),
        ("+FTPSIZE: 1,77,0", FtpSizeEvent(code=FtpCode.OPERATION_ERROR, size=0)),
        ("+FTPMKD: 1,0", FtpMkdEvent(code=FtpCode.DONE)),
        ("+FTPRMD: 1,0", FtpRmdEvent(code=FtpCode.DONE)),
        ("+FTPRENAME:1,0", FtpRenameEvent(code=FtpCode.DONE)),
        ("+FTPMDTM:1,0,20140409060951", FtpMdtmEvent(code=FtpCode.DONE, timestamp="20140409060951")),
        ("+FTPMDTM: 1,0,20140409060951.5", FtpMdtmEvent(code=FtpCode.DONE, timestamp="20140409060951.5")),
        ("+FTPMDTM: 1,70", FtpMdtmEvent(code=FtpCode.REPLY_ERROR)),
    ],
)
def test_events(said_line: str, message: FtpEvent) -> None:
    assert urc(said_line, SIM7000) == message
    assert line(message).replace(" ", "") == said_line.replace(" ", "")


def test_the_misprinted_event_of_the_note_is_understood() -> None:
    assert urc("+FTPFRMD: 1,0", SIM7000) == FtpRmdEvent(code=FtpCode.DONE)
    assert line(FtpRmdEvent(code=FtpCode.DONE)) == "+FTPRMD: 1,0"


@pytest.mark.parametrize("code", [0, 64, 77, 80, 99])
@pytest.mark.parametrize(("written", "command"), COMMANDS)
def test_it_returns_with_its_event(written: str, command: Command[FtpEvent], code: int) -> None:
    tag = command.wire.name
    exchange, _ = said(command, b"\r\nOK\r\n", SIM7000)
    assert exchange.state is State.AWAITING
    exchange, events = said(command, f"\r\nOK\r\n\r\n{tag}: 1,{code}\r\n".encode(), SIM7000)
    assert exchange.state is State.DONE
    assert events[-1].command is command
    ended = exchange.answer()
    assert isinstance(ended, FtpEvent)
    assert ended.code == code


def test_the_event_of_another_operation_does_not_end_it() -> None:
    exchange, _ = said(FtpMkd(), b"\r\nOK\r\n\r\n+FTPRMD: 1,0\r\n")
    assert exchange.state is State.AWAITING


@pytest.mark.parametrize(("written", "command"), COMMANDS)
def test_it_is_given_up_with_ftpquit_and_probed_with_ftpstate(written: str, command: Command[FtpEvent]) -> None:
    wire = command.wire
    assert (wire.abort.after, wire.abort.command) == (Means.COMMAND, FtpQuit)
    assert wire.probe is not None
    assert wire.probe.command is FtpStateRead
    assert wire.patience.completion > 75
    assert wire.repeatable is (type(command) in (FtpSize, FtpMdtm))
