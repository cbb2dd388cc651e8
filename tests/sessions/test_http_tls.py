"""HTTP over AT+CHTTPSOPSE: through a virtual module to servers whose TLS does not please it, and without TLS."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from simcom_async.at.command import Service
from simcom_async.commands.chttp import ChttpAct
from simcom_async.dialects import SIM7100
from simcom_async.errors import HttpError, ModemRestarted, ServiceBusy, SimcomError, UnsupportedService
from simcom_async.modem import open_modem
from simcom_async.sites import HttpSite, LoopbackCA, ProxySite, RawSite, Route
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import DropLine, EarlyEvent, LateLine, LoseBearer, NoFinal, Reset
from tests.sessions.ftp_ends import FastClock
from tests.sessions.http_ends import CA, Stand, stand

#: The dialect of a series that has no AT+CHTTPACT, as later firmware (device-facts 1.7).
WITHOUT = replace(SIM7100, commands=tuple(command for command in SIM7100.commands if command is not ChttpAct))


async def refused(at: Stand) -> HttpError:
    """The error of a session that cannot be opened."""
    with pytest.raises(HttpError) as caught:
        await at.modem.http.get(at.site.publish("/x", b"secret"))
    assert at.site.requests == []
    assert not at.virtual.chttps.started
    return caught.value


async def test_any_certificate_will_do_unless_it_is_verified(tmp_path: Path) -> None:
    trusted, other = tmp_path / "trusted.pem", tmp_path / "other.pem"
    trusted.write_bytes(CA.ca_pem)
    other.write_bytes(LoopbackCA().ca_pem)
    for file, fine in ((None, True), (trusted, True), (other, False)):
        async with stand("https", tls_verify="off" if file is None else str(file)) as at:
            if fine:
                assert (await at.modem.http.get(at.site.publish("/x", b"secret"))).body == b"secret"
            else:
                error = await refused(at)
                assert "TLS handshake" in error.meaning
                assert "certificate" in error.remedy


async def test_a_version_that_the_server_does_not_speak() -> None:
    context = CA.issue()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    async with (
        HttpSite(tls=context) as site,
        VirtualModem("sim7100", urc_delay=0, tls_maximum="1.2") as virtual,
        open_modem(virtual.port(), apn="internet") as modem,
    ):
        error = await refused(Stand(site, virtual, modem))
        assert "TLS versions" in error.remedy


async def test_a_server_without_tls_and_one_that_is_not_there() -> None:
    async with stand("https") as at, RawSite(b"SSH-2.0-x\r\n", wait_for=b"") as plain:
        free = plain.port
        with pytest.raises(HttpError, match="TLS handshake"):
            await at.modem.http.get(f"https://127.0.0.1:{free}/x")
        await plain.aclose()
        with pytest.raises(HttpError, match="the connection"):
            await at.modem.http.get(f"https://127.0.0.1:{free}/x")
        assert (await at.modem.http.get(at.site.publish("/x", b"next"))).body == b"next"


async def test_a_module_without_the_raw_command_carries_plain_http_as_well() -> None:
    async with (
        HttpSite() as site,
        ProxySite({"www.example.com": site.address}) as proxy,
        VirtualModem("sim7100", urc_delay=0) as virtual,
        open_modem(virtual.port(), apn="internet") as modem,
    ):
        modem.link.dialect = WITHOUT
        assert (await modem.http.get(site.publish("/x", b"open"))).body == b"open"
        response = await modem.http.get("http://www.example.com/x", proxy=f"127.0.0.1:{proxy.port}")
        assert response.body == b"open"
        assert [request.target for request in proxy.requests] == ["http://www.example.com/x"]


async def test_a_proxy_is_not_for_https() -> None:
    async with stand("https") as at:
        sent = at.modem.bus.sequence
        with pytest.raises(UnsupportedService, match="proxy: the module makes the TLS connection itself"):
            await at.modem.http.get(at.site.url_of("/x"), proxy="10.0.0.1:80")
        assert at.modem.bus.sequence == sent


async def test_its_service_is_https() -> None:
    async with stand("https") as at:
        url = at.site.publish("/x", b"x")
        with at.modem.link.claim(Service.HTTPS), pytest.raises(ServiceBusy, match="https"):
            await at.modem.http.get(url)
        with at.modem.link.claim(Service.HTTP), pytest.raises(ServiceBusy, match="http"):
            await at.modem.http.get(url)
        async with at.modem.http.stream("GET", url):
            assert at.modem.link.claimed == {Service.HTTPS}
        assert at.modem.link.claimed == set()


async def test_the_word_that_comes_before_the_ok_of_what_was_sent() -> None:
    async with stand("https") as at:
        at.virtual.faults.add(EarlyEvent(command="CHTTPSSEND"))
        for _ in range(3):
            assert (await at.modem.http.get(at.site.publish("/x", b"early"))).body == b"early"


@pytest.mark.parametrize("line", ["+CHTTPS: RECV EVENT", "+CHTTPSNOTIFY: PEER CLOSED"])
async def test_words_that_are_lost_are_made_up_for(line: str) -> None:
    async with stand("https") as at:
        at.site.routes.append(Route(path="/x", body=b"here", close=True))
        at.virtual.faults.add(DropLine(line, times=1))
        assert (await at.modem.http.get(at.site.url_of("/x"))).body == b"here"


async def test_the_word_that_it_was_sent_may_be_lost_with_the_result() -> None:
    async with stand("https", FastClock(20)) as at:
        at.site.publish("/x", b"hello")
        at.virtual.faults.add(NoFinal(command="CHTTPSSEND", occurrence=3))
        at.virtual.faults.add(DropLine("+CHTTPSSEND: 0", times=1))
        assert (await at.modem.http.get(at.site.url_of("/x"))).body == b"hello"
        assert (await at.modem.http.get(at.site.url_of("/x"))).body == b"hello"


async def test_a_late_ok() -> None:
    async with stand("https") as at:
        at.virtual.faults.add(LateLine("OK", command="CHTTPSSEND", times=2, seconds=0.2))
        assert (await at.modem.http.get(at.site.publish("/x", b"late"))).body == b"late"


async def struck(at: Stand, url: str, fault: LoseBearer | Reset) -> None:
    """Read a body, with a fault in the middle."""
    async with at.modem.http.stream("GET", url) as response:
        async for _ in response:
            at.virtual.faults.add(fault)
            await asyncio.sleep(0)


@pytest.mark.parametrize("fault", [LoseBearer, Reset])
async def test_what_happens_while_a_body_is_read(fault: type[LoseBearer | Reset]) -> None:
    async with stand("https") as at:
        url = at.site.publish("/x", 300_000)
        with pytest.raises((HttpError, ModemRestarted)):
            await struck(at, url, fault())
        assert len((await at.modem.http.get(url)).body) == 300_000


@pytest.mark.parametrize("turns", range(0, 700, 29))
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_cancelled_anywhere(scheme: str, turns: int) -> None:
    async with stand(scheme) as at:
        at.site.routes.append(Route(method="POST", path="/x", echo=True))
        body = bytes(range(256)) * 100
        task = asyncio.ensure_future(at.modem.http.post(at.site.url_of("/x"), body))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        try:
            assert (await at.modem.http.post(at.site.url_of("/x"), body)).body == body
        except SimcomError as error:
            raise AssertionError(f"cancelled after {turns} turns: {error!r}") from error
