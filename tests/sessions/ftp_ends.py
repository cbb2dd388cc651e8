"""Both ends of FTP: a real server, a virtual module that finds it, and a modem that drives the module."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from simcom_async.modem import Modem, open_modem
from simcom_async.ports.clock import Clock, ManualClock, Timer
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
#: Real seconds that a tick of a FastClock counts at most.
TICK = 0.001


class FastClock(ManualClock):
    """A clock that turns itself, so many times as fast as the loop's: waiting costs less.

    It turns in ticks of the loop, each of which counts a millisecond at most. What a busy machine takes away from this
    process is nobody's silence then, though it would last so many times as long. While no timer is set it stands still.
    """

    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed
        self._ticked_at: float | None = None
        self._told = 0.0

    def time(self) -> float:
        self._told = max(self._told, self._now + self._passed * self._speed)
        return self._told

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        timer = super().call_at(when, callback)
        self._go_on()
        return timer

    @property
    def _passed(self) -> float:
        """Real seconds since the last tick that count."""
        return 0.0 if self._ticked_at is None else min(asyncio.get_running_loop().time() - self._ticked_at, TICK)

    def _go_on(self) -> None:
        if self._ticked_at is None and self.next_due is not None:
            loop = asyncio.get_running_loop()
            self._ticked_at = loop.time()
            loop.call_later(TICK, self._tick)

    def _tick(self) -> None:
        passed, self._ticked_at = self._passed, None
        try:
            self.advance(passed * self._speed)
        finally:
            self._go_on()


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
