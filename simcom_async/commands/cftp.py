"""Plain FTP of the SIM7100: files to and from the serial line and the module's own file system, and lists.

Source: SIM7100 Internet service V0.01, 5.7 to 5.11 and 5.15; where it is silent, SIM5320 AT manual V2.02 16.3. There is
one operation at a time, and each opens a connection of its own, in whose first directory a name without a slash is
meant. What is not ASCII stands as ``{non-ascii}"hex"``, and the server gets these very bytes.
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
from simcom_async.at.message import Counted, Line, Prompt, Reply, Spacing, Times, Urc
from simcom_async.commands.general import At

__all__ = [
    "CFTP_PACKET_MAXIMUM",
    "CFTP_PATH_MAXIMUM",
    "CftpCode",
    "CftpEvent",
    "CftpGet",
    "CftpGetEvent",
    "CftpGetFile",
    "CftpGetFileEvent",
    "CftpGetPacket",
    "CftpList",
    "CftpListEvent",
    "CftpListPacket",
    "CftpPut",
    "CftpPutBegin",
    "CftpPutFailed",
    "CftpPutFile",
    "CftpPutFileEvent",
]

#: The longest packet that is believed, in bytes; modules send some 1000 to 1500 (SIM7100 Internet service 5.9).
CFTP_PACKET_MAXIMUM = 65536
#: The longest path, in characters (SIM7100 Internet service 5.12).
CFTP_PATH_MAXIMUM = 256

_OFFSET_MAXIMUM = 2_147_483_647
#: 120 s when the server is silent (SIM5320 AT manual 16.4.19), and a margin.
_SILENCE = 130.0
_SERVER = ("CFTPSERV",)
_INVALID = 213
#: Nothing stops what the module pushes; one that answers AT has ended it.
_ABORT = Abort(command=At)


class CftpCode(Code):
    """How plain FTP work ended (SIM7100 Internet service 5.15; 215 to 219 SIM5320 AT manual 16.3.15).

    They stand in the line of the command, or behind +CME ERROR.
    """

    DONE = 0, "done"
    UNKNOWN = 201, "unknown error"
    BUSY = 202, "another FTP operation is running", True, "wait until it has ended, then retry"
    NOT_RESOLVED = 203, "the host name could not be resolved", True, "check AT+CFTPSERV, wait some seconds, then retry"
    TIMEOUT = 204, "the server was silent", True, "retry later"
    READ_FAILED = 205, "the file in the module could not be read", False, "list the directory with AT+FSLS"
    WRITE_FAILED = 206, "the file in the module could not be written", False, "ask for the space with AT+FSMEM"
    NOT_ALLOWED = 207, "not allowed in this state", False, "set the server with AT+CFTPSERV"
    LOGIN_FAILED = 208, "the server refused the login", False, "check AT+CFTPUN and AT+CFTPPW"
    LOGOUT_FAILED = 209, "the server refused the logout; what was done before it is done"
    TRANSFER_FAILED = 210, "the transfer was broken off", True, "ask what has arrived, then retry from there"
    REJECTED = 211, "the server refused the command", False, "check the path and the permissions at the server"
    MEMORY = 212, "the module's memory does not suffice"
    INVALID = 213, "a parameter is not valid", False, "check the values of the command"
    NETWORK = 214, "network error", True, "check AT+CGSOCKCONT, AT+CFTPSERV and AT+CFTPPORT, then retry"
    CONNECT_FAILED = 215, "the server could not be connected to", True, "check AT+CFTPSERV and AT+CFTPPORT, then retry"
    SEND_FAILED = 216, "nothing could be sent to the server", True, "retry"
    RECEIVE_FAILED = 217, "nothing could be received from the server", True, "retry"
    CHECK_FAILED = 218, "the server refused user name or password", False, "check AT+CFTPUN and AT+CFTPPW"
    CONNECT_TIMEOUT = 219, "the server did not answer the connection", True, "check AT+CFTPSERV, then retry"


class CftpEvent(Urc):
    """How a plain FTP operation ended; each operation has a line of its own."""

    code: CftpCode


class CftpGetEvent(CftpEvent):
    """The end of a download to the serial line (SIM7100 Internet service 5.9)."""

    wire = Line("+CFTPGET", ref="SIM7100 Internet service 5.9")


class CftpGetPacket(Urc):
    """``length`` bytes of the file follow, as they are (SIM7100 Internet service 5.9)."""

    wire = Line(
        "+CFTPGET",
        documented=Spacing(comma=", "),
        opens=Counted("length", maximum=CFTP_PACKET_MAXIMUM),
        ref="SIM7100 Internet service 5.9",
    )
    kind: Literal["DATA"] = "DATA"
    length: Annotated[int, Range(0, CFTP_PACKET_MAXIMUM)]


class CftpListEvent(CftpEvent):
    """The end of a listing (SIM7100 Internet service 5.11)."""

    wire = Line("+CFTPLIST", ref="SIM7100 Internet service 5.11")


class CftpListPacket(Urc):
    """``length`` bytes of the listing follow (SIM7100 Internet service 5.11)."""

    wire = Line(
        "+CFTPLIST",
        opens=Counted("length", maximum=CFTP_PACKET_MAXIMUM),
        ref="SIM7100 Internet service 5.11",
    )
    kind: Literal["DATA"] = "DATA"
    length: Annotated[int, Range(0, CFTP_PACKET_MAXIMUM)]


class CftpGetFileEvent(CftpEvent):
    """The end of a download into the module (SIM7100 Internet service 5.7)."""

    wire = Line("+CFTPGETFILE", ref="SIM7100 Internet service 5.7")


class CftpPutFileEvent(CftpEvent):
    """The end of an upload out of the module (SIM7100 Internet service 5.8)."""

    wire = Line("+CFTPPUTFILE", ref="SIM7100 Internet service 5.8")


class CftpPutBegin(Prompt):
    """The server is ready: the file may be entered, up to Ctrl-Z (SIM7100 Internet service 5.10)."""

    wire = Line("+CFTPPUT", ref="SIM7100 Internet service 5.10")
    state: Literal["BEGIN"] = "BEGIN"


class CftpPutFailed(Reply):
    """Why an upload failed, in front of ERROR (SIM5320 AT manual 16.3.10; the SIM7100 has it in +CME ERROR)."""

    wire = Line("+CFTPPUT", times=Times.OPTIONAL, ref="SIM5320 AT manual 16.3.10")
    code: CftpCode


class CftpGetFile(Command[CftpGetFileEvent]):
    """Download a file into a directory of the module, and wait for the end (SIM7100 Internet service 5.7).

    ``directory``: 0 is the current one (AT+FSCD), 1 to 8 are not documented: Picture, Video and VideoCall of C, then of
    D, Audio of C, of D (SIM5320 AT manual V1.23). ``offset``: the byte from which it goes on (SIM5320 16.3.7).
    """

    wire = Syntax(
        name="+CFTPGETFILE",
        form=Form.WRITE,
        tested='[{non-ascii}]"FILEPATH", (0-8)',
        completion=Completion(endings=(Ending(CftpGetFileEvent),), position=Position.EITHER),
        patience=Patience(completion=_SILENCE),
        service=Service.FTP,
        needs=_SERVER,
        codes=CftpCode,
        invalid=_INVALID,
        ref="SIM7100 Internet service 5.7",
    )
    path: Annotated[str, Text(min=1, max=CFTP_PATH_MAXIMUM, tagged=True, octets=True)]
    directory: Annotated[int, Range(0, 8)] = 0
    offset: Annotated[int | None, Range(0, _OFFSET_MAXIMUM)] = None


class CftpPutFile(Command[CftpPutFileEvent]):
    """Upload a file of a directory of the module, and wait for the end (SIM7100 Internet service 5.8).

    The file has the last name of ``path``; ``directory`` and ``offset`` are those of AT+CFTPGETFILE.
    """

    wire = Syntax(
        name="+CFTPPUTFILE",
        form=Form.WRITE,
        tested='[{non-ascii}] "FILEPATH", (0-8)',
        completion=Completion(endings=(Ending(CftpPutFileEvent),), position=Position.EITHER),
        patience=Patience(completion=_SILENCE),
        service=Service.FTP,
        needs=_SERVER,
        codes=CftpCode,
        invalid=_INVALID,
        ref="SIM7100 Internet service 5.8",
    )
    path: Annotated[str, Text(min=1, max=CFTP_PATH_MAXIMUM, tagged=True, octets=True)]
    directory: Annotated[int, Range(0, 8)] = 0
    offset: Annotated[int | None, Range(0, _OFFSET_MAXIMUM)] = None


class CftpGet(Command[CftpGetEvent]):
    """Download a file to the serial line, in packets that the module pushes, and wait for the end.

    The port is taken until then. ``offset``: the byte from which it goes on (SIM5320 AT manual 16.3.9). Patience covers
    a server that is silent; give a longer time for a transfer. Source: SIM7100 Internet service 5.9.
    """

    wire = Syntax(
        name="+CFTPGET",
        form=Form.WRITE,
        tested='[{non-ascii}] "FILEPATH"',
        completion=Completion(
            endings=(Ending(CftpGetEvent),), packets=(CftpGetPacket,), position=Position.EITHER, holds_port=True
        ),
        patience=Patience(completion=_SILENCE),
        service=Service.FTP,
        needs=_SERVER,
        abort=_ABORT,
        codes=CftpCode,
        invalid=_INVALID,
        ref="SIM7100 Internet service 5.9",
    )
    path: Annotated[str, Text(min=1, max=CFTP_PATH_MAXIMUM, tagged=True, octets=True)]
    offset: Annotated[int | None, Range(0, _OFFSET_MAXIMUM)] = None


class CftpPut(Command[None]):
    """Upload a file that is entered up to Ctrl-Z, its ETX and Ctrl-Z bytes each behind an ETX.

    OK says that the server has it. Only Ctrl-Z leaves the entry, and then the server has what was entered. ``offset``:
    the byte from which it goes on (SIM5320 AT manual 16.3.10). Source: SIM7100 Internet service 5.10.
    """

    wire = Syntax(
        name="+CFTPPUT",
        form=Form.WRITE,
        tested='[{non-ascii}] "FILEPATH"',
        replies=(CftpPutFailed,),
        entry=Entry(prompt=CftpPutBegin, size=Terminated(ETX_SUB)),
        patience=Patience(prompt=_SILENCE, final=_SILENCE, idle=_SILENCE),
        service=Service.FTP,
        needs=_SERVER,
        abort=Abort(entry=Means.SUB),
        codes=CftpCode,
        invalid=_INVALID,
        ref="SIM7100 Internet service 5.10",
    )
    path: Annotated[str, Text(min=1, max=CFTP_PATH_MAXIMUM, tagged=True, octets=True)]
    offset: Annotated[int | None, Range(0, _OFFSET_MAXIMUM)] = None


class CftpList(Command[CftpListEvent]):
    """List a directory in packets that the module pushes, and wait for the end; the port is taken until then.

    Source: SIM7100 Internet service 5.11.
    """

    wire = Syntax(
        name="+CFTPLIST",
        form=Form.WRITE,
        tested='[{non-ascii}] "FILEPATH"',
        completion=Completion(
            endings=(Ending(CftpListEvent),), packets=(CftpListPacket,), position=Position.EITHER, holds_port=True
        ),
        patience=Patience(completion=_SILENCE),
        service=Service.FTP,
        needs=_SERVER,
        abort=_ABORT,
        codes=CftpCode,
        invalid=_INVALID,
        ref="SIM7100 Internet service 5.11",
    )
    directory: Annotated[str, Text(min=1, max=CFTP_PATH_MAXIMUM, tagged=True, octets=True)]
