"""The parameters of plain FTP on the SIM7100: AT+CFTPPORT to AT+CFTPPW.

Source: SIM7100 Internet service V0.01, 5.1 to 5.6; lengths, of which it says nothing, SIM5320 AT manual V2.02 16.3. All
is lost at a restart.
"""

from typing import Annotated

from pydantic import SecretStr

from simcom_async.at.command import Form, Service, Syntax
from simcom_async.at.fields import Range, Text
from simcom_async.at.setting import Setting
from simcom_async.commands.ftp_settings import FtpConnection, FtpDataType

__all__ = ["CftpMode", "CftpPassword", "CftpPort", "CftpServer", "CftpType", "CftpUser"]

#: What it says of parameters that it does not take (SIM7100 Internet service 5.15).
_INVALID = 213


class CftpPort(Setting):
    """The control port of the server (SIM7100 Internet service 5.1)."""

    wire = Syntax(
        name="+CFTPPORT",
        form=Form.WRITE,
        tested="auto",
        service=Service.FTP,
        repeatable=True,
        invalid=_INVALID,
        ref="SIM7100 Internet service 5.1",
    )
    port: Annotated[int, Range(1, 65535)] = 21


class CftpMode(Setting):
    """Active (there: proactive) or passive data connections (SIM7100 Internet service 5.2)."""

    wire = Syntax(
        name="+CFTPMODE",
        form=Form.WRITE,
        tested="auto",
        service=Service.FTP,
        repeatable=True,
        invalid=_INVALID,
        ref="SIM7100 Internet service 5.2",
    )
    mode: FtpConnection = FtpConnection.ACTIVE


class CftpType(Setting):
    """Whether data are transferred as ASCII or binary; written without quotes (SIM7100 Internet service 5.3)."""

    wire = Syntax(
        name="+CFTPTYPE",
        form=Form.WRITE,
        tested="(A,I)",
        service=Service.FTP,
        repeatable=True,
        invalid=_INVALID,
        ref="SIM7100 Internet service 5.3",
    )
    type: Annotated[FtpDataType, Text(quoted=None, plain=True)] = FtpDataType.BINARY


class CftpServer(Setting):
    """The server, an address or a name of at most 100 characters (SIM7100 Internet service 5.4; contents: CFTPSESV)."""

    wire = Syntax(
        name="+CFTPSERV",
        form=Form.WRITE,
        aliases=("+CFTPSESV",),
        tested='"ADDRESS"',
        service=Service.FTP,
        repeatable=True,
        invalid=_INVALID,
        ref="SIM7100 Internet service 5.4",
    )
    address: Annotated[str, Text(max=100)] = ""


class CftpUser(Setting):
    """The user name, at most 30 characters (SIM7100 Internet service 5.5)."""

    wire = Syntax(
        name="+CFTPUN",
        form=Form.WRITE,
        tested='"NAME"',
        service=Service.FTP,
        repeatable=True,
        invalid=_INVALID,
        ref="SIM7100 Internet service 5.5",
    )
    user: Annotated[str, Text(max=30)] = ""


class CftpPassword(Setting):
    """The password, at most 40 characters (SIM7100 Internet service 5.6)."""

    wire = Syntax(
        name="+CFTPPW",
        form=Form.WRITE,
        tested='"password"',
        service=Service.FTP,
        repeatable=True,
        invalid=_INVALID,
        ref="SIM7100 Internet service 5.6",
    )
    secret = True
    password: Annotated[SecretStr, Text(max=40)] = SecretStr("")
