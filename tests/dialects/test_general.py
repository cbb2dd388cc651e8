"""What is understood before the module is identified."""

from __future__ import annotations

import pytest

from simcom_async.at.demux import Demux
from simcom_async.at.event import UrcLine
from simcom_async.commands.general import Echo
from simcom_async.commands.http import HttpInit
from simcom_async.commands.identity import GsmModel, Identify
from simcom_async.commands.power import Functionality, FunctionalityLevel
from simcom_async.commands.sim import Lock, PinRead, PinState
from simcom_async.dialects import DIALECTS, GENERAL
from simcom_async.errors import UnsupportedCommand

BOOTS = {
    "sim800": ("RDY", "+CFUN: 1", "+CPIN: READY", "Call Ready", "SMS Ready"),
    "sim7000": ("RDY", "+CFUN: 1", "+CPIN: READY", "SMS Ready"),
    "sim5320": (
        *("START", "+STIN: 25", "+STIN: 25", "+CPIN: READY", "OPL UPDATING", "PNN UPDATING"),
        *("SMS DONE", "CALL READY", "PB DONE"),
    ),
    "sim7100": ("RDY", "+CPIN: READY", "SMS DONE", "PB DONE"),
    "a76": ("*ATREADY: 1", "+CPIN: READY", "SMS DONE", "PB DONE"),
}


@pytest.mark.parametrize("series", BOOTS)
def test_the_start_of_every_series_is_understood(series: str) -> None:
    wire = "".join(f"\r\n{line}\r\n" for line in BOOTS[series]).encode("ascii")
    events = Demux(GENERAL).receive(wire)
    assert [event.rule for event in events if isinstance(event, UrcLine)] == ["declared-urc"] * len(BOOTS[series])
    assert len(events) == len(BOOTS[series])
    assert PinState(state=Lock.READY) in [event.message for event in events if isinstance(event, UrcLine)]


def test_it_stands_under_its_name() -> None:
    assert DIALECTS["general"] is GENERAL


def test_it_is_enough_to_identify_a_module_and_no_more() -> None:
    for command in (Echo(value=0), Identify(), GsmModel(), PinRead()):
        GENERAL.admit(command)
    with pytest.raises(UnsupportedCommand, match="general dialect"):
        GENERAL.admit(HttpInit())
    assert GENERAL.services == frozenset()


def test_a_functionality_line_is_not_mistaken_for_text() -> None:
    events = Demux(GENERAL).receive(b"\r\n+CFUN: 1\r\n")
    assert [event.message for event in events if isinstance(event, UrcLine)] == [
        Functionality(level=FunctionalityLevel.FULL)
    ]
