"""Packet service: attachment, contexts, and the context of the CIP stack."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simcom_async.at.message import Message
from simcom_async.at.setting import read_form
from simcom_async.commands import packet as messages
from simcom_async.commands.packet import PacketService, PdpType
from simcom_async.commands.results import CmeError
from simcom_async.commands.socket_context import SocketProfile
from simcom_async.virtual.network import APPLICATION
from simcom_async.virtual.turn import Answers, Refused, Turn

if TYPE_CHECKING:
    from simcom_async.virtual.modem import VirtualModem

__all__ = ["ANSWERS", "Contexts"]

ANSWERS = Answers()
_NO_ADDRESS = "0.0.0.0"  # noqa: S104 - what the module prints for an inactive context
_CONTEXTS = (1, 2, 3)


@dataclass(slots=True)
class Contexts:
    """Packet contexts: what is defined, what is active, and whether the CIP stack is up."""

    defined: dict[int, messages.ContextDefinition] = field(default_factory=dict)
    active: set[int] = field(default_factory=set)

    def address(self, cid: int) -> str:
        """The address of a context."""
        return f"10.80.0.{cid}" if cid in self.active else _NO_ADDRESS


@ANSWERS.to(read_form(PacketService))
async def _attached(turn: Turn[PacketService]) -> Message:
    return PacketService(state=int(_attached_now(turn.modem)))


@ANSWERS.to(PacketService)
async def _attach(turn: Turn[PacketService]) -> None:
    network = turn.modem.network
    if not turn.command.state:
        network.detach()
        turn.modem.contexts.active.clear()
    elif not network.registered:
        raise Refused(CmeError.NO_NETWORK_SERVICE)
    else:
        network.attached = True


@ANSWERS.to(messages.ContextDefine)
async def _define(turn: Turn[messages.ContextDefine]) -> None:
    command, defined = turn.command, turn.modem.contexts.defined
    if command.type is None and command.apn is None:
        defined.pop(command.cid, None)
        return
    defined[command.cid] = messages.ContextDefinition(
        cid=command.cid,
        type=command.type or PdpType.IP,
        apn=command.apn or "",
        address=command.address or _NO_ADDRESS,
        data_compression=command.data_compression or 0,
        header_compression=command.header_compression or 0,
    )


@ANSWERS.to(messages.EpsContextDefine)
async def _define_eps(turn: Turn[messages.EpsContextDefine]) -> None:
    definition = messages.ContextDefinition(**turn.command.model_dump())
    given = definition.address or _NO_ADDRESS
    turn.modem.contexts.defined[definition.cid] = definition.model_copy(update={"address": given})


@ANSWERS.to(messages.ContextDefinitionRead)
async def _defined(turn: Turn[messages.ContextDefinitionRead]) -> list[Message]:
    return [definition for _, definition in sorted(turn.modem.contexts.defined.items())]


@ANSWERS.to(messages.ContextActivate)
async def _activate(turn: Turn[messages.ContextActivate]) -> None:
    contexts, cid = turn.modem.contexts, turn.command.cid
    if turn.modem.dialect.speaks(SocketProfile):
        _switch_socket_context(turn.modem, cid, on=bool(turn.command.state))
        return
    wanted = {cid} if cid is not None else set(contexts.defined)
    if not turn.command.state:
        contexts.active -= wanted
        return
    if not _attached_now(turn.modem) or not wanted <= set(contexts.defined):
        raise Refused(CmeError.UNSPECIFIED_GPRS_ERROR)
    contexts.active |= wanted


def _switch_socket_context(modem: VirtualModem, cid: int | None, *, on: bool) -> None:
    """The contexts of the services are those that can be active: one at a time."""
    sockets = modem.sockets
    if not on:
        sockets.down()
    elif cid is not None and cid != sockets.chosen and cid not in sockets.defined:
        raise Refused(CmeError.UNSPECIFIED_GPRS_ERROR)
    else:
        sockets.use()


@ANSWERS.to(messages.ContextActivationRead)
async def _activation(turn: Turn[messages.ContextActivationRead]) -> list[Message]:
    active = turn.modem.contexts.active
    if turn.modem.dialect.speaks(SocketProfile) and turn.modem.network.bearers[APPLICATION].is_open:
        active = {turn.modem.sockets.chosen}
    return [messages.ContextActivation(cid=cid, state=int(cid in active)) for cid in _CONTEXTS]


@ANSWERS.to(messages.ContextAddressRead)
async def _address(turn: Turn[messages.ContextAddressRead]) -> Message:
    cid, modem = turn.command.cid, turn.modem
    contexts = modem.sockets if modem.dialect.speaks(SocketProfile) else modem.contexts
    return messages.ContextAddress(cid=cid, address=contexts.address(cid))


@ANSWERS.to(messages.AccessPointStart)
async def _access_point(turn: Turn[messages.AccessPointStart]) -> None:
    turn.modem.conditions.add("CSTT")


@ANSWERS.to(messages.AccessPoint)
async def _choose_access_point(turn: Turn[messages.AccessPoint]) -> None:
    if "CSTT" in turn.modem.conditions:
        raise Refused(CmeError.OPERATION_NOT_ALLOWED)
    turn.modem.profile.write(turn.command)
    turn.modem.conditions.add("CSTT")


@ANSWERS.to(messages.WirelessStart)
async def _start(turn: Turn[messages.WirelessStart]) -> None:
    if not _attached_now(turn.modem):
        raise Refused(CmeError.NO_NETWORK_SERVICE)
    turn.modem.conditions.add("CIICR")


@ANSWERS.to(messages.AddressRead)
async def _local_address(turn: Turn[messages.AddressRead]) -> Message:
    turn.result = None
    return messages.LocalAddress(address="10.81.0.1")


@ANSWERS.to(messages.CipShut)
async def _shut(turn: Turn[messages.CipShut]) -> None:
    turn.result = "SHUT OK"


def _attached_now(modem: VirtualModem) -> bool:
    return modem.network.registered and modem.network.attached
