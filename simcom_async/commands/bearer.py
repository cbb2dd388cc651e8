"""The bearer of the internet services: AT+SAPBR (SIM800 AT manual V1.12 9.2.1, SIM800 IP note V1.01 3.1)."""

from enum import IntEnum, StrEnum
from typing import Annotated, Literal

from pydantic import SecretStr

from simcom_async.at.command import Command, Form, Patience, Service, Syntax
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Line, Reply, Spacing, Times
from simcom_async.commands.topics import BearerLost

__all__ = [
    "BearerParameter",
    "BearerRate",
    "BearerState",
    "BearerStatus",
    "BearerType",
    "SapbrApn",
    "SapbrApnLine",
    "SapbrClose",
    "SapbrContype",
    "SapbrContypeLine",
    "SapbrDeactivated",
    "SapbrGet",
    "SapbrHeader",
    "SapbrOpen",
    "SapbrPassword",
    "SapbrPasswordLine",
    "SapbrPhonenum",
    "SapbrPhonenumLine",
    "SapbrQuery",
    "SapbrRate",
    "SapbrRateLine",
    "SapbrUser",
    "SapbrUserLine",
]

_REF = "SIM800 AT manual 9.2.1"


class BearerStatus(IntEnum):
    """How far a bearer is (SIM800 AT manual 9.2.1)."""

    CONNECTING = 0
    CONNECTED = 1
    CLOSING = 2
    CLOSED = 3


class BearerType(StrEnum):
    """What carries the bearer (SIM800 AT manual 9.2.1)."""

    CSD = "CSD"
    GPRS = "GPRS"


class BearerRate(StrEnum):
    """Rate of a CSD bearer in bit/s (SIM800 AT manual 9.2.1)."""

    BPS_2400 = "0"
    BPS_4800 = "1"
    BPS_9600 = "2"
    BPS_14400 = "3"


class BearerState(Reply):
    """Status and address of a bearer; the address of a closed one is 0.0.0.0 (SIM800 AT manual 9.2.1)."""

    wire = Line("+SAPBR", documented=Spacing(colon=":"), ref=_REF)
    cid: Annotated[int, Range(1, 3)]
    status: BearerStatus
    address: Annotated[str, Text()]


class SapbrDeactivated(BearerLost):
    """The network released the bearer ``cid`` (SIM800 AT manual 9.2.1, SIM900 e-mail manual 3.1)."""

    wire = Line("+SAPBR {cid}", ref=_REF)
    cid: Annotated[int, Range(1, 3)]
    state: Literal["DEACT"] = "DEACT"


class SapbrHeader(Reply):
    """The line in front of the parameters of a bearer (SIM800 AT manual 9.2.1)."""

    wire = Line("+SAPBR", spacing=Spacing(colon=":"), ref=_REF)
    nothing: Literal[""] = ""


class BearerParameter(Reply):
    """One stored parameter of a bearer; each tag has a line of its own (SIM800 AT manual 9.2.1)."""


class SapbrContypeLine(BearerParameter):
    """The stored type of a bearer (SIM800 AT manual 9.2.1)."""

    wire = Line("CONTYPE", times=Times.OPTIONAL, ref=_REF)
    value: BearerType | None = None


class SapbrApnLine(BearerParameter):
    """The stored access point name (SIM800 AT manual 9.2.1)."""

    wire = Line("APN", times=Times.OPTIONAL, ref=_REF)
    value: Annotated[str, Text(quoted=False)] = ""


class SapbrPhonenumLine(BearerParameter):
    """The stored number of a CSD bearer (SIM800 AT manual 9.2.1)."""

    wire = Line("PHONENUM", times=Times.OPTIONAL, ref=_REF)
    value: Annotated[str, Text(quoted=False)] = ""


class SapbrUserLine(BearerParameter):
    """The stored user name (SIM800 AT manual 9.2.1)."""

    wire = Line("USER", times=Times.OPTIONAL, ref=_REF)
    value: Annotated[str, Text(quoted=False)] = ""


class SapbrPasswordLine(BearerParameter):
    """The stored password (SIM800 AT manual 9.2.1)."""

    wire = Line("PWD", times=Times.OPTIONAL, ref=_REF)
    secret = True
    value: Annotated[SecretStr, Text(quoted=False)] = SecretStr("")


class SapbrRateLine(BearerParameter):
    """The stored rate of a CSD bearer (SIM800 AT manual 9.2.1)."""

    wire = Line("RATE", times=Times.OPTIONAL, ref=_REF)
    value: BearerRate = BearerRate.BPS_9600


