"""The application network of the SIM7000: AT+CNACT, AT+CNCFG, AT+CGNAPN.

Source: SIM7000 AT manual V1.06 5.2.22, 5.2.30, 5.2.31. It is another way to the bearer of AT+SAPBR: the services that
name a bearer go over either (SIM7000 FTP note V1.02 4.1).
"""

from enum import IntEnum
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from simcom_async.at.command import Command, Form, Patience, Service, Syntax
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Line, Reply, Times, Urc
from simcom_async.at.setting import Setting
from simcom_async.commands.topics import BearerLost

__all__ = [
    "AppNetwork",
    "AppNetworkActivated",
    "AppNetworkAuthentication",
    "AppNetworkConfig",
    "AppNetworkDeactivated",
    "AppNetworkIpType",
    "AppNetworkMode",
    "AppNetworkProfileState",
    "AppNetworkRead",
    "AppNetworkState",
    "AppNetworkStatus",
    "NetworkApn",
    "NetworkApnRead",
]


class AppNetworkMode(IntEnum):
    """What AT+CNACT does; AUTOMATIC tries again until it succeeds (SIM7000 AT manual 5.2.30)."""

    OFF = 0
    ON = 1
    AUTOMATIC = 2


class AppNetworkStatus(IntEnum):
    """How far the application network is (SIM7000 AT manual 5.2.30)."""

    DEACTIVATED = 0
    ACTIVATED = 1
    IN_OPERATION = 2


class AppNetworkIpType(IntEnum):
    """The protocols of the application network (SIM7000 AT manual 5.2.31)."""

    DUAL = 0
    IPV4 = 1
    IPV6 = 2


class AppNetworkAuthentication(IntEnum):
    """How the subscriber shows who he is (SIM7000 AT manual 5.2.31)."""

    NONE = 0
    PAP = 1
    CHAP = 2
    PAP_OR_CHAP = 3


class AppNetworkState(Reply):
    """Whether the application network is active, and its address (SIM7000 AT manual 5.2.30)."""

    wire = Line("+CNACT", times=Times.OPTIONAL, ref="SIM7000 AT manual 5.2.30")
    status: AppNetworkStatus
    address: Annotated[str, Text()]


class AppNetworkProfileState(Reply):
    """The same with the number of a profile in front, a line each (SIM7000 FTP note V1.02 4.1, SIM7070, SIM7080)."""

    wire = Line("+CNACT", times=Times.MANY, ref="SIM7000 FTP note V1.02 4.1")
    profile: Annotated[int, Range(0, 3)]
    status: AppNetworkStatus
    address: Annotated[str, Text()]


class AppNetworkActivated(Urc):
    """The application network is active (SIM7000 AT manual 5.2.30)."""

    wire = Line("+APP PDP", ref="SIM7000 AT manual 5.2.30")
    state: Literal["ACTIVE"] = "ACTIVE"


class AppNetworkDeactivated(BearerLost):
    """The application network is not active any more; there is but one (SIM7000 AT manual 5.2.30)."""

    wire = Line("+APP PDP", ref="SIM7000 AT manual 5.2.30")
    cid: Literal[1] = Field(default=1, exclude=True)
    state: Literal["DEACTIVE"] = "DEACTIVE"


class NetworkApn(Reply):
    """The access point that the LTE network gave (``valid`` 1); none in a GSM network (SIM7000 AT manual 5.2.22)."""

    wire = Line("+CGNAPN", ref="SIM7000 AT manual 5.2.22")
    valid: Annotated[int, Range(0, 1)]
    apn: Annotated[str | None, Text(quoted=None)] = None


class AppNetwork(Command[None]):
    """Activate or deactivate the application network; +APP PDP says when it is so (SIM7000 AT manual 5.2.30)."""

    wire = Syntax(
        name="+CNACT",
        form=Form.WRITE,
        patience=Patience(final=95.0),
        service=Service.BEARER,
        ref="SIM7000 AT manual 5.2.30",
    )
    mode: AppNetworkMode = AppNetworkMode.ON
    apn: Annotated[str | None, Text(max=64)] = None


class AppNetworkRead(Command[tuple[AppNetworkState | AppNetworkProfileState, ...]]):
    """Ask whether the application network is active (SIM7000 AT manual 5.2.30)."""

    wire = Syntax(
        name="+CNACT",
        form=Form.READ,
        replies=(AppNetworkState, AppNetworkProfileState),
        repeatable=True,
        ref="SIM7000 AT manual 5.2.30",
    )


class AppNetworkConfig(Setting):
    """Protocol, access point and subscriber of the application network, before it is activated.

    Source: SIM7000 AT manual 5.2.31; the lengths are those of AT+SAPBR.
    """

    wire = Syntax(
        name="+CNCFG",
        form=Form.WRITE,
        tested="(0-2),64,32,32,(0-3)",
        service=Service.BEARER,
        repeatable=True,
        ref="SIM7000 AT manual 5.2.31",
    )
    secret = True
    ip_type: AppNetworkIpType = AppNetworkIpType.DUAL
    apn: Annotated[str | None, Text(max=64, quoted=None)] = ""
    user: Annotated[str | None, Text(max=32, quoted=None)] = ""
    password: Annotated[SecretStr | None, Text(max=32, quoted=None)] = SecretStr("")
    authentication: AppNetworkAuthentication | None = AppNetworkAuthentication.NONE


class NetworkApnRead(Command[NetworkApn]):
    """Ask for the access point that the network gave (SIM7000 AT manual 5.2.22)."""

    wire = Syntax(
        name="+CGNAPN",
        form=Form.EXECUTE,
        tested="(0,1),64",
        replies=(NetworkApn,),
        repeatable=True,
        ref="SIM7000 AT manual 5.2.22",
    )
