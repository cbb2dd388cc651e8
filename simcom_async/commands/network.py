"""Signal, registration and operator (SIM800 AT manual V1.12 chapters 3 and 7)."""

from enum import IntEnum
from typing import Annotated

from simcom_async.at.command import Command, Form, Patience, Syntax
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Line, Reply, Times
from simcom_async.at.setting import Supported
from simcom_async.commands.topics import RegistrationChanged

__all__ = [
    "CeregChanged",
    "CeregRead",
    "CeregReport",
    "CeregState",
    "CgregChanged",
    "CgregRead",
    "CgregReport",
    "CgregState",
    "CregChanged",
    "CregRead",
    "CregReport",
    "CregState",
    "EpsRegistrationState",
    "Operator",
    "OperatorFormat",
    "OperatorList",
    "OperatorMode",
    "OperatorRead",
    "OperatorScan",
    "OperatorSelect",
    "Registration",
    "RegistrationState",
    "SignalQuality",
    "SignalQualityRead",
]


class Registration(IntEnum):
    """How the module is registered (SIM800 AT manual 3.2.32, 7.2.10; 3GPP TS 27.007 7.2)."""

    IDLE = 0
    HOME = 1
    SEARCHING = 2
    DENIED = 3
    UNKNOWN = 4
    ROAMING = 5


class OperatorMode(IntEnum):
    """How the operator is chosen; FORMAT only sets how its name is shown (SIM800 AT manual 3.2.22)."""

    AUTOMATIC = 0
    MANUAL = 1
    DEREGISTER = 2
    FORMAT = 3
    MANUAL_AUTOMATIC = 4


class OperatorFormat(IntEnum):
    """How an operator's name is shown (SIM800 AT manual 3.2.22)."""

    LONG = 0
    SHORT = 1
    NUMERIC = 2


class SignalQuality(Reply):
    """Signal strength: 0 is -115 dBm, 1 -111, 2 to 30 -110 to -54, 31 -52, 99 unknown (SIM800 AT manual 3.2.35)."""

    wire = Line("+CSQ", ref="SIM800 AT manual 3.2.35")
    rssi: Annotated[int, Range(0, 99)]
    ber: Annotated[int, Range(0, 99)]


class RegistrationState(Reply):
    """The answer to a read form: ``mode`` of reporting, then the registration; cell and area only in mode 2."""

    mode: Annotated[int, Range(0, 4)]
    stat: Registration
    lac: Annotated[str | None, Text()] = None
    ci: Annotated[str | None, Text()] = None
    access: int | None = None


class CregState(RegistrationState):
    """The registration for calls (SIM800 AT manual 3.2.32)."""

    wire = Line("+CREG", ref="SIM800 AT manual 3.2.32")


class CgregState(RegistrationState):
    """The registration for packet service (SIM800 AT manual 7.2.10)."""

    wire = Line("+CGREG", ref="SIM800 AT manual 7.2.10")


class CeregState(RegistrationState):
    """The registration in an LTE network (3GPP TS 27.007 10.1.22)."""

    wire = Line("+CEREG", ref="3GPP TS 27.007 10.1.22")


class EpsRegistrationState(Reply):
    """The registration in an LTE network with a routing area, as the SIM7000 tells it (SIM7000 AT manual 6.2.7)."""

    wire = Line("+CEREG", ref="SIM7000 AT manual 6.2.7")
    mode: Annotated[int, Range(0, 4)]
    stat: Registration
    tac: Annotated[str, Text()]
    rac: Annotated[str, Text(quoted=None)]
    ci: Annotated[str, Text()]
    access: int | None = None
    cause_type: int | None = None
    reject_cause: int | None = None
    active_time: Annotated[str | None, Text()] = None
    periodic_tau: Annotated[str | None, Text()] = None


class CregChanged(RegistrationChanged):
    """The registration for calls has changed: one field less than the answer (SIM800 AT manual 3.2.32)."""

    wire = Line("+CREG", ref="SIM800 AT manual 3.2.32")
    stat: Registration
    lac: Annotated[str | None, Text()] = None
    ci: Annotated[str | None, Text()] = None
    access: int | None = None


class CgregChanged(RegistrationChanged):
    """The registration for packet service has changed (SIM800 AT manual 7.2.10)."""

    wire = Line("+CGREG", ref="SIM800 AT manual 7.2.10")
    stat: Registration
    lac: Annotated[str | None, Text()] = None
    ci: Annotated[str | None, Text()] = None
    access: int | None = None


