"""FTP of the SIM800 and the SIM7000 by way of the module's memory, and as one stream that ends with ETX.

Source: SIM800 AT manual V1.12 12.2.20 and 12.2.26, SIM7000 AT manual V1.06 10.2.19 and 10.2.23 to 10.2.25.
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
    Probe,
    Service,
    Syntax,
    Terminated,
)
from simcom_async.at.escape import DLE_ETX
from simcom_async.at.fields import Range
from simcom_async.at.message import Counted, Escaped, Line, Prompt, Reply, Urc
from simcom_async.commands.ftp import FtpActivity, FtpCode, FtpEvent, FtpQuit, FtpStateRead

__all__ = [
    "FTP_MEMORY_LIMIT",
    "FTP_MEMORY_MAXIMUM",
    "FtpEtGet",
    "FtpEtGetEvent",
    "FtpEtGetStream",
    "FtpEtPut",
    "FtpEtPutEvent",
    "FtpEtPutGrant",
    "FtpEtPutInput",
    "FtpExtGet",
    "FtpExtGetBlock",
    "FtpExtGetEvent",
    "FtpExtGetOff",
    "FtpExtGetOutput",
    "FtpExtGetProgress",
    "FtpExtGetRead",
    "FtpExtPut",
    "FtpExtPutGrant",
    "FtpExtPutInput",
]

#: The module's memory in bytes, as it checks it (SIM800 AT manual 12.2.20: ``0-300k``).
FTP_MEMORY_MAXIMUM = 307_200
#: The largest file for it, in bytes: the manual does not say whether its k is 1000 or 1024.
FTP_MEMORY_LIMIT = 300_000

_PATIENCE = Patience(completion=85.0)
_SERVER = ("FTPCID", "FTPSERV")
_ABORT = Abort(after=Means.COMMAND, command=FtpQuit)
_PROBE = Probe(FtpStateRead, "state", FtpActivity.IDLE)
#: The codes that end a download. A number that no manual has may be the progress of it, come too late for its query.
_ENDS = tuple(int(code) for code in FtpCode if code is not FtpCode.READY)


class FtpExtPutGrant(Prompt):
    """The module takes ``length`` bytes for its memory from ``position`` on (SIM800 AT manual 12.2.20)."""

    wire = Line("+FTPEXTPUT", ref="SIM800 AT manual 12.2.20")
    position: Annotated[int, Range(0, FTP_MEMORY_MAXIMUM)]
    length: Annotated[int, Range(0, FTP_MEMORY_MAXIMUM)]


class FtpExtGetEvent(FtpEvent):
    """The file is in the module's memory, or not (SIM800 AT manual 12.2.26)."""

    wire = Line("+FTPEXTGET", ref="SIM800 AT manual 12.2.26")


class FtpExtGetBlock(Reply):
    """``length`` bytes of the module's memory follow (SIM800 AT manual 12.2.26)."""

    wire = Line(
        "+FTPEXTGET",
        opens=Counted("length", maximum=FTP_MEMORY_MAXIMUM),
        ref="SIM800 AT manual 12.2.26",
    )
    mode: Literal[3] = 3
    length: Annotated[int, Range(0, FTP_MEMORY_MAXIMUM)]


class FtpExtGetProgress(Reply):
    """Whether a download to the memory is running, and how many bytes have come (SIM800 AT manual 12.2.26)."""

    wire = Line("+FTPEXTGET", ref="SIM800 AT manual 12.2.26")
    state: Literal[0, 1] = 0
    length: Annotated[int | None, Range(0)] = None


class FtpEtPutEvent(FtpEvent):
    """An upload as one stream: READY before its data, any other code at its end (SIM7000 AT manual 10.2.24)."""

    wire = Line("+FTPETPUT", ref="SIM7000 AT manual 10.2.24")


class FtpEtPutGrant(Prompt):
    """The file may be entered, up to ETX (SIM7000 AT manual 10.2.24)."""

    wire = Line("+FTPETPUT", ref="SIM7000 AT manual 10.2.24")
    mode: Literal[2] = 2
    code: Literal[1] = 1


class FtpEtGetStream(Urc):
    """The file follows, up to ETX (SIM7000 AT manual 10.2.25)."""

    wire = Line("+FTPETGET", opens=Escaped(DLE_ETX), ref="SIM7000 AT manual 10.2.25")
    mode: Literal[1] = 1
    code: Literal[1] = 1


class FtpEtGetEvent(FtpEvent):
    """The end of a download as one stream; 1 is not its end but its data (SIM7000 AT manual 10.2.25)."""

    wire = Line("+FTPETGET", ref="SIM7000 AT manual 10.2.25")
    code: Annotated[FtpCode, Range(exclude=(1,))]


class FtpExtPut(Command[None]):
    """Upload what is in the memory with the next AT+FTPPUT=1 (1), or not (0) (SIM800 AT manual 12.2.20)."""

    wire = Syntax(
        name="+FTPEXTPUT",
        form=Form.WRITE,
        tested="",
        service=Service.FTP,
        repeatable=True,
        codes=FtpCode,
        ref="SIM800 AT manual 12.2.20",
    )
    mode: Annotated[int, Range(0, 1)] = 1


