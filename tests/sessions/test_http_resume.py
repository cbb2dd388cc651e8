"""A document whose transfer is struck goes on where it was, through every family, and is mixed with no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from simcom_async.at.command import Service
from simcom_async.errors import CommandTimeout, HttpError, LinkError, UsageError
from simcom_async.modem import Modem, open_modem
from simcom_async.sessions.http_resume import OVERLAP
from simcom_async.sessions.resumption import TransferResumed
from simcom_async.sites import HttpSite, generated
from simcom_async.sites.requests import HttpRequest as SiteRequest
from simcom_async.sites.route import Route, ServerFault
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import LoseBearer, Reset, Unplug
from tests.sessions.ftp_ends import FastClock
from tests.sessions.http_ends import CA
from tests.sessions.peer import Peer, attached

SPEED = 50.0
BODY, OTHER = generated(0, 60_000), generated(7, 60_000)
LARGE = generated(3, 500_000)
#: Families whose module keeps the body, and what carries it on a SIM7100.
KEEPING = ("sim900", "sim800")
CARRIED = ("http", "https")


@dataclass
class Stand:
    """A site, a module, a modem, and what was told of interruptions."""

    site: HttpSite
    virtual: VirtualModem
    modem: Modem
    told: list[TransferResumed]


@asynccontextmanager
async def stand(family: str, scheme: str = "http", body: bytes = BODY) -> AsyncIterator[Stand]:
    clock = FastClock(SPEED)
    async with (
        asyncio.timeout(60),
        HttpSite(tls=CA.issue() if scheme == "https" else None) as site,
        VirtualModem(family, clock=clock, urc_delay=0) as virtual,
        open_modem(virtual.port(), apn="internet", clock=clock) as modem,
    ):
        site.publish("/f", body)
        told: list[TransferResumed] = []
        modem.bus.on(TransferResumed, told.append)
        yield Stand(site, virtual, modem, told)


#: What can strike a module.
STRIKES: dict[str, type[Reset | LoseBearer | Unplug]] = {"bearer": LoseBearer, "restart": Reset, "unplugged": Unplug}


def struck(here: Stand, strike: str) -> None:
    """When the module has handed on some of a body, and the server not yet said all of it, it strikes."""
    away = {"seconds": 60.0} if strike == "unplugged" else {}
    scheme = here.site.scheme
    place = {"command": "CHTTPACT"} if scheme == "http" else {"command": "CHTTPSRECV=", "occurrence": 5}
    offset = 20_000 if scheme == "http" else 300
    here.site.gate.shut(after=40_000)
    here.virtual.faults.add(STRIKES[strike](**place, offset=offset, **away))  # type: ignore[arg-type]
    here.modem.bus.on(TransferResumed, lambda _: here.site.gate.open())


def changes(here: Stand) -> None:
    """There is another document when the transfer goes on."""

    def publish(_: TransferResumed) -> None:
        here.site.publish("/f", OTHER)

    here.modem.bus.on(TransferResumed, publish)


def ranges(site: HttpSite) -> list[str | None]:
    """The ranges that were asked for."""
    return [header(request, "range") for request in site.requests]


def header(request: SiteRequest, name: str) -> str | None:
    """A header of a request that the site got."""
    found = [value for given, value in request.headers if given.lower() == name]
    return found[0] if found else None


# The module keeps the body


@pytest.mark.parametrize("family", KEEPING)
@pytest.mark.parametrize("fault", [Reset, Unplug])
async def test_what_the_module_kept_is_fetched_again(family: str, fault: type[Reset | Unplug]) -> None:
    async with stand(family) as here:
        options = {"seconds": 60.0} if fault is Unplug else {}
        here.virtual.faults.add(fault(command="HTTPREAD", occurrence=3, offset=200, **options))  # type: ignore[arg-type]
        response = await here.modem.http.get(here.site.url_of("/f"), resume=True)
        assert (response.status, response.body) == (200, BODY)
        (told,) = here.told
        assert told.service is Service.HTTP
        assert 0 < told.offset < len(BODY)
        assert ranges(here.site) == [None, f"bytes={told.offset - OVERLAP}-"]


async def test_a_large_one_goes_on_in_the_middle_of_its_ranges() -> None:
    async with stand("sim800", body=LARGE) as here:
        here.virtual.faults.add(Reset(command="HTTPACTION", occurrence=3))
        response = await here.modem.http.get(here.site.url_of("/f"), resume=True)
        assert (response.status, response.body) == (200, LARGE)
        assert len(here.told) == 1


@pytest.mark.parametrize("family", KEEPING)
async def test_what_the_module_kept_is_not_mixed(family: str) -> None:
    async with stand(family) as here:
        here.virtual.faults.add(Reset(command="HTTPREAD", occurrence=3, offset=200))
        # A SIM900 tells no headers: there the bytes themselves give it away.
        changes(here)
        with pytest.raises(HttpError, match=r"it changed while it was fetched: from byte \d+ on"):
            await here.modem.http.get(here.site.url_of("/f"), resume=True)


# The host reads it itself


@pytest.mark.parametrize("scheme", CARRIED)
@pytest.mark.parametrize("strike", STRIKES)
async def test_what_is_carried_goes_on(scheme: str, strike: str) -> None:
    async with stand("sim7100", scheme) as here:
        struck(here, strike)
        async with here.modem.http.stream("GET", here.site.url_of("/f"), resume=True) as stream:
            assert (stream.status, stream.length) == (200, len(BODY))
            body = await stream.read()
            assert (stream.status, stream.length) == (200, len(BODY))
        assert body == BODY
        assert here.told
        for told in here.told:
            assert f"bytes={told.offset - OVERLAP}-" in ranges(here.site)
        asked = here.site.requests[-1]
        assert header(asked, "if-range") == here.site.files["/f"].headers["ETag"]


@pytest.mark.parametrize("scheme", CARRIED)
@pytest.mark.parametrize("fault", [ServerFault.RESET, ServerFault.CLOSE])
async def test_a_server_that_breaks_off(scheme: str, fault: ServerFault) -> None:
    async with stand("sim7100", scheme) as here:
        here.site.routes.append(replace(here.site.files["/f"], fault=fault, fault_after=20_000))
        here.modem.bus.on(TransferResumed, lambda _: here.site.routes.clear())
        response = await here.modem.http.get(here.site.url_of("/f"), resume=True)
        assert response.body == BODY
        assert len(here.told) == 1


@pytest.mark.parametrize("scheme", CARRIED)
async def test_what_is_carried_is_not_mixed(scheme: str) -> None:
    async with stand("sim7100", scheme) as here:
        struck(here, "restart")
        changes(here)
        with pytest.raises(HttpError, match=r"it changed while it was fetched: from byte \d+ on") as caught:
            await here.modem.http.get(here.site.url_of("/f"), resume=True)
        assert not caught.value.retry


async def test_a_server_without_ranges_says_all_of_it_again() -> None:
    async with stand("sim7100") as here:
        here.site.routes.append(Route(path="/f", body=BODY, headers={"Last-Modified": "Sat, 28 Nov 2026 10:00:00 GMT"}))
        struck(here, "restart")
        response = await here.modem.http.get(here.site.url_of("/f"), resume=True)
        assert response.body == BODY
        assert header(here.site.requests[-1], "if-range") == "Sat, 28 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(("status", "tries"), [(404, 1), (503, 5)])
async def test_a_document_that_is_gone(status: int, tries: int) -> None:
    async with stand("sim7100") as here:
        struck(here, "restart")
        here.modem.bus.on(TransferResumed, lambda _: here.site.routes.append(Route(path="/f", status=status)))
        with pytest.raises(HttpError, match=f"{status} came for the bytes from"):
            await here.modem.http.get(here.site.url_of("/f"), resume=True)
        assert len(here.told) == tries


async def test_where_all_of_it_had_come_nothing_is_asked_for() -> None:
    async with stand("sim800") as here:
        async with here.modem.http.stream("GET", here.site.url_of("/f"), resume=True) as stream:
            body = b""
            while len(body) < len(BODY):
                body += await anext(stream)
            here.virtual.reset()
            assert await stream.read() == b""
        assert len(here.site.requests) == 1


async def test_behind_a_redirect_it_goes_on_at_the_place_that_it_leads_to() -> None:
    async with stand("sim7100") as here:
        here.site.routes.append(Route(path="/moved", status=302, location="/f", close=True))
        struck(here, "restart")
        here.virtual.faults.clear()
        here.virtual.faults.add(Reset(command="CHTTPACT", occurrence=2, offset=20_000))
        url = here.site.url_of("/moved")
        response = await here.modem.http.get(url, follow_redirects=True, resume=True)
        assert response.body == BODY
        assert [request.path for request in here.site.requests] == ["/moved", "/f", "/f"]


# Not for all


async def test_nobody_asked_for_it() -> None:
    async with stand("sim7100") as here:
        struck(here, "restart")
        with pytest.raises((LinkError, CommandTimeout)):
            await here.modem.http.get(here.site.url_of("/f"))
        assert not here.told


async def test_a_stream_that_could_not_go_on_has_no_end() -> None:
    async with stand("sim7100") as here:
        struck(here, "restart")
        changes(here)
        async with here.modem.http.stream("GET", here.site.url_of("/f"), resume=True) as stream:
            with pytest.raises(HttpError):
                await stream.read()
            with pytest.raises(UsageError, match="not open"):
                await stream.read()


@pytest.mark.parametrize(
    ("method", "options"),
    [("POST", {}), ("HEAD", {}), ("GET", {"headers": {"Range": "bytes=0-1"}}), ("GET", {"resume": 1})],
)
async def test_what_cannot_be_gone_on_with_is_refused(method: str, options: dict[str, object]) -> None:
    peer = Peer()
    modem = await attached(peer)
    with pytest.raises(UsageError, match="resume") as caught:
        await modem.http.request(method, "http://h/", **{"resume": True, **options})  # type: ignore[arg-type]
    assert caught.value.field == "resume"
    assert peer.lines == []
    await modem.aclose()
