"""Literal lines of the SIM800 AT manual V1.12 (3.2.42, 3.2.52, 6.2.2, 18.3) and of boot logs of other series."""

from __future__ import annotations

import pytest

from simcom_async.at.exchange import Exchange
from simcom_async.commands.power import (
    AtReady,
    AutobaudOk,
    BatteryCharge,
    BatteryChargeRead,
    CallReady,
    ChargeOnly,
    ChargeStatus,
    Functionality,
    FunctionalityLevel,
    FunctionalityRead,
    FunctionalityWrite,
    NormalPowerDown,
    OvervoltagePowerDown,
    OvervoltageWarning,
    PhoneBookReady,
    PoweringOff,
    PowerOff,
    PowerOffAtOnce,
    PowerOffQuietly,
    Ready,
    Restart,
    SmsReady,
    Start,
    UndervoltagePowerDown,
    UndervoltageWarning,
)
from simcom_async.commands.topics import FunctionalityChanged, ModuleBooted, ModuleReady, PowerDown, PowerWarning
from simcom_async.dialects import GENERAL, SIM800, SIM7100
from tests.commands.spoken import answer, heard, line, said, urc

COMMON = [
    ("RDY", Ready(), ModuleBooted),
    ("Call Ready", CallReady(), ModuleReady),
    ("SMS Ready", SmsReady(), ModuleReady),
    ("+CFUN: 1", Functionality(level=FunctionalityLevel.FULL), FunctionalityChanged),
    ("+CFUN:4", Functionality(level=FunctionalityLevel.RADIO_OFF), FunctionalityChanged),
    ("NORMAL POWER DOWN", NormalPowerDown(), PowerDown),
    ("UNDER-VOLTAGE WARNNING", UndervoltageWarning(), PowerWarning),
    ("UNDER-VOLTAGE POWER DOWN", UndervoltagePowerDown(), PowerDown),
    ("OVER-VOLTAGE WARNNING", OvervoltageWarning(), PowerWarning),
    ("OVER-VOLTAGE POWER DOWN", OvervoltagePowerDown(), PowerDown),
    ("CHARGE-ONLY MODE", ChargeOnly(), PowerWarning),
]
OTHERS = [
    ("START", Start(), ModuleBooted),
    ("*ATREADY: 1", AtReady(mode=1), ModuleBooted),
    ("Autobaud: OK", AutobaudOk(), ModuleReady),
    ("CALL READY", CallReady(), ModuleReady),
    ("SMS DONE", SmsReady(), ModuleReady),
    ("PB DONE", PhoneBookReady(), ModuleReady),
    ("UNDER-VOLTAGE WARNNING POWER DOWN", UndervoltagePowerDown(), PowerDown),
    ("starting power off the module!", PoweringOff(), PowerDown),
]


@pytest.mark.parametrize(("said_line", "message", "topic"), COMMON)
@pytest.mark.parametrize("dialect", [GENERAL, SIM800], ids=lambda dialect: dialect.name)
def test_what_it_says_by_itself(said_line: str, message: object, topic: type, dialect: object) -> None:
    found = urc(said_line, GENERAL if dialect is GENERAL else SIM800)
    assert found == message
    assert isinstance(found, topic)


@pytest.mark.parametrize(("said_line", "message", "topic"), OTHERS)
def test_what_other_series_say(said_line: str, message: object, topic: type) -> None:
    found = urc(said_line, GENERAL)
    assert found == message
    assert isinstance(found, topic)


def test_the_level_answers_its_command() -> None:
    assert answer(FunctionalityRead(), "+CFUN: 1") == Functionality(level=FunctionalityLevel.FULL)
    assert line(Functionality(level=FunctionalityLevel.MINIMUM)) == "+CFUN: 0"


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("AT+CFUN=1,1", FunctionalityWrite(level=FunctionalityLevel.FULL, reset=1)),
        ("AT+CFUN=0", FunctionalityWrite(level=FunctionalityLevel.MINIMUM)),
        ("AT+CFUN?", FunctionalityRead()),
        ("AT+CPOWD=1", PowerOff()),
        ("AT+CPOWD=0", PowerOffAtOnce()),
        ("AT+CBC", BatteryChargeRead()),
    ],
)
def test_commands(written: str, command: object) -> None:
    assert heard(written) == command


@pytest.mark.parametrize(("written", "reason"), [("AT+CFUN=2", "PARAMETERS"), ("AT+CPOWD=2", "PARAMETERS")])
def test_what_the_module_refuses(written: str, reason: str) -> None:
    assert heard(written) == reason


def test_switching_off_is_answered_by_its_own_words() -> None:
    exchange, events = said(PowerOff(), b"\r\nNORMAL POWER DOWN\r\n")
    assert exchange.finished
    assert exchange.answer() == NormalPowerDown()
    assert [(event.kind, event.message) for event in events] == [("reply", NormalPowerDown())]


def test_switching_off_without_a_word_waits_for_none() -> None:
    exchange = Exchange(PowerOffAtOnce())
    exchange.written()
    assert exchange.finished


def test_the_battery() -> None:
    assert answer(BatteryChargeRead(), "+CBC: 0,92,4081") == BatteryCharge(
        status=ChargeStatus.NOT_CHARGING, percent=92, millivolts=4081
    )


@pytest.mark.parametrize(("written", "command"), [("AT+CPOF", PowerOffQuietly()), ("AT+CRESET", Restart())])
def test_switching_off_and_restarting_behind_the_ok(written: str, command: object) -> None:
    assert heard(written, SIM7100) == command
    assert heard(written) == "UNKNOWN"
    exchange, _ = said(command, b"\r\nOK\r\n")  # type: ignore[arg-type]
    assert exchange.finished
