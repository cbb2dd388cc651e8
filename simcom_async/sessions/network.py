"""The network: card, registration, bearer, and what there is to know of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from simcom_async.at.command import Service
from simcom_async.commands.network import OperatorRead, Registration
from simcom_async.commands.topics import BearerLost, RegistrationChanged
from simcom_async.errors import CommandTimeout, ModemError, UnsupportedService
from simcom_async.sessions.bearer import Access, Bearer, SapbrBearer
from simcom_async.sessions.bearer_application import ApplicationBearer
from simcom_async.sessions.bearer_socket import SocketBearer
from simcom_async.sessions.registration import (
    NetworkRegistration,
    Signal,
    await_registration,
    read_registration,
    read_signal,
)
from simcom_async.sessions.sim import Card
from simcom_async.sessions.sim_watch import SimRemoved
from simcom_async.sessions.witness import witnessed

if TYPE_CHECKING:
    from simcom_async.sessions.attach import Attachment

__all__ = ["NetworkSession"]

#: The ways to the packet network; the first that the dialect has, and the module itself, is taken.
BEARERS: tuple[type[Bearer], ...] = (SapbrBearer, ApplicationBearer, SocketBearer)

_REGISTRATION_LIMIT = 120.0


@witnessed("_link")
class NetworkSession:
    """Bring-up of the network, in steps that each say what was seen and what to do.

    The bearer opens by itself with the first request that needs it, with the ``apn``, ``user`` and ``password`` given
    here; without an ``apn`` the module uses the one that it has stored. A bearer that the network drops is a
    BearerLost on the bus, and the next request opens it again.
    """

    service = Service.BEARER

    def __init__(self, attachment: Attachment, access: Access, pin: str | SecretStr | None) -> None:
        self._attachment = attachment
        self._link = attachment.link
        self._clock = attachment.clock
        self._access = access
        self._card = Card(self._link, self._clock, pin)
        self._turn = asyncio.Lock()
        self._up_in: int | None = None
        self._way: Bearer | None = None
        self._found_in = 0
        bus = self._link.bus
        self._watches = (
            bus.on(BearerLost, self._lost),
            bus.on(RegistrationChanged, self._registration_changed),
            bus.on(SimRemoved, lambda _: self.suspect()),
        )

    @property
    def cid(self) -> int:
        """The number of the bearer that the services use."""
        return Bearer.cid

    async def up(
        self,
        apn: str | None = None,
        user: str | None = None,
        password: str | None = None,
        *,
        timeout: float = _REGISTRATION_LIMIT,
    ) -> str:
        """Bring up card, registration and bearer; the IP address. What is not given is as it was when the modem opened.

        A bearer that is open stays as it is: use ``down`` first to change its settings. ``timeout``: seconds to wait
        for the registration. Raises UsageError, ServiceFailed, CommandFailed, CommandTimeout.
        """
        given = Access(apn, user, None if password is None else SecretStr(password))
        access = given if given != Access() else self._access
        for bearer in self._bearers():
            bearer.check(access)
        async with self._turn:
            await self._attachment.ready()
            address = await self._raise(access, timeout)
            self._access = access
            return address

    async def down(self) -> None:
        """Close the bearer; harmless when it is closed."""
        async with self._turn:
            await self._attachment.ready()
            self._up_in = None
            await (await self._bearer()).close()

    async def ready(self) -> None:
        """Have an open bearer: what is known to be up is not asked for again."""
        async with self._turn:
            await self._attachment.ready()
            if self._up_in != self._attachment.generation:
                await self._raise(self._access, _REGISTRATION_LIMIT)

    def suspect(self) -> None:
        """The bearer may be gone: ``ready`` asks."""
        self._up_in = None

    async def signal(self) -> Signal:
        """The signal strength."""
        await self._attachment.ready()
        return await read_signal(self._link)

    async def registration(self) -> NetworkRegistration:
        """The registration in the network."""
        await self._attachment.ready()
        return await read_registration(self._link)

    async def operator(self) -> str | None:
        """The operator's name as the module shows it, None when there is none."""
        await self._attachment.ready()
        return (await self._link.send(OperatorRead())).operator

    async def address(self) -> str | None:
        """The IP address of the bearer, None while it is closed."""
        await self._attachment.ready()
        return await (await self._bearer()).address()

    def close(self) -> None:
        """Stop watching the bearer."""
        for watch in self._watches:
            watch.close()

    def _bearers(self) -> list[Bearer]:
        """The ways that the dialect has."""
        dialect = self._link.dialect
        found = [kind(self._link, self._clock) for kind in BEARERS if kind.speaks(dialect)]
        if not found:
            raise UnsupportedService(f"the {dialect.name} dialect has no commands for a bearer", field="service")
        return found

    async def _bearer(self) -> Bearer:
        """The way that the module turns out to have; a single one needs no question."""
        if self._way is None or self._found_in != self._attachment.generation:
            ways = self._bearers()
            found = ways[0]
            for way in ways if len(ways) > 1 else ():
                if await way.there():
                    found = way
                    break
            self._way, self._found_in = found, self._attachment.generation
        return self._way

    async def _raise(self, access: Access, timeout: float) -> str:
        bearer, generation = await self._bearer(), self._attachment.generation
        self._up_in = None
        address = await bearer.serving(access)
        if address is None:
            await self._card.unlock()
            address = await self._open(bearer, access, timeout)
        self._attachment.troubles.bearer_opened()
        self._up_in = generation
        return address

    async def _open(self, bearer: Bearer, access: Access, timeout: float) -> str:
        """Have the network serve the module, and open the bearer; that this fails again and again is a trouble."""
        try:
            await await_registration(self._link, self._clock, timeout)
            return await bearer.open(access)
        except (ModemError, CommandTimeout) as error:
            self._attachment.troubles.bearer_failed(str(error))
            raise

    def _registration_changed(self, event: RegistrationChanged) -> None:
        """What the network serves no more has perhaps lost its bearer without a word."""
        if not NetworkRegistration(Registration(event.stat)).registered:
            self.suspect()

    def _lost(self, event: Any) -> None:
        if event.cid == self.cid:
            self._up_in = None
