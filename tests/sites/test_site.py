from __future__ import annotations

import asyncio

import pytest

from simcom_async.errors import UsageError
from simcom_async.sites import LoopbackCA, RawSite, StreamSite


class Broken(StreamSite):
    """A site with a fault of its own."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        raise LookupError("a mistake in the server")


async def test_no_port_before_the_start_nor_after_the_end() -> None:
    site = RawSite()
    with pytest.raises(UsageError, match="RawSite has no port"):
        _ = site.port
    async with site:
        assert site.address == ("127.0.0.1", site.port)
    with pytest.raises(UsageError):
        _ = site.port


async def test_starting_and_closing_twice() -> None:
    site = RawSite()
    await site.start()
    port = site.port
    await site.start()
    assert site.port == port
    await site.aclose()
    await site.aclose()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_it_can_be_started_again() -> None:
    site = RawSite(b"x", wait_for=b"")
    for _ in range(2):
        async with site:
            reader, writer = await asyncio.open_connection(*site.address)
            assert await reader.read(-1) == b"x"
            writer.close()
            await writer.wait_closed()


async def test_a_failure_of_the_server_itself_is_not_lost(ask) -> None:
    site = Broken()
    await site.start()
    assert await ask(site, b"x") == b""
    with pytest.raises(LookupError, match="a mistake"):
        await site.aclose()


async def test_a_peer_that_never_reads_does_not_hinder_closing() -> None:
    site = RawSite(bytes(8_000_000), wait_for=b"")
    await site.start()
    _reader, writer = await asyncio.open_connection(*site.address, limit=1024)
    await _reader.readexactly(1)
    async with asyncio.timeout(60):
        await site.aclose()
    writer.transport.abort()


async def test_a_peer_that_never_reads_is_cut_off_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simcom_async.sites.site.CLOSING_LIMIT", 0.05)
    written = asyncio.Event()

    class Hasty(StreamSite):
        async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(bytes(20_000_000))
            written.set()

    async with Hasty() as site:
        reader, writer = await asyncio.open_connection(*site.address, limit=1024)
        await written.wait()
        await asyncio.wait(site._tasks, timeout=5)
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(20_000_000)
        writer.transport.abort()


async def test_over_tls() -> None:
    authority = LoopbackCA()

    class Greeter(StreamSite):
        async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"hello")

    async with Greeter(tls=authority.issue()) as site:
        reader, writer = await asyncio.open_connection(
            *site.address, ssl=authority.trusting(), server_hostname="localhost"
        )
        assert await reader.read(-1) == b"hello"
        writer.close()
        await writer.wait_closed()
