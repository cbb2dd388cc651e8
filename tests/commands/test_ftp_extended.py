"""Literal lines of the SIM800 AT manual 12.2.20, 12.2.26, the SIM7000 AT manual 10.2.23 to 10.2.25 and the notes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from simcom_async.at.command import Means
from simcom_async.at.dialect import Dialect
from simcom_async.at.escape import DLE_ETX
from simcom_async.at.event import FinalLine, PayloadChunk, PromptLine
from simcom_async.at.exchange import State
from simcom_async.commands.ftp import FtpCode, FtpEvent, FtpQuit
from simcom_async.commands.ftp_extended import (
    FTP_MEMORY_LIMIT,
    FTP_MEMORY_MAXIMUM,
    FtpEtGet,
    FtpEtGetEvent,
    FtpEtGetStream,
    FtpEtPut,
    FtpEtPutEvent,
    FtpEtPutInput,
    FtpExtGet,
    FtpExtGetBlock,
    FtpExtGetEvent,
    FtpExtGetOff,
    FtpExtGetOutput,
    FtpExtGetProgress,
    FtpExtGetRead,
    FtpExtPut,
    FtpExtPutInput,
)
from simcom_async.commands.general import At
from simcom_async.dialects import SIM800, SIM7000
from simcom_async.errors import LimitExceeded
from simcom_async.link.link import Link
from simcom_async.ports.memory import memory_line
from tests.commands.spoken import answer, heard, line, said, urc
from tests.judge.console import DEADLINE, Console

HOSTILE = bytes(range(256)) * 2 + b"\r\nOK\r\n+FTPETGET: 1,0\r\n"


@pytest.mark.parametrize("dialect", [SIM800, SIM7000], ids=lambda dialect: dialect.name)
@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("AT+FTPEXTPUT=0", FtpExtPut(mode=0)),
        ("AT+FTPEXTPUT=1", FtpExtPut(mode=1)),
        ("AT+FTPEXTPUT=2,0,1024,10000", FtpExtPutInput(length=1024, time=10_000)),
        ("AT+FTPEXTGET=1", FtpExtGet()),
        ("AT+FTPEXTGET?", FtpExtGetRead()),
        ("AT+FTPEXTGET=3,0,174125", FtpExtGetOutput(length=174_125)),
        ("AT+FTPEXTGET=0", FtpExtGetOff()),
    ],
)
def test_commands(written: str, command: object, dialect: Dialect) -> None:
    assert heard(written, dialect) == command


@pytest.mark.parametrize(
    ("written", "command"),
    [("AT+FTPETPUT=1", FtpEtPut()), ("AT+FTPETPUT=2", FtpEtPutInput()), ("AT+FTPETGET=1", FtpEtGet())],
)
def test_only_the_sim7000_has_streams(written: str, command: object) -> None:
    assert heard(written, SIM7000) == command
    assert heard(written, SIM800) == "UNKNOWN"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("AT+FTPEXTPUT=3", "LIMIT"),
        ("AT+FTPEXTPUT=2", "LIMIT"),
        ("AT+FTPEXTPUT=2,0,0,10000", "LIMIT"),
        ("AT+FTPEXTPUT=2,0,307201,10000", "LIMIT"),
        ("AT+FTPEXTPUT=2,307201,1,10000", "LIMIT"),
        ("AT+FTPEXTPUT=2,0,1,999", "LIMIT"),
        ("AT+FTPEXTPUT=2,0,1,1000001", "LIMIT"),
        ("AT+FTPEXTPUT=2,0,1", "PARAMETERS"),
        ("AT+FTPEXTGET=2", "PARAMETERS"),
        ("AT+FTPEXTGET=3,0,307201", "LIMIT"),
        ("AT+FTPETPUT=3", "PARAMETERS"),
        ("AT+FTPETGET=2", "PARAMETERS"),
    ],
)
def test_what_the_module_refuses(written: str, reason: str) -> None:
    assert heard(written, SIM7000) == reason


@pytest.mark.parametrize(
    ("said_line", "message"),
    [
        ("+FTPEXTGET: 1,0", FtpExtGetEvent(code=FtpCode.DONE)),
        ("+FTPEXTGET: 1,61", FtpExtGetEvent(code=FtpCode.NETWORK_ERROR)),
        ("+FTPETPUT: 1,1", FtpEtPutEvent(code=FtpCode.READY)),
        ("+FTPETPUT:1,0", FtpEtPutEvent(code=FtpCode.DONE)),
        ("+FTPETGET: 1,0", FtpEtGetEvent(code=FtpCode.DONE)),
        ("+FTPETGET:1,79", FtpEtGetEvent(code=FtpCode.DOWNLOAD_ERROR)),
        ("+FTPETGET: 1,10", FtpEtGetEvent(code=FtpCode(10))),
    ],
)
def test_events(said_line: str, message: FtpEvent) -> None:
    assert urc(said_line, SIM7000) == message
    assert line(message).replace(" ", "") == said_line.replace(" ", "")


# --- memory ----------------------------------------------------------------------------------------------------------


def test_bytes_for_the_memory() -> None:
    exchange, _ = said(FtpExtPutInput(length=1024), b"\r\n+FTPEXTPUT: 0,1024\r\n")
    assert exchange.prompted
    assert exchange.granted == 1024
    assert FtpExtPutInput.wire.abort.entry is Means.FILL


def test_bytes_of_the_memory() -> None:
    header = f"+FTPEXTGET: 3,{len(HOSTILE)}"
    assert answer(FtpExtGetOutput(length=1024), header, payload=HOSTILE) == FtpExtGetBlock(length=len(HOSTILE))


@pytest.mark.parametrize("code", [0, 61, 64, 77, 80, 85, 86])
def test_a_download_to_the_memory_ends_with_its_event(code: int) -> None:
    exchange, _ = said(FtpExtGet(), f"\r\nOK\r\n\r\n+FTPEXTGET: 1,{code}\r\n".encode())
    assert exchange.answer() == FtpExtGetEvent(code=FtpCode(code))


@pytest.mark.parametrize(
    ("said_line", "progress"),
    [
        ("+FTPEXTGET: 1,64136", FtpExtGetProgress(state=1, length=64_136)),
        ("+FTPEXTGET: 1,0", FtpExtGetProgress(state=1, length=0)),
        ("+FTPEXTGET: 0", FtpExtGetProgress(state=0)),
        ("+FTPEXTGET:0,174125", FtpExtGetProgress(state=0, length=174_125)),
    ],
)
def test_how_far_it_is(said_line: str, progress: FtpExtGetProgress) -> None:
    assert answer(FtpExtGetRead(), said_line) == progress


async def test_the_query_is_answered_while_the_download_goes_on() -> None:
    """The answer looks as the end does: it answers the command in flight and leaves the download waiting."""
    near, far = memory_line()
    async with Console(far) as module, Link(near, SIM7000) as link, asyncio.timeout(DEADLINE):
        download = asyncio.create_task(link.send(FtpExtGet()))
        final = link.bus.expect(FinalLine)
        assert await module.read(15) == b"AT+FTPEXTGET=1\r"
        module.write(b"\r\nOK\r\n")
        await final.get(DEADLINE)
        query = asyncio.create_task(link.send(FtpExtGetRead()))
        assert await module.read(14) == b"AT+FTPEXTGET?\r"
        module.write(b"\r\n+FTPEXTGET: 1,64136\r\n\r\nOK\r\n")
        assert await query == FtpExtGetProgress(state=1, length=64_136)
        assert not download.done()
        module.write(b"\r\n+FTPEXTGET: 1,0\r\n")
        assert await download == FtpExtGetEvent(code=FtpCode.DONE)


def test_a_progress_that_comes_too_late_is_no_end() -> None:
    exchange, _ = said(FtpExtGet(), b"\r\nOK\r\n\r\n+FTPEXTGET: 1,174125\r\n")
    assert exchange.state is State.AWAITING


def test_the_memory_is_limited_before_a_byte_is_written() -> None:
    assert FTP_MEMORY_LIMIT == 300_000
    assert FtpExtPutInput(position=FTP_MEMORY_MAXIMUM, length=FTP_MEMORY_MAXIMUM).position == 307_200
    for command in (FtpExtPutInput, FtpExtGetOutput):
        with pytest.raises(LimitExceeded, match="allowed is 1 to 307200"):
            command(length=FTP_MEMORY_MAXIMUM + 1)
    with pytest.raises(LimitExceeded):
        FtpExtPutInput(length=1, time=999)


# --- streams that end with ETX ---------------------------------------------------------------------------------------


def test_what_is_ready_does_not_end_an_upload() -> None:
    exchange, _ = said(FtpEtPut(), b"\r\nOK\r\n\r\n+FTPETPUT: 1,1\r\n", SIM7000)
    assert exchange.state is State.AWAITING
    exchange, _ = said(FtpEtPut(), b"\r\nOK\r\n\r\n+FTPETPUT: 1,1\r\n\r\n+FTPETPUT:1,0\r\n", SIM7000)
    assert exchange.answer() == FtpEtPutEvent(code=FtpCode.DONE)


@pytest.mark.parametrize("early", [b"", b"\r\nOK\r\n"])
@pytest.mark.parametrize("prompt", [b"\r\n+FTPETPUT: 2,1\r\n", b"\r\n+FTPETPUT:2,1\r\n"])
def test_an_ok_may_stand_in_front_of_the_prompt(early: bytes, prompt: bytes) -> None:
    exchange, _ = said(FtpEtPutInput(), early + prompt, SIM7000)
    assert exchange.state is State.PROMPTED
    assert exchange.granted is None
    assert FtpEtPutInput.wire.entry is not None
    exchange, _ = said(FtpEtPutInput(), early + prompt + b"\r\nOK\r\n", SIM7000)
    assert exchange.state is State.DONE


def test_a_download_is_one_stream_up_to_etx() -> None:
    wire = b"\r\nOK\r\n\r\n+FTPETGET: 1,1\r\n" + DLE_ETX.encode(HOSTILE) + b"\x03\r\n+FTPETGET: 1,0\r\n"
    exchange, events = said(FtpEtGet(), wire, SIM7000)
    chunks = [event for event in events if isinstance(event, PayloadChunk)]
    assert b"".join(chunk.data for chunk in chunks) == HOSTILE
    assert all(chunk.command is exchange.command for chunk in chunks)
    assert chunks[0].header is not None
    assert chunks[0].header.message == FtpEtGetStream()
    assert exchange.answer() == FtpEtGetEvent(code=FtpCode.DONE)


@pytest.mark.parametrize("code", [0, 10, 11, 61, 77])
def test_a_download_that_fails_has_no_stream(code: int) -> None:
    exchange, events = said(FtpEtGet(), f"\r\nOK\r\n\r\n+FTPETGET: 1,{code}\r\n".encode(), SIM7000)
    assert exchange.answer() == FtpEtGetEvent(code=FtpCode(code))
    assert [event.kind for event in events] == ["final", "urc"]


def test_a_stream_holds_the_port() -> None:
    exchange, _ = said(FtpEtGet(), b"\r\nOK\r\n\r\n+FTPETGET: 1,1\r\nabc", SIM7000)
    assert not exchange.port_free
    assert FtpEtGet.wire.abort.after is Means.WAIT


async def test_an_entry_that_is_given_up_is_ended_with_etx() -> None:
    """Nothing else leaves the data mode; the upload that it belongs to is then quit."""
    never = asyncio.Event()

    async def source() -> AsyncIterator[bytes]:
        yield b"a\x03b"
        await never.wait()

    near, far = memory_line()
    async with Console(far) as module, Link(near, SIM7000) as link, asyncio.timeout(DEADLINE):
        prompt = link.bus.expect(PromptLine)
        entering = asyncio.create_task(link.send(FtpEtPutInput(), entry=source()))
        assert await module.read(14) == b"AT+FTPETPUT=2\r"
        module.write(b"\r\n+FTPETPUT: 2,1\r\n")
        await prompt.get(DEADLINE)
        assert await module.read(4) == b"a\x10\x03b"
        entering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await entering
        assert await module.read(1) == b"\x03"
        module.write(b"\r\nOK\r\n")
        alive = asyncio.create_task(link.send(At()))
        assert await module.read(3) == b"AT\r"
        module.write(b"\r\nOK\r\n")
        await alive
        assert module.unread == b""


@pytest.mark.parametrize("command", [FtpExtGet, FtpEtPut])
def test_a_transfer_is_given_up_with_ftpquit(command: type[FtpExtGet]) -> None:
    assert (command.wire.abort.after, command.wire.abort.command) == (Means.COMMAND, FtpQuit)


@pytest.mark.parametrize("name", ["EXTPUT", "EXTGET", "ETPUT", "ETGET"])
def test_the_test_forms_are_a_plain_ok(name: str) -> None:
    command = heard(f"AT+FTP{name}=?", SIM7000)
    assert not isinstance(command, str)
    assert answer(command) is None