class SapbrClose(Command[None]):
    """Close a bearer; ERROR when it is closed (SIM800 AT manual 9.2.1: at most 65 s)."""

    wire = Syntax(name="+SAPBR", form=Form.WRITE, patience=Patience(final=75.0), service=Service.BEARER, ref=_REF)
    operation: Literal[0] = 0
    cid: Annotated[int, Range(1, 3)] = 1


class SapbrOpen(Command[None]):
    """Open a bearer; ERROR when it is open (SIM800 AT manual 9.2.1: at most 85 s)."""

    wire = Syntax(
        name="+SAPBR",
        form=Form.WRITE,
        tested='(0-4),(1-3),"ConParamTag","ConParamValue"',
        patience=Patience(final=95.0),
        service=Service.BEARER,
        needs=("CONTYPE", "APN"),
        ref=_REF,
    )
    operation: Literal[1] = 1
    cid: Annotated[int, Range(1, 3)] = 1


class SapbrQuery(Command[BearerState]):
    """Ask for the status and the address of a bearer (SIM800 AT manual 9.2.1)."""

    wire = Syntax(name="+SAPBR", form=Form.WRITE, replies=(BearerState,), repeatable=True, ref=_REF)
    operation: Literal[2] = 2
    cid: Annotated[int, Range(1, 3)] = 1


class SapbrContype(Command[None]):
    """Set the type of a bearer (SIM800 AT manual 9.2.1)."""

    wire = Syntax(name="+SAPBR", form=Form.WRITE, service=Service.BEARER, repeatable=True, ref=_REF)
    operation: Literal[3] = 3
    cid: Annotated[int, Range(1, 3)] = 1
    tag: Annotated[Literal["CONTYPE"], Text()] = "CONTYPE"
    value: Annotated[BearerType, Text()] = BearerType.GPRS


class SapbrApn(Command[None]):
    """Set the access point name of a bearer (SIM800 AT manual 9.2.1: at most 64 characters)."""

    wire = Syntax(name="+SAPBR", form=Form.WRITE, service=Service.BEARER, repeatable=True, ref=_REF)
    operation: Literal[3] = 3
    cid: Annotated[int, Range(1, 3)] = 1
    tag: Annotated[Literal["APN"], Text()] = "APN"
    value: Annotated[str, Text(max=64)]


class SapbrUser(Command[None]):
    """Set the user name of a bearer (SIM800 AT manual 9.2.1: at most 32 characters)."""

    wire = Syntax(name="+SAPBR", form=Form.WRITE, service=Service.BEARER, repeatable=True, ref=_REF)
    operation: Literal[3] = 3
    cid: Annotated[int, Range(1, 3)] = 1
    tag: Annotated[Literal["USER"], Text()] = "USER"
    value: Annotated[str, Text(max=32)]


class SapbrPassword(Command[None]):
    """Set the password of a bearer (SIM800 AT manual 9.2.1: at most 32 characters)."""

    wire = Syntax(name="+SAPBR", form=Form.WRITE, service=Service.BEARER, repeatable=True, ref=_REF)
    operation: Literal[3] = 3
    cid: Annotated[int, Range(1, 3)] = 1
    tag: Annotated[Literal["PWD"], Text()] = "PWD"
    value: Annotated[SecretStr, Text(max=32)]


class SapbrPhonenum(Command[None]):
    """Set the number that a CSD bearer calls (SIM800 AT manual 9.2.1)."""

    wire = Syntax(name="+SAPBR", form=Form.WRITE, service=Service.BEARER, repeatable=True, ref=_REF)
    operation: Literal[3] = 3
    cid: Annotated[int, Range(1, 3)] = 1
    tag: Annotated[Literal["PHONENUM"], Text()] = "PHONENUM"
    value: Annotated[str, Text()]


class SapbrRate(Command[None]):
    """Set the rate of a CSD bearer (SIM800 AT manual 9.2.1)."""

    wire = Syntax(name="+SAPBR", form=Form.WRITE, service=Service.BEARER, repeatable=True, ref=_REF)
    operation: Literal[3] = 3
    cid: Annotated[int, Range(1, 3)] = 1
    tag: Annotated[Literal["RATE"], Text()] = "RATE"
    value: Annotated[BearerRate, Text()] = BearerRate.BPS_9600


class SapbrGet(Command[tuple[BearerParameter, ...]]):
    """Read the stored parameters of a bearer (SIM800 AT manual 9.2.1)."""

    wire = Syntax(
        name="+SAPBR",
        form=Form.WRITE,
        replies=(
            SapbrHeader,
            SapbrContypeLine,
            SapbrApnLine,
            SapbrPhonenumLine,
            SapbrUserLine,
            SapbrPasswordLine,
            SapbrRateLine,
        ),
        repeatable=True,
        ref=_REF,
    )
    operation: Literal[4] = 4
    cid: Annotated[int, Range(1, 3)] = 1
