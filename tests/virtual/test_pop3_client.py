from __future__ import annotations

import asyncio
import threading
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from simcom_async.ports.clock import LoopClock, ManualClock, Timer
from simcom_async.sites import LoopbackCA, MailFault, Pop3Site, RawSite, ServerFault, Site
from simcom_async.sites.pop3 import StoredMail
from simcom_async.virtual.internet import CONNECTION_LIMIT, Internet
from simcom_async.virtual.mail_failure import MailReason, Pop3Failure, Pop3Negative, Pop3Stage
from simcom_async.virtual.module_faults import FailServer, ServerFailure
from simcom_async.virtual.pop3_client import Pop3Answer, Pop3Client
from tests.sites.dovecot import MISSING, Dovecot
from tests.virtual.client import PATIENCE

ONE = b"Subject: one\r\n\r\n.dot\r\n..two\r\nOK\r\n+POP3READ: 1,5\r\nlast\r\n"
TWO = b"Subject: two\r\nX: y\r\n\r\n1\r\n2\r\n3\r\n"
STUFFED = ONE.replace(b"\r\n.", b"\r\n..") + b".\r\n"


@asynccontextmanager
async def session(
    internet: Internet | None = None, *, idle: float = 5.0, clock: ManualClock | None = None
) -> AsyncIterator[Pop3Client]:
    """A client; nothing of it is left behind."""
    time = clock or LoopClock()
    network = internet or Internet({}, time)
    client = Pop3Client(network, time, bearer=1, idle=idle)
    try:
        yield client
    finally:
        client.cut()
        client.cut()
    assert network.count == 0
    assert not client.busy


@asynccontextmanager
async def logged_in(
    site: Pop3Site, internet: Internet | None = None, *, idle: float = 5.0, clock: ManualClock | None = None
) -> AsyncIterator[Pop3Client]:
    """A client that has logged in."""
    async with session(internet, idle=idle, clock=clock) as client:
        await client.reach(*site.address)
        await client.login("user", "secret")
        yield client


async def whole(answer: Pop3Answer, size: int = 1460) -> bytes:
    """All of it."""
    found = bytearray()
    while piece := await answer.read(size):
        assert len(piece) <= size
        found += piece
    assert await answer.read(size) == b""
    return bytes(found)


async def test_a_session() -> None:
    async with Pop3Site([ONE, TWO]) as site, session() as client:
        assert await client.reach(*site.address) == "+OK ready"
        await client.login("user", "secret")
        assert await client.count() == (2, len(ONE) + len(TWO))
        assert (await client.size(2), await client.uid(2)) == (len(TWO), site.mails[1].uid)
        await client.noop()
        assert await whole(await client.retrieve(1)) == ONE
        assert await whole(await client.top(2, 1)) == b"Subject: two\r\nX: y\r\n\r\n1\r\n"
        await client.delete(1)
        await client.reset()
        await client.delete(2)
        await client.quit()
        assert [mail.content for mail in site.deleted] == [TWO]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1460, 100_000])
async def test_a_raw_answer_in_pieces_of_any_size(size: int) -> None:
    async with Pop3Site([ONE]) as site, logged_in(site) as client:
        status = b"+OK %d octets\r\n" % len(ONE)
        assert await whole(await client.retrieve(1, raw=True), size) == status + STUFFED
        assert await whole(await client.listing(raw=True), size) == b"+OK 1 mails\r\n1 %d\r\n.\r\n" % len(ONE)
        assert await whole(await client.retrieve(1), size) == ONE


async def test_listings_line_by_line() -> None:
    async with Pop3Site([ONE, TWO]) as site, logged_in(site) as client:
        answer = await client.listing("UIDL")
        assert answer.status == "+OK 2 mails"
        found = [line.split()[1].decode() async for line in answer.lines()]
        assert found == [mail.uid for mail in site.mails]
        site.mails.clear()
        async with logged_in(site) as another:
            assert [line async for line in (await another.listing()).lines()] == []


