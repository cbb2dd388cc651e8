"""Literal lines of ITU-T V.250, the SIM800 AT manual V1.12 chapter 2, and clients that open a modem with them."""

from __future__ import annotations

import pytest

from simcom_async.at.command import Command
from simcom_async.at.commandline import parse
from simcom_async.at.dialect import WireState
from simcom_async.commands.call import HangUp
from simcom_async.commands.general import (
    At,
    BaudRate,
    CharacterFraming,
    CharacterSet,
    CharacterSets,
    ConnectResult,
    DcdFunction,
    DtrFunction,
    Echo,
    ErrorReport,
    Escape,
    FactoryProfile,
    FlowControl,
    InitialUrcs,
    LineRate,
    Loudness,
    Parity,
    Quiet,
    RegisterRead,
    RegisterValue,
    RegisterWrite,
    Repeat,
    ResetProfile,
    ServiceClass,
    SlowClock,
    SpeakerMode,
    StoreProfile,
    Verbose,
    ViewProfile,
)
from simcom_async.dialects import SIM800
from simcom_async.errors import LimitExceeded
from tests.commands.spoken import answer, heard, line, said


@pytest.mark.parametrize(
    ("command", "written"),
    [
        (At(), "AT"),
        (Repeat(), "A/"),
        (Escape(), "+++"),
        (Echo(value=0), "ATE0"),
        (Echo(), "ATE"),
        (Verbose(value=1), "ATV1"),
        (Quiet(value=0), "ATQ0"),
        (ConnectResult(value=4), "ATX4"),
        (ResetProfile(), "ATZ"),
        (FactoryProfile(), "AT&F"),
        (StoreProfile(profile=0), "AT&W0"),
        (ViewProfile(), "AT&V"),
        (RegisterWrite(number=0, value=0), "ATS0=0"),
        (RegisterRead(number=7), "ATS7?"),
        (ErrorReport(level=2), "AT+CMEE=2"),
        (ErrorReport.query(), "AT+CMEE?"),
        (LineRate(rate=BaudRate.BPS_115200), "AT+IPR=115200"),
        (FlowControl(dce_by_dte=2, dte_by_dce=2), "AT+IFC=2,2"),
        (CharacterFraming(format=3, parity=None), "AT+ICF=3"),
        (CharacterSets(character_set=CharacterSet.UCS2), 'AT+CSCS="UCS2"'),
    ],
)
def test_how_they_are_written(command: Command[object], written: str) -> None:
    assert command.text == written.encode("ascii")


@pytest.mark.parametrize(
    ("body", "commands"),
    [
        ("E1Q0S0=1S3=13V1X4;+IFC=0,0;+IPR=115200", 8),
        ("S7=45 S0=0 L1 V1 X4 &c1 E1 Q0", 8),
        ("Q0 V1 E1 S0=0 &C1 &D2 +FCLASS=0", 7),
        ("&FZE0&W", 4),
        ("Z", 1),
        ("E0V1&D2&C1S0=0", 5),
        ("+CMEE=1;+CREG=2", 2),
        ("+CLTS=1;&W", 2),
        ("M1L2", 2),
    ],
)
def test_what_clients_send_in_one_line(body: str, commands: int) -> None:
    parts = list(parse(body.encode("ascii"), SIM800))
    assert [part.refusal for part in parts] == [None] * commands


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("ATE", Echo()),
        ("ate0", Echo(value=0)),
        ("ATS0?", RegisterRead(number=0)),
        ("ATS0=", RegisterWrite(number=0, value=0)),
        ("ATH0", HangUp(value=0)),
        ("AT&D0", DtrFunction(value=0)),
        ("AT&C1", DcdFunction(value=1)),
        ("ATL9", Loudness(value=9)),
        ("ATM0", SpeakerMode(value=0)),
        ("AT+IFC=2", FlowControl(dce_by_dte=2)),
        ("AT+ICF=2,1", CharacterFraming(format=2, parity=Parity.EVEN)),
        ('AT+CSCS="8859-1"', CharacterSets(character_set=CharacterSet.LATIN_1)),
        ("AT+FCLASS=0", ServiceClass()),
        ("AT+CIURC=0", InitialUrcs(mode=0)),
        ("AT+CSCLK=2", SlowClock(mode=2)),
    ],
)
def test_how_they_are_read(written: str, command: object) -> None:
    assert heard(written) == command


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("ATE2", "LIMIT"),
        ("ATX5", "LIMIT"),
        ("ATZ1", "LIMIT"),
        ("AT&D3", "LIMIT"),
        ("AT+CMEE=3", "LIMIT"),
        ("AT+IPR=14400", "PARAMETERS"),
        ("AT+IFC=3,0", "LIMIT"),
        ("AT+ICF=3,2", "PARAMETERS"),
        ('AT+CSCS="TEST"', "PARAMETERS"),
        ("AT+CMEE", "FORM"),
        ("AT+CATR=1", "UNKNOWN"),
    ],
)
def test_what_the_module_refuses(written: str, reason: str) -> None:
    assert heard(written) == reason


@pytest.mark.parametrize(
    ("command", "attribute", "seen"),
    [
        (Echo(value=0), "echo", False),
        (Echo(value=1), "echo", True),
        (Echo(), "echo", False),
        (Verbose(value=0), "verbose", False),
        (Quiet(value=1), "quiet", True),
        (ErrorReport(level=2), "cmee", 2),
        (LineRate(rate=BaudRate.BPS_9600), "baud", 9600),
        (FactoryProfile(), "echo", True),
        (FactoryProfile(), "quiet", False),
    ],
)
def test_what_they_change_on_the_wire(command: Command[object], attribute: str, seen: object) -> None:
    state = WireState()
    state.change(command)
    assert getattr(state, attribute) == seen


def test_the_value_of_a_register_is_an_answer_even_under_v0() -> None:
    assert answer(RegisterRead(number=0), "000") == RegisterValue(value="000")
    exchange, _ = said(RegisterRead(number=3), b"013\r\n0\r")
    assert exchange.finished
    assert exchange.answer() == RegisterValue(value="013")


def test_stored_settings() -> None:
    assert answer(ErrorReport.query(), "+CMEE: 1") == ErrorReport(level=1)
    assert answer(LineRate.query(), "+IPR: 0") == LineRate()
    assert answer(FlowControl.query(), "+IFC: 2,2") == FlowControl(dce_by_dte=2, dte_by_dce=2)
    assert answer(CharacterFraming.query(), "+ICF: 3,255") == CharacterFraming()
    assert answer(CharacterSets.query(), '+CSCS: "IRA"') == CharacterSets()


def test_how_settings_are_read_back() -> None:
    assert line(CharacterSets()) == '+CSCS: "IRA"'
    assert line(CharacterFraming()) == "+ICF: 3,255"
    assert line(LineRate(rate=BaudRate.BPS_9600)) == "+IPR: 9600"


def test_a_rate_that_the_module_does_not_have() -> None:
    with pytest.raises(ValueError, match="rate"):
        LineRate(rate=14400)
    with pytest.raises(LimitExceeded, match="level: 3"):
        ErrorReport(level=3)
