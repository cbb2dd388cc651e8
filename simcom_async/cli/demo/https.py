"""What the demo shows of HTTP and HTTPS where the module carries whole messages and looks at neither head nor body."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import AsyncIterator, Callable

from simcom_async.cli.demo import http
from simcom_async.cli.demo.stage import Outcome, Stage, Step, sha256
from simcom_async.cli.output import Report
from simcom_async.sites import Body, HttpSite, LoopbackCA, Route, generated

__all__ = ["STEPS", "secure_site"]

_OK, _CREATED, _NOT_FOUND = 200, 201, 404
_LARGE = 1_000_000

#: Bytes that look like the module's own words, and all that ends or escapes an entry.
_AWKWARD = b"\r\nOK\r\n\r\n+CHTTPACT: 0\r\n\r\n+CHTTPSRECV: 0\r\n> \x03\x03\x1a\x1a\x1b" + bytes(range(256))

Site = Callable[[], HttpSite]


def secure_site() -> HttpSite:
    """A server that speaks HTTPS."""
    return HttpSite(tls=LoopbackCA().issue())


async def _get(stage: Stage, report: Report, *, site: Site) -> Outcome:
    url = stage.site(site).publish("/page", 4_000)
    response = await stage.modem.http.get(url, progress=report)
    return Outcome(len(response.body), sha256(response.body), Body(4_000).checksum, _mistaken(response.status, _OK))


async def _echo(stage: Stage, report: Report, *, site: Site, method: str) -> Outcome:
    """Awkward bytes there, and back again."""
    server, body = stage.site(site), _AWKWARD * 16
    server.routes.append(Route(method=method, path="/echo", echo=True, status=_CREATED))
    response = await stage.modem.http.request(method, server.url_of("/echo"), body, progress=report)
    return Outcome(len(response.body), sha256(response.body), sha256(body), _mistaken(response.status, _CREATED))


async def _chunked(stage: Stage, report: Report, *, site: Site) -> Outcome:
    """Both ways without a length."""

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 1_000):
            yield body[start : start + 1_000]

    server, body = stage.site(site), generated(0, 20_000)
    server.routes.append(Route(method="POST", path="/chunked", body=body, chunked=True))
    response = await stage.modem.http.post(server.url_of("/chunked"), pieces(), progress=report)
    received = server.requests[-1]
    told = (received.header("Transfer-Encoding"), (response.headers or {}).get("transfer-encoding"))
    complaint = "" if told == ("chunked", "chunked") else f"the encodings were {told}"
    if received.checksum != sha256(body):
        complaint = "the server has received something else"
    return Outcome(len(response.body), sha256(response.body), sha256(body), complaint)


async def _missing(stage: Stage, report: Report, *, site: Site) -> Outcome:
    """An answer as any other, with a body of its own."""
    server = stage.site(site)
    server.routes.append(Route(path="/missing", status=_NOT_FOUND, body=b"nothing here"))
    response = await stage.modem.http.get(server.url_of("/missing"), progress=report)
    complaint = _mistaken(response.status, _NOT_FOUND)
    return Outcome(len(response.body), sha256(response.body), sha256(b"nothing here"), complaint)


async def _large(stage: Stage, report: Report, *, site: Site) -> Outcome:
    url = stage.site(site).publish("/1m", _LARGE)
    digest, count = hashlib.sha256(), 0
    async with stage.modem.http.stream("GET", url, progress=report) as response:
        async for piece in response:
            digest.update(piece)
            count += len(piece)
    return Outcome(count, digest.hexdigest(), Body(_LARGE).checksum)


def _mistaken(status: int, wanted: int) -> str:
    return "" if status == wanted else f"the server answered {status}"


def _steps(name: str, site: Site) -> tuple[Step, ...]:
    sites = (site,)
    return (
        Step(f"{name} PUT of awkward bytes", functools.partial(_echo, site=site, method="PUT"), sites),
        Step(f"{name} POST, chunked both ways", functools.partial(_chunked, site=site), sites),
        Step(f"{name} GET, 404", functools.partial(_missing, site=site), sites),
        Step(f"{name} GET 1 MB", functools.partial(_large, site=site), sites),
    )


#: What every family shows, but for what is not fetched in ranges here.
_SHARED = tuple(step for step in http.STEPS["sim800"] if "ranges" not in step.name)
_SECURE = (secure_site,)

#: What is shown of each dialect.
STEPS: dict[str, tuple[Step, ...]] = {
    "sim7100": (
        *_SHARED,
        *_steps("HTTP", HttpSite),
        Step("HTTPS GET", functools.partial(_get, site=secure_site), _SECURE),
        Step("HTTPS POST of awkward bytes", functools.partial(_echo, site=secure_site, method="POST"), _SECURE),
        *_steps("HTTPS", secure_site),
    )
}
