from __future__ import annotations

import asyncio
import ssl

import pytest

from simcom_async.errors import UsageError
from simcom_async.ports.clock import LoopClock, ManualClock
from simcom_async.sites import HttpSite, LoopbackCA, RawSite, ServerFault
from simcom_async.virtual.internet import (
    CONNECTION_LIMIT,
    ConnectFailed,
    Connection,
    Internet,
    NameNotResolved,
    NoMemory,
    SilentServer,
    StackBusy,
    TlsAlert,
    TlsFailed,
    host_map,
    within,
)
from simcom_async.virtual.module_faults import FailServer


async def whole(connection: Connection) -> bytes:
    """All that comes up to the end of the connection."""
    data = b""
    while more := await connection.read():
        data += more
    return data


async def test_within_returns_what_comes_in_time() -> None:
    async def answer() -> int:
        return 7

    assert await within(ManualClock(), 1, answer()) == 7


async def test_within_raises_when_the_clock_says_so(clock: ManualClock) -> None:
    task = asyncio.create_task(within(clock, 5, asyncio.get_running_loop().create_future()))
    await clock.run(4)
    assert not task.done()
    await clock.run(2)
    with pytest.raises(TimeoutError):
        await task


async def test_the_map_sends_elsewhere() -> None:
    async with RawSite(b"one", wait_for=b"") as one, RawSite(b"two", wait_for=b"") as two:
        hosts = host_map({"www.sim.com": f"127.0.0.1:{one.port}", "WWW.sim.com:443": two.address})
        internet = Internet(hosts, LoopClock())
        for port, words in ((80, b"one"), (8080, b"one"), (443, b"two")):
            connection = await internet.connect("www.SIM.com", port, bearer=1)
            assert await connection.read() == words
            connection.abort()
        assert internet.count == 0


@pytest.mark.parametrize(
    "target",
    [
        "nohost",
        ":80",
        "h:",
        "h:x",
        "h:0",
        "h:70000",
        "h:\N{SUPERSCRIPT TWO}",
        pytest.param("h:" + "9" * 5_000, id="without-end"),
    ],
)
def test_a_map_needs_addresses(target: str) -> None:
    with pytest.raises(UsageError, match="HOST:PORT"):
        host_map({"www.sim.com": target})


async def test_names_without_an_address() -> None:
    internet = Internet({}, LoopClock())
    with pytest.raises(NameNotResolved):
        await internet.connect("host.invalid", 80, bearer=1)
    with pytest.raises(NameNotResolved):
        await internet.connect("x" * 64 + ".invalid", 80, bearer=1)
    assert internet.count == 0


async def test_nobody_listens() -> None:
    async with RawSite() as site:
        port = site.port
    with pytest.raises(ConnectFailed):
        await Internet({}, LoopClock()).connect("127.0.0.1", port, bearer=1)


async def test_there_is_a_limit_of_connections() -> None:
    async with RawSite(then=ServerFault.HANG) as site:
        internet = Internet({}, LoopClock())
        for _ in range(CONNECTION_LIMIT):
            await internet.connect("127.0.0.1", site.port, bearer=1)
        with pytest.raises(StackBusy):
            await internet.connect("127.0.0.1", site.port, bearer=1)
        internet.drop_all()
        assert internet.count == 0


async def test_what_runs_over_a_bearer_ends_with_it() -> None:
    async with RawSite(then=ServerFault.HANG) as site:
        internet = Internet({}, LoopClock())
        first = await internet.connect("127.0.0.1", site.port, bearer=1)
        second = await internet.connect("127.0.0.1", site.port, bearer=2)
        internet.drop(1)
        with pytest.raises(ConnectFailed):
            await first.read()
        assert internet.count == 1
        second.abort()
        second.abort()


async def test_a_server_that_falls_silent(clock: ManualClock) -> None:
    async with RawSite(then=ServerFault.HANG) as site:
        connection = await Internet({}, clock).connect("127.0.0.1", site.port, bearer=1, idle=10)
        task = asyncio.create_task(connection.read())
        await clock.run(11)
        with pytest.raises(ConnectFailed):
            await task
        connection.abort()


async def test_a_server_that_resets() -> None:
    async with RawSite(b"bye", then=ServerFault.RESET, wait_for=b"x") as site:
        connection = await Internet({}, LoopClock()).connect("127.0.0.1", site.port, bearer=1)
        await connection.write(b"x")
        with pytest.raises(ConnectFailed):
            await whole(connection)
        connection.abort()


async def test_a_server_that_does_not_read(clock: ManualClock) -> None:
    async with RawSite(b"", wait_for=b"") as site:
        site.gate.shut()
        connection = await Internet({}, clock).connect("127.0.0.1", site.port, bearer=1, idle=10)

        async def flood() -> None:
            while True:
                await connection.write(bytes(1 << 20))

        task = asyncio.create_task(flood())
        await clock.run(11)
        await clock.run(11)
        with pytest.raises(ConnectFailed):
            await task
        connection.abort()


