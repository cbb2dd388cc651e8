"""Start, functionality, supply and switching off (SIM800 AT manual V1.12 3.2.42, 3.2.52, 6.2.2, 18.3)."""

from enum import IntEnum
from typing import Annotated, Literal

from simcom_async.at.command import Command, Form, Patience, Syntax
from simcom_async.at.fields import Range
from simcom_async.at.message import Line, Reply
from simcom_async.commands.topics import (
    FunctionalityChanged,
    ModuleBooted,
    ModuleReady,
    PowerDown,
    PowerWarning,
)

__all__ = [
    "AtReady",
    "AutobaudOk",
    "BatteryCharge",
    "BatteryChargeRead",
    "CallReady",
    "ChargeOnly",
    "ChargeStatus",
    "Functionality",
    "FunctionalityLevel",
    "FunctionalityRead",
    "FunctionalityWrite",
    "NormalPowerDown",
    "OvervoltagePowerDown",
    "OvervoltageWarning",
    "PhoneBookReady",
    "PowerOff",
    "PowerOffAtOnce",
    "PowerOffQuietly",
    "PoweringOff",
    "Ready",
    "Restart",
    "SmsReady",
    "Start",
    "UndervoltagePowerDown",
    "UndervoltageWarning",
]


class FunctionalityLevel(IntEnum):
    """How much of the module works (SIM800 AT manual 3.2.42)."""

    MINIMUM = 0
    FULL = 1
    RADIO_OFF = 4


class ChargeStatus(IntEnum):
    """Whether the battery is being charged (SIM800 AT manual 3.2.52)."""

    NOT_CHARGING = 0
    CHARGING = 1
    FINISHED = 2


class Ready(ModuleBooted):
    """The module is ready to operate at a fixed rate (SIM800 AT manual 18.3)."""

    wire = Line("RDY", ref="SIM800 AT manual 18.3")


class Start(ModuleBooted):
    """The module has started; seen on SIM5320 and SIM5360 in the place of RDY."""

    wire = Line("START", ref="SIM5320 boot log")


class AtReady(ModuleBooted):
    """The module takes commands (A76XX AT manual V1.09)."""

    wire = Line("*ATREADY", ref="A76XX AT manual")
    mode: int


class AutobaudOk(ModuleReady):
    """The SIM7100 has found the rate (SIM7100 UART note chapter 5)."""

    wire = Line("Autobaud", ref="SIM7100 UART note 5")
    result: Literal["OK"] = "OK"


class CallReady(ModuleReady):
    """The phone book is loaded, calls are possible (SIM800 AT manual 18.3)."""

    wire = Line("Call Ready", aliases=("CALL READY",), ref="SIM800 AT manual 18.3")


class SmsReady(ModuleReady):
    """Short messages are possible; ``SMS DONE`` on other series (SIM800 AT manual 18.3)."""

    wire = Line("SMS Ready", aliases=("SMS DONE",), ref="SIM800 AT manual 18.3")


class PhoneBookReady(ModuleReady):
    """The phone book is loaded (SIM7100 boot log); it comes seconds after the first answer."""

    wire = Line("PB DONE", ref="SIM7100 boot log")


class Functionality(Reply, FunctionalityChanged):
    """The level of functionality; said by itself after a start at a fixed rate (SIM800 AT manual 3.2.42, 18.3)."""

    wire = Line("+CFUN", ref="SIM800 AT manual 3.2.42")
    level: FunctionalityLevel


class NormalPowerDown(PowerDown, Reply):
    """Switched off with the key, or the answer to AT+CPOWD=1 (SIM800 AT manual 18.3, 6.2.2)."""

    wire = Line("NORMAL POWER DOWN", ref="SIM800 AT manual 18.3")


class UndervoltageWarning(PowerWarning):
    """The supply voltage is low; the double N is the real spelling (SIM800 AT manual 18.3)."""

    wire = Line("UNDER-VOLTAGE WARNNING", ref="SIM800 AT manual 18.3")


