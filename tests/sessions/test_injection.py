"""No parameter breaks out of its command (law 11), and no secret is seen anywhere (law 10): acceptance test 11."""

from __future__ import annotations

import io
import json
import logging
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from simcom_async.dialects.sim7000 import SIM7000
from simcom_async.errors import SimcomError, UsageError
from simcom_async.modem import Modem, connect
from simcom_async.ports import RecordingPort
from simcom_async.sessions.ftp import FtpSession
from tests.sessions.peer import ERROR, Peer, action, attached, text

URL = "http://example.com/x"
SECRET = "s3cret+pass"
PIN = "471147"

#: What has broken out of other people's drivers: the end of a string, of a line, of an entry; a second command.
CORPUS = [
    '"',
    '";+CFUN=0;"',
    '","evil',
    "\r",
    "\n",
    "\r\n",
    "\rAT+CFUN=0\r",
    "\r\nAT+CPOWD=1\r\n",
    "\x1a",
    "\x1b",
    "\x00",
    "\x03",
    "\x10",
    "\x7f",
    "\x80",
    "ÿ",
    "ž",
    "\u2028",
    "\U0001f4f1",
]

Call = Callable[[Modem, str], Awaitable[object]]


async def ftp(
    modem: Modem,
    verb: Callable[[FtpSession], Awaitable[object] | None],
    host: str = "ftp.example.com",
    user: str = "joe",
    password: str = SECRET,
) -> None:
    """A verb of FTP, with a module that can do all of them."""
    modem.link.dialect = SIM7000
    async with modem.ftp(host, user=user, password=password) as session:
        work = verb(session)
        if work is not None:
            await work


async def within(session: FtpSession, directory: str) -> None:
    """A verb in another directory."""
    await session.cwd(directory)
    await session.size("f")


CALLS: dict[str, Call] = {
    "url": lambda modem, value: modem.http.get(f"{URL}?q={value}"),
    "host": lambda modem, value: modem.http.get(f"http://example{value}.com/"),
    "method": lambda modem, value: modem.http.request(f"GET{value}", URL),
    "header value": lambda modem, value: modem.http.get(URL, headers={"X-One": f"a{value}b"}),
    "header name": lambda modem, value: modem.http.get(URL, headers={f"X{value}": "1"}),
    "user agent": lambda modem, value: modem.http.get(URL, headers={"User-Agent": f"a{value}b"}),
    "content type": lambda modem, value: modem.http.post(URL, b"x", content_type=f"text/plain{value}"),
    "proxy": lambda modem, value: modem.http.get(URL, proxy=f"10.0.0.1{value}:80"),
    "apn": lambda modem, value: modem.network.up(f"inter{value}net"),
    "user": lambda modem, value: modem.network.up(user=f"jo{value}e"),
    "password": lambda modem, value: modem.network.up(password=f"s3{value}cret"),
    "stream": lambda modem, value: modem.http.stream("GET", f"{URL}{value}").__aenter__(),
    "ftp host": lambda modem, value: ftp(modem, lambda _: None, host=f"ftp{value}.example.com"),
    "ftp user": lambda modem, value: ftp(modem, lambda _: None, user=f"jo{value}e"),
    "ftp password": lambda modem, value: ftp(modem, lambda _: None, password=f"s3{value}cret"),
    "ftp download": lambda modem, value: ftp(modem, lambda one: one.download(f"/d/f{value}g", io.BytesIO())),
    "ftp download from": lambda modem, value: ftp(modem, lambda one: one.download(f"/d{value}e/f", io.BytesIO())),
    "ftp open": lambda modem, value: ftp(modem, lambda one: one.open(f"f{value}g").read()),
    "ftp upload": lambda modem, value: ftp(modem, lambda one: one.upload(b"x", f"f{value}g")),
    "ftp list": lambda modem, value: ftp(modem, lambda one: one.list(f"/d{value}e")),
    "ftp size": lambda modem, value: ftp(modem, lambda one: one.size(f"f{value}g")),
    "ftp mtime": lambda modem, value: ftp(modem, lambda one: one.mtime(f"f{value}g")),
    "ftp delete": lambda modem, value: ftp(modem, lambda one: one.delete(f"f{value}g")),
    "ftp mkdir": lambda modem, value: ftp(modem, lambda one: one.mkdir(f"/d{value}e")),
    "ftp rmdir": lambda modem, value: ftp(modem, lambda one: one.rmdir(f"/d{value}e")),
    "ftp rename": lambda modem, value: ftp(modem, lambda one: one.rename(f"f{value}g", "h")),
    "ftp rename to": lambda modem, value: ftp(modem, lambda one: one.rename("f", f"g{value}h")),
    "ftp cwd": lambda modem, value: ftp(modem, lambda one: within(one, f"/d{value}e")),
}
#: Characters that mean something in other places, and are harmless in these.
RAW = {value for value in CORPUS if value.isprintable() and value.isascii()}


@pytest.mark.parametrize("value", CORPUS)
@pytest.mark.parametrize("name", CALLS)
async def test_nothing_breaks_out(name: str, value: str) -> None:
    peer = Peer()
    modem = await attached(peer)
    with pytest.raises(UsageError) as caught:
        await CALLS[name](modem, value)
    assert peer.lines == []
    assert caught.value.field
    await modem.aclose()


@pytest.mark.parametrize("value", sorted(set(CORPUS) - RAW))
async def test_a_raw_line_is_one_line(value: str) -> None:
    peer = Peer()
    modem = await attached(peer)
    with pytest.raises(UsageError, match="line"):
        await modem.at(f"+CSQ{value}")
    assert peer.lines == []
    await modem.aclose()


