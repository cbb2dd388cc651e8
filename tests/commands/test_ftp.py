"""Literal lines of the SIM800 AT manual V1.12 chapter 12, the SIM800 IP note V1.01 and the SIM7000 FTP note V1.00."""

from __future__ import annotations

import pytest

from simcom_async.at.command import Means
from simcom_async.at.dialect import Dialect
from simcom_async.at.exchange import State
from simcom_async.commands.ftp import (
    FTP_BLOCK_MAXIMUM,
    FtpActivity,
    FtpCode,
    FtpEvent,
    FtpGet,
    FtpGetBlock,
    FtpGetEvent,
    FtpGetRead,
    FtpList,
    FtpListBlock,
    FtpListEvent,
    FtpListRead,
    FtpPut,
    FtpPutBlock,
    FtpPutCredit,
    FtpPutEvent,
    FtpPutFinish,
    FtpQuit,
    FtpState,
    FtpStateRead,
)
from simcom_async.dialects import SIM800, SIM7000
from simcom_async.errors import CommandFailed, LimitExceeded, ProtocolError
from tests.commands.spoken import answer, heard, line, said, urc

BOTH = pytest.mark.parametrize("dialect", [SIM800, SIM7000], ids=lambda dialect: dialect.name)
STARTS = [(FtpGet(), "+FTPGET"), (FtpList(), "+FTPLIST"), (FtpPut(), "+FTPPUT")]


@BOTH
@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("AT+FTPGET=1", FtpGet()),
        ("AT+FTPGET =1", FtpGet()),
        ("AT+FTPGET = 2,1024", FtpGetRead(length=1024)),
        ("AT+FTPGET=2,1460", FtpGetRead(length=1460)),
        ("AT+FTPPUT =1", FtpPut()),
        ("AT+FTPPUT=2,100", FtpPutBlock(length=100)),
        ("AT+FTPPUT=2,0", FtpPutFinish()),
        ("AT+FTPLIST=1", FtpList()),
        ("at+ftplist=2,1", FtpListRead(length=1)),
        ("AT+FTPSTATE", FtpStateRead()),
        ("AT+FTPQUIT", FtpQuit()),
    ],
)
def test_commands(written: str, command: object, dialect: Dialect) -> None:
    assert heard(written, dialect) == command


@BOTH
@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("AT+FTPGET", "FORM"),
        ("AT+FTPGET=2", "PARAMETERS"),
        ("AT+FTPGET=3,1", "PARAMETERS"),
        ("AT+FTPGET=2,0", "LIMIT"),
        ("AT+FTPGET=2,1461", "LIMIT"),
        ("AT+FTPLIST=2,1461", "LIMIT"),
        ("AT+FTPPUT=2,1461", "LIMIT"),
        ("AT+FTPPUT=2", "PARAMETERS"),
        ("AT+FTPSTATE?", "FORM"),
        ("AT+FTPGET:2, 1024", "SYNTAX"),
    ],
)
def test_what_the_module_refuses(written: str, reason: str, dialect: Dialect) -> None:
    assert heard(written, dialect) == reason


@BOTH
@pytest.mark.parametrize(
    ("said_line", "message"),
    [
        ("+FTPGET: 1,1", FtpGetEvent(code=FtpCode.READY)),
        ("+FTPGET:1,0", FtpGetEvent(code=FtpCode.DONE)),
        ("+FTPGET: 1,72", FtpGetEvent(code=FtpCode.PASSWORD_ERROR)),
        ("+FTPGET: 1,80", FtpGetEvent(code=FtpCode.QUIT)),
        ("+FTPGET: 1,86", FtpGetEvent(code=FtpCode.QUIT_SIM800)),
        ("+FTPLIST: 1,1", FtpListEvent(code=FtpCode.READY)),
        ("+FTPLIST: 1,0", FtpListEvent(code=FtpCode.DONE)),
        ("+FTPPUT: 1,1,1360", FtpPutCredit(maximum=1360)),
        ("+FTPPUT:1, 1, 1280", FtpPutCredit(maximum=1280)),
        ("+FTPPUT: 1,0", FtpPutEvent(code=FtpCode.DONE)),
        ("+FTPPUT: 1,66", FtpPutEvent(code=FtpCode.NOT_ALLOWED)),
    ],
)
def test_events(said_line: str, message: FtpEvent, dialect: Dialect) -> None:
    assert urc(said_line, dialect) == message
    assert line(message).replace(" ", "") == said_line.replace(" ", "")


