"""Literal lines of the SIM800 AT manual V1.12 chapter 11, the SIM800 IP note V1.01, and device logs."""

from __future__ import annotations

import pytest

from simcom_async.at.command import Means
from simcom_async.commands.http import (
    BODY_MAXIMUM,
    HttpAction,
    HttpActionResult,
    HttpActivity,
    HttpDataClear,
    HttpDataInput,
    HttpGetHead,
    HttpHead,
    HttpHeadHeader,
    HttpInit,
    HttpMethod,
    HttpProgress,
    HttpRead,
    HttpReadHeader,
    HttpReadRange,
    HttpSsl,
    HttpStatus,
    HttpStatusRead,
    HttpTerm,
    HttpVerb,
)
from simcom_async.errors import CommandFailed, LimitExceeded
from tests.commands.spoken import answer, heard, line, said, urc


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("AT+HTTPINIT", HttpInit()),
        ("AT+HTTPTERM", HttpTerm()),
        ("AT +HTTPACTION=0", HttpAction(method=HttpMethod.GET)),
        ("AT+HTTPACTION = 1", HttpAction(method=HttpMethod.POST)),
        ("AT+HTTPACTION=2", HttpAction(method=HttpMethod.HEAD)),
        ("AT+HTTPACTION=3", HttpAction(method=HttpMethod.DELETE)),
        ("AT+HTTPDATA=100,10000", HttpDataInput(size=100, time=10_000)),
        ("AT+HTTPDATA=319488,120000", HttpDataInput(size=319_488)),
        ("AT+HTTPDATA=0,1000", HttpDataClear(time=1000)),
        ("AT+HTTPREAD", HttpRead()),
        ("AT+HTTPREAD=0,1024", HttpReadRange(start=0, size=1024)),
        ("AT+HTTPSTATUS?", HttpStatusRead()),
        ("AT+HTTPHEAD", HttpHead()),
        ("AT+HTTPGETHEAD=1", HttpGetHead(option=1)),
        ("AT+HTTPSSL=1", HttpSsl(enabled=1)),
        ("AT+HTTPSSL?", HttpSsl.query()),
    ],
)
def test_commands(written: str, command: object) -> None:
    assert heard(written) == command


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("AT+HTTPACTION=4", "PARAMETERS"),
        ("AT+HTTPACTION", "FORM"),
        ("AT+HTTPDATA=319489,1000", "LIMIT"),
        ("AT+HTTPDATA=5,999", "LIMIT"),
        ("AT+HTTPDATA=5,120001", "LIMIT"),
        ("AT+HTTPDATA=5", "PARAMETERS"),
        ("AT+HTTPREAD=0,0", "LIMIT"),
        ("AT+HTTPREAD=319489,1", "LIMIT"),
        ("AT+HTTPSSL=2", "LIMIT"),
        ("AT+HTTPIPINIT", "UNKNOWN"),
    ],
)
def test_what_the_module_refuses(written: str, reason: str) -> None:
    assert heard(written) == reason


@pytest.mark.parametrize(
    ("said_line", "method", "status", "length"),
    [
        ("+HTTPACTION: 0,200,1000", HttpMethod.GET, 200, 1000),
        ("+HTTPACTION:0,200,262", HttpMethod.GET, 200, 262),
        ("+HTTPACTION: 0, 200,14384", HttpMethod.GET, 200, 14384),
        ("+HTTPACTION: 1,200,0", HttpMethod.POST, 200, 0),
        ("+HTTPACTION: 2,200,0", HttpMethod.HEAD, 200, 0),
        ("+HTTPACTION: 0,601,0", HttpMethod.GET, HttpStatus.NETWORK_ERROR, 0),
    ],
)
def test_the_outcome(said_line: str, method: HttpMethod, status: int, length: int) -> None:
    assert urc(said_line) == HttpActionResult(method=method, status=status, length=length)


def test_an_outcome_newer_than_the_manual_is_no_noise() -> None:
    result = urc("+HTTPACTION: 0,715,0")
    assert isinstance(result, HttpActionResult)
    assert (result.status, result.status.name, result.status.known) == (715, "UNKNOWN_715", False)


def test_the_request_ends_with_the_outcome_of_its_own_method() -> None:
    exchange, _ = said(HttpAction(method=HttpMethod.GET), b"\r\nOK\r\n")
    assert not exchange.finished
    exchange, _ = said(HttpAction(method=HttpMethod.GET), b"\r\nOK\r\n\r\n+HTTPACTION: 1,200,0\r\n")
    assert not exchange.finished
    exchange, _ = said(HttpAction(method=HttpMethod.GET), b"\r\nOK\r\n\r\n+HTTPACTION: 0,404,9\r\n")
    assert exchange.finished
    assert exchange.answer() == HttpActionResult(method=HttpMethod.GET, status=404, length=9)


