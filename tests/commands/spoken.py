"""The wire as the declarations see it: one side at a time, no modem and no port."""

from __future__ import annotations

from typing import Any

from simcom_async.at.codec import compiled
from simcom_async.at.command import Command
from simcom_async.at.commandline import parse
from simcom_async.at.demux import Demux
from simcom_async.at.dialect import Dialect
from simcom_async.at.event import PayloadChunk, UrcLine
from simcom_async.at.exchange import Exchange
from simcom_async.at.message import Message
from simcom_async.dialects import SIM800


def urc(line: str, dialect: Dialect = SIM800) -> Message | None:
    """The message of a line that comes by itself; None: it is declared nowhere."""
    events = Demux(dialect).receive(b"\r\n" + line.encode("latin-1") + b"\r\n")
    assert len(events) == 1, events
    return events[0].message if isinstance(events[0], UrcLine) else None


def answer(command: Command[Any], *lines: str, final: str = "OK", payload: bytes | None = None) -> Any:
    """What awaiting a command returns when the module says these lines; the last of them opens ``payload``."""
    wire = b"".join(b"\r\n" + line.encode("latin-1") for line in lines) + b"\r\n"
    if payload is not None:
        wire += payload
    exchange, events = said(command, wire + b"\r\n" + final.encode("latin-1") + b"\r\n")
    assert exchange.finished, f"{exchange!r}: {events}"
    if payload is not None:
        assert b"".join(event.data for event in events if isinstance(event, PayloadChunk)) == payload
    return exchange.answer()


def said(command: Command[Any], wire: bytes, dialect: Dialect = SIM800) -> tuple[Exchange, list[Any]]:
    """The exchange of a command after all these bytes, and the events of them."""
    demux = Demux(dialect)
    exchange = Exchange(command)
    demux.arm(exchange)
    exchange.written()
    return exchange, demux.receive(wire)


def heard(line: str, dialect: Dialect = SIM800) -> Command[Any] | str:
    """The one command of a line with its AT, or why it is refused, as a module reads it."""
    parts = list(parse(line[2:].encode("latin-1"), dialect))
    assert len(parts) == 1, parts
    return parts[0].command or (parts[0].refusal.reason.name if parts[0].refusal is not None else "")


def line(message: Message, *, documented: bool = False) -> str:
    """How a module says a message."""
    return compiled(type(message)).encode(message, documented=documented).decode("latin-1")
