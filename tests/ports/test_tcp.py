"""The line over TCP, on real sockets."""

import asyncio
import os
import socket
import time

import pytest

from simcom_async.errors import LinkError, PortLost, UsageError
from simcom_async.ports.port import LOW_WATER, OUTGOING_BOUND
from simcom_async.ports.tcp import TcpListener, TcpPort

HUGE = 20_000_000  # more than the kernel holds for a loopback connection

pytestmark = pytest.mark.usefixtures("no_errors")


class Far:
    """A bare socket at the other end."""

    def __init__(self, sock):
        self.sock = sock
        sock.setblocking(False)

    async def read(self, count):
        data = bytearray()
        while len(data) < count:
            part = await asyncio.get_running_loop().sock_recv(self.sock, min(65536, count - len(data)))
            if not part:
                break
            data += part
        return bytes(data)

    async def end(self):
        """Whether the other end has closed or reset the connection, with nothing sent before."""
        try:
            return await self.read(1) == b""
        except ConnectionResetError:
            return True

    async def send(self, data):
        await asyncio.get_running_loop().sock_sendall(self.sock, data)


@pytest.fixture
async def opened(inbox):
    """A client port, its inbox, and the bare socket at its other end."""
    box = inbox()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = TcpPort(*server.getsockname())
        await port.open(box.sink, box.lost)
        sock, _ = server.accept()
    with sock:
        yield port, box, Far(sock)
        await port.aclose()


@pytest.fixture
async def module(inbox):
    """A listening port and its inbox."""
    port, box = TcpListener(), inbox()
    await port.open(box.sink, box.lost)
    yield port, box
    await port.aclose()
    assert box.losses == []


@pytest.fixture
def client():
    """Connects bare clients to an address."""
    sockets = []

    async def connect(address):
        sock = socket.socket()
        sockets.append(sock)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, address)
        return Far(sock)

    yield connect
    for sock in sockets:
        sock.close()


async def test_bytes_go_both_ways(opened):
    port, box, far = opened
    port.write(b"AT\r")
    assert await far.read(3) == b"AT\r"
    await far.send(bytes(range(256)))
    assert await box.holds(256) == bytes(range(256))
    assert port.url.startswith("tcp://127.0.0.1:")
    await port.set_baud(9600)


async def test_the_other_end_closing_is_a_loss_told_once(opened):
    port, box, far = opened
    far.sock.close()
    error = await box.loss()
    assert isinstance(error, PortLost)
    assert "the other end closed" in str(error)
    with pytest.raises(PortLost):
        port.write(b"x")
    with pytest.raises(PortLost):
        await port.drain()
    port.pause()
    port.resume()
    assert port.pending == 0
    await port.aclose()
    assert box.losses == [error]


async def test_a_reset_is_a_loss_with_its_cause(opened):
    _, box, far = opened
    far.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    far.sock.close()
    error = await box.loss()
    assert isinstance(error.__cause__, ConnectionResetError)
    assert "reset" in str(error)


async def test_it_can_be_opened_again(inbox, descriptors):
    before = descriptors()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = TcpPort(*server.getsockname())
        for lose in (True, False, True):
            box = inbox()
            await port.open(box.sink, box.lost)
            with pytest.raises(UsageError, match="already open"):
                await port.open(box.sink, box.lost)
            far, _ = server.accept()
            with far:
                far.sendall(b"RDY")
                assert await box.holds(3) == b"RDY"
                if not lose:
                    await port.aclose()
            if lose:
                await box.loss()
        await port.aclose()
        await port.aclose()
    assert descriptors() == before
    with pytest.raises(PortLost, match=r"is closed|closed the connection"):
        port.write(b"x")


async def test_huge_writes_complete_and_drain_waits(opened):
    port, _, far = opened
    data = os.urandom(HUGE)
    port.write(data)
    draining = asyncio.ensure_future(port.drain())
    await asyncio.sleep(0)
    assert port.pending > LOW_WATER
    assert not draining.done()
    assert await far.read(HUGE) == data
    await draining
    assert port.pending <= LOW_WATER


async def test_a_writer_who_never_drains_is_refused(opened):
    port, _, _ = opened
    port.write(bytes(HUGE))
    with pytest.raises(LinkError, match="does not take its bytes"):
        port.write(b"x")


