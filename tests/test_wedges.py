"""What once left a module stuck: a line that was lost at the worst place. The next operation works soon after.

Each case drops one line, waits for the error that it makes, and does the same again without a person. "Soon" is in
seconds of the clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import pytest

from simcom_async.errors import CommandTimeout, LinkError, ModemRestarted, OutcomeUnknown, ProtocolError, SimcomError
from simcom_async.link.condition import Condition
from simcom_async.link.layer import Layer, RecoveryStep
from simcom_async.modem import Modem, open_modem
from simcom_async.sessions.ftp_flow import FtpWay
from simcom_async.sites import FtpSite, HttpSite
from simcom_async.sites.route import Route, ServerFault
from simcom_async.sites.smtp import SmtpSite
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.fault import Fault
from simcom_async.virtual.faults import DropLine, LoseBytes, NoFinal, Reset
from tests.sessions.ftp_ends import FastClock, Gathered
from tests.sessions.http_ends import CA
from tests.sessions.mails import mail

SPEED = 40.0
BODY = bytes(range(256)) * 20
ECHO = Route(method="POST", path="/echo", echo=True)


@dataclass
class Place:
    """Servers, a module, and a modem that drives it."""

    virtual: VirtualModem
    modem: Modem
    clock: FastClock
    http: HttpSite
    https: HttpSite
    ftp: FtpSite
    ftps: FtpSite
    smtp: SmtpSite


@asynccontextmanager
async def place(family: str, *, power: bool = False) -> AsyncIterator[Place]:
    clock = FastClock(SPEED)

    async def switched() -> None:
        virtual.power_off()
        await clock.sleep(1)
        virtual.power_on()

    async with (
        HttpSite([ECHO]) as http,
        HttpSite([ECHO], tls=CA.issue()) as https,
        FtpSite() as ftp,
        FtpSite(certificate=CA.pem("127.0.0.1"), tls_required=True) as ftps,
        SmtpSite(users={"joe": "secret"}) as smtp,
        VirtualModem(family, clock=clock, urc_delay=0) as virtual,
        open_modem(virtual.port(), apn="internet", clock=clock, power=switched if power else None) as modem,
    ):
        await modem.network.up()
        yield Place(virtual, modem, clock, http, https, ftp, ftps, smtp)


async def post(place: Place, *, tls: bool = False) -> None:
    response = await place.modem.http.post((place.https if tls else place.http).url_of("/echo"), BODY)
    assert (response.status, response.body) == (200, BODY)


async def post_with_tls(place: Place) -> None:
    await post(place, tls=True)


async def upload(place: Place, way: FtpWay | None = None, *, tls: bool = False) -> None:
    site = place.ftps if tls else place.ftp
    host, port = site.address
    async with place.modem.ftp(host, port, user="user", password="secret", tls=tls) as ftp:
        await ftp.upload(BODY, "/up", via=way)
    assert site.read("/up") == BODY


async def upload_with_tls(place: Place) -> None:
    await upload(place, tls=True)


async def in_memory(place: Place) -> None:
    await upload(place, FtpWay.MEMORY)


async def as_stream(place: Place) -> None:
    await upload(place, FtpWay.ETX)


async def send(place: Place, files: dict[str, bytes] | None = None) -> None:
    host, port = place.smtp.address
    letter = mail("Text\n", files=files or {})
    await place.modem.smtp.send(letter, hostname=host, port=port, username="joe", password="secret")


async def attach(place: Place) -> None:
    await send(place, {"f.bin": BODY})


Work = Callable[[Place], Awaitable[None]]

PROMPTS: list[tuple[str, str, str, Work]] = [
    ("sim800", "+FTPPUT: 2,", "FTPPUT=2", upload),
    ("sim800", "+FTPEXTPUT: ", "FTPEXTPUT=2", in_memory),
    ("sim7000", "+FTPETPUT: 2,1", "FTPETPUT=2", as_stream),
    ("sim800", "DOWNLOAD", "HTTPDATA", post),
    ("sim800", "DOWNLOAD", "SMTPBODY", send),
    ("sim800", "+SMTPFT: 2,", "SMTPFT=", attach),
    ("sim900", ">", "SMTPBODY", send),
    ("sim7100", ">", "SMTPBODY", send),
    ("sim7100", ">", "CFTRANRX", attach),
    ("sim7100", "+CHTTPACT: REQUEST", "CHTTPACT", post),
    ("sim7100", "+CFTPPUT: BEGIN", "CFTPPUT", upload),
    ("sim7100", ">", "CFTPSPUT", upload_with_tls),
    ("sim7100", ">", "CHTTPSSEND", post_with_tls),
]


@dataclass(kw_only=True, eq=False)
class InEntry(Fault):
    """Strikes when the first bytes of the entry of ``command`` have come."""

    command: str
    strike: Callable[[VirtualModem], None]

    def incoming(self, data: bytes) -> bytes:
        if self.armed and not self.spent:
            self.struck()
            asyncio.get_running_loop().call_soon(self.strike, self.modem)
        return data


@dataclass(kw_only=True, eq=False)
class HeardBehindItsStart(Fault):
    """A module that restarts when this is written to it, and hears it when it has started."""

    text: bytes

    def incoming(self, data: bytes) -> bytes:
        if self.text in data and not self.spent:
            self.struck()
            self.modem.reset()
        return data


#: Some of them in the ordinary run.
STRUCK = [
    pytest.param(*case, marks=() if case[2] in ("FTPPUT=2", "CHTTPACT") else pytest.mark.long) for case in PROMPTS
]


async def fails(here: Place, work: Work, *kinds: type[SimcomError], within: float) -> SimcomError:
    """Do what is to fail: the error, which comes so soon."""
    start = here.clock.time()
    with pytest.raises(kinds) as caught:
        await work(here)
    assert here.clock.time() - start < within
    return caught.value


async def may_fail(here: Place, work: Work, within: float) -> None:
    """Do what fails or not, or fails to be what was meant; it ends so soon."""
    start = here.clock.time()
    with suppress(SimcomError, AssertionError):
        await work(here)
    assert here.clock.time() - start < within


async def goes_on(here: Place, work: Work, within: float = 10.0) -> None:
    """The same works, soon, without a person."""
    here.virtual.faults.clear()
    start = here.clock.time()
    await work(here)
    assert here.clock.time() - start < within


@pytest.mark.parametrize(("family", "line", "command", "work"), PROMPTS)
async def test_a_lost_prompt(family: str, line: str, command: str, work: Work) -> None:
    async with asyncio.timeout(60), place(family) as here:
        here.virtual.faults.add(DropLine(text=line, command=command))
        error = await fails(here, work, CommandTimeout, within=140)
        assert command in str(error)
        await goes_on(here, work)


async def test_the_lost_prompt_of_a_further_block() -> None:
    """No server is asked before it: it is due soon."""
    async with asyncio.timeout(60), place("sim7100") as here:
        here.virtual.faults.add(DropLine(text=">", command="CFTPSPUT=1", occurrence=2))
        await fails(here, upload_with_tls, CommandTimeout, within=45)
        await goes_on(here, upload_with_tls)


DAMAGED = [("CHTTPACT", 8, post), ("CFTPPUT", 12, upload), ("CHTTPACT", 20, post)]


@pytest.mark.parametrize(("command", "offset", "work"), DAMAGED)
async def test_a_damaged_prompt(command: str, offset: int, work: Work) -> None:
    """What is like the prompt, and is none, is told at once; one whose line end alone is lost is a prompt."""
    async with asyncio.timeout(60), place("sim7100") as here:
        here.virtual.faults.add(LoseBytes(command=command, offset=offset, count=2, times=2))
        start = here.clock.time()
        if offset == len("\r\n+CHTTPACT: REQUEST"):
            await work(here)
        else:
            await fails(here, work, ProtocolError, within=20)
        await goes_on(here, work)
        assert here.clock.time() - start < 30


async def test_a_lost_prompt_that_the_caller_does_not_wait_for() -> None:
    """Whoever gives up is released, and the module is soon free again."""
    async with asyncio.timeout(60), place("sim7100") as here:
        here.virtual.faults.add(DropLine(text="+CHTTPACT: REQUEST", command="CHTTPACT"))

        async def impatient(place: Place) -> None:
            await place.modem.http.post(place.http.url_of("/echo"), BODY, timeout=15)

        await fails(here, impatient, CommandTimeout, within=22)
        await goes_on(here, post, within=15)


@pytest.mark.parametrize(("family", "line", "command", "work"), STRUCK)
async def test_bytes_of_an_entry_are_lost(family: str, line: str, command: str, work: Work) -> None:
    async with asyncio.timeout(60), place(family) as here:
        here.virtual.faults.add(LoseBytes(command=command, offset=2, count=3, towards="module", times=1))
        await may_fail(here, work, within=145)
        await goes_on(here, work)


@pytest.mark.parametrize(("family", "line", "command", "work"), STRUCK)
async def test_the_final_result_behind_an_entry_is_lost(family: str, line: str, command: str, work: Work) -> None:
    async with asyncio.timeout(60), place(family) as here:
        here.virtual.faults.add(NoFinal(command=command))
        await may_fail(here, work, within=145)
        await goes_on(here, work)


async def goes_on_some_time(here: Place, work: Work, within: float) -> None:
    """The same works within so many seconds, however often it has to be tried."""
    here.virtual.faults.clear()
    end = here.clock.time() + within
    while True:
        try:
            await work(here)
        except LinkError:
            assert here.clock.time() < end
        else:
            return


@pytest.mark.parametrize(("family", "line", "command", "work"), STRUCK)
async def test_unplugged_in_an_entry(family: str, line: str, command: str, work: Work) -> None:
    async with asyncio.timeout(60), place(family) as here:
        here.virtual.faults.add(InEntry(command=command, strike=VirtualModem.unplug))
        await fails(here, work, LinkError, OutcomeUnknown, within=7)
        here.virtual.plug()
        # A module that has asked a web server for more than it will ever get waits for it, and answers nothing.
        await goes_on_some_time(here, work, within=200 if command == "CHTTPACT" else 40)


@pytest.mark.parametrize(("family", "line", "command", "work"), STRUCK)
async def test_restarted_in_an_entry(family: str, line: str, command: str, work: Work) -> None:
    async with asyncio.timeout(60), place(family) as here:
        here.virtual.faults.add(InEntry(command=command, strike=VirtualModem.reset))
        await fails(here, work, ModemRestarted, OutcomeUnknown, within=7)
        await goes_on(here, work, within=40)


async def test_an_entry_that_is_asked_for_behind_a_restart_is_ended_however_long() -> None:
    async with asyncio.timeout(60), place("sim7100") as here:

        async def write(here: Place) -> None:
            await here.modem.files.write("long.bin", bytes(10_000))

        here.virtual.faults.add(HeardBehindItsStart(text=b"+CFTRANRX="))
        await fails(here, write, ModemRestarted, within=7)
        await goes_on_some_time(here, write, within=60)


@pytest.mark.parametrize("occurrence", [1, 2, 3])
async def test_the_word_that_a_part_of_a_long_body_was_sent_is_lost(occurrence: int) -> None:
    """The module is asked how much is unsent: the upload goes on soon, and is whole."""
    body = BODY * 6
    async with asyncio.timeout(60), place("sim7100") as here:
        url = here.https.url_of("/echo")
        here.virtual.faults.add(DropLine(text="+CHTTPSSEND: 0", command="CHTTPSSEND", occurrence=occurrence))
        start = here.clock.time()
        response = await here.modem.http.post(url, body)
        assert response.body == body
        assert here.clock.time() - start < 25


async def fetch(place: Place, way: FtpWay, *, tls: bool = False) -> None:
    site = place.ftps if tls else place.ftp
    host, port = site.address
    site.publish("/down", BODY)
    writer = Gathered()
    async with place.modem.ftp(host, port, user="user", password="secret", tls=tls) as ftp:
        await ftp.download("/down", writer, via=way)
    assert writer.data == BODY


async def fetch_by_file(place: Place) -> None:
    await fetch(place, FtpWay.FILE)


async def fetch_by_file_with_tls(place: Place) -> None:
    await fetch(place, FtpWay.FILE, tls=True)


async def fetch_in_packets(place: Place) -> None:
    await fetch(place, FtpWay.PUSHED)


async def upload_by_file(place: Place) -> None:
    await upload(place, FtpWay.FILE)


async def upload_by_file_with_tls(place: Place) -> None:
    await upload(place, FtpWay.FILE, tls=True)


@dataclass(kw_only=True, eq=False)
class LoseLine(Fault):
    """The module does not hear the first command line that holds ``text``."""

    text: str

    def incoming(self, data: bytes) -> bytes:
        if self.spent or self.text.encode() not in data:
            return data
        self.struck()
        return b""


@pytest.mark.parametrize(
    ("command", "work"),
    [
        ("CFTPPUTFILE", upload_by_file),
        pytest.param("CFTPSPUTFILE", upload_by_file_with_tls, marks=pytest.mark.long),
        pytest.param("CFTPGETFILE", fetch_by_file, marks=pytest.mark.long),
        ("CFTPSGETFILE", fetch_by_file_with_tls),
        ("CFTPGET", fetch_in_packets),
    ],
)
async def test_a_command_line_that_the_module_has_not_heard(command: str, work: Work) -> None:
    """Its OK is due at once, however long the work behind it may take."""
    async with asyncio.timeout(60), place("sim7100") as here:
        here.virtual.faults.add(LoseLine(text=f"{command}="))
        error = await fails(here, work, CommandTimeout, within=60)
        assert f"{command}=" in str(error)
        assert "final limit after 10" in str(error)
        await goes_on(here, work, within=40)


@pytest.mark.parametrize("work", [fetch_in_packets, fetch_by_file_with_tls])
async def test_unplugged_while_a_file_comes_slowly(work: Work) -> None:
    """The module goes on with it, and refuses everything else as long as it does: that is waited for."""
    async with asyncio.timeout(60), place("sim7100") as here:
        site = here.ftps if work is fetch_by_file_with_tls else here.ftp
        site.gate.shut(after=1_000)
        failing = asyncio.ensure_future(fails(here, work, LinkError, within=20))
        await site.gate.held()
        here.virtual.unplug()
        await failing
        here.virtual.plug()
        again = asyncio.ensure_future(goes_on(here, work, within=100))
        await here.clock.sleep(20)
        assert not again.done()
        site.gate.open()
        await again


@pytest.mark.parametrize("offset", [0, 9, 30, 600, 3000])
async def test_a_restart_while_a_file_is_read(offset: int) -> None:
    """Its boot lines may look like bytes of the file; nothing stays unsettled all the same."""
    async with asyncio.timeout(60), place("sim7100") as here:
        here.virtual.faults.add(Reset(command="CFTRANTX", offset=offset))
        await may_fail(here, fetch_by_file, within=75)
        await goes_on(here, fetch_by_file, within=20)


async def hanging(place: Place) -> None:
    """A server that has said a part of its answer, and says no more: the caller is released in time."""
    place.http.routes.append(Route(path="/hangs", body=BODY, fault=ServerFault.HANG, fault_after=1000))
    start = place.clock.time()
    with pytest.raises(CommandTimeout, match="total limit after 5 s"):
        await place.modem.http.get(place.http.url_of("/hangs"), timeout=5)
    assert place.clock.time() - start < 12  # it waits some seconds for the end of what it has given up
    assert place.modem.link.condition is Condition.DRAINING


async def test_a_server_that_holds_the_port_is_given_up_within_a_bound() -> None:
    """What is pushed ends with the server: its silence is bounded by the patience with it, and named meanwhile."""
    async with asyncio.timeout(60), place("sim7100") as here:
        steps: list[RecoveryStep] = []
        here.modem.link.bus.on(RecoveryStep, steps.append)
        await hanging(here)
        assert (steps[0].layer, steps[0].outcome.value) == (Layer.ABORT, "begun")
        assert "AT+CHTTPACT" in steps[0].why
        await goes_on(here, post, within=130)  # it waits for the end of that


async def test_a_server_that_holds_the_port_and_a_user_who_cannot_wait() -> None:
    """Nothing of AT frees such a port: the supply does."""
    async with asyncio.timeout(60), place("sim7100", power=True) as here:
        await hanging(here)
        start = here.clock.time()
        await here.modem.recover(Layer.POWER, at_least=Layer.POWER)
        await goes_on(here, post, within=10)
        assert here.clock.time() - start < 40
