"""Literal lines of the SIM800 AT manual V1.12 3.2.22, 3.2.32, 3.2.35, 7.2.10, and of later series."""

from __future__ import annotations

import pytest

from simcom_async.at.command import Command
from simcom_async.commands.network import (
    CeregChanged,
    CeregRead,
    CeregState,
    CgregChanged,
    CgregRead,
    CgregState,
    CregChanged,
    CregRead,
    CregReport,
    CregState,
    Operator,
    OperatorFormat,
    OperatorMode,
    OperatorRead,
    OperatorScan,
    OperatorSelect,
    Registration,
    SignalQuality,
    SignalQualityRead,
)
from simcom_async.commands.topics import RegistrationChanged
from tests.commands.spoken import answer, heard, line, said, urc

FAMILIES = [
    ("+CREG", CregRead, CregState, CregChanged),
    ("+CGREG", CgregRead, CgregState, CgregChanged),
    ("+CEREG", CeregRead, CeregState, CeregChanged),
]


@pytest.mark.parametrize(("tag", "read", "state", "changed"), FAMILIES)
@pytest.mark.parametrize("blank", ["", " "])
def test_answer_and_urc_are_told_apart_by_their_shape(
    tag: str, read: type[Command[object]], state: type, changed: type, blank: str
) -> None:
    assert answer(read(), f"{tag}:{blank}0,1") == state(mode=0, stat=Registration.HOME)
    cell = {"stat": Registration.ROAMING, "lac": "1816", "ci": "F9A1"}
    assert answer(read(), f'{tag}:{blank}2,5,"1816","F9A1"') == state(mode=2, **cell)
    assert urc(f"{tag}:{blank}2") == changed(stat=Registration.SEARCHING)
    assert urc(f'{tag}:{blank}5,"1816","F9A1"') == changed(**cell)
    assert urc(f'{tag}:{blank}5,"1816","F9A1",7') == changed(**cell, access=7)
    assert urc(f"{tag}:{blank}0,1") is None


@pytest.mark.parametrize(("tag", "read", "state", "changed"), FAMILIES)
def test_an_urc_in_front_of_the_answer_does_not_answer(
    tag: str, read: type[Command[object]], state: type, changed: type
) -> None:
    wire = f"\r\n{tag}: 1\r\n\r\n{tag}: 1,1\r\n\r\nOK\r\n"
    exchange, events = said(read(), wire.encode("ascii"))
    assert [event.kind for event in events] == ["urc", "reply", "final"]
    assert exchange.answer() == state(mode=1, stat=Registration.HOME)
    assert isinstance(events[0].message, RegistrationChanged)
    assert events[0].message.stat == 1


def test_how_they_are_said() -> None:
    assert line(CregState(mode=2, stat=Registration.HOME, lac="00C3", ci="1A2B")) == '+CREG: 2,1,"00C3","1A2B"'
    assert line(CregChanged(stat=Registration.HOME)) == "+CREG: 1"


@pytest.mark.parametrize("said_line", ["+CSQ: 21,0", "+CSQ:21,0"])
def test_signal(said_line: str) -> None:
    assert answer(SignalQualityRead(), said_line) == SignalQuality(rssi=21, ber=0)
    assert answer(SignalQualityRead(), "+CSQ: 99,99") == SignalQuality(rssi=99, ber=99)


def test_operator() -> None:
    wanted = Operator(mode=OperatorMode.AUTOMATIC, format=OperatorFormat.LONG, operator="CHINA MOBILE")
    assert answer(OperatorRead(), '+COPS: 0,0,"CHINA MOBILE"') == wanted
    assert answer(OperatorRead(), "+COPS: 0") == Operator(mode=OperatorMode.AUTOMATIC)
    assert answer(OperatorRead(), '+COPS: 0,2,"46000",7').access == 7
    found = answer(OperatorScan(), '+COPS: (2,"CHINA MOBILE","CMCC","46000"),,(0-4),(0-2)')
    assert found.values == '(2,"CHINA MOBILE","CMCC","46000"),,(0-4),(0-2)'
    assert answer(OperatorScan()) is None


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("AT+CSQ", SignalQualityRead()),
        ("AT+CREG=2", CregReport(mode=2)),
        ("AT+CREG=", CregReport()),
        ("AT+CREG?", CregRead()),
        ("AT+COPS=0", OperatorSelect(mode=OperatorMode.AUTOMATIC)),
        ("AT+COPS=3,2", OperatorSelect(mode=OperatorMode.FORMAT, format=OperatorFormat.NUMERIC)),
        (
            'AT+COPS=1,2,"46000"',
            OperatorSelect(mode=OperatorMode.MANUAL, format=OperatorFormat.NUMERIC, operator="46000"),
        ),
        ("AT+COPS=?", OperatorScan()),
    ],
)
def test_commands(written: str, command: object) -> None:
    assert heard(written) == command


@pytest.mark.parametrize(("written", "reason"), [("AT+CREG=3", "LIMIT"), ("AT+COPS=5", "PARAMETERS")])
def test_what_the_module_refuses(written: str, reason: str) -> None:
    assert heard(written) == reason
