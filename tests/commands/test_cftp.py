"""Literal lines of the SIM7100 Internet service note V0.01, 5.7 to 5.11, and of the SIM5320 AT manual V2.02 16.3."""

from __future__ import annotations

import pytest

from simcom_async.at.command import Command, Means
from simcom_async.at.event import PayloadChunk, UrcLine
from simcom_async.at.exchange import State
from simcom_async.commands import cftp
from simcom_async.commands.cftp import CftpCode, CftpEvent, CftpGet, CftpGetFile, CftpList, CftpPut, CftpPutFile
from simcom_async.dialects import SIM7100
from simcom_async.errors import CommandFailed, LimitExceeded, UsageError
from tests.commands.spoken import heard, line, said, urc

OK, ERROR = b"\r\nOK\r\n", b"\r\nERROR\r\n"
CHINESE = b"\xb2\xe2\xca\xd4.txt".decode("utf-8", "surrogateescape")

COMMANDS: list[tuple[str, Command[object]]] = [
    ('AT+CFTPGETFILE="/pub/mydir/test1.txt",1', CftpGetFile(path="/pub/mydir/test1.txt", directory=1)),
    ('AT+CFTPGETFILE={non-ascii}"B2E2CAD42E747874",2', CftpGetFile(path=CHINESE, directory=2)),
    ('AT+CFTPGETFILE="f",0,100', CftpGetFile(path="f", offset=100)),
    ('AT+CFTPPUTFILE="test2.txt",1', CftpPutFile(path="test2.txt", directory=1)),
    ('AT+CFTPPUTFILE="test2.txt",8,5', CftpPutFile(path="test2.txt", directory=8, offset=5)),
    ('AT+CFTPGET="/pub/mydir/test1.txt"', CftpGet(path="/pub/mydir/test1.txt")),
    ('AT+CFTPGET="f",2147483647', CftpGet(path="f", offset=2_147_483_647)),
    ('AT+CFTPPUT="/pub/mydir/test1.txt"', CftpPut(path="/pub/mydir/test1.txt")),
    ('AT+CFTPPUT="f",0', CftpPut(path="f", offset=0)),
    ('AT+CFTPLIST="/testd"', CftpList(directory="/testd")),
]


@pytest.mark.parametrize(("written", "command"), COMMANDS)
def test_commands(written: str, command: Command[object]) -> None:
    assert command.text.decode() == written
    assert heard(written, SIM7100) == command


def test_a_path_in_two_parts_is_one() -> None:
    assert heard('AT+CFTPGET={non-ascii}"/2F74657374646972/B2E2CAD42E747874"', SIM7100) == CftpGet(
        path=f"/testdir/{CHINESE}"
    )


EVENTS: list[tuple[str, type[CftpEvent]]] = [
    ("+CFTPGET", cftp.CftpGetEvent),
    ("+CFTPLIST", cftp.CftpListEvent),
    ("+CFTPGETFILE", cftp.CftpGetFileEvent),
    ("+CFTPPUTFILE", cftp.CftpPutFileEvent),
]


@pytest.mark.parametrize(("tag", "kind"), EVENTS)
@pytest.mark.parametrize("number", [0, 201, 214, 219, 999])
def test_ends(tag: str, kind: type[CftpEvent], number: int) -> None:
    for colon in (":", ": "):
        assert urc(f"{tag}{colon}{number}", SIM7100) == kind(code=CftpCode(number))
    assert line(kind(code=CftpCode(number))) == f"{tag}: {number}"