def test_a_code_newer_than_the_manual_is_no_noise() -> None:
    event = urc("+FTPGET: 1,99")
    assert isinstance(event, FtpGetEvent)
    assert (event.code, event.code.name, event.code.known) == (99, "UNKNOWN_99", False)


@pytest.mark.parametrize(("command", "tag"), STARTS, ids=lambda part: str(part))
def test_what_is_ready_ends_nothing(command: FtpGet, tag: str) -> None:
    ready = f"{tag}: 1,1,1360" if tag == "+FTPPUT" else f"{tag}: 1,1"
    exchange, events = said(command, f"\r\nOK\r\n\r\n{ready}\r\n\r\n{ready}\r\n".encode())
    assert exchange.state is State.AWAITING
    assert [event.kind for event in events] == ["final", "urc", "urc"]


@pytest.mark.parametrize("code", [int(code) for code in FtpCode if code is not FtpCode.READY] + [99])
@pytest.mark.parametrize(("command", "tag"), STARTS, ids=lambda part: str(part))
def test_every_other_code_ends_it(command: FtpGet, tag: str, code: int) -> None:
    exchange, events = said(command, f"\r\nOK\r\n\r\n{tag}: 1,{code}\r\n".encode())
    assert exchange.state is State.DONE
    assert events[-1].command is command
    ended = exchange.answer()
    assert isinstance(ended, FtpEvent)
    assert ended.code == code


def test_a_start_that_is_refused_has_no_end() -> None:
    exchange, _ = said(FtpGet(), b"\r\nERROR\r\n")
    assert exchange.state is State.FAILED


@pytest.mark.parametrize(
    ("command", "header", "block"),
    [
        (FtpGetRead(length=1024), "+FTPGET: 2,50", FtpGetBlock(length=50)),
        (FtpGetRead(length=1024), "+FTPGET:2,50", FtpGetBlock(length=50)),
        (FtpListRead(length=1024), "+FTPLIST: 2,50", FtpListBlock(length=50)),
        (FtpListRead(length=1024), "+FTPLIST:2,50", FtpListBlock(length=50)),
    ],
)
def test_a_block(command: FtpGetRead, header: str, block: FtpGetBlock) -> None:
    payload = b"\r\nOK\r\n+FTPGET: 1,0\r\n\x03\x10\x1a\x1b\xff".ljust(50, b"\x00")
    assert answer(command, header, payload=payload) == block


def test_an_empty_block_is_no_error() -> None:
    assert answer(FtpGetRead(length=1024), "+FTPGET: 2,0") == FtpGetBlock(length=0)
    assert answer(FtpListRead(length=1024), "+FTPLIST: 2,0") == FtpListBlock(length=0)


def test_more_than_a_block_is_no_header() -> None:
    exchange, events = said(FtpGetRead(length=1460), b"\r\n+FTPGET: 2,1461\r\n")
    assert [event.rule for event in events] == ["wrong-count"]
    assert not exchange.lines


def test_an_event_is_not_taken_for_a_block() -> None:
    exchange, events = said(FtpGetRead(length=9), b"\r\n+FTPGET: 1,0\r\n\r\n+FTPGET: 2,1\r\nx\r\nOK\r\n")
    assert [event.kind for event in events] == ["urc", "reply", "payload", "final"]
    assert exchange.answer() == FtpGetBlock(length=1)


