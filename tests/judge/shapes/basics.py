"""The bearer and general commands: numbers inside a tag, whole lines as a tag, untagged numbers, other results."""

from typing import Annotated, Literal

from simcom_async.at.command import Change, Command, Form, Syntax
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Line, Reply, Urc

# --- the bearer and the general commands ------------------------------------------------------------------------------


class BearerReleased(Urc):
    """The network has released the bearer (Email 3.1): a number and a blank inside the tag."""

    wire = Line("+SAPBR {cid}")
    cid: Annotated[int, Range(1, 3)]
    state: Literal["DEACT"] = "DEACT"


class BearerState(Reply):
    """Status and address of a bearer (Email 3.1)."""

    wire = Line("+SAPBR")
    cid: int
    status: int
    address: Annotated[str, Text()]


class BearerQuery(Command[BearerState]):
    """Ask for status and address of a bearer (Email 3.1)."""

    wire = Syntax(name="+SAPBR", form=Form.WRITE, replies=(BearerState,))
    operation: Literal[2] = 2
    cid: int = 1


class CallReady(Urc):
    """Calls are possible: the tag is the whole line."""

    wire = Line("Call Ready")


class SignalQuality(Reply):
    """Strength and error rate (3GPP TS 27.007 8.5)."""

    wire = Line("+CSQ")
    rssi: int
    ber: int


class Csq(Command[SignalQuality]):
    """Ask for the signal (3GPP TS 27.007 8.5)."""

    wire = Syntax(name="+CSQ", form=Form.EXECUTE, replies=(SignalQuality,))


class Imei(Reply):
    """The serial number: a number without a tag (3GPP TS 27.007 5.4)."""

    wire = Line("")
    number: Annotated[str, Text(quoted=False, pattern=r"\d+")]


class Cgsn(Command[Imei]):
    """Ask for the serial number (3GPP TS 27.007 5.4)."""

    wire = Syntax(name="+CGSN", form=Form.EXECUTE, replies=(Imei,))


class Verbosity(Command[None]):
    """Results as numbers (ITU-T V.250 6.2.6)."""

    wire = Syntax(name="V", form=Form.EXECUTE, basic=True, changes=(Change("verbose", field="value"),))
    value: Annotated[int, Range(0, 1)]


class Cipshut(Command[None]):
    """Close all connections: SHUT OK instead of OK (SIM800 AT manual 8.2.11)."""

    wire = Syntax(name="+CIPSHUT", form=Form.EXECUTE, finals=("SHUT OK",))