@pytest.mark.parametrize("header", ["DATA,{}", "DATA, {}", "DATA, {},"])
@pytest.mark.parametrize("order", ["before", "after"])
@pytest.mark.parametrize(("command", "tag"), [(CftpGet(path="f"), "+CFTPGET"), (CftpList(directory="d"), "+CFTPLIST")])
def test_packets_are_counted_whatever_they_hold(command: Command[CftpEvent], tag: str, order: str, header: str) -> None:
    """Three spacings in one section (A39); the final result stands in front of the packets, or behind them."""
    bodies = [b"\r\n+CFTPGET: 0\r\nOK\r\n", b"\x1a\x03", bytes(range(256)) * 4]
    packets = b"".join(f"\r\n{tag}: {header.format(len(body))}\r\n".encode() + body for body in bodies)
    packets += f"\r\n{tag}: 0\r\n".encode()
    exchange, events = said(command, OK + packets if order == "after" else packets + OK, SIM7100)
    assert exchange.state is State.DONE
    answer = exchange.answer()
    assert isinstance(answer, CftpEvent)
    assert answer.code is CftpCode.DONE
    chunks = [event for event in events if isinstance(event, PayloadChunk)]
    assert b"".join(chunk.data for chunk in chunks) == b"".join(bodies)
    assert all(chunk.command is command for chunk in chunks)


def test_an_empty_file_has_no_packet() -> None:
    exchange, _ = said(CftpGet(path="f"), OK + b"\r\n+CFTPGET: 0\r\n", SIM7100)
    assert exchange.state is State.DONE


def test_the_port_is_taken_until_the_end() -> None:
    exchange, events = said(CftpGet(path="f"), OK + b"\r\n+CFTPGET: DATA,1\r\nx", SIM7100)
    assert exchange.state is State.AWAITING
    assert not exchange.port_free
    assert isinstance(events[1], UrcLine)
    assert said(CftpGetFile(path="f"), OK, SIM7100)[0].port_free


@pytest.mark.parametrize(
    ("wire", "code"),
    [
        (b"\r\n+CME ERROR: 208\r\n", 208),
        (b"\r\n+CFTPPUT: 211\r\n" + ERROR, 211),
        (b"\r\n+CFTPPUT: BEGIN\r\n\r\n+CFTPPUT: 210\r\n" + ERROR, 210),
    ],
)
def test_an_upload_fails_by_its_code(wire: bytes, code: int) -> None:
    exchange, _ = said(CftpPut(path="f"), wire, SIM7100)
    assert exchange.state is State.FAILED
    with pytest.raises(CommandFailed) as failed:
        exchange.answer()
    assert failed.value.code == code
    assert failed.value.meaning


def test_an_upload_is_entered_behind_its_prompt_and_left_with_ctrl_z() -> None:
    exchange, _ = said(CftpPut(path="f"), b"\r\n+CFTPPUT: BEGIN\r\n", SIM7100)
    assert exchange.prompted
    assert exchange.granted is None
    assert CftpPut.wire.abort.entry is Means.SUB


def test_test_forms_are_told_from_results() -> None:
    for command, values in (
        (CftpGet, '[{non-ascii}] "FILEPATH"'),
        (CftpPut, '[{non-ascii}] "FILEPATH"'),
        (CftpList, '[{non-ascii}] "FILEPATH"'),
        (CftpGetFile, '[{non-ascii}]"FILEPATH", (0-8)'),
        (CftpPutFile, '[{non-ascii}] "FILEPATH", (0-8)'),
    ):
        assert command.wire.tested == values


def test_limits() -> None:
    for values in ({"path": ""}, {"path": "x" * 257}, {"path": "f", "directory": 9}, {"path": "f", "offset": -1}):
        with pytest.raises(LimitExceeded):
            CftpGetFile(**values)
    with pytest.raises(LimitExceeded):
        CftpGet(path="f", offset=2_147_483_648)


@pytest.mark.parametrize("path", ['a"b', "a\rb", "a\nb", "\x1a", "\x1b", "\x00"])
def test_nothing_breaks_out(path: str) -> None:
    with pytest.raises(UsageError):
        CftpGet(path=path)
    hexed = f'AT+CFTPGET={{non-ascii}}"{path.encode().hex()}"'
    assert heard(hexed, SIM7100) == "LIMIT"
