"""The serial line of the later series: its rates, and which port unsolicited lines go to.

Sources: SIM5320 AT manual V2.02 3.12, 3.13, 4.11, SIM7500/SIM7600 AT manual V3.00 2.2.33, 3.2.11.
"""

from enum import IntEnum
from typing import Annotated

from simcom_async.at.command import Change, Command, Form, Syntax
from simcom_async.at.fields import Range
from simcom_async.at.message import Line, Reply
from simcom_async.at.setting import Setting

__all__ = ["FastBaudRate", "FastLineRate", "PermanentLineRate", "UrcPort", "UrcPortRead", "UrcPortSelect"]

_RATES = "(0,300,600,1200,2400,4800,9600,19200,38400,57600,115200,230400,460800,921600,3000000,3200000,3686400,4000000)"


class FastBaudRate(IntEnum):
    """Rates of the serial line in bit/s (SIM7600 AT manual 2.2.33); 0: the module finds the rate by itself."""

    AUTO = 0
    BPS_300 = 300
    BPS_600 = 600
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
    BPS_921600 = 921600
    BPS_3000000 = 3_000_000
    BPS_3200000 = 3_200_000
    BPS_3686400 = 3_686_400
    BPS_4000000 = 4_000_000


class FastLineRate(Setting):
    """The rate of the serial line until the next start, in force behind the OK (SIM5320 AT manual 3.12)."""

    wire = Syntax(
        name="+IPR",
        form=Form.WRITE,
        tested=_RATES,
        changes=(Change("baud", field="rate"),),
        repeatable=True,
        ref="SIM5320 AT manual 3.12",
    )
    rate: FastBaudRate = FastBaudRate.BPS_115200


class PermanentLineRate(Setting):
    """The rate of the serial line, in force behind the OK and after each start (SIM5320 AT manual 3.13)."""

    wire = Syntax(
        name="+IPREX",
        form=Form.WRITE,
        tested=_RATES,
        changes=(Change("baud", field="rate"),),
        repeatable=True,
        ref="SIM5320 AT manual 3.13",
    )
    rate: FastBaudRate = FastBaudRate.BPS_115200


class UrcPort(Reply):
    """The port that unsolicited lines go to (SIM5320 AT manual 4.11)."""

    wire = Line("+CATR", ref="SIM5320 AT manual 4.11")
    port: Annotated[int, Range(0, 7)]


class UrcPortSelect(Command[None]):
    """Choose the port of unsolicited lines: 0 all, 1 UART, 2 modem, 3 AT port, 4 to 7 those of the multiplexer.

    ``save`` 1 keeps it. FTPS and the output of files want one port (SIM5320 AT manual V2.02 4.11, 16.4).
    """

    wire = Syntax(name="+CATR", form=Form.WRITE, tested="(0-7)", repeatable=True, ref="SIM5320 AT manual 4.11")
    port: Annotated[int, Range(0, 7)]
    save: Annotated[int | None, Range(0, 1)] = None


class UrcPortRead(Command[UrcPort]):
    """Ask for the port of unsolicited lines (SIM5320 AT manual 4.11)."""

    wire = Syntax(name="+CATR", form=Form.READ, replies=(UrcPort,), repeatable=True, ref="SIM5320 AT manual 4.11")