def test_a_read_without_a_block_is_a_protocol_error() -> None:
    with pytest.raises(ProtocolError):
        answer(FtpGetRead(length=9))
    with pytest.raises(CommandFailed):
        answer(FtpGetRead(length=9), final="ERROR")


@pytest.mark.parametrize("granted", [1, 60, 100])
def test_the_module_grants_what_it_takes(granted: int) -> None:
    exchange, _ = said(FtpPutBlock(length=100), b"\r\n+FTPPUT: 2,%d\r\n" % granted)
    assert exchange.prompted
    assert exchange.granted == granted


def test_a_credit_is_not_taken_for_a_grant() -> None:
    exchange, events = said(FtpPutBlock(length=100), b"\r\n+FTPPUT: 1,1,1360\r\n")
    assert [event.kind for event in events] == ["urc"]
    assert not exchange.prompted


def test_the_end_of_the_file_needs_no_entry() -> None:
    exchange, _ = said(FtpPutFinish(), b"\r\nOK\r\n")
    assert exchange.state is State.DONE
    assert FtpPutFinish.wire.entry is None


@pytest.mark.parametrize(("said_line", "state"), [("+FTPSTATE: 0", 0), ("+FTPSTATE:1", 1)])
def test_the_state(said_line: str, state: int) -> None:
    assert answer(FtpStateRead(), said_line) == FtpState(state=FtpActivity(state))


@pytest.mark.parametrize("command", [FtpGet, FtpPut, FtpList])
def test_a_transfer_is_given_up_with_ftpquit_and_probed_with_ftpstate(command: type[FtpGet]) -> None:
    wire = command.wire
    assert (wire.abort.after, wire.abort.command) == (Means.COMMAND, FtpQuit)
    assert wire.probe is not None
    assert (wire.probe.command, wire.probe.field, wire.probe.idle) == (FtpStateRead, "state", FtpActivity.IDLE)
    assert wire.patience.completion > 75


def test_a_block_that_is_given_up_is_filled() -> None:
    assert FtpPutBlock.wire.abort.entry is Means.FILL


def test_limits_hold_before_a_byte_is_written() -> None:
    for command in (FtpGetRead, FtpListRead, FtpPutBlock):
        assert command(length=FTP_BLOCK_MAXIMUM).length == 1460
        for length in (0, FTP_BLOCK_MAXIMUM + 1):
            with pytest.raises(LimitExceeded, match="allowed is 1 to 1460"):
                command(length=length)


@pytest.mark.parametrize("number", [0, 1, *range(61, 67), *range(70, 81), 85, 86])
def test_the_manuals_list_of_codes(number: int) -> None:
    assert FtpCode(number).known


@pytest.mark.parametrize(
    ("number", "retry", "remedy"),
    [
        (61, True, "bearer"),
        (62, True, "AT+FTPSERV"),
        (63, True, "AT+FTPPORT"),
        (64, True, "retry"),
        (66, False, "AT+FTPSTATE"),
        (71, False, "AT+FTPUN"),
        (72, False, "AT+FTPPW"),
        (74, False, "AT+FTPREST=0"),
        (75, False, "AT+FTPMODE=0"),
        (76, False, "AT+FTPMODE=1"),
        (79, True, "AT+FTPREST"),
    ],
)
def test_the_codes_name_a_remedy(number: int, retry: bool, remedy: str) -> None:
    code = FtpCode(number)
    assert code.retry is retry
    assert remedy in code.remedy


@pytest.mark.parametrize("number", [0, 80, 86])
def test_what_was_wanted_needs_no_retry(number: int) -> None:
    assert not FtpCode(number).retry


@BOTH
@pytest.mark.parametrize("name", ["GET", "PUT", "LIST", "STATE", "QUIT"])
def test_the_test_forms_are_a_plain_ok(name: str, dialect: Dialect) -> None:
    command = heard(f"AT+FTP{name}=?", dialect)
    assert not isinstance(command, str)
    assert answer(command) is None
