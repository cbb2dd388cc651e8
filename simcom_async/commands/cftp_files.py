"""Files and directories at the server, without their data: AT+CFTPMKD, AT+CFTPRMD, AT+CFTPDELE of the SIM7100.

Source: SIM7100 Internet service V0.01, 5.12 to 5.14. OK says that it is done; ERROR, perhaps behind a line with the
code, that it is not.
"""

from typing import Annotated

from simcom_async.at.command import Command, Form, Patience, Service, Syntax
from simcom_async.at.fields import Text
from simcom_async.at.message import Line, Reply, Times
from simcom_async.commands.cftp import CFTP_PATH_MAXIMUM, CftpCode

__all__ = ["CftpDele", "CftpDeleFailed", "CftpMkd", "CftpMkdFailed", "CftpRmd", "CftpRmdFailed"]

#: 120 s when the server is silent (SIM5320 AT manual 16.4.19), and a margin.
_PATIENCE = Patience(final=130.0)
_SERVER = ("CFTPSERV",)
_INVALID = 213


class CftpMkdFailed(Reply):
    """Why a directory was not made (SIM7100 Internet service 5.12)."""

    wire = Line("+CFTPMKD", times=Times.OPTIONAL, ref="SIM7100 Internet service 5.12")
    code: CftpCode


class CftpRmdFailed(Reply):
    """Why a directory was not removed (SIM7100 Internet service 5.13)."""

    wire = Line("+CFTPRMD", times=Times.OPTIONAL, ref="SIM7100 Internet service 5.13")
    code: CftpCode


class CftpDeleFailed(Reply):
    """Why a file was not removed (SIM7100 Internet service 5.14)."""

    wire = Line("+CFTPDELE", times=Times.OPTIONAL, ref="SIM7100 Internet service 5.14")
    code: CftpCode


class CftpMkd(Command[None]):
    """Make a directory (SIM7100 Internet service 5.12)."""

    wire = Syntax(
        name="+CFTPMKD",
        form=Form.WRITE,
        tested='[{non-ascii}]"DIR"',
        replies=(CftpMkdFailed,),
        patience=_PATIENCE,
        service=Service.FTP,
        needs=_SERVER,
        codes=CftpCode,
        invalid=_INVALID,
        ref="SIM7100 Internet service 5.12",
    )
    directory: Annotated[str, Text(min=1, max=CFTP_PATH_MAXIMUM, tagged=True, octets=True)]


class CftpRmd(Command[None]):
    """Remove an empty directory (SIM7100 Internet service 5.13)."""

    wire = Syntax(
        name="+CFTPRMD",
        form=Form.WRITE,
        tested='[{non-ascii}]"DIR"',
        replies=(CftpRmdFailed,),
        patience=_PATIENCE,
        service=Service.FTP,
        needs=_SERVER,
        codes=CftpCode,
        invalid=_INVALID,
        ref="SIM7100 Internet service 5.13",
    )
    directory: Annotated[str, Text(min=1, max=CFTP_PATH_MAXIMUM, tagged=True, octets=True)]


class CftpDele(Command[None]):
    """Remove a file (SIM7100 Internet service 5.14)."""

    wire = Syntax(
        name="+CFTPDELE",
        form=Form.WRITE,
        tested='[{non-ascii}]"FILENAME"',
        replies=(CftpDeleFailed,),
        patience=_PATIENCE,
        service=Service.FTP,
        needs=_SERVER,
        codes=CftpCode,
        invalid=_INVALID,
        ref="SIM7100 Internet service 5.14",
    )
    path: Annotated[str, Text(min=1, max=CFTP_PATH_MAXIMUM, tagged=True, octets=True)]
