"""The packet context that the services of the SIM7100 bring up by themselves: AT+CGSOCKCONT."""

from __future__ import annotations

import logging

from simcom_async.at.command import Command
from simcom_async.commands.packet import ContextActivate, ContextAddressRead, PacketService, PdpType
from simcom_async.commands.socket_context import (
    SocketAuthentication,
    SocketContextDefine,
    SocketContextRead,
    SocketProfile,
    SocketSubscriber,
)
from simcom_async.errors import CommandFailed
from simcom_async.sessions.bearer import Access, Bearer
from simcom_async.sessions.parameter import composed

__all__ = ["SocketBearer"]

_WORDS = {"apn": "apn", "user": "user", "password": "password"}
_NONE = ("", "0.0.0.0")  # noqa: S104 - what a module shows for a context that is down

_log = logging.getLogger(__name__)


class SocketBearer(Bearer):
    """The context of AT+CGSOCKCONT: SIM5320, SIM7100 (SIM5320 AT manual V2.02 16.1).

    To open it is to define it, to choose it and to attach; the services activate it. It is activated here as well, so
    that what is wrong with it is known before, but a module that refuses that may be right.
    """

    needs = (SocketContextDefine, SocketContextRead, SocketProfile, SocketSubscriber, ContextAddressRead)

    def check(self, access: Access) -> None:
        """Build the commands that would be sent."""
        self._settings(access)

    async def address(self) -> str | None:
        """Ask."""
        try:
            found = await self._link.send(ContextAddressRead(cid=self.cid))
        except CommandFailed:
            return None  # some firmware has nothing to say of a context that is down
        shown = [context.address for context in found if context.cid == self.cid]
        return next((address for address in shown if address not in _NONE), None)

    async def serving(self, access: Access) -> str | None:
        """None, too, when the context has another access point, or a subscriber is to be set."""
        if access.user is not None or access.password is not None:
            return None
        contexts = await self._link.send(SocketContextRead())
        defined = next((context.apn for context in contexts if context.cid == self.cid), None)
        if defined is None or (access.apn is not None and access.apn != defined):
            return None
        return await self.address()

    async def open(self, access: Access) -> str:
        """Define, choose, attach, activate."""
        settings = self._settings(access)
        try:
            for command in settings:
                await self._link.send(command)
            if not (await self._link.send(PacketService.query())).state:
                await self._link.send(PacketService(state=1))
        except CommandFailed as error:
            raise self._failure(access, error) from error
        try:
            await self._link.send(ContextActivate(state=1, cid=self.cid))
        except CommandFailed as error:
            if not (await self._link.send(PacketService.query())).state:
                raise self._failure(access, error) from error
            _log.debug("the context %d is left to the services: %s", self.cid, error)
        return await self.address() or ""

    async def close(self) -> None:
        """Deactivate it, if it is active."""
        if await self.address() is not None:
            await self._link.send(ContextActivate(state=0, cid=self.cid))

    def _settings(self, access: Access) -> list[Command[None]]:
        dialect = self._link.dialect
        commands: list[Command[None]] = []
        if access.apn is not None:
            commands.append(
                composed(dialect, _WORDS, SocketContextDefine, cid=self.cid, type=PdpType.IP, apn=access.apn)
            )
        if access.user is not None or access.password is not None:
            subscriber = {
                "cid": self.cid,
                "authentication": SocketAuthentication.PAP_OR_CHAP,
                "password": access.password,
                "user": access.user,
            }
            commands.append(composed(dialect, _WORDS, SocketSubscriber, **subscriber))
        commands.append(SocketProfile(cid=self.cid))
        return commands
