from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from simcom_async.errors import MissingExtra
from simcom_async.ports.clock import LoopClock, ManualClock
from simcom_async.sites import LoopbackCA, MailFault, ServerFault, Site, SmtpSite
from simcom_async.virtual.internet import CONNECTION_LIMIT, Internet
from simcom_async.virtual.mail_failure import MailReason, SmtpFailure, SmtpStage
from simcom_async.virtual.module_faults import FailServer, ServerFailure
from simcom_async.virtual.smtp_client import SmtpClient

USERS = {"john": "123456"}
MAIL = b"Subject: one\r\n\r\n.dot\r\nlast\r\n"


@asynccontextmanager
async def session(
    internet: Internet | None = None, *, idle: float = 5.0, clock: ManualClock | None = None
) -> AsyncIterator[SmtpClient]:
    """A client; nothing of it is left behind."""
    time = clock or LoopClock()
    network = internet or Internet({}, time)
    client = SmtpClient(network, time, bearer=1, idle=idle)
    try:
        yield client
    finally:
        client.cut()
        client.cut()
    assert network.count == 0


async def deliver(
    client: SmtpClient,
    site: Site,
    *,
    user: str = "",
    password: str = "123456",
    recipients: Iterable[str] = ("d@e.f", "g@h.i"),
    tls: bool = False,
) -> str:
    """The whole way of a mail."""
    await client.reach(site.host, site.port, tls=tls)
    await client.hello()
    if user:
        await client.login(user, password)
    return await client.send("a@b.c", recipients, MAIL)


async def failure(client: SmtpClient, site: Site, *, user: str = "", password: str = "123456") -> SmtpFailure:
    """How it fails."""
    with pytest.raises(SmtpFailure) as failed:
        await deliver(client, site, user=user, password=password)
    assert client.stage is failed.value.stage
    return failed.value


async def test_a_mail() -> None:
    async with SmtpSite() as site, session() as client:
        assert await deliver(client, site) == "250 taken"
        mail = await site.mail()
        assert (mail.sender, mail.recipients, mail.content) == ("a@b.c", ("d@e.f", "g@h.i"), MAIL)
        assert (mail.name, mail.user) == ("[127.0.0.1]", "")
        await client.bye()
        assert (await site.told("QUIT")).reply == "221 Bye"


async def test_two_mails_in_one_session_and_a_name_of_ones_own() -> None:
    async with SmtpSite(host="::1") as site, session() as client:
        await client.reach(*site.address)
        await client.hello("module")
        await client.send("a@b.c", ["d@e.f"], b"one")
        await client.send("a@b.c", ["d@e.f"], b"")
        assert [(mail.name, mail.content) for mail in site.mails] == [("module", b"one\r\n"), ("module", b"")]
        await client.hello()
        assert (await site.told("EHLO", 2)).argument == "[IPv6:::1]"


async def test_a_mail_in_pieces_of_any_size() -> None:
    mail = b"Subject: x\r\n\r\n.\r\n..\r\n" + b"a" * 900 + b"\r\n.end" + b"\r\n" + b"line\r\n" * 20_000
    async with SmtpSite() as site, session() as client:
        await client.reach(*site.address)
        await client.hello()
        await client.envelope("a@b.c", ["d@e.f"])
        await client.begin()
        for start in range(0, 100):
            await client.write(mail[start : start + 1])
        await client.write(mail[100:])
        await client.finish()
        assert (await site.mail()).content == mail


async def test_logging_in() -> None:
    async with SmtpSite(users=USERS, auth_required=True) as site, session() as client:
        await deliver(client, site, user="john")
        assert (await site.mail()).user == "john"
        assert (await site.told("AUTH")).argument == "LOGIN"


@pytest.mark.parametrize(
    ("offered", "said", "heard"),
    [
        (b"PLAIN", [b"235 x\r\n"], [b"AUTH PLAIN AGpvaG4AMTIzNDU2\r\n"]),
        (
            b"CRAM-MD5",
            [b"334 PDEyMz4=\r\n", b"235 x\r\n"],
            [b"AUTH CRAM-MD5\r\n", b"am9obiBlZmI3NDI1OTFlZWE1NTE5YTVmMGJhMDAzN2Q0MzMxOQ==\r\n"],
        ),
        (b"XOAUTH2", [b"334 x\r\n", b"235 x\r\n"], [b"AUTH LOGIN am9obg==\r\n", b"MTIzNDU2\r\n"]),
    ],
)
async def test_what_is_offered_decides_how(offered: bytes, said: list[bytes], heard: list[bytes]) -> None:
    async with _Script(b"220 x\r\n", b"250-x\r\n250 AUTH " + offered + b"\r\n", *said) as site, session() as client:
        await client.reach(*site.address)
        await client.hello()
        await client.login("john", "123456")
        assert site.heard[1 : 1 + len(heard)] == heard