LONG = b"x" * 100_000


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"\r\n",
        b".\r\n",
        b"..\r\n.\r\n",
        LONG + b"\r\n." + LONG + b"\r\n",
        b"x" * 8191 + b"\r\n.\r\n",
        b"x" * 8192 + b"\r\n.\r\n",
        b"x" * 8190 + b"\r\n.\r\n",
        b"x" * 8192 + b".\r\n\r\n",
        bytes(range(14, 256)) * 500 + b"\r\n",
    ],
)
async def test_mails_of_any_shape(mail: bytes) -> None:
    async with Pop3Site([mail]) as site, logged_in(site) as client:
        assert await whole(await client.retrieve(1)) == site.mails[0].content
        raw = await whole(await client.retrieve(1, raw=True))
        assert raw.endswith(b"\r\n.\r\n")
        assert await client.count() == (1, site.mails[0].size)


async def test_lines_that_are_too_long_come_in_parts() -> None:
    async with Pop3Site([LONG]) as site, logged_in(site) as client:
        parts = [line async for line in (await client.retrieve(1)).lines()]
        assert b"".join(parts) == LONG
        assert len(parts) > 1


async def test_what_is_left_of_an_answer_is_thrown_away_by_the_next_question() -> None:
    async with Pop3Site([ONE, LONG]) as site, logged_in(site) as client:
        answer = await client.retrieve(2, raw=True)
        assert await answer.read(4) == b"+OK "
        other = await client.retrieve(1)
        assert await other.read(3) == b"Sub"
        assert await client.count() == (2, len(ONE) + len(LONG) + 2)
        rest = b"".join([piece async for piece in answer.lines()])
        assert len(rest) < len(LONG)
        await client.retrieve(2)
        await client.delete(2)
        await client.quit()
        assert len(site.deleted) == 1


async def test_the_server_waits_for_who_reads_slowly() -> None:
    async with Pop3Site([b"0123456789abcde\r\n" * 1_000_000]) as site, logged_in(site) as client:
        answer = await client.retrieve(1)
        tracemalloc.start()
        for _ in range(100):
            assert await answer.read(1460)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 2_000_000
        assert site.gate.passed < site.mails[0].size - 1_000_000


async def test_bytes_are_handed_on_as_they_come(clock: ManualClock) -> None:
    async with Pop3Site([ONE]) as site, logged_in(site) as client:
        site.gate.shut(after=20)
        answer = await client.retrieve(1)
        assert await answer.read(1460) == b"Subject: one\r\n\r\n"
        more = asyncio.create_task(answer.read(1460))
        await site.gate.held()
        await clock.settle()
        assert not more.done()
        site.gate.open()
        assert await more + await whole(answer) == ONE[16:]


async def test_tls() -> None:
    async with Pop3Site([ONE], tls=LoopbackCA().issue("localhost")) as site, session() as client:
        await client.reach(*site.address, tls=True)
        await client.login("user", "secret")
        assert await whole(await client.retrieve(1)) == ONE
        await client.quit()


@pytest.mark.parametrize(
    ("work", "stage"),
    [
        (lambda client: client.login("user", "wrong"), Pop3Stage.PASSWORD),
        (lambda client: client.login("a\r\nDELE 1", "wrong"), Pop3Stage.USER),
        (lambda client: client.size(9), Pop3Stage.QUESTION),
        (lambda client: client.uid(9), Pop3Stage.QUESTION),
        (lambda client: client.delete(9), Pop3Stage.QUESTION),
        (lambda client: client.retrieve(9), Pop3Stage.QUESTION),
        (lambda client: client.top(9, 1), Pop3Stage.QUESTION),
        (lambda client: client.listing("WHAT"), Pop3Stage.QUESTION),
    ],
)
async def test_a_negative_answer_is_no_end(work: Callable[[Pop3Client], Awaitable[object]], stage: Pop3Stage) -> None:
    async with Pop3Site([ONE]) as site, session() as client:
        await client.reach(*site.address)
        if stage is Pop3Stage.QUESTION:
            await client.login("user", "secret")
        with pytest.raises(Pop3Negative) as negative:
            await work(client)
        assert negative.value.stage is stage
        assert negative.value.reply.startswith("-ERR ")
        if stage is not Pop3Stage.QUESTION:
            await client.login("user", "secret")
        assert await client.count() == (1, len(ONE))


async def test_refusals_at_each_step_of_the_login_and_at_the_end() -> None:
    async with Pop3Site([ONE]) as site:
        for command, stage in (("", Pop3Stage.GREETING), ("USER", Pop3Stage.USER), ("PASS", Pop3Stage.PASSWORD)):
            site.faults[:] = [MailFault(command=command, reply="-ERR no")]
            async with session() as client:
                with pytest.raises(Pop3Negative) as negative:
                    await _enter(client, site)
                assert (negative.value.stage, negative.value.reply) == (stage, "-ERR no")
        site.faults[:] = [MailFault(command="QUIT", reply="-ERR some are left")]
        async with logged_in(site) as client:
            with pytest.raises(Pop3Negative, match="QUIT: -ERR some are left"):
                await client.quit()
            await client.bye()


