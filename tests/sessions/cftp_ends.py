"""Both ends of FTP and FTPS over a SIM7100: a real server, a virtual module, and a modem that drives it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from simcom_async.modem import Modem
from simcom_async.ports.clock import Clock
from simcom_async.sessions.ftp import FtpSession
from simcom_async.sessions.ftp_flow import FtpWay
from simcom_async.sites import FtpSite, LoopbackCA
from simcom_async.virtual import VirtualModem
from tests.sessions.ftp_ends import Server, ends, session
from tests.sites.vsftpd import Vsftpd

__all__ = ["CA", "DOWN", "UP", "server_of", "site_session", "tls_session"]

CA = LoopbackCA()
#: By which ways files go down and up, without TLS and with it.
DOWN = {False: (FtpWay.PUSHED, FtpWay.FILE), True: (FtpWay.PUSHED, FtpWay.FILE)}
UP = {False: (FtpWay.PUSHED, FtpWay.FILE), True: (FtpWay.COUNTED, FtpWay.FILE)}


def server_of(kind: str, *, tls: bool, files: Mapping[str, bytes | int] | None = None) -> Server:
    """A server, which with TLS takes nothing without it."""
    certificate = CA.pem("127.0.0.1") if tls else None
    if kind == "vsftpd":
        return Vsftpd(certificate=certificate)
    return FtpSite(files, certificate=certificate, tls_required=tls)


def tls_session(modem: Modem, server: Server, *, tls: bool, passive: bool = True, binary: bool = True) -> FtpSession:
    """An FTP session with a server, or one of FTPS."""
    if not tls:
        return session(modem, server, passive=passive, binary=binary)
    host, port = server.address
    user, password = (server.user, server.password) if isinstance(server, Vsftpd) else ("user", "secret")
    return modem.ftp(host, port, user=user, password=password, tls=True, binary=binary)


@asynccontextmanager
async def site_session(
    files: Mapping[str, bytes | int] | None = None,
    *,
    tls: bool = False,
    clock: Clock | None = None,
    **options: object,
) -> AsyncIterator[tuple[FtpSite, VirtualModem, Modem, FtpSession]]:
    """A site with some files, a module, a modem and a session that is open."""
    site = server_of("site", tls=tls, files=files)
    assert isinstance(site, FtpSite)
    async with (
        site,
        ends("sim7100", clock, **options) as (virtual, modem),
        tls_session(modem, site, tls=tls) as ftp,
    ):
        yield site, virtual, modem, ftp
