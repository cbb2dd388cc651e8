"""HTTPS of the SIM7100, as a session over TLS that carries whatever the host writes: AT+CHTTPSSTART to AT+CHTTPSRECV.

Source: SIM7100 Internet service V0.01, chapter 7; where it is silent, SIM5320 AT manual V2.02 16.5. A session sends in
two steps: blocks are entered, then the module is told to send them. What the server says waits in the module, which
says so once (``ChttpsDataWaiting``), perhaps in front of the OK of what the host sent, until the host fetches it. Where
the SIM7100 document has OK or ERROR alone, newer firmware has a line with the code, too.
"""

from enum import IntEnum
from typing import Annotated, Literal

from simcom_async.at.code import Code
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
    Probe,
    Service,
    Syntax,
)
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Counted, Line, Prompt, Reply, Times, Urc
from simcom_async.commands.general import At

__all__ = [
    "CHTTPS_PACKET_MAXIMUM",
    "CHTTPS_SEND_MAXIMUM",
    "ChttpsCached",
    "ChttpsClose",
    "ChttpsCloseEvent",
    "ChttpsCode",
    "ChttpsDataWaiting",
    "ChttpsEvent",
    "ChttpsFlush",
    "ChttpsLayer",
    "ChttpsOpen",
    "ChttpsOpenEvent",
    "ChttpsPacket",
    "ChttpsPeerClosed",
    "ChttpsReceive",
    "ChttpsReceiveRead",
    "ChttpsReceived",
    "ChttpsSend",
    "ChttpsSendPrompt",
    "ChttpsSendRead",
    "ChttpsSent",
    "ChttpsStart",
    "ChttpsStartEvent",
    "ChttpsState",
    "ChttpsStateRead",
    "ChttpsStatus",
    "ChttpsStop",
    "ChttpsStopEvent",
    "ChttpsUnsent",
]

#: The longest block that is entered at a time, in bytes (SIM7100 Internet service 7.5).
CHTTPS_SEND_MAXIMUM = 4096
#: The longest packet that is believed, in bytes; the documents have no number.
CHTTPS_PACKET_MAXIMUM = 65536

#: 120 s for the connection or a silent server (SIM52xx HTTP note V0.02), and a margin.
_SILENCE = 130.0
_STARTED, _OPEN = ("CHTTPSSTART",), ("CHTTPSSTART", "CHTTPSOPSE")
#: Real firmware has two S; the document has one, and misprints beside it (SIM7100 Internet service 7.5).
_SEND, _SEND_DOCUMENTED = "+CHTTPSSEND", "+CHTTPSEND"
_SEND_LINES = (_SEND_DOCUMENTED, "+CHTTPSENDD")
_SEND_ALIASES = (*_SEND_LINES, "+CMMSSEND")


class ChttpsCode(Code):
    """How work of an HTTPS session ended (SIM5320 AT manual 16.5.9; 13 SIM7600). The numbers are not those of FTPS."""

    DONE = 0, "done"
    UNKNOWN = 1, "unknown error, or TLS has failed", False, "check port, certificate and TLS version"
    BUSY = 2, "another operation is running", True, "wait until it has ended, then retry"
    CLOSED = 3, "the server has closed the connection", True, "open a session again, then retry"
    TIMEOUT = 4, "the server was silent", True, "open a session again, then retry"
    TRANSFER_FAILED = 5, "the transfer was broken off", True, "open a session again, then retry"
    MEMORY = 6, "the module's memory does not suffice", True, "send what was entered, then enter the rest"
    INVALID = 7, "a parameter is not valid", False, "check the values of the command"
    NETWORK = 8, "network error", True, "check AT+CGSOCKCONT, host and port, then retry"
    SOCKET = 13, "no socket could be made", True, "retry"


class ChttpsLayer(IntEnum):
    """What a session runs over (SIM5320 AT manual 16.5.3); the SIM7100 document knows TLS only."""

    PLAIN = 1
    TLS = 2


class ChttpsState(IntEnum):
    """How far a session has come (SIM5320 AT manual 16.5.7)."""

    NONE = 0
    ACQUIRED = 1
    OPENING_NETWORK = 2
    CLOSING_NETWORK = 3
    NETWORK_OPEN = 4
    CLOSING_SESSION = 5
    OPENING_SESSION = 6
    SESSION_OPEN = 7


class ChttpsEvent(Urc):
    """How work of an HTTPS session ended; each command has a line of its own."""

    code: ChttpsCode


class ChttpsStartEvent(ChttpsEvent):
    """The stack was acquired, or not (SIM7500/SIM7600 AT manual; the SIM7100 document has OK or ERROR alone)."""

    wire = Line("+CHTTPSSTART", ref="SIM7500/SIM7600 AT manual V3.00")


class ChttpsStopEvent(ChttpsEvent):
    """The stack was released, or not (SIM7500/SIM7600 AT manual; the SIM7100 document has OK or ERROR alone)."""

    wire = Line("+CHTTPSSTOP", ref="SIM7500/SIM7600 AT manual V3.00")