async def test_tls_of_any_certificate_unless_it_is_looked_at() -> None:
    authority = LoopbackCA()
    async with HttpSite(tls=authority.issue()) as site:
        connection = await Internet({}, LoopClock()).connect("127.0.0.1", site.port, bearer=1, tls=True)
        connection.abort()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize(
    ("versions", "good"),
    [(("1.0", "1.1"), False), (("1.0", "1.2"), True), (("1.3", None), False), ((None, "1.2"), True)],
)
async def test_the_versions_of_tls_can_be_bounded(versions: tuple[str | None, str | None], good: bool) -> None:
    tls = LoopbackCA().issue()
    tls.minimum_version = tls.maximum_version = ssl.TLSVersion.TLSv1_2
    async with HttpSite(tls=tls) as site:
        internet = Internet({}, LoopClock(), tls_versions=versions)
        connecting = internet.connect("127.0.0.1", site.port, bearer=1, tls=True)
        if good:
            (await connecting).abort()
            return
        with pytest.raises(TlsFailed):
            await connecting


async def test_tls_that_fails() -> None:
    async with RawSite(b"no tls\r\n", wait_for=b"") as site:
        with pytest.raises(TlsFailed) as caught:
            await Internet({}, LoopClock()).connect("127.0.0.1", site.port, bearer=1, tls=True)
        assert not isinstance(caught.value, TlsAlert)
    async with RawSite(b"\x15\x03\x01\x00\x02\x02\x28", wait_for=b"") as site:
        with pytest.raises(TlsAlert):
            await Internet({}, LoopClock()).connect("127.0.0.1", site.port, bearer=1, tls=True)


async def test_a_file_without_certificates_is_refused() -> None:
    async with RawSite() as site:
        internet = Internet({}, LoopClock(), tls_verify=__file__)
        with pytest.raises(UsageError, match="tls_verify"):
            await internet.connect("127.0.0.1", site.port, bearer=1, tls=True)
        assert internet.count == 0


@pytest.mark.parametrize(
    ("failure", "cause"),
    [
        ("dns", NameNotResolved),
        ("refuse", ConnectFailed),
        ("busy", StackBusy),
        ("memory", NoMemory),
        ("tls", TlsFailed),
    ],
)
async def test_faults_strike_the_connection(failure: str, cause: type[Exception]) -> None:
    async with HttpSite(tls=LoopbackCA().issue()) as site:
        internet = Internet({}, LoopClock(), failure=lambda: FailServer(failure))
        with pytest.raises(cause):
            await internet.connect("127.0.0.1", site.port, bearer=1, tls=True)
        assert internet.count == 0


async def test_a_silent_server_by_a_fault(clock: ManualClock) -> None:
    internet = Internet({}, clock, failure=lambda: FailServer("silent"))
    task = asyncio.create_task(internet.connect("127.0.0.1", 9, bearer=1, idle=30))
    await clock.run(29)
    assert not task.done()
    await clock.run(2)
    with pytest.raises(ConnectFailed):
        await task


async def test_a_reset_by_a_fault_behind_some_bytes() -> None:
    async with RawSite(b"0123456789", wait_for=b"", then=ServerFault.HANG) as site:
        internet = Internet({}, LoopClock(), failure=lambda: FailServer("reset", after=10))
        connection = await internet.connect("127.0.0.1", site.port, bearer=1)
        with pytest.raises(ConnectFailed):
            await whole(connection)


async def test_a_silence_by_a_fault_behind_some_bytes(clock: ManualClock) -> None:
    async with RawSite(b"0123456789", wait_for=b"") as site:
        internet = Internet({}, clock, failure=lambda: FailServer("silent", after=4))
        connection = await internet.connect("127.0.0.1", site.port, bearer=1, idle=30)
        assert await connection.read() == b"0123"
        task = asyncio.create_task(connection.read())
        await clock.run(29)
        assert not task.done()
        await clock.run(2)
        with pytest.raises(SilentServer):
            await task
        task = asyncio.create_task(connection.read())
        await clock.run(1)
        internet.drop(1)
        with pytest.raises(ConnectFailed, match="reset"):
            await task
        assert internet.count == 0


async def test_a_slow_server_by_a_fault(clock: ManualClock) -> None:
    async with RawSite(b"0123456789", wait_for=b"", then=ServerFault.HANG) as site:
        internet = Internet({}, clock, failure=lambda: FailServer("slow", seconds=5))
        connection = await internet.connect("127.0.0.1", site.port, bearer=1, idle=30)
        task = asyncio.create_task(connection.read())
        await clock.run(4)
        assert not task.done()
        await clock.run(2)
        assert await task == b"0123456789"
        connection.abort()


async def test_a_server_lies_by_a_fault() -> None:
    async with RawSite(b"250 done\r\n", wait_for=b"") as site:
        failure = FailServer("lie", said="250 done", instead="550 no")
        internet = Internet({}, LoopClock(), failure=lambda: failure)
        connection = await internet.connect("127.0.0.1", site.port, bearer=1)
        assert await whole(connection) == b"550 no\r\n"
        connection.abort()
