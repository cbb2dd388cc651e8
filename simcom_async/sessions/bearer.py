"""What carries the internet services of a module: opened with its settings, asked for its address, closed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import SecretStr

from simcom_async.at.command import Command
from simcom_async.at.dialect import Dialect
from simcom_async.at.fields import Text
from simcom_async.commands.bearer import (
    BearerStatus,
    SapbrApn,
    SapbrClose,
    SapbrContype,
    SapbrOpen,
    SapbrPassword,
    SapbrQuery,
    SapbrUser,
)
from simcom_async.errors import CommandFailed, ServiceFailed, UsageError
from simcom_async.sessions.parameter import built

if TYPE_CHECKING:
    from simcom_async.link.link import Link
    from simcom_async.ports.clock import Clock

__all__ = ["Access", "Bearer", "SapbrBearer"]

_TEXT = Text(max=100)  # the longest APN of 3GPP TS 23.003; a module may take less
_CHANGE_LIMIT = 90.0  # seconds for a bearer that is being opened or closed (SIM800 AT manual 9.2.1: 85 s)
_POLL = 1.0


@dataclass(frozen=True)
class Access:
    """What the network asks of a subscriber; None leaves what the module has stored.

    Making one raises UsageError for a text that no AT parameter can carry.
    """

    apn: str | None = None
    user: str | None = None
    password: SecretStr | None = None

    def __post_init__(self) -> None:
        for name in ("apn", "user", "password"):
            value: object = getattr(self, name)
            if isinstance(value, SecretStr):
                _TEXT.check(name, value.get_secret_value(), secret=True)
            elif isinstance(value, str):
                _TEXT.check(name, value)
            elif value is not None:
                raise UsageError(f"{name}: a {type(value).__name__} cannot be taken, allowed is str", field=name)


class Bearer(ABC):
    """One way to the packet network. ``needs`` are the commands without which it cannot be taken."""

    needs: ClassVar[tuple[type[Command[Any]], ...]]
    cid = 1

    def __init__(self, link: Link, clock: Clock) -> None:
        self._link = link
        self._clock = clock

    @classmethod
    def speaks(cls, dialect: Dialect) -> bool:
        """Whether the dialect has the commands."""
        return all(dialect.speaks(command) for command in cls.needs)

    async def there(self) -> bool:
        """Whether this very module has it: firmware of one series differs. The address is asked for."""
        try:
            await self.address()
        except CommandFailed:
            return False
        return True

    async def serving(self, access: Access) -> str | None:
        """Its IP address, None where it has to be opened first for this ``access``: an open one stays as it is."""
        return await self.address()

    @abstractmethod
    def check(self, access: Access) -> None:
        """Raise UsageError when the module cannot take these settings; no byte is sent."""

    @abstractmethod
    async def address(self) -> str | None:
        """Its IP address, None while it is closed."""

    @abstractmethod
    async def open(self, access: Access) -> str:
        """Open it, if it is closed; its IP address. Raises ServiceFailed when the module cannot.

        The address is empty where the services of a module open it themselves and it does not show one before.
        """

    @abstractmethod
    async def close(self) -> None:
        """Close it, if it is open."""

    def _failure(self, access: Access, cause: CommandFailed | None) -> ServiceFailed:
        """What to raise when it cannot be opened."""
        apn = "the stored access point" if access.apn is None else f"the access point {access.apn!r}"
        seen = "it is closed again" if cause is None else str(cause)
        remedy = "check APN, user and password, signal and registration"
        return ServiceFailed(
            f"bearer {self.cid} could not be opened with {apn}: {seen}; {remedy}",
            command=None if cause is None else cause.command,
            code=None if cause is None else cause.code,
            meaning="the bearer could not be opened",
            retry=True,
            remedy=remedy,
        )


class SapbrBearer(Bearer):
    """The bearer of AT+SAPBR: SIM800, SIM900, SIM7000."""

    needs = (SapbrOpen, SapbrClose, SapbrQuery, SapbrApn)

    def check(self, access: Access) -> None:
        """Build the commands that would be sent."""
        self._settings(access)

    async def address(self) -> str | None:
        """Ask; a bearer that is changing is waited for."""
        until = self._clock.time() + _CHANGE_LIMIT
        while True:
            state = await self._link.send(SapbrQuery(cid=self.cid))
            if state.status is BearerStatus.CONNECTED:
                return state.address
            if state.status is BearerStatus.CLOSED or self._clock.time() >= until:
                return None
            await self._clock.sleep(_POLL)

    async def open(self, access: Access) -> str:
        """Query first: opening an open one is an ERROR (device-facts 5.1)."""
        settings = self._settings(access)
        address = await self.address()
        if address is not None:
            return address
        for command in settings:
            await self._link.send(command)
        try:
            await self._link.send(SapbrOpen(cid=self.cid))
        except CommandFailed as error:
            address = await self.address()
            if address is None:
                raise self._failure(access, error) from error
            return address
        address = await self.address()
        if address is None:
            raise self._failure(access, None)
        return address

    async def close(self) -> None:
        """Query first: closing a closed one is an ERROR (device-facts 5.1)."""
        if await self.address() is not None:
            await self._link.send(SapbrClose(cid=self.cid))

    def _settings(self, access: Access) -> list[Command[None]]:
        dialect = self._link.dialect
        commands: list[Command[None]] = []
        if dialect.speaks(SapbrContype):
            commands.append(SapbrContype(cid=self.cid))
        if access.apn is not None:
            commands.append(built(dialect, "apn", SapbrApn, access.apn))
        if access.user is not None:
            commands.append(built(dialect, "user", SapbrUser, access.user))
        if access.password is not None:
            commands.append(built(dialect, "password", SapbrPassword, access.password, secret=True))
        return commands