class ChttpsOpenEvent(ChttpsEvent):
    """The session is open, or not (SIM7500/SIM7600 AT manual; the SIM7100 document has OK or ERROR alone)."""

    wire = Line("+CHTTPSOPSE", ref="SIM7500/SIM7600 AT manual V3.00")


class ChttpsCloseEvent(ChttpsEvent):
    """The session is closed, or not (SIM7500/SIM7600 AT manual; the SIM7100 document has OK or ERROR alone)."""

    wire = Line("+CHTTPSCLSE", ref="SIM7500/SIM7600 AT manual V3.00")


class ChttpsSent(ChttpsEvent, Reply):
    """What was entered has been sent, or not; in front of ERROR, why (SIM7100 Internet service 7.5)."""

    wire = Line(
        _SEND,
        aliases=_SEND_LINES,
        documented_tag=_SEND_DOCUMENTED,
        times=Times.OPTIONAL,
        ref="SIM7100 Internet service 7.5",
    )


class ChttpsReceived(ChttpsEvent):
    """The end of what was fetched; in front of ERROR, why there is nothing (SIM7100 Internet service 7.6)."""

    wire = Line("+CHTTPSRECV", ref="SIM7100 Internet service 7.6")


class ChttpsPacket(Urc):
    """``length`` bytes of what the server said follow (SIM7100 Internet service 7.6)."""

    wire = Line(
        "+CHTTPSRECV",
        opens=Counted("length", maximum=CHTTPS_PACKET_MAXIMUM),
        ref="SIM7100 Internet service 7.6",
    )
    kind: Literal["DATA"] = "DATA"
    length: Annotated[int, Range(0, CHTTPS_PACKET_MAXIMUM)]


class ChttpsDataWaiting(Urc):
    """Something of the server waits in the module, and nobody fetches it (SIM7100 Internet service 7.7)."""

    wire = Line("+CHTTPS", ref="SIM7100 Internet service 7.7")
    event: Literal["RECV EVENT"] = "RECV EVENT"


class ChttpsPeerClosed(Urc):
    """The server has closed the connection; what it said before may still be fetched (SIM5320 AT manual 16.5.8)."""

    wire = Line("+CHTTPSNOTIFY", ref="SIM5320 AT manual 16.5.8")
    event: Literal["PEER CLOSED"] = "PEER CLOSED"


class ChttpsSendPrompt(Prompt):
    """The module waits for the bytes of a block; nothing follows the mark (SIM7100 Internet service 7.5)."""

    wire = Line(">", mark=True, ref="SIM7100 Internet service 7.5")


class ChttpsUnsent(Reply):
    """Bytes that were entered and wait to be sent (SIM7100 Internet service 7.5)."""

    wire = Line(_SEND, aliases=_SEND_LINES, documented_tag=_SEND_DOCUMENTED, ref="SIM7100 Internet service 7.5")
    unsent: Annotated[int, Range(0)]


class ChttpsCached(Reply):
    """Bytes of the server that wait to be fetched (SIM5320 AT manual 16.5.6)."""

    wire = Line("+CHTTPSRECV", ref="SIM5320 AT manual 16.5.6")
    kind: Literal["LEN"] = "LEN"
    length: Annotated[int, Range(0)]


class ChttpsStatus(Reply):
    """How far the session has come (SIM5320 AT manual 16.5.7)."""

    wire = Line("+CHTTPSSTATE", ref="SIM5320 AT manual 16.5.7")
    state: ChttpsState


class ChttpsStateRead(Command[ChttpsStatus]):
    """Ask how far the session has come; not in the SIM7100 document (SIM5320 AT manual 16.5.7)."""

    wire = Syntax(
        name="+CHTTPSSTATE",
        form=Form.EXECUTE,
        replies=(ChttpsStatus,),
        service=Service.HTTPS,
        repeatable=True,
        ref="SIM5320 AT manual 16.5.7",
    )


class ChttpsStart(Command[ChttpsStartEvent | None]):
    """Acquire the HTTPS stack; ERROR when it is acquired already (SIM7100 Internet service 7.1)."""

    wire = Syntax(
        name="+CHTTPSSTART",
        form=Form.EXECUTE,
        completion=Completion(endings=(Ending(ChttpsStartEvent),), position=Position.EITHER, optional=True),
        patience=Patience(final=60.0),
        service=Service.HTTPS,
        codes=ChttpsCode,
        ref="SIM7100 Internet service 7.1",
    )


class ChttpsStop(Command[ChttpsStopEvent | None]):
    """Release the HTTPS stack, and with it an open session; ERROR when it is not acquired.

    Source: SIM7100 Internet service 7.2.
    """

    wire = Syntax(
        name="+CHTTPSSTOP",
        form=Form.EXECUTE,
        completion=Completion(endings=(Ending(ChttpsStopEvent),), position=Position.EITHER, optional=True),
        patience=Patience(final=60.0),
        service=Service.HTTPS,
        needs=_STARTED,
        codes=ChttpsCode,
        ref="SIM7100 Internet service 7.2",
    )


