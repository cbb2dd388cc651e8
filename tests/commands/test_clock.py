"""Literal lines of the SIM800 AT manual V1.12 3.2.43 and 6.2.12, and of devices."""

from __future__ import annotations

import pytest

from simcom_async.commands.clock import (
    Clock,
    DaylightSaving,
    LocalTimestamp,
    NetworkName,
    NetworkTime,
    TimeZone,
    TimeZoneReport,
    TimeZoneUpdate,
)
from simcom_async.commands.topics import NetworkInformation
from simcom_async.errors import UsageError
from tests.commands.spoken import answer, heard, line, urc


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            '*PSNWID: "460","00","CHINA MOBILE",0,"CMCC",0',
            NetworkName(
                mcc="460", mnc="00", full_name="CHINA MOBILE", full_initials=0, short_name="CMCC", short_initials=0
            ),
        ),
        (
            '*PSUTTZ: 2014,12,2,8,27,48,"+32",0',
            NetworkTime(year=2014, month=12, day=2, hour=8, minute=27, second=48, zone="+32", daylight_saving=0),
        ),
        ('+CTZV: "+32"', TimeZone(zone="+32")),
        ("+CTZV: +32,0", TimeZone(zone="+32", daylight_saving=0)),
        ("DST: 0", DaylightSaving(hours=0)),
        ("DST:2", DaylightSaving(hours=2)),
    ],
)
def test_what_the_network_says(said: str, message: NetworkInformation) -> None:
    assert urc(said) == message
    assert isinstance(message, NetworkInformation)


def test_the_clock() -> None:
    clock = Clock(time="10/05/06,00:01:52+08")
    assert clock.text == b'AT+CCLK="10/05/06,00:01:52+08"'
    assert answer(Clock.query(), '+CCLK: "10/05/06,00:01:52+08"') == clock
    assert line(clock) == '+CCLK: "10/05/06,00:01:52+08"'
    assert heard('AT+CCLK="10/05/06,00:01:52+08"') == clock


@pytest.mark.parametrize("time", ["10/05/06,00:01:52", "2010/05/06,00:01:52+08", "10/05/06,00:01:52+49", "now"])
def test_a_time_of_another_shape(time: str) -> None:
    with pytest.raises(UsageError) as raised:
        Clock(time=time)
    assert raised.value.field == "time"


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("AT+CLTS=1", LocalTimestamp(mode=1)),
        ("AT+CTZU=1", TimeZoneUpdate(mode=1)),
        ("AT+CTZR=1", TimeZoneReport(mode=1)),
        ("AT+CLTS?", LocalTimestamp.query()),
    ],
)
def test_commands(written: str, command: object) -> None:
    assert heard(written) == command
