"""Where the demo plays: one virtual modem on a PTY, the stack on top of it, and real servers for it to talk to."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from simcom_async.cli.output import Report
from simcom_async.cli.status import sentence
from simcom_async.errors import SimcomError

if TYPE_CHECKING:
    from simcom_async.modem import Modem
    from simcom_async.sites import HttpSite, ProxySite

__all__ = ["Outcome", "Row", "Stage", "Step", "sha256"]


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
    """The modem and the servers of one dialect: ``async with Stage("sim800") as stage``."""

    path: str
    modem: Modem
    site: HttpSite
    proxy: ProxySite

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        from simcom_async.modem import open_modem
        from simcom_async.sites import HttpSite, ProxySite
        from simcom_async.virtual import VirtualModem

        async with AsyncExitStack() as stack:
            self.site = await stack.enter_async_context(HttpSite())
            self.proxy = await stack.enter_async_context(ProxySite())
            virtual = await stack.enter_async_context(VirtualModem(self.dialect, urc_delay=0))
            self.path = await virtual.open_pty()
            self.modem = await stack.enter_async_context(open_modem(self.path, apn="internet"))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that the demo shows."""

    name: str
    run: Callable[[Stage, Report], Awaitable[Outcome]]

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
