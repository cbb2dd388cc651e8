"""Literal lines of the SIM7100 Internet service note, chapter 7, of the SIM5320 AT manual 16.5, and of device logs."""

from __future__ import annotations

from typing import Any

import pytest

from simcom_async.at.command import Command, Means, Service
from simcom_async.at.dialect import WireState
from simcom_async.at.event import PayloadChunk
from simcom_async.at.exchange import State
from simcom_async.commands.chttps import (
    CHTTPS_SEND_MAXIMUM,
    ChttpsCached,
    ChttpsClose,
    ChttpsCloseEvent,
    ChttpsCode,
    ChttpsDataWaiting,
    ChttpsFlush,
    ChttpsLayer,
    ChttpsOpen,
    ChttpsOpenEvent,
    ChttpsPacket,
    ChttpsPeerClosed,
    ChttpsReceive,
    ChttpsReceived,
    ChttpsReceiveRead,
    ChttpsSend,
    ChttpsSendRead,
    ChttpsSent,
    ChttpsStart,
    ChttpsStartEvent,
    ChttpsState,
    ChttpsStateRead,
    ChttpsStatus,
    ChttpsStop,
    ChttpsStopEvent,
    ChttpsUnsent,
)
from simcom_async.dialects import SIM7100
from simcom_async.errors import CommandFailed, LimitExceeded
from simcom_async.link.channel import spelling
from tests.commands.spoken import heard, line, said, urc

OPEN = ChttpsOpen(host="www.mywebsite.com", port=443)
CODES = [(0, False), (1, False), (2, True), (3, True), (4, True), (5, True), (6, True), (7, False), (8, True)]
CODES += [(13, True)]
SPELLINGS = ["CHTTPSSEND", "CHTTPSEND", "CHTTPSENDD", "CMMSSEND"]


def answered(command: Command[Any], wire: bytes) -> object:
    """What awaiting a command returns when the module says this."""
    exchange, _ = said(command, wire, SIM7100)
    return exchange.answer()


@pytest.mark.parametrize(("number", "retry"), CODES)
def test_the_codes(number: int, retry: bool) -> None:
    code = ChttpsCode(number)
    assert (code.known, code.retry) == (True, retry)
    assert len(ChttpsCode) == len(CODES)


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("AT+CHTTPSSTART", ChttpsStart()),
        ("AT+CHTTPSSTOP", ChttpsStop()),
        ('AT+CHTTPSOPSE="www.mywebsite.com",443', OPEN),
        ('AT+CHTTPSOPSE="h",443,2', ChttpsOpen(host="h", port=443, layer=ChttpsLayer.TLS)),
        ('AT+CHTTPSOPSE="h",80,1', ChttpsOpen(host="h", port=80, layer=ChttpsLayer.PLAIN)),
        ("AT+CHTTPSCLSE", ChttpsClose()),
        ("AT+CHTTPSSTATE", ChttpsStateRead()),
        ("AT+CHTTPSRECV=1", ChttpsReceive(length=1)),
        ("AT+CHTTPSRECV?", ChttpsReceiveRead()),
    ],
)
def test_commands(written: str, command: Command[Any]) -> None:
    assert heard(written, SIM7100) == command
    assert command.text == written.encode()


@pytest.mark.parametrize("name", SPELLINGS)
def test_every_spelling_of_sending_is_taken(name: str) -> None:
    assert heard(f"AT+{name}=88", SIM7100) == ChttpsSend(length=88)
    assert heard(f"AT+{name}", SIM7100) == ChttpsFlush()
    assert heard(f"AT+{name}?", SIM7100) == ChttpsSendRead()
    test = heard(f"AT+{name}=?", SIM7100)
    assert not isinstance(test, str)
    supported: Any = answered(test, b"\r\n+CHTTPSEND: (1-4096)\r\n\r\nOK\r\n")
    assert supported.values == "(1-4096)"


