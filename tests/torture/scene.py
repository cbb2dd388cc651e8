"""Where a verb is done: a server, a virtual module, a modem that drives it, and what must be true afterwards."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, ClassVar

from simcom_async.modem import Modem, open_modem
from simcom_async.ports.clock import Clock
from simcom_async.virtual import VirtualModem
from tests.torture.tap import TappedPort

__all__ = ["SECRET", "Corrupt", "Doubled", "Scene", "Setting", "right"]

SECRET = "pa55-for-nobody"

#: Seconds after which a module gives up a silent server, says again that data wait, and throws them away.
MODULE = {"urc_delay": 0, "network_timeout": 8.0, "repeat": 10.0, "unread_timeout": 40.0}


class Corrupt(AssertionError):
    """Something is not what it was, and nobody has said so."""


class Doubled(AssertionError):
    """Something was done that was not asked for, or twice."""


@dataclass
class Setting:
    """What a scene is made of: the seed of the case in ``random``, a folder of its own, a clock."""

    random: Random
    folder: Path
    clock: Clock


class Scene(ABC):
    """One verb of a service over a module of one family; a subclass has a method for each of its verbs.

    ``ready`` makes what the verb presupposes, ``act`` does it, ``check`` looks at what a good end has brought,
    ``damage`` at what a bad one has left, ``plain`` does something simple with the same modem.
    """

    service: ClassVar[str]
    families: ClassVar[tuple[str, ...]]
    verbs: ClassVar[tuple[str, ...]]
    #: Verbs for which a family has no command.
    missing: ClassVar[dict[str, tuple[str, ...]]] = {}
    #: Whether there is a server that can misbehave.
    served: ClassVar[bool] = True

    modem: Modem
    virtual: VirtualModem

    def __init__(self, family: str, verb: str, setting: Setting) -> None:
        self.family = family
        self.verb = verb
        self.setting = setting
        self.random = setting.random
        self.port: TappedPort | None = None
        #: The server tells what nobody can find to be untrue.
        self.lies = False
        #: What has come half way is the beginning of the whole. A block whose count was changed on the wire is not.
        self.strict = True
        #: What was left in the module is removed again: nothing has kept the host from it.
        self.tidy = True
        #: What the module tells of the network is another truth before and after the fault.
        self.moving = False

    @classmethod
    def verbs_of(cls, family: str) -> list[str]:
        """What can be done with this family."""
        return [verb for verb in cls.verbs if verb not in cls.missing.get(family, ())]

    @asynccontextmanager
    async def played(self) -> AsyncIterator[None]:
        """Everything is there; all of it is closed behind the block."""
        async with self.site(), self.module() as self.virtual, self.attached():
            yield

    def module(self) -> VirtualModem:
        """The module."""
        return VirtualModem(self.family, clock=self.setting.clock, files=self.setting.folder / "disk", **MODULE)  # type: ignore[arg-type]

    @asynccontextmanager
    async def attached(self) -> AsyncIterator[None]:
        """A modem on the module."""
        self.port = TappedPort(self.virtual.port())
        async with open_modem(self.port, apn="internet", clock=self.setting.clock) as self.modem:
            self.port.listen(self.modem.bus)
            yield

    @asynccontextmanager
    async def site(self) -> AsyncIterator[None]:
        """A server."""
        yield

    async def ready(self) -> None:
        """Make what the verb presupposes."""
        await self.modem.network.up()

    async def act(self) -> Any:
        """Do the verb."""
        return await getattr(self, f"do_{self.verb}")()

    def check(self, result: Any) -> None:
        """Look at what a good end has brought. Raises Corrupt, Doubled."""
        getattr(self, f"check_{self.verb}", self.whole)(result)

    def whole(self, result: Any) -> None:  # noqa: B027 - there may be nothing to look at
        """What is looked at where a verb has no look of its own."""

    def damage(self) -> None:  # noqa: B027 - there may be nothing to look at
        """Look at what a bad end has left. Raises Corrupt, Doubled."""

    @abstractmethod
    async def plain(self) -> None:
        """Something simple with the same modem must succeed. Raises Corrupt."""

    # What can go wrong with a server

    def slow(self) -> str:
        """It takes its time; what was arranged."""
        raise NotImplementedError

    def silent(self) -> str:
        """It says nothing more."""
        raise NotImplementedError

    def resetting(self) -> str:
        """It resets, or closes, the connection."""
        raise NotImplementedError

    def lying(self) -> str:
        """It says what is not true, or no protocol at all."""
        raise NotImplementedError

    def calm(self) -> None:  # noqa: B027 - there may be no server
        """The server is as it was."""


def right(found: object, expected: object, what: str, error: type[AssertionError] = Corrupt) -> None:
    """Raise ``error`` unless it is as expected."""
    if found != expected:
        raise error(f"{what}: {_short(found)} instead of {_short(expected)}")


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else f"{shown[:60]}... ({len(shown)} characters)"
