"""The packet context of the internet services: defined, chosen, and brought up by whoever needs it first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simcom_async.at.message import Message
from simcom_async.commands import socket_context as messages
from simcom_async.commands.packet import PdpType
from simcom_async.commands.socket_context import SocketContext, SocketProfile, SocketSubscriber
from simcom_async.virtual.network import APPLICATION
from simcom_async.virtual.turn import Answers, Refused, Turn

if TYPE_CHECKING:
    from simcom_async.virtual.modem import VirtualModem

__all__ = ["ANSWERS", "SocketContexts"]

ANSWERS = Answers()
_NO_ADDRESS = "0.0.0.0"  # noqa: S104 - what the module prints for a context without an address of its own


class SocketContexts:
    """The contexts of a module whose services have one: it is the bearer without a number, APPLICATION.

    The first is defined at the factory, without a name: the network has one for it.
    """

    def __init__(self, modem: VirtualModem) -> None:
        self._modem = modem
        self.defined = {1: _context(1)}
        self.subscribers: dict[int, SocketSubscriber] = {}

    @property
    def chosen(self) -> int:
        """The number of the context that the services use."""
        setting = self._modem.profile.read(SocketProfile)
        return 1 if setting is None else setting.cid

    def use(self) -> int:
        """Bring it up, if it is down; the bearer that connections go over. Raises Refused when that cannot be done."""
        definition = self.defined.get(self.chosen)
        if definition is None:
            raise Refused
        network = self._modem.network
        if not network.bearers[APPLICATION].is_open:
            network.bearers[APPLICATION].apn = definition.apn
            network.open_bearer(APPLICATION)
        return APPLICATION

    def down(self) -> None:
        """Take it down; what runs over it fails."""
        self._modem.network.lose_bearer(APPLICATION)

    def address(self, cid: int) -> str:
        """The address of a context."""
        return self._modem.network.bearers[APPLICATION].address if cid == self.chosen else _NO_ADDRESS


def _context(cid: int, **given: object) -> SocketContext:
    """A context; what is not given is as at the factory."""
    first = {"type": PdpType.IP, "apn": "", "address": _NO_ADDRESS, "data_compression": 0, "header_compression": 0}
    return SocketContext(cid=cid, **{**first, **{name: value for name, value in given.items() if value is not None}})


@ANSWERS.to(messages.SocketContextDefine)
async def _define(turn: Turn[messages.SocketContextDefine]) -> None:
    command, defined = turn.command, turn.modem.sockets.defined
    if command.type is None and command.apn is None:
        defined.pop(command.cid, None)
        return
    defined[command.cid] = _context(**command.model_dump())


@ANSWERS.to(messages.SocketContextRead)
async def _defined(turn: Turn[messages.SocketContextRead]) -> list[Message]:
    return [definition for _, definition in sorted(turn.modem.sockets.defined.items())]


@ANSWERS.to(messages.SocketSubscriber)
async def _subscriber(turn: Turn[SocketSubscriber]) -> None:
    turn.modem.sockets.subscribers[turn.command.cid] = turn.command