async def _enter(client: Pop3Client, site: Site) -> None:
    await client.reach(*site.address)
    await client.login("user", "secret")


async def _everything(client: Pop3Client, site: Site) -> None:
    await _enter(client, site)
    await client.count()
    await whole(await client.retrieve(1))
    await client.delete(1)
    await client.quit()


STEPS = [
    ("", None, Pop3Stage.GREETING),
    ("USER", None, Pop3Stage.USER),
    ("PASS", None, Pop3Stage.PASSWORD),
    ("STAT", None, Pop3Stage.QUESTION),
    ("RETR", None, Pop3Stage.QUESTION),
    ("RETR", 20, Pop3Stage.READING),
    ("DELE", None, Pop3Stage.QUESTION),
    ("QUIT", None, Pop3Stage.QUIT),
]


@pytest.mark.parametrize(("command", "after", "stage"), STEPS)
@pytest.mark.parametrize("fault", [ServerFault.CLOSE, ServerFault.RESET])
async def test_servers_that_break_off(command: str, after: int | None, stage: Pop3Stage, fault: ServerFault) -> None:
    async with Pop3Site([ONE]) as site, session() as client:
        site.faults.append(MailFault(command=command, fault=fault, after=after))
        with pytest.raises(Pop3Failure) as failed:
            await _everything(client, site)
        assert failed.value.reason is MailReason.CLOSED
        assert client.stage is failed.value.stage
        # A reset may overtake what was said before it.
        assert client.stage is stage or (fault is ServerFault.RESET and after is not None)
        with pytest.raises(Pop3Failure) as failed:
            await client.noop()
        assert failed.value.reason is MailReason.CLOSED
        assert site.deleted == []


