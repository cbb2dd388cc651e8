"""Commands that every module of the family has: ITU-T V.250 and the settings of the serial line.

Limits and defaults are those of the SIM800 AT manual V1.12 chapter 2; a dialect narrows them.
"""

from enum import IntEnum, StrEnum
from typing import Annotated

from simcom_async.at.command import Change, Command, Form, Syntax, UntilFinal
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Line, Reply
from simcom_async.at.setting import Setting

__all__ = [
    "At",
    "BaudRate",
    "CharacterFraming",
    "CharacterSet",
    "CharacterSets",
    "ConnectResult",
    "DcdFunction",
    "DtrFunction",
    "Echo",
    "ErrorReport",
    "Escape",
    "FactoryProfile",
    "FlowControl",
    "InitialUrcs",
    "LineRate",
    "Loudness",
    "Parity",
    "Quiet",
    "RegisterRead",
    "RegisterValue",
    "RegisterWrite",
    "Repeat",
    "ResetProfile",
    "ServiceClass",
    "SlowClock",
    "SpeakerMode",
    "StoreProfile",
    "Verbose",
    "ViewProfile",
]


class BaudRate(IntEnum):
    """Rates of the serial line in bit/s (SIM800 AT manual 2.2.41); 0: the module finds the rate by itself."""

    AUTO = 0
    BPS_1200 = 1200
    BPS_2400 = 2400
    BPS_4800 = 4800
    BPS_9600 = 9600
    BPS_19200 = 19200
    BPS_38400 = 38400
    BPS_57600 = 57600
    BPS_115200 = 115200
    BPS_230400 = 230400
    BPS_460800 = 460800


class Parity(IntEnum):
    """Parity of the serial line (SIM800 AT manual 2.2.39); 255: the framing has none."""

    ODD = 0
    EVEN = 1
    SPACE = 3
    NONE = 255


class CharacterSet(StrEnum):
    """How the module writes strings (SIM800 AT manual 3.2.12)."""

    IRA = "IRA"
    GSM = "GSM"
    UCS2 = "UCS2"
    HEX = "HEX"
    PCCP = "PCCP"
    PCDN = "PCDN"
    LATIN_1 = "8859-1"


class RegisterValue(Reply):
    """The content of an S register, three digits (ITU-T V.250 5.3.2)."""

    wire = Line("", ref="V.250 5.3.2")
    value: Annotated[str, Text(quoted=False, pattern=r"\d{1,3}")]


class At(Command[None]):
    """Nothing but OK: the module is there and knows the rate (SIM800 AT manual 2.2.41.1)."""

    wire = Syntax(name="", form=Form.EXECUTE, basic=True, repeatable=True, ref="V.250 5.2.1")


class Repeat(Command[None]):
    """Carry out the last command line again; no CR ends this one (SIM800 AT manual 2.2.1)."""

    wire = Syntax(name="A/", form=Form.EXECUTE, dials=True, ref="SIM800 AT manual 2.2.1")


class Escape(Command[None]):
    """Leave the data mode, keep the connection; 1 s of silence before and behind (SIM800 AT manual 2.2.12)."""

    wire = Syntax(name="+++", form=Form.EXECUTE, ref="SIM800 AT manual 2.2.12")


class Echo(Command[None]):
    """Return received characters (1, the factory setting) or not (0) (SIM800 AT manual 2.2.7)."""

    wire = Syntax(
        name="E",
        form=Form.EXECUTE,
        basic=True,
        changes=(Change("echo", field="value"),),
        repeatable=True,
        ref="SIM800 AT manual 2.2.7",
    )
    value: Annotated[int | None, Range(0, 1)] = None


class Verbose(Command[None]):
    """Results as words (1, the factory setting) or as numbers (0) (SIM800 AT manual 2.2.25)."""

    wire = Syntax(
        name="V",
        form=Form.EXECUTE,
        basic=True,
        changes=(Change("verbose", field="value"),),
        repeatable=True,
        ref="SIM800 AT manual 2.2.25",
    )
    value: Annotated[int | None, Range(0, 1)] = None


