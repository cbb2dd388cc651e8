"""The parameters of an FTP session: AT+FTPPORT to AT+FTPPUTPATH and AT+FTPSCONT.

Source: SIM800 AT manual V1.12 12.2.1 to 12.2.13 and 12.2.16; the SIM7000 AT manual V1.06 10.2.1 to 10.2.13 has the same
without AT+FTPSCONT. All but what AT+FTPSCONT saves is lost at a restart.
"""

from enum import IntEnum, StrEnum
from typing import Annotated

from pydantic import SecretStr

from simcom_async.at.command import Command, Form, Service, Syntax
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Line, Reply, Times
from simcom_async.at.setting import Setting

__all__ = [
    "FtpCid",
    "FtpConnection",
    "FtpContextRead",
    "FtpContextSave",
    "FtpContextSource",
    "FtpContextState",
    "FtpDataType",
    "FtpGetName",
    "FtpGetPath",
    "FtpMode",
    "FtpPassword",
    "FtpPort",
    "FtpPutMethod",
    "FtpPutName",
    "FtpPutOption",
    "FtpPutPath",
    "FtpRest",
    "FtpServer",
    "FtpTimeoutLine",
    "FtpType",
    "FtpUser",
]


class FtpConnection(IntEnum):
    """Who opens the data connection: the server (active) or the module (passive) (SIM800 AT manual 12.2.2)."""

    ACTIVE = 0
    PASSIVE = 1


class FtpDataType(StrEnum):
    """How data are transferred; ASCII loses the highest bit of every byte (SIM800 AT manual 12.2.3)."""

    ASCII = "A"
    BINARY = "I"


class FtpPutMethod(StrEnum):
    """What the server does with an upload (SIM800 AT manual 12.2.4)."""

    APPEND = "APPE"
    UNIQUE = "STOU"
    STORE = "STOR"


class FtpContextSource(IntEnum):
    """Where the FTP parameters come from (SIM800 AT manual 12.2.16)."""

    SAVED = 0
    UNSAVED = 1


class FtpPort(Setting):
    """The control port of the server (SIM800 AT manual 12.2.1)."""

    wire = Syntax(
        name="+FTPPORT",
        form=Form.WRITE,
        tested="",
        service=Service.FTP,
        repeatable=True,
        ref="SIM800 AT manual 12.2.1",
    )
    port: Annotated[int, Range(1, 65535)] = 21


class FtpMode(Setting):
    """Active or passive data connections (SIM800 AT manual 12.2.2)."""

    wire = Syntax(
        name="+FTPMODE",
        form=Form.WRITE,
        tested="",
        service=Service.FTP,
        repeatable=True,
        ref="SIM800 AT manual 12.2.2",
    )
    mode: FtpConnection = FtpConnection.ACTIVE


class FtpType(Setting):
    """Whether data are transferred as ASCII or binary (SIM800 AT manual 12.2.3)."""

    wire = Syntax(
        name="+FTPTYPE",
        form=Form.WRITE,
        tested="",
        service=Service.FTP,
        repeatable=True,
        ref="SIM800 AT manual 12.2.3",
    )
    type: Annotated[FtpDataType, Text()] = FtpDataType.BINARY


class FtpPutOption(Setting):
    """Whether an upload stores, appends, or gets a name of its own (SIM800 AT manual 12.2.4)."""

    wire = Syntax(
        name="+FTPPUTOPT",
        form=Form.WRITE,
        tested="",
        service=Service.FTP,
        repeatable=True,
        ref="SIM800 AT manual 12.2.4",
    )
    option: Annotated[FtpPutMethod, Text()] = FtpPutMethod.STORE


class FtpCid(Setting):
    """The bearer of the session (SIM800 AT manual 12.2.5)."""

    wire = Syntax(
        name="+FTPCID",
        form=Form.WRITE,
        tested="",
        service=Service.FTP,
        repeatable=True,
        ref="SIM800 AT manual 12.2.5",
    )
    cid: Annotated[int, Range(1, 3)] = 1


class FtpRest(Setting):
    """The byte from which the next download goes on; 0 when it has ended (SIM800 AT manual 12.2.6)."""

    wire = Syntax(
        name="+FTPREST",
        form=Form.WRITE,
        tested="",
        service=Service.FTP,
        repeatable=True,
        ref="SIM800 AT manual 12.2.6",
    )
    offset: Annotated[int, Range(0)] = 0


