"""FTP of the SIM800 and the SIM7000: downloads, uploads and lists in blocks.

Source: SIM800 AT manual V1.12 chapter 12, SIM800 IP note V1.01, SIM7000 AT manual V1.06 chapter 10, SIM7000 FTP note
V1.00. There is one operation at a time, and each opens a connection of its own. OK says that the module has begun, the
completion how it ended.
"""

from enum import IntEnum
from typing import Annotated, Literal

from simcom_async.at.code import Code
from simcom_async.at.command import (
    Abort,
    Command,
    Completion,
    Ending,
    Entry,
    Form,
    Granted,
    Means,
    Patience,
    Probe,
    Service,
    Syntax,
)
from simcom_async.at.fields import Range
from simcom_async.at.message import Counted, Line, Prompt, Reply, Urc

__all__ = [
    "FTP_BLOCK_MAXIMUM",
    "FtpActivity",
    "FtpCode",
    "FtpEvent",
    "FtpGet",
    "FtpGetBlock",
    "FtpGetEvent",
    "FtpGetRead",
    "FtpList",
    "FtpListBlock",
    "FtpListEvent",
    "FtpListRead",
    "FtpPut",
    "FtpPutBlock",
    "FtpPutCredit",
    "FtpPutEvent",
    "FtpPutFinish",
    "FtpPutGrant",
    "FtpQuit",
    "FtpState",
    "FtpStateRead",
]

#: What one command reads or writes at most, in bytes (SIM800 AT manual 12.2.14; an upload is granted less).
FTP_BLOCK_MAXIMUM = 1460

#: 75 s when the server is silent (SIM800 AT manual 12.2.14), and a margin, so that the module's own time-out is seen.
_PATIENCE = Patience(completion=85.0)
_SERVER = ("FTPCID", "FTPSERV")


class FtpCode(Code):
    """How FTP work stands or ended (SIM800 AT manual 12.2.14, SIM7000 AT manual 10.2.14).

    AT+FTPQUIT ends work with 80 on the SIM7000 and with 86 on the SIM800; 85 is only of the SIM800.
    """

    DONE = 0, "done, the connection is closed"
    READY = 1, "data wait to be read, or may be written"
    NETWORK_ERROR = (
        61,
        "network error",
        True,
        "query the bearer of AT+FTPCID, open it again when it is closed, then retry",
    )
    DNS_ERROR = 62, "the host name could not be resolved", True, "check AT+FTPSERV, wait some seconds, then retry"
    CONNECT_ERROR = 63, "the server could not be connected to", True, "check AT+FTPSERV and AT+FTPPORT, then retry"
    TIMEOUT = 64, "the server was silent, or its data were not read in time", True, "retry, and read without a pause"
    SERVER_ERROR = 65, "server error", True, "retry later"
    NOT_ALLOWED = (
        66,
        "not allowed now: another operation is running, or a parameter is not set",
        False,
        "wait until AT+FTPSTATE says 0; set server, name and path",
    )
    REPLY_ERROR = 70, "the server's reply was not understood"
    USER_ERROR = 71, "the server refused the user name", False, "check AT+FTPUN"
    PASSWORD_ERROR = 72, "the server refused the password", False, "check AT+FTPPW"
    TYPE_ERROR = 73, "the server refused the data type", False, "try the other AT+FTPTYPE"
    REST_ERROR = 74, "the server cannot resume", False, "set AT+FTPREST=0 and transfer the whole file"
    PASSIVE_ERROR = 75, "the server refused the passive mode", False, "try AT+FTPMODE=0"
    ACTIVE_ERROR = 76, "the server refused the active mode", False, "try AT+FTPMODE=1"
    OPERATION_ERROR = 77, "the server refused the operation", False, "check name, path and permissions"
    UPLOAD_ERROR = 78, "the upload was broken off", True, "ask for the size that has arrived, then retry"
    DOWNLOAD_ERROR = 79, "the download was broken off", True, "resume it with AT+FTPREST"
    QUIT = 80, "ended by AT+FTPQUIT"
    FILE_SYSTEM_ERROR = 85, "the module's file system failed", False, "check the module's free space"
    QUIT_SIM800 = 86, "ended by AT+FTPQUIT (SIM800)"