class WatchedClock(ManualClock):
    """Says when somebody begins to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.set = asyncio.Event()

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        self.set.set()
        return super().call_at(when, callback)

    async def waiting(self, condition: Callable[[], bool]) -> None:
        """Return when something is due and the condition holds."""
        async with asyncio.timeout(PATIENCE):
            while not condition() or self.next_due is None:
                self.set.clear()
                await self.set.wait()


@pytest.mark.parametrize(("command", "after", "stage"), STEPS)
async def test_servers_that_fall_silent(command: str, after: int | None, stage: Pop3Stage) -> None:
    clock = WatchedClock()
    async with Pop3Site([ONE]) as site, session(clock=clock, idle=30) as client:
        site.faults.append(MailFault(command=command, fault=ServerFault.HANG, after=after))
        working = asyncio.create_task(_everything(client, site))
        await site.until(lambda: site.log.connections)
        if command:
            await site.told(command)
        await clock.waiting(lambda: client.stage is stage)
        await clock.run(29.9)
        assert not working.done()
        await clock.run(30.1)
        with pytest.raises(Pop3Failure) as failed:
            await working
        assert (failed.value.stage, failed.value.reason) == (stage, MailReason.SILENT)


@pytest.mark.parametrize(
    ("said", "work", "stage"),
    [
        (b"hello\r\n", None, Pop3Stage.GREETING),
        (b"+OK " + b"x" * 5000 + b"\r\n", None, Pop3Stage.GREETING),
        (b"+OK\r\n+OK\r\n", lambda client: client.count(), Pop3Stage.QUESTION),
        (b"+OK\r\n+OK one two\r\n", lambda client: client.count(), Pop3Stage.QUESTION),
        (b"+OK\r\n+OK -1 5\r\n", lambda client: client.count(), Pop3Stage.QUESTION),
        (b"+OK\r\n+OK\r\n", lambda client: client.size(1), Pop3Stage.QUESTION),
        (b"+OK\r\n+OK 1 many\r\n", lambda client: client.size(1), Pop3Stage.QUESTION),
        (b"+OK\r\n+OK 1 \xff\r\n", lambda client: client.uid(1), Pop3Stage.QUESTION),
        (b"+OK\r\n* BYE\r\n", lambda client: client.noop(), Pop3Stage.QUESTION),
    ],
)
async def test_what_is_no_pop3(
    said: bytes, work: Callable[[Pop3Client], Awaitable[object]] | None, stage: Pop3Stage
) -> None:
    async with RawSite(said, wait_for=b"", then=ServerFault.HANG) as site, session() as client:

        async def go() -> None:
            await client.reach(*site.address)
            assert work is not None
            await work(client)

        with pytest.raises(Pop3Failure) as failed:
            await go()
        assert (failed.value.stage, failed.value.reason) == (stage, MailReason.GARBAGE)


async def test_lines_that_end_otherwise() -> None:
    said = b"+OK caf\xe9\n+OK\none\n..two\n.\n"
    async with RawSite(said, wait_for=b"", then=ServerFault.HANG) as site, session() as client:
        assert await client.reach(*site.address) == "+OK caf\\xe9"
        assert await whole(await client.retrieve(1)) == b"one\n.two\n"


@pytest.mark.parametrize("filling", [0, 8_190, 8_191, 8_192])
async def test_an_lf_alone_is_no_line_end_of_a_server_that_says_cr_lf(filling: int) -> None:
    mail = b"x" * filling + b"one\n.\ntwo\n.three\r\n\n.\r\n" + b"y" * filling + b"\r\n.dot\r\n"
    async with Pop3Site() as site:
        site.mails.append(StoredMail(mail, "1"))
        async with logged_in(site) as client:
            assert await whole(await client.retrieve(1)) == mail
            assert await client.count() == (1, len(mail))


@pytest.mark.parametrize(
    ("fault", "stage", "reason"),
    [
        (ServerFailure.DNS, Pop3Stage.CONNECT, MailReason.NAME),
        (ServerFailure.REFUSE, Pop3Stage.CONNECT, MailReason.CONNECT),
        (ServerFailure.BUSY, Pop3Stage.CONNECT, MailReason.BUSY),
        (ServerFailure.TLS, Pop3Stage.CONNECT, MailReason.TLS),
        (ServerFailure.RESET, Pop3Stage.GREETING, MailReason.CLOSED),
    ],
)
async def test_faults_of_the_network(fault: ServerFailure, stage: Pop3Stage, reason: MailReason) -> None:
    internet = Internet({}, LoopClock(), failure=lambda: FailServer(fault))
    async with Pop3Site() as site, session(internet) as client:
        with pytest.raises(Pop3Failure) as failed:
            await client.reach(*site.address, tls=fault is ServerFailure.TLS)
        assert (failed.value.stage, failed.value.reason) == (stage, reason)


async def test_nobody_there_and_no_session() -> None:
    async with Pop3Site() as site:
        address = site.address
    async with session() as client:
        with pytest.raises(Pop3Failure) as failed:
            await client.reach(*address)
        assert (failed.value.stage, failed.value.reason) == (Pop3Stage.CONNECT, MailReason.CONNECT)
        with pytest.raises(Pop3Failure) as failed:
            await client.count()
        assert failed.value.reason is MailReason.CLOSED
        await client.bye()


async def test_the_map_of_hosts_the_limit_of_connections_and_threads_enough() -> None:
    async with Pop3Site([ONE]) as site:
        internet = Internet({"pop3.example.com": site.address}, LoopClock())
        clients = [Pop3Client(internet, LoopClock(), bearer=1, idle=5.0) for _ in range(CONNECTION_LIMIT + 1)]
        site.faults.append(MailFault(command="STAT", fault=ServerFault.HANG))
        for client in clients[:-1]:
            await client.reach("pop3.example.com", 110)
            await client.login("user", "secret")
        with pytest.raises(Pop3Failure) as failed:
            await clients[-1].reach("pop3.example.com", 110)
        assert failed.value.reason is MailReason.BUSY
        counting = [asyncio.create_task(client.count()) for client in clients[:-1]]
        await site.told("STAT", CONNECTION_LIMIT)
        site.release()
        assert await asyncio.gather(*counting) == [(1, len(ONE))] * CONNECTION_LIMIT
        for client in clients:
            client.cut()


@pytest.mark.parametrize(("command", "after", "stage"), STEPS)
async def test_the_bearer_drops_while_an_answer_is_due(
    command: str, after: int | None, stage: Pop3Stage, clock: ManualClock
) -> None:
    internet = Internet({}, LoopClock())
    async with Pop3Site([ONE]) as site, session(internet) as client:
        site.faults.append(MailFault(command=command, fault=ServerFault.HANG, after=after))
        working = asyncio.create_task(_everything(client, site))
        await site.until(lambda: site.log.connections)
        if command:
            await site.told(command)
        await clock.settle()
        internet.drop(2)
        assert not working.done()
        internet.drop(1)
        with pytest.raises(Pop3Failure) as failed:
            await working
        assert failed.value.reason is MailReason.CLOSED


@pytest.mark.parametrize("times", [1, 3])
async def test_cancelling_ends_the_thread(times: int) -> None:
    threads = threading.active_count()
    for _ in range(3):
        async with Pop3Site([ONE]) as site, session() as client:
            await _enter(client, site)
            site.faults.append(MailFault(command="STAT", fault=ServerFault.HANG))
            counting = asyncio.create_task(client.count())
            await site.told("STAT")
            assert client.busy
            for _ in range(times):
                counting.cancel()
                await asyncio.sleep(0)
            with pytest.raises(asyncio.CancelledError):
                await counting
            assert not client.busy
            with pytest.raises(Pop3Failure):
                await client.noop()
    assert threading.active_count() <= threads + 1


async def test_a_good_bye_has_a_second(clock: ManualClock) -> None:
    async with Pop3Site([ONE]) as site, logged_in(site, clock=clock, idle=60) as client:
        site.faults.append(MailFault(command="QUIT", fault=ServerFault.HANG))
        leaving = asyncio.create_task(client.bye())
        await site.told("QUIT")
        await clock.run(0.9)
        assert not leaving.done()
        await clock.run(0.2)
        await leaving
    async with Pop3Site([ONE]) as site, logged_in(site) as client:
        await client.delete(1)
        await client.bye()
        assert len(site.deleted) == 1


async def test_cutting_removes_nothing() -> None:
    async with Pop3Site([ONE]) as site:
        async with logged_in(site) as client:
            await client.delete(1)
        assert (len(site.mails), site.deleted) == (1, [])


async def test_the_password_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with Pop3Site(users={"user": "open sesame"}) as site, session() as client:
        await client.reach(*site.address)
        with pytest.raises(Pop3Negative) as negative:
            await client.login("user", "nosuchsecret")
        assert "nosuchsecret" not in caplog.text + repr(negative.value)


@pytest.mark.server
@pytest.mark.skipif(bool(MISSING), reason=MISSING)
class TestDovecot:
    """Another server, a strict one."""

    @pytest.fixture
    async def server(self) -> AsyncIterator[Dovecot]:
        async with Dovecot([ONE, TWO, LONG[:900] + b"\r\n"]) as server:
            yield server

    @pytest.mark.parametrize("tls", [False, True])
    async def test_a_session(self, server: Dovecot, tls: bool) -> None:
        async with session() as client:
            await client.reach("127.0.0.1", server.tls_port if tls else server.port, tls=tls)
            await client.login("user", server.password)
            assert await client.count() == (3, len(ONE) + len(TWO) + 902)
            assert await client.size(1) == len(ONE)
            uids = [line.split()[1].decode() async for line in (await client.listing("UIDL")).lines()]
            assert await client.uid(2) == uids[1]
            assert await whole(await client.retrieve(1)) == ONE
            assert (await whole(await client.retrieve(1, raw=True))).endswith(b"\r\n" + STUFFED)
            assert await whole(await client.top(2, 1)) == b"Subject: two\r\nX: y\r\n\r\n1\r\n"
            for work in (client.retrieve(9), client.size(9), client.uid(9), client.delete(9), client.listing("WHAT")):
                with pytest.raises(Pop3Negative):
                    await work
            await client.noop()
            await client.delete(1)
            await client.reset()
            await client.delete(2)
            await client.quit()
        assert len(server.mails) == 2

    async def test_a_wrong_password(self, server: Dovecot) -> None:
        async with session() as client:
            await client.reach("127.0.0.1", server.port)
            with pytest.raises(Pop3Negative) as negative:
                await client.login("user", "wrong")
            assert negative.value.stage is Pop3Stage.PASSWORD

    async def test_cutting_removes_nothing(self, server: Dovecot) -> None:
        async with session() as client:
            await client.reach("127.0.0.1", server.port)
            await client.login("user", server.password)
            await client.delete(1)
        assert len(server.mails) == 3
