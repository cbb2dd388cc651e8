"""Literal lines of the SIM5320 AT manual V2.02 chapter 14 and of the SIM7600 AT manual V3.00 20.2."""

from __future__ import annotations

import pytest

from simcom_async.at.event import PayloadChunk
from simcom_async.commands.file_transfer import FilePacket, FilePrompt, FileReceive, FileSend, FileSent
from simcom_async.dialects import SIM7100
from simcom_async.errors import CommandFailed, LimitExceeded
from tests.commands.spoken import heard, line, said

OK = b"\r\nOK\r\n"


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ('AT+CFTRANRX="D:/MyDir/t1.txt",10', FileReceive(path="D:/MyDir/t1.txt", length=10)),
        ('AT+CFTRANRX={non-ascii}"433A2FC3A4",2147483647', FileReceive(path="C:/\u00e4", length=2147483647)),
        ('AT+CFTRANTX="D:/MyDir/t1.txt"', FileSend(path="D:/MyDir/t1.txt")),
        ('AT+CFTRANTX="D:/MyDir/t1.txt",1,4', FileSend(path="D:/MyDir/t1.txt", position=1, size=4)),
    ],
)
def test_command_lines(written: str, command: FileReceive | FileSend) -> None:
    assert heard(written, SIM7100) == command
    assert command.text.decode("ascii") == written


@pytest.mark.parametrize("written", ['AT+CFTRANRX="C:/x"', 'AT+CFTRANRX="C:/x",-1', 'AT+CFTRANRX="C:/x",2147483648'])
def test_what_is_refused(written: str) -> None:
    assert heard(written, SIM7100) in ("PARAMETERS", "LIMIT")


def test_limits_are_named() -> None:
    with pytest.raises(LimitExceeded, match="0 to 2147483647"):
        FileReceive(path="C:/x", length=2**31)


def test_the_prompt_has_nothing_behind_it() -> None:
    exchange, events = said(FileReceive(path="C:/x", length=3), b"\r\n>", SIM7100)
    assert exchange.prompted
    assert [event.message for event in events] == [FilePrompt()]


@pytest.mark.parametrize("ok_first", [True, False])
@pytest.mark.parametrize("header", [b"+CFTRANTX: DATA,", b"+CFTRANTX: DATA, ", b"+CFTRANTX:DATA,"])
def test_packets_before_or_behind_the_ok(header: bytes, ok_first: bool) -> None:
    body = b"\r\n" + header + b"6\r\nOK\r\n>>\r\n" + header + b"2\r\n\x1a\x03\r\n+CFTRANTX: 0\r\n"
    exchange, events = said(FileSend(path="C:/x"), OK + body if ok_first else body + OK, SIM7100)
    assert exchange.finished
    assert exchange.answer() == FileSent()
    assert b"".join(event.data for event in events if isinstance(event, PayloadChunk)) == b"OK\r\n>>\x1a\x03"


def test_the_port_is_taken_until_the_end() -> None:
    exchange, _ = said(FileSend(path="C:/x"), OK + b"\r\n+CFTRANTX: DATA,1\r\nx", SIM7100)
    assert not exchange.port_free


def test_a_file_that_is_not_there() -> None:
    exchange, _ = said(FileSend(path="C:/x"), b"\r\nERROR\r\n", SIM7100)
    with pytest.raises(CommandFailed):
        exchange.answer()


def test_what_the_module_prints() -> None:
    assert line(FilePacket(length=11)) == "+CFTRANTX: DATA,11"
    assert line(FileSent()) == "+CFTRANTX: 0"