@pytest.mark.parametrize("tls", [True, False])
async def test_tls_from_the_first_byte_and_on_request(tls: bool) -> None:
    async with (
        SmtpSite(tls=LoopbackCA().issue("localhost"), users=USERS, starttls=not tls) as site,
        session() as client,
    ):
        if tls:
            await deliver(client, site, user="john", tls=True)
        else:
            await client.reach(*site.address)
            await client.hello()
            await client.secure(site.host)
            await client.login("john", "123456")
            await client.send("a@b.c", ["d@e.f"], MAIL)
        assert (await site.mail()).user == "john"
        await client.bye()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (None, MailReason.TLS),
        (MailFault(command="STARTTLS", reply="454 not now"), MailReason.REFUSED),
        (MailFault(command="STARTTLS", reply="220 come on", fault=ServerFault.CLOSE), MailReason.TLS),
        (MailFault(command="STARTTLS", fault=ServerFault.CLOSE), MailReason.CLOSED),
    ],
)
async def test_no_tls_on_request(fault: MailFault | None, reason: MailReason, tmp_path: Path) -> None:
    (tmp_path / "trusted.pem").write_bytes(LoopbackCA().ca_pem)
    internet = Internet({}, LoopClock(), tls_verify=str(tmp_path / "trusted.pem"))
    async with SmtpSite(tls=LoopbackCA().issue("localhost"), starttls=True) as site, session(internet) as client:
        site.faults += [fault] if fault else []
        await client.reach(*site.address)
        await client.hello()
        with pytest.raises(SmtpFailure) as failed:
            await client.secure("localhost")
        assert (failed.value.stage, failed.value.reason) == (SmtpStage.TLS, reason)


@pytest.mark.parametrize(
    ("fault", "stage", "reason", "code"),
    [
        (MailFault(reply="554 go away"), SmtpStage.GREETING, MailReason.REFUSED, 554),
        (MailFault(reply="421 busy"), SmtpStage.GREETING, MailReason.CLOSED, 421),
        (MailFault(reply="hello"), SmtpStage.GREETING, MailReason.GARBAGE, 0),
        (MailFault(command="MAIL", reply="550 no"), SmtpStage.SENDER, MailReason.REFUSED, 550),
        (MailFault(command="MAIL", reply="530 login"), SmtpStage.SENDER, MailReason.AUTH_REQUIRED, 530),
        (MailFault(command="MAIL", reply="421 busy"), SmtpStage.SENDER, MailReason.CLOSED, 421),
        (MailFault(command="RCPT", reply="550 who?"), SmtpStage.RECIPIENT, MailReason.REFUSED, 550),
        (MailFault(command="DATA", reply="451 no"), SmtpStage.DATA, MailReason.REFUSED, 451),
        (MailFault(command=".", reply="554 spam"), SmtpStage.ACCEPTANCE, MailReason.REFUSED, 554),
        (MailFault(command=".", reply="what?"), SmtpStage.ACCEPTANCE, MailReason.GARBAGE, 0),
    ],
)
async def test_refusals(fault: MailFault, stage: SmtpStage, reason: MailReason, code: int) -> None:
    async with SmtpSite() as site, session() as client:
        site.faults.append(fault)
        failed = await failure(client, site)
        assert (failed.stage, failed.reason, failed.code) == (stage, reason, code)
        assert failed.unknown is (fault.reply == "what?")
        assert failed.recipient == ("d@e.f" if stage is SmtpStage.RECIPIENT else "")
        assert site.mails == []


async def test_the_recipient_that_is_refused_has_a_name() -> None:
    async with SmtpSite() as site, session() as client:
        site.faults.append(MailFault(command="RCPT", argument="g@h.i", reply="550 who?"))
        assert (await failure(client, site)).recipient == "g@h.i"


