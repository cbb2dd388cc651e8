"""One session of AT+CHTTPSOPSE by itself: what the lines of a host do not show."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from simcom_async.commands.chttps import ChttpsCode
from simcom_async.sites import LoopbackCA, RawSite, ServerFault
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.chttps_session import CACHE, ChttpsSession
from tests.sessions.ftp_ends import FastClock
from tests.virtual.chttp_host import HOST, WebHost, module
from tests.virtual.client import until


@asynccontextmanager
async def session(site: RawSite, **options: object) -> AsyncIterator[tuple[VirtualModem, ChttpsSession]]:
    """A module's session with a server that speaks plainly."""
    async with site, module(site, **options) as virtual:
        host = await WebHost.of(virtual)
        await host.started(layer=",1")
        assert virtual.chttps.session is not None
        yield virtual, virtual.chttps.session
        await host.aclose()


async def test_what_is_fetched_makes_room_for_more() -> None:
    async with session(RawSite(bytes(1_000_000), wait_for=b"", then=ServerFault.HANG)) as (_, one):
        await until(lambda: len(one.cached) >= CACHE)
        found = 0
        while found < 1_000_000:
            assert await one.wait(1) is ChttpsCode.DONE
            assert len(one.cached) < CACHE + 65_536
            found += len(one.fetch(10_000))
            one.fetched()


async def test_more_than_there_is_room_for_is_not_waited_for() -> None:
    async with session(RawSite(bytes(1_000_000), wait_for=b"", then=ServerFault.HANG)) as (_, one):
        assert await one.wait(10 * CACHE) is ChttpsCode.DONE
        assert len(one.cached) >= CACHE


async def test_what_was_not_sent_when_the_server_closed_has_the_code_of_that() -> None:
    async with session(RawSite(b"bye", wait_for=b"")) as (_, one):
        one.enter(b"too late")
        await until(lambda: one.ended is not None)
        assert one.ended is ChttpsCode.CLOSED
        assert await one.flush() is ChttpsCode.CLOSED
        assert await one.wait(1) is ChttpsCode.DONE
        assert one.fetch(10) == b"bye"
        assert await one.wait(1) is ChttpsCode.CLOSED


async def test_a_server_that_takes_nothing_ends_the_session() -> None:
    async with session(RawSite(then=ServerFault.HANG), clock=FastClock(20), network_timeout=10) as (_, one):
        one.enter(b"x")
        assert await one.flush() is ChttpsCode.DONE
        assert await one.wait(1) is ChttpsCode.TIMEOUT
        assert one.ended is None


async def test_a_network_that_has_gone_is_noticed_at_once() -> None:
    async with session(RawSite(then=ServerFault.HANG)) as (virtual, one):
        virtual.sockets.down()
        assert one.ended is ChttpsCode.NETWORK
        one.enter(b"x")
        assert await one.flush() is ChttpsCode.NETWORK


async def test_leaving_it_tells_nobody_anything() -> None:
    async with session(RawSite(b"x", wait_for=b"ask", then=ServerFault.HANG)) as (virtual, one):
        one.abort()
        assert one.ended is ChttpsCode.CLOSED
        assert virtual.internet.count == 0
        one.abort()
        await one.aclose()


async def refuse(context: ssl.SSLContext, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server's side of TLS up to its refusal, which asyncio's own would not send."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_side=True)
    data = b"something"
    while data:
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            writer.write(outgoing.read())
            incoming.write(data := await reader.read(65_536))
        except ssl.SSLError:
            writer.write(outgoing.read())
            break
    writer.close()
    await writer.wait_closed()


async def test_a_server_that_demands_a_certificate_ends_it_with_an_alert() -> None:
    """With TLS 1.3 the refusal comes behind the handshake: it is an unknown error, for the table has none for TLS."""
    authority = LoopbackCA()
    context = authority.issue(HOST)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=authority.ca_pem.decode())
    server = await asyncio.start_server(partial(refuse, context), "127.0.0.1")
    async with server, VirtualModem("sim7100", hosts={HOST: server.sockets[0].getsockname()}) as virtual:
        host = await WebHost.of(virtual)
        await host.started()
        one = virtual.chttps.session
        assert one is not None
        await until(lambda: one.ended is not None)
        assert one.ended is ChttpsCode.UNKNOWN
        await host.ask(b"AT+CHTTPSRECV=1", b"\r\n+CHTTPSRECV: 1\r\n\r\nERROR\r\n")
        await host.aclose()
