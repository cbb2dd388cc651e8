"""Packet service: attachment, contexts, and the context of the CIP stack (SIM800 AT manual V1.12 chapters 7, 8)."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import SecretStr

from simcom_async.at.command import Command, Form, Patience, Syntax
from simcom_async.at.fields import Range, Text
from simcom_async.at.message import Line, Reply, Times, Urc
from simcom_async.at.setting import Setting

__all__ = [
    "AccessPoint",
    "AccessPointStart",
    "AddressRead",
    "CipShut",
    "ContextActivate",
    "ContextActivation",
    "ContextActivationRead",
    "ContextAddress",
    "ContextAddressRead",
    "ContextDefine",
    "ContextDefinition",
    "ContextDefinitionRead",
    "EpsContextDefine",
    "LocalAddress",
    "PacketService",
    "PdpDeactivated",
    "PdpType",
    "WirelessStart",
]


class PdpType(StrEnum):
    """The protocol of a packet context (SIM800 AT manual 7.2.2; others on later series)."""

    IP = "IP"
    IPV6 = "IPV6"
    IPV4V6 = "IPV4V6"
    PPP = "PPP"


class ContextDefinition(Reply):
    """A defined packet context (SIM800 AT manual 7.2.2); an LTE module says two fields more (3GPP TS 27.007 10.1.1)."""

    wire = Line("+CGDCONT", times=Times.MANY, ref="SIM800 AT manual 7.2.2")
    cid: Annotated[int, Range(1, 24)]
    type: Annotated[PdpType, Text()]
    apn: Annotated[str, Text()]
    address: Annotated[str, Text()]
    data_compression: Annotated[int, Range(0, 4)]
    header_compression: Annotated[int, Range(0, 4)]
    address_allocation: int | None = None
    emergency: int | None = None


class ContextActivation(Reply):
    """Whether a packet context is active (SIM800 AT manual 7.2.5)."""

    wire = Line("+CGACT", times=Times.MANY, ref="SIM800 AT manual 7.2.5")
    cid: Annotated[int, Range(1, 3)]
    state: Annotated[int, Range(0, 1)]


class ContextAddress(Reply):
    """The address of a packet context (SIM800 AT manual 7.2.7)."""

    wire = Line("+CGPADDR", times=Times.MANY, ref="SIM800 AT manual 7.2.7")
    cid: Annotated[int, Range(1, 3)]
    address: Annotated[str, Text(quoted=None)]


class LocalAddress(Reply):
    """The address of the CIP stack, bare (SIM800 AT manual 8.2.11)."""

    wire = Line("", ref="SIM800 AT manual 8.2.11")
    address: Annotated[str, Text(quoted=False, pattern=r"\d{1,3}(?:\.\d{1,3}){3}")]


class PdpDeactivated(Urc):
    """The network released the context of the CIP stack; AT+CIPSHUT is needed now (SIM800 AT manual 8.2.7)."""

    wire = Line("+PDP", ref="SIM800 AT manual 8.2.7")
    state: Literal["DEACT"] = "DEACT"


class PacketService(Setting):
    """Attached to packet service (1) or not (0) (SIM800 AT manual 7.2.1: 75 s)."""

    wire = Syntax(
        name="+CGATT",
        form=Form.WRITE,
        tested="(0,1)",
        patience=Patience(final=85.0),
        repeatable=True,
        ref="SIM800 AT manual 7.2.1",
    )
    state: Annotated[int, Range(0, 1)] = 0


class ContextDefine(Command[None]):
    """Define a packet context; the number alone undefines it (SIM800 AT manual 7.2.2)."""

    wire = Syntax(
        name="+CGDCONT",
        form=Form.WRITE,
        tested='(1-3),"IP",,,(0),(0)',
        repeatable=True,
        ref="SIM800 AT manual 7.2.2",
    )
    cid: Annotated[int, Range(1, 3)] = 1
    type: Annotated[PdpType | None, Text()] = None
    apn: Annotated[str | None, Text(max=100)] = None
    address: Annotated[str | None, Text(max=15)] = None
    data_compression: Annotated[int | None, Range(0, 1)] = None
    header_compression: Annotated[int | None, Range(0, 1)] = None


class EpsContextDefine(Command[None]):
    """Define a packet context with the two fields more of an LTE module (3GPP TS 27.007 10.1.1)."""

    wire = Syntax(name="+CGDCONT", form=Form.WRITE, repeatable=True, ref="3GPP TS 27.007 10.1.1")
    cid: Annotated[int, Range(1, 3)] = 1
    type: Annotated[PdpType, Text()] = PdpType.IP
    apn: Annotated[str, Text(max=100)] = ""
    address: Annotated[str, Text(max=15)] = ""
    data_compression: Annotated[int, Range(0, 4)] = 0
    header_compression: Annotated[int, Range(0, 4)] = 0
    address_allocation: Annotated[int, Range(0, 1)] = 0
    emergency: Annotated[int, Range(0, 1)] = 0


class ContextDefinitionRead(Command[tuple[ContextDefinition, ...]]):
    """Ask for the packet contexts (SIM800 AT manual 7.2.2)."""

    wire = Syntax(
        name="+CGDCONT",
        form=Form.READ,
        replies=(ContextDefinition,),
        repeatable=True,
        ref="SIM800 AT manual 7.2.2",
    )


class ContextActivate(Command[None]):
    """Activate (1) or deactivate (0) a packet context (SIM800 AT manual 7.2.5: 150 s)."""

    wire = Syntax(
        name="+CGACT",
        form=Form.WRITE,
        tested="(0,1)",
        patience=Patience(final=160.0),
        repeatable=True,
        ref="SIM800 AT manual 7.2.5",
    )
    state: Annotated[int, Range(0, 1)] = 1
    cid: Annotated[int | None, Range(1, 3)] = None


class ContextActivationRead(Command[tuple[ContextActivation, ...]]):
    """Ask which packet contexts are active (SIM800 AT manual 7.2.5)."""

    wire = Syntax(
        name="+CGACT",
        form=Form.READ,
        replies=(ContextActivation,),
        repeatable=True,
        ref="SIM800 AT manual 7.2.5",
    )


class ContextAddressRead(Command[tuple[ContextAddress, ...]]):
    """Ask for the address of a packet context (SIM800 AT manual 7.2.7)."""

    wire = Syntax(
        name="+CGPADDR",
        form=Form.WRITE,
        tested="(1-3)",
        replies=(ContextAddress,),
        repeatable=True,
        ref="SIM800 AT manual 7.2.7",
    )
    cid: Annotated[int, Range(1, 3)] = 1


class AccessPoint(Setting):
    """Access point of the CIP stack, which is not that of the bearers (SIM800 AT manual 8.2.9)."""

    wire = Syntax(
        name="+CSTT",
        form=Form.WRITE,
        tested='"APN","USER","PWD"',
        repeatable=True,
        ref="SIM800 AT manual 8.2.9",
    )
    secret = True
    apn: Annotated[str, Text(max=50)] = "CMNET"
    user: Annotated[str | None, Text(max=50)] = ""
    password: Annotated[SecretStr | None, Text(max=50)] = SecretStr("")


class AccessPointStart(Command[None]):
    """Start the CIP stack with the stored access point (SIM800 AT manual 8.2.9)."""

    wire = Syntax(name="+CSTT", form=Form.EXECUTE, ref="SIM800 AT manual 8.2.9")


class WirelessStart(Command[None]):
    """Bring up the CIP stack's connection (SIM800 AT manual 8.2.10: 85 s)."""

    wire = Syntax(
        name="+CIICR",
        form=Form.EXECUTE,
        tested="",
        patience=Patience(final=95.0),
        needs=("CSTT",),
        ref="SIM800 AT manual 8.2.10",
    )


class AddressRead(Command[LocalAddress]):
    """Ask for the CIP stack's address; no OK follows it (SIM800 AT manual 8.2.11)."""

    wire = Syntax(
        name="+CIFSR",
        form=Form.EXECUTE,
        tested="",
        replies=(LocalAddress,),
        final_reply=True,
        needs=("CIICR",),
        repeatable=True,
        ref="SIM800 AT manual 8.2.11",
    )


class CipShut(Command[None]):
    """Take down the CIP stack; the good answer is SHUT OK (SIM800 AT manual 8.2.7: 65 s)."""

    wire = Syntax(
        name="+CIPSHUT",
        form=Form.EXECUTE,
        tested="",
        finals=("SHUT OK",),
        patience=Patience(final=75.0),
        repeatable=True,
        clears=("CSTT", "CIICR"),
        ref="SIM800 AT manual 8.2.7",
    )