class UndervoltagePowerDown(PowerDown):
    """Switched off because the supply voltage is too low (SIM800 AT manual 18.3)."""

    wire = Line(
        "UNDER-VOLTAGE POWER DOWN",
        aliases=("UNDER-VOLTAGE WARNNING POWER DOWN",),
        ref="SIM800 AT manual 18.3",
    )


class OvervoltageWarning(PowerWarning):
    """The supply voltage is high (SIM800 AT manual 18.3)."""

    wire = Line("OVER-VOLTAGE WARNNING", ref="SIM800 AT manual 18.3")


class OvervoltagePowerDown(PowerDown):
    """Switched off because the supply voltage is too high (SIM800 AT manual 18.3)."""

    wire = Line("OVER-VOLTAGE POWER DOWN", ref="SIM800 AT manual 18.3")


class PoweringOff(PowerDown):
    """The SIM5360 says so before it is gone."""

    wire = Line("starting power off the module!", ref="SIM5360 log")


class ChargeOnly(PowerWarning):
    """The module only charges its battery (SIM800 AT manual 18.3)."""

    wire = Line("CHARGE-ONLY MODE", ref="SIM800 AT manual 18.3")


class BatteryCharge(Reply):
    """Charging, capacity left in percent, voltage in mV (SIM800 AT manual 3.2.52)."""

    wire = Line("+CBC", ref="SIM800 AT manual 3.2.52")
    status: ChargeStatus
    percent: Annotated[int, Range(0, 100)]
    millivolts: Annotated[int, Range(0, 65535)]


class FunctionalityWrite(Command[None]):
    """Set the level of functionality; ``reset`` 1 restarts the module first (SIM800 AT manual 3.2.42: 10 s)."""

    wire = Syntax(
        name="+CFUN",
        form=Form.WRITE,
        tested="(0,1,4),(0,1)",
        patience=Patience(final=15.0),
        ref="SIM800 AT manual 3.2.42",
    )
    level: FunctionalityLevel
    reset: Annotated[int | None, Range(0, 1)] = None


class FunctionalityRead(Command[Functionality]):
    """Ask for the level of functionality (SIM800 AT manual 3.2.42)."""

    wire = Syntax(
        name="+CFUN",
        form=Form.READ,
        replies=(Functionality,),
        repeatable=True,
        ref="SIM800 AT manual 3.2.42",
    )


class PowerOff(Command[NormalPowerDown]):
    """Switch off, and say so: NORMAL POWER DOWN stands in the place of OK (SIM800 AT manual 6.2.2)."""

    wire = Syntax(
        name="+CPOWD",
        form=Form.WRITE,
        replies=(NormalPowerDown,),
        final_reply=True,
        ref="SIM800 AT manual 6.2.2",
    )
    mode: Literal[1] = 1


class PowerOffAtOnce(Command[None]):
    """Switch off without a word (SIM800 AT manual 6.2.2)."""

    wire = Syntax(name="+CPOWD", form=Form.WRITE, unanswered=True, ref="SIM800 AT manual 6.2.2")
    mode: Literal[0] = 0


class PowerOffQuietly(Command[None]):
    """Switch off behind the OK (SIM5320 AT manual V2.02 4.13)."""

    wire = Syntax(name="+CPOF", form=Form.EXECUTE, tested="", ref="SIM5320 AT manual 4.13")


class Restart(Command[None]):
    """Start again behind the OK (SIM5320 AT manual V2.02 4.14)."""

    wire = Syntax(name="+CRESET", form=Form.EXECUTE, tested="", ref="SIM5320 AT manual 4.14")


class BatteryChargeRead(Command[BatteryCharge]):
    """Ask for the battery (SIM800 AT manual 3.2.52)."""

    wire = Syntax(
        name="+CBC",
        form=Form.EXECUTE,
        tested="(0-2),(1-100),(voltage)",
        replies=(BatteryCharge,),
        repeatable=True,
        ref="SIM800 AT manual 3.2.52",
    )
