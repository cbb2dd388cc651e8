"""Where the demo plays: one virtual modem on a PTY, the stack on top of it, and real servers for it to talk to."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeVar

from simcom_async.cli.output import Report
from simcom_async.cli.status import sentence
from simcom_async.errors import SimcomError

if TYPE_CHECKING:
    from simcom_async.modem import Modem
    from simcom_async.sites import Site
    from simcom_async.virtual import VirtualModem

__all__ = ["Outcome", "Row", "Stage", "Step", "sha256"]

S = TypeVar("S", bound="Site")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step moved: ``size`` bytes, with the checksum that came of it and the one that should have."""

    size: int
    checksum: str
    expected: str
    complaint: str = ""
    """What else was wrong; empty: nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: one step, and whether its result is verified."""

    dialect: str
    name: str
    size: int
    seconds: float
    checksum: str
    complaint: str

    @property
    def verified(self) -> bool:
        """Whether all was as it should be."""
        return not self.complaint

    @property
    def verdict(self) -> str:
        """For people."""
        return self.complaint or "yes"

    def as_json(self) -> dict[str, object]:
        """For programs."""
        return {
            "dialect": self.dialect,
            "operation": self.name,
            "bytes": self.size,
            "seconds": round(self.seconds, 3),
            "sha256": self.checksum,
            "verified": self.verified,
            "complaint": self.complaint or None,
        }


class Stage:
    """The modem and the servers of one dialect: ``async with Stage("sim800", [HttpSite]) as stage``.

    ``sites`` make the servers, each once; ``virtual`` is the module, ``modem`` the stack on top of it.
    """

    path: str
    modem: Modem
    virtual: VirtualModem

    def __init__(self, dialect: str, sites: Iterable[Callable[[], Site]] = ()) -> None:
        self.dialect = dialect
        self._makers = tuple(dict.fromkeys(sites))
        self._sites: dict[Callable[[], Site], Site] = {}
        self._stack = AsyncExitStack()

    def site(self, maker: Callable[[], S]) -> S:
        """The server that was made by ``maker``."""
        return self._sites[maker]  # type: ignore[return-value]  # what a maker has made is of its kind

    @property
    def addresses(self) -> list[str]:
        """Where the servers are."""
        return [f"{site.scheme}://{site.host}:{site.port}" for site in self._sites.values()]

    async def __aenter__(self) -> Self:
        from simcom_async.modem import open_modem
        from simcom_async.virtual import VirtualModem

        async with AsyncExitStack() as stack:
            for maker in self._makers:
                self._sites[maker] = await stack.enter_async_context(maker())
            self.virtual = await stack.enter_async_context(VirtualModem(self.dialect, urc_delay=0))
            self.path = await self.virtual.open_pty()
            self.modem = await stack.enter_async_context(open_modem(self.path, apn="internet"))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that the demo shows, with the servers that it needs."""

    name: str
    run: Callable[[Stage, Report], Awaitable[Outcome]]
    sites: tuple[Callable[[], Site], ...] = ()

    async def perform(self, stage: Stage, report: Report) -> Row:
        """Do it; an error of the stack is a complaint in the row."""
        began = time.monotonic()
        try:
            outcome = await self.run(stage, report)
        except SimcomError as error:
            outcome = Outcome(0, "", "", sentence(error))
        complaint = outcome.complaint
        if not complaint and outcome.checksum != outcome.expected:
            complaint = f"differs: {outcome.expected[:16]} was expected"
        seconds = time.monotonic() - began
        return Row(stage.dialect, self.name, outcome.size, seconds, outcome.checksum, complaint)


def sha256(data: bytes) -> str:
    """The checksum in hex."""
    return hashlib.sha256(data).hexdigest()