class FtpExtPutInput(Command[None]):
    """Enter ``length`` bytes into the memory from ``position`` on, within ``time`` ms (SIM800 AT manual 12.2.20)."""

    wire = Syntax(
        name="+FTPEXTPUT",
        form=Form.WRITE,
        entry=Entry(prompt=FtpExtPutGrant, size=ByParameter("length"), maximum=FTP_MEMORY_MAXIMUM, timer="time"),
        service=Service.FTP,
        needs=("FTPEXTPUT",),
        abort=Abort(entry=Means.FILL),
        codes=FtpCode,
        ref="SIM800 AT manual 12.2.20",
    )
    mode: Literal[2] = 2
    position: Annotated[int, Range(0, FTP_MEMORY_MAXIMUM)] = 0
    length: Annotated[int, Range(1, FTP_MEMORY_MAXIMUM)]
    time: Annotated[int, Range(1000, 1_000_000)] = 60_000


class FtpExtGetOff(Command[None]):
    """Free the memory and go back to the ordinary way (SIM800 AT manual 12.2.26)."""

    wire = Syntax(
        name="+FTPEXTGET",
        form=Form.WRITE,
        service=Service.FTP,
        repeatable=True,
        codes=FtpCode,
        ref="SIM800 AT manual 12.2.26",
    )
    mode: Literal[0] = 0


class FtpExtGet(Command[FtpExtGetEvent]):
    """Download a file to the memory; not while AT+FTPEXTPUT=1 (SIM800 AT manual 12.2.26).

    Patience covers a server that is silent from the start; give a longer time for a transfer.
    """

    wire = Syntax(
        name="+FTPEXTGET",
        form=Form.WRITE,
        tested="",
        completion=Completion(endings=(Ending(FtpExtGetEvent, only=(("code", _ENDS),)),)),
        patience=_PATIENCE,
        service=Service.FTP,
        needs=(*_SERVER, "FTPGETNAME"),
        abort=_ABORT,
        probe=_PROBE,
        codes=FtpCode,
        ref="SIM800 AT manual 12.2.26",
    )
    mode: Literal[1] = 1


class FtpExtGetOutput(Command[FtpExtGetBlock]):
    """Read ``length`` bytes of the memory from ``position`` on, after the download (SIM800 AT manual 12.2.26)."""

    wire = Syntax(
        name="+FTPEXTGET",
        form=Form.WRITE,
        replies=(FtpExtGetBlock,),
        service=Service.FTP,
        needs=("FTPEXTGET",),
        repeatable=True,
        codes=FtpCode,
        ref="SIM800 AT manual 12.2.26",
    )
    mode: Literal[3] = 3
    position: Annotated[int, Range(0, FTP_MEMORY_MAXIMUM)] = 0
    length: Annotated[int, Range(1, FTP_MEMORY_MAXIMUM)]


class FtpExtGetRead(Command[FtpExtGetProgress]):
    """Ask how far a download to the memory is (SIM800 AT manual 12.2.26).

    The answer looks as the end of the download does: the first such line after this command is taken for the answer.
    """

    wire = Syntax(
        name="+FTPEXTGET",
        form=Form.READ,
        replies=(FtpExtGetProgress,),
        repeatable=True,
        ref="SIM800 AT manual 12.2.26",
    )


class FtpEtPut(Command[FtpEtPutEvent]):
    """Begin an upload as one stream, and wait for its end; its data are entered meanwhile (SIM7000 AT manual 10.2.24).

    Patience covers a server that is silent from the start; give a longer time for a transfer.
    """

    wire = Syntax(
        name="+FTPETPUT",
        form=Form.WRITE,
        tested="",
        completion=Completion(endings=(Ending(FtpEtPutEvent, unless=(("code", (1,)),)),)),
        patience=_PATIENCE,
        service=Service.FTP,
        needs=(*_SERVER, "FTPPUTNAME"),
        abort=_ABORT,
        probe=_PROBE,
        codes=FtpCode,
        ref="SIM7000 AT manual 10.2.24",
    )
    mode: Literal[1] = 1


class FtpEtPutInput(Command[None]):
    """Enter the file up to ETX, its ETX and DLE bytes each behind a DLE (SIM7000 AT manual 10.2.24).

    An OK may stand in front of the prompt (SIM7000 FTP note 3.15). Nothing but ETX leaves the entry.
    """

    wire = Syntax(
        name="+FTPETPUT",
        form=Form.WRITE,
        entry=Entry(prompt=FtpEtPutGrant, size=Terminated(DLE_ETX), ok_first=True),
        service=Service.FTP,
        needs=("FTPETPUT",),
        abort=Abort(entry=Means.ETX),
        codes=FtpCode,
        ref="SIM7000 AT manual 10.2.24",
    )
    mode: Literal[2] = 2


class FtpEtGet(Command[FtpEtGetEvent]):
    """Download a file as one stream, which cannot be given up but only read to its end (SIM7000 AT manual 10.2.25)."""

    wire = Syntax(
        name="+FTPETGET",
        form=Form.WRITE,
        tested="",
        completion=Completion(endings=(Ending(FtpEtGetEvent),), packets=(FtpEtGetStream,), holds_port=True),
        patience=Patience(completion=85.0, idle=85.0),
        service=Service.FTP,
        needs=(*_SERVER, "FTPGETNAME"),
        clears=("FTPREST",),
        probe=_PROBE,
        codes=FtpCode,
        ref="SIM7000 AT manual 10.2.25",
    )
    mode: Literal[1] = 1
