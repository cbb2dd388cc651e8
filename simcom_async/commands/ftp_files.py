"""FTP of the SIM800 and the SIM7000: files and directories at the server, without their data.

Source: SIM800 AT manual V1.12 12.2.17 to 12.2.22, SIM7000 AT manual V1.06 10.2.16 to 10.2.28. AT+FTPGETPATH and
AT+FTPGETNAME say what is meant.
"""

from typing import Annotated, Literal

from simcom_async.at.command import (
    Abort,
    Command,
    Completion,
    Ending,
    Form,
    Means,
    Patience,
    Probe,
    Service,
    Syntax,
)
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Line
from simcom_async.commands.ftp import FtpActivity, FtpCode, FtpEvent, FtpQuit, FtpStateRead

__all__ = [
    "FtpDele",
    "FtpDeleEvent",
    "FtpDeleWrite",
    "FtpMdtm",
    "FtpMdtmEvent",
    "FtpMkd",
    "FtpMkdEvent",
    "FtpRename",
    "FtpRenameEvent",
    "FtpRmd",
    "FtpRmdEvent",
    "FtpSize",
    "FtpSizeEvent",
]

#: 75 s when the server is silent (SIM800 AT manual 12.2.17), and a margin, so that the module's own time-out is seen.
_PATIENCE = Patience(completion=85.0)
_SERVER = ("FTPCID", "FTPSERV")
_ABORT = Abort(after=Means.COMMAND, command=FtpQuit)
_PROBE = Probe(FtpStateRead, "state", FtpActivity.IDLE)


class FtpDeleEvent(FtpEvent):
    """A file was deleted, or not (SIM800 AT manual 12.2.17)."""

    wire = Line("+FTPDELE", ref="SIM800 AT manual 12.2.17")


class FtpSizeEvent(FtpEvent):
    """The size of a file in bytes; after an error the SIM800 says none and the SIM7000 0 (SIM800 AT manual 12.2.18)."""

    wire = Line("+FTPSIZE", ref="SIM800 AT manual 12.2.18")
    size: Annotated[int | None, Range(0)] = None


class FtpMkdEvent(FtpEvent):
    """A directory was made, or not (SIM800 AT manual 12.2.21)."""

    wire = Line("+FTPMKD", ref="SIM800 AT manual 12.2.21")


class FtpRmdEvent(FtpEvent):
    """A directory was removed, or not; the SIM7000 FTP note misprints the tag (SIM800 AT manual 12.2.22)."""

    wire = Line("+FTPRMD", aliases=("+FTPFRMD",), ref="SIM800 AT manual 12.2.22")


class FtpRenameEvent(FtpEvent):
    """A file was renamed, or not (SIM7000 AT manual 10.2.27)."""

    wire = Line("+FTPRENAME", ref="SIM7000 AT manual 10.2.27")


class FtpMdtmEvent(FtpEvent):
    """When a file was last modified, ``YYYYMMDDhhmmss`` in UTC (SIM7000 AT manual 10.2.28, RFC 3659 2.3)."""

    wire = Line("+FTPMDTM", ref="SIM7000 AT manual 10.2.28")
    timestamp: Annotated[str | None, Text(quoted=False, pattern=r"\d{14}(?:\.\d+)?")] = None


class FtpDele(Command[FtpDeleEvent]):
    """Delete a file (SIM800 AT manual 12.2.17)."""

    wire = Syntax(
        name="+FTPDELE",
        form=Form.EXECUTE,
        tested="",
        completion=Completion(endings=(Ending(FtpDeleEvent),)),
        patience=_PATIENCE,
        service=Service.FTP,
        needs=(*_SERVER, "FTPGETNAME"),
        abort=_ABORT,
        probe=_PROBE,
        codes=FtpCode,
        ref="SIM800 AT manual 12.2.17",
    )


class FtpDeleWrite(Command[FtpDeleEvent]):
    """Delete a file, in the form of the SIM7000 FTP note (3.9), which its AT manual does not have."""

    wire = Syntax(
        name="+FTPDELE",
        form=Form.WRITE,
        completion=Completion(endings=(Ending(FtpDeleEvent),)),
        patience=_PATIENCE,
        service=Service.FTP,
        needs=(*_SERVER, "FTPGETNAME"),
        abort=_ABORT,
        probe=_PROBE,
        codes=FtpCode,
        ref="SIM7000 FTP note 3.9",
    )
    mode: Literal[1] = 1


class FtpSize(Command[FtpSizeEvent]):
    """Ask for the size of a file (SIM800 AT manual 12.2.18)."""

    wire = Syntax(
        name="+FTPSIZE",
        form=Form.EXECUTE,
        tested="",
        completion=Completion(endings=(Ending(FtpSizeEvent),)),
        patience=_PATIENCE,
        service=Service.FTP,
        needs=(*_SERVER, "FTPGETNAME"),
        abort=_ABORT,
        probe=_PROBE,
        repeatable=True,
        codes=FtpCode,
        ref="SIM800 AT manual 12.2.18",
    )


class FtpMkd(Command[FtpMkdEvent]):
    """Make the directory of AT+FTPGETPATH (SIM800 AT manual 12.2.21)."""

    wire = Syntax(
        name="+FTPMKD",
        form=Form.EXECUTE,
        tested="",
        completion=Completion(endings=(Ending(FtpMkdEvent),)),
        patience=_PATIENCE,
        service=Service.FTP,
        needs=(*_SERVER, "FTPGETPATH"),
        abort=_ABORT,
        probe=_PROBE,
        codes=FtpCode,
        ref="SIM800 AT manual 12.2.21",
    )


class FtpRmd(Command[FtpRmdEvent]):
    """Remove the directory of AT+FTPGETPATH; both notes misprint the name once (SIM800 AT manual 12.2.22)."""

    wire = Syntax(
        name="+FTPRMD",
        form=Form.EXECUTE,
        aliases=("+FTPTRMD", "+FTPFRMD"),
        tested="",
        completion=Completion(endings=(Ending(FtpRmdEvent),)),
        patience=_PATIENCE,
        service=Service.FTP,
        needs=(*_SERVER, "FTPGETPATH"),
        abort=_ABORT,
        probe=_PROBE,
        codes=FtpCode,
        ref="SIM800 AT manual 12.2.22",
    )


class FtpRename(Command[FtpRenameEvent]):
    """Rename a file; AT+FTPPUTNAME and AT+FTPPUTPATH say the new name (SIM7000 AT manual 10.2.27)."""

    wire = Syntax(
        name="+FTPRENAME",
        form=Form.EXECUTE,
        tested="",
        completion=Completion(endings=(Ending(FtpRenameEvent),)),
        patience=_PATIENCE,
        service=Service.FTP,
        needs=(*_SERVER, "FTPGETNAME", "FTPPUTNAME"),
        abort=_ABORT,
        probe=_PROBE,
        codes=FtpCode,
        ref="SIM7000 AT manual 10.2.27",
    )


class FtpMdtm(Command[FtpMdtmEvent]):
    """Ask when a file was last modified (SIM7000 AT manual 10.2.28)."""

    wire = Syntax(
        name="+FTPMDTM",
        form=Form.EXECUTE,
        tested="",
        completion=Completion(endings=(Ending(FtpMdtmEvent),)),
        patience=_PATIENCE,
        service=Service.FTP,
        needs=(*_SERVER, "FTPGETNAME"),
        abort=_ABORT,
        probe=_PROBE,
        repeatable=True,
        codes=FtpCode,
        ref="SIM7000 AT manual 10.2.28",
    )