def test_the_host_writes_the_real_spelling_or_the_one_that_was_found_out() -> None:
    assert ChttpsSend(length=88).text == b"AT+CHTTPSSEND=88"
    state = WireState(spellings={ChttpsSend.wire.name: ChttpsSend.wire.documented})
    assert spelling(ChttpsSend(length=88), state) == b"AT+CHTTPSEND=88"
    assert spelling(ChttpsFlush(), state) == b"AT+CHTTPSEND"
    assert spelling(ChttpsSendRead(), state) == b"AT+CHTTPSEND?"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("AT+CHTTPSSEND=0", "LIMIT"),
        ("AT+CHTTPSSEND=4097", "LIMIT"),
        ("AT+CHTTPSRECV=0", "LIMIT"),
        ("AT+CHTTPSRECV", "FORM"),
        ('AT+CHTTPSOPSE="h",0', "LIMIT"),
        ('AT+CHTTPSOPSE="",443', "LIMIT"),
        ('AT+CHTTPSOPSE="h",443,3', "PARAMETERS"),
        ('AT+CHTTPSOPSE="h"', "PARAMETERS"),
    ],
)
def test_what_the_module_refuses(written: str, reason: str) -> None:
    assert heard(written, SIM7100) == reason


def test_limits_hold_before_a_byte_is_written() -> None:
    with pytest.raises(LimitExceeded, match="1 to 4096"):
        ChttpsSend(length=CHTTPS_SEND_MAXIMUM + 1)


@pytest.mark.parametrize(
    ("command", "event"),
    [
        (ChttpsStart(), ChttpsStartEvent),
        (ChttpsStop(), ChttpsStopEvent),
        (OPEN, ChttpsOpenEvent),
        (ChttpsClose(), ChttpsCloseEvent),
    ],
)
def test_a_result_may_stand_in_front_of_ok_behind_it_or_stay_away(command: Command[Any], event: Any) -> None:
    result = f"\r\n{command.wire.name}: 0\r\n".encode()
    ok = b"\r\nOK\r\n"
    assert answered(command, result + ok) == event(code=ChttpsCode.DONE)
    assert answered(command, ok + result.replace(b": ", b":")) == event(code=ChttpsCode.DONE)
    exchange, _ = said(command, ok, SIM7100)
    assert exchange.state is State.AWAITING
    assert exchange.optional
    with pytest.raises(CommandFailed) as failed:
        answered(command, result.replace(b"0", b"8") + b"\r\nERROR\r\n")
    assert failed.value.code == 8


@pytest.mark.parametrize("tag", ["+CHTTPSSEND: ", "+CHTTPSSEND:", "+CHTTPSEND: ", "+CHTTPSENDD: "])
def test_sending_ends_with_its_result(tag: str) -> None:
    assert answered(ChttpsFlush(), f"\r\nOK\r\n\r\n{tag}0\r\n".encode()) == ChttpsSent(code=ChttpsCode.DONE)
    assert answered(ChttpsFlush(), f"\r\n{tag}0\r\n\r\nOK\r\n".encode()) == ChttpsSent(code=ChttpsCode.DONE)
    assert answered(ChttpsSendRead(), f"\r\n{tag}88\r\n\r\nOK\r\n".encode()) == ChttpsUnsent(unsent=88)


def test_a_block_is_entered_behind_a_mark_without_a_line_end() -> None:
    exchange, _ = said(ChttpsSend(length=5), b"\r\n>", SIM7100)
    assert exchange.prompted
    assert exchange.granted == 5


def test_an_event_in_front_of_the_ok_of_a_block_is_an_event() -> None:
    exchange, events = said(ChttpsFlush(), b"\r\n+CHTTPS: RECV EVENT\r\n\r\nOK\r\n\r\n+CHTTPSSEND: 0\r\n", SIM7100)
    assert [event.message for event in events if event.kind == "urc"] == [
        ChttpsDataWaiting(),
        ChttpsSent(code=ChttpsCode.DONE),
    ]
    assert exchange.finished