async def test_closing_does_not_wait_for_a_peer_that_does_not_read(opened, descriptors):
    port, box, _ = opened
    before = descriptors()
    port.write(bytes(HUGE))
    started = time.monotonic()
    await port.aclose()
    assert time.monotonic() - started < 2
    assert descriptors() == before - 1
    assert box.losses == []


async def test_the_last_bytes_leave_before_the_port_closes(opened):
    port, _, far = opened
    data = os.urandom(HUGE)
    port.write(data)
    reading = asyncio.ensure_future(far.read(HUGE + 1))
    await port.aclose()
    assert await reading == data


async def test_pausing_loses_nothing(opened):
    port, box, far = opened
    port.pause()
    await far.send(b"abc")
    for _ in range(5):
        await asyncio.sleep(0)
    assert box.data == b""
    port.resume()
    assert await box.holds(3) == b"abc"


async def test_nobody_listens_there(inbox, descriptors):
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        host, number = sock.getsockname()
    before, port = descriptors(), TcpPort(host, number)
    with pytest.raises(LinkError, match=rf"tcp://127.0.0.1:{number} cannot be reached: connection refused") as caught:
        await port.open(inbox().sink, inbox().lost)
    assert caught.value.port == port.url
    assert descriptors() == before
    await port.aclose()


async def test_a_host_that_does_not_exist(inbox):
    with pytest.raises(LinkError, match="cannot be reached"):
        await TcpPort("no-such-host.invalid", 1).open(inbox().sink, inbox().lost)


async def test_no_answer_within_the_limit(inbox):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = TcpPort(*server.getsockname(), open_limit=0)
        with pytest.raises(LinkError, match="does not answer"):
            await port.open(inbox().sink, inbox().lost)


@pytest.mark.parametrize("turns", range(8))
async def test_a_cancelled_opening_leaves_no_descriptor_and_tells_nobody(inbox, descriptors, turns):
    box = inbox()
    with socket.create_server(("127.0.0.1", 0)) as server:
        before, port = descriptors(), TcpPort(*server.getsockname())
        opening = asyncio.ensure_future(port.open(box.sink, box.lost))
        for _ in range(turns):
            await asyncio.sleep(0)
        opening.cancel()
        await asyncio.wait({opening})
        await port.aclose()
        await asyncio.sleep(0)
        assert descriptors() == before
    assert box.losses == []


async def test_ipv6_is_written_in_brackets():
    assert TcpPort("::1", 4000).url == "tcp://[::1]:4000"


async def test_a_module_listens(module, client):
    port, box = module
    far = await client(port.address)
    await far.send(b"AT\r")
    await box.holds(3)
    port.write(b"\r\nOK\r\n")
    assert await far.read(6) == b"\r\nOK\r\n"
    assert port.url == f"tcp://127.0.0.1:{port.address[1]}"
    await port.set_baud(9600)


async def test_clients_come_in_turn(module, client):
    port, box = module
    for number in range(5):
        far = await client(port.address)
        await far.send(b"%d" % number)
        far.sock.close()
    assert await box.holds(5) == b"01234"


async def test_the_next_client_may_come_while_the_last_ones_end_is_on_its_way(module, client):
    port, box = module
    first = await client(port.address)
    await first.send(b"1")
    await box.holds(1)
    second = await client(port.address)
    await second.send(b"2")
    for _ in range(10):
        await asyncio.sleep(0)
    assert box.data == b"1"
    first.sock.close()
    assert await box.holds(2) == b"12"
    port.write(b"x")
    assert await second.read(1) == b"x"


async def test_a_second_client_is_closed(module, client, caplog):
    port, box = module
    first = await client(port.address)
    await first.send(b"1")
    await box.holds(1)
    second, third = await client(port.address), await client(port.address)
    for far in (third, second):
        assert await far.end()
    assert "another client is connected" in caplog.text
    port.write(b"x")
    assert await first.read(1) == b"x"


async def test_a_waiting_client_may_leave(module, client):
    port, box = module
    first = await client(port.address)
    await first.send(b"1")
    await box.holds(1)
    waiting = await client(port.address)
    await waiting.send(b"w")
    for _ in range(10):
        await asyncio.sleep(0)
    waiting.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    waiting.sock.close()
    first.sock.close()
    third = await client(port.address)
    await third.send(b"3")
    await box.until(lambda: box.data.endswith(b"3"))