def test_it_is_given_up_with_httpterm_and_probed_with_httpstatus() -> None:
    wire = HttpAction.wire
    assert (wire.abort.after, wire.abort.command) == (Means.COMMAND, HttpTerm)
    assert wire.probe is not None
    assert (wire.probe.command, wire.probe.field, wire.probe.idle) == (HttpStatusRead, "status", HttpActivity.IDLE)
    assert HttpDataInput.wire.abort.entry is Means.FILL


@pytest.mark.parametrize("header", ["+HTTPREAD: 5", "+HTTPREAD:5"])
def test_a_body(header: str) -> None:
    assert answer(HttpRead(), header, payload=b"hello") == HttpReadHeader(length=5)
    assert answer(HttpReadRange(start=0, size=9), header, payload=b"\r\nOK\r") == HttpReadHeader(length=5)


def test_no_body_is_a_plain_ok() -> None:
    assert answer(HttpRead()) is None
    assert answer(HttpReadRange(start=5, size=5)) is None


def test_a_header_block() -> None:
    block = b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n"
    assert answer(HttpHead(), f"+HTTPHEAD: {len(block)}", payload=block) == HttpHeadHeader(length=len(block))


def test_more_than_the_module_can_hold_is_no_header() -> None:
    exchange, events = said(HttpRead(), b"\r\n+HTTPREAD: %d\r\n" % (BODY_MAXIMUM + 1))
    assert [event.rule for event in events] == ["wrong-count"]
    assert not exchange.lines


@pytest.mark.parametrize(
    ("said_line", "progress"),
    [
        ("+HTTPSTATUS: GET,1,1440,7915", (HttpVerb.GET, HttpActivity.RECEIVING, 1440, 7915)),
        ("+HTTPSTATUS: GET,0,0,0", (HttpVerb.GET, HttpActivity.IDLE, 0, 0)),
        ("+HTTPSTATUS: POST,2,1440,608", (HttpVerb.POST, HttpActivity.SENDING, 1440, 608)),
        ("+HTTPSTATUS:POST,0,0,0", (HttpVerb.POST, HttpActivity.IDLE, 0, 0)),
    ],
)
def test_the_progress(said_line: str, progress: tuple[HttpVerb, HttpActivity, int, int]) -> None:
    method, status, finish, remain = progress
    wanted = HttpProgress(method=method, status=status, finish=finish, remain=remain)
    assert answer(HttpStatusRead(), said_line) == wanted
    assert line(wanted) == said_line.replace(":", ": ").replace(":  ", ": ")


def test_the_prompt_for_a_body() -> None:
    exchange, _ = said(HttpDataInput(size=5, time=10_000), b"\r\nDOWNLOAD\r\n")
    assert exchange.prompted
    assert exchange.granted == 5


def test_init_when_initialised_is_an_error() -> None:
    with pytest.raises(CommandFailed):
        answer(HttpInit(), final="ERROR")


def test_stored_switches() -> None:
    assert answer(HttpSsl.query(), "+HTTPSSL: 1") == HttpSsl(enabled=1)
    assert answer(HttpGetHead.query(), "+HTTPGETHEAD: 0") == HttpGetHead()


def test_limits_hold_before_a_byte_is_written() -> None:
    with pytest.raises(LimitExceeded, match="allowed is 1 to 319488"):
        HttpDataInput(size=BODY_MAXIMUM + 1)
    with pytest.raises(LimitExceeded):
        HttpReadRange(start=0, size=BODY_MAXIMUM + 1)


@pytest.mark.parametrize("number", [*range(100, 102), *range(200, 207), *range(300, 306), 307, *range(400, 418)])
def test_the_manual_list_of_statuses(number: int) -> None:
    assert HttpStatus(number).known


@pytest.mark.parametrize(
    ("number", "retry", "remedy"),
    [
        (600, False, "AT+HTTPSSL"),
        (601, True, "AT+SAPBR=2"),
        (602, False, "BREAK"),
        (603, True, "AT+HTTPTERM"),
        (604, True, "AT+HTTPTERM"),
        (605, False, "TLS"),
        (606, False, "TLS"),
    ],
)
def test_the_numbers_of_the_module_name_a_remedy(number: int, retry: bool, remedy: str) -> None:
    code = HttpStatus(number)
    assert code.retry is retry
    assert remedy in code.remedy


def test_an_outcome_is_not_taken_for_the_answer_to_a_test_form() -> None:
    test = heard("AT+HTTPACTION=?")
    assert not isinstance(test, str)
    wire = b"\r\n+HTTPACTION: 0,200,5\r\n\r\n+HTTPACTION: (0-3)\r\n\r\nOK\r\n"
    exchange, events = said(test, wire)
    assert [event.kind for event in events] == ["urc", "reply", "final"]
    assert exchange.answer().values == "(0-3)"  # type: ignore[attr-defined]