class FtpActivity(IntEnum):
    """Whether an FTP operation is running (SIM800 AT manual 12.2.19)."""

    IDLE = 0
    BUSY = 1


class FtpEvent(Urc):
    """How an FTP operation stands or ended; each operation has a line of its own."""

    mode: Literal[1] = 1
    code: FtpCode


class FtpGetEvent(FtpEvent):
    """A download: READY while data wait, said again and again, any other code at its end (SIM800 AT manual 12.2.14)."""

    wire = Line("+FTPGET", ref="SIM800 AT manual 12.2.14")


class FtpListEvent(FtpEvent):
    """A directory listing: READY while data wait, any other code at its end (SIM800 AT manual 12.2.23)."""

    wire = Line("+FTPLIST", ref="SIM800 AT manual 12.2.23")


class FtpPutEvent(FtpEvent):
    """The end of an upload (SIM800 AT manual 12.2.15)."""

    wire = Line("+FTPPUT", ref="SIM800 AT manual 12.2.15")


class FtpPutCredit(Urc):
    """The module takes the next block, of at most ``maximum`` bytes (SIM800 AT manual 12.2.15)."""

    wire = Line("+FTPPUT", ref="SIM800 AT manual 12.2.15")
    mode: Literal[1] = 1
    code: Literal[1] = 1
    maximum: Annotated[int, Range(1)]


class FtpGetBlock(Reply):
    """``length`` bytes of the file follow; 0: none has come, which is not the end (SIM800 AT manual 12.2.14)."""

    wire = Line(
        "+FTPGET",
        opens=Counted("length", maximum=FTP_BLOCK_MAXIMUM),
        ref="SIM800 AT manual 12.2.14",
    )
    mode: Literal[2] = 2
    length: Annotated[int, Range(0, FTP_BLOCK_MAXIMUM)]


class FtpListBlock(Reply):
    """``length`` bytes of the listing follow; 0: none has come, which is not the end (SIM800 AT manual 12.2.23)."""

    wire = Line(
        "+FTPLIST",
        opens=Counted("length", maximum=FTP_BLOCK_MAXIMUM),
        ref="SIM800 AT manual 12.2.23",
    )
    mode: Literal[2] = 2
    length: Annotated[int, Range(0, FTP_BLOCK_MAXIMUM)]


class FtpPutGrant(Prompt):
    """The module takes ``length`` bytes now, which may be fewer than were asked for (SIM800 AT manual 12.2.15)."""

    wire = Line("+FTPPUT", ref="SIM800 AT manual 12.2.15")
    mode: Literal[2] = 2
    length: Annotated[int, Range(0, FTP_BLOCK_MAXIMUM)]


class FtpState(Reply):
    """Whether an FTP operation is running (SIM800 AT manual 12.2.19)."""

    wire = Line("+FTPSTATE", ref="SIM800 AT manual 12.2.19")
    state: FtpActivity


class FtpStateRead(Command[FtpState]):
    """Ask whether an FTP operation is running (SIM800 AT manual 12.2.19)."""

    wire = Syntax(
        name="+FTPSTATE",
        form=Form.EXECUTE,
        tested="",
        replies=(FtpState,),
        repeatable=True,
        ref="SIM800 AT manual 12.2.19",
    )


class FtpQuit(Command[None]):
    """End the running operation, which says so with a code of its own; ERROR when none is running.

    Source: SIM800 AT manual 12.2.28, SIM7000 AT manual 10.2.26.
    """

    wire = Syntax(
        name="+FTPQUIT",
        form=Form.EXECUTE,
        tested="",
        patience=Patience(final=85.0),
        service=Service.FTP,
        ref="SIM800 AT manual 12.2.28",
    )


_ABORT = Abort(after=Means.COMMAND, command=FtpQuit)
_PROBE = Probe(FtpStateRead, "state", FtpActivity.IDLE)