@pytest.mark.parametrize("value", [r"\r\nX-Evil: 1", "\\", r"\n"])
@pytest.mark.parametrize("name", ["header value", "user agent", "content type"])
async def test_the_modules_own_escape_makes_no_second_header(name: str, value: str) -> None:
    peer = Peer()
    modem = await attached(peer)
    with pytest.raises(UsageError, match="backslashes"):
        await CALLS[name](modem, value)
    assert peer.lines == []
    await modem.aclose()


def locked_module() -> Peer:
    """A module that goes through every secret, and echoes and refuses them."""
    peer = Peer(**{"AT+HTTPACTION=0": action(0, 200, 0), "AT+SAPBR=1,1": ERROR})
    peer.on("AT+CPIN?", text("+CPIN: SIM PIN"), text("+CPIN: READY"))
    peer.on("AT+SAPBR=2,1", text('+SAPBR: 1,3,"0.0.0.0"'))
    peer.before = lambda line: peer.say(line + "\r")
    return peer


async def test_secrets_are_in_no_trace_no_recording_no_repr_and_no_error(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    peer = locked_module()
    await peer.open()
    recording = tmp_path / "recording.jsonl"
    port = RecordingPort(peer.host, recording, masks=[SECRET.encode(), PIN.encode()])
    modem = await connect(port, apn="internet", user="joe", password=SECRET, pin=PIN)
    shown = [repr(modem), repr(modem.network), repr(modem.http)]
    peer.on(f'AT+SAPBR=3,1,"PWD","{SECRET}"', ERROR)
    for _ in range(2):
        with pytest.raises(SimcomError) as caught:
            await modem.network.up()
        shown += ["".join(traceback.format_exception(caught.value)), repr(caught.value.__dict__)]
    await modem.aclose()
    assert any(PIN in line for line in peer.lines)
    assert any(SECRET in line for line in peer.lines)
    everything = "\n".join([*shown, caplog.text, recording.read_text("utf-8")])
    assert "CPIN" in caplog.text
    assert SECRET not in everything
    assert PIN not in everything
    sent = [json.loads(line) for line in recording.read_text("utf-8").splitlines()[1:]]
    assert any("*" * len(PIN) in entry["data"] for entry in sent)


async def test_a_refused_pin_is_in_no_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    peer = locked_module()
    for line in (f"AT+CPIN={PIN}", f'AT+CPIN="{PIN}"'):
        peer.on(line, ERROR)
    modem = await attached(peer, pin=PIN)
    with pytest.raises(SimcomError) as caught:
        await modem.network.up()
    await modem.aclose()
    assert PIN not in caplog.text + "".join(traceback.format_exception(caught.value)) + repr(caught.value.__dict__)
    assert len(peer.asked("AT+CPIN=")) == 1


async def test_a_secret_header_is_in_no_error() -> None:
    peer = Peer()
    modem = await attached(peer)
    for value in (f"Bearer {SECRET}\r", f"Bearer {SECRET}" + "x" * 600):
        with pytest.raises(UsageError) as caught:
            await modem.http.get(URL, headers={"Authorization": value})
        assert SECRET not in "".join(traceback.format_exception(caught.value)) + repr(caught.value.__dict__)
    assert peer.lines == []
    await modem.aclose()


async def test_a_secret_header_is_in_no_trace_and_no_refusal_of_the_module(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    peer = Peer()
    peer.before = lambda line: peer.say(line + "\r")
    modem = await attached(peer)
    peer.on("AT+SAPBR=2,1", text('+SAPBR: 1,1,"10.0.0.1"'))
    peer.on(f'AT+HTTPPARA="USERDATA","Authorization: Bearer {SECRET}"', ERROR)
    with pytest.raises(SimcomError) as caught:
        await modem.http.get(URL, headers={"Authorization": f"Bearer {SECRET}"})
    await modem.aclose()
    assert any(SECRET in line for line in peer.lines)
    assert SECRET not in caplog.text + "".join(traceback.format_exception(caught.value)) + repr(caught.value.__dict__)


async def test_a_secret_in_a_raw_line_is_masked_where_the_dialect_knows_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    peer = Peer()
    modem = await attached(peer)
    peer.on(f'AT+CPIN="{PIN}"', ERROR)
    with pytest.raises(SimcomError) as caught:
        await modem.at(f'+CPIN="{PIN}"')
    await modem.aclose()
    assert any(PIN in line for line in peer.lines)
    assert PIN not in caplog.text + repr(caught.value.__dict__) + str(caught.value)


@pytest.mark.parametrize("answer", [ERROR, "\r\n+CME ERROR: 3\r\n", "\r\nRDY\r\n"])
async def test_the_password_of_an_ftp_server_is_seen_nowhere(
    answer: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    peer = Peer()
    peer.before = lambda line: peer.say(line + "\r")
    await peer.open()
    recording = tmp_path / "recording.jsonl"
    modem = await connect(RecordingPort(peer.host, recording, masks=[SECRET.encode()]))
    peer.on(f'AT+FTPPW="{SECRET}"', answer)
    session = modem.ftp("ftp.example.com", user="joe", password=SECRET)
    shown = [repr(session), repr(session.login), str(session.login), repr(session.flow), repr(session.__dict__)]
    async with session:
        for call in (session.size("f"), session.upload(b"", "f"), session.listing("/"), session.open("f").read()):
            with pytest.raises(SimcomError) as caught:
                await call
            shown += ["".join(traceback.format_exception(caught.value)), repr(caught.value.__dict__)]
    with pytest.raises(UsageError) as refused:
        modem.ftp("h", password=SECRET + "x" * 50)
    shown += ["".join(traceback.format_exception(refused.value)), repr(refused.value.__dict__)]
    await modem.aclose()
    assert any(SECRET in line for line in peer.lines)
    assert SECRET not in "\n".join([*shown, caplog.text, recording.read_text("utf-8")])