class FtpServer(Setting):
    """The server, an address or a name (SIM800 AT manual 12.2.7: at most 49 characters)."""

    wire = Syntax(
        name="+FTPSERV",
        form=Form.WRITE,
        tested="",
        service=Service.FTP,
        repeatable=True,
        ref="SIM800 AT manual 12.2.7",
    )
    address: Annotated[str, Text(max=49, quoted=None)] = ""


class FtpUser(Setting):
    """The user name (SIM800 AT manual 12.2.8: at most 49 characters)."""

    wire = Syntax(
        name="+FTPUN",
        form=Form.WRITE,
        tested="",
        service=Service.FTP,
        repeatable=True,
        ref="SIM800 AT manual 12.2.8",
    )
    user: Annotated[str, Text(max=49, quoted=None)] = ""


class FtpPassword(Setting):
    """The password (SIM800 AT manual 12.2.9: at most 49 characters)."""

    wire = Syntax(
        name="+FTPPW",
        form=Form.WRITE,
        tested="",
        service=Service.FTP,
        repeatable=True,
        ref="SIM800 AT manual 12.2.9",
    )
    secret = True
    password: Annotated[SecretStr, Text(max=49, quoted=None)] = SecretStr("")


class FtpGetName(Setting):
    """The file to download, to delete, to ask for, to rename (SIM800 AT manual 12.2.10: at most 99 characters)."""

    wire = Syntax(
        name="+FTPGETNAME",
        form=Form.WRITE,
        tested="",
        service=Service.FTP,
        repeatable=True,
        ref="SIM800 AT manual 12.2.10",
    )
    name: Annotated[str, Text(max=99, quoted=None)] = ""


class FtpGetPath(Setting):
    """The directory of that file, or the directory to make, remove or list (SIM800 AT manual 12.2.11).

    At most 255 characters; for a list it may end with the name of one file.
    """

    wire = Syntax(
        name="+FTPGETPATH",
        form=Form.WRITE,
        tested="",
        service=Service.FTP,
        repeatable=True,
        ref="SIM800 AT manual 12.2.11",
    )
    path: Annotated[str, Text(max=255, quoted=None)] = ""


class FtpPutName(Setting):
    """The file to upload to, or the new name of a file (SIM800 AT manual 12.2.12: at most 99 characters)."""

    wire = Syntax(
        name="+FTPPUTNAME",
        form=Form.WRITE,
        tested="",
        service=Service.FTP,
        repeatable=True,
        ref="SIM800 AT manual 12.2.12",
    )
    name: Annotated[str, Text(max=99, quoted=None)] = ""


class FtpPutPath(Setting):
    """The directory of that file (SIM800 AT manual 12.2.13: at most 255 characters)."""

    wire = Syntax(
        name="+FTPPUTPATH",
        form=Form.WRITE,
        tested="",
        service=Service.FTP,
        repeatable=True,
        ref="SIM800 AT manual 12.2.13",
    )
    path: Annotated[str, Text(max=255, quoted=None)] = ""


class FtpContextState(Reply):
    """Whether the FTP parameters that follow are the saved ones (SIM800 AT manual 12.2.16)."""

    wire = Line("+FTPSCONT", ref="SIM800 AT manual 12.2.16")
    mode: FtpContextSource


class FtpTimeoutLine(Reply):
    """A time limit that only AT+FTPSCONT? shows; its unit is not documented (SIM800 AT manual 12.2.16)."""

    wire = Line("+FTPTIMEOUT", times=Times.OPTIONAL, ref="SIM800 AT manual 12.2.16")
    value: int | None = None


class FtpContextSave(Command[None]):
    """Save the FTP parameters; they are loaded after a restart (SIM800 AT manual 12.2.16)."""

    wire = Syntax(
        name="+FTPSCONT",
        form=Form.EXECUTE,
        service=Service.FTP,
        repeatable=True,
        ref="SIM800 AT manual 12.2.16",
    )


class FtpContextRead(Command[tuple[FtpContextState | Setting | FtpTimeoutLine, ...]]):
    """Read the FTP parameters and whether they are saved (SIM800 AT manual 12.2.16)."""

    wire = Syntax(
        name="+FTPSCONT",
        form=Form.READ,
        replies=(
            FtpContextState,
            FtpServer,
            FtpPort,
            FtpUser,
            FtpPassword,
            FtpCid,
            FtpMode,
            FtpType,
            FtpPutOption,
            FtpRest,
            FtpGetName,
            FtpGetPath,
            FtpPutName,
            FtpPutPath,
            FtpTimeoutLine,
        ),
        repeatable=True,
        ref="SIM800 AT manual 12.2.16",
    )
