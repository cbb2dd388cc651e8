from __future__ import annotations

import asyncio

import pytest

from simcom_async.cli.bridge import Bridge
from simcom_async.errors import LinkError, PortLost
from simcom_async.ports import LOW_WATER, OUTGOING_BOUND, MemoryPort, PtyPort, TcpListener, TcpPort, memory_line
from simcom_async.sites import generated

LIMIT = 10.0


class Heard:
    """What an end of a line has received."""

    def __init__(self) -> None:
        self.data = bytearray()
        self._more = asyncio.Event()

    def __call__(self, data: bytes) -> None:
        self.data += data
        self._more.set()

    async def until(self, size: int) -> bytes:
        async with asyncio.timeout(LIMIT):
            while len(self.data) < size:
                self._more.clear()
                await self._more.wait()
        return bytes(self.data)


async def opened(port: MemoryPort) -> Heard:
    heard = Heard()
    await port.open(heard, lambda error: None)
    return heard


async def test_both_ways() -> None:
    client, near = memory_line()
    module, far = memory_line()
    asked, answered = await opened(module), await opened(client)
    async with Bridge(near, far):
        client.write(b"AT\r")
        assert await asked.until(3) == b"AT\r"
        module.write(b"\r\nOK\r\n")
        assert await answered.until(6) == b"\r\nOK\r\n"
    await client.aclose()
    await module.aclose()


async def test_a_slow_side_holds_the_other_one_back() -> None:
    """A client that does not read: a little is under way, the rest stays where it is, and nothing is lost."""
    data = generated(0, 3 * OUTGOING_BOUND)
    server = TcpListener()
    await server.open(lambda received: None, lambda error: None)
    client, near = memory_line()
    answered = await opened(client)
    client.pause()
    async with Bridge(near, TcpPort(*server.address)):
        sending = asyncio.create_task(send(server, data))
        for _ in range(2000):  # turns of the loop: more than it takes without a brake
            await asyncio.sleep(0)
        assert LOW_WATER < near.pending < OUTGOING_BOUND / 2
        client.resume()
        assert await answered.until(len(data)) == data
        await sending
    await server.aclose()
    await client.aclose()
    assert server.dropped == 0


async def send(server: TcpListener, data: bytes) -> None:
    for start in range(0, len(data), 8192):
        server.write(data[start : start + 8192])
        await server.drain()


async def test_a_lost_port_is_told() -> None:
    client, near = memory_line()
    module, far = memory_line()
    await opened(module)
    await opened(client)
    async with Bridge(near, far) as bridge:
        module.unplug()
        with pytest.raises(PortLost, match="unplugged"):
            async with asyncio.timeout(LIMIT):
                await bridge.failure()


async def test_a_port_that_is_lost_while_the_other_one_waits_for_it() -> None:
    client, near = memory_line()
    module, far = memory_line()
    await opened(module)
    await opened(client)
    client.pause()
    async with Bridge(near, far) as bridge:
        for _ in range(5):
            module.write(generated(0, LOW_WATER))
        for _ in range(50):  # turns of the loop
            await asyncio.sleep(0)
        assert near.pending > LOW_WATER
        client.unplug()
        with pytest.raises(PortLost, match="unplugged"):
            async with asyncio.timeout(LIMIT):
                await bridge.failure()
    await module.aclose()


async def test_nothing_stays_open_when_the_module_is_not_there() -> None:
    client = PtyPort()
    with pytest.raises(LinkError, match=r"127\.0\.0\.1:1 "):
        async with Bridge(client, TcpPort("127.0.0.1", 1)):
            pytest.fail("there is no module")
    with pytest.raises(PortLost):
        _ = client.path


async def test_a_refused_write_is_told() -> None:
    client, near = memory_line()
    module, far = memory_line()
    await opened(client)
    async with Bridge(near, far) as bridge:
        await far.aclose()
        client.write(b"AT\r")
        with pytest.raises(PortLost, match="closed"):
            async with asyncio.timeout(LIMIT):
                await bridge.failure()
    await module.aclose()
