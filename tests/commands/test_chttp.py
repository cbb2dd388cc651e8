"""Literal lines of the SIM7100 Internet service note, chapter 6, and of device logs."""

from __future__ import annotations

from typing import Any

import pytest

from simcom_async.at.command import Command, Means, Service
from simcom_async.at.demux import Demux
from simcom_async.at.event import PayloadChunk
from simcom_async.at.exchange import Exchange
from simcom_async.commands.chttp import ChttpAct, ChttpCode, ChttpEvent, ChttpPacket, ChttpRequest
from simcom_async.commands.results import CmeError
from simcom_async.dialects import SIM7100
from simcom_async.errors import CommandFailed, LimitExceeded, UsageError
from tests.commands.spoken import heard, line, urc

ACT = ChttpAct(host="www.mywebsite.com", port=80)
REQUEST = b"\r\n+CHTTPACT: REQUEST\r\n"
ENTRY = b"GET / HTTP/1.1\r\n\r\n\x1a"
CODES = [(0, False), (220, False), (221, True), (222, True), (223, True), (224, True), (225, True)]
CODES += [(226, False), (227, True)]


def exchanged(*wires: bytes, entry: bytes = ENTRY, command: Command[Any] = ACT) -> tuple[Exchange, list[Any]]:
    """The exchange after these bytes, behind the first of which the entry was written, and all events."""
    demux, exchange = Demux(SIM7100), Exchange(command)
    demux.arm(exchange)
    exchange.written()
    events: list[Any] = []
    for wire in wires:
        events += demux.receive(wire)
        if exchange.prompted:
            demux.entered(entry)
            exchange.entered()
    return exchange, events


@pytest.mark.parametrize(("number", "retry"), CODES)
def test_the_codes(number: int, retry: bool) -> None:
    code = ChttpCode(number)
    assert (code.known, code.retry) == (True, retry)
    assert len(ChttpCode) == len(CODES)


@pytest.mark.parametrize("number", range(220, 228))
def test_the_codes_are_numbers_of_cme_errors_too(number: int) -> None:
    assert CmeError(number).known
    assert CmeError(number).retry is ChttpCode(number).retry


def test_a_code_of_newer_firmware_survives() -> None:
    """237 was seen in a log and is in no document."""
    ended = urc("+CHTTPACT: 237", SIM7100)
    assert ended == ChttpEvent(code=ChttpCode(237))
    assert isinstance(ended, ChttpEvent)
    assert not ended.code.known


def test_the_command() -> None:
    assert ACT.text == b'AT+CHTTPACT="www.mywebsite.com",80'
    assert heard('AT+CHTTPACT="www.mywebsite.com",80', SIM7100) == ACT
    assert heard('AT+CHTTPACT="www.mywebsite.com",0', SIM7100) == "LIMIT"
    assert heard('AT+CHTTPACT="",80', SIM7100) == "LIMIT"
    assert heard('AT+CHTTPACT="www.mywebsite.com"', SIM7100) == "PARAMETERS"
    with pytest.raises(LimitExceeded, match="1 to 65535"):
        ChttpAct(host="h", port=65536)
    with pytest.raises(UsageError, match="a quote"):
        ChttpAct(host='h",80\r', port=80)


@pytest.mark.parametrize("blank", [b"", b" "])
@pytest.mark.parametrize("echo", [b"", ENTRY])
def test_an_answer_in_packets(blank: bytes, echo: bytes) -> None:
    header = b"\r\n+CHTTPACT: DATA," + blank
    first, second = b"HTTP/1.1 200 OK\r\n\r\n+CHTTPACT: 0\r\n", b"\r\nOK\r\n\x1a\x03"
    exchange, events = exchanged(
        b'AT+CHTTPACT="www.mywebsite.com",80\r' + REQUEST if echo else REQUEST,
        echo + b"\r\nOK\r\n" + header + b"%d\r\n" % len(first) + first,
        header + b"%d\r\n" % len(second) + second + b"\r\n+CHTTPACT: 0\r\n",
    )
    assert b"".join(event.data for event in events if isinstance(event, PayloadChunk)) == first + second
    assert exchange.answer() == ChttpEvent(code=ChttpCode.DONE)


def test_the_port_is_taken_until_the_end() -> None:
    exchange, _ = exchanged(REQUEST, b"\r\nOK\r\n\r\n+CHTTPACT: DATA,1\r\nx")
    assert not exchange.port_free
    exchange, _ = exchanged(REQUEST, b"\r\nOK\r\n\r\n+CHTTPACT: DATA,1\r\nx\r\n+CHTTPACT:224\r\n")
    assert exchange.port_free
    assert exchange.answer() == ChttpEvent(code=ChttpCode.TRANSFER_FAILED)


@pytest.mark.parametrize(
    "wires",
    [
        (b"\r\n+CME ERROR: 222\r\n",),
        (REQUEST, b"\r\n+CME ERROR: 222\r\n"),
        (b"\r\n+CHTTPACT: 222\r\n\r\nERROR\r\n",),
        (REQUEST, b"\r\n+CHTTPACT:222\r\n\r\nERROR\r\n"),
    ],
)
def test_every_form_of_a_failure_has_its_code(wires: tuple[bytes, ...]) -> None:
    exchange, _ = exchanged(*wires)
    with pytest.raises(CommandFailed) as failed:
        exchange.answer()
    assert (failed.value.code, failed.value.retry) == (222, True)
    assert "wait some seconds" in failed.value.remedy


def test_what_the_module_says() -> None:
    assert line(ChttpRequest()) == "+CHTTPACT: REQUEST"
    assert line(ChttpPacket(length=249)) == "+CHTTPACT: DATA,249"
    assert line(ChttpPacket(length=249), documented=True) == "+CHTTPACT: DATA, 249"
    assert line(ChttpEvent(code=ChttpCode.NETWORK)) == "+CHTTPACT: 227"


def test_how_it_is_given_up_and_what_it_excludes() -> None:
    wire = ChttpAct.wire
    assert (wire.abort.entry, wire.abort.after) == (Means.SUB, Means.WAIT)
    assert wire.service is Service.HTTP
    assert wire.excludes == (Service.HTTPS,)
    assert not wire.repeatable