class ChttpsClose(Command[ChttpsCloseEvent | None]):
    """Close the session; ERROR when there is none, or the server has closed it (SIM7100 Internet service 7.4)."""

    wire = Syntax(
        name="+CHTTPSCLSE",
        form=Form.EXECUTE,
        completion=Completion(endings=(Ending(ChttpsCloseEvent),), position=Position.EITHER, optional=True),
        patience=Patience(final=60.0),
        service=Service.HTTPS,
        needs=_OPEN,
        codes=ChttpsCode,
        ref="SIM7100 Internet service 7.4",
    )


class ChttpsOpen(Command[ChttpsOpenEvent | None]):
    """Open a session with a server; ERROR when that failed, or one is open (SIM7100 Internet service 7.3).

    ``layer``: only newer firmware knows it, and takes TLS without it (SIM5320 AT manual 16.5.3).
    """

    wire = Syntax(
        name="+CHTTPSOPSE",
        form=Form.WRITE,
        completion=Completion(endings=(Ending(ChttpsOpenEvent),), position=Position.EITHER, optional=True),
        patience=Patience(final=_SILENCE),
        service=Service.HTTPS,
        needs=_STARTED,
        abort=Abort(after=Means.COMMAND, command=ChttpsClose),
        codes=ChttpsCode,
        ref="SIM7100 Internet service 7.3",
    )
    host: Annotated[str, Text(min=1, max=256)]
    port: Annotated[int, Range(1, 65535)] = 443
    layer: ChttpsLayer | None = None


class ChttpsSend(Command[None]):
    """Enter a block of exactly ``length`` bytes, which AT+CHTTPSSEND alone sends; ERROR while too much is unsent.

    The module takes no more while over 10 KB wait to be sent (SIM52xx HTTP note V0.02). The document spells the command
    AT+CHTTPSEND; which spelling a module has, its test form shows. While the end of AT+CHTTPSSEND is awaited this
    command waits for it. Source: SIM7100 Internet service 7.5.
    """

    wire = Syntax(
        name=_SEND,
        form=Form.WRITE,
        aliases=_SEND_ALIASES,
        documented=_SEND_DOCUMENTED,
        tested="(1-4096)",
        replies=(ChttpsSent,),
        entry=Entry(prompt=ChttpsSendPrompt, size=ByParameter("length"), maximum=CHTTPS_SEND_MAXIMUM),
        service=Service.HTTPS,
        needs=_OPEN,
        abort=Abort(entry=Means.FILL),
        codes=ChttpsCode,
        ref="SIM7100 Internet service 7.5",
    )
    length: Annotated[int, Range(1, CHTTPS_SEND_MAXIMUM)]


class ChttpsSendRead(Command[ChttpsUnsent]):
    """Ask how much of what was entered is unsent (SIM7100 Internet service 7.5).

    The answer looks as the end of AT+CHTTPSSEND does: while that is awaited this command waits for it.
    """

    wire = Syntax(
        name=_SEND,
        form=Form.READ,
        aliases=_SEND_ALIASES,
        documented=_SEND_DOCUMENTED,
        replies=(ChttpsUnsent,),
        service=Service.HTTPS,
        repeatable=True,
        ref="SIM7100 Internet service 7.5",
    )


class ChttpsFlush(Command[ChttpsSent]):
    """Send what was entered, and wait until that has been done (SIM7100 Internet service 7.5).

    Nothing but the end of the session stops it. One that is given up goes on, and its question tells when it has ended.
    """

    wire = Syntax(
        name=_SEND,
        form=Form.EXECUTE,
        aliases=_SEND_ALIASES,
        documented=_SEND_DOCUMENTED,
        completion=Completion(endings=(Ending(ChttpsSent),), position=Position.EITHER),
        patience=Patience(completion=_SILENCE),
        service=Service.HTTPS,
        needs=_OPEN,
        probe=Probe(ChttpsSendRead, "unsent", 0),
        codes=ChttpsCode,
        ref="SIM7100 Internet service 7.5",
    )


class ChttpsReceiveRead(Command[ChttpsCached]):
    """Ask how much of the server waits to be fetched; not in the SIM7100 document (SIM5320 AT manual 16.5.6)."""

    wire = Syntax(
        name="+CHTTPSRECV",
        form=Form.READ,
        replies=(ChttpsCached,),
        service=Service.HTTPS,
        repeatable=True,
        ref="SIM5320 AT manual 16.5.6",
    )


class ChttpsReceive(Command[ChttpsReceived]):
    """Fetch what the server said, in packets, and wait for the end; the port is taken until then.

    ``length`` is the most that comes (SIM5320 AT manual 16.5.6), or the least (SIM7100 Internet service 7.6). Where
    nothing waits the module waits for the server, and nothing hastens it: one that answers AT has ended.
    """

    wire = Syntax(
        name="+CHTTPSRECV",
        form=Form.WRITE,
        completion=Completion(
            endings=(Ending(ChttpsReceived),), packets=(ChttpsPacket,), position=Position.EITHER, holds_port=True
        ),
        patience=Patience(completion=_SILENCE),
        service=Service.HTTPS,
        needs=_OPEN,
        abort=Abort(command=At),
        codes=ChttpsCode,
        ref="SIM7100 Internet service 7.6",
    )
    length: Annotated[int, Range(1)]