async def test_bytes_without_a_client_are_dropped_and_counted(module, client):
    port, box = module
    port.write(b"lost")
    await port.drain()
    assert port.dropped == 4
    assert port.pending == 0
    far = await client(port.address)
    await far.send(b"x")
    await box.holds(1)
    port.write(b"seen")
    assert await far.read(4) == b"seen"
    assert port.dropped == 4


async def test_a_client_that_does_not_read_loses_bytes_in_the_end(module, client, caplog):
    port, box = module
    far = await client(port.address)
    await far.send(b"x")
    await box.holds(1)
    port.write(bytes(HUGE))
    assert port.pending > OUTGOING_BOUND
    port.write(b"lost")
    assert port.dropped == 4
    assert "does not read" in caplog.text
    draining = asyncio.ensure_future(port.drain())
    await asyncio.sleep(0)
    assert not draining.done()
    far.sock.close()
    await draining


async def test_a_paused_module_does_not_read_from_the_next_client_either(module, client):
    port, box = module
    port.pause()
    far = await client(port.address)
    await far.send(b"abc")
    for _ in range(10):
        await asyncio.sleep(0)
    port.pause()
    assert box.data == b""
    port.resume()
    assert await box.holds(3) == b"abc"
    port.resume()


async def test_the_module_hears_of_its_clients(inbox, client):
    box, clients = inbox(), []
    port = TcpListener(connected=lambda: clients.append(port.write(b"RDY\r\n")))
    await port.open(box.sink, box.lost)
    for _ in range(2):
        far = await client(port.address)
        assert await far.read(5) == b"RDY\r\n"
        far.sock.close()
    assert len(clients) == 2
    assert port.dropped == 0
    await port.aclose()


async def test_a_closed_module_can_be_opened_again_and_leaves_nothing(inbox, client, descriptors):
    before, port, box = descriptors(), TcpListener(), inbox()
    with pytest.raises(PortLost):
        _ = port.address
    for _ in range(2):
        await port.open(box.sink, box.lost)
        with pytest.raises(UsageError):
            await port.open(box.sink, box.lost)
        far, waiting = await client(port.address), await client(port.address)
        await far.send(b"x")
        await box.until(lambda: box.data)
        box.data.clear()
        await port.aclose()
        assert await far.end()
        assert await waiting.end()
        far.sock.close()
        waiting.sock.close()
        await port.aclose()
        with pytest.raises(PortLost):
            port.write(b"x")
        with pytest.raises(PortLost):
            await port.drain()
    port.pause()
    port.resume()
    assert descriptors() == before


async def test_a_client_accepted_while_the_module_closes(inbox, client):
    port, box = TcpListener(), inbox()
    await port.open(box.sink, box.lost)
    far = await client(port.address)
    await port.aclose()
    assert await far.end()
    assert box.data == b""


async def test_an_address_that_is_taken(module, inbox):
    port, _ = module
    with pytest.raises(LinkError, match=rf"tcp://127.0.0.1:{port.address[1]} cannot be listened on"):
        await TcpListener(*port.address).open(inbox().sink, inbox().lost)


async def test_what_a_transport_reads_before_it_is_paused_is_held(module, client):
    port, box = module
    far = await client(port.address)
    await far.send(b"1")
    await box.holds(1)
    port.pause()
    for late in (b"2", b"3"):
        port._client.data_received(late)  # as the transport of another loop does
    assert box.data == b"1"
    port.resume()
    assert box.data == b"123"
    await far.send(b"4")
    assert await box.holds(4) == b"1234"


async def test_a_sink_that_pauses_on_held_bytes_gets_nothing_more(inbox, client):
    port, box = TcpListener(), inbox()

    def sink(data):
        box.sink(data)
        port.pause()

    await port.open(sink, box.lost)
    far = await client(port.address)
    await far.send(b"1")
    await box.holds(1)
    port._client.data_received(b"2")
    port.resume()
    assert box.data == b"12"
    await far.send(b"3")
    for _ in range(5):
        await asyncio.sleep(0)
    assert box.data == b"12"
    port.resume()
    assert await box.holds(3) == b"123"
    await port.aclose()
