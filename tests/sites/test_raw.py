from __future__ import annotations

import asyncio

import pytest

from simcom_async.sites import LoopbackCA, RawSite, ServerFault
from simcom_async.sites.raw import RECEIVED_LIMIT

ALL_BYTES = bytes(range(256)) * 8


async def test_says_exactly_its_bytes_once_it_was_asked(ask) -> None:
    async with RawSite(ALL_BYTES) as site:
        assert await ask(site, b"GET / HTTP/1.1\r\n\r\n") == ALL_BYTES
        assert bytes(site.received) == b"GET / HTTP/1.1\r\n\r\n"
        assert site.connections == 1


async def test_speaks_first_when_it_waits_for_nothing(ask) -> None:
    async with RawSite(b"220 hello\r\n", wait_for=b"") as site:
        assert await ask(site, b"") == b"220 hello\r\n"


async def test_the_question_may_come_in_pieces() -> None:
    async with RawSite(b"answer", wait_for=b"END") as site:
        reader, writer = await asyncio.open_connection(*site.address)
        for byte in b"..E.EN.END":
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0)
        assert await reader.read(-1) == b"answer"
        writer.close()
        await writer.wait_closed()


async def test_a_peer_that_never_asks_gets_no_answer() -> None:
    async with RawSite(b"answer") as site:
        reader, writer = await asyncio.open_connection(*site.address)
        writer.write(b"half a head\r\n")
        writer.write_eof()
        assert await reader.read(-1) == b""
        writer.close()
        await writer.wait_closed()


async def test_the_gate_holds_it_to_the_byte() -> None:
    async with RawSite(b"HTTP/1.1 200 OK\r\n", wait_for=b"") as site:
        site.gate.shut(after=8)
        reader, writer = await asyncio.open_connection(*site.address)
        await site.gate.held()
        assert await reader.readexactly(8) == b"HTTP/1.1"
        site.gate.admit(1)
        assert await reader.readexactly(1) == b" "
        site.gate.open()
        assert await reader.read(-1) == b"200 OK\r\n"
        writer.close()
        await writer.wait_closed()


async def test_reset() -> None:
    async with RawSite(b"begin", wait_for=b"", then=ServerFault.RESET) as site:
        site.gate.shut(after=4)
        reader, writer = await asyncio.open_connection(*site.address)
        assert await reader.readexactly(4) == b"begi"
        site.gate.open()
        with pytest.raises(ConnectionResetError):
            await reader.read(-1)
        writer.transport.abort()


async def test_hanging_it_listens_on_and_closing_the_site_ends_it() -> None:
    site = RawSite(b"once", then=ServerFault.HANG)
    await site.start()
    reader, writer = await asyncio.open_connection(*site.address)
    writer.write(b"\r\n\r\n")
    assert await reader.readexactly(4) == b"once"
    writer.write(b"more")
    await site.heard(b"more")
    assert not reader.at_eof()
    await site.aclose()
    async with asyncio.timeout(60):
        assert await reader.read(-1) == b""
    writer.close()
    await writer.wait_closed()


async def test_waiting_for_words_that_do_not_come() -> None:
    async with RawSite() as site:
        with pytest.raises(TimeoutError):
            await site.heard(b"x", timeout=0.01)


async def test_what_it_keeps_is_bounded(ask) -> None:
    async with RawSite(b"done", wait_for=b"END") as site:
        assert await ask(site, bytes(RECEIVED_LIMIT + 10_000) + b"END") == b"done"
        assert len(site.received) == RECEIVED_LIMIT


async def test_it_speaks_tls_to_those_who_trust_it() -> None:
    authority = LoopbackCA()
    async with RawSite(b"answer", wait_for=b"ask", tls=authority.issue("localhost")) as site:
        reader, writer = await asyncio.open_connection(
            *site.address, ssl=authority.trusting(), server_hostname="localhost"
        )
        writer.write(b"ask")
        assert await reader.read(-1) == b"answer"
        writer.close()
        await writer.wait_closed()