@pytest.mark.parametrize("said_line", ["+CHTTPS: RECV EVENT", "+CHTTPS:RECV EVENT"])
def test_data_wait(said_line: str) -> None:
    assert urc(said_line, SIM7100) == ChttpsDataWaiting()


def test_the_server_has_closed() -> None:
    assert urc("+CHTTPSNOTIFY: PEER CLOSED", SIM7100) == ChttpsPeerClosed()


@pytest.mark.parametrize("colon", [b": ", b":"])
def test_what_the_server_said_is_fetched_in_packets(colon: bytes) -> None:
    first, second = b"HTTP/1.1 200 OK\r\n\r\nOK\r\n", b"\r\n+CHTTPSRECV: 0\r\n"
    wire = b"\r\nOK\r\n"
    for packet in (first, second):
        wire += b"\r\n+CHTTPSRECV" + colon + b"DATA,%d\r\n" % len(packet) + packet
    exchange, events = said(ChttpsReceive(length=1024), wire, SIM7100)
    assert not exchange.port_free
    exchange, events = said(ChttpsReceive(length=1024), wire + b"\r\n+CHTTPSRECV" + colon + b"0\r\n", SIM7100)
    assert b"".join(event.data for event in events if isinstance(event, PayloadChunk)) == first + second
    assert exchange.port_free
    assert exchange.answer() == ChttpsReceived(code=ChttpsCode.DONE)


def test_nothing_to_fetch_is_an_error_with_its_code() -> None:
    with pytest.raises(CommandFailed) as failed:
        answered(ChttpsReceive(length=1), b"\r\n+CHTTPSRECV: 3\r\n\r\nERROR\r\n")
    assert (failed.value.code, failed.value.retry) == (3, True)


@pytest.mark.parametrize("said_line", ["+CHTTPSRECV: LEN,249", "+CHTTPSRECV:LEN, 249"])
def test_how_much_waits(said_line: str) -> None:
    wire = f"\r\n{said_line}\r\n\r\nOK\r\n".encode()
    assert answered(ChttpsReceiveRead(), wire) == ChttpsCached(length=249)


def test_how_far_the_session_has_come() -> None:
    wire = b"\r\n+CHTTPSSTATE: 7\r\n\r\nOK\r\n"
    assert answered(ChttpsStateRead(), wire) == ChttpsStatus(state=ChttpsState.SESSION_OPEN)


def test_what_the_module_says() -> None:
    assert line(ChttpsSent(code=ChttpsCode.DONE)) == "+CHTTPSSEND: 0"
    assert line(ChttpsSent(code=ChttpsCode.DONE), documented=True) == "+CHTTPSEND: 0"
    assert line(ChttpsUnsent(unsent=88), documented=True) == "+CHTTPSEND: 88"
    assert line(ChttpsPacket(length=249)) == "+CHTTPSRECV: DATA,249"
    assert line(ChttpsReceived(code=ChttpsCode.CLOSED)) == "+CHTTPSRECV: 3"
    assert line(ChttpsCached(length=0)) == "+CHTTPSRECV: LEN,0"
    assert line(ChttpsDataWaiting()) == "+CHTTPS: RECV EVENT"
    assert line(ChttpsPeerClosed()) == "+CHTTPSNOTIFY: PEER CLOSED"


def test_how_work_is_given_up() -> None:
    assert ChttpsSend.wire.abort.entry is Means.FILL
    assert (ChttpsOpen.wire.abort.after, ChttpsOpen.wire.abort.command) == (Means.COMMAND, ChttpsClose)
    assert (ChttpsFlush.wire.abort.after, ChttpsFlush.wire.abort.command) == (Means.WAIT, None)
    probe = ChttpsFlush.wire.probe
    assert probe is not None
    assert (probe.command, probe.field, probe.idle) == (ChttpsSendRead, "unsent", 0)
    assert ChttpsReceive.wire.abort.after is Means.WAIT
    assert {command.wire.service for command in (ChttpsOpen, ChttpsReceive, ChttpsSend)} == {Service.HTTPS}
