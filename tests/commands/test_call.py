"""Literal lines of the SIM800 AT manual V1.12 2.2 and 3.2, and of dial-up scripts."""

from __future__ import annotations

import pytest

from simcom_async.commands.call import (
    Answer,
    CallConnected,
    CallerIdentity,
    CallerPresentation,
    CallerPresentationRead,
    CallerPresentationState,
    CallerProvision,
    CallRinging,
    CellularResult,
    Dial,
    DialVoice,
    HangUp,
    PulseDialling,
    ResumeConnection,
    Ring,
    RingType,
    ToneDialling,
    VoiceHangUp,
    VoiceHangUpControl,
)
from simcom_async.commands.topics import CallProgress, Incoming
from simcom_async.errors import CommandFailed, UsageError
from tests.commands.spoken import answer, heard, said, urc


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("ATD*99#", Dial(number="*99#")),
        ("ATDT*99***1#", Dial(number="T*99***1#")),
        ("ATD *99#", Dial(number="*99#")),
        ("ATDT123,45", Dial(number="T123,45")),
        ("ATD6241;", DialVoice(number="6241;")),
        ("ATD+8613918186089I;", DialVoice(number="+8613918186089I;")),
        ("ATA", Answer()),
        ("ATH", HangUp()),
        ("ATH0", HangUp(value=0)),
        ("ATO", ResumeConnection()),
        ("ATO0", ResumeConnection(value=0)),
        ("ATT", ToneDialling()),
        ("ATP", PulseDialling()),
        ("AT+HVOIC", VoiceHangUp()),
        ("AT+CLIP=1", CallerPresentation(mode=1)),
        ("AT+CLIP?", CallerPresentationRead()),
        ("AT+CRC=1", CellularResult(mode=1)),
        ("AT+CVHU=0", VoiceHangUpControl(mode=0)),
    ],
)
def test_commands(written: str, command: object) -> None:
    assert heard(written) == command


def test_the_number_is_written_as_it_is() -> None:
    assert Dial(number="*99#").text == b"ATD*99#"
    assert DialVoice(number="112;").text == b"ATD112;"


@pytest.mark.parametrize("number", ["", "*99#;", "abc;", "12\r", '"x"', "1;2"])
def test_what_is_no_number(number: str) -> None:
    with pytest.raises(UsageError):
        Dial(number=number)


@pytest.mark.parametrize(
    ("said_line", "message", "topic"),
    [
        ("RING", Ring(), Incoming),
        ("+CRING: VOICE", RingType(kind="VOICE"), Incoming),
        ("+CRING: REL ASYNC", RingType(kind="REL ASYNC"), Incoming),
        ('+CLIP: "62418148",129', CallerIdentity(number="62418148", type=129), Incoming),
        (
            '+CLIP: "+8613918186089",145,"",0,"Daniel",0',
            CallerIdentity(
                number="+8613918186089", type=145, subaddress="", subaddress_type="0", name="Daniel", validity=0
            ),
            Incoming,
        ),
        ("MO RING", CallRinging(), CallProgress),
        ("MO CONNECTED", CallConnected(), CallProgress),
    ],
)
def test_what_it_says_by_itself(said_line: str, message: object, topic: type) -> None:
    found = urc(said_line)
    assert found == message
    assert isinstance(found, topic)


def test_caller_and_setting_are_told_apart() -> None:
    state = CallerPresentationState(mode=1, provision=CallerProvision.UNKNOWN)
    assert answer(CallerPresentationRead(), "+CLIP: 1,2") == state
    assert urc("+CLIP: 1,2") is None
    exchange, events = said(CallerPresentationRead(), b'\r\n+CLIP: "112",129\r\n\r\n+CLIP: 1,2\r\n\r\nOK\r\n')
    assert [event.kind for event in events] == ["urc", "reply", "final"]
    assert exchange.answer() == state


@pytest.mark.parametrize("final", ["CONNECT", "CONNECT 115200"])
def test_a_connection(final: str) -> None:
    assert answer(Dial(number="*99#"), final=final) is None


@pytest.mark.parametrize("final", ["NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE", "ERROR"])
def test_no_connection(final: str) -> None:
    with pytest.raises(CommandFailed) as raised:
        answer(Dial(number="*99#"), final=final)
    assert raised.value.code == final
