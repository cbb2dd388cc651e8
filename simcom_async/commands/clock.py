"""The clock, and what the network says of time and of itself (SIM800 AT manual V1.12 3.2.43, 6.2.12)."""

from typing import Annotated

from simcom_async.at.command import Form, Syntax
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Line
from simcom_async.at.setting import Setting
from simcom_async.commands.topics import NetworkInformation

__all__ = [
    "Clock",
    "DaylightSaving",
    "LocalTimestamp",
    "NetworkName",
    "NetworkTime",
    "TimeZone",
    "TimeZoneReport",
    "TimeZoneUpdate",
]

_REF = "SIM800 AT manual 6.2.12"


class NetworkName(NetworkInformation):
    """The names of the network; ``..._initials`` 1: put the country's initials in front (SIM800 AT manual 6.2.12)."""

    wire = Line("*PSNWID", ref=_REF)
    mcc: Annotated[str, Text(quoted=None)]
    mnc: Annotated[str, Text(quoted=None)]
    full_name: Annotated[str, Text()]
    full_initials: int
    short_name: Annotated[str, Text()]
    short_initials: int


class NetworkTime(NetworkInformation):
    """UTC and the zone in quarters of an hour; it may come twice (SIM800 AT manual 6.2.12)."""

    wire = Line("*PSUTTZ", ref=_REF)
    year: int
    month: Annotated[int, Range(1, 12)]
    day: Annotated[int, Range(1, 31)]
    hour: Annotated[int, Range(0, 23)]
    minute: Annotated[int, Range(0, 59)]
    second: Annotated[int, Range(0, 60)]
    zone: Annotated[str, Text(quoted=None)]
    daylight_saving: Annotated[int, Range(0, 2)]


class TimeZone(NetworkInformation):
    """The zone in quarters of an hour, ``+32`` (SIM800 AT manual 6.2.12)."""

    wire = Line("+CTZV", ref=_REF)
    zone: Annotated[str, Text(quoted=None)]
    daylight_saving: Annotated[int | None, Range(0, 2)] = None


class DaylightSaving(NetworkInformation):
    """Hours that the zone holds of daylight saving (SIM800 AT manual 6.2.12)."""

    wire = Line("DST", ref=_REF)
    hours: Annotated[int, Range(0, 2)]


class Clock(Setting):
    """Local time, ``yy/MM/dd,hh:mm:ss+zz`` with the zone in quarters of an hour, -47 to +48.

    Source: SIM800 AT manual 3.2.43; only the zone outlives a restart.
    """

    wire = Syntax(name="+CCLK", form=Form.WRITE, tested="", repeatable=True, ref="SIM800 AT manual 3.2.43")
    time: Annotated[str, Text(pattern=r"\d\d/\d\d/\d\d,\d\d:\d\d:\d\d[+-](?:[0-3]\d|4[0-8])")] = "04/01/01,00:00:00+00"


class LocalTimestamp(Setting):
    """Whether the network's name and time are reported and set the clock (SIM800 AT manual 6.2.12)."""

    wire = Syntax(name="+CLTS", form=Form.WRITE, tested='"yy/MM/dd,hh:mm:ss+/-zz"', repeatable=True, ref=_REF)
    mode: Annotated[int, Range(0, 1)] = 0


class TimeZoneUpdate(Setting):
    """Whether the network's time zone sets the clock (3GPP TS 27.007 8.40)."""

    wire = Syntax(name="+CTZU", form=Form.WRITE, tested="auto", repeatable=True, ref="3GPP TS 27.007 8.40")
    mode: Annotated[int, Range(0, 1)] = 0


class TimeZoneReport(Setting):
    """Whether +CTZV reports a new time zone (3GPP TS 27.007 8.41)."""

    wire = Syntax(name="+CTZR", form=Form.WRITE, tested="auto", repeatable=True, ref="3GPP TS 27.007 8.41")
    mode: Annotated[int, Range(0, 1)] = 0
