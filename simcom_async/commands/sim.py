"""The card: PIN, numbers, provider (SIM800 AT manual V1.12 3.2.15, 3.2.28, 6.2.3, 6.2.15, 6.2.23)."""

from enum import IntEnum, StrEnum
from typing import Annotated

from pydantic import SecretStr

from simcom_async.at.command import Command, Form, Patience, Syntax
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Line, Reply, Urc
from simcom_async.commands.topics import SimChanged

__all__ = [
    "CardNumber",
    "CardNumberRead",
    "DisplayMode",
    "Iccid",
    "IccidRead",
    "Lock",
    "NamesUpdated",
    "NamesUpdating",
    "PinAttempts",
    "PinAttemptsRead",
    "PinEnter",
    "PinRead",
    "PinState",
    "ProviderName",
    "ProviderNameRead",
    "SubscriberIdentity",
    "SubscriberIdentityRead",
    "ToolkitMenu",
]


class Lock(StrEnum):
    """What the card or the module waits for (SIM800 AT manual 3.2.28, 18.3; 3GPP TS 27.007 8.3)."""

    READY = "READY"
    SIM_PIN = "SIM PIN"
    SIM_PUK = "SIM PUK"
    SIM_PIN2 = "SIM PIN2"
    SIM_PUK2 = "SIM PUK2"
    PHONE_PIN = "PH_SIM PIN"
    PHONE_PUK = "PH_SIM PUK"
    PH_SIM_PIN = "PH-SIM PIN"
    PH_NET_PIN = "PH-NET PIN"
    NOT_READY = "NOT READY"
    NOT_INSERTED = "NOT INSERTED"


class DisplayMode(IntEnum):
    """Whether the network's name is to be shown beside the provider's (SIM800 AT manual 6.2.15)."""

    PROVIDER_ONLY = 0
    WITH_NETWORK = 1


class PinState(Reply, SimChanged):
    """What the card waits for; said by itself when that changes (SIM800 AT manual 3.2.28, 18.3)."""

    wire = Line("+CPIN", ref="SIM800 AT manual 3.2.28")
    state: Lock


class ToolkitMenu(Urc):
    """The card's toolkit has a menu; 25 is the main one (SIM5320 AT manual V2.02 chapter 10)."""

    wire = Line("+STIN", ref="SIM5320 AT manual 10.4")
    menu: int


class NamesUpdating(Urc):
    """The card's operator names are being loaded (SIM5320 AT manual V2.02 4.26)."""

    wire = Line("OPL UPDATING", aliases=("PNN UPDATING",), ref="SIM5320 AT manual 4.26")


class NamesUpdated(Urc):
    """The card's operator names are loaded (SIM5320 AT manual V2.02 4.26)."""

    wire = Line("OPL DONE", aliases=("PNN DONE",), ref="SIM5320 AT manual 4.26")


class PinAttempts(Reply):
    """How often PIN, PIN2, PUK and PUK2 may still be entered (SIM800 AT manual 6.2.3)."""

    wire = Line("+SPIC", ref="SIM800 AT manual 6.2.3")
    pin: Annotated[int, Range(0, 10)]
    pin2: Annotated[int, Range(0, 10)]
    puk: Annotated[int, Range(0, 10)]
    puk2: Annotated[int, Range(0, 10)]


class SubscriberIdentity(Reply):
    """The IMSI, bare digits (SIM800 AT manual 3.2.15)."""

    wire = Line("", ref="SIM800 AT manual 3.2.15")
    imsi: Annotated[str, Text(quoted=False, pattern=r"\d{6,15}")]


class CardNumber(Reply):
    """The ICCID, bare (SIM800 AT manual 6.2.23)."""

    wire = Line("", ref="SIM800 AT manual 6.2.23")
    iccid: Annotated[str, Text(quoted=False, pattern="[0-9A-Fa-f]{18,22}")]


class Iccid(Reply):
    """The ICCID behind its name (SIM5320 AT manual V2.02 4.3)."""

    wire = Line("+ICCID", ref="SIM5320 AT manual 4.3")
    iccid: Annotated[str, Text(quoted=False, pattern="[0-9A-Fa-f]{18,22}")]


class ProviderName(Reply):
    """The provider's name as the card has it (SIM800 AT manual 6.2.15)."""

    wire = Line("+CSPN", ref="SIM800 AT manual 6.2.15")
    name: Annotated[str, Text()]
    display: DisplayMode


class PinRead(Command[PinState]):
    """Ask what the card waits for; +CME ERROR: 10 without a card (SIM800 AT manual 3.2.28: 5 s)."""

    wire = Syntax(name="+CPIN", form=Form.READ, replies=(PinState,), repeatable=True, ref="SIM800 AT manual 3.2.28")


class PinEnter(Command[None]):
    """Enter the PIN, or PUK and new PIN; a wrong one costs an attempt (SIM800 AT manual 3.2.28: 5 s)."""

    wire = Syntax(name="+CPIN", form=Form.WRITE, tested="", ref="SIM800 AT manual 3.2.28")
    pin: Annotated[SecretStr, Text(min=4, max=8, quoted=None, pattern=r"\d+")]
    new_pin: Annotated[SecretStr | None, Text(min=4, max=8, quoted=None, pattern=r"\d+")] = None


class PinAttemptsRead(Command[PinAttempts]):
    """Ask how many attempts are left (SIM800 AT manual 6.2.3)."""

    wire = Syntax(
        name="+SPIC", form=Form.EXECUTE, replies=(PinAttempts,), repeatable=True, ref="SIM800 AT manual 6.2.3"
    )


class SubscriberIdentityRead(Command[SubscriberIdentity]):
    """Ask for the IMSI (SIM800 AT manual 3.2.15: 20 s)."""

    wire = Syntax(
        name="+CIMI",
        form=Form.EXECUTE,
        tested="",
        replies=(SubscriberIdentity,),
        patience=Patience(final=25.0),
        repeatable=True,
        ref="SIM800 AT manual 3.2.15",
    )


class CardNumberRead(Command[CardNumber]):
    """Ask for the ICCID (SIM800 AT manual 6.2.23: 2 s)."""

    wire = Syntax(
        name="+CCID",
        form=Form.EXECUTE,
        tested="",
        replies=(CardNumber,),
        repeatable=True,
        ref="SIM800 AT manual 6.2.23",
    )


class IccidRead(Command[Iccid]):
    """Ask for the ICCID (SIM5320 AT manual V2.02 4.3)."""

    wire = Syntax(
        name="+CICCID", form=Form.EXECUTE, tested="", replies=(Iccid,), repeatable=True, ref="SIM5320 AT manual 4.3"
    )


class ProviderNameRead(Command[ProviderName]):
    """Ask for the provider's name (SIM800 AT manual 6.2.15)."""

    wire = Syntax(name="+CSPN", form=Form.READ, replies=(ProviderName,), repeatable=True, ref="SIM800 AT manual 6.2.15")
