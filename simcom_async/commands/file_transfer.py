"""Files of the module over the serial line: AT+CFTRANRX into it, AT+CFTRANTX out of it.

Sources: SIM5320 AT manual V2.02 chapter 14, SIM7600 AT manual V3.00 20.2. Paths are absolute, with the drive; AT+CATR
must name the port of the host where the module has several.
"""

from typing import Annotated, Literal

from simcom_async.at.command import (
    Abort,
    ByParameter,
    Command,
    Completion,
    Ending,
    Entry,
    Form,
    Means,
    Patience,
    Position,
    Service,
    Syntax,
)
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Counted, Line, Prompt, Urc
from simcom_async.commands.general import At

__all__ = ["PACKET_MAXIMUM", "FilePacket", "FilePrompt", "FileReceive", "FileSend", "FileSent"]

#: The longest packet of AT+CFTRANTX that is believed, in bytes; modules send some hundred.
PACKET_MAXIMUM = 65536
_LENGTH_MAXIMUM = 2_147_483_647


class FilePrompt(Prompt):
    """The module waits for the bytes of the file; nothing follows the mark (SIM5320 AT manual 14.1)."""

    wire = Line(">", mark=True, ref="SIM5320 AT manual 14.1")


class FilePacket(Urc):
    """``length`` bytes of the file follow (SIM5320 AT manual 14.2; the SIM7600 prints a blank behind the comma)."""

    wire = Line("+CFTRANTX", opens=Counted("length", maximum=PACKET_MAXIMUM), ref="SIM5320 AT manual 14.2")
    kind: Literal["DATA"] = "DATA"
    length: Annotated[int, Range(0, PACKET_MAXIMUM)]


class FileSent(Urc):
    """All bytes have come (SIM5320 AT manual 14.2)."""

    wire = Line("+CFTRANTX", ref="SIM5320 AT manual 14.2")
    code: Literal[0] = 0


class FileReceive(Command[None]):
    """Write a file of exactly ``length`` bytes, which follow the prompt (SIM5320 AT manual 14.1)."""

    wire = Syntax(
        name="+CFTRANRX",
        form=Form.WRITE,
        tested="",
        entry=Entry(prompt=FilePrompt, size=ByParameter("length"), maximum=_LENGTH_MAXIMUM),
        abort=Abort(entry=Means.FILL),
        patience=Patience(final=60.0),
        service=Service.FILES,
        ref="SIM5320 AT manual 14.1",
    )
    path: Annotated[str, Text(min=1, tagged=True)]
    length: Annotated[int, Range(0, _LENGTH_MAXIMUM)]


class FileSend(Command[FileSent]):
    """Read a file, or ``size`` bytes of it from ``position`` on, in packets; repeatable (SIM5320 AT manual 14.2).

    OK comes behind the packets on the SIM5320, before them on the SIM7600. Nothing stops it; a module that answers AT
    has ended it.
    """

    wire = Syntax(
        name="+CFTRANTX",
        form=Form.WRITE,
        tested="",
        completion=Completion(
            endings=(Ending(FileSent),), packets=(FilePacket,), position=Position.EITHER, holds_port=True
        ),
        abort=Abort(after=Means.COMMAND, command=At),
        service=Service.FILES,
        repeatable=True,
        ref="SIM5320 AT manual 14.2",
    )
    path: Annotated[str, Text(min=1, tagged=True)]
    position: Annotated[int | None, Range(0, _LENGTH_MAXIMUM)] = None
    size: Annotated[int | None, Range(0, _LENGTH_MAXIMUM)] = None
