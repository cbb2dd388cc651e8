"""A hostile server behind a virtual modem: the module answers by its family's codes in time, the host gets an error."""

from __future__ import annotations

from typing import Any

import pytest

from simcom_async.modem import Modem
from tests.hostile.behind import Act, play
from tests.hostile.measure import MEGABYTE
from tests.hostile.servers import Saying, Villain, endless, web, words
from tests.sessions.mails import mail as composed

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
DIGITS = b"9" * 5_000

HTTP: dict[str, Saying] = {
    "nothing": Saying(),
    "the end at once": Saying(close=True),
    "a status line without an end": endless(b"x", b"HTTP/1.1 200 "),
    "a header without an end": endless(b"a", OK + b"X: "),
    "headers without an end": endless(b"X: y\r\n", OK),
    "a header of 10 MB": Saying(OK + b"X: " + b"a" * 10_000_000 + b"\r\n\r\n", close=True),
    "100,000 headers": Saying(OK + b"X: y\r\n" * 100_000 + b"\r\n", close=True),
    "interim answers without an end": endless(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a byte a second": Saying(OK + b"X: ", b"a", pause=1.0),
    "a body without an end": endless(b"x" * 1_024, OK + b"\r\n"),
    "chunks without an end": endless(b"400\r\n" + b"x" * 1_024 + b"\r\n", CHUNKED),
    "a chunk of a huge size": endless(b"x" * 1_024, CHUNKED + b"FFFFFFFFFFFFFFFFF\r\n"),
    "a chunk of a negative size": Saying(CHUNKED + b"-5\r\nxxxxx\r\n0\r\n\r\n", close=True),
    "a chunk of no size": Saying(CHUNKED + b"zz\r\nxxxxx\r\n0\r\n\r\n", close=True),
    "a chunk size without an end": endless(b"0", CHUNKED),
    "trailers without an end": endless(b"X: y\r\n", CHUNKED + b"0\r\n"),
    "a length of 5,000 digits": Saying(OK + b"Content-Length: " + DIGITS + b"\r\n\r\nx", close=True),
    "a negative length": Saying(OK + b"Content-Length: -5\r\n\r\nxxxxx", close=True),
    "a huge length": Saying(OK + b"Content-Length: 99999999999\r\n\r\nx", close=True),
    "two lengths": Saying(OK + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\nxxxxxxx", close=True),
    "fewer bytes than its length": Saying(OK + b"Content-Length: 500\r\n\r\nx", close=True),
    "more bytes than its length": endless(b"x" * 1_024, OK + b"Content-Length: 5\r\n\r\n"),
    "a status of three thousand digits": Saying(b"HTTP/1.1 " + b"9" * 3_000 + b" OK\r\n\r\n", close=True),
    "a status of another kind": Saying(b"HTTP/1.1 999 ?\r\nContent-Length: 0\r\n\r\n", close=True),
    "redirects in a circle": Saying(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", close=True),
    "a redirect of 60 kB": Saying(b"HTTP/1.1 302 Found\r\nLocation: /" + b"x" * 60_000 + b"\r\n\r\n", close=True),
    "garbage without an end": endless(bytes(range(256))),
    "lines of AT without an end": endless(b"\r\nOK\r\n\r\n+HTTPACTION: 0,200,5\r\n"),
    "a switch of protocols": Saying(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n" + b"x" * 99),
}


def sender(answers: dict[str, bytes | Saying]) -> Villain:
    """A server that takes mails of anybody."""
    usual = {
        "ehlo": b"250-x\r\n250 AUTH PLAIN\r\n",
        "auth": b"235 x\r\n",
        "mail": b"250 x\r\n",
        "rcpt": b"250 x\r\n",
        "data": b"354 x\r\n",
    }
    return words(b"220 x\r\n", **(usual | answers))


FEATURES = b"250-x\r\n"
SMTP: dict[str, Villain] = {
    "nothing": words(b""),
    "a greeting without an end": Villain(endless(b"220-x\r\n")),
    "a greeting line without an end": Villain(endless(b"x", b"220 ")),
    "a greeting without a code": words(b"welcome\r\n"),
    "a greeting of another code": words(b"554 no\r\n"),
    "features without an end": words(b"220 x\r\n", ehlo=endless(FEATURES)),
    "a feature of 10 MB": words(b"220 x\r\n", ehlo=Saying(b"250-" + b"x" * 10_000_000 + b"\r\n250 y\r\n")),
    "codes that differ": words(b"220 x\r\n", ehlo=b"250-x\r\n550 y\r\n", other=b"250 x\r\n"),
    "a code of thousands of digits": words(b"220 x\r\n", other=b"9" * 5_000 + b" x\r\n"),
    "garbage for each command": words(b"220 x\r\n", ehlo=b"250 x\r\n", other=endless(b"\xff\x00")),
    "no end of an answer": words(b"220 x\r\n", ehlo=b"250 x\r\n", other=endless(b"250-x\r\n")),
    "no more than a byte a second": words(b"220 x\r\n", ehlo=Saying(b"", b"2", pause=1.0)),
    "an answer before its question": words(b"220 x\r\n250 x\r\n" + b"250 y\r\n" * 999),
    "a login without an end": words(
        b"220 x\r\n", ehlo=b"250-x\r\n250 AUTH LOGIN\r\n", auth=b"334 VXNlcm5hbWU6\r\n", other=b"334 UGFzc3dvcmQ6\r\n"
    ),
    "nothing behind the mail": sender({}),
    "a farewell all the time": words(b"220 x\r\n", other=endless(b"421 x\r\n")),
    "an invitation without an end": sender({"data": endless(b"354-x\r\n")}),
    "an acceptance in front of the mail": sender({"data": b"354 x\r\n250 x\r\n"}),
    "a refusal in the middle of the mail": sender({"data": Saying(b"354 x\r\n554 x\r\n", close=True)}),
    "an answer without an end behind the mail": sender({".": endless(b"250-x\r\n")}),
    "an answer line without an end behind the mail": sender({".": endless(b"x", b"250 ")}),
    "an answer of a byte a second behind the mail": sender({".": Saying(b"250-", b"x", pause=1.0)}),
}


def inbox(answers: dict[str, bytes | Saying]) -> Villain:
    """A mailbox that lets anybody in."""
    usual = {"user": b"+OK\r\n", "pass": b"+OK\r\n", "stat": b"+OK 1 100\r\n", "quit": b"+OK\r\n"}
    usual |= {"list": b"+OK\r\n1 100\r\n.\r\n", "list ": b"+OK 1 100\r\n"}
    return words(b"+OK\r\n", **(usual | answers))


def size(octets: int) -> dict[str, bytes | Saying]:
    """What is said of the size of the only mail."""
    said = b"1 %d\r\n" % octets
    return {"stat": b"+OK " + said, "list": b"+OK\r\n" + said + b".\r\n", "list ": b"+OK " + said}


LISTED, MAIL = b"".join(b"%d 9\r\n" % number for number in range(1, 1_000)), b"x: y\r\n\r\nz\r\n" * 100
POP3: dict[str, Villain] = {
    "nothing": words(b""),
    "a greeting line without an end": Villain(endless(b"x", b"+OK ")),
    "a greeting of something else": words(b"* OK IMAP4\r\n"),
    "lines without an end": Villain(endless(b"+OK\r\n")),
    "a list without an end": inbox({"list": endless(b"1 100\r\n", b"+OK\r\n"), "other": b"+OK\r\n"}),
    "a list of lines of 1 MB": inbox({"list": endless(b"1 " + b"1" * 999_998 + b"\r\n", b"+OK\r\n")}),
    "a list of nonsense": inbox({"list": b"+OK\r\n-1 -5\r\nx y\r\n" + DIGITS + b" 1\r\n.\r\n"}),
    "a negative size": inbox({"stat": b"+OK -1 -5\r\n", "list": b"+OK 1 -5\r\n"}),
    "a size of thousands of digits": inbox({"list": b"+OK 1 " + b"9" * 1_500 + b"\r\n"}),
    "an error without an end": inbox({"list": endless(b"x", b"-ERR ")}),
    "garbage": words(b"+OK\r\n", other=endless(b"\xff\x00\r\n")),
    "a mail without an end": inbox({"retr": endless(b"x\r\n", b"+OK\r\n")}),
    "a line of a mail without an end": inbox({"retr": endless(b"x", b"+OK\r\n")}),
    "a byte a second": inbox({"list": Saying(b"+OK ", b"1", pause=1.0)}),
    "answers before their questions": Villain(Saying(b"+OK x\r\n" * 999)),
    "more mails than there are numbers": inbox({"stat": b"+OK 999999999 1\r\n", "list": b"+OK\r\n1 9\r\n.\r\n"}),
    "fewer mails than it lists": inbox({"stat": b"+OK 0 0\r\n", "list": b"+OK\r\n" + LISTED + b".\r\n"}),
    "more mails than it lists": inbox({"stat": b"+OK 9999 1\r\n", "list": b"+OK\r\n1 9\r\n.\r\n"}),
    "a million mails": inbox({"stat": b"+OK 1000000 1\r\n", "list": Saying(b"+OK\r\n" + LISTED * 100 + b".\r\n")}),
    "a mail that is longer than its size": inbox(size(1) | {"retr": b"+OK\r\n" + MAIL + b".\r\n"}),
    "a mail that is shorter than its size": inbox(size(9_999) | {"retr": b"+OK\r\n" + MAIL + b".\r\n"}),
    "a mail of no size, without an end": inbox(size(0) | {"retr": endless(b"x\r\n", b"+OK\r\n")}),
    "a mail without its dot": inbox({"retr": b"+OK\r\n" + MAIL}),
    "the end in the middle of a mail": inbox({"retr": Saying(b"+OK\r\nx: y", close=True)}),
    "a mail of dots": inbox({"retr": endless(b"..\r\n", b"+OK\r\n")}),
    "an error in the middle of a list": inbox({"list": b"+OK\r\n1 9\r\n-ERR x\r\n.\r\n"}),
}

FTP_IN: dict[str, bytes | Saying] = {
    "user": b"331 x\r\n",
    "pass": b"230 x\r\n",
    "type": b"200 x\r\n",
    "quit": b"221 x\r\n",
}
FTP: dict[str, Villain] = {
    "nothing": words(b""),
    "a greeting without an end": Villain(endless(b"220-x\r\n")),
    "a greeting line without an end": Villain(endless(b"x", b"220 ")),
    "a greeting of 10 MB": Villain(Saying(b"220-" + b"x" * 10_000_000 + b"\r\n220 x\r\n")),
    "a delay without an end": Villain(endless(b"120 x\r\n")),
    "a delay again and again": Villain(Saying(b"", b"120 x\r\n", pause=1.0)),
    "no code": words(b"hello\r\n"),
    "a farewell all the time": Villain(endless(b"421 x\r\n")),
    "preliminary replies without an end": words(b"220 x\r\n", **FTP_IN, other=endless(b"150 x\r\n")),
    "a login without an end": words(b"220 x\r\n", other=b"331 x\r\n"),
    "a foreign address of data": words(b"220 x\r\n", **FTP_IN, pasv=b"227 (192,0,2,1,0,9)\r\n", other=b"150 x\r\n"),
    "no port of data": words(b"220 x\r\n", **FTP_IN, pasv=b"227 (127,0,0,1,0,0)\r\n", other=b"150 x\r\n"),
    "numbers beyond all ports": words(b"220 x\r\n", **FTP_IN, pasv=b"227 (999,0,0,1,999,999)\r\n", other=b"150 x\r\n"),
    "nonsense for an address": words(b"220 x\r\n", **FTP_IN, pasv=b"227 " + b"(" * 5_000 + b"\r\n", other=b"150 x\r\n"),
    "thousands of digits for an address": words(
        b"220 x\r\n", **FTP_IN, pasv=b"227 (127,0,0,1," + DIGITS + b",1)\r\n", other=b"150 x\r\n"
    ),
    "a byte a second": words(b"220 x\r\n", user=Saying(b"", b"3", pause=1.0)),
    "a size of thousands of digits": words(b"220 x\r\n", **FTP_IN, size=b"213 " + DIGITS + b"\r\n", other=b"200 x\r\n"),
}

#: What is said instead of a handshake: to who says hello, or first.
TLS: dict[str, Villain] = {
    "nothing": Villain(),
    "the end at once": Villain(Saying(close=True)),
    "no TLS": Villain(Saying(b"HTTP/1.1 400 Bad\r\n\r\n")),
    "garbage": Villain(endless(bytes(range(256)))),
    "a record of a huge length": Villain(endless(b"x", b"\x16\x03\x03\xff\xff")),
    "a byte a second": Villain(Saying(b"\x16\x03\x03", b"\x40", pause=1.0)),
    "alerts without an end": Villain(endless(b"\x15\x03\x03\x00\x02\x01\x00")),
    "a hello without an end": Villain(endless(b"\x16\x03\x03\x40\x00" + b"\x02\xff\xff\xff" + b"x" * 16_380)),
}


def url(villain: Villain, scheme: str = "http") -> str:
    return f"{scheme}://127.0.0.1:{villain.address[1]}/x"


async def get(modem: Modem, villain: Villain) -> object:
    async with modem.http.stream("GET", url(villain)) as response:
        taken = 0
        async for piece in response:
            taken += len(piece)
            if taken > MEGABYTE:
                break
        return response.status


async def get_secure(modem: Modem, villain: Villain) -> object:
    return await modem.http.get(url(villain, "https"))


async def file_secure(modem: Modem, villain: Villain) -> object:
    host, port = villain.address
    async with modem.ftp(host, port, user="user", password="secret", tls=True) as ftp:
        return await ftp.list("/")


async def mail(modem: Modem, villain: Villain) -> object:
    host, port = villain.address
    message = composed("text", subject="x")
    return await modem.smtp.send(message, hostname=host, port=port, username="user", password="secret")


async def box(modem: Modem, villain: Villain) -> object:
    host, port = villain.address
    async with modem.pop3(host, "user", "secret", port=port) as box:
        sizes = await box.list()
        taken = 0
        async for piece in box.open(1):
            taken += len(piece)
            if taken > MEGABYTE // 4:
                break
        return sizes


async def file(modem: Modem, villain: Villain) -> object:
    host, port = villain.address
    async with modem.ftp(host, port, user="user", password="secret") as ftp:
        await ftp.size("/x")
        return await ftp.list("/")


CASES: dict[str, tuple[str, Any, Act[Villain]]] = {}
for name, saying in HTTP.items():
    CASES[f"sim800 http: {name}"] = ("sim800", saying, get)
    CASES[f"sim7100 http: {name}"] = ("sim7100", saying, get)
for family in ("sim800", "sim7000", "sim7100"):
    CASES |= {f"{family} smtp: {name}": (family, villain, mail) for name, villain in SMTP.items()}
    CASES |= {f"{family} ftp: {name}": (family, villain, file) for name, villain in FTP.items()}
for family in ("sim800", "sim7100"):
    CASES |= {f"{family} https: {name}": (family, villain, get_secure) for name, villain in TLS.items()}
CASES |= {f"sim7100 ftps: {name}": ("sim7100", villain, file_secure) for name, villain in TLS.items()}
for family in ("sim900", "sim7100"):
    CASES |= {f"{family} pop3: {name}": (family, villain, box) for name, villain in POP3.items()}


def play_case(case: str) -> None:
    family, what, act = CASES[case]
    play(family, web(what) if isinstance(what, Saying) else Villain(what.greeting, what.sayings), act)


#: One of each server in the quick run, and those that have found something.
SAMPLE = (
    "sim800 http: interim answers without an end",
    "sim7100 http: a byte a second",
    "sim7100 http: a status of three thousand digits",
    "sim7000 smtp: features without an end",
    "sim800 ftp: a size of thousands of digits",
    "sim7100 ftp: numbers beyond all ports",
    "sim7100 pop3: a list without an end",
    "sim900 pop3: a list of nonsense",
    "sim7100 pop3: a line of a mail without an end",
    "sim7100 https: a hello without an end",
)


@pytest.mark.parametrize("case", SAMPLE)
def test_a_hostile_server_costs_a_bounded_time_and_memory(case: str) -> None:
    play_case(case)


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("case", CASES)
def test_every_hostile_server_costs_a_bounded_time_and_memory(case: str) -> None:
    play_case(case)
