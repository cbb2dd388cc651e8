"""The packet context of the internet services of the SIM5320 and the SIM7100: AT+CGSOCKCONT and its kin.

Source: SIM5320 AT manual V2.02 16.1.1 to 16.1.3. The services bring the chosen context up by themselves.
"""

from enum import IntEnum
from typing import Annotated

from pydantic import SecretStr

from simcom_async.at.command import Command, Form, Service, Syntax
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Line, Reply, Times
from simcom_async.at.setting import Setting
from simcom_async.commands.packet import PdpType

__all__ = [
    "SocketAuthentication",
    "SocketContext",
    "SocketContextDefine",
    "SocketContextRead",
    "SocketProfile",
    "SocketSubscriber",
]


class SocketAuthentication(IntEnum):
    """How the subscriber shows who he is (SIM5320 AT manual 16.1.3)."""

    NONE = 0
    PAP = 1
    CHAP = 2
    PAP_OR_CHAP = 3


class SocketContext(Reply):
    """One defined context (SIM5320 AT manual 16.1.1)."""

    wire = Line("+CGSOCKCONT", times=Times.MANY, ref="SIM5320 AT manual 16.1.1")
    cid: Annotated[int, Range(1, 16)]
    type: Annotated[PdpType, Text()]
    apn: Annotated[str, Text()]
    address: Annotated[str, Text()]
    data_compression: Annotated[int, Range(0, 2)]
    header_compression: Annotated[int, Range(0, 4)]


class SocketContextDefine(Command[None]):
    """Define a context; the number alone undefines it (SIM5320 AT manual 16.1.1)."""

    wire = Syntax(
        name="+CGSOCKCONT",
        form=Form.WRITE,
        tested='(1-16),"IP",,,(0-2),(0-4)',
        service=Service.BEARER,
        repeatable=True,
        ref="SIM5320 AT manual 16.1.1",
    )
    cid: Annotated[int, Range(1, 16)] = 1
    type: Annotated[PdpType | None, Text()] = None
    apn: Annotated[str | None, Text(max=100)] = None
    address: Annotated[str | None, Text(max=45)] = None
    data_compression: Annotated[int | None, Range(0, 2)] = None
    header_compression: Annotated[int | None, Range(0, 4)] = None


class SocketContextRead(Command[tuple[SocketContext, ...]]):
    """Ask for the defined contexts (SIM5320 AT manual 16.1.1)."""

    wire = Syntax(
        name="+CGSOCKCONT",
        form=Form.READ,
        replies=(SocketContext,),
        service=Service.BEARER,
        repeatable=True,
        ref="SIM5320 AT manual 16.1.1",
    )


class SocketProfile(Setting):
    """Which context the services use (SIM5320 AT manual 16.1.2)."""

    wire = Syntax(
        name="+CSOCKSETPN",
        form=Form.WRITE,
        tested="auto",
        service=Service.BEARER,
        repeatable=True,
        ref="SIM5320 AT manual 16.1.2",
    )
    cid: Annotated[int, Range(1, 16)] = 1


class SocketSubscriber(Command[None]):
    """Who the subscriber of a context is; the password stands in front of the user (SIM5320 AT manual 16.1.3)."""

    wire = Syntax(
        name="+CSOCKAUTH",
        form=Form.WRITE,
        tested="(1-16),(0-3),132,132",
        service=Service.BEARER,
        repeatable=True,
        ref="SIM5320 AT manual 16.1.3",
    )
    cid: Annotated[int, Range(1, 16)] = 1
    authentication: SocketAuthentication = SocketAuthentication.NONE
    password: Annotated[SecretStr | None, Text(max=132)] = None
    user: Annotated[str | None, Text(max=132)] = None
