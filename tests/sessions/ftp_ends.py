"""Both ends of FTP: a real server, a virtual module that finds it, and a modem that drives the module."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from simcom_async.modem import Modem, open_modem
from simcom_async.ports.clock import Clock
from simcom_async.sessions.ftp import FtpSession
from simcom_async.sessions.ftp_flow import FtpWay
from simcom_async.sites import FtpSite
from simcom_async.virtual import VirtualModem
from tests.sites.vsftpd import Vsftpd

__all__ = ["FAMILIES", "WAYS", "FastClock", "Gathered", "Server", "ends", "session", "site_session"]

FAMILIES = ("sim800", "sim7000")
#: By which ways each family carries files, down and up.
WAYS = {
    "sim800": (FtpWay.BLOCKS, FtpWay.MEMORY),
    "sim7000": (FtpWay.BLOCKS, FtpWay.MEMORY, FtpWay.ETX),
}
Server = FtpSite | Vsftpd


class FastClock:
    """The loop's clock, so many times as fast: waiting costs less, and everything else is as it is."""

    def __init__(self, speed: float) -> None:
        self._speed = speed

    def time(self) -> float:
        return asyncio.get_running_loop().time() * self._speed

    def call_at(self, when: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_at(when / self._speed, callback)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)


class Gathered:
    """A writer that keeps all it gets, and fails at the byte ``full`` (None: never)."""

    def __init__(self, full: int | None = None) -> None:
        self.data = bytearray()
        self._full = full

    def write(self, data: bytes) -> None:
        self.data += data
        if self._full is not None and len(self.data) > self._full:
            raise OSError(28, "No space left on device")


@asynccontextmanager
async def ends(
    dialect: str = "sim800", clock: Clock | None = None, **options: object
) -> AsyncIterator[tuple[VirtualModem, Modem]]:
    """A virtual module of this family, and a modem that drives it."""
    settings: dict[str, object] = {"urc_delay": 0, **options}
    async with (
        VirtualModem(dialect, clock=clock, **settings) as virtual,  # type: ignore[arg-type]
        open_modem(virtual.port(), apn="internet", clock=clock) as modem,
    ):
        yield virtual, modem


def session(modem: Modem, server: Server, *, passive: bool = True, binary: bool = True) -> FtpSession:
    """An FTP session with a server."""
    host, port = server.address
    user, password = (server.user, server.password) if isinstance(server, Vsftpd) else ("user", "secret")
    return modem.ftp(host, port, user=user, password=password, passive=passive, binary=binary)


@asynccontextmanager
async def site_session(
    files: Mapping[str, bytes | int] | None = None,
    dialect: str = "sim800",
    clock: Clock | None = None,
    **options: object,
) -> AsyncIterator[tuple[FtpSite, VirtualModem, Modem, FtpSession]]:
    """A site with some files, a module, a modem and a session that is open."""
    async with (
        FtpSite(files) as site,
        ends(dialect, clock, **options) as (virtual, modem),
        session(modem, site) as ftp,
    ):
        yield site, virtual, modem, ftp