@pytest.mark.parametrize(
    ("fault", "password", "reason"),
    [
        (None, "wrong", MailReason.AUTH_FAILED),
        (MailFault(command="AUTH", reply="535 no"), "123456", MailReason.AUTH_FAILED),
        (MailFault(command="AUTH", reply="534 too weak"), "123456", MailReason.AUTH_FAILED),
        (MailFault(command="AUTH", reply="530 TLS first"), "123456", MailReason.AUTH_REQUIRED),
        (MailFault(command="AUTH", reply="504 what?"), "123456", MailReason.REFUSED),
        (MailFault(command="AUTH", reply="421 no"), "123456", MailReason.CLOSED),
    ],
)
async def test_logins_that_fail(fault: MailFault | None, password: str, reason: MailReason) -> None:
    async with SmtpSite(users=USERS) as site, session() as client:
        site.faults += [fault] if fault else []
        failed = await failure(client, site, user="john", password=password)
        assert (failed.stage, failed.reason) == (SmtpStage.LOGIN, reason)
        assert len([one for one in site.commands if one.verb == "AUTH"]) == 1


async def test_a_login_that_the_server_does_not_know_and_one_that_it_wants() -> None:
    async with SmtpSite() as site, session() as client:
        assert (await failure(client, site, user="john")).reason is MailReason.AUTH_FAILED
    async with SmtpSite(users=USERS, auth_required=True) as site, session() as client:
        failed = await failure(client, site)
        assert (failed.stage, failed.reason) == (SmtpStage.SENDER, MailReason.AUTH_REQUIRED)


async def test_helo_where_ehlo_is_refused() -> None:
    async with SmtpSite() as site, session() as client:
        site.faults.append(MailFault(command="EHLO", reply="502 no"))
        await deliver(client, site)
        site.faults.append(MailFault(command="HELO", reply="550 no"))
    async with session() as client, site:
        failed = await failure(client, site)
        assert (failed.stage, failed.reason, failed.reply) == (SmtpStage.HELLO, MailReason.REFUSED, "550 no")
        site.faults[:] = [MailFault(command="EHLO", reply="421 no")]
    async with session() as client, site:
        assert (await failure(client, site)).reason is MailReason.CLOSED


STEPS = [
    ("", SmtpStage.GREETING),
    ("EHLO", SmtpStage.HELLO),
    ("AUTH", SmtpStage.LOGIN),
    ("MAIL", SmtpStage.SENDER),
    ("RCPT", SmtpStage.RECIPIENT),
    ("DATA", SmtpStage.DATA),
    (".", SmtpStage.ACCEPTANCE),
]


@pytest.mark.parametrize(("command", "stage"), STEPS)
@pytest.mark.parametrize("fault", [ServerFault.CLOSE, ServerFault.RESET])
async def test_servers_that_break_off(command: str, stage: SmtpStage, fault: ServerFault) -> None:
    async with SmtpSite(users=USERS) as site, session() as client:
        site.faults.append(MailFault(command=command, fault=fault))
        failed = await failure(client, site, user="john")
        assert (failed.stage, failed.reason) == (stage, MailReason.CLOSED)
        assert failed.unknown is (command == ".")


@pytest.mark.parametrize(("command", "stage"), STEPS)
async def test_servers_that_fall_silent(command: str, stage: SmtpStage, clock: ManualClock) -> None:
    async with SmtpSite(users=USERS) as site, session(clock=clock, idle=30) as client:
        site.faults.append(MailFault(command=command, fault=ServerFault.HANG))
        sending = asyncio.create_task(failure(client, site, user="john"))
        await site.until(lambda: site.log.connections)
        if command:
            await site.told(command)
        await clock.run(29.9)
        assert not sending.done()
        await clock.run(0.2)
        failed = await sending
        assert (failed.stage, failed.reason) == (stage, MailReason.SILENT)
        assert failed.unknown is (command == ".")


async def test_a_mail_that_was_taken_though_nobody_said_so() -> None:
    async with SmtpSite() as site, session() as client:
        site.faults.append(MailFault(command=".", fault=ServerFault.CLOSE, done=True))
        assert (await failure(client, site)).unknown
        assert len(site.mails) == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (ServerFailure.DNS, MailReason.NAME),
        (ServerFailure.REFUSE, MailReason.CONNECT),
        (ServerFailure.BUSY, MailReason.BUSY),
        (ServerFailure.TLS, MailReason.TLS),
    ],
)
async def test_faults_of_the_network(fault: ServerFailure, reason: MailReason) -> None:
    async with SmtpSite() as site, session(Internet({}, LoopClock(), failure=lambda: FailServer(fault))) as client:
        with pytest.raises(SmtpFailure) as failed:
            await client.reach(*site.address, tls=True)
        assert (failed.value.stage, failed.value.reason) == (SmtpStage.CONNECT, reason)


