"""Files and directories at the FTPS server, without their data: AT+CFTPSMKD to AT+CFTPSCWD of the SIM7100.

Source: SIM7100 Internet service V0.01, 8.5 to 8.8. OK says that it is done; ERROR, on other firmware behind a line with
the code (SIM5320 AT manual V2.02 16.4), that it is not.
"""

from typing import Annotated

from simcom_async.at.command import Command, Form, Patience, Service, Syntax
from simcom_async.at.fields import Text
from simcom_async.at.message import Line, Reply, Times
from simcom_async.commands.cftps import CftpsCode

__all__ = [
    "CFTPS_PATH_MAXIMUM",
    "CftpsCwd",
    "CftpsCwdFailed",
    "CftpsDel",
    "CftpsDele",
    "CftpsDeleFailed",
    "CftpsMkd",
    "CftpsMkdFailed",
    "CftpsRmd",
    "CftpsRmdFailed",
]

#: The longest path, in characters (SIM7500/SIM7600 AT manual 12.2).
CFTPS_PATH_MAXIMUM = 256

#: 120 s when the server is silent (SIM5320 AT manual 16.4.19), and a margin.
_PATIENCE = Patience(final=130.0)
_LOGGED_IN = ("CFTPSLOGIN",)


class CftpsMkdFailed(Reply):
    """Why a directory was not made (SIM5320 AT manual 16.4)."""

    wire = Line("+CFTPSMKD", times=Times.OPTIONAL, ref="SIM5320 AT manual 16.4")
    code: CftpsCode


class CftpsRmdFailed(Reply):
    """Why a directory was not removed (SIM5320 AT manual 16.4)."""

    wire = Line("+CFTPSRMD", times=Times.OPTIONAL, ref="SIM5320 AT manual 16.4")
    code: CftpsCode


class CftpsDeleFailed(Reply):
    """Why a file was not removed (SIM5320 AT manual 16.4)."""

    wire = Line("+CFTPSDELE", aliases=("+CFTPSDEL",), times=Times.OPTIONAL, ref="SIM5320 AT manual 16.4")
    code: CftpsCode


class CftpsCwdFailed(Reply):
    """Why the current directory is the same (SIM5320 AT manual 16.4)."""

    wire = Line("+CFTPSCWD", times=Times.OPTIONAL, ref="SIM5320 AT manual 16.4")
    code: CftpsCode


class CftpsMkd(Command[None]):
    """Make a directory (SIM7100 Internet service 8.5)."""

    wire = Syntax(
        name="+CFTPSMKD",
        form=Form.WRITE,
        tested='"DIR"',
        replies=(CftpsMkdFailed,),
        patience=_PATIENCE,
        service=Service.FTPS,
        needs=_LOGGED_IN,
        codes=CftpsCode,
        ref="SIM7100 Internet service 8.5",
    )
    directory: Annotated[str, Text(min=1, max=CFTPS_PATH_MAXIMUM, tagged=True, octets=True)]


class CftpsRmd(Command[None]):
    """Remove an empty directory (SIM7100 Internet service 8.6)."""

    wire = Syntax(
        name="+CFTPSRMD",
        form=Form.WRITE,
        tested='"DIR"',
        replies=(CftpsRmdFailed,),
        patience=_PATIENCE,
        service=Service.FTPS,
        needs=_LOGGED_IN,
        codes=CftpsCode,
        ref="SIM7100 Internet service 8.6",
    )
    directory: Annotated[str, Text(min=1, max=CFTPS_PATH_MAXIMUM, tagged=True, octets=True)]


class CftpsDele(Command[None]):
    """Remove a file, in the spelling of the SIM5320 and the SIM7600 (SIM5320 AT manual 16.4).

    Which spelling a module has, its test form shows.
    """

    wire = Syntax(
        name="+CFTPSDELE",
        form=Form.WRITE,
        tested='"FILENAME"',
        replies=(CftpsDeleFailed,),
        patience=_PATIENCE,
        service=Service.FTPS,
        needs=_LOGGED_IN,
        codes=CftpsCode,
        ref="SIM5320 AT manual 16.4",
    )
    path: Annotated[str, Text(min=1, max=CFTPS_PATH_MAXIMUM, tagged=True, octets=True)]


class CftpsDel(CftpsDele):
    """Remove a file, in the spelling of the SIM7100's document (SIM7100 Internet service 8.7)."""

    wire = Syntax(
        name="+CFTPSDEL",
        form=Form.WRITE,
        tested='"FILENAME"',
        replies=(CftpsDeleFailed,),
        patience=_PATIENCE,
        service=Service.FTPS,
        needs=_LOGGED_IN,
        codes=CftpsCode,
        ref="SIM7100 Internet service 8.7",
    )


class CftpsCwd(Command[None]):
    """Make a directory the current one (SIM7100 Internet service 8.8)."""

    wire = Syntax(
        name="+CFTPSCWD",
        form=Form.WRITE,
        tested='"DIR"',
        replies=(CftpsCwdFailed,),
        patience=_PATIENCE,
        service=Service.FTPS,
        needs=_LOGGED_IN,
        codes=CftpsCode,
        ref="SIM7100 Internet service 8.8",
    )
    directory: Annotated[str, Text(min=1, max=CFTPS_PATH_MAXIMUM, tagged=True, octets=True)]