class CeregChanged(RegistrationChanged):
    """The registration in an LTE network has changed (3GPP TS 27.007 10.1.22)."""

    wire = Line("+CEREG", ref="3GPP TS 27.007 10.1.22")
    stat: Registration
    lac: Annotated[str | None, Text()] = None
    ci: Annotated[str | None, Text()] = None
    access: int | None = None


class Operator(Reply):
    """How the operator was chosen, and which; the mode alone when there is none (SIM800 AT manual 3.2.22)."""

    wire = Line("+COPS", ref="SIM800 AT manual 3.2.22")
    mode: OperatorMode
    format: OperatorFormat | None = None
    operator: Annotated[str | None, Text()] = None
    access: int | None = None


class OperatorList(Supported):
    """The operators that were found, as the module prints them (SIM800 AT manual 3.2.22)."""

    wire = Line("+COPS", times=Times.OPTIONAL, ref="SIM800 AT manual 3.2.22")


class SignalQualityRead(Command[SignalQuality]):
    """Ask for the signal strength (SIM800 AT manual 3.2.35)."""

    wire = Syntax(
        name="+CSQ",
        form=Form.EXECUTE,
        tested="(0-31,99),(0-7,99)",
        replies=(SignalQuality,),
        repeatable=True,
        ref="SIM800 AT manual 3.2.35",
    )


class CregReport(Command[None]):
    """Report changes of the registration: no (0), yes (1), with area and cell (2) (SIM800 AT manual 3.2.32)."""

    wire = Syntax(name="+CREG", form=Form.WRITE, tested="(0-2)", repeatable=True, ref="SIM800 AT manual 3.2.32")
    mode: Annotated[int | None, Range(0, 2)] = 0


class CregRead(Command[CregState]):
    """Ask for the registration (SIM800 AT manual 3.2.32)."""

    wire = Syntax(name="+CREG", form=Form.READ, replies=(CregState,), repeatable=True, ref="SIM800 AT manual 3.2.32")


class CgregReport(Command[None]):
    """Report changes of the packet registration: no (0), yes (1), with area and cell (2) (SIM800 AT manual 7.2.10)."""

    wire = Syntax(name="+CGREG", form=Form.WRITE, tested="(0-2)", repeatable=True, ref="SIM800 AT manual 7.2.10")
    mode: Annotated[int | None, Range(0, 2)] = 0


class CgregRead(Command[CgregState]):
    """Ask for the packet registration (SIM800 AT manual 7.2.10)."""

    wire = Syntax(name="+CGREG", form=Form.READ, replies=(CgregState,), repeatable=True, ref="SIM800 AT manual 7.2.10")


class CeregReport(Command[None]):
    """Report changes of the LTE registration: no (0), yes (1), with area and cell (2) (3GPP TS 27.007 10.1.22)."""

    wire = Syntax(name="+CEREG", form=Form.WRITE, tested="(0-2)", repeatable=True, ref="3GPP TS 27.007 10.1.22")
    mode: Annotated[int | None, Range(0, 2)] = 0


class CeregRead(Command[CeregState | EpsRegistrationState]):
    """Ask for the LTE registration (3GPP TS 27.007 10.1.22)."""

    wire = Syntax(
        name="+CEREG",
        form=Form.READ,
        replies=(CeregState, EpsRegistrationState),
        repeatable=True,
        ref="3GPP TS 27.007 10.1.22",
    )


class OperatorSelect(Command[None]):
    """Choose the operator, or only how its name is shown (SIM800 AT manual 3.2.22: 120 s)."""

    wire = Syntax(
        name="+COPS",
        form=Form.WRITE,
        patience=Patience(final=130.0),
        repeatable=True,
        ref="SIM800 AT manual 3.2.22",
    )
    mode: OperatorMode
    format: OperatorFormat | None = None
    operator: Annotated[str | None, Text(max=64)] = None
    access: Annotated[int | None, Range(0, 9)] = None


class OperatorRead(Command[Operator]):
    """Ask for the operator (SIM800 AT manual 3.2.22)."""

    wire = Syntax(name="+COPS", form=Form.READ, replies=(Operator,), repeatable=True, ref="SIM800 AT manual 3.2.22")


class OperatorScan(Command[OperatorList | None]):
    """Search for operators (SIM800 AT manual 3.2.22: 45 s)."""

    wire = Syntax(
        name="+COPS",
        form=Form.TEST,
        tested='(2,"CHINA MOBILE","CMCC","46000"),,(0-4),(0-2)',
        replies=(OperatorList,),
        patience=Patience(final=60.0),
        repeatable=True,
        ref="SIM800 AT manual 3.2.22",
    )