async def test_a_connection_that_is_reset_by_a_fault() -> None:
    internet = Internet({}, LoopClock(), failure=lambda: FailServer(ServerFailure.RESET))
    async with SmtpSite() as site, session(internet) as client:
        assert (await failure(client, site)).stage is SmtpStage.GREETING


async def test_nobody_there_no_name_no_tls() -> None:
    site = SmtpSite()
    async with site:
        address = site.address
        async with session() as client:
            with pytest.raises(SmtpFailure) as failed:
                await client.reach(*address, tls=True)
            assert failed.value.reason is MailReason.TLS
    for host, reason in (("127.0.0.1", MailReason.CONNECT), ("no.such.name.invalid", MailReason.NAME)):
        async with session() as client:
            with pytest.raises(SmtpFailure) as failed:
                await client.reach(host, address[1])
            assert (failed.value.stage, failed.value.reason) == (SmtpStage.CONNECT, reason)
            await client.bye()


async def test_the_map_of_hosts_and_the_limit_of_connections() -> None:
    async with SmtpSite() as site:
        internet = Internet({"mail.example.com": site.address}, LoopClock())
        clients = [SmtpClient(internet, LoopClock(), bearer=1, idle=5.0) for _ in range(CONNECTION_LIMIT + 1)]
        for client in clients[:-1]:
            await client.reach("mail.example.com", 25)
        with pytest.raises(SmtpFailure) as failed:
            await clients[-1].reach("mail.example.com", 25)
        assert failed.value.reason is MailReason.BUSY
        for client in clients:
            client.cut()


@pytest.mark.parametrize("command", ["", "MAIL", "."])
async def test_the_bearer_drops_while_an_answer_is_due(command: str, clock: ManualClock) -> None:
    internet = Internet({}, LoopClock())
    async with SmtpSite() as site, session(internet) as client:
        site.faults.append(MailFault(command=command, fault=ServerFault.HANG))
        sending = asyncio.create_task(failure(client, site))
        await site.until(lambda: site.log.connections)
        if command:
            await site.told(command)
        await clock.settle()
        internet.drop(2)
        assert not sending.done()
        internet.drop(1)
        failed = await sending
        assert (failed.reason, failed.unknown) == (MailReason.CLOSED, command == ".")


async def test_the_bearer_drops_between_two_pieces() -> None:
    internet = Internet({}, LoopClock())
    async with SmtpSite() as site, session(internet) as client:
        await client.reach(*site.address)
        await client.hello()
        await client.envelope("a@b.c", ["d@e.f"])
        await client.begin()
        await client.write(b"half")
        lost = asyncio.create_task(client.loss())
        await asyncio.sleep(0)
        assert not lost.done()
        internet.drop(1)
        with pytest.raises(SmtpFailure) as failed:
            await lost
        assert (failed.value.stage, failed.value.reason) == (SmtpStage.CONTENT, MailReason.CLOSED)
        for work in (client.write(b"more"), client.finish()):
            with pytest.raises(SmtpFailure) as failed:
                await work
            assert (failed.value.stage, failed.value.unknown) == (SmtpStage.CONTENT, False)
        assert site.mails == []


async def test_a_server_that_refuses_in_the_middle_of_a_mail() -> None:
    said = b"220 x\r\n", b"250 x\r\n", b"250 x\r\n", b"250 x\r\n", b"354 x\r\n", b"552 too much\r\n"

    async def flood() -> None:
        for _ in range(10_000):
            await client.write(b"x" * 998 + b"\r\n")
            await asyncio.sleep(0)

    async with _Script(*said) as site, session() as client:
        await client.reach(*site.address)
        await client.hello()
        await client.envelope("a@b.c", ["d@e.f"])
        await client.begin()
        with pytest.raises(SmtpFailure) as failed:
            await flood()
        assert (failed.value.stage, failed.value.reason) == (SmtpStage.CONTENT, MailReason.REFUSED)
        assert failed.value.code == 552


