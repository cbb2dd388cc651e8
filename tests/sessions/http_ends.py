"""Both ends of HTTP of the SIM7100: real servers, a virtual module that finds them, and a modem that drives it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from simcom_async.modem import Modem, open_modem
from simcom_async.ports.clock import Clock
from simcom_async.sites import HttpSite, LoopbackCA, RawSite
from simcom_async.virtual import VirtualModem

__all__ = ["CA", "SCHEMES", "Stand", "directly", "raw_site", "stand"]

SCHEMES = ("http", "https")
CA = LoopbackCA()

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Stand:
    """A server, a module and a modem."""

    site: HttpSite
    virtual: VirtualModem
    modem: Modem

    async def both(self, method: str, path: str, body: bytes | None = None) -> tuple[Answer, Answer]:
        """The answer through the module, and to the same request made directly."""
        url = self.site.url_of(path)
        response = await self.modem.http.request(method, url, body)
        assert response.headers is not None
        through = (response.status, _comparable(response.headers), response.body)
        return through, await directly(method, url, body)


@asynccontextmanager
async def stand(
    scheme: str, clock: Clock | None = None, *, on_a_pty: bool = False, **options: object
) -> AsyncIterator[Stand]:
    """A stand with a server for this scheme."""
    settings: dict[str, object] = {"urc_delay": 0, **options}
    async with (
        HttpSite(tls=CA.issue() if scheme == "https" else None) as site,
        VirtualModem("sim7100", clock=clock, **settings) as virtual,  # type: ignore[arg-type]
        open_modem(await virtual.open_pty() if on_a_pty else virtual.port(), apn="internet", clock=clock) as modem,
    ):
        yield Stand(site, virtual, modem)


def raw_site(scheme: str, answer: bytes) -> RawSite:
    """A server that says exactly these bytes, then hangs up."""
    return RawSite(answer, tls=CA.issue() if scheme == "https" else None)


async def directly(method: str, url: str, body: bytes | None = None) -> Answer:
    """The answer to a request without a module."""
    trust: ssl.SSLContext = CA.trusting()
    headers = {"Connection": "close", "User-Agent": "simcom-async"}
    async with (
        aiohttp.ClientSession(auto_decompress=False) as session,
        session.request(method, url, data=body, headers=headers, ssl=trust, allow_redirects=False) as response,
    ):
        found: dict[str, str] = {}
        for given, value in response.headers.items():
            name = given.lower()
            found[name] = f"{found[name]}, {value}" if name in found else value
        return response.status, _comparable(found), await response.read()


def _comparable(headers: Mapping[str, str]) -> dict[str, str]:
    """Without the time of day."""
    return {name: value for name, value in headers.items() if name != "date"}
