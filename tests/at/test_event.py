"""Events are light, and build their message when somebody reads it."""

from typing import Annotated

from pydantic import SecretStr

from simcom_async.at.codec import compiled
from simcom_async.at.command import Command, Form, Syntax
from simcom_async.at.event import EchoLine, Gap, LineEvent, Noise, PayloadChunk, ReplyLine
from simcom_async.at.fields import Text
from simcom_async.at.message import Line, Reply
from tests.at import speech as s


def _line(text: bytes) -> LineEvent:
    entry = compiled(s.Signal)
    return ReplyLine(text, 7, "declared-reply", s.Query(), entry, entry.match(text))


def test_a_line_knows_its_place_and_builds_its_message_once() -> None:
    event = _line(b"+CSQ: 1,2")
    assert (event.start, event.end, event.kind) == (7, 16, "reply")
    assert event.declaration is s.Signal
    assert event.message == s.Signal(rssi=1, ber=2)
    assert event.message is event.message
    assert repr(event) == "ReplyLine(b'+CSQ: 1,2', declared-reply, Signal)"


def test_a_line_that_nothing_declares_has_no_message() -> None:
    event = Noise(b"\xff", 0, "no-line-of-at")
    assert (event.message, event.declaration) == (None, None)
    assert repr(event) == "Noise(b'\\xff', no-line-of-at)"


def test_law_10_a_secret_line_is_not_shown() -> None:
    class Stored(Reply):
        wire = Line("+PW")
        secret = True
        password: Annotated[SecretStr, Text()]

    entry = compiled(Stored)
    text = b'+PW: "hunter2"'
    event = ReplyLine(text, 0, "declared-reply", None, entry, entry.match(text))
    assert "hunter2" not in repr(event)


def test_chunks_and_gaps_say_how_much() -> None:
    chunk = PayloadChunk(b"abc", 0, 3, 5, None, None)
    assert repr(chunk) == "PayloadChunk(3 bytes at 5)"
    chunk.last = True
    assert repr(chunk) == "PayloadChunk(3 bytes at 5, last)"
    assert repr(Gap(3, 10, 12)) == "Gap(3 lost, 10 to 12)"


def test_law_10_the_echo_of_a_secret_command_is_not_shown() -> None:
    class Login(Command[None]):
        wire = Syntax(name="+LOGIN", form=Form.WRITE)
        password: Annotated[SecretStr, Text()]

    command = Login(password=SecretStr("hunter2"))
    event = EchoLine(command.text, 0, "echo-of-command", command)
    assert "hunter2" not in repr(event)
    assert "AT+LOGIN" in repr(event)