class Quiet(Command[None]):
    """Send results (0, the factory setting) or suppress them (1) (SIM800 AT manual 2.2.15)."""

    wire = Syntax(
        name="Q",
        form=Form.EXECUTE,
        basic=True,
        changes=(Change("quiet", field="value"),),
        repeatable=True,
        ref="SIM800 AT manual 2.2.15",
    )
    value: Annotated[int | None, Range(0, 1)] = None


class ConnectResult(Command[None]):
    """How much CONNECT and a failed call tell: 0 least, 4 most, the factory setting (SIM800 AT manual 2.2.26)."""

    wire = Syntax(name="X", form=Form.EXECUTE, basic=True, repeatable=True, ref="SIM800 AT manual 2.2.26")
    value: Annotated[int | None, Range(0, 4)] = None


class Loudness(Command[None]):
    """Speaker loudness; without effect (SIM800 AT manual 2.2.10)."""

    wire = Syntax(name="L", form=Form.EXECUTE, basic=True, repeatable=True, ref="SIM800 AT manual 2.2.10")
    value: Annotated[int | None, Range(0, 9)] = None


class SpeakerMode(Command[None]):
    """Speaker mode; without effect (SIM800 AT manual 2.2.11)."""

    wire = Syntax(name="M", form=Form.EXECUTE, basic=True, repeatable=True, ref="SIM800 AT manual 2.2.11")
    value: Annotated[int | None, Range(0, 9)] = None


class ResetProfile(Command[None]):
    """Set all parameters as the stored profile has them (SIM800 AT manual 2.2.27)."""

    wire = Syntax(name="Z", form=Form.EXECUTE, basic=True, repeatable=True, ref="SIM800 AT manual 2.2.27")
    profile: Annotated[int | None, Range(0, 0)] = None


class FactoryProfile(Command[None]):
    """Set all parameters, without those of the serial line, as the factory had them (SIM800 AT manual 2.2.30).

    Among them is +CMEE, which is 0 on most series and 1 on the SIM7100.
    """

    wire = Syntax(
        name="&F",
        form=Form.EXECUTE,
        basic=True,
        changes=(
            Change("echo", value=1),
            Change("verbose", value=1),
            Change("quiet", value=0),
        ),
        repeatable=True,
        ref="SIM800 AT manual 2.2.30",
    )
    profile: Annotated[int | None, Range(0, 0)] = None


class StoreProfile(Command[None]):
    """Store the parameters as the profile of ATZ and of the next start (SIM800 AT manual 2.2.32)."""

    wire = Syntax(name="&W", form=Form.EXECUTE, basic=True, repeatable=True, ref="SIM800 AT manual 2.2.32")
    profile: Annotated[int | None, Range(0, 0)] = None


class ViewProfile(Command[None]):
    """Show the parameters in force, as text (SIM800 AT manual 2.2.31)."""

    wire = Syntax(
        name="&V",
        form=Form.EXECUTE,
        basic=True,
        text=UntilFinal(maximum=8192),
        repeatable=True,
        ref="SIM800 AT manual 2.2.31",
    )
    profile: Annotated[int | None, Range(0, 0)] = None


class DcdFunction(Command[None]):
    """DCD always on (0) or only with a carrier (1) (SIM800 AT manual 2.2.28)."""

    wire = Syntax(name="&C", form=Form.EXECUTE, basic=True, repeatable=True, ref="SIM800 AT manual 2.2.28")
    value: Annotated[int | None, Range(0, 1)] = None


class DtrFunction(Command[None]):
    """What a falling DTR does: nothing (0), command mode (1), hang up (2) (SIM800 AT manual 2.2.29)."""

    wire = Syntax(name="&D", form=Form.EXECUTE, basic=True, repeatable=True, ref="SIM800 AT manual 2.2.29")
    value: Annotated[int | None, Range(0, 2)] = None


class RegisterWrite(Command[None]):
    """Set an S register; ``ATS0=`` sets 0 (ITU-T V.250 5.3.2, SIM800 AT manual 2.2.16 to 2.2.23)."""

    wire = Syntax(name="S", form=Form.WRITE, basic=True, separator="=", repeatable=True, ref="SIM800 AT manual 2.2.16")
    number: Annotated[int, Range(0, 255)]
    value: Annotated[int, Range(0, 999)]