async def test_a_server_that_takes_no_more(clock: ManualClock) -> None:
    said = b"220 x\r\n", b"250 x\r\n", b"250 x\r\n", b"250 x\r\n", b"354 x\r\n"
    async with _Script(*said, deaf=True) as site, session(clock=clock, idle=30) as client:
        await client.reach(*site.address)
        await client.hello()
        await client.envelope("a@b.c", ["d@e.f"])
        await client.begin()
        sending = asyncio.create_task(client.write(b"x" * 50_000_000))
        await clock.run(1)
        assert not sending.done()
        with pytest.raises(SmtpFailure) as failed:
            await clock.run_until(sending, 1000)
        assert (failed.value.stage, failed.value.reason) == (SmtpStage.CONTENT, MailReason.SILENT)


class _Script:
    """A server that answers every line that comes with the next of its own, then hangs up, or (``deaf``) does not."""

    def __init__(self, *said: bytes, deaf: bool = False) -> None:
        self._said = said
        self._deaf = deaf
        self._writers: list[asyncio.StreamWriter] = []
        self.heard: list[bytes] = []

    async def __aenter__(self) -> _Script:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.address: tuple[str, int] = self._server.sockets[0].getsockname()
        return self

    async def __aexit__(self, *failure: object) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        with suppress(asyncio.CancelledError):  # else asyncio itself complains, in Python 3.11
            for number, line in enumerate(self._said, 1):
                writer.write(line)
                if number < len(self._said) or not self._deaf:
                    self.heard.append(await reader.readline())
            if not self._deaf:
                writer.close()


@pytest.mark.parametrize("address", ["a@b.c>\r\nRSET", "a\x00@b.c", "a@b.c\x1b"])
async def test_addresses_that_break_out(address: str) -> None:
    async with SmtpSite() as site, session() as client:
        await client.reach(*site.address)
        await client.hello()
        with pytest.raises(SmtpFailure) as failed:
            await client.envelope(address, ["d@e.f"])
        assert (failed.value.stage, failed.value.reason) == (SmtpStage.SENDER, MailReason.REFUSED)
        await client.send("a@b.c", ["d@e.f"], MAIL)
        assert [one.verb for one in site.commands] == ["EHLO", "MAIL", "RCPT", "DATA", "."]


async def test_an_address_beyond_ascii_is_the_servers_business() -> None:
    async with SmtpSite() as site, session() as client:
        await client.reach(*site.address)
        await client.hello()
        with pytest.raises(SmtpFailure, match="500 Error: strict ASCII mode"):
            await client.envelope("jürgen@b.c", ["d@e.f"])


async def test_before_there_is_a_connection() -> None:
    async with session() as client:
        await client.bye()
        for work in (client.hello(), client.envelope("a@b.c", []), client.finish()):
            with pytest.raises(SmtpFailure) as failed:
                await work
            assert failed.value.reason is MailReason.CLOSED


async def test_good_byes_that_nobody_hears() -> None:
    async with SmtpSite() as site, session() as client:
        site.faults.append(MailFault(command="QUIT", fault=ServerFault.CLOSE))
        await deliver(client, site)
        await client.bye()
    async with SmtpSite() as site, session() as client:
        await deliver(client, site)
        await site.aclose()
        await client.bye()


async def test_a_good_bye_has_a_second(clock: ManualClock) -> None:
    async with SmtpSite() as site, session(clock=clock, idle=60) as client:
        site.faults.append(MailFault(command="QUIT", fault=ServerFault.HANG))
        await deliver(client, site)
        leaving = asyncio.create_task(client.bye())
        await site.told("QUIT")
        await clock.run(0.9)
        assert not leaving.done()
        await clock.run(0.2)
        await leaving


async def test_the_password_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with SmtpSite(users={"john": "open sesame"}) as site, session() as client:
        failed = await failure(client, site, user="john", password="nosuchsecret")
        assert "nosuchsecret" not in caplog.text + repr(failed) + str(failed)


async def test_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("aiosmtplib", "simcom_async.virtual.smtp_engine"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "aiosmtplib", None)
    with pytest.raises(MissingExtra, match=r"simcom-async\[virtual\]"):
        SmtpClient(Internet({}, LoopClock()), LoopClock(), bearer=1, idle=5.0)
