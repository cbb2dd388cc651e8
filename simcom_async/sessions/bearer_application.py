"""The application network of later SIM7000 firmware, which has it in the place of AT+SAPBR: AT+CNACT."""

from __future__ import annotations

from simcom_async.at.command import Command
from simcom_async.commands.network_application import (
    AppNetwork,
    AppNetworkAuthentication,
    AppNetworkConfig,
    AppNetworkIpType,
    AppNetworkMode,
    AppNetworkRead,
    AppNetworkStatus,
)
from simcom_async.errors import CommandFailed
from simcom_async.sessions.bearer import Access, Bearer
from simcom_async.sessions.parameter import composed

__all__ = ["ApplicationBearer"]

_CHANGE_LIMIT = 90.0  # seconds; the manual has none, these are those of AT+SAPBR
_POLL = 1.0
_WORDS = {"apn": "apn", "user": "user", "password": "password"}


class ApplicationBearer(Bearer):
    """The bearer of AT+CNACT: SIM7000 (SIM7000 FTP note V1.02 4.1)."""

    needs = (AppNetwork, AppNetworkRead, AppNetworkConfig)

    def check(self, access: Access) -> None:
        """Build the commands that would be sent."""
        self._settings(access)

    async def address(self) -> str | None:
        """Ask; one that is changing is waited for. With profiles the first that is active counts."""
        return await self._changed(wanted=None)

    async def open(self, access: Access) -> str:
        """Configure and activate it; +APP PDP: ACTIVE comes behind the OK, so the address is asked for until then."""
        settings = self._settings(access)
        address = await self.address()
        if address is not None:
            return address
        failure: CommandFailed | None = None
        try:
            for command in settings:
                await self._link.send(command)
            address = await self._changed(wanted=True)
        except CommandFailed as error:
            failure, address = error, await self.address()
        if address is None:
            raise self._failure(access, failure) from failure
        return address

    async def close(self) -> None:
        """Ask first: deactivating what is not active is an ERROR on some firmware."""
        if await self.address() is not None:
            await self._link.send(AppNetwork(mode=AppNetworkMode.OFF))
            await self._changed(wanted=False)

    async def _changed(self, *, wanted: bool | None) -> str | None:
        """The address when it has stopped changing and is as ``wanted``, or the time is over."""
        until = self._clock.time() + _CHANGE_LIMIT
        while True:
            states = await self._link.send(AppNetworkRead())
            active = [state.address for state in states if state.status is AppNetworkStatus.ACTIVATED]
            busy = any(state.status is AppNetworkStatus.IN_OPERATION for state in states)
            right = wanted is None or wanted is bool(active)
            if (right and not busy) or self._clock.time() >= until:
                return active[0] if active else None
            await self._clock.sleep(_POLL)

    def _settings(self, access: Access) -> list[Command[None]]:
        dialect = self._link.dialect
        commands: list[Command[None]] = []
        if access.user is not None or access.password is not None:
            config = {
                "ip_type": AppNetworkIpType.IPV4,
                "apn": access.apn or "",
                "user": access.user or "",
                "password": access.password,
                "authentication": AppNetworkAuthentication.PAP_OR_CHAP,
            }
            commands.append(composed(dialect, _WORDS, AppNetworkConfig, **config))
        commands.append(composed(dialect, _WORDS, AppNetwork, mode=AppNetworkMode.ON, apn=access.apn))
        return commands