class RegisterRead(Command[RegisterValue]):
    """Read an S register (ITU-T V.250 5.3.2, SIM800 AT manual 2.2.16 to 2.2.23)."""

    wire = Syntax(
        name="S",
        form=Form.READ,
        basic=True,
        replies=(RegisterValue,),
        repeatable=True,
        ref="SIM800 AT manual 2.2.16",
    )
    number: Annotated[int, Range(0, 255)]


class ErrorReport(Setting):
    """Failures as plain ERROR (0), with a number (1) or with words (2) (SIM800 AT manual 3.2.20)."""

    wire = Syntax(
        name="+CMEE",
        form=Form.WRITE,
        tested="auto",
        changes=(Change("cmee", field="level"),),
        repeatable=True,
        ref="SIM800 AT manual 3.2.20",
    )
    level: Annotated[int, Range(0, 2)] = 0


class LineRate(Setting):
    """The rate of the serial line, in force behind the OK; 0 is autobauding from the next start on.

    Source: SIM800 AT manual 2.2.41.
    """

    wire = Syntax(
        name="+IPR",
        form=Form.WRITE,
        tested="(),(0,1200,2400,4800,9600,19200,38400,57600,115200,230400,460800)",
        changes=(Change("baud", field="rate"),),
        repeatable=True,
        ref="SIM800 AT manual 2.2.41",
    )
    rate: BaudRate = BaudRate.AUTO


class FlowControl(Setting):
    """Flow control of both directions: 0 none, 1 XON/XOFF, 2 RTS/CTS (SIM800 AT manual 2.2.40)."""

    wire = Syntax(name="+IFC", form=Form.WRITE, tested="auto", repeatable=True, ref="SIM800 AT manual 2.2.40")
    dce_by_dte: Annotated[int, Range(0, 2)] = 0
    dte_by_dce: Annotated[int | None, Range(0, 2)] = 0


class CharacterFraming(Setting):
    """Data bits, parity, stop bits: 1 8-2, 2 8p1, 3 8-1, 4 7-2, 5 7p1, 6 7-1 (SIM800 AT manual 2.2.39)."""

    wire = Syntax(name="+ICF", form=Form.WRITE, tested="(1-6),(0,1,3)", repeatable=True, ref="SIM800 AT manual 2.2.39")
    format: Annotated[int, Range(1, 6)] = 3
    parity: Parity | None = Parity.NONE


class CharacterSets(Setting):
    """The character set of strings (SIM800 AT manual 3.2.12)."""

    wire = Syntax(
        name="+CSCS",
        form=Form.WRITE,
        tested='("IRA","GSM","UCS2","HEX","PCCP","PCDN","8859-1")',
        repeatable=True,
        ref="SIM800 AT manual 3.2.12",
    )
    character_set: Annotated[CharacterSet, Text()] = CharacterSet.IRA


class ServiceClass(Setting):
    """Data (0); fax is not supported (ITU-T V.250 6.1.9 and T.31)."""

    wire = Syntax(name="+FCLASS", form=Form.WRITE, tested="(0)", repeatable=True, ref="ITU-T T.31 8.2")
    service_class: Annotated[int, Range(0, 0)] = 0


class InitialUrcs(Setting):
    """Whether ``Call Ready`` and ``SMS Ready`` are said (SIM800 AT manual 6.2.33)."""

    wire = Syntax(name="+CIURC", form=Form.WRITE, tested="auto", repeatable=True, ref="SIM800 AT manual 6.2.33")
    mode: Annotated[int, Range(0, 1)] = 1


class SlowClock(Setting):
    """Sleep: never (0), as DTR says (1), by itself (2) (SIM800 AT manual 6.2.20)."""

    wire = Syntax(name="+CSCLK", form=Form.WRITE, tested="auto", repeatable=True, ref="SIM800 AT manual 6.2.20")
    mode: Annotated[int, Range(0, 2)] = 0