class FtpGet(Command[FtpGetEvent]):
    """Begin a download, and wait for its end; its data are read meanwhile (SIM800 AT manual 12.2.14).

    Patience covers a server that is silent from the start; give a longer time for a transfer.
    """

    wire = Syntax(
        name="+FTPGET",
        form=Form.WRITE,
        tested="",
        completion=Completion(endings=(Ending(FtpGetEvent, unless=(("code", (1,)),)),)),
        patience=_PATIENCE,
        service=Service.FTP,
        needs=(*_SERVER, "FTPGETNAME"),
        clears=("FTPREST",),
        abort=_ABORT,
        probe=_PROBE,
        codes=FtpCode,
        ref="SIM800 AT manual 12.2.14",
    )
    mode: Literal[1] = 1


class FtpGetRead(Command[FtpGetBlock]):
    """Read at most ``length`` bytes of what has come; ERROR before READY and after the end (SIM800 IP note 3.14)."""

    wire = Syntax(
        name="+FTPGET",
        form=Form.WRITE,
        replies=(FtpGetBlock,),
        service=Service.FTP,
        needs=("FTPGET",),
        codes=FtpCode,
        ref="SIM800 AT manual 12.2.14",
    )
    mode: Literal[2] = 2
    length: Annotated[int, Range(1, FTP_BLOCK_MAXIMUM)]


class FtpPut(Command[FtpPutEvent]):
    """Begin an upload, and wait for its end; its data are written meanwhile (SIM800 AT manual 12.2.15).

    Patience covers a server that is silent from the start; give a longer time for a transfer.
    """

    wire = Syntax(
        name="+FTPPUT",
        form=Form.WRITE,
        tested="",
        completion=Completion(endings=(Ending(FtpPutEvent, unless=(("code", (1,)),)),)),
        patience=_PATIENCE,
        service=Service.FTP,
        needs=(*_SERVER, "FTPPUTNAME"),
        abort=_ABORT,
        probe=_PROBE,
        codes=FtpCode,
        ref="SIM800 AT manual 12.2.15",
    )
    mode: Literal[1] = 1


class FtpPutBlock(Command[None]):
    """Write a block of the file, of at most what the last credit says; ERROR without one (SIM800 IP note 3.14)."""

    wire = Syntax(
        name="+FTPPUT",
        form=Form.WRITE,
        entry=Entry(prompt=FtpPutGrant, size=Granted("length", "length"), maximum=FTP_BLOCK_MAXIMUM),
        service=Service.FTP,
        needs=("FTPPUT",),
        abort=Abort(entry=Means.FILL),
        codes=FtpCode,
        ref="SIM800 AT manual 12.2.15",
    )
    mode: Literal[2] = 2
    length: Annotated[int, Range(1, FTP_BLOCK_MAXIMUM)]


class FtpPutFinish(Command[None]):
    """Say that the file is complete; the end of the upload follows (SIM800 AT manual 12.2.15)."""

    wire = Syntax(
        name="+FTPPUT",
        form=Form.WRITE,
        service=Service.FTP,
        needs=("FTPPUT",),
        codes=FtpCode,
        ref="SIM800 AT manual 12.2.15",
    )
    mode: Literal[2] = 2
    length: Literal[0] = 0


class FtpList(Command[FtpListEvent]):
    """Begin to list a directory, or one file, and wait for the end (SIM800 AT manual 12.2.23).

    Patience covers a server that is silent from the start; give a longer time for a long list.
    """

    wire = Syntax(
        name="+FTPLIST",
        form=Form.WRITE,
        tested="",
        completion=Completion(endings=(Ending(FtpListEvent, unless=(("code", (1,)),)),)),
        patience=_PATIENCE,
        service=Service.FTP,
        needs=(*_SERVER, "FTPGETPATH"),
        abort=_ABORT,
        probe=_PROBE,
        codes=FtpCode,
        ref="SIM800 AT manual 12.2.23",
    )
    mode: Literal[1] = 1


class FtpListRead(Command[FtpListBlock]):
    """Read at most ``length`` bytes of the listing; ERROR before READY and after the end (SIM800 AT manual 12.2.23)."""

    wire = Syntax(
        name="+FTPLIST",
        form=Form.WRITE,
        replies=(FtpListBlock,),
        service=Service.FTP,
        needs=("FTPLIST",),
        codes=FtpCode,
        ref="SIM800 AT manual 12.2.23",
    )
    mode: Literal[2] = 2
    length: Annotated[int, Range(1, FTP_BLOCK_MAXIMUM)]
