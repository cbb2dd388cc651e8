"""Demands of other people's clients on commands whose families are not declared yet, held by the language already.

Here small declarations stand for those families; the tests of the families themselves come with them.
"""

from typing import Annotated, Literal

import pytest

from simcom_async.at.command import ByParameter, Command, Entry, Form, Granted, Syntax, Terminated
from simcom_async.at.demux import Demux
from simcom_async.at.dialect import Dialect
from simcom_async.at.escape import SUB_ONLY, EscapeCodec
from simcom_async.at.exchange import Exchange, State
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Counted, Line, Prompt, Reply, Urc
from simcom_async.at.responder import CommandLine, EntryChunk, EntryEnd, Responder
from tests.at import speech as s


class BodyAtPrompt(Command[None]):
    """SIM900."""

    wire = Syntax(name="+SMTPBODY", form=Form.EXECUTE, entry=Entry(prompt=s.Mark, size=Terminated(SUB_ONLY)))


class BodyByLength(Command[None]):
    """SIM800, SIM7000."""

    wire = Syntax(name="+SMTPBODY", form=Form.WRITE, entry=Entry(prompt=s.Download, size=ByParameter("length")))
    length: Annotated[int, Range(0, 10240)]


class BodyInQuotes(Command[None]):
    """SIM7100."""

    wire = Syntax(name="+SMTPBODY", form=Form.WRITE)
    body: Annotated[str, Text(max=512)]


class AttachmentGrant(Prompt):
    wire = Line("+SMTPFT")
    mode: Literal[2] = 2
    length: int


class Attachment(Command[None]):
    wire = Syntax(name="+SMTPFT", form=Form.WRITE, entry=Entry(prompt=AttachmentGrant, size=Granted("length")))
    length: Annotated[int, Range(0, 1460)]


class OpenSession(Command[None]):
    wire = Syntax(name="+CHTTPSOPSE", form=Form.WRITE)
    host: Annotated[str, Text(max=255)]
    port: Annotated[int, Range(1, 65535)]
    type: Annotated[int | None, Range(1, 2)] = None


class Block(Reply):
    wire = Line("+FTPGET", opens=Counted("length", 1460))
    mode: Literal[2] = 2
    length: int


class ReadBlock(Command[Block]):
    wire = Syntax(name="+FTPGET", form=Form.WRITE, replies=(Block,))
    mode: Literal[2] = 2
    length: Annotated[int, Range(1, 1460)]


class GetEvent(Urc):
    wire = Line("+FTPGET")
    mode: Literal[1] = 1
    code: int


COMMANDS = (BodyAtPrompt, BodyByLength, BodyInQuotes, Attachment, OpenSession, ReadBlock)
DIALECT = Dialect("demands", COMMANDS, (GetEvent,))


def _said(line: bytes) -> tuple[Responder, Command[object] | None]:
    responder = Responder(DIALECT)
    (found,) = [item for item in responder.receive(line) if isinstance(item, CommandLine)]
    return responder, found.parts[0].command


@pytest.mark.parametrize(
    ("line", "command", "size", "entry", "body"),
    [
        (b"AT+SMTPBODY\r", BodyAtPrompt(), SUB_ONLY, b"Hello\x1a", b"Hello"),
        (b"AT+SMTPBODY=5\r", BodyByLength(length=5), 5, b"He\x1alo", b"He\x1alo"),
        (b'AT+SMTPBODY="Hello"\r', BodyInQuotes(body="Hello"), None, b"", b""),
    ],
)
def test_demand_12_the_three_forms_of_a_mail_body(
    line: bytes, command: Command[object], size: int | EscapeCodec | None, entry: bytes, body: bytes
) -> None:
    responder, found = _said(line)
    assert found == command
    if size is None:
        return
    items = responder.enter(size) + responder.receive(entry)
    assert b"".join(item.data for item in items if isinstance(item, EntryChunk)) == body
    assert items[-1] == EntryEnd()


def test_demand_14_nothing_left_is_an_empty_block_with_ok_and_the_end_comes_behind() -> None:
    demux, exchange = Demux(DIALECT), Exchange(ReadBlock(length=1024))
    demux.arm(exchange)
    exchange.written()
    events = demux.receive(b"\r\n+FTPGET: 2,0\r\n\r\nOK\r\n\r\n+FTPGET: 1,0\r\n")
    assert exchange.state is State.DONE
    assert exchange.answer() == Block(length=0)
    assert [getattr(event, "message", None) for event in events] == [Block(length=0), None, GetEvent(code=0)]


def test_demand_15_the_bytes_of_an_attachment_pass_as_they_are() -> None:
    content = bytes(range(256)) + b"\r\nOK\r\nAT+CSQ\r\x1a\x1b+++"
    responder, found = _said(b"AT+SMTPFT=%d\r" % len(content))
    assert found == Attachment(length=len(content))
    items = responder.enter(len(content)) + responder.receive(content)
    assert b"".join(item.data for item in items if isinstance(item, EntryChunk)) == content


@pytest.mark.parametrize(("argument", "type_"), [(b"", None), (b",2", 2)])
def test_demand_16_an_argument_of_later_firmware_is_an_optional_parameter(argument: bytes, type_: int | None) -> None:
    _, found = _said(b'AT+CHTTPSOPSE="h",443' + argument + b"\r")
    assert found == OpenSession(host="h", port=443, type=type_)
