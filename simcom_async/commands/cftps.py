"""FTPS of the SIM7100, the session: stack, login, directories and settings.

Source: SIM7100 Internet service V0.01, 8.1 to 8.10 and 8.16; where it is silent, SIM5320 AT manual V2.02 16.4 and the
SIM7500/SIM7600 AT manual V3.00 chapter 12. There is one session; the server is asked for TLS (AUTH TLS) unless the
login says otherwise. Where the SIM7100 document has OK or ERROR alone, other firmware has a line with the code, too, in
front of it or behind it.
"""

from enum import IntEnum
from typing import Annotated, Literal

from pydantic import SecretStr

from simcom_async.at.code import Code
from simcom_async.at.command import Command, Completion, Ending, Form, Patience, Position, Service, Syntax
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Line, Urc
from simcom_async.at.setting import Setting
from simcom_async.commands.ftp_settings import FtpDataType

__all__ = [
    "CftpsAddress",
    "CftpsCode",
    "CftpsDirectory",
    "CftpsEvent",
    "CftpsLogin",
    "CftpsLoginEvent",
    "CftpsLogout",
    "CftpsLogoutEvent",
    "CftpsNotice",
    "CftpsPwd",
    "CftpsSecurity",
    "CftpsSingleIp",
    "CftpsStart",
    "CftpsStartEvent",
    "CftpsStop",
    "CftpsStopEvent",
    "CftpsType",
]

#: 120 s when the server is silent (SIM5320 AT manual 16.4.19), and a margin.
_SILENCE = 130.0
_PATIENCE = Patience(final=_SILENCE, completion=_SILENCE)
_LOGGED_IN = ("CFTPSLOGIN",)


class CftpsCode(Code):
    """How FTPS work ended (SIM5320 AT manual 16.4.23; 11 to 17 and 421 SIM7500/SIM7600 AT manual 12.3.1).

    The numbers are not those of AT+CHTTPS, where each is one less.
    """

    DONE = 0, "done"
    TLS_ALERT = 1, "TLS could not be set up, or an alert has ended it", False, "check port, certificate and TLS version"
    UNKNOWN = 2, "unknown error"
    BUSY = 3, "another operation is running", True, "wait until it has ended, then retry"
    CLOSED = 4, "the server has closed the session", True, "log out, log in again, then retry"
    TIMEOUT = 5, "the server was silent", True, "log out, log in again, then retry"
    TRANSFER_FAILED = 6, "the transfer was broken off", True, "ask what has arrived, then retry from there"
    MEMORY = 7, "the module's memory does not suffice, or the file is not there", False, "check AT+FSMEM and AT+FSLS"
    INVALID = 8, "a parameter is not valid", False, "check the values of the command"
    REJECTED = 9, "the server refused the command", False, "check the login, the path and the permissions"
    NETWORK = 10, "network error", True, "check AT+CGSOCKCONT, host and port, then retry"
    STATE = 11, "not allowed in this state", False, "log in first"
    NAME = 12, "the host name could not be resolved", True, "check the host, wait some seconds, then retry"
    SOCKET = 13, "no socket could be made", True, "retry"
    CONNECT = 14, "the server could not be connected to", True, "check host and port, then retry"
    CLOSE = 15, "the socket could not be closed"
    TLS_CLOSED = 16, "the TLS session is closed", True, "log in again, then retry"
    FILE = 17, "the file in the module could not be read or written", False, "check AT+FSMEM and AT+FSLS"
    SESSION_TIMEOUT = 421, "the server has ended the idle session", True, "log out, log in again, then retry"


class CftpsAddress(IntEnum):
    """Where data connections go (SIM7100 Internet service 8.16)."""

    TOLD = 0
    SAME = 1


class CftpsSecurity(IntEnum):
    """How a session is secured (SIM7500/SIM7600 AT manual 12.2.3)."""

    PLAIN = 0
    AUTH_SSL = 1
    AUTH_TLS = 2
    IMPLICIT = 3


class CftpsEvent(Urc):
    """How FTPS work ended; each operation has a line of its own."""

    code: CftpsCode


class CftpsStartEvent(CftpsEvent):
    """The stack was acquired, or not (SIM5320 AT manual 16.4.1; the SIM7100 document has OK or ERROR alone)."""

    wire = Line("+CFTPSSTART", ref="SIM5320 AT manual 16.4.1")


class CftpsStopEvent(CftpsEvent):
    """The stack was stopped, or not (SIM5320 AT manual 16.4.2; the SIM7100 document has OK or ERROR alone)."""

    wire = Line("+CFTPSSTOP", ref="SIM5320 AT manual 16.4.2")


class CftpsLoginEvent(CftpsEvent):
    """The session has begun, or not (SIM5320 AT manual 16.4.3; the SIM7100 document has OK or ERROR alone)."""

    wire = Line("+CFTPSLOGIN", ref="SIM5320 AT manual 16.4.3")


class CftpsLogoutEvent(CftpsEvent):
    """The session has ended, or not (SIM5320 AT manual 16.4.4; the SIM7100 document has OK or ERROR alone)."""

    wire = Line("+CFTPSLOGOUT", ref="SIM5320 AT manual 16.4.4")


