"""HTTP of the SIM7100 as one exchange with a server: AT+CHTTPACT.

Source: SIM7100 Internet service V0.01, chapter 6; where it is silent, SIM5320 AT manual V1.23 and SIM52xx HTTP note
V0.02. The host writes the whole request and gets the whole answer, status line and header fields included; the module
looks at neither. Some firmware writes the status line and the names of the header fields in lower case.
"""

from typing import Annotated, Literal

from simcom_async.at.code import Code
from simcom_async.at.command import (
    Abort,
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
    Terminated,
)
from simcom_async.at.escape import ETX_SUB
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Counted, Line, Prompt, Spacing, Urc
from simcom_async.commands.general import At

__all__ = [
    "CHTTP_PACKET_MAXIMUM",
    "ChttpAct",
    "ChttpCode",
    "ChttpEvent",
    "ChttpPacket",
    "ChttpRequest",
]

#: The longest packet that is believed, in bytes; modules send one for what they read of the network at a time.
CHTTP_PACKET_MAXIMUM = 65536

_INVALID = 226


class ChttpCode(Code):
    """How an HTTP operation ended (SIM7100 Internet service 6.2); in its line, or behind +CME ERROR."""

    DONE = 0, "done, the server has closed the connection"
    UNKNOWN = 220, "unknown error for HTTP"
    BUSY = 221, "the HTTP task is busy, or another socket is open", True, "end the other operation, then retry"
    NOT_RESOLVED = 222, "the host name could not be resolved", True, "check the host, wait some seconds, then retry"
    TIMEOUT = 223, "the server was silent", True, "retry later"
    TRANSFER_FAILED = 224, "the transfer was broken off", True, "send the request again, if that does no harm"
    MEMORY = 225, "the module's memory does not suffice", True, "retry later, with a shorter request"
    INVALID = 226, "a parameter is not valid", False, "check host, port and request"
    NETWORK = 227, "network error", True, "check AT+CGSOCKCONT, host and port, then retry"


class ChttpRequest(Prompt):
    """The request may be entered, up to Ctrl-Z (SIM7100 Internet service 6.1)."""

    wire = Line("+CHTTPACT", ref="SIM7100 Internet service 6.1")
    state: Literal["REQUEST"] = "REQUEST"


class ChttpPacket(Urc):
    """``length`` bytes of the answer follow, as they are (SIM7100 Internet service 6.1; SIM52xx HTTP note V0.02)."""

    wire = Line(
        "+CHTTPACT",
        documented=Spacing(comma=", "),
        opens=Counted("length", maximum=CHTTP_PACKET_MAXIMUM),
        ref="SIM7100 Internet service 6.1",
    )
    kind: Literal["DATA"] = "DATA"
    length: Annotated[int, Range(0, CHTTP_PACKET_MAXIMUM)]


class ChttpEvent(Urc):
    """How the operation ended; in front of ERROR, why it failed (SIM7100 Internet service 6.1)."""

    wire = Line("+CHTTPACT", ref="SIM7100 Internet service 6.1")
    code: ChttpCode


class ChttpAct(Command[ChttpEvent]):
    """Send an HTTP request, which is entered up to Ctrl-Z, and wait until the server has closed the connection.

    ETX and Ctrl-Z bytes of the request stand behind an ETX each; the module echoes the request while it echoes
    commands. OK says that the server has it, packets with the answer follow, and the port is taken up to the end, which
    nothing hastens: a module that answers AT has come to it. Patience covers 2 minutes for the connection and a server
    that is silent as long; a module may wait an hour (SIM52xx HTTP note V0.02). It runs beside no other socket. Source:
    SIM7100 Internet service 6.1.
    """

    wire = Syntax(
        name="+CHTTPACT",
        form=Form.WRITE,
        tested='"ADDRESS", (1-65535)',
        entry=Entry(prompt=ChttpRequest, size=Terminated(ETX_SUB), echoed=True),
        completion=Completion(
            endings=(Ending(ChttpEvent),), packets=(ChttpPacket,), position=Position.EITHER, holds_port=True
        ),
        patience=Patience(prompt=130.0, final=130.0, completion=130.0),
        service=Service.HTTP,
        excludes=(Service.HTTPS,),
        abort=Abort(entry=Means.SUB, command=At),
        codes=ChttpCode,
        invalid=_INVALID,
        ref="SIM7100 Internet service 6.1",
    )
    host: Annotated[str, Text(min=1, max=256)]
    port: Annotated[int, Range(1, 65535)] = 80
