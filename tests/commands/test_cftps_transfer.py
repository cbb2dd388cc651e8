"""Literal lines of the SIM7100 Internet service note V0.01, 8.11 to 8.15, and of the SIM5320 AT manual V2.02 16.4."""

from __future__ import annotations

from typing import Any

import pytest

from simcom_async.at.command import Command, Means
from simcom_async.at.event import PayloadChunk
from simcom_async.at.exchange import State
from simcom_async.commands import cftps_transfer as messages
from simcom_async.commands.cftps import CftpsCode, CftpsEvent
from simcom_async.commands.cftps_transfer import (
    CftpsGet,
    CftpsGetFile,
    CftpsList,
    CftpsListHere,
    CftpsPut,
    CftpsPutEvent,
    CftpsPutFile,
    CftpsPutFinish,
    CftpsPutMore,
    CftpsPutRead,
    CftpsPutUnsent,
)
from simcom_async.dialects import SIM7100
from simcom_async.errors import CommandFailed, LimitExceeded
from tests.commands.spoken import heard, line, said, urc

OK, ERROR = b"\r\nOK\r\n", b"\r\nERROR\r\n"
COMMANDS: list[tuple[str, Command[Any]]] = [
    ('AT+CFTPSLIST="/testd"', CftpsList(directory="/testd")),
    ("AT+CFTPSLIST", CftpsListHere()),
    ('AT+CFTPSGETFILE="/pub/mydir/test1.txt",1', CftpsGetFile(path="/pub/mydir/test1.txt", directory=1)),
    ('AT+CFTPSPUTFILE="test2.txt",1', CftpsPutFile(path="test2.txt", directory=1)),
    ('AT+CFTPSPUTFILE="test2.txt",0,9', CftpsPutFile(path="test2.txt", offset=9)),
    ('AT+CFTPSGET="/pub/mydir/test1.txt"', CftpsGet(path="/pub/mydir/test1.txt")),
    ('AT+CFTPSPUT="t1.txt",10', CftpsPut(path="t1.txt", length=10)),
    ('AT+CFTPSPUT="t1.txt",10,5', CftpsPut(path="t1.txt", length=10, offset=5)),
    ("AT+CFTPSPUT=10", CftpsPutMore(length=10)),
    ("AT+CFTPSPUT", CftpsPutFinish()),
    ("AT+CFTPSPUT?", CftpsPutRead()),
]


@pytest.mark.parametrize(("written", "command"), COMMANDS)
def test_commands(written: str, command: Command[Any]) -> None:
    assert command.text.decode() == written
    assert heard(written, SIM7100) == command


@pytest.mark.parametrize(
    ("misprinted", "command"),
    [
        ('AT+CFTPSSLIST="/testd"', CftpsList(directory="/testd")),
        ("AT+CFTPSSLIST", CftpsListHere()),
        ('AT+CFTSPGETFILE="f",0', CftpsGetFile(path="f")),
        ('AT+CFTPSPPUTFILE="f",0', CftpsPutFile(path="f")),
    ],
)
def test_the_misprints_are_understood(misprinted: str, command: Command[Any]) -> None:
    assert heard(misprinted, SIM7100) == command


EVENTS: list[tuple[tuple[str, ...], type[CftpsEvent]]] = [
    (("+CFTPSLIST", "+CFTPSSLIST"), messages.CftpsListEvent),
    (("+CFTPSGET",), messages.CftpsGetEvent),
    (("+CFTPSGETFILE",), messages.CftpsGetFileEvent),
    (("+CFTPSPUTFILE", "+CFTPSPPUTFILE"), messages.CftpsPutFileEvent),
    (("+CFTPSPUT", "+CFTPSSPUT"), messages.CftpsPutEvent),
]


@pytest.mark.parametrize(("tags", "kind"), EVENTS)
def test_ends(tags: tuple[str, ...], kind: type[CftpsEvent]) -> None:
    for tag in tags:
        assert urc(f"{tag}: 0", SIM7100) == urc(f"{tag}:0", SIM7100) == kind(code=CftpsCode.DONE)
    assert line(kind(code=CftpsCode.CLOSED)) == f"{tags[0]}: 4"


@pytest.mark.parametrize(
    ("command", "tag"),
    [
        (CftpsGet(path="f"), "+CFTPSGET"),
        (CftpsList(directory="d"), "+CFTPSLIST"),
        (CftpsListHere(), "+CFTPSSLIST"),
    ],
)
@pytest.mark.parametrize("header", ["DATA,{}", "DATA, {},"])
def test_packets_are_counted_whatever_they_hold(command: Command[Any], tag: str, header: str) -> None:
    body = bytes(range(256)) + b"\r\n+CFTPSGET: 0\r\n\r\nOK\r\n"
    wire = OK + f"\r\n{tag}: {header.format(len(body))}\r\n".encode() + body
    exchange, events = said(command, wire, SIM7100)
    assert not exchange.port_free
    assert b"".join(event.data for event in events if isinstance(event, PayloadChunk)) == body
    exchange, _ = said(command, wire + f"\r\n{tag}: 4\r\n".encode(), SIM7100)
    assert exchange.state is State.DONE
    assert exchange.answer().code is CftpsCode.CLOSED  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", [CftpsPut(path="f", length=5), CftpsPutMore(length=5)])
def test_a_block_is_counted(command: Command[Any]) -> None:
    exchange, _ = said(command, b"\r\n>", SIM7100)
    assert exchange.prompted
    assert exchange.granted == 5
    assert command.wire.abort.entry is Means.FILL
    exchange, _ = said(command, b"\r\n>\r\n+CFTPSPUT: 6\r\n" + ERROR, SIM7100)
    with pytest.raises(CommandFailed) as failed:
        exchange.answer()
    assert failed.value.code == CftpsCode.TRANSFER_FAILED


def test_the_end_and_the_question_look_alike() -> None:
    exchange, _ = said(CftpsPutFinish(), OK + b"\r\n+CFTPSSPUT: 0\r\n", SIM7100)
    assert exchange.answer() == CftpsPutEvent(code=CftpsCode.DONE)
    exchange, _ = said(CftpsPutRead(), b"\r\n+CFTPSPUT: 88\r\n" + OK, SIM7100)
    assert exchange.answer() == CftpsPutUnsent(unsent=88)


def test_limits() -> None:
    for kind, values in (
        (CftpsPut, {"path": "f", "length": 0}),
        (CftpsPut, {"path": "f", "length": 1025}),
        (CftpsPutMore, {"length": 1025}),
        (CftpsGetFile, {"path": "f", "directory": 9}),
        (CftpsGet, {"path": "x" * 257}),
    ):
        with pytest.raises(LimitExceeded):
            kind(**values)
