"""Literal lines of the SIM5320 AT manual V2.02 (3.12, 4.11) and the SIM7600 AT manual V3.00 (2.2.33, 3.2.11)."""

from __future__ import annotations

import pytest

from simcom_async.commands.serial_line import (
    FastBaudRate,
    FastLineRate,
    PermanentLineRate,
    UrcPort,
    UrcPortRead,
    UrcPortSelect,
)
from simcom_async.dialects import SIM7100
from simcom_async.errors import LimitExceeded, UsageError
from tests.commands.spoken import answer, heard


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("AT+IPR=0", FastLineRate(rate=FastBaudRate.AUTO)),
        ("AT+IPR=4000000", FastLineRate(rate=FastBaudRate.BPS_4000000)),
        ("AT+IPREX=115200", PermanentLineRate(rate=FastBaudRate.BPS_115200)),
        ("AT+CATR=1", UrcPortSelect(port=1)),
        ("AT+CATR=7,1", UrcPortSelect(port=7, save=1)),
        ("AT+CATR?", UrcPortRead()),
    ],
)
def test_command_lines(line: str, command: object) -> None:
    assert heard(line, SIM7100) == command
    assert command.text.decode("ascii") == line  # type: ignore[attr-defined]


@pytest.mark.parametrize("line", ["AT+IPR=100", "AT+IPREX=4000001", "AT+CATR=8", "AT+CATR=1,2", "AT+CATR="])
def test_what_is_refused(line: str) -> None:
    assert heard(line, SIM7100) in ("PARAMETERS", "LIMIT")


def test_limits_are_named() -> None:
    with pytest.raises(LimitExceeded, match="0 to 7"):
        UrcPortSelect(port=8)
    with pytest.raises(UsageError, match="rate"):
        FastLineRate(rate=100)


def test_answers() -> None:
    assert answer(UrcPortRead(), "+CATR: 3") == UrcPort(port=3)
    assert answer(FastLineRate.query(), "+IPR: 921600") == FastLineRate(rate=FastBaudRate.BPS_921600)
    assert answer(PermanentLineRate.query(), "+IPREX: 115200") == PermanentLineRate()