class CftpsNotice(Urc):
    """The server has ended the session: log out, and in again (SIM5320 AT manual 16.4.22)."""

    wire = Line("+CFTPSNOTIFY", ref="SIM5320 AT manual 16.4.22")
    event: Literal["PEER CLOSED", "FTPS DISCONNECT"] = "PEER CLOSED"


class CftpsDirectory(Urc):
    """The current directory at the server; the A7600 says it behind OK (SIM7100 Internet service 8.9)."""

    wire = Line("+CFTPSPWD", ref="SIM7100 Internet service 8.9")
    directory: Annotated[str, Text(quoted=None)]


class CftpsStart(Command[CftpsStartEvent | None]):
    """Acquire the FTPS stack; ERROR when it is acquired already (SIM7100 Internet service 8.1)."""

    wire = Syntax(
        name="+CFTPSSTART",
        form=Form.EXECUTE,
        completion=Completion(endings=(Ending(CftpsStartEvent),), position=Position.EITHER, optional=True),
        patience=_PATIENCE,
        service=Service.FTPS,
        codes=CftpsCode,
        ref="SIM7100 Internet service 8.1",
    )


class CftpsStop(Command[CftpsStopEvent | None]):
    """Give the FTPS stack back; ERROR while a session is open (SIM7100 Internet service 8.2)."""

    wire = Syntax(
        name="+CFTPSSTOP",
        form=Form.EXECUTE,
        completion=Completion(endings=(Ending(CftpsStopEvent),), position=Position.EITHER, optional=True),
        patience=_PATIENCE,
        service=Service.FTPS,
        needs=("CFTPSSTART",),
        codes=CftpsCode,
        ref="SIM7100 Internet service 8.2",
    )


class CftpsLogin(Command[CftpsLoginEvent | None]):
    """Connect to a server, set TLS up, log in (SIM7100 Internet service 8.3).

    ``security`` is of later firmware (SIM7500/SIM7600 AT manual 12.2.3), where IMPLICIT is what it does without; this
    series asks for TLS (AUTH TLS) on whatever port.
    """

    wire = Syntax(
        name="+CFTPSLOGIN",
        form=Form.WRITE,
        completion=Completion(endings=(Ending(CftpsLoginEvent),), position=Position.EITHER, optional=True),
        patience=_PATIENCE,
        service=Service.FTPS,
        needs=("CFTPSSTART",),
        codes=CftpsCode,
        ref="SIM7100 Internet service 8.3",
    )
    host: Annotated[str, Text(min=1, max=256)]
    port: Annotated[int, Range(1, 65535)]
    user: Annotated[str, Text(max=256)]
    password: Annotated[SecretStr, Text(max=256)]
    security: CftpsSecurity | None = None


class CftpsLogout(Command[CftpsLogoutEvent | None]):
    """End the session; ERROR when there is none, also after the server has closed it (SIM7100 Internet service 8.4)."""

    wire = Syntax(
        name="+CFTPSLOGOUT",
        form=Form.EXECUTE,
        completion=Completion(endings=(Ending(CftpsLogoutEvent),), position=Position.EITHER, optional=True),
        patience=_PATIENCE,
        service=Service.FTPS,
        needs=_LOGGED_IN,
        codes=CftpsCode,
        ref="SIM7100 Internet service 8.4",
    )


class CftpsPwd(Command[CftpsDirectory]):
    """Ask for the current directory at the server (SIM7100 Internet service 8.9)."""

    wire = Syntax(
        name="+CFTPSPWD",
        form=Form.EXECUTE,
        completion=Completion(endings=(Ending(CftpsDirectory),), position=Position.EITHER),
        patience=_PATIENCE,
        service=Service.FTPS,
        needs=_LOGGED_IN,
        repeatable=True,
        codes=CftpsCode,
        ref="SIM7100 Internet service 8.9",
    )


class CftpsType(Setting):
    """Whether data are transferred as ASCII or binary; written without quotes (SIM7100 Internet service 8.10)."""

    wire = Syntax(
        name="+CFTPSTYPE",
        form=Form.WRITE,
        tested="(A,I)",
        service=Service.FTPS,
        repeatable=True,
        ref="SIM7100 Internet service 8.10",
    )
    type: Annotated[FtpDataType, Text(quoted=None, plain=True)] = FtpDataType.BINARY


class CftpsSingleIp(Setting):
    """Whether data connections go where the server says, or where the session does (SIM7100 Internet service 8.16).

    SAME helps behind an address translation; it must be set before the login (SIM5320 AT manual 16.4).
    """

    wire = Syntax(
        name="+CFTPSSINGLEIP",
        form=Form.WRITE,
        aliases=("+CFTPSINGLEIP", "+CFTPSPORT"),
        tested="auto",
        service=Service.FTPS,
        repeatable=True,
        ref="SIM7100 Internet service 8.16",
    )
    address: CftpsAddress = CftpsAddress.TOLD
