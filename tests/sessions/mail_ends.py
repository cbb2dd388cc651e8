"""Both ends of mail: real servers, a virtual module that finds them, and a modem that drives the module."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from simcom_async.modem import Modem, open_modem
from simcom_async.ports.clock import Clock
from simcom_async.sessions.pop3 import Pop3Session
from simcom_async.sites.pop3 import Pop3Site
from simcom_async.virtual import VirtualModem

__all__ = ["FAMILIES", "NUMERIC", "TEXTUAL", "ends", "mailbox"]

NUMERIC = ("sim900", "sim800", "sim7000")
TEXTUAL = ("sim7100",)
FAMILIES = NUMERIC + TEXTUAL


@asynccontextmanager
async def ends(
    dialect: str = "sim900", clock: Clock | None = None, **options: object
) -> AsyncIterator[tuple[VirtualModem, Modem]]:
    """A virtual module of this family, and a modem that drives it."""
    settings: dict[str, object] = {"urc_delay": 0, **options}
    async with (
        VirtualModem(dialect, clock=clock, **settings) as virtual,  # type: ignore[arg-type]
        open_modem(virtual.port(), apn="internet", clock=clock) as modem,
    ):
        yield virtual, modem


def mailbox(modem: Modem, site: Pop3Site, **options: float | None) -> Pop3Session:
    """The box of a server."""
    host, port = site.address
    return modem.pop3(host, "user", "secret", port=port, **options)  # type: ignore[arg-type]
